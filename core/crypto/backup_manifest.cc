#include "core/crypto/backup_manifest.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/crypto/certificate.h"
#include "core/crypto/digest.h"

namespace corridor {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view kDomain = "corridor/backup/v1\0"sv;

std::string ToBeSigned(std::string_view manifest) { return std::string(kDomain).append(manifest); }

absl::Status Damaged(const char* what) {
  return absl::DataLossError(absl::StrCat("manifest of the backup: ", what));
}

}  // namespace

std::string BackupContext(const v1::BackupManifest& manifest, std::string_view file) {
  return absl::StrCat(manifest.region(), " ", manifest.backup_id(), " ", A(file));
}

std::string SignBackupManifest(const v1::BackupManifest& manifest, const SigningKey& key,
                               std::string chain_pem) {
  v1::SignedBackupManifest signed_manifest;
  signed_manifest.set_manifest(manifest.SerializeAsString());
  signed_manifest.set_signature(ToString(key.Sign(ToBeSigned(signed_manifest.manifest()))));
  signed_manifest.set_certificate_chain_pem(std::move(chain_pem));
  return signed_manifest.SerializeAsString();
}

absl::StatusOr<SignedByChain> OpenBackupManifest(std::string_view file) {
  v1::SignedBackupManifest signed_manifest;
  if (!signed_manifest.ParseFromString(std::string(file))) return Damaged("it does not parse");
  ASSIGN_OR_RETURN(const CertificateChain chain,
                   CertificateChain::FromPem(signed_manifest.certificate_chain_pem()));
  const auto& key = chain.leaf.ed25519_public_key();
  if (!key.has_value() || !VerifyEd25519(BytesOf(*key), ToBeSigned(signed_manifest.manifest()),
                                         signed_manifest.signature())) {
    return Damaged("its signature does not verify");
  }
  SignedByChain opened{.manifest = {}, .chain_pem = signed_manifest.certificate_chain_pem()};
  if (!opened.manifest.ParseFromString(signed_manifest.manifest())) {
    return Damaged("it does not parse");
  }
  if (opened.manifest.format() != kBackupFormat) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the backup has format ", opened.manifest.format(), ", and this program knows ",
        kBackupFormat, "; use the version that made it: ", opened.manifest.version()));
  }
  return opened;
}

}  // namespace corridor
