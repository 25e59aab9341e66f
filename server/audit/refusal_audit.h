#ifndef CORRIDOR_SERVER_AUDIT_REFUSAL_AUDIT_H_
#define CORRIDOR_SERVER_AUDIT_REFUSAL_AUDIT_H_

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "core/base/clock.h"
#include "corridor/v1/audit_log.pb.h"
#include "server/storage/commit.h"

namespace corridor {

// Puts what was refused at the door, handshakes and calls, into the audit log, without
// letting whoever is refused fill the disk: in each minute the first refusals are
// entries of their own; those beyond a bound are counted, by what they have in common,
// and each count is one entry when the minute ends. So none goes unrecorded, and a
// flood costs a bounded number of entries. Pure bookkeeping; thread-compatible.
class RefusalFold {
 public:
  // Entries of their own in a minute.
  static constexpr size_t kSingleMax = 2000;
  // The same for refusals that have actor, act, object, reason and rule in common.
  static constexpr size_t kSingleAlikeMax = 60;
  // Kinds that are counted apart; refusals of further kinds are counted together by act.
  static constexpr size_t kKindsMax = 1024;

  // The entry to write now, unless it is counted.
  std::optional<v1::AuditEntry> Add(v1::AuditEntry entry);
  // Ends the minute: what was counted in it, by kind.
  std::vector<v1::AuditEntry> EndMinute();

 private:
  struct Kind {
    v1::AuditEntry entry;
    size_t single = 0;
    uint32_t counted = 0;
  };

  Kind& KindOf(v1::AuditEntry entry);

  size_t single_ = 0;
  std::map<std::string, Kind> kinds_;  // By serialised entry.
};

// The same on the clock, writing through the committer. Thread-safe.
class RefusalAudit {
 public:
  // `lost` hears of entries that could not be written. All must outlive this.
  struct Parts {
    CommitQueue& commits;
    const Clock& clock;
    AuditPart audit;
    std::function<void(const absl::Status&)> lost;
  };
  explicit RefusalAudit(Parts parts) : parts_(std::move(parts)) {}

  void Note(v1::AuditEntry entry);
  // Call at least each second: ends the minute where it is over.
  void Tick();
  // Writes what is counted. Before the committer stops.
  void Flush();

 private:
  void Write(v1::AuditEntry entry);

  const Parts parts_;
  absl::Mutex mutex_;
  RefusalFold fold_ ABSL_GUARDED_BY(mutex_);
  absl::Duration minute_ends_ ABSL_GUARDED_BY(mutex_) = absl::ZeroDuration();
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_AUDIT_REFUSAL_AUDIT_H_
