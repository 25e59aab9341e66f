#ifndef CORRIDOR_SERVER_BROKER_UNHEARD_REVISIONS_H_
#define CORRIDOR_SERVER_BROKER_UNHEARD_REVISIONS_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/model/facts.h"
#include "server/broker/link_progress.h"
#include "server/broker/peer_interests.h"
#include "server/broker/recall_planner.h"
#include "server/catalog/catalog.h"
#include "server/journal/journal.h"
#include "server/journal/recall_ledger.h"
#include "server/storage/commit.h"
#include "server/storage/keyspace.h"
#include "server/storage/store.h"

namespace corridor {

// A revision that leaves out some members of a peer region is told to them by that region's
// broker, once it has it. Where the region does not get it after all (an agreement ended or a
// member was suspended on its way, the region refused it, it ended to hold), what it leaves them
// out of is withdrawn from the whole region. What was signed with a stolen key withdraws nothing.
// Which revisions are looked after is in the store, written with them (RecallPlanner).
//
// The ledger of disclosures says of whole blocks what may have gone, not whether this did. So
// what policy would pass over is withdrawn as soon as it would: what no facts since then have
// denied, and the region has persisted, it was sent; should the region say later that it refused
// it, it is looked at again. Where it had just gone when it came to be
// denied, the region erases earlier revisions that it has no more use for.
// Lives on the flow executor.
class UnheardRevisions {
 public:
  // All must outlive this.
  struct Parts {
    const Store& store;
    Journal& journal;
    const Catalog& catalog;
    const RecallLedger& recalls;
    const PeerInterests& interests;
    const LinkProgress& progress;
    const RecallPlanner& planner;
    const Clock& clock;
    // There is more that a peer has to erase. On the commit thread.
    std::function<void()> on_withdrawn;
    // A record cannot be read, or a batch was not written; it is tried again.
    std::function<void(const absl::Status&)> on_failed;
  };
  // Looked at in one call; the next one goes on behind them, and round again.
  static constexpr size_t kRevisionsMax = 256;

  explicit UnheardRevisions(Parts parts) : parts_(std::move(parts)) {}

  // Call every few seconds.
  void Review();

  // The part that goes with a refusal by `peer` of a record of ours: it may come after the region
  // has persisted it, where it was parked there or the connection broke.
  static BatchPart PartForRefused(std::string peer, v1::Lane lane, uint64_t offset);

  // Call at the start and with all facts that ever were in force since, in their order: those
  // after them may allow again what was passed over under these. Looks at every revision.
  void OnFactsChanged(const Facts& facts);

 private:
  enum class Outcome { kWaiting, kSent, kSettled, kUnheard };

  absl::StatusOr<Outcome> OutcomeOf(const Facts& facts, const PeerPlace& at,
                                    const RecordInContext& record) const;
  static BatchPart PartForSent(const PeerPlace& at, const KeyValue& noted);
  // Those from `next` on, at most kRevisionsMax. The first key behind them; empty: none is left.
  std::string ReviewFrom(const Facts& facts, std::string next);
  absl::Status ReviewOne(const Facts& facts, const KeyValue& noted);

  const Parts parts_;
  uint64_t generation_ = 0;  // Of the facts seen last.
  std::string next_;  // The first key that the next call looks at; empty: the first there is.
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_UNHEARD_REVISIONS_H_
