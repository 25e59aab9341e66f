#include "server/identity/call_judge.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/crypto/peer_refusal.h"
#include "core/model/errors.h"

namespace corridor {
namespace {

// Certificates remembered; then all are verified anew.
constexpr size_t kKnownMax = 8192;

constexpr std::string_view kExchangeMethod = "/corridor.v1.RegionLink/ExchangeRevocations";

absl::Status AsError(const absl::Status& refusal) {
  const bool revoked = PeerRefusalOf(refusal) == PeerRefusal::kRevoked;
  return Error(revoked ? v1::ERROR_REASON_CERTIFICATE_REVOKED : v1::ERROR_REASON_IDENTITY_INVALID,
               std::string(refusal.message()));
}

}  // namespace

std::string RefusalMessage(const absl::Status& refusal) {
  const std::string reason = absl::StrCat(ReasonName(ReasonOf(refusal)), ": ");
  std::string message(refusal.message());
  return message.starts_with(reason) ? message : absl::StrCat(reason, message);
}

CallJudge::CallJudge(FactsSource facts, Parties parties, const TrustHolder& trust,
                     const Clock& clock)
    : facts_(std::move(facts)), parties_(std::move(parties)), trust_(trust), clock_(clock) {}

absl::StatusOr<AdmittedPeer> CallJudge::Judge(std::string_view method,
                                              std::string_view chain_pem) const {
  ASSIGN_OR_RETURN(AdmittedPeer peer, Admit(chain_pem));
  if (peer.crls_only && method != kExchangeMethod) {
    return AsError(RefusePeer(PeerRefusal::kRevocationStale,
                              "its region's lists have run out here; it may bring newer ones"));
  }
  RETURN_IF_ERROR(Authorise(method, peer.principal, *facts_(), parties_));
  return peer;
}

absl::Status CallJudge::JudgeConnection(std::string_view chain_pem) const {
  ASSIGN_OR_RETURN(const AdmittedPeer peer, Admit(chain_pem));
  return RefuseSuspended(peer.principal, *facts_(), parties_);
}

absl::StatusOr<AdmittedPeer> CallJudge::Admit(std::string_view chain_pem) const {
  const TrustHolder::Snapshot now = trust_.Now();
  const absl::Time time = clock_.Now();
  {
    absl::MutexLock lock(&mutex_);
    auto found = known_.find(chain_pem);
    if (found != known_.end() && found->second.generation == now.generation &&
        time < found->second.peer.judge_again) {
      return found->second.peer;
    }
  }
  auto peer = AdmitClient(chain_pem, now.trust, parties_.region, time);
  if (!peer.ok()) return AsError(peer.status());
  absl::MutexLock lock(&mutex_);
  if (known_.size() >= kKnownMax) known_.clear();
  known_[std::string(chain_pem)] = {now.generation, *peer};
  return peer;
}

}  // namespace corridor
