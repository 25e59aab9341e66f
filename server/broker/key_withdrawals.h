#ifndef CORRIDOR_SERVER_BROKER_KEY_WITHDRAWALS_H_
#define CORRIDOR_SERVER_BROKER_KEY_WITHDRAWALS_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/executor.h"
#include "server/broker/recall_planner.h"
#include "server/catalog/catalog.h"
#include "server/journal/journal.h"
#include "server/storage/store.h"

namespace corridor {

// Flags what was delivered under a signing key of this region that was in wrong hands:
// each statement that it signed and that was accepted from its compromise on is
// withdrawn from all who may hold it, by a notice of RECALL_CAUSE_KEY_REVOKED; peer
// regions tell their own. The content stays here, as evidence, and policy hands it to
// nobody (publisher/key-revoked).
//
// The work is done in steps on the upkeep executor, and is noted in the store when a key
// is done, so that a restart goes on with it; doing a step twice changes nothing.
// Thread-safe.
class KeyWithdrawals {
 public:
  // All must outlive this, and the executor must run no more when this is destroyed.
  struct Parts {
    std::string region;
    const Store& store;
    Journal& journal;
    const Catalog& catalog;
    const RecallPlanner& planner;
    Executor& upkeep;
    // There are notices to give. Any thread.
    std::function<void()> on_flagged;
    std::function<void(const absl::Status&)> on_failed;
  };
  explicit KeyWithdrawals(Parts parts) : parts_(std::move(parts)) {}

  // Looks for revoked keys that are not done. At the start, and when facts change.
  void Look();

 private:
  // One key on its way through the journal, from the newest record back.
  struct Walk {
    std::string key_id;
    int64_t compromised_ms = 0;
    v1::Lane lane = v1::LANE_URGENT;
    uint64_t end = 0;  // Offsets above are done.
  };

  void LookNow();
  absl::StatusOr<bool> IsDone(const Walk& walk) const;
  void Step(Walk walk);
  // What is to be flagged in the window below `walk.end`, and moves the walk below it;
  // `walk.end` is 0 where nothing older can matter.
  absl::StatusOr<std::vector<BatchPart>> TakeWindow(Walk& walk) const;
  void Finish(const Walk& walk);
  void Fail(const absl::Status& why);

  const Parts parts_;
  std::atomic<bool> busy_ = false;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_KEY_WITHDRAWALS_H_
