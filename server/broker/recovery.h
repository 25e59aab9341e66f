#ifndef CORRIDOR_SERVER_BROKER_RECOVERY_H_
#define CORRIDOR_SERVER_BROKER_RECOVERY_H_

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/executor.h"
#include "corridor/v1/federation.pb.h"
#include "server/broker/backfill.h"
#include "server/journal/journal.h"
#include "server/journal/recall_register.h"
#include "server/storage/commit.h"
#include "server/storage/store.h"

namespace corridor {

// What a broker does whose journal was restored from a backup, or has lost its tail: it
// serves nobody until each peer region has given back what this region had published and
// the journal no longer has, the recalls first, has sent again what this region may have of
// its own, and until the peer's own recalls are here again. Which peers are due stands in the
// store, so that a crash begins nothing anew and forgets nothing. Lives on the flow executor;
// CheckServing may be called on any thread.
class Recovery {
 public:
  // All must outlive this.
  struct Parts {
    const Store& store;
    // What was recalled, whatever the journal says (recall_register.h); null: not known.
    const Store* recalled;
    Journal& journal;
    Backfill& backfill;
    Executor& flow;
    AuditPart audit;
    std::string actor;  // For audit entries: the broker's own SPIFFE ID.
    // Whether its routine lane is up.
    std::function<bool(const std::string& peer)> is_up;
    // The last offset of the peer's journal, in any lane, up to which it was held here.
    std::function<uint64_t(const std::string& peer)> held_through;
    // Whether all that the peer has in the urgent lane is here.
    std::function<bool(const std::string& peer)> urgent_caught_up;
  };
  using Done = absl::AnyInvocable<void(absl::StatusOr<v1::BackfillReport>)>;

  explicit Recovery(Parts parts);
  ~Recovery();

  // Reads who is due. A journal that went on from an earlier incarnation of itself, and
  // whose recovery did not begin yet, has every one of `peers` due.
  absl::Status Open(const std::vector<std::string>& peers);
  // Makes that durable, where it is new, after what was recalled is so here too. Call once
  // the journal takes batches.
  void Begin();

  // NOT_READY while a peer is due, or what was recalled is not yet applied: nobody may
  // publish, read or subscribe.
  absl::Status CheckServing() const;

  // Call each second: asks whom it can, and sees who has given back all.
  void Tick();

  // The peer is to give back what is missing here, also where nobody waits for it. `done`
  // once it has: see Backfill::Ask.
  void Require(const std::string& peer, Done done);
  // An operator says that it never will. `done` once that is durable.
  void GiveUp(const std::string& peer, const std::string& actor,
              absl::AnyInvocable<void(absl::Status)> done);
  bool IsDue(const std::string& peer) const { return due_.contains(peer); }

 private:
  struct Due {
    bool gates = false;  // Nobody is served before.
    bool asked = false;
    bool returned = false;  // All that was ours has come,
    bool complete = false;  // and all of theirs.
    v1::BackfillReport report;
    std::vector<Done> waiting;
  };

  void ApplyNext();
  void ApplyLater();
  void OnApplied(const absl::Status& applied);
  void CommitBegun();
  void Ask(const std::string& peer);
  v1::LinkAsk ReturnAsk() const;
  void OnAnswered(const std::string& peer, absl::StatusOr<v1::BackfillReport> report);
  void Finish(const std::string& peer, const std::string& actor,
              absl::AnyInvocable<void(absl::Status)> done);
  void Forget(const std::string& peer);
  void Count();

  Parts parts_;
  std::map<std::string, Due> due_;
  bool applying_ = false;  // What was recalled is not all written here yet:
  std::vector<RecalledContent> to_apply_;
  bool begins_anew_ = false;         // That is not durable yet,
  std::vector<std::string> begins_;  // nor that these are due.
  std::atomic<bool> serving_ = true;
  std::shared_ptr<Recovery*> self_;  // Null inside once destroyed.
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_RECOVERY_H_
