#ifndef CORRIDOR_SERVER_JOURNAL_ERASER_H_
#define CORRIDOR_SERVER_JOURNAL_ERASER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/executor.h"
#include "server/journal/alert_head.h"
#include "server/journal/payload_keys.h"
#include "server/storage/commit.h"
#include "server/storage/store.h"

namespace corridor {

// Makes content unreadable whose erasure the committer has scheduled (`x/`), in this
// order, so that a crash anywhere is gone on from:
//
//   1. the record becomes a tombstone: digest, ids and acceptance stay
//   2. its payload key is deleted, and purged from the files of the key store
//   3. the schedule's entry goes, with an audit entry (AUDIT_ACT_ERASURE)
//
// What lies under a legal hold stays as it is, served to nobody, until the hold is
// released. Thread-safe; the work is done on the executor `upkeep`, which must not
// run two of its tasks at a time.
class Eraser {
 public:
  // All must outlive this.
  struct Parts {
    Store& store;
    KeyStore& keys;
    CommitQueue& queue;
    Executor& upkeep;
    AuditPart audit;
    std::string actor;  // For audit entries: the broker's own SPIFFE ID.
    // Makes the part that takes away what others keep of a record. May be null.
    std::function<BatchPart(v1::Lane, uint64_t offset)> bury_with;
    // A round has come to its end: what was due is erased. Called on `upkeep`.
    std::function<void()> on_erased;
    // One did not, and is tried again. Called on `upkeep`.
    std::function<void(const absl::Status&)> on_failed;
  };
  // How many statements one round takes.
  static constexpr size_t kRoundMax = 1024;
  // How long after a failure it is tried again.
  static constexpr absl::Duration kRetryInterval = absl::Seconds(10);

  explicit Eraser(Parts parts);
  ~Eraser();

  // Something was scheduled, or a hold released. Also once at the start: what a crash
  // left undone.
  void Wake();

  // Whether the content there awaits its erasure, and whether a hold keeps it.
  enum class State { kErased, kScheduled, kHeld };
  absl::StatusOr<State> StateOf(AlertHead::Place place) const;

 private:
  struct Item {
    std::string erasure_key;
    std::string record_key;   // Empty: a payload key alone.
    uint64_t key_number = 0;  // 0: there is none.
  };
  using Items = std::vector<Item>;

  void Begin();
  absl::StatusOr<Items> Due() const;
  absl::StatusOr<Item> ItemOf(std::string erasure_key) const;
  absl::StatusOr<bool> HasHold(std::string_view publisher, std::string_view alert_id) const;
  void Bury(Items items);
  void Destroy(const Items& items);
  void Forget(const Items& items);
  void End(const absl::Status& status);
  // A task on `upkeep` that does nothing once this is gone.
  Task Guarded(absl::AnyInvocable<void(Eraser&)> task) const;

  Parts parts_;
  // Touched on `upkeep` alone.
  bool in_round_ = false;
  bool woken_ = false;             // During the round.
  std::shared_ptr<Eraser*> self_;  // Null inside once destroyed.
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_JOURNAL_ERASER_H_
