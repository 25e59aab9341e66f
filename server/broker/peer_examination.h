#ifndef CORRIDOR_SERVER_BROKER_PEER_EXAMINATION_H_
#define CORRIDOR_SERVER_BROKER_PEER_EXAMINATION_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/crypto/verified_roots.h"
#include "core/gate/gate.h"
#include "core/model/facts.h"
#include "corridor/v1/record.pb.h"
#include "corridor/v1/region_link.pb.h"
#include "server/journal/journal.h"

namespace corridor {

// Whether what a peer region sends may come in: the proof that a broker of its origin
// accepted it, the publisher's own proof, the gate, and this region's policy. What was
// found wanting, with its reason; see MayHeal. Thread-safe.
class PeerExamination {
 public:
  // Both must outlive this. `region` is this region.
  PeerExamination(std::string region, const Gate& gate, const Journal& journal)
      : region_(std::move(region)), gate_(gate), journal_(journal) {}

  // A record of `origin`.
  absl::StatusOr<AcceptedStatement> Examine(const std::string& origin, const Facts& facts,
                                            const v1::LinkRecord& record, absl::Time now) const;
  // One that was published here, in an incarnation of our journal that no longer has it:
  // our own broker's acceptance proves it.
  absl::StatusOr<AcceptedStatement> ExamineReturned(const Facts& facts,
                                                    const v1::LinkRecord& record) const;

 private:
  absl::StatusOr<AcceptedStatement> ExamineProofs(const std::string& origin, const Facts& facts,
                                                  const v1::LinkRecord& record) const;

  const std::string region_;
  const Gate& gate_;
  const Journal& journal_;
  // Of publishers' batches, and of the commit batches of peers.
  mutable VerifiedRoots roots_;
};

// What may mend itself while the record waits: a key that is on its way, a clock that is
// ahead of ours.
bool MayHeal(const absl::Status& why);

std::optional<v1::Acceptance> HeldAcceptanceOf(const v1::LinkRecord& record);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_PEER_EXAMINATION_H_
