#include <fstream>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/ctl/commands.h"
#include "client/ctl/limit_flag.h"
#include "client/ctl/output.h"
#include "client/ctl/repeat.h"
#include "client/ctl/secret_file.h"
#include "client/ctl/trust_roots.h"
#include "core/base/status_macros.h"
#include "core/crypto/backup_manifest.h"
#include "core/crypto/digest.h"
#include "core/crypto/peer_verification.h"
#include "core/crypto/sealed_archive.h"
#include "corridor/operations_client.h"

namespace corridor {
namespace {

constexpr char kVerifyFooter[] =
    "Needs no broker. Without --backup-key it is checked that the files are those that the\n"
    "manifest describes; with the key also that they open, to the last byte. With\n"
    "--trust-domain, that a broker of the region signed the manifest. `corridord --restore`\n"
    "does all of this again.\n\n"
    "Examples:\n"
    "  corridorctl admin backup verify /backup/20260302T110004Z\n"
    "  corridorctl admin backup verify /backup/20260302T110004Z \\\n"
    "      --keys /backup-keys/20260302T110004Z --backup-key backup.key \\\n"
    "      --trust-domain sea.example=root.pem\n";

std::vector<std::string> RowOf(Context& context, const v1::Backup& backup) {
  const v1::BackupManifest& manifest = backup.manifest();
  return {
      Printable(manifest.backup_id()), absl::StrCat(manifest.head_offset()),
      absl::StrCat(manifest.journal().size() + manifest.keys().size()),
      backup.keys_present() ? TimeText(manifest.keys_expire_time(), context.time_zone()) : "gone",
      Printable(manifest.version())};
}

void Print(Context& context, const std::vector<v1::Backup>& backups) {
  Table table({"BACKUP", "RECORDS", "BYTES", "KEYS UNTIL", "VERSION"});
  for (const v1::Backup& backup : backups) {
    if (context.json()) context.out << MessageToJson(backup).dump() << "\n";
    table.Add(RowOf(context, backup));
  }
  if (!context.json()) table.Print(context.out, "There is no backup.");
}

int Create(Context& context) {
  auto channel = context.OpenChannel();
  if (!channel.ok()) return context.Fail(channel.status());
  const auto made = OperationsClient(*channel).CreateBackup();
  if (!made.ok()) return context.Fail(made.status());
  Print(context, {*made});
  return kExitOk;
}

int List(Context& context, size_t limit) {
  auto channel = context.OpenChannel();
  if (!channel.ok()) return context.Fail(channel.status());
  const auto backups = OperationsClient(*channel).ListBackups(limit);
  if (!backups.ok()) return context.Fail(backups.status());
  Print(context, *backups);
  return kExitOk;
}

int MakeKey(Context& context, const std::string& out) {
  const BackupKey key = BackupKey::Generate();
  for (const char* const ending : {".key", ".pub"}) {
    if (std::ifstream(out + ending).good()) {
      return context.Fail(UsageError(absl::StrCat(out, ending, " is there already")));
    }
  }
  if (absl::Status written = WriteWhole(out + ".key", key.ToText(), FileAccess::kOwnerOnly);
      !written.ok()) {
    return context.Fail(written);
  }
  if (absl::Status written =
          WriteWhole(out + ".pub", BackupKey::PublicText(key.public_key()), FileAccess::kPublic);
      !written.ok()) {
    return context.Fail(written);
  }
  if (context.json()) {
    context.out << Json{{"secret", out + ".key"}, {"public", out + ".pub"}}.dump() << "\n";
  } else {
    context.out << out << ".pub is for the broker (backup.public_key_file). Keep " << out
                << ".key off line, twice:\nwithout it no backup opens.\n";
  }
  return kExitOk;
}

struct VerifyFlags {
  std::string folder;
  std::string keys_folder;
  std::string key_file;
  std::vector<std::string> trust_domains;
};

class CountFiles final : public ArchiveVisitor {
 public:
  absl::Status OnFile(std::string_view /*name*/) override {
    ++files;
    return absl::OkStatus();
  }
  absl::Status OnData(std::string_view /*bytes*/) override { return absl::OkStatus(); }

  int files = 0;
};

// One file of a backup, against what the manifest says; opened where there is a key.
absl::Status VerifyPart(const std::string& folder, const char* name, const v1::BackupPart& part,
                        const v1::BackupManifest& manifest, const BackupKey* key) {
  const std::string path = absl::StrCat(folder, "/", name);
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat(path, " cannot be read"));
  Sha256Hasher hasher;
  uint64_t size = 0;
  const ArchiveSource source = [&](size_t wanted) -> absl::StatusOr<std::string> {
    std::string bytes(wanted, '\0');
    file.read(bytes.data(), static_cast<std::streamsize>(wanted));
    bytes.resize(static_cast<size_t>(file.gcount()));
    hasher.Update(bytes);
    size += bytes.size();
    return bytes;
  };
  CountFiles found;
  if (key != nullptr) {
    RETURN_IF_ERROR(OpenArchive(*key, BackupContext(manifest, name), source, found));
  } else {
    while (true) {
      ASSIGN_OR_RETURN(const std::string bytes, source(kArchivePartMax));
      if (bytes.empty()) break;
    }
  }
  if (size == part.size() && ToString(hasher.Finish()) == part.sha256()) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(path, " is not the file that the manifest describes"));
}

absl::Status VerifySigner(Context& context, const VerifyFlags& flags, const SignedByChain& opened) {
  if (flags.trust_domains.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<TrustRoots> roots,
                   ReadTrustRoots(context, flags.trust_domains));
  std::vector<TrustBundle> bundles;
  for (const TrustRoots& one : roots) {
    ASSIGN_OR_RETURN(TrustBundle bundle, TrustBundle::Create(one.trust_domain, one.pem));
    bundles.push_back(std::move(bundle));
  }
  ASSIGN_OR_RETURN(const TrustStore trust, TrustStore::Create(std::move(bundles)));
  ASSIGN_OR_RETURN(const VerifiedIdentity signer,
                   trust.VerifyPem(opened.chain_pem, PeerPurpose::kSigning,
                                   TimeOf(opened.manifest.create_time())));
  if (signer.spiffe_id.trust_domain() == opened.manifest.region()) return absl::OkStatus();
  return absl::DataLossError("the manifest is signed by another region");
}

absl::StatusOr<v1::BackupManifest> VerifyAll(Context& context, const VerifyFlags& flags) {
  ASSIGN_OR_RETURN(const std::string file,
                   ReadAll(absl::StrCat(flags.folder, "/", kBackupManifestFile), context.in));
  ASSIGN_OR_RETURN(const SignedByChain opened, OpenBackupManifest(file));
  RETURN_IF_ERROR(VerifySigner(context, flags, opened));
  std::unique_ptr<BackupKey> key;
  if (!flags.key_file.empty()) {
    ASSIGN_OR_RETURN(const std::string text, ReadAll(flags.key_file, context.in));
    ASSIGN_OR_RETURN(BackupKey read, BackupKey::FromText(text));
    key = std::make_unique<BackupKey>(std::move(read));
  }
  const v1::BackupManifest& manifest = opened.manifest;
  RETURN_IF_ERROR(
      VerifyPart(flags.folder, kBackupJournalFile, manifest.journal(), manifest, key.get()));
  if (!flags.keys_folder.empty()) {
    RETURN_IF_ERROR(
        VerifyPart(flags.keys_folder, kBackupKeysFile, manifest.keys(), manifest, key.get()));
  }
  return manifest;
}

int Verify(Context& context, const VerifyFlags& flags) {
  const absl::StatusOr<v1::BackupManifest> manifest = VerifyAll(context, flags);
  if (!manifest.ok()) return context.Fail(manifest.status());
  if (context.json()) {
    context.out << MessageToJson(*manifest).dump() << "\n";
  } else {
    context.out << Printable(manifest->backup_id()) << " of " << Printable(manifest->region())
                << ", " << manifest->head_offset() << " records: sound"
                << (flags.key_file.empty() ? " (not opened: no --backup-key)" : "")
                << (flags.keys_folder.empty() ? ", without its payload keys (--keys)" : "") << "\n";
  }
  return kExitOk;
}

}  // namespace

void AddAdminBackup(CLI::App& admin, Context& context) {
  CLI::App* group = admin.add_subcommand("backup", "Make backups, list them, and prove them whole");
  group->require_subcommand(1);

  CLI::App* create = group->add_subcommand("create", "Make a backup while the broker runs");
  create->footer(
      "Waits until it is on stable storage.\n\nExamples:\n"
      "  corridorctl admin backup create\n");
  context.OnRun(*create, [&context] { return Create(context); });

  CLI::App* list = group->add_subcommand("list", "The backups that there are, the newest first");
  auto limit = std::make_shared<size_t>(0);
  AddLimitFlag(*list, *limit);
  list->footer("Examples:\n  corridorctl admin backup list --format=json\n");
  OnShow(context, *list, [&context, limit] { return List(context, *limit); });

  CLI::App* keygen = group->add_subcommand("keygen", "Make the pair of keys that backups are for");
  auto out = std::make_shared<std::string>("backup");
  keygen->add_option("--out", *out, "where to: NAME.key, secret, and NAME.pub")
      ->capture_default_str()
      ->type_name("NAME");
  keygen->footer("Examples:\n  corridorctl admin backup keygen --out /media/stick/backup\n");
  context.OnRun(*keygen, [&context, out] { return MakeKey(context, *out); });

  CLI::App* verify = group->add_subcommand("verify", "Prove a backup whole, without a broker");
  auto flags = std::make_shared<VerifyFlags>();
  verify->add_option("FOLDER", flags->folder, "the folder of the backup")->required();
  verify->add_option("--keys", flags->keys_folder, "the folder of its payload keys");
  verify->add_option("--backup-key", flags->key_file, "the secret key it is sealed for");
  verify->add_option("--trust-domain", flags->trust_domains, "the region's roots")
      ->type_name("NAME=FILE");
  verify->footer(kVerifyFooter);
  context.OnRun(*verify, [&context, flags] { return Verify(context, *flags); });
}

}  // namespace corridor
