#include "server/crl_rounds.h"

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "core/base/status_macros.h"
#include "server/identity/transport_credentials.h"
#include "server/link/grpc_link_dialler.h"

namespace corridor {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(3);

// What the server showed in the handshake, for who comes after it.
struct Shown {
  absl::Mutex mutex;
  std::string chain_pem ABSL_GUARDED_BY(mutex);
};

}  // namespace

void CrlRounds::AskNext() {
  if (parts_.peers.empty()) return;
  const auto& [region, address] = parts_.peers[next_++ % parts_.peers.size()];
  const absl::Status asked = Ask(region, address);
  if (asked.ok() || absl::IsUnavailable(asked) || absl::IsDeadlineExceeded(asked)) return;
  parts_.log.Write(LogLevel::kWarning, "crls_not_exchanged",
                   {{"peer", region}, {"error", std::string(asked.message())}});
}

absl::Status CrlRounds::Ask(const std::string& region, const std::string& address) {
  auto shown = std::make_shared<Shown>();
  const DialTarget target{address, [&] {
                            return MakeDialCredentials(
                                parts_.identity.Now(),
                                [this, region, shown](std::string_view chain_pem) {
                                  absl::MutexLock lock(&shown->mutex);
                                  shown->chain_pem = std::string(chain_pem);
                                  return AdmitServerForCrls(chain_pem, parts_.trust.Now().trust,
                                                            region, parts_.clock.Now());
                                },
                                parts_.refused);
                          }};
  ASSIGN_OR_RETURN(const std::string theirs,
                   ExchangeRevocations(target, parts_.watch.OwnCrls(), kTimeout));
  std::string chain_pem;
  {
    absl::MutexLock lock(&shown->mutex);
    chain_pem = shown->chain_pem;
  }
  return parts_.watch.TakeCrls(region, theirs, chain_pem, PeerPurpose::kTlsServer);
}

}  // namespace corridor
