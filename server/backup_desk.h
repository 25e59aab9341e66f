#ifndef CORRIDOR_SERVER_BACKUP_DESK_H_
#define CORRIDOR_SERVER_BACKUP_DESK_H_

#include <atomic>
#include <functional>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/executor.h"
#include "corridor/v1/backup.pb.h"
#include "server/backup_maker.h"
#include "server/storage/commit.h"

namespace corridor {

// Makes backups when asked and when they are due, one at a time, and deletes payload keys whose
// time is over. Thread-safe.
class BackupDesk {
 public:
  using Done = absl::AnyInvocable<void(absl::StatusOr<v1::Backup>)>;

  // All must outlive this.
  struct Parts {
    BackupMaker::Parts maker;  // Its `go_on` is set here.
    CommitQueue& commits;
    AuditPart audit;
    std::string actor;  // The broker's own SPIFFE ID: of what nobody asked for.
    // Runs nothing else: making one takes as long as the data is large.
    Executor& executor;
    // How long after the last one the next is due.
    absl::Duration every;
    // A backup was made (and when), or could not be; keys were deleted. On the executor.
    std::function<void(absl::Time made)> on_made;
    std::function<void(const absl::Status& why)> on_failed;
    std::function<void(size_t backups)> on_keys_expired;
  };
  explicit BackupDesk(Parts parts);

  // Removes what a crash left half-made. Call before the stores take writes.
  absl::Status Open() { return maker_.ClearHalfMade(); }
  // Looks each minute at what is due, from five minutes on.
  void Start();
  // What is being made is given up. Stop the executor then.
  void Stop() { stopping_ = true; }

  // QUOTA (with a time to try again): one is being made, or was in this second. Other errors are
  // those of BackupMaker::Make.
  void Create(const std::string& actor, Done done);
  v1::ListBackupsResponse List() const;

 private:
  void Look();
  void Make(const std::string& actor, Done done);
  void Audit(const std::string& actor, v1::Backup made, Done done);

  const Parts parts_;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> busy_ = false;
  const BackupMaker maker_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BACKUP_DESK_H_
