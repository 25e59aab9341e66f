#include "core/crypto/certificate_extensions.h"

#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <memory>

#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/crypto/certificate_names.h"
#include "core/crypto/openssl_handles.h"
#include "core/crypto/peer_refusal.h"

namespace corridor {
namespace {

using AuthorityKeyIdPtr = std::unique_ptr<AUTHORITY_KEYID, FreeWith<AUTHORITY_KEYID_free>>;

enum class Criticality { kEither, kNever, kAlways };

struct KnownExtension {
  int nid;
  Criticality criticality;
};

// RFC 5280 sections 4.2.1 and 4.2.2. That extended key usages are not critical is the rule of the
// CA/Browser Forum's baseline requirements (7.1.2.7.10).
constexpr std::array<KnownExtension, 16> kKnownExtensions = {{
    {NID_authority_key_identifier, Criticality::kNever},
    {NID_subject_key_identifier, Criticality::kNever},
    {NID_key_usage, Criticality::kEither},
    {NID_certificate_policies, Criticality::kEither},
    {NID_policy_mappings, Criticality::kEither},
    {NID_subject_alt_name, Criticality::kEither},
    {NID_issuer_alt_name, Criticality::kEither},
    {NID_basic_constraints, Criticality::kEither},
    {NID_name_constraints, Criticality::kAlways},
    {NID_policy_constraints, Criticality::kAlways},
    {NID_ext_key_usage, Criticality::kNever},
    {NID_crl_distribution_points, Criticality::kEither},
    {NID_inhibit_any_policy, Criticality::kAlways},
    {NID_freshest_crl, Criticality::kNever},
    {NID_info_access, Criticality::kNever},
    {NID_sinfo_access, Criticality::kNever},
}};

absl::Status Malformed(std::string_view detail) {
  return RefusePeer(PeerRefusal::kMalformedCertificate, detail);
}

// One whole DER value and nothing after it.
bool IsOneValue(const ASN1_OCTET_STRING* bytes) {
  const unsigned char* at = ASN1_STRING_get0_data(bytes);
  const long size = ASN1_STRING_length(bytes);
  const unsigned char* const end = at + size;
  long length = 0;
  int tag = 0;
  int tag_class = 0;
  const int form = ASN1_get_object(&at, &length, &tag, &tag_class, size);
  return (form & 0x80) == 0 && (form & 1) == 0 && at + length == end;
}

bool IsReadable(X509_EXTENSION* extension) {
  const X509V3_EXT_METHOD* const method = X509V3_EXT_get(extension);
  if (method == nullptr || !IsOneValue(X509_EXTENSION_get_data(extension))) return false;
  void* const value = X509V3_EXT_d2i(extension);
  if (value == nullptr) return false;
  if (method->it != nullptr) {
    ASN1_item_free(static_cast<ASN1_VALUE*>(value), ASN1_ITEM_ptr(method->it));
  } else {
    method->ext_free(value);
  }
  return true;
}

// OpenSSL refuses a repetition only of the extensions that it was asked for.
bool RepeatsAnExtension(const X509* x509) {
  for (int i = 0; i < X509_get_ext_count(x509); ++i) {
    const ASN1_OBJECT* const type = X509_EXTENSION_get_object(X509_get_ext(x509, i));
    if (X509_get_ext_by_OBJ(x509, type, i) >= 0) return true;
  }
  return false;
}

absl::Status CheckOne(X509_EXTENSION* extension) {
  const int nid = OBJ_obj2nid(X509_EXTENSION_get_object(extension));
  const bool critical = X509_EXTENSION_get_critical(extension) == 1;
  const auto* const known =
      std::find_if(kKnownExtensions.begin(), kKnownExtensions.end(),
                   [nid](const KnownExtension& entry) { return entry.nid == nid; });
  if (known == kKnownExtensions.end()) {
    if (!critical) return absl::OkStatus();
    return RefusePeer(PeerRefusal::kUnknownCriticalExtension,
                      "a critical extension is not known here");
  }
  if (critical && known->criticality == Criticality::kNever) {
    return Malformed("an extension is critical that must not be");
  }
  if (!critical && known->criticality == Criticality::kAlways) {
    return Malformed("an extension is not critical that must be");
  }
  const bool readable = IsReadable(extension);
  ERR_clear_error();
  return readable ? absl::OkStatus() : Malformed("an extension is unreadable");
}

bool IsCritical(const X509* x509, int nid) {
  const int at = X509_get_ext_by_NID(x509, nid, -1);
  return at >= 0 && X509_EXTENSION_get_critical(X509_get_ext(x509, at)) == 1;
}

bool Has(const X509* x509, int nid) { return X509_get_ext_by_NID(x509, nid, -1) >= 0; }

absl::Status CheckConstraints(const Certificate& certificate, PathRole role) {
  const X509* const x509 = certificate.x509();
  if (role == PathRole::kLeaf) {
    if (Has(x509, NID_name_constraints)) {
      return Malformed("name constraints stand in a certificate that is no CA's");
    }
    if (!certificate.is_ca() && X509_get_pathlen(certificate.x509()) >= 0) {
      return Malformed("a path length stands in a certificate that is no CA's");
    }
    return absl::OkStatus();
  }
  if (!IsCritical(x509, NID_basic_constraints)) {
    return RefusePeer(PeerRefusal::kIssuerNotCa, "an issuer has no critical basic constraints");
  }
  return absl::OkStatus();
}

AuthorityKeyIdPtr AuthorityKeyIdOf(const Certificate& certificate) {
  return AuthorityKeyIdPtr(static_cast<AUTHORITY_KEYID*>(
      X509_get_ext_d2i(certificate.x509(), NID_authority_key_identifier, nullptr, nullptr)));
}

absl::Status CheckKeyIdentifiers(const Certificate& certificate, PathRole role) {
  const ASN1_OCTET_STRING* const own = X509_get0_subject_key_id(certificate.x509());
  if (role != PathRole::kLeaf && (own == nullptr || ASN1_STRING_length(own) == 0)) {
    return Malformed("an issuer has no subject key identifier");
  }
  const AuthorityKeyIdPtr authority = AuthorityKeyIdOf(certificate);
  const bool self_signed_root = role == PathRole::kRoot && IsSelfIssued(certificate);
  if (authority == nullptr) {
    return self_signed_root ? absl::OkStatus()
                            : Malformed("a certificate has no authority key identifier");
  }
  if (authority->keyid == nullptr) {
    return Malformed("an authority key identifier names no key");
  }
  if ((authority->issuer == nullptr) != (authority->serial == nullptr)) {
    return Malformed("an authority key identifier has an issuer or a serial without the other");
  }
  if (!self_signed_root) return absl::OkStatus();
  if (authority->issuer != nullptr || ASN1_OCTET_STRING_cmp(authority->keyid, own) != 0) {
    return Malformed("a root's authority key identifier is not its own key's");
  }
  return absl::OkStatus();
}

absl::Status CheckNamesOf(const Certificate& certificate, PathRole role) {
  const bool unnamed = X509_NAME_entry_count(X509_get_subject_name(certificate.x509())) == 0;
  if (X509_NAME_entry_count(X509_get_issuer_name(certificate.x509())) == 0) {
    return Malformed("an issuer name is empty");
  }
  if (role != PathRole::kLeaf && unnamed) return Malformed("an issuer's subject name is empty");
  if (role == PathRole::kLeaf) {
    if (!Has(certificate.x509(), NID_subject_alt_name)) {
      return Malformed("a peer's certificate has no subject alternative name");
    }
    if (IsCritical(certificate.x509(), NID_subject_alt_name) != unnamed) {
      return Malformed("a subject alternative name is critical, or not, against the rule");
    }
  }
  return CheckNames(certificate, role == PathRole::kLeaf);
}

}  // namespace

bool IsSelfIssued(const Certificate& certificate) {
  return X509_NAME_cmp(X509_get_subject_name(certificate.x509()),
                       X509_get_issuer_name(certificate.x509())) == 0;
}

bool MayHaveIssued(const Certificate& issuer, const Certificate& child) {
  if (X509_NAME_cmp(X509_get_subject_name(issuer.x509()), X509_get_issuer_name(child.x509())) !=
      0) {
    return false;
  }
  const AuthorityKeyIdPtr authority = AuthorityKeyIdOf(child);
  ERR_clear_error();
  return authority == nullptr || X509_check_akid(issuer.x509(), authority.get()) == X509_V_OK;
}

absl::Status CheckExtensions(const Certificate& certificate, PathRole role) {
  const X509* const x509 = certificate.x509();
  if (RepeatsAnExtension(x509)) return Malformed("an extension is repeated");
  for (int i = 0; i < X509_get_ext_count(x509); ++i) {
    RETURN_IF_ERROR(CheckOne(X509_get_ext(x509, i)));
  }
  RETURN_IF_ERROR(CheckConstraints(certificate, role));
  RETURN_IF_ERROR(CheckKeyIdentifiers(certificate, role));
  return CheckNamesOf(certificate, role);
}

}  // namespace corridor
