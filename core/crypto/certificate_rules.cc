#include "core/crypto/certificate_rules.h"

#include <openssl/core_names.h>

#include <string_view>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/crypto/certificate_extensions.h"
#include "core/crypto/openssl_handles.h"

namespace corridor {
namespace {

constexpr int kRsaBitsMin = 2048;
constexpr int kRsaBitsMax = 8192;
constexpr int kRsaExponentBitsMin = 17;  // 65,537 is the least of them in use
constexpr int kRsaExponentBitsMax = 64;
constexpr int kSerialBitsMax = 159;  // 20 bytes with the sign bit clear
constexpr std::string_view kAnyExtendedKeyUsageOid = "2.5.29.37.0";

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

bool HasKeyUsage(const Certificate& certificate, uint32_t usage) {
  return (X509_get_extension_flags(certificate.x509()) & EXFLAG_KUSAGE) != 0 &&
         (X509_get_key_usage(certificate.x509()) & usage) != 0;
}

bool HasSaneExponent(const EVP_PKEY* key) {
  BIGNUM* read = nullptr;
  if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &read) != 1) return false;
  const BignumPtr exponent(read);
  const int bits = BN_num_bits(exponent.get());
  return BN_is_odd(exponent.get()) == 1 && bits >= kRsaExponentBitsMin &&
         bits <= kRsaExponentBitsMax;
}

// Names its curve, rather than spell it out, and has no other parameters than its type asks for.
bool HasPlainParameters(const Certificate& certificate) {
  X509_ALGOR* algorithm = nullptr;
  X509_PUBKEY* const key = X509_get_X509_PUBKEY(certificate.x509());
  if (X509_PUBKEY_get0_param(nullptr, nullptr, nullptr, &algorithm, key) != 1) return false;
  int type = V_ASN1_UNDEF;
  X509_ALGOR_get0(nullptr, &type, nullptr, algorithm);
  switch (certificate.key_type()) {
    case KeyType::kP256:
    case KeyType::kP384:
      return type == V_ASN1_OBJECT;
    case KeyType::kRsa:
      return type == V_ASN1_NULL;
    default:
      return type == V_ASN1_UNDEF;
  }
}

absl::Status CheckKey(const Certificate& certificate) {
  if (certificate.key_type() == KeyType::kUnsupported) {
    return RefusePeer(PeerRefusal::kBadKeyType, "a key is not P-256, P-384, Ed25519 or RSA");
  }
  if (!HasPlainParameters(certificate)) {
    return RefusePeer(PeerRefusal::kBadKeyType, "a key's parameters are not those of its type");
  }
  if (certificate.key_type() != KeyType::kRsa) return absl::OkStatus();
  const EVP_PKEY* const key = X509_get0_pubkey(certificate.x509());
  const int bits = EVP_PKEY_get_bits(key);
  if (bits < kRsaBitsMin || bits > kRsaBitsMax || bits % 8 != 0) {
    return RefusePeer(PeerRefusal::kBadKeyType,
                      "an RSA key does not have 2,048 to 8,192 bits, in whole bytes");
  }
  if (!HasSaneExponent(key)) {
    return RefusePeer(PeerRefusal::kBadKeyType,
                      "an RSA key's exponent is not odd and of 17 to 64 bits");
  }
  return absl::OkStatus();
}

// RFC 5280 section 4.1.2.5: to the second, in UTC, with two digits of the year until 2049.
bool IsWellWritten(const ASN1_TIME* time) {
  const std::string_view text = BytesOfAsn1(time);
  const bool is_short = ASN1_STRING_type(time) == V_ASN1_UTCTIME;
  if (text.size() != (is_short ? 13 : 15) || text.back() != 'Z') return false;
  const std::string_view digits = text.substr(0, text.size() - 1);
  return digits.find_first_not_of("0123456789") == std::string_view::npos &&
         (is_short || text.substr(0, 4) >= "2050");
}

absl::Status CheckSerial(const Certificate& certificate) {
  const BignumPtr serial(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate.x509()), nullptr));
  if (certificate.serial().empty() || BN_num_bits(serial.get()) > kSerialBitsMax) {
    return RefusePeer(PeerRefusal::kMalformedCertificate,
                      "a serial number is not positive or has more than 20 bytes");
  }
  return absl::OkStatus();
}

}  // namespace

bool MayIssue(const Certificate& certificate) {
  return certificate.is_ca() && HasKeyUsage(certificate, KU_KEY_CERT_SIGN);
}

bool IsAllowedSignature(int nid, X509* x509) {
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
         X509_get_signature_info(x509, &digest, nullptr, nullptr, nullptr) == 1 &&
         (digest == NID_sha256 || digest == NID_sha384 || digest == NID_sha512);
}

absl::Status CheckForm(const Certificate& certificate) {
  X509* const x509 = certificate.x509();
  if (X509_get_version(x509) != X509_VERSION_3) {
    return RefusePeer(PeerRefusal::kMalformedCertificate,
                      "a certificate is not of X.509 version 3");
  }
  RETURN_IF_ERROR(CheckSerial(certificate));
  if (!IsWellWritten(X509_get0_notBefore(x509)) || !IsWellWritten(X509_get0_notAfter(x509))) {
    return RefusePeer(PeerRefusal::kMalformedCertificate, "a date is not written as it must be");
  }
  if (certificate.not_before() > certificate.not_after()) {
    return RefusePeer(PeerRefusal::kMalformedCertificate, "a certificate ends before it begins");
  }
  const X509_ALGOR* algorithm = nullptr;
  X509_get0_signature(nullptr, &algorithm, x509);
  if (X509_ALGOR_cmp(algorithm, X509_get0_tbs_sigalg(x509)) != 0) {
    return RefusePeer(PeerRefusal::kMalformedCertificate,
                      "a certificate names two different algorithms of its signature");
  }
  if (!IsAllowedSignature(X509_get_signature_nid(x509), x509)) {
    return RefusePeer(
        PeerRefusal::kWeakSignature,
        "a certificate is signed with an algorithm other than Ed25519 or ECDSA or RSA "
        "with SHA-256, SHA-384 or SHA-512");
  }
  return CheckKey(certificate);
}

absl::Status CheckIssuer(const Certificate& issuer, PeerPurpose purpose, bool is_root) {
  if (!MayIssue(issuer)) {
    return RefusePeer(PeerRefusal::kIssuerNotCa,
                      "an issuer is not a CA with key usage keyCertSign");
  }
  if (is_root && IsSelfIssued(issuer) && !issuer.extended_key_usages().empty()) {
    return RefusePeer(PeerRefusal::kWrongKeyUsage, "a root limits itself to extended key usages");
  }
  if (!issuer.extended_key_usages().empty() &&
      !issuer.has_extended_key_usage(UsageOidOf(purpose)) &&
      !issuer.has_extended_key_usage(kAnyExtendedKeyUsageOid)) {
    return RefusePeer(PeerRefusal::kWrongKeyUsage,
                      absl::StrCat("an issuer may not certify for ", A(ToString(purpose))));
  }
  return absl::OkStatus();
}

absl::Status CheckLeafUsages(const Certificate& leaf, PeerPurpose purpose) {
  if (leaf.is_ca()) return RefusePeer(PeerRefusal::kCaAsLeaf, "a CA certificate is no peer");
  if (!HasKeyUsage(leaf, KU_DIGITAL_SIGNATURE)) {
    return RefusePeer(PeerRefusal::kWrongKeyUsage, "key usage digitalSignature is not set");
  }
  if (HasKeyUsage(leaf, KU_KEY_CERT_SIGN | KU_CRL_SIGN)) {
    return RefusePeer(PeerRefusal::kWrongKeyUsage, "key usage keyCertSign or cRLSign is set");
  }
  if (!leaf.has_extended_key_usage(UsageOidOf(purpose))) {
    return RefusePeer(PeerRefusal::kWrongKeyUsage,
                      absl::StrCat("extended key usage lacks what ", A(ToString(purpose)),
                                   " needs (", A(UsageOidOf(purpose)), ")"));
  }
  if (leaf.has_extended_key_usage(kAnyExtendedKeyUsageOid)) {
    return RefusePeer(PeerRefusal::kWrongKeyUsage, "a peer's certificate is good for any usage");
  }
  const bool connects =
      leaf.has_extended_key_usage(kClientAuthOid) || leaf.has_extended_key_usage(kServerAuthOid);
  if (connects && leaf.has_extended_key_usage(kStatementSigningOid)) {
    return RefusePeer(PeerRefusal::kWrongKeyUsage,
                      "a certificate is for signing or for TLS, not both");
  }
  if (purpose == PeerPurpose::kSigning && leaf.key_type() != KeyType::kEd25519) {
    return RefusePeer(PeerRefusal::kBadKeyType, "a signing key must be Ed25519");
  }
  return absl::OkStatus();
}

absl::Status CheckDates(const Certificate& certificate, absl::Time time) {
  // Dates are to the second, and the last second belongs to them (RFC 5280 section 4.1.2.5).
  if (time < certificate.not_before()) {
    return RefusePeer(PeerRefusal::kNotYetValid,
                      absl::StrCat("valid from ", absl::FormatTime(certificate.not_before(),
                                                                   absl::UTCTimeZone())));
  }
  if (time >= certificate.not_after() + absl::Seconds(1)) {
    return RefusePeer(
        PeerRefusal::kExpired,
        absl::StrCat("ended ", absl::FormatTime(certificate.not_after(), absl::UTCTimeZone())));
  }
  return absl::OkStatus();
}

absl::Status CheckLifetime(const Certificate& leaf, absl::Duration longest) {
  // What RFC 5280 section 4.1.2.5 writes for "no end".
  const absl::Time endless =
      absl::FromCivil(absl::CivilSecond(9999, 12, 31, 23, 59, 59), absl::UTCTimeZone());
  if (leaf.not_after() >= endless || leaf.not_after() - leaf.not_before() > longest) {
    return RefusePeer(PeerRefusal::kLifetimeTooLong,
                      "a peer's certificate is valid for longer than is allowed here");
  }
  return absl::OkStatus();
}

absl::StatusOr<SpiffeId> ClaimedIdentity(const Certificate& leaf) {
  if (leaf.is_ca()) return RefusePeer(PeerRefusal::kCaAsLeaf, "a CA certificate is no peer");
  if (leaf.uris().size() > 1) {
    return RefusePeer(PeerRefusal::kSeveralUriNames,
                      absl::StrCat("expected one URI name, found ", leaf.uris().size()));
  }
  if (leaf.uris().empty()) return RefusePeer(PeerRefusal::kNoSpiffeId, "there is no URI name");
  absl::StatusOr<SpiffeId> id = SpiffeId::Parse(leaf.uris().front());
  if (!id.ok()) return RefusePeer(PeerRefusal::kNoSpiffeId, S(id.status().message()));
  if (id->path().empty()) return RefusePeer(PeerRefusal::kNoSpiffeId, "the SPIFFE ID has no path");
  return id;
}

}  // namespace corridor
