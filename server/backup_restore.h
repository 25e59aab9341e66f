#ifndef CORRIDOR_SERVER_BACKUP_RESTORE_H_
#define CORRIDOR_SERVER_BACKUP_RESTORE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/random.h"
#include "core/crypto/sealed_archive.h"
#include "corridor/v1/backup.pb.h"
#include "server/backup_maker.h"
#include "server/broker/directory_check.h"

namespace corridor {

struct RestoreRequest {
  std::string region;
  // Must not be there, or be empty.
  std::string data_dir;
  BackupPlan plan;  // Where the backups lie.
  std::string backup_id;
  const BackupKey& key;
  // The folder `recalled` of the data that were lost, where it is still there; or empty.
  std::string recalled_folder;
  RegionKeyVerifier verify_key;
  absl::Time now;
};

// Puts a backup into place for a broker that does not run. Its payload keys come from the newest
// backup of keys that is not older and has not expired, so that what was recalled since stays
// unreadable. The journal begins a new epoch: whoever starts on it serves nobody before all that is
// known to be recalled was applied, and its peers have given back what it lacks (recovery.h).
//
// All is verified before anything is put into place, and what fails leaves nothing there:
//   kFailedPrecondition  the folder is not empty; of another region; made by a newer version; its
//                        keys have expired
//   kNotFound            no such backup, or none of its keys
//   kDataLoss            changed, cut off, or not signed by a broker of the region
absl::StatusOr<v1::RestoreReport> Restore(const RestoreRequest& request, Random& random);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BACKUP_RESTORE_H_
