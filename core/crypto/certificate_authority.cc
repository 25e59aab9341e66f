#include "core/crypto/certificate_authority.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/crypto/digest.h"
#include "core/crypto/openssl_handles.h"
#include "core/crypto/system_random.h"

namespace corridor {
namespace {

using RevokedPtr = std::unique_ptr<X509_REVOKED, FreeWith<X509_REVOKED_free>>;
using BasicConstraintsPtr = std::unique_ptr<BASIC_CONSTRAINTS, FreeWith<BASIC_CONSTRAINTS_free>>;
using BitStringPtr = std::unique_ptr<ASN1_BIT_STRING, FreeWith<ASN1_BIT_STRING_free>>;
using IntegerPtr = std::unique_ptr<ASN1_INTEGER, FreeWith<ASN1_INTEGER_free>>;
using OctetStringPtr = std::unique_ptr<ASN1_OCTET_STRING, FreeWith<ASN1_OCTET_STRING_free>>;
using TimePtr = std::unique_ptr<ASN1_TIME, FreeWith<ASN1_TIME_free>>;
using AuthorityKeyIdPtr = std::unique_ptr<AUTHORITY_KEYID, FreeWith<AUTHORITY_KEYID_free>>;

constexpr std::array<CertificateProfile, 5> kProfiles = {
    CertificateProfile::kBroker, CertificateProfile::kAgency, CertificateProfile::kIntegration,
    CertificateProfile::kOperator, CertificateProfile::kSigning};

constexpr int kDigitalSignatureBit = 0;
constexpr int kKeyCertSignBit = 5;
constexpr int kCrlSignBit = 6;
// One issuing CA may stand between a root and its leaves.
constexpr int kRootPathLength = 1;

void Check(bool succeeded, const char* what) {
  if (!succeeded) DieOfOpenssl(what);
}

KeyPtr NewKey(CertificateProfile profile) {
  KeyPtr key(profile == CertificateProfile::kSigning
                 ? EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")
                 : EVP_EC_gen("P-256"));
  Check(key != nullptr, "generating a key");
  return key;
}

const EVP_MD* SignatureDigest(EVP_PKEY* key) {
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519 ? nullptr : EVP_sha256();
}

std::string PemOf(X509* x509) {
  const BioPtr writer(BIO_new(BIO_s_mem()));
  Check(PEM_write_bio_X509(writer.get(), x509) == 1, "writing a certificate");
  return TextOf(writer.get());
}

std::vector<std::string_view> UsagesOf(CertificateProfile profile) {
  switch (profile) {
    case CertificateProfile::kBroker:
      return {kServerAuthOid, kClientAuthOid};
    case CertificateProfile::kSigning:
      return {kStatementSigningOid};
    default:
      return {kClientAuthOid};
  }
}

bool FitsProfile(const SpiffeId& id, CertificateProfile profile) {
  const std::vector<std::string_view> path = id.segments();
  const bool desk = path.size() == 2 && path[0] == "agency";
  const bool integration = path.size() == 4 && path[0] == "agency" && path[2] == "integration";
  const bool broker = path.size() == 2 && path[0] == "broker";
  switch (profile) {
    case CertificateProfile::kBroker:
      return broker;
    case CertificateProfile::kAgency:
      return desk;
    case CertificateProfile::kIntegration:
      return integration;
    case CertificateProfile::kOperator:
      return path.size() == 2 && path[0] == "operator";
    case CertificateProfile::kSigning:
      return desk || integration || broker;
  }
  return false;
}

absl::Status CheckValidity(const Validity& validity) {
  // X.509 writes years with four digits.
  const absl::Time earliest = absl::FromCivil(absl::CivilSecond(1950), absl::UTCTimeZone());
  const absl::Time latest = absl::FromCivil(absl::CivilSecond(9999), absl::UTCTimeZone());
  if (validity.not_before < earliest || validity.not_after > latest) {
    return absl::InvalidArgumentError("dates must lie between the years 1950 and 9999");
  }
  if (validity.not_after <= validity.not_before) {
    return absl::InvalidArgumentError("the last date must lie after the first");
  }
  return absl::OkStatus();
}

absl::Status CheckDnsName(std::string_view name) {
  const auto allowed = [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '.';
  };
  if (name.empty() || name.size() > 253 || name.front() == '.' ||
      !std::all_of(name.begin(), name.end(), allowed)) {
    return absl::InvalidArgumentError(
        "a DNS name has 1 to 253 letters, digits, dots and hyphens, and no wildcard");
  }
  return absl::OkStatus();
}

// 128 bits, all but the first two random: positive, of fixed length, and never zero.
void SetSerial(X509* x509) {
  std::array<uint8_t, 16> bytes;
  SecureRandomBytes(bytes);
  bytes[0] = static_cast<uint8_t>((bytes[0] & 0x3f) | 0x40);
  const BignumPtr number(BN_bin2bn(bytes.data(), bytes.size(), nullptr));
  Check(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(x509)) != nullptr, "serial number");
}

void SetDates(X509* x509, const Validity& validity) {
  Check(ASN1_TIME_set(X509_getm_notBefore(x509), absl::ToTimeT(validity.not_before)) != nullptr &&
            ASN1_TIME_set(X509_getm_notAfter(x509), absl::ToTimeT(validity.not_after)) != nullptr,
        "dates");
}

void AddNamePart(X509_NAME* name, const char* field, std::string_view text) {
  // X.520 allows 64 bytes here; the identity itself stands in the URI name.
  const std::string_view cut = text.substr(0, 64);
  Check(X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(cut.data()),
                                   static_cast<int>(cut.size()), -1, 0) == 1,
        "name");
}

void SetSubject(X509* x509, std::string_view common_name) {
  X509_NAME* const name = X509_get_subject_name(x509);
  AddNamePart(name, "O", "Corridor");
  AddNamePart(name, "CN", common_name);
}

void AddExtension(X509* x509, int nid, void* value, bool critical) {
  Check(X509_add1_ext_i2d(x509, nid, value, critical ? 1 : 0, X509V3_ADD_DEFAULT) == 1,
        "extension");
}

// For an authority, with how many others may stand below it.
void AddBasicConstraints(X509* x509, std::optional<int> path_length) {
  const BasicConstraintsPtr constraints(BASIC_CONSTRAINTS_new());
  constraints->ca = path_length.has_value() ? 0xff : 0;
  if (path_length.has_value()) {
    constraints->pathlen = ASN1_INTEGER_new();
    ASN1_INTEGER_set(constraints->pathlen, *path_length);
  }
  AddExtension(x509, NID_basic_constraints, constraints.get(), /*critical=*/true);
}

void AddKeyUsage(X509* x509, std::initializer_list<int> bits) {
  const BitStringPtr usage(ASN1_BIT_STRING_new());
  for (const int bit : bits) Check(ASN1_BIT_STRING_set_bit(usage.get(), bit, 1) == 1, "key usage");
  AddExtension(x509, NID_key_usage, usage.get(), /*critical=*/true);
}

void AddExtendedKeyUsages(X509* x509, const std::vector<std::string_view>& oids) {
  const ExtendedKeyUsagePtr usages(sk_ASN1_OBJECT_new_null());
  for (const std::string_view oid : oids) {
    sk_ASN1_OBJECT_push(usages.get(), OBJ_txt2obj(std::string(oid).c_str(), /*no_name=*/1));
  }
  AddExtension(x509, NID_ext_key_usage, usages.get(), /*critical=*/false);
}

// The first 20 bytes of the digest of the public key, so that CA and leaf agree without asking.
OctetStringPtr KeyIdentifierOf(EVP_PKEY* key) {
  unsigned char* raw = nullptr;
  const int size = i2d_PUBKEY(key, &raw);
  const OpensslBytesPtr der(raw);
  Check(size > 0, "public key");
  const Digest digest =
      Sha256(std::string_view(reinterpret_cast<const char*>(der.get()), static_cast<size_t>(size)));
  OctetStringPtr identifier(ASN1_OCTET_STRING_new());
  Check(ASN1_OCTET_STRING_set(identifier.get(), digest.data(), 20) == 1, "key identifier");
  return identifier;
}

AuthorityKeyIdPtr AuthorityKeyIdOf(const X509* issuer) {
  AuthorityKeyIdPtr authority(AUTHORITY_KEYID_new());
  const ASN1_OCTET_STRING* const own = X509_get0_subject_key_id(const_cast<X509*>(issuer));
  authority->keyid = own == nullptr ? nullptr : ASN1_OCTET_STRING_dup(own);
  return authority;
}

// The caller's GENERAL_NAMES takes the name over.
void PushName(GENERAL_NAMES* names, int type, ASN1_STRING* value) {
  GENERAL_NAME* const name = GENERAL_NAME_new();
  Check(name != nullptr && value != nullptr, "alternative name");
  GENERAL_NAME_set0_value(name, type, value);
  sk_GENERAL_NAME_push(names, name);
}

void PushText(GENERAL_NAMES* names, int type, std::string_view text) {
  ASN1_IA5STRING* const value = ASN1_IA5STRING_new();
  Check(ASN1_STRING_set(value, text.data(), static_cast<int>(text.size())) == 1,
        "alternative name");
  PushName(names, type, value);
}

absl::StatusOr<GeneralNamesPtr> AlternativeNames(const LeafRequest& request) {
  GeneralNamesPtr names(GENERAL_NAMES_new());
  PushText(names.get(), GEN_URI, request.spiffe_id.ToString());
  for (const std::string& name : request.dns_names) {
    RETURN_IF_ERROR(CheckDnsName(name));
    PushText(names.get(), GEN_DNS, name);
  }
  for (const std::string& address : request.ip_addresses) {
    ASN1_OCTET_STRING* const bytes = a2i_IPADDRESS(address.c_str());
    ERR_clear_error();
    if (bytes == nullptr) return absl::InvalidArgumentError("malformed IP address");
    PushName(names.get(), GEN_IPADD, bytes);
  }
  return names;
}

absl::Status CheckWithin(const Validity& validity, const Certificate& authority) {
  RETURN_IF_ERROR(CheckValidity(validity));
  if (validity.not_before < authority.not_before() || validity.not_after > authority.not_after()) {
    return absl::InvalidArgumentError("the dates go beyond those of the authority");
  }
  return absl::OkStatus();
}

absl::Status CheckRequest(const LeafRequest& request, const std::string& trust_domain,
                          const Certificate& root) {
  if (request.spiffe_id.trust_domain() != trust_domain) {
    return absl::InvalidArgumentError(
        absl::StrCat("the SPIFFE ID is not of trust domain ", trust_domain));
  }
  if (!FitsProfile(request.spiffe_id, request.profile)) {
    return absl::InvalidArgumentError(absl::StrCat("the SPIFFE ID has not the form that profile ",
                                                   A(ToString(request.profile)),
                                                   " needs (certs/README.md lists the forms)"));
  }
  const bool names = !request.dns_names.empty() || !request.ip_addresses.empty();
  if (names && request.profile != CertificateProfile::kBroker) {
    return absl::InvalidArgumentError("DNS names and IP addresses are for profile broker only");
  }
  return CheckWithin(request.validity, root);
}

absl::StatusOr<RevokedPtr> RevokedEntry(const RevokedCertificate& revoked) {
  BIGNUM* raw = nullptr;
  const bool is_hex = !revoked.serial.empty() && revoked.serial.size() <= 40 &&
                      std::all_of(revoked.serial.begin(), revoked.serial.end(),
                                  [](unsigned char c) { return absl::ascii_isxdigit(c); });
  if (is_hex) BN_hex2bn(&raw, revoked.serial.c_str());
  const BignumPtr number(raw);
  if (number == nullptr) {
    return absl::InvalidArgumentError("a serial is 1 to 40 hexadecimal digits");
  }
  const IntegerPtr serial(BN_to_ASN1_INTEGER(number.get(), nullptr));
  const TimePtr time(ASN1_TIME_set(nullptr, absl::ToTimeT(revoked.revoked_at)));
  RevokedPtr entry(X509_REVOKED_new());
  if (time == nullptr) return absl::InvalidArgumentError("a revocation has no proper date");
  Check(X509_REVOKED_set_serialNumber(entry.get(), serial.get()) == 1 &&
            X509_REVOKED_set_revocationDate(entry.get(), time.get()) == 1,
        "CRL entry");
  return entry;
}

void SetCrlHeader(X509_CRL* crl, X509* issuer, const Validity& validity, uint64_t number) {
  const TimePtr this_update(ASN1_TIME_set(nullptr, absl::ToTimeT(validity.not_before)));
  const TimePtr next_update(ASN1_TIME_set(nullptr, absl::ToTimeT(validity.not_after)));
  const IntegerPtr crl_number(ASN1_INTEGER_new());
  const AuthorityKeyIdPtr authority = AuthorityKeyIdOf(issuer);
  Check(X509_CRL_set_version(crl, X509_CRL_VERSION_2) == 1 &&
            X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer)) == 1 &&
            X509_CRL_set1_lastUpdate(crl, this_update.get()) == 1 &&
            X509_CRL_set1_nextUpdate(crl, next_update.get()) == 1 &&
            ASN1_INTEGER_set_uint64(crl_number.get(), number) == 1 &&
            X509_CRL_add1_ext_i2d(crl, NID_crl_number, crl_number.get(), 0, X509V3_ADD_DEFAULT) ==
                1 &&
            X509_CRL_add1_ext_i2d(crl, NID_authority_key_identifier, authority.get(), 0,
                                  X509V3_ADD_DEFAULT) == 1,
        "CRL");
}

// All but the issuer and what the issuer adds.
X509Ptr NewAuthority(std::string_view trust_domain, std::string_view name, const Validity& validity,
                     EVP_PKEY* key, int path_length) {
  X509Ptr x509(X509_new());
  Check(X509_set_version(x509.get(), X509_VERSION_3) == 1 && X509_set_pubkey(x509.get(), key) == 1,
        "authority");
  SetSerial(x509.get());
  SetDates(x509.get(), validity);
  SetSubject(x509.get(), name);
  const GeneralNamesPtr names(GENERAL_NAMES_new());
  PushText(names.get(), GEN_URI, absl::StrCat("spiffe://", A(trust_domain)));
  AddBasicConstraints(x509.get(), path_length);
  AddKeyUsage(x509.get(), {kKeyCertSignBit, kCrlSignBit});
  AddExtension(x509.get(), NID_subject_key_identifier, KeyIdentifierOf(key).get(), false);
  AddExtension(x509.get(), NID_subject_alt_name, names.get(), false);
  return x509;
}

}  // namespace

std::string_view ToString(CertificateProfile profile) {
  switch (profile) {
    case CertificateProfile::kBroker:
      return "broker";
    case CertificateProfile::kAgency:
      return "agency";
    case CertificateProfile::kIntegration:
      return "integration";
    case CertificateProfile::kOperator:
      return "operator";
    case CertificateProfile::kSigning:
      return "signing";
  }
  return "";
}

absl::StatusOr<CertificateProfile> CertificateProfileFrom(std::string_view name) {
  for (const CertificateProfile profile : kProfiles) {
    if (ToString(profile) == name) return profile;
  }
  return absl::InvalidArgumentError(
      "unknown profile; there are broker, agency, integration, operator and signing");
}

struct CertificateAuthority::Parts {
  Parts(std::string domain, Certificate root, KeyPtr private_key)
      : trust_domain(std::move(domain)),
        certificate(std::move(root)),
        key(std::move(private_key)) {}

  std::string trust_domain;
  Certificate certificate;
  KeyPtr key;
};

absl::StatusOr<CertificateAuthority> CertificateAuthority::CreateRoot(std::string_view trust_domain,
                                                                      Validity validity) {
  RETURN_IF_ERROR(CheckTrustDomain(trust_domain));
  RETURN_IF_ERROR(CheckValidity(validity));
  const KeyPtr key(EVP_EC_gen("P-256"));
  Check(key != nullptr, "generating a key");
  const std::string name = absl::StrCat(A(trust_domain), " root");
  const X509Ptr x509 = NewAuthority(trust_domain, name, validity, key.get(), kRootPathLength);
  Check(X509_set_issuer_name(x509.get(), X509_get_subject_name(x509.get())) == 1 &&
            X509_sign(x509.get(), key.get(), EVP_sha256()) > 0,
        "signing the root");
  return FromPem(PemOf(x509.get()), PrivateKeyToPem(key.get()));
}

absl::StatusOr<CertificateAuthority> CertificateAuthority::CreateIssuing(Validity validity,
                                                                         int generation) const {
  RETURN_IF_ERROR(CheckWithin(validity, certificate()));
  const KeyPtr key(EVP_EC_gen("P-256"));
  Check(key != nullptr, "generating a key");
  X509* const root = certificate().x509();
  const std::string name = absl::StrCat(trust_domain(), " issuing ", generation);
  const X509Ptr x509 = NewAuthority(trust_domain(), name, validity, key.get(), 0);
  AddExtension(x509.get(), NID_authority_key_identifier, AuthorityKeyIdOf(root).get(), false);
  Check(X509_set_issuer_name(x509.get(), X509_get_subject_name(root)) == 1 &&
            X509_sign(x509.get(), parts_->key.get(), SignatureDigest(parts_->key.get())) > 0,
        "signing an issuing authority");
  return FromPem(PemOf(x509.get()), PrivateKeyToPem(key.get()));
}

absl::StatusOr<CertificateAuthority> CertificateAuthority::FromPem(
    std::string_view certificate_pem, std::string_view private_key_pem) {
  ASSIGN_OR_RETURN(Certificate certificate, Certificate::FromPem(certificate_pem));
  ASSIGN_OR_RETURN(KeyPtr key, PrivateKeyFromPem(private_key_pem));
  if (!certificate.is_ca()) return absl::InvalidArgumentError("not a CA certificate");
  if (certificate.uris().size() != 1) {
    return absl::InvalidArgumentError("the CA certificate does not name its trust domain");
  }
  ASSIGN_OR_RETURN(std::string trust_domain, TrustDomainOf(certificate.uris().front()));
  if (EVP_PKEY_eq(X509_get0_pubkey(certificate.x509()), key.get()) != 1) {
    ERR_clear_error();
    return absl::InvalidArgumentError("the private key does not belong to the CA certificate");
  }
  return CertificateAuthority(
      std::make_shared<Parts>(std::move(trust_domain), std::move(certificate), std::move(key)));
}

const std::string& CertificateAuthority::trust_domain() const { return parts_->trust_domain; }
const Certificate& CertificateAuthority::certificate() const { return parts_->certificate; }
std::string CertificateAuthority::certificate_pem() const { return certificate().ToPem(); }
std::string CertificateAuthority::private_key_pem() const {
  return PrivateKeyToPem(parts_->key.get());
}

absl::StatusOr<IssuedCertificate> CertificateAuthority::Issue(const LeafRequest& request) const {
  RETURN_IF_ERROR(CheckRequest(request, trust_domain(), certificate()));
  ASSIGN_OR_RETURN(const GeneralNamesPtr names, AlternativeNames(request));
  X509* const root = certificate().x509();
  const KeyPtr key = NewKey(request.profile);
  const X509Ptr x509(X509_new());
  Check(X509_set_version(x509.get(), X509_VERSION_3) == 1 &&
            X509_set_pubkey(x509.get(), key.get()) == 1 &&
            X509_set_issuer_name(x509.get(), X509_get_subject_name(root)) == 1,
        "certificate");
  SetSerial(x509.get());
  SetDates(x509.get(), request.validity);
  SetSubject(x509.get(), request.spiffe_id.path().substr(1));
  AddBasicConstraints(x509.get(), std::nullopt);
  AddKeyUsage(x509.get(), {kDigitalSignatureBit});
  AddExtendedKeyUsages(x509.get(), UsagesOf(request.profile));
  AddExtension(x509.get(), NID_subject_alt_name, names.get(), false);
  AddExtension(x509.get(), NID_subject_key_identifier, KeyIdentifierOf(key.get()).get(), false);
  AddExtension(x509.get(), NID_authority_key_identifier, AuthorityKeyIdOf(root).get(), false);
  EVP_PKEY* const root_key = parts_->key.get();
  Check(X509_sign(x509.get(), root_key, SignatureDigest(root_key)) > 0, "signing a certificate");

  ASSIGN_OR_RETURN(const Certificate issued, Certificate::FromPem(PemOf(x509.get())));
  return IssuedCertificate{issued.ToPem(), PrivateKeyToPem(key.get()), issued.serial()};
}

absl::StatusOr<std::string> CertificateAuthority::IssueCrl(
    const std::vector<RevokedCertificate>& revoked, absl::Time this_update, absl::Time next_update,
    uint64_t number) const {
  const Validity validity{this_update, next_update};
  RETURN_IF_ERROR(CheckValidity(validity));
  const CrlPtr crl(X509_CRL_new());
  SetCrlHeader(crl.get(), certificate().x509(), validity, number);
  for (const RevokedCertificate& item : revoked) {
    ASSIGN_OR_RETURN(RevokedPtr entry, RevokedEntry(item));
    Check(X509_CRL_add0_revoked(crl.get(), entry.release()) == 1, "CRL entry");
  }
  EVP_PKEY* const key = parts_->key.get();
  Check(X509_CRL_sort(crl.get()) == 1 && X509_CRL_sign(crl.get(), key, SignatureDigest(key)) > 0,
        "signing a CRL");
  const BioPtr writer(BIO_new(BIO_s_mem()));
  Check(PEM_write_bio_X509_CRL(writer.get(), crl.get()) == 1, "writing a CRL");
  return TextOf(writer.get());
}

}  // namespace corridor
