#ifndef CORRIDOR_CORE_CRYPTO_BACKUP_MANIFEST_H_
#define CORRIDOR_CORE_CRYPTO_BACKUP_MANIFEST_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/crypto/signature.h"
#include "corridor/v1/backup.pb.h"

namespace corridor {

// The one format of backups that there is, and the names in a backup's folders.
inline constexpr uint32_t kBackupFormat = 1;
inline constexpr char kBackupManifestFile[] = "manifest";
inline constexpr char kBackupJournalFile[] = "journal.sealed";
inline constexpr char kBackupKeysFile[] = "keys.sealed";

// Under which context a part is sealed; see ArchiveSealer.
std::string BackupContext(const v1::BackupManifest& manifest, std::string_view file);

// The file `manifest`.
std::string SignBackupManifest(const v1::BackupManifest& manifest, const SigningKey& key,
                               std::string chain_pem);

// A manifest that the key of `chain_pem`'s first certificate signed. Whether that is a broker of
// the region is for the caller to verify.
struct SignedByChain {
  v1::BackupManifest manifest;
  std::string chain_pem;
};
// kDataLoss: it was changed, or is none. kFailedPrecondition: of a newer format.
absl::StatusOr<SignedByChain> OpenBackupManifest(std::string_view file);

}  // namespace corridor

#endif  // CORRIDOR_CORE_CRYPTO_BACKUP_MANIFEST_H_
