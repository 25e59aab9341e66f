#include "client/internal/credential_watch.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/crypto/certificate.h"
#include "core/crypto/private_key.h"
#include "core/crypto/trust_bundle.h"
#include "core/model/principal.h"

namespace corridor {
namespace {

// A file that was left alone for so long has been written whole.
constexpr absl::Duration kSettled = absl::Seconds(1);

struct Stamp {
  std::string text;  // Which files, and as of when.
  absl::Time changed = absl::InfinitePast();
};

// Of all three; absent where one is not there.
std::optional<Stamp> StampOf(const CredentialFiles& files) {
  Stamp stamp;
  for (const std::string* path :
       {&files.certificate_chain, &files.private_key, &files.trust_bundle}) {
    struct stat file = {};
    if (stat(path->c_str(), &file) != 0) return std::nullopt;
    const absl::Time changed = absl::TimeFromTimespec(file.st_ctim);
    absl::StrAppend(&stamp.text, file.st_ino, " ", file.st_size, " ", absl::ToUnixNanos(changed),
                    "\n");
    stamp.changed = std::max(stamp.changed, changed);
  }
  return stamp;
}

bool IsCurrent(const std::string& chain_pem, absl::Time now) {
  auto chain = CertificateChain::FromPem(chain_pem);
  return chain.ok() && chain->leaf.not_before() <= now && now < chain->leaf.not_after();
}

}  // namespace

absl::StatusOr<std::string> CheckCredentials(const ConnectionOptions& options) {
  ASSIGN_OR_RETURN(const CertificateChain own,
                   CertificateChain::FromPem(options.certificate_chain_pem));
  if (own.leaf.uris().size() != 1) {
    return absl::InvalidArgumentError("the certificate does not carry exactly one SPIFFE ID");
  }
  ASSIGN_OR_RETURN(const Principal principal, ParsePrincipal(own.leaf.uris().front()));
  RETURN_IF_ERROR(CheckPrivateKey(options.private_key_pem, own.leaf));
  RETURN_IF_ERROR(TrustBundle::Create(options.region, options.trust_bundle_pem).status());
  return principal.spiffe_id;
}

CredentialWatch::CredentialWatch(const ConnectionOptions& held) {
  if (!held.credential_files.has_value()) return;
  if (const auto stamp = StampOf(*held.credential_files)) seen_ = stamp->text;
}

std::optional<ConnectionOptions> CredentialWatch::Look(const ConnectionOptions& held,
                                                       absl::Time now) {
  if (!held.credential_files.has_value()) return std::nullopt;
  const auto before = StampOf(*held.credential_files);
  if (!before.has_value() || before->text == seen_ || now - before->changed < kSettled) {
    return std::nullopt;
  }
  ConnectionOptions found = held;
  if (!ReadCredentialFiles(*held.credential_files, found).ok()) return std::nullopt;
  const auto after = StampOf(*held.credential_files);
  if (!after.has_value() || after->text != before->text) return std::nullopt;
  const auto principal_held = CheckCredentials(held);
  const auto principal_found = CheckCredentials(found);
  if (!principal_held.ok() || principal_found != principal_held ||
      !IsCurrent(found.certificate_chain_pem, now)) {
    return std::nullopt;
  }
  seen_ = before->text;
  return found;
}

}  // namespace corridor
