#ifndef CORRIDOR_TESTS_CORE_CRYPTO_CRAFTED_CERTS_H_
#define CORRIDOR_TESTS_CORE_CRYPTO_CRAFTED_CERTS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "core/crypto/openssl_handles.h"

namespace corridor {

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

  // Changes, adds or (with an empty value) drops one extension.
  CertificateSpec With(const std::string& name, const std::string& value) const;
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

// A CRL of `issuer` that revokes nobody.
std::string CraftEmptyCrl(const Crafted& issuer, absl::Time this_update, absl::Time next_update);

}  // namespace corridor

#endif  // CORRIDOR_TESTS_CORE_CRYPTO_CRAFTED_CERTS_H_
