#include "core/crypto/certificate.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/crypto/openssl_handles.h"

namespace corridor {
namespace {

constexpr std::string_view kPemLabel = "CERTIFICATE";

absl::Status Malformed(std::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("malformed certificate: ", absl::string_view(what.data(), what.size())));
}

std::string NameText(const X509_NAME* name) {
  BioPtr writer(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(writer.get(), name, 0, XN_FLAG_RFC2253);
  return TextOf(writer.get());
}

std::string SerialText(const X509* x509) {
  const BignumPtr number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(x509), nullptr));
  if (number == nullptr || BN_is_negative(number.get()) || BN_is_zero(number.get())) return "";
  const OpensslStringPtr hex(BN_bn2hex(number.get()));
  const std::string text = absl::AsciiStrToLower(hex.get());
  return text.substr(text.find_first_not_of('0'));
}

KeyType KeyTypeOf(EVP_PKEY* key) {
  if (key == nullptr) return KeyType::kUnsupported;
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_ED25519:
      return KeyType::kEd25519;
    case EVP_PKEY_RSA:
      return KeyType::kRsa;
    case EVP_PKEY_EC:
      break;
    default:
      return KeyType::kUnsupported;
  }
  char group[32] = {};
  if (EVP_PKEY_get_group_name(key, group, sizeof group, nullptr) != 1) return KeyType::kUnsupported;
  switch (OBJ_sn2nid(group)) {
    case NID_X9_62_prime256v1:
      return KeyType::kP256;
    case NID_secp384r1:
      return KeyType::kP384;
    default:
      return KeyType::kUnsupported;
  }
}

std::optional<PublicKey> Ed25519KeyOf(EVP_PKEY* key) {
  PublicKey bytes;
  size_t size = bytes.size();
  if (EVP_PKEY_get_raw_public_key(key, bytes.data(), &size) != 1 || size != bytes.size()) {
    return std::nullopt;
  }
  return bytes;
}

// An extension's value; null where there is none. kInvalidArgument: repeated or malformed.
template <typename Owner>
absl::StatusOr<Owner> ExtensionOf(const X509* x509, int nid) {
  int critical = -1;
  Owner value(
      static_cast<typename Owner::pointer>(X509_get_ext_d2i(x509, nid, &critical, nullptr)));
  if (value == nullptr && critical != -1)
    return Malformed("an extension is repeated or unreadable");
  return value;
}

}  // namespace

struct Certificate::Parts {
  X509Ptr x509;
  std::string der;
  std::string subject;
  std::string issuer;
  std::string serial;
  absl::Time not_before;
  absl::Time not_after;
  std::vector<std::string> uris;
  std::vector<std::string> dns_names;
  bool is_ca = false;
  std::vector<std::string> extended_key_usages;
  KeyType key_type = KeyType::kUnsupported;
  std::optional<PublicKey> ed25519_public_key;

  absl::Status ReadExtensions();
  absl::Status ReadNames();
  absl::Status ReadExtendedKeyUsages();
};

absl::Status Certificate::Parts::ReadExtensions() {
  const uint32_t flags = X509_get_extension_flags(x509.get());
  if ((flags & EXFLAG_INVALID) != 0) return Malformed("invalid extensions");
  is_ca = (flags & EXFLAG_BCONS) != 0 && (flags & EXFLAG_CA) != 0;
  RETURN_IF_ERROR(ReadNames());
  return ReadExtendedKeyUsages();
}

absl::Status Certificate::Parts::ReadNames() {
  ASSIGN_OR_RETURN(const GeneralNamesPtr names,
                   ExtensionOf<GeneralNamesPtr>(x509.get(), NID_subject_alt_name));
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    int type = 0;
    const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &type);
    if (type != GEN_URI && type != GEN_DNS) continue;
    std::vector<std::string>& list = type == GEN_URI ? uris : dns_names;
    list.emplace_back(BytesOfAsn1(static_cast<const ASN1_STRING*>(value)));
  }
  return absl::OkStatus();
}

absl::Status Certificate::Parts::ReadExtendedKeyUsages() {
  ASSIGN_OR_RETURN(const ExtendedKeyUsagePtr usages,
                   ExtensionOf<ExtendedKeyUsagePtr>(x509.get(), NID_ext_key_usage));
  for (int i = 0; usages != nullptr && i < sk_ASN1_OBJECT_num(usages.get()); ++i) {
    char oid[128] = {};
    const int size = OBJ_obj2txt(oid, sizeof oid, sk_ASN1_OBJECT_value(usages.get(), i), 1);
    if (size <= 0 || size >= static_cast<int>(sizeof oid)) return Malformed("unreadable key usage");
    extended_key_usages.emplace_back(oid);
  }
  return absl::OkStatus();
}

namespace {

// OpenSSL reads more than DER; what it would write is DER. `again` is a copy that may be changed.
bool IsDer(X509* again, std::string_view der) {
  if (i2d_re_X509_tbs(again, nullptr) <= 0) return false;
  unsigned char* raw = nullptr;
  const int size = i2d_X509(again, &raw);
  const OpensslBytesPtr bytes(raw);
  return size > 0 && der == std::string_view(reinterpret_cast<const char*>(raw), size);
}

}  // namespace

absl::StatusOr<Certificate> Certificate::FromDer(std::string_view der) {
  if (der.size() > kDerBytesMax) return Malformed("larger than 16 KiB");
  auto parts = std::make_shared<Parts>();
  const auto* const begin = reinterpret_cast<const unsigned char*>(der.data());
  const unsigned char* end = begin;
  parts->x509.reset(d2i_X509(nullptr, &end, static_cast<long>(der.size())));
  ERR_clear_error();
  if (parts->x509 == nullptr || end != begin + der.size()) return Malformed("not one X.509 object");

  end = begin;
  const X509Ptr again(d2i_X509(nullptr, &end, static_cast<long>(der.size())));
  if (again == nullptr || !IsDer(again.get(), der)) return Malformed("not DER");

  X509* const x509 = parts->x509.get();
  parts->der = std::string(der);
  parts->subject = NameText(X509_get_subject_name(x509));
  parts->issuer = NameText(X509_get_issuer_name(x509));
  parts->serial = SerialText(x509);
  ASSIGN_OR_RETURN(parts->not_before, TimeFrom(X509_get0_notBefore(x509)));
  ASSIGN_OR_RETURN(parts->not_after, TimeFrom(X509_get0_notAfter(x509)));
  parts->key_type = KeyTypeOf(X509_get0_pubkey(x509));
  if (parts->key_type == KeyType::kEd25519) {
    parts->ed25519_public_key = Ed25519KeyOf(X509_get0_pubkey(x509));
  }
  const absl::Status extensions = parts->ReadExtensions();
  ERR_clear_error();
  RETURN_IF_ERROR(extensions);
  return Certificate(std::move(parts));
}

absl::StatusOr<Certificate> Certificate::FromPem(std::string_view pem) {
  ASSIGN_OR_RETURN(const std::vector<std::string> blocks, PemBlocks(pem, kPemLabel));
  if (blocks.empty()) return Malformed("no PEM block of type CERTIFICATE");
  return FromDer(blocks.front());
}

const std::string& Certificate::subject() const { return parts_->subject; }
const std::string& Certificate::issuer() const { return parts_->issuer; }
const std::string& Certificate::serial() const { return parts_->serial; }
absl::Time Certificate::not_before() const { return parts_->not_before; }
absl::Time Certificate::not_after() const { return parts_->not_after; }
const std::vector<std::string>& Certificate::uris() const { return parts_->uris; }
const std::vector<std::string>& Certificate::dns_names() const { return parts_->dns_names; }
bool Certificate::is_ca() const { return parts_->is_ca; }
KeyType Certificate::key_type() const { return parts_->key_type; }
const std::string& Certificate::der() const { return parts_->der; }
x509_st* Certificate::x509() const { return parts_->x509.get(); }

const std::vector<std::string>& Certificate::extended_key_usages() const {
  return parts_->extended_key_usages;
}

bool Certificate::has_extended_key_usage(std::string_view oid) const {
  const std::vector<std::string>& usages = parts_->extended_key_usages;
  return std::find(usages.begin(), usages.end(), oid) != usages.end();
}

const std::optional<PublicKey>& Certificate::ed25519_public_key() const {
  return parts_->ed25519_public_key;
}

std::string Certificate::ToPem() const {
  BioPtr writer(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(writer.get(), x509()) != 1) DieOfOpenssl("writing a certificate");
  return TextOf(writer.get());
}

absl::StatusOr<std::vector<Certificate>> CertificatesFromPem(std::string_view pem) {
  ASSIGN_OR_RETURN(const std::vector<std::string> blocks, PemBlocks(pem, kPemLabel));
  if (blocks.empty()) return Malformed("no PEM block of type CERTIFICATE");
  std::vector<Certificate> certificates;
  for (const std::string& der : blocks) {
    ASSIGN_OR_RETURN(Certificate certificate, Certificate::FromDer(der));
    certificates.push_back(std::move(certificate));
  }
  return certificates;
}

absl::StatusOr<CertificateChain> CertificateChain::FromPem(std::string_view pem) {
  if (pem.size() > kPemBytesMax) {
    return absl::InvalidArgumentError("certificate chain is larger than 64 KiB");
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> blocks, PemBlocks(pem, kPemLabel));
  if (blocks.empty()) return Malformed("no PEM block of type CERTIFICATE");
  std::vector<std::string> others;
  std::copy_if(blocks.begin() + 1, blocks.end(), std::back_inserter(others),
               [&](const std::string& der) { return der != blocks.front(); });
  if (others.size() >= kCertificatesMax) {
    return absl::InvalidArgumentError("certificate chain has more than 10 certificates");
  }
  ASSIGN_OR_RETURN(Certificate leaf, Certificate::FromDer(blocks.front()));
  CertificateChain chain{std::move(leaf), {}};
  for (const std::string& der : others) {
    ASSIGN_OR_RETURN(Certificate other, Certificate::FromDer(der));
    chain.others.push_back(std::move(other));
  }
  return chain;
}

}  // namespace corridor
