#include "core/crypto/trust_bundle.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/crypto/certificate_rules.h"
#include "core/crypto/openssl_handles.h"
#include "core/crypto/spiffe_id.h"

namespace corridor {
namespace {

absl::Status CheckRoot(const Certificate& root, std::string_view trust_domain) {
  RETURN_IF_ERROR(CheckForm(root));
  if (!MayIssue(root)) {
    return absl::InvalidArgumentError("it is not a CA certificate with key usage keyCertSign");
  }
  if (X509_self_signed(root.x509(), /*verify_signature=*/1) != 1) {
    ERR_clear_error();
    return absl::InvalidArgumentError("it is not self-signed");
  }
  const std::string own = absl::StrCat("spiffe://", A(trust_domain));
  for (const std::string& uri : root.uris()) {
    if (uri != own) return absl::InvalidArgumentError("it names another trust domain");
  }
  return absl::OkStatus();
}

absl::StatusOr<CrlPtr> ParseCrl(const std::string& der) {
  const auto* const begin = reinterpret_cast<const unsigned char*>(der.data());
  const unsigned char* end = begin;
  CrlPtr crl(d2i_X509_CRL(nullptr, &end, static_cast<long>(der.size())));
  ERR_clear_error();
  if (crl == nullptr || end != begin + der.size()) {
    return absl::InvalidArgumentError("it is malformed");
  }
  if (X509_CRL_get0_nextUpdate(crl.get()) == nullptr) {
    return absl::InvalidArgumentError("it has no next update, so it would never be stale");
  }
  if (!IsAllowedSignature(X509_CRL_get_signature_nid(crl.get()), nullptr)) {
    return absl::InvalidArgumentError("it is signed with an algorithm that is not allowed");
  }
  return crl;
}

// A CRL in a root's name must be that root's. One of a CA below shows at verification whose it is.
absl::Status CheckCrlIssuer(X509_CRL* crl, const std::vector<Certificate>& roots) {
  bool named = false;
  for (const Certificate& root : roots) {
    if (X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(root.x509())) != 0) continue;
    named = true;
    if (X509_CRL_verify(crl, X509_get0_pubkey(root.x509())) == 1) return absl::OkStatus();
  }
  ERR_clear_error();
  return named ? absl::InvalidArgumentError("it is not signed by the root it names")
               : absl::OkStatus();
}

absl::Status Annotate(const absl::Status& status, std::string_view item, size_t index) {
  return absl::InvalidArgumentError(absl::StrCat(A(item), " ", index + 1, ": ", status.message()));
}

}  // namespace

struct TrustBundle::Parts {
  std::string trust_domain;
  std::vector<Certificate> roots;
  bool has_crls = false;
  absl::Time crls_expire = absl::InfiniteFuture();
  StorePtr store{X509_STORE_new()};

  absl::Status AddRoots(std::string_view pem);
  absl::Status AddCrls(std::string_view pem);
  absl::Status AddCrl(const std::string& der);
};

absl::Status TrustBundle::Parts::AddRoots(std::string_view pem) {
  ASSIGN_OR_RETURN(roots, CertificatesFromPem(pem));
  for (size_t i = 0; i < roots.size(); ++i) {
    const absl::Status good = CheckRoot(roots[i], trust_domain);
    if (!good.ok()) return Annotate(good, "root", i);
    if (X509_STORE_add_cert(store.get(), roots[i].x509()) != 1) DieOfOpenssl("adding a root");
  }
  return absl::OkStatus();
}

absl::Status TrustBundle::Parts::AddCrl(const std::string& der) {
  ASSIGN_OR_RETURN(const CrlPtr crl, ParseCrl(der));
  RETURN_IF_ERROR(CheckCrlIssuer(crl.get(), roots));
  ASSIGN_OR_RETURN(const absl::Time next_update, TimeFrom(X509_CRL_get0_nextUpdate(crl.get())));
  crls_expire = std::min(crls_expire, next_update);
  if (X509_STORE_add_crl(store.get(), crl.get()) != 1) DieOfOpenssl("adding a CRL");
  return absl::OkStatus();
}

absl::Status TrustBundle::Parts::AddCrls(std::string_view pem) {
  if (pem.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<std::string> blocks, PemBlocks(pem, "X509 CRL"));
  if (blocks.empty()) return absl::InvalidArgumentError("no PEM block of type X509 CRL");
  for (size_t i = 0; i < blocks.size(); ++i) {
    const absl::Status added = AddCrl(blocks[i]);
    if (!added.ok()) return Annotate(added, "CRL", i);
  }
  has_crls = true;
  X509_STORE_set_flags(store.get(), X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  return absl::OkStatus();
}

absl::StatusOr<TrustBundle> TrustBundle::Create(std::string_view trust_domain,
                                                std::string_view roots_pem,
                                                std::string_view crls_pem) {
  RETURN_IF_ERROR(CheckTrustDomain(trust_domain));
  auto parts = std::make_shared<Parts>();
  if (parts->store == nullptr) DieOfOpenssl("certificate store");
  parts->trust_domain = std::string(trust_domain);
  X509_STORE_set_flags(parts->store.get(), X509_V_FLAG_X509_STRICT);
  RETURN_IF_ERROR(parts->AddRoots(roots_pem));
  RETURN_IF_ERROR(parts->AddCrls(crls_pem));
  return TrustBundle(std::move(parts));
}

const std::string& TrustBundle::trust_domain() const { return parts_->trust_domain; }
const std::vector<Certificate>& TrustBundle::roots() const { return parts_->roots; }
bool TrustBundle::has_crls() const { return parts_->has_crls; }
absl::Time TrustBundle::crls_expire() const { return parts_->crls_expire; }
x509_store_st* TrustBundle::x509_store() const { return parts_->store.get(); }

}  // namespace corridor
