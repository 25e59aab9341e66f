#include "tests/core/crypto/crafted_certs.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <cstdio>
#include <cstdlib>

#include "tests/support/test_certs.h"

namespace corridor {
namespace {

void Must(bool succeeded, const std::string& what) {
  if (succeeded) return;
  std::fprintf(stderr, "crafting a certificate failed at: %s\n", what.c_str());
  std::abort();
}

// Of 2,048 bits.
KeyPtr NewRsaKeyWithExponent(unsigned exponent) {
  EVP_PKEY_CTX* const context = EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr);
  const BignumPtr number(BN_new());
  EVP_PKEY* key = nullptr;
  const bool made = BN_set_word(number.get(), exponent) == 1 &&
                    EVP_PKEY_keygen_init(context) == 1 &&
                    EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context, number.get()) == 1 &&
                    EVP_PKEY_generate(context, &key) == 1;
  EVP_PKEY_CTX_free(context);
  Must(made, "an RSA key");
  return KeyPtr(key);
}

KeyPtr NewKey(const std::string& type) {
  KeyPtr key;
  if (type == "ED25519") {
    key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  } else if (type.rfind("RSA-e", 0) == 0) {
    key = NewRsaKeyWithExponent(static_cast<unsigned>(std::stoul(type.substr(5))));
  } else if (type.rfind("RSA:", 0) == 0) {
    key.reset(EVP_RSA_gen(static_cast<unsigned>(std::stoul(type.substr(4)))));
  } else {
    key.reset(EVP_EC_gen(type.c_str()));
  }
  Must(key != nullptr, type);
  return key;
}

const EVP_MD* DigestFor(EVP_PKEY* key, const std::string& name) {
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519 ? nullptr
                                                       : EVP_get_digestbyname(name.c_str());
}

void AddExtensions(X509* x509, X509* issuer, const CertificateSpec& spec) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, x509, nullptr, nullptr, 0);
  for (const auto& [name, value] : spec.extensions) {
    X509_EXTENSION* const extension =
        X509V3_EXT_nconf(nullptr, &context, name.c_str(), value.c_str());
    Must(extension != nullptr && X509_add_ext(x509, extension, -1) == 1, name);
    X509_EXTENSION_free(extension);
  }
}

CertificateSpec Good(const std::string& common_name,
                     std::vector<std::pair<std::string, std::string>> extensions) {
  CertificateSpec spec;
  spec.common_name = common_name;
  spec.not_before = TestValidity().not_before;
  spec.not_after = TestValidity().not_after;
  spec.extensions = std::move(extensions);
  return spec;
}

}  // namespace

void PrintTo(PeerRefusal refusal, std::ostream* out) { *out << ToString(refusal); }

CertificateSpec CertificateSpec::With(const std::string& name, const std::string& value) const {
  CertificateSpec changed = *this;
  std::erase_if(changed.extensions, [&](const auto& extension) { return extension.first == name; });
  if (!value.empty()) changed.extensions.emplace_back(name, value);
  return changed;
}

CertificateSpec CertificateSpec::Altered(std::function<void(X509*)> change) const {
  CertificateSpec changed = *this;
  changed.alter = std::move(change);
  return changed;
}

CertificateSpec GoodLeaf(const std::string& uri) {
  return Good("leaf", {{"basicConstraints", "critical,CA:FALSE"},
                       {"keyUsage", "critical,digitalSignature"},
                       {"extendedKeyUsage", "serverAuth,clientAuth"},
                       {"subjectAltName", "URI:" + uri},
                       {"subjectKeyIdentifier", "hash"},
                       {"authorityKeyIdentifier", "keyid"}});
}

CertificateSpec GoodIntermediate(const std::string& common_name) {
  return Good(common_name, {{"basicConstraints", "critical,CA:TRUE"},
                            {"keyUsage", "critical,keyCertSign,cRLSign"},
                            {"subjectKeyIdentifier", "hash"},
                            {"authorityKeyIdentifier", "keyid"}});
}

CertificateSpec GoodRoot(const std::string& common_name) {
  return Good(common_name, {{"basicConstraints", "critical,CA:TRUE"},
                            {"keyUsage", "critical,keyCertSign,cRLSign"},
                            {"subjectKeyIdentifier", "hash"}});
}

Crafted Craft(const CertificateSpec& spec, const Crafted* issuer) {
  Crafted made;
  if (spec.certified_key == nullptr) {
    made.key = NewKey(spec.key);
  } else {
    EVP_PKEY_up_ref(spec.certified_key);
    made.key.reset(spec.certified_key);
  }
  made.x509.reset(X509_new());
  X509* const x509 = made.x509.get();
  X509* const parent = issuer == nullptr ? x509 : issuer->x509.get();
  EVP_PKEY* const parent_key = issuer == nullptr ? made.key.get() : issuer->key.get();

  X509_set_version(x509, spec.version);
  ASN1_INTEGER_set_int64(X509_get_serialNumber(x509), spec.serial);
  ASN1_TIME_set(X509_getm_notBefore(x509), absl::ToTimeT(spec.not_before));
  ASN1_TIME_set(X509_getm_notAfter(x509), absl::ToTimeT(spec.not_after));
  X509_set_pubkey(x509, made.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(spec.common_name.data()),
                             static_cast<int>(spec.common_name.size()), -1, 0);
  X509_set_issuer_name(x509, X509_get_subject_name(parent));
  AddExtensions(x509, parent, spec);
  if (spec.alter) spec.alter(x509);
  Must(X509_sign(x509, parent_key, DigestFor(parent_key, spec.digest)) > 0, "signature");

  const BioPtr writer(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(writer.get(), x509);
  made.pem = TextOf(writer.get());
  return made;
}

CrlSpec GoodCrl(std::vector<long> serials) {
  return {.this_update = TestValidity().not_before,
          .next_update = TestValidity().not_after,
          .serials = std::move(serials)};
}

std::string CraftCrl(const Crafted& issuer, const CrlSpec& spec) {
  const CrlPtr crl(X509_CRL_new());
  ASN1_TIME* const from = ASN1_TIME_set(nullptr, absl::ToTimeT(spec.this_update));
  ASN1_TIME* const until = ASN1_TIME_set(nullptr, absl::ToTimeT(spec.next_update));
  ASN1_INTEGER* const number = ASN1_INTEGER_new();
  X509_CRL_set_version(crl.get(), 1);
  X509_CRL_set_issuer_name(crl.get(), X509_get_subject_name(issuer.x509.get()));
  X509_CRL_set1_lastUpdate(crl.get(), from);
  X509_CRL_set1_nextUpdate(crl.get(), until);
  for (const long serial : spec.serials) {
    X509_REVOKED* const entry = X509_REVOKED_new();
    ASN1_INTEGER_set(number, serial);
    X509_REVOKED_set_serialNumber(entry, number);
    X509_REVOKED_set_revocationDate(entry, from);
    X509_CRL_add0_revoked(crl.get(), entry);
  }
  ASN1_INTEGER_set(number, 1);
  X509_CRL_add1_ext_i2d(crl.get(), NID_crl_number, number, 0, X509V3_ADD_DEFAULT);
  ASN1_INTEGER_free(number);
  ASN1_TIME_free(from);
  ASN1_TIME_free(until);
  if (spec.alter) spec.alter(crl.get());
  Must(X509_CRL_sign(crl.get(), issuer.key.get(), DigestFor(issuer.key.get(), spec.digest)) > 0,
       "CRL signature");
  const BioPtr writer(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509_CRL(writer.get(), crl.get());
  return TextOf(writer.get());
}

std::string CraftEmptyCrl(const Crafted& issuer, absl::Time this_update, absl::Time next_update) {
  CrlSpec spec = GoodCrl();
  spec.this_update = this_update;
  spec.next_update = next_update;
  return CraftCrl(issuer, spec);
}

}  // namespace corridor
