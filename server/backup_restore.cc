#include "server/backup_restore.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/crypto/backup_manifest.h"
#include "core/crypto/certificate.h"
#include "server/audit/audit_log.h"
#include "server/backup_files.h"
#include "server/journal/head_marker.h"
#include "server/journal/journal_state.h"
#include "server/journal/payload_keys.h"
#include "server/journal/recall_register.h"
#include "server/journal/record_codec.h"
#include "server/storage/keyspace.h"
#include "server/storage/rocksdb_store.h"

namespace corridor {
namespace {

constexpr char kRestoring[] = ".restoring";
constexpr size_t kRecordsAtOnce = 256;

absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds());
}

// A manifest that a broker of the region signed.
absl::StatusOr<v1::BackupManifest> Manifest(const RestoreRequest& request,
                                            const std::string& folder, const std::string& id) {
  ASSIGN_OR_RETURN(const std::string file,
                   ReadWhole(absl::StrCat(folder, "/", id, "/", kBackupManifestFile)));
  ASSIGN_OR_RETURN(const SignedByChain opened, OpenBackupManifest(file));
  const v1::BackupManifest& manifest = opened.manifest;
  if (manifest.backup_id() != id) {
    return absl::DataLossError(
        absl::StrCat("the folder of backup ", id, " holds that of ", manifest.backup_id()));
  }
  if (manifest.region() != request.region) {
    return absl::FailedPreconditionError(
        absl::StrCat("this is a backup of ", manifest.region(), ", not of ", request.region));
  }
  // As of now, so that revocations count; what has ended since, as of its last second.
  ASSIGN_OR_RETURN(const CertificateChain chain, CertificateChain::FromPem(opened.chain_pem));
  const auto signer =
      request.verify_key(request.region, opened.chain_pem,
                         std::min(request.now, chain.leaf.not_after() - absl::Seconds(1)));
  if (!signer.ok()) {
    return absl::DataLossError(absl::StrCat("the backup is not signed by a broker of the region: ",
                                            signer.status().message()));
  }
  if (manifest.storage_format() > kStorageFormat) {
    return absl::FailedPreconditionError(
        absl::StrCat("the backup was made by version ", manifest.version(),
                     ", whose storage format ", manifest.storage_format(),
                     " this one does not know (", kStorageFormat, "); restore with that version"));
  }
  return manifest;
}

absl::Status CheckEmpty(const std::string& folder) {
  std::error_code error;
  if (!std::filesystem::exists(folder, error) || std::filesystem::is_empty(folder, error)) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat(
      folder, " is not empty: move it away first (its folder recalled may be of use)"));
}

// The newest keys that are no older than the backup: a key that was destroyed since is not there.
absl::StatusOr<v1::BackupManifest> KeysFor(const RestoreRequest& request) {
  std::string newest;
  for (const std::string& name : NamesIn(request.plan.keys_folder)) {
    if (TimeOfBackup(name).has_value() && name >= request.backup_id) newest = name;
  }
  if (newest.empty()) {
    return absl::NotFoundError(absl::StrCat(request.plan.keys_folder, " has no keys of backup ",
                                            request.backup_id, " or a later one"));
  }
  ASSIGN_OR_RETURN(v1::BackupManifest manifest,
                   Manifest(request, request.plan.keys_folder, newest));
  if (request.now >= TimeOf(manifest.keys_expire_time())) {
    return absl::FailedPreconditionError(absl::StrCat("the keys of backup ", newest,
                                                      " have expired: what was recalled since must "
                                                      "not come back"));
  }
  return manifest;
}

absl::Status Unpack(const RestoreRequest& request, const v1::BackupManifest& backup,
                    const v1::BackupManifest& keys, const std::string& folder) {
  RETURN_IF_ERROR(OpenIntoFolder(
      request.plan.folder + "/" + backup.backup_id() + "/" + kBackupJournalFile, backup.journal(),
      request.key, BackupContext(backup, kBackupJournalFile), folder + "/journal"));
  return OpenIntoFolder(request.plan.keys_folder + "/" + keys.backup_id() + "/" + kBackupKeysFile,
                        keys.keys(), request.key, BackupContext(keys, kBackupKeysFile),
                        folder + "/keys");
}

// What of the records can be read: header, checksum and key of each.
absl::Status CountRecords(const Store& journal, const KeyStore& keys, v1::Lane lane,
                          v1::RestoreReport& report) {
  KeyRange range = {RecordKey(lane, 0), RecordKey(lane, std::numeric_limits<uint64_t>::max())};
  for (;;) {
    ASSIGN_OR_RETURN(const std::vector<KeyValue> records, journal.Scan(range, kRecordsAtOnce));
    if (records.empty()) return absl::OkStatus();
    for (const KeyValue& record : records) {
      const uint64_t offset = ParseKeyNumber(
          std::string_view(record.key).substr(RecordKey(lane, 0).size() - sizeof(uint64_t)));
      ASSIGN_OR_RETURN(const stored::StoredRecord header,
                       DecodeRecordHeader(lane, offset, record.value));
      std::optional<PayloadKey> key;
      if (!header.erased()) {
        ASSIGN_OR_RETURN(key, keys.Find(header.key_number()));
      }
      if (key.has_value()) {
        report.set_readable_records(report.readable_records() + 1);
      } else {
        report.set_erased_records(report.erased_records() + 1);
      }
    }
    range.begin = records.back().key + '\0';
  }
}

absl::Status CheckAudit(const Store& journal, const v1::BackupManifest& backup) {
  ASSIGN_OR_RETURN(const AuditLog::Head head, AuditLog(journal).Verify());
  if (head.entries == backup.audit_entries() && head.hash == backup.audit_head()) {
    return absl::OkStatus();
  }
  return absl::DataLossError("the audit log is not the one that the manifest describes");
}

absl::Status TakeRecalled(const RestoreRequest& request, const std::string& folder,
                          v1::RestoreReport& report) {
  if (request.recalled_folder.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::unique_ptr<Store> lost, OpenRocksDbStore(request.recalled_folder));
  ASSIGN_OR_RETURN(const std::vector<RecalledContent> recalled, ListRecalled(*lost));
  ASSIGN_OR_RETURN(const std::unique_ptr<Store> ours, OpenRocksDbStore(folder + "/recalled"));
  RETURN_IF_ERROR(RegisterRecalled(*ours, recalled));
  report.set_recalled_taken_over(recalled.size());
  return absl::OkStatus();
}

absl::StatusOr<v1::RestoreReport> Prepare(const RestoreRequest& request,
                                          const v1::BackupManifest& backup,
                                          const v1::BackupManifest& keys, const std::string& folder,
                                          Random& random) {
  v1::RestoreReport report;
  *report.mutable_backup() = backup;
  report.set_keys_of(keys.backup_id());
  RETURN_IF_ERROR(Unpack(request, backup, keys, folder));
  ASSIGN_OR_RETURN(const std::unique_ptr<Store> journal, OpenRocksDbStore(folder + "/journal"));
  ASSIGN_OR_RETURN(const std::unique_ptr<Store> key_store, OpenRocksDbStore(folder + "/keys"));
  ASSIGN_OR_RETURN(const std::unique_ptr<KeyStore> open_keys, KeyStore::Open(*key_store));
  for (const v1::Lane lane : {v1::LANE_ROUTINE, v1::LANE_URGENT}) {
    RETURN_IF_ERROR(CountRecords(*journal, *open_keys, lane, report));
  }
  RETURN_IF_ERROR(CheckAudit(*journal, backup));
  const std::unique_ptr<HeadMarker> marker = MakeFileHeadMarker(folder + "/head");
  ASSIGN_OR_RETURN(const stored::JournalState state,
                   BeginRestoredJournal(*journal, *marker, random, request.region));
  report.set_epoch(state.epoch());
  RETURN_IF_ERROR(TakeRecalled(request, folder, report));
  return report;
}

absl::Status PutIntoPlace(const std::string& from, const std::string& to) {
  std::error_code error;
  std::filesystem::remove(to, error);  // Where it is there, it is empty.
  if (std::rename(from.c_str(), to.c_str()) != 0) {
    return absl::InternalError(absl::ErrnoToStatus(errno, to).message());
  }
  return SyncFolder(std::filesystem::path(to).parent_path().string());
}

}  // namespace

absl::StatusOr<v1::RestoreReport> Restore(const RestoreRequest& request, Random& random) {
  if (!TimeOfBackup(request.backup_id).has_value()) {
    return absl::NotFoundError(absl::StrCat(request.backup_id, " is no id of a backup"));
  }
  RETURN_IF_ERROR(CheckEmpty(request.data_dir));
  ASSIGN_OR_RETURN(const v1::BackupManifest backup,
                   Manifest(request, request.plan.folder, request.backup_id));
  ASSIGN_OR_RETURN(const v1::BackupManifest keys, KeysFor(request));
  const std::string folder = request.data_dir + kRestoring;
  RETURN_IF_ERROR(RemoveTree(folder));
  RETURN_IF_ERROR(MakeFolder(folder));
  absl::StatusOr<v1::RestoreReport> report = Prepare(request, backup, keys, folder, random);
  if (report.ok()) {
    if (absl::Status placed = PutIntoPlace(folder, request.data_dir); !placed.ok()) report = placed;
  }
  if (!report.ok()) RemoveTree(folder).IgnoreError();
  return report;
}

}  // namespace corridor
