#ifndef CORRIDOR_SERVER_IDENTITY_CALL_JUDGE_H_
#define CORRIDOR_SERVER_IDENTITY_CALL_JUDGE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "core/base/clock.h"
#include "core/model/facts.h"
#include "server/identity/authorisation_table.h"
#include "server/identity/peer_admission.h"
#include "server/identity/trust_holder.h"

namespace corridor {

// What a caller is told of a refusal where it can be told a message alone: the name of
// the reason, then what was said.
std::string RefusalMessage(const absl::Status& refusal);

using FactsSource = std::function<std::shared_ptr<const Facts>()>;

// Whether a caller may make a call now, or go on with one it has open: by its
// certificate under the present trust and time, and by Authorise(). A handshake
// proves a certificate once; a connection lives on when the certificate is
// revoked or expires, so every call asks here again. A certificate is verified
// once for each generation of trust. Thread-safe; `facts` must not block.
class CallJudge {
 public:
  // `trust` and `clock` must outlive this.
  CallJudge(FactsSource facts, Parties parties, const TrustHolder& trust, const Clock& clock);

  // CERTIFICATE_REVOKED, IDENTITY_INVALID (what else is wrong with the
  // certificate; the message begins with the refusal's name), or what Authorise()
  // says. A broker whose region's CRLs have run out may call ExchangeRevocations alone.
  absl::StatusOr<AdmittedPeer> Judge(std::string_view method, std::string_view chain_pem) const;

  // Whether the connection of who showed this may stay open: CERTIFICATE_REVOKED,
  // IDENTITY_INVALID or MEMBER_SUSPENDED where it is of no more use.
  absl::Status JudgeConnection(std::string_view chain_pem) const;

 private:
  struct Known {
    uint64_t generation = 0;
    AdmittedPeer peer;
  };

  absl::StatusOr<AdmittedPeer> Admit(std::string_view chain_pem) const;

  const FactsSource facts_;
  const Parties parties_;
  const TrustHolder& trust_;
  const Clock& clock_;
  mutable absl::Mutex mutex_;
  mutable std::map<std::string, Known, std::less<>> known_ ABSL_GUARDED_BY(mutex_);  // By chain.
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_IDENTITY_CALL_JUDGE_H_
