#include "core/crypto/peer_verification.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <array>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/crypto/openssl_handles.h"

namespace corridor {
namespace {

constexpr char kRefusalPayload[] = "corridor/peer-refusal";
constexpr int kIntermediatesMax = 3;
constexpr int kRsaBitsMin = 2048;
constexpr int kRsaBitsMax = 8192;
constexpr int kSerialBitsMax = 159;  // 20 bytes with the sign bit clear
constexpr std::string_view kAnyExtendedKeyUsageOid = "2.5.29.37.0";

struct RefusalName {
  PeerRefusal refusal;
  std::string_view name;
};

constexpr std::array<RefusalName, 20> kRefusalNames = {{
    {PeerRefusal::kMalformedCertificate, "MALFORMED_CERTIFICATE"},
    {PeerRefusal::kNoSpiffeId, "NO_SPIFFE_ID"},
    {PeerRefusal::kSeveralUriNames, "SEVERAL_URI_SANS"},
    {PeerRefusal::kUnknownTrustDomain, "UNKNOWN_TRUST_DOMAIN"},
    {PeerRefusal::kWrongTrustDomain, "WRONG_TRUST_DOMAIN"},
    {PeerRefusal::kCaAsLeaf, "CA_AS_LEAF"},
    {PeerRefusal::kWrongKeyUsage, "WRONG_KEY_USAGE"},
    {PeerRefusal::kBadKeyType, "BAD_KEY_TYPE"},
    {PeerRefusal::kWeakSignature, "WEAK_SIGNATURE"},
    {PeerRefusal::kNotYetValid, "CERTIFICATE_NOT_YET_VALID"},
    {PeerRefusal::kExpired, "CERTIFICATE_EXPIRED"},
    {PeerRefusal::kUntrustedIssuer, "UNTRUSTED_ISSUER"},
    {PeerRefusal::kIssuerNotCa, "ISSUER_NOT_CA"},
    {PeerRefusal::kSignatureInvalid, "SIGNATURE_INVALID"},
    {PeerRefusal::kChainTooLong, "CHAIN_TOO_LONG"},
    {PeerRefusal::kNameConstraint, "NAME_CONSTRAINT"},
    {PeerRefusal::kUnknownCriticalExtension, "UNKNOWN_CRITICAL_EXTENSION"},
    {PeerRefusal::kRevoked, "CERTIFICATE_REVOKED"},
    {PeerRefusal::kRevocationUnknown, "REVOCATION_UNKNOWN"},
    {PeerRefusal::kRevocationStale, "REVOCATION_STALE"},
}};

absl::Status Refuse(PeerRefusal refusal, std::string_view detail) {
  const std::string_view name = ToString(refusal);
  absl::Status status = absl::UnauthenticatedError(absl::StrCat(A(name), ": ", A(detail)));
  status.SetPayload(kRefusalPayload, absl::Cord(A(name)));
  return status;
}

std::string_view UsageOidOf(PeerPurpose purpose) {
  switch (purpose) {
    case PeerPurpose::kTlsClient:
      return kClientAuthOid;
    case PeerPurpose::kTlsServer:
      return kServerAuthOid;
    case PeerPurpose::kSigning:
      return kStatementSigningOid;
  }
  return "";
}

bool IsAllowedSignature(int nid, const X509* x509) {
  switch (nid) {
    case NID_ED25519:
    case NID_ecdsa_with_SHA256:
    case NID_ecdsa_with_SHA384:
    case NID_ecdsa_with_SHA512:
    case NID_sha256WithRSAEncryption:
    case NID_sha384WithRSAEncryption:
    case NID_sha512WithRSAEncryption:
      return true;
    case NID_rsassaPss:
      break;
    default:
      return false;
  }
  // PSS carries its digest as a parameter.
  int digest = NID_undef;
  return x509 != nullptr &&
         X509_get_signature_info(const_cast<X509*>(x509), &digest, nullptr, nullptr, nullptr) ==
             1 &&
         (digest == NID_sha256 || digest == NID_sha384 || digest == NID_sha512);
}

// What every certificate of a path must satisfy, leaf and root included.
absl::Status CheckForm(const Certificate& certificate) {
  X509* const x509 = certificate.x509();
  if (X509_get_version(x509) != X509_VERSION_3) {
    return Refuse(PeerRefusal::kMalformedCertificate, "a certificate is not of X.509 version 3");
  }
  const BignumPtr serial(ASN1_INTEGER_to_BN(X509_get0_serialNumber(x509), nullptr));
  if (certificate.serial().empty() || BN_num_bits(serial.get()) > kSerialBitsMax) {
    return Refuse(PeerRefusal::kMalformedCertificate,
                  "a serial number is not positive or has more than 20 bytes");
  }
  if (certificate.not_before() > certificate.not_after()) {
    return Refuse(PeerRefusal::kMalformedCertificate, "a certificate ends before it begins");
  }
  if (!IsAllowedSignature(X509_get_signature_nid(x509), x509)) {
    return Refuse(PeerRefusal::kWeakSignature,
                  "a certificate is signed with an algorithm other than Ed25519 or ECDSA or RSA "
                  "with SHA-256, SHA-384 or SHA-512");
  }
  if (certificate.key_type() == KeyType::kUnsupported) {
    return Refuse(PeerRefusal::kBadKeyType, "a key is not P-256, P-384, Ed25519 or RSA");
  }
  if (certificate.key_type() == KeyType::kRsa) {
    const int bits = EVP_PKEY_get_bits(X509_get0_pubkey(x509));
    if (bits < kRsaBitsMin || bits > kRsaBitsMax) {
      return Refuse(PeerRefusal::kBadKeyType, "an RSA key does not have 2,048 to 8,192 bits");
    }
  }
  return absl::OkStatus();
}

bool HasKeyUsage(const Certificate& certificate, uint32_t usage) {
  return (X509_get_extension_flags(certificate.x509()) & EXFLAG_KUSAGE) != 0 &&
         (X509_get_key_usage(certificate.x509()) & usage) != 0;
}

absl::Status CheckIssuer(const Certificate& issuer, PeerPurpose purpose) {
  RETURN_IF_ERROR(CheckForm(issuer));
  if (!issuer.is_ca() || !HasKeyUsage(issuer, KU_KEY_CERT_SIGN)) {
    return Refuse(PeerRefusal::kIssuerNotCa, "an issuer is not a CA with key usage keyCertSign");
  }
  if (!issuer.extended_key_usages().empty() &&
      !issuer.has_extended_key_usage(UsageOidOf(purpose)) &&
      !issuer.has_extended_key_usage(kAnyExtendedKeyUsageOid)) {
    return Refuse(PeerRefusal::kWrongKeyUsage,
                  absl::StrCat("an issuer may not certify for ", A(ToString(purpose))));
  }
  return absl::OkStatus();
}

absl::Status CheckLeafUsages(const Certificate& leaf, PeerPurpose purpose) {
  if (!HasKeyUsage(leaf, KU_DIGITAL_SIGNATURE)) {
    return Refuse(PeerRefusal::kWrongKeyUsage, "key usage digitalSignature is not set");
  }
  if (HasKeyUsage(leaf, KU_KEY_CERT_SIGN | KU_CRL_SIGN)) {
    return Refuse(PeerRefusal::kWrongKeyUsage, "key usage keyCertSign or cRLSign is set");
  }
  if (!leaf.has_extended_key_usage(UsageOidOf(purpose))) {
    return Refuse(PeerRefusal::kWrongKeyUsage,
                  absl::StrCat("extended key usage lacks what ", A(ToString(purpose)), " needs (",
                               A(UsageOidOf(purpose)), ")"));
  }
  const bool connects = leaf.has_extended_key_usage(kClientAuthOid) ||
                        leaf.has_extended_key_usage(kServerAuthOid) ||
                        leaf.has_extended_key_usage(kAnyExtendedKeyUsageOid);
  if (connects && leaf.has_extended_key_usage(kStatementSigningOid)) {
    return Refuse(PeerRefusal::kWrongKeyUsage, "a certificate is for signing or for TLS, not both");
  }
  if (purpose == PeerPurpose::kSigning && leaf.key_type() != KeyType::kEd25519) {
    return Refuse(PeerRefusal::kBadKeyType, "a signing key must be Ed25519");
  }
  return absl::OkStatus();
}

absl::Status CheckDates(const Certificate& certificate, absl::Time time) {
  if (time < certificate.not_before()) {
    return Refuse(PeerRefusal::kNotYetValid,
                  absl::StrCat("valid from ",
                               absl::FormatTime(certificate.not_before(), absl::UTCTimeZone())));
  }
  if (time >= certificate.not_after()) {
    return Refuse(
        PeerRefusal::kExpired,
        absl::StrCat("ended ", absl::FormatTime(certificate.not_after(), absl::UTCTimeZone())));
  }
  return absl::OkStatus();
}

// Who the leaf says it is: nothing is proved yet.
absl::StatusOr<SpiffeId> ClaimedIdentity(const Certificate& leaf) {
  if (leaf.is_ca()) return Refuse(PeerRefusal::kCaAsLeaf, "a CA certificate is no peer");
  if (leaf.uris().size() > 1) {
    return Refuse(PeerRefusal::kSeveralUriNames,
                  absl::StrCat("expected one URI name, found ", leaf.uris().size()));
  }
  if (leaf.uris().empty()) return Refuse(PeerRefusal::kNoSpiffeId, "there is no URI name");
  absl::StatusOr<SpiffeId> id = SpiffeId::Parse(leaf.uris().front());
  if (!id.ok()) return Refuse(PeerRefusal::kNoSpiffeId, S(id.status().message()));
  if (id->path().empty()) return Refuse(PeerRefusal::kNoSpiffeId, "the SPIFFE ID has no path");
  return id;
}

PeerRefusal RefusalOf(int x509_error, int depth) {
  switch (x509_error) {
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return PeerRefusal::kNotYetValid;
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return PeerRefusal::kExpired;
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    case X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE:
      return PeerRefusal::kSignatureInvalid;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
    case X509_V_ERR_CERT_REJECTED:
      return PeerRefusal::kUntrustedIssuer;
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
    case X509_V_ERR_CA_CERT_MISSING_KEY_USAGE:
    case X509_V_ERR_CA_BCONS_NOT_CRITICAL:
      return PeerRefusal::kIssuerNotCa;
    case X509_V_ERR_INVALID_PURPOSE:
      return depth == 0 ? PeerRefusal::kWrongKeyUsage : PeerRefusal::kIssuerNotCa;
    case X509_V_ERR_CERT_CHAIN_TOO_LONG:
      return PeerRefusal::kChainTooLong;
    case X509_V_ERR_PERMITTED_VIOLATION:
    case X509_V_ERR_EXCLUDED_VIOLATION:
    case X509_V_ERR_SUBTREE_MINMAX:
    case X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE:
    case X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX:
    case X509_V_ERR_UNSUPPORTED_NAME_SYNTAX:
      return PeerRefusal::kNameConstraint;
    case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION:
      return PeerRefusal::kUnknownCriticalExtension;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_EC_KEY_EXPLICIT_PARAMS:
      return PeerRefusal::kBadKeyType;
    case X509_V_ERR_CA_MD_TOO_WEAK:
      return PeerRefusal::kWeakSignature;
    case X509_V_ERR_CERT_REVOKED:
      return PeerRefusal::kRevoked;
    case X509_V_ERR_CRL_HAS_EXPIRED:
    case X509_V_ERR_CRL_NOT_YET_VALID:
      return PeerRefusal::kRevocationStale;
    case X509_V_ERR_UNABLE_TO_GET_CRL:
    case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
    case X509_V_ERR_CRL_SIGNATURE_FAILURE:
    case X509_V_ERR_CRL_PATH_VALIDATION_ERROR:
    case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
    case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
    case X509_V_ERR_DIFFERENT_CRL_SCOPE:
      return PeerRefusal::kRevocationUnknown;
    default:
      return PeerRefusal::kMalformedCertificate;
  }
}

// OpenSSL passes over an issuer that may not issue and then misses one; name the real cause.
bool NamesAnIssuerThatIsNoCa(const CertificateChain& chain) {
  const auto issues_nothing = [](const Certificate& c) {
    return !c.is_ca() || !HasKeyUsage(c, KU_KEY_CERT_SIGN);
  };
  return std::any_of(chain.others.begin(), chain.others.end(), [&](const Certificate& other) {
    return issues_nothing(other) && X509_NAME_cmp(X509_get_subject_name(other.x509()),
                                                  X509_get_issuer_name(chain.leaf.x509())) == 0;
  });
}

absl::Status RefusedPath(X509_STORE_CTX* context, const CertificateChain& chain) {
  const int error = X509_STORE_CTX_get_error(context);
  const int depth = X509_STORE_CTX_get_error_depth(context);
  PeerRefusal refusal = RefusalOf(error, depth);
  if (refusal == PeerRefusal::kUntrustedIssuer && NamesAnIssuerThatIsNoCa(chain)) {
    refusal = PeerRefusal::kIssuerNotCa;
  }
  return Refuse(refusal, absl::StrCat(X509_verify_cert_error_string(error), " (depth ", depth,
                                      ", leaf serial ", chain.leaf.serial(), ")"));
}

int OpensslPurposeOf(PeerPurpose purpose) {
  switch (purpose) {
    case PeerPurpose::kTlsClient:
      return X509_PURPOSE_SSL_CLIENT;
    case PeerPurpose::kTlsServer:
      return X509_PURPOSE_SSL_SERVER;
    case PeerPurpose::kSigning:
      break;
  }
  return X509_PURPOSE_ANY;  // our own usage is checked by CheckIssuer() and CheckLeafUsages()
}

bool SetParameters(X509_STORE_CTX* context, PeerPurpose purpose, absl::Time time) {
  X509_VERIFY_PARAM* const parameters = X509_STORE_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_time(parameters, absl::ToTimeT(time));
  X509_VERIFY_PARAM_set_depth(parameters, kIntermediatesMax);
  X509_VERIFY_PARAM_set_auth_level(parameters, 2);
  return X509_VERIFY_PARAM_set_purpose(parameters, OpensslPurposeOf(purpose)) == 1;
}

// The certificate that an object of the built path belongs to: the path shares what we put in.
const Certificate* FindIn(const CertificateChain& chain, const TrustBundle& bundle, X509* x509) {
  if (chain.leaf.x509() == x509) return &chain.leaf;
  for (const std::vector<Certificate>* list : {&chain.others, &bundle.roots()}) {
    for (const Certificate& certificate : *list) {
      if (certificate.x509() == x509) return &certificate;
    }
  }
  return nullptr;
}

// The path from the leaf to a root, leaf first, as OpenSSL built and accepted it.
absl::StatusOr<std::vector<Certificate>> BuildPath(const CertificateChain& chain,
                                                   const TrustBundle& bundle, PeerPurpose purpose,
                                                   absl::Time time) {
  // Owns the list only; the certificates belong to `chain`.
  struct FreeList {
    void operator()(STACK_OF(X509) * list) const { sk_X509_free(list); }
  };
  const std::unique_ptr<STACK_OF(X509), FreeList> others(sk_X509_new_null());
  const StoreContextPtr context(X509_STORE_CTX_new());
  for (const Certificate& other : chain.others) sk_X509_push(others.get(), other.x509());
  if (context == nullptr ||
      X509_STORE_CTX_init(context.get(), bundle.x509_store(), chain.leaf.x509(), others.get()) !=
          1 ||
      !SetParameters(context.get(), purpose, time)) {
    DieOfOpenssl("preparing a verification");
  }
  const bool accepted = X509_verify_cert(context.get()) == 1;
  ERR_clear_error();
  if (!accepted) return RefusedPath(context.get(), chain);

  std::vector<Certificate> path;
  STACK_OF(X509)* const built = X509_STORE_CTX_get0_chain(context.get());
  for (int i = 0; i < sk_X509_num(built); ++i) {
    const Certificate* certificate = FindIn(chain, bundle, sk_X509_value(built, i));
    if (certificate == nullptr) DieOfOpenssl("a path holds a certificate from nowhere");
    path.push_back(*certificate);
  }
  return path;
}

absl::Status CheckRoot(const Certificate& root, std::string_view trust_domain) {
  RETURN_IF_ERROR(CheckForm(root));
  if (!root.is_ca() || !HasKeyUsage(root, KU_KEY_CERT_SIGN)) {
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

std::string_view ToString(PeerRefusal refusal) {
  for (const RefusalName& entry : kRefusalNames) {
    if (entry.refusal == refusal) return entry.name;
  }
  return "";
}

std::string_view ToString(PeerPurpose purpose) {
  switch (purpose) {
    case PeerPurpose::kTlsClient:
      return "TLS client";
    case PeerPurpose::kTlsServer:
      return "TLS server";
    case PeerPurpose::kSigning:
      return "statement signing";
  }
  return "";
}

std::optional<PeerRefusal> PeerRefusalOf(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kRefusalPayload);
  if (!payload.has_value()) return std::nullopt;
  for (const RefusalName& entry : kRefusalNames) {
    if (*payload == A(entry.name)) return entry.refusal;
  }
  return std::nullopt;
}

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

absl::StatusOr<VerifiedIdentity> VerifyPeerChain(const CertificateChain& chain,
                                                 const TrustBundle& bundle, PeerPurpose purpose,
                                                 absl::Time time) {
  ASSIGN_OR_RETURN(SpiffeId id, ClaimedIdentity(chain.leaf));
  if (id.trust_domain() != bundle.trust_domain()) {
    return Refuse(PeerRefusal::kWrongTrustDomain,
                  "the SPIFFE ID belongs to another trust domain than these roots");
  }
  if (chain.others.size() >= CertificateChain::kCertificatesMax) {
    return Refuse(PeerRefusal::kChainTooLong, "more than 6 certificates are shown");
  }
  RETURN_IF_ERROR(CheckForm(chain.leaf));
  RETURN_IF_ERROR(CheckLeafUsages(chain.leaf, purpose));
  RETURN_IF_ERROR(CheckDates(chain.leaf, time));
  ASSIGN_OR_RETURN(const std::vector<Certificate> path, BuildPath(chain, bundle, purpose, time));

  VerifiedIdentity identity{std::move(id), chain.leaf.serial(), chain.leaf.not_before(),
                            chain.leaf.not_after(), chain.leaf.ed25519_public_key()};
  for (auto issuer = path.begin() + 1; issuer != path.end(); ++issuer) {
    RETURN_IF_ERROR(CheckIssuer(*issuer, purpose));
    identity.not_before = std::max(identity.not_before, issuer->not_before());
    identity.not_after = std::min(identity.not_after, issuer->not_after());
  }
  return identity;
}

absl::StatusOr<TrustStore> TrustStore::Create(std::vector<TrustBundle> bundles) {
  Bundles by_domain;
  for (TrustBundle& bundle : bundles) {
    std::string trust_domain = bundle.trust_domain();
    if (!by_domain.emplace(trust_domain, std::move(bundle)).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("trust domain ", trust_domain, " has two bundles; put both roots in one"));
    }
  }
  TrustStore store;
  store.bundles_ = std::make_shared<const Bundles>(std::move(by_domain));
  return store;
}

const TrustBundle* TrustStore::Find(std::string_view trust_domain) const {
  const auto found = bundles_->find(trust_domain);
  return found == bundles_->end() ? nullptr : &found->second;
}

std::vector<std::string> TrustStore::trust_domains() const {
  std::vector<std::string> names;
  for (const auto& [name, bundle] : *bundles_) names.push_back(name);
  return names;
}

absl::StatusOr<VerifiedIdentity> TrustStore::Verify(const CertificateChain& chain,
                                                    PeerPurpose purpose, absl::Time time) const {
  ASSIGN_OR_RETURN(const SpiffeId id, ClaimedIdentity(chain.leaf));
  const TrustBundle* const bundle = Find(id.trust_domain());
  if (bundle == nullptr) {
    return Refuse(PeerRefusal::kUnknownTrustDomain, "no roots are configured for its trust domain");
  }
  return VerifyPeerChain(chain, *bundle, purpose, time);
}

absl::StatusOr<VerifiedIdentity> TrustStore::VerifyPem(std::string_view chain_pem,
                                                       PeerPurpose purpose, absl::Time time) const {
  const absl::StatusOr<CertificateChain> chain = CertificateChain::FromPem(chain_pem);
  if (!chain.ok()) {
    return Refuse(PeerRefusal::kMalformedCertificate, S(chain.status().message()));
  }
  return Verify(*chain, purpose, time);
}

}  // namespace corridor
