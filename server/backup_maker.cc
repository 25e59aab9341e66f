#include "server/backup_maker.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/crypto/backup_manifest.h"
#include "core/crypto/digest.h"
#include "server/audit/audit_log.h"
#include "server/backup_files.h"
#include "server/journal/journal_state.h"
#include "server/journal/record_codec.h"
#include "server/storage/keyspace.h"
#include "server/storage/rocksdb_store.h"

namespace corridor {
namespace {

constexpr char kIdFormat[] = "%E4Y%m%dT%H%M%SZ";
constexpr char kHalfMade[] = ".half";
constexpr size_t kListedMax = 1000;
// A copy is opened to be described, not to be served.
constexpr RocksDbOptions kForALook = {.block_cache_bytes = 4 << 20, .write_buffer_bytes = 1 << 20};

void SetTime(google::protobuf::Timestamp& timestamp, absl::Time time) {
  timestamp.set_seconds(absl::ToUnixSeconds(time));
}

absl::Status Rename(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) == 0) return absl::OkStatus();
  return absl::InternalError(absl::ErrnoToStatus(errno, to).message());
}

}  // namespace

std::optional<absl::Time> TimeOfBackup(const std::string& backup_id) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(kIdFormat, backup_id, absl::UTCTimeZone(), &time, &error)) {
    return std::nullopt;
  }
  if (absl::FormatTime(kIdFormat, time, absl::UTCTimeZone()) != backup_id) return std::nullopt;
  return time;
}

absl::Status BackupMaker::ClearHalfMade() const {
  RETURN_IF_ERROR(RemoveTree(parts_.work_folder));
  for (const std::string& folder : {parts_.plan.folder, parts_.plan.keys_folder}) {
    for (const std::string& name : NamesIn(folder)) {
      if (absl::EndsWith(name, kHalfMade)) RETURN_IF_ERROR(RemoveTree(folder + "/" + name));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Backup> BackupMaker::Make() const {
  const std::string id = absl::FormatTime(kIdFormat, parts_.clock.Now(), absl::UTCTimeZone());
  std::error_code error;
  if (std::filesystem::exists(parts_.plan.folder + "/" + id, error)) {
    return absl::AlreadyExistsError(absl::StrCat("there is a backup ", id));
  }
  RETURN_IF_ERROR(ClearHalfMade());
  absl::StatusOr<v1::BackupManifest> manifest = MakeParts(id);
  if (manifest.ok()) {
    if (absl::Status published = Publish(*manifest); !published.ok()) manifest = published;
  }
  const absl::Status cleared = ClearHalfMade();
  if (!manifest.ok()) return manifest.status();
  RETURN_IF_ERROR(cleared);
  v1::Backup backup;
  *backup.mutable_manifest() = *std::move(manifest);
  backup.set_keys_present(true);
  return backup;
}

absl::StatusOr<v1::BackupManifest> BackupMaker::MakeParts(const std::string& id) const {
  const BackupPlan& plan = parts_.plan;
  v1::BackupManifest manifest;
  manifest.set_format(kBackupFormat);
  manifest.set_storage_format(kStorageFormat);
  manifest.set_region(parts_.region);
  manifest.set_backup_id(id);
  manifest.set_version(parts_.version);
  manifest.set_recipient(ToString(plan.recipient));
  SetTime(*manifest.mutable_create_time(), *TimeOfBackup(id));
  SetTime(*manifest.mutable_keys_expire_time(), *TimeOfBackup(id) + plan.keep_keys);
  const std::string journal = plan.folder + "/" + id + kHalfMade;
  const std::string keys = plan.keys_folder + "/" + id + kHalfMade;
  for (const std::string& folder : {parts_.work_folder, journal, keys}) {
    RETURN_IF_ERROR(MakeFolder(folder));
  }
  RETURN_IF_ERROR(parts_.store.Checkpoint(Work("journal")));
  RETURN_IF_ERROR(Describe(manifest));
  ASSIGN_OR_RETURN(*manifest.mutable_journal(),
                   SealFolder(Work("journal"), journal + "/" + kBackupJournalFile, plan.recipient,
                              BackupContext(manifest, kBackupJournalFile), parts_.go_on));
  // For as short as can be: a key that is destroyed meanwhile lives on in the copy.
  RETURN_IF_ERROR(parts_.key_store.Checkpoint(Work("keys")));
  ASSIGN_OR_RETURN(*manifest.mutable_keys(),
                   SealFolder(Work("keys"), keys + "/" + kBackupKeysFile, plan.recipient,
                              BackupContext(manifest, kBackupKeysFile), parts_.go_on));
  return manifest;
}

absl::Status BackupMaker::Describe(v1::BackupManifest& manifest) const {
  ASSIGN_OR_RETURN(const std::unique_ptr<Store> copy, OpenRocksDbStore(Work("journal"), kForALook));
  ASSIGN_OR_RETURN(const std::optional<stored::JournalState> state,
                   GetValue<stored::JournalState>(*copy, JournalStateKey()));
  if (!state.has_value()) return absl::DataLossError("the copy has no journal");
  ASSIGN_OR_RETURN(const AuditLog::Head head, AuditLog(*copy).head());
  manifest.set_epoch(state->epoch());
  manifest.set_head_offset(HeadOf(*state));
  manifest.set_local_records(state->local_records());
  manifest.set_imported_records(state->imported_records());
  manifest.set_audit_entries(head.entries);
  manifest.set_audit_head(head.hash);
  return absl::OkStatus();
}

// Keys first: what is in the folder of backups can be restored.
absl::Status BackupMaker::Publish(const v1::BackupManifest& manifest) const {
  const std::string file =
      SignBackupManifest(manifest, parts_.acceptance_key, parts_.acceptance_chain_pem);
  for (const std::string& folder : {parts_.plan.keys_folder, parts_.plan.folder}) {
    const std::string place = folder + "/" + manifest.backup_id();
    const std::string half = place + kHalfMade;
    RETURN_IF_ERROR(WriteSynced(half + "/" + kBackupManifestFile, file));
    RETURN_IF_ERROR(SyncFolder(half));
    RETURN_IF_ERROR(Rename(half, place));
    RETURN_IF_ERROR(SyncFolder(folder));
  }
  return absl::OkStatus();
}

std::vector<v1::Backup> BackupMaker::List() const {
  std::vector<std::string> names = NamesIn(parts_.plan.folder);
  std::reverse(names.begin(), names.end());
  std::vector<v1::Backup> backups;
  for (const std::string& name : names) {
    if (backups.size() == kListedMax) break;
    const auto file = ReadWhole(parts_.plan.folder + "/" + name + "/" + kBackupManifestFile);
    if (!TimeOfBackup(name).has_value() || !file.ok()) continue;
    auto opened = OpenBackupManifest(*file);
    if (!opened.ok()) continue;
    v1::Backup& backup = backups.emplace_back();
    *backup.mutable_manifest() = std::move(opened->manifest);
    std::error_code error;
    backup.set_keys_present(std::filesystem::exists(
        parts_.plan.keys_folder + "/" + name + "/" + kBackupKeysFile, error));
  }
  return backups;
}

absl::StatusOr<size_t> BackupMaker::ExpireKeys() const {
  size_t expired = 0;
  for (const std::string& name : NamesIn(parts_.plan.keys_folder)) {
    const std::optional<absl::Time> made = TimeOfBackup(name);
    if (!made.has_value() || parts_.clock.Now() < *made + parts_.plan.keep_keys) continue;
    RETURN_IF_ERROR(RemoveTree(parts_.plan.keys_folder + "/" + name));
    ++expired;
  }
  if (expired > 0) RETURN_IF_ERROR(SyncFolder(parts_.plan.keys_folder));
  return expired;
}

}  // namespace corridor
