#ifndef CORRIDOR_SERVER_BACKUP_MAKER_H_
#define CORRIDOR_SERVER_BACKUP_MAKER_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/clock.h"
#include "core/crypto/sealed_archive.h"
#include "core/crypto/signature.h"
#include "corridor/v1/backup.pb.h"
#include "server/storage/store.h"

namespace corridor {

// Where backups go, and for whom.
//
//   <folder>/<id>/       manifest  journal.sealed
//   <keys_folder>/<id>/  manifest  keys.sealed      deleted when `keep_keys` is over
struct BackupPlan {
  std::string folder;
  std::string keys_folder;
  BackupPublicKey recipient{};
  absl::Duration keep_keys = absl::Hours(7 * 24);
};

// When the backup of that id was made; nothing where it is no id of a backup.
std::optional<absl::Time> TimeOfBackup(const std::string& backup_id);

// Makes backups of stores that are in use. One call at a time, but for List.
class BackupMaker {
 public:
  // All must outlive this.
  struct Parts {
    BackupPlan plan;
    Store& store;
    Store& key_store;
    // For copies that live while a backup is made. On the file system of the stores, so that
    // they cost no room. Belongs to this alone.
    std::string work_folder;
    const Clock& clock;
    const SigningKey& acceptance_key;
    std::string acceptance_chain_pem;
    std::string region;
    std::string version;
    // Asked all the while: an error ends the making.
    std::function<absl::Status()> go_on = [] { return absl::OkStatus(); };
  };
  explicit BackupMaker(Parts parts) : parts_(std::move(parts)) {}

  // Removes what a crash left half-made: copies hold keys that may be destroyed meanwhile.
  // Call before the stores take writes.
  absl::Status ClearHalfMade() const;

  // On stable storage when it returns. The journal is copied first and its keys after it, so
  // that none is missing. kAlreadyExists: one was made in this second. kInternal: the disk
  // refused. kDataLoss: what was copied does not read. Nothing half-made stays.
  absl::StatusOr<v1::Backup> Make() const;

  // The newest first. Any thread.
  std::vector<v1::Backup> List() const;

  // Deletes payload keys whose time is over; how many.
  absl::StatusOr<size_t> ExpireKeys() const;

 private:
  absl::StatusOr<v1::BackupManifest> MakeParts(const std::string& id) const;
  absl::Status Describe(v1::BackupManifest& manifest) const;
  absl::Status Publish(const v1::BackupManifest& manifest) const;
  std::string Work(const char* what) const { return parts_.work_folder + "/" + what; }

  const Parts parts_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BACKUP_MAKER_H_
