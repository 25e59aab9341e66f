#include "core/crypto/revocation_lists.h"

#include <openssl/err.h>

#include <algorithm>
#include <memory>
#include <set>

#include "core/base/status_macros.h"
#include "core/crypto/certificate_rules.h"
#include "core/crypto/peer_refusal.h"

namespace corridor {
namespace {

using IntegerPtr = std::unique_ptr<ASN1_INTEGER, FreeWith<ASN1_INTEGER_free>>;
using AuthorityKeyIdPtr = std::unique_ptr<AUTHORITY_KEYID, FreeWith<AUTHORITY_KEYID_free>>;

constexpr int kNumberBytesMax = 20;

absl::Status Invalid(const char* what) { return absl::InvalidArgumentError(what); }

absl::StatusOr<CrlPtr> Parse(const std::string& der) {
  const auto* const begin = reinterpret_cast<const unsigned char*>(der.data());
  const unsigned char* end = begin;
  CrlPtr crl(d2i_X509_CRL(nullptr, &end, static_cast<long>(der.size())));
  ERR_clear_error();
  if (crl == nullptr || end != begin + der.size()) return Invalid("it is malformed");
  return crl;
}

absl::Status CheckNumber(X509_CRL* crl) {
  int critical = -1;
  const IntegerPtr number(
      static_cast<ASN1_INTEGER*>(X509_CRL_get_ext_d2i(crl, NID_crl_number, &critical, nullptr)));
  ERR_clear_error();
  if (number == nullptr) return Invalid("it has no number");
  if (critical == 1) return Invalid("its number is critical");
  if (ASN1_STRING_type(number.get()) == V_ASN1_NEG_INTEGER ||
      ASN1_STRING_length(number.get()) > kNumberBytesMax) {
    return Invalid("its number is negative or has more than 20 bytes");
  }
  return absl::OkStatus();
}

bool RepeatsAnExtension(const X509_CRL* crl) {
  for (int i = 0; i < X509_CRL_get_ext_count(crl); ++i) {
    const ASN1_OBJECT* const type = X509_EXTENSION_get_object(X509_CRL_get_ext(crl, i));
    if (X509_CRL_get_ext_by_OBJ(crl, type, i) >= 0) return true;
  }
  return false;
}

absl::Status CheckEntries(X509_CRL* crl) {
  std::set<std::string> serials;
  STACK_OF(X509_REVOKED)* const revoked = X509_CRL_get_REVOKED(crl);
  for (int i = 0; i < sk_X509_REVOKED_num(revoked); ++i) {
    const X509_REVOKED* const entry = sk_X509_REVOKED_value(revoked, i);
    if (X509_REVOKED_get_ext_by_critical(entry, 1, -1) >= 0) {
      return Invalid("an entry has a critical extension, and none is known here");
    }
    const ASN1_INTEGER* const serial = X509_REVOKED_get0_serialNumber(entry);
    if (!serials.insert(std::string(BytesOfAsn1(serial))).second) {
      return Invalid("a serial stands in it twice");
    }
  }
  return absl::OkStatus();
}

// The next value of `at`, whole, and `at` behind it; empty where there is none.
std::string_view TakeValue(std::string_view& at, bool enter) {
  const auto* const begin = reinterpret_cast<const unsigned char*>(at.data());
  const unsigned char* content = begin;
  long length = 0;
  int tag = 0;
  int tag_class = 0;
  const int form =
      ASN1_get_object(&content, &length, &tag, &tag_class, static_cast<long>(at.size()));
  ERR_clear_error();
  if ((form & 0x80) != 0 || (form & 1) != 0) return {};
  const auto header = static_cast<size_t>(content - begin);
  const std::string_view value = at.substr(0, header + static_cast<size_t>(length));
  at = enter ? value.substr(header) : at.substr(value.size());
  return value;
}

// The algorithm inside what is signed is the one beside it. OpenSSL hands out only the latter.
bool NamesOneAlgorithm(const X509_CRL* crl, std::string_view der) {
  std::string_view at = der;
  TakeValue(at, /*enter=*/true);
  TakeValue(at, /*enter=*/true);
  TakeValue(at, /*enter=*/false);  // the version
  const std::string_view inner = TakeValue(at, /*enter=*/false);
  const X509_ALGOR* outer = nullptr;
  X509_CRL_get0_signature(crl, nullptr, &outer);
  unsigned char* raw = nullptr;
  const int size = i2d_X509_ALGOR(outer, &raw);
  const OpensslBytesPtr bytes(raw);
  return size > 0 && inner == std::string_view(reinterpret_cast<const char*>(raw), size);
}

absl::Status CheckForm(X509_CRL* crl, std::string_view der) {
  if (X509_CRL_get_version(crl) != X509_CRL_VERSION_2) return Invalid("it is not of version 2");
  if (X509_CRL_get0_nextUpdate(crl) == nullptr) {
    return Invalid("it has no next update, so it would never be stale");
  }
  if (!NamesOneAlgorithm(crl, der)) {
    return Invalid("it names two different algorithms of its signature");
  }
  if (!IsAllowedSignature(X509_CRL_get_signature_nid(crl), nullptr)) {
    return Invalid("it is signed with an algorithm that is not allowed");
  }
  if (RepeatsAnExtension(crl)) return Invalid("an extension is repeated");
  RETURN_IF_ERROR(CheckNumber(crl));
  if (X509_CRL_get_ext_by_critical(crl, 1, -1) >= 0) {
    return Invalid("it has a critical extension, and none is known here");
  }
  return CheckEntries(crl);
}

bool IsSignedBy(X509_CRL* crl, const Certificate& issuer) {
  const bool good = X509_CRL_verify(crl, X509_get0_pubkey(issuer.x509())) == 1;
  ERR_clear_error();
  return good;
}

bool IsNamed(X509_CRL* crl, const Certificate& issuer) {
  return X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(issuer.x509())) == 0;
}

// What the list says of the key it is signed with; empty where it says nothing.
std::string AuthorityKeyOf(const X509_CRL* crl) {
  const AuthorityKeyIdPtr authority(static_cast<AUTHORITY_KEYID*>(
      X509_CRL_get_ext_d2i(crl, NID_authority_key_identifier, nullptr, nullptr)));
  ERR_clear_error();
  return authority == nullptr || authority->keyid == nullptr
             ? std::string()
             : std::string(BytesOfAsn1(authority->keyid));
}

// A list in a root's name must be that root's. One of a CA below shows at verification whose it is.
absl::Status CheckIssuer(X509_CRL* crl, const std::vector<Certificate>& roots) {
  bool named = false;
  for (const Certificate& root : roots) {
    if (!IsNamed(crl, root)) continue;
    named = true;
    if (IsSignedBy(crl, root)) return absl::OkStatus();
  }
  return named ? Invalid("it is not signed by the root it names") : absl::OkStatus();
}

absl::Status CheckCrlSigner(const Certificate& issuer) {
  if ((X509_get_key_usage(issuer.x509()) & KU_CRL_SIGN) != 0) return absl::OkStatus();
  return RefusePeer(PeerRefusal::kRevocationUnknown, "an issuer of a list may not sign lists");
}

}  // namespace

absl::Status RevocationLists::Add(const std::string& der, const std::vector<Certificate>& roots) {
  ASSIGN_OR_RETURN(CrlPtr crl, Parse(der));
  RETURN_IF_ERROR(CheckForm(crl.get(), der));
  RETURN_IF_ERROR(CheckIssuer(crl.get(), roots));
  ASSIGN_OR_RETURN(const absl::Time this_update, TimeFrom(X509_CRL_get0_lastUpdate(crl.get())));
  ASSIGN_OR_RETURN(const absl::Time next_update, TimeFrom(X509_CRL_get0_nextUpdate(crl.get())));
  lists_.push_back({std::move(crl), this_update, next_update});
  return absl::OkStatus();
}

absl::Time RevocationLists::next_update() const {
  absl::Time earliest = absl::InfiniteFuture();
  for (const List& list : lists_) earliest = std::min(earliest, list.next_update);
  return earliest;
}

// Two authorities of one name are told apart by their keys, where their lists say which.
bool RevocationLists::AreOfOneIssuer(const List& list, const List& other) {
  if (X509_NAME_cmp(X509_CRL_get_issuer(list.crl.get()), X509_CRL_get_issuer(other.crl.get())) !=
      0) {
    return false;
  }
  return AuthorityKeyOf(list.crl.get()) == AuthorityKeyOf(other.crl.get());
}

bool RevocationLists::AreAsNewAs(const RevocationLists& other) const {
  return std::all_of(other.lists_.begin(), other.lists_.end(), [this](const List& old) {
    return std::any_of(lists_.begin(), lists_.end(), [&old](const List& list) {
      return list.this_update >= old.this_update && AreOfOneIssuer(list, old);
    });
  });
}

bool RevocationLists::IsOf(const List& list, const Certificate& issuer) {
  if (!IsNamed(list.crl.get(), issuer)) return false;
  const AuthorityKeyIdPtr authority(static_cast<AUTHORITY_KEYID*>(
      X509_CRL_get_ext_d2i(list.crl.get(), NID_authority_key_identifier, nullptr, nullptr)));
  ERR_clear_error();
  if (authority != nullptr && X509_check_akid(issuer.x509(), authority.get()) != X509_V_OK) {
    return false;
  }
  return IsSignedBy(list.crl.get(), issuer);
}

absl::StatusOr<Freshness> RevocationLists::Check(const Certificate& certificate,
                                                 const Certificate& issuer, absl::Time time,
                                                 absl::Duration grace) const {
  const List* latest = nullptr;
  for (const List& list : lists_) {
    if (!IsOf(list, issuer)) continue;
    RETURN_IF_ERROR(CheckCrlSigner(issuer));
    X509_REVOKED* entry = nullptr;
    if (X509_CRL_get0_by_serial(list.crl.get(), &entry,
                                X509_get_serialNumber(certificate.x509())) != 0) {
      return RefusePeer(PeerRefusal::kRevoked, "a certificate is on its issuer's list");
    }
    if (latest == nullptr || list.this_update > latest->this_update) latest = &list;
  }
  if (latest == nullptr) {
    return RefusePeer(PeerRefusal::kRevocationUnknown, "an issuer has no list here");
  }
  if (time < latest->this_update) {
    return RefusePeer(PeerRefusal::kRevocationStale, "an issuer's list is not yet valid");
  }
  if (time >= latest->next_update + grace) {
    return RefusePeer(PeerRefusal::kRevocationStale, "an issuer's list is past its next update");
  }
  return time < latest->next_update ? Freshness::kCurrent : Freshness::kInGrace;
}

}  // namespace corridor
