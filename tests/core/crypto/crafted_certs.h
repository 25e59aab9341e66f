#ifndef CORRIDOR_TESTS_CORE_CRYPTO_CRAFTED_CERTS_H_
#define CORRIDOR_TESTS_CORE_CRYPTO_CRAFTED_CERTS_H_

#include <functional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "core/crypto/openssl_handles.h"
#include "core/crypto/peer_refusal.h"

namespace corridor {

// For messages of tests: the name.
void PrintTo(PeerRefusal refusal, std::ostream* out);

// Certificates that our own authority would never make: each field may be wrong. Extensions are
// written as OpenSSL's configuration files write them, in this order.
struct CertificateSpec {
  std::string common_name = "crafted";
  std::string key = "P-256";  // a curve, "ED25519", "RSA:<bits>", or "RSA-e<exponent>"
  std::string digest = "SHA256";
  long version = 2;  // as encoded: 2 means version 3
  long serial = 4711;
  absl::Time not_before;
  absl::Time not_after;
  std::vector<std::pair<std::string, std::string>> extensions;
  EVP_PKEY* certified_key = nullptr;  // an existing key, in place of a new one of type `key`
  std::function<void(X509*)> alter;   // called last before signing

  // Changes, adds or (with an empty value) drops one extension.
  CertificateSpec With(const std::string& name, const std::string& value) const;
  CertificateSpec Altered(std::function<void(X509*)> change) const;
};

// A good leaf for `uri` (client and server), a good intermediate and a good root, valid from 2020
// to 2049. A test changes the one thing that it is about.
CertificateSpec GoodLeaf(const std::string& uri);
CertificateSpec GoodIntermediate(const std::string& common_name);
CertificateSpec GoodRoot(const std::string& common_name);

struct Crafted {
  std::string pem;
  X509Ptr x509;
  KeyPtr key;
};

// Signed by `issuer`, or by itself where that is null. Ends the program on a malformed spec.
Crafted Craft(const CertificateSpec& spec, const Crafted* issuer);

// What a CRL says. Defaults are good.
struct CrlSpec {
  absl::Time this_update;
  absl::Time next_update;
  std::vector<long> serials;
  std::string digest = "SHA256";
  std::function<void(X509_CRL*)> alter;  // called last before signing
};
// Current from 2020 to 2049, revoking `serials`.
CrlSpec GoodCrl(std::vector<long> serials = {});
std::string CraftCrl(const Crafted& issuer, const CrlSpec& spec);

// A CRL of `issuer` that revokes nobody.
std::string CraftEmptyCrl(const Crafted& issuer, absl::Time this_update, absl::Time next_update);

}  // namespace corridor

#endif  // CORRIDOR_TESTS_CORE_CRYPTO_CRAFTED_CERTS_H_
