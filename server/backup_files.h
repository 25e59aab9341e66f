#ifndef CORRIDOR_SERVER_BACKUP_FILES_H_
#define CORRIDOR_SERVER_BACKUP_FILES_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/crypto/sealed_archive.h"
#include "corridor/v1/backup.pb.h"

namespace corridor {

// The files of backups. All errors name the path: kInternal where the disk refuses, kNotFound where
// what is to be opened is not there.

// Durable when it returns OK, but for the folder's entry: see SyncFolder.
absl::Status WriteSynced(const std::string& path, std::string_view bytes);
absl::Status SyncFolder(const std::string& path);
absl::StatusOr<std::string> ReadWhole(const std::string& path);
// A folder that only its owner may enter. OK where it is there.
absl::Status MakeFolder(const std::string& path);
// With all that is in it. OK where there is none.
absl::Status RemoveTree(const std::string& path);
// The names in a folder, in order; none where there is no folder.
std::vector<std::string> NamesIn(const std::string& folder);

// Seals the files of `folder` (not those below it) into `file`, durably. `go_on` is asked all the
// while; its error ends it.
absl::StatusOr<v1::BackupPart> SealFolder(const std::string& folder, const std::string& file,
                                          const BackupPublicKey& recipient,
                                          const std::string& context,
                                          const std::function<absl::Status()>& go_on);

// Puts what is sealed in `file` into `folder`, which is made, durably. kDataLoss: it is not the
// file that `part` describes, or does not open.
absl::Status OpenIntoFolder(const std::string& file, const v1::BackupPart& part,
                            const BackupKey& key, const std::string& context,
                            const std::string& folder);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BACKUP_FILES_H_
