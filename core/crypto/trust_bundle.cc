#include "core/crypto/trust_bundle.h"

#include <openssl/err.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/crypto/certificate_extensions.h"
#include "core/crypto/certificate_rules.h"
#include "core/crypto/openssl_handles.h"
#include "core/crypto/revocation_lists.h"
#include "core/crypto/spiffe_id.h"

namespace corridor {
namespace {

absl::Status CheckRoot(const Certificate& root, std::string_view trust_domain) {
  RETURN_IF_ERROR(CheckForm(root));
  if (!MayIssue(root)) {
    return RefusePeer(PeerRefusal::kIssuerNotCa,
                      "it is not a CA certificate with key usage keyCertSign");
  }
  const bool self_signed = X509_verify(root.x509(), X509_get0_pubkey(root.x509())) == 1;
  ERR_clear_error();
  if (IsSelfIssued(root) && !self_signed) {
    return RefusePeer(PeerRefusal::kSignatureInvalid,
                      "it names itself as its issuer and is not signed by itself");
  }
  const std::string own = absl::StrCat("spiffe://", A(trust_domain));
  for (const std::string& uri : root.uris()) {
    if (uri != own) return absl::InvalidArgumentError("it names another trust domain");
  }
  return absl::OkStatus();
}

absl::Status Annotate(const absl::Status& status, std::string_view item, size_t index) {
  absl::Status annotated =
      absl::InvalidArgumentError(absl::StrCat(A(item), " ", index + 1, ": ", status.message()));
  CopyRefusal(status, annotated);
  return annotated;
}

}  // namespace

struct TrustBundle::Parts {
  std::string trust_domain;
  std::vector<Certificate> roots;
  std::shared_ptr<const RevocationLists> lists = std::make_shared<const RevocationLists>();
  std::string crls_pem;
  TrustLimits limits;

  absl::Status AddRoots(std::string_view pem);
  absl::Status AddCrls(std::string_view pem);
};

absl::Status TrustBundle::Parts::AddRoots(std::string_view pem) {
  ASSIGN_OR_RETURN(roots, CertificatesFromPem(pem));
  for (size_t i = 0; i < roots.size(); ++i) {
    const absl::Status good = CheckRoot(roots[i], trust_domain);
    if (!good.ok()) return Annotate(good, "root", i);
  }
  return absl::OkStatus();
}

absl::Status TrustBundle::Parts::AddCrls(std::string_view pem) {
  if (pem.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<std::string> blocks, PemBlocks(pem, "X509 CRL"));
  if (blocks.empty()) return absl::InvalidArgumentError("no PEM block of type X509 CRL");
  auto added = std::make_shared<RevocationLists>();
  for (size_t i = 0; i < blocks.size(); ++i) {
    const absl::Status good = added->Add(blocks[i], roots);
    if (!good.ok()) return Annotate(good, "CRL", i);
  }
  lists = std::move(added);
  crls_pem = std::string(pem);
  return absl::OkStatus();
}

absl::StatusOr<TrustBundle> TrustBundle::Create(std::string_view trust_domain,
                                                std::string_view roots_pem,
                                                std::string_view crls_pem, TrustLimits limits) {
  RETURN_IF_ERROR(CheckTrustDomain(trust_domain));
  auto parts = std::make_shared<Parts>();
  parts->trust_domain = std::string(trust_domain);
  parts->limits = limits;
  RETURN_IF_ERROR(parts->AddRoots(roots_pem));
  RETURN_IF_ERROR(parts->AddCrls(crls_pem));
  return TrustBundle(std::move(parts));
}

const std::string& TrustBundle::trust_domain() const { return parts_->trust_domain; }
const std::vector<Certificate>& TrustBundle::roots() const { return parts_->roots; }
bool TrustBundle::has_crls() const { return !parts_->lists->empty(); }
const TrustLimits& TrustBundle::limits() const { return parts_->limits; }
const RevocationLists& TrustBundle::revocation_lists() const { return *parts_->lists; }

absl::Time TrustBundle::crls_expire() const {
  return parts_->lists->next_update() + parts_->limits.crl_grace;
}

const std::string& TrustBundle::crls_pem() const { return parts_->crls_pem; }

absl::StatusOr<TrustBundle> TrustBundle::WithCrls(std::string_view crls_pem) const {
  auto parts = std::make_shared<Parts>(*parts_);
  RETURN_IF_ERROR(parts->AddCrls(crls_pem));
  return TrustBundle(std::move(parts));
}

bool TrustBundle::CrlsAreAsNewAs(const TrustBundle& other) const {
  return parts_->lists->AreAsNewAs(*other.parts_->lists);
}

TrustBundle TrustBundle::WithAnyGrace() const {
  auto parts = std::make_shared<Parts>(*parts_);
  parts->limits.crl_grace = absl::InfiniteDuration();
  return TrustBundle(std::move(parts));
}

std::optional<TrustBundle> TrustBundle::WithRoots(
    const std::function<bool(const Certificate&)>& keep) const {
  auto parts = std::make_shared<Parts>(*parts_);
  std::erase_if(parts->roots, [&keep](const Certificate& root) { return !keep(root); });
  if (parts->roots.empty()) return std::nullopt;
  return TrustBundle(std::move(parts));
}

}  // namespace corridor
