#ifndef CORRIDOR_CORE_CRYPTO_OPENSSL_HANDLES_H_
#define CORRIDOR_CORE_CRYPTO_OPENSSL_HANDLES_H_

// For the sources of this folder only: owners of OpenSSL objects, and the steps that several need.

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace corridor {

template <auto kFree>
struct FreeWith {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};

inline void FreeOpensslString(char* text) { OPENSSL_free(text); }
inline void FreeOpensslBytes(unsigned char* bytes) { OPENSSL_free(bytes); }

using BioPtr = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;
using BignumPtr = std::unique_ptr<BIGNUM, FreeWith<BN_free>>;
using CrlPtr = std::unique_ptr<X509_CRL, FreeWith<X509_CRL_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using StorePtr = std::unique_ptr<X509_STORE, FreeWith<X509_STORE_free>>;
using StoreContextPtr = std::unique_ptr<X509_STORE_CTX, FreeWith<X509_STORE_CTX_free>>;
using X509Ptr = std::unique_ptr<X509, FreeWith<X509_free>>;
using GeneralNamesPtr = std::unique_ptr<GENERAL_NAMES, FreeWith<GENERAL_NAMES_free>>;
using ExtendedKeyUsagePtr = std::unique_ptr<EXTENDED_KEY_USAGE, FreeWith<EXTENDED_KEY_USAGE_free>>;
using OpensslStringPtr = std::unique_ptr<char, FreeWith<FreeOpensslString>>;
using OpensslBytesPtr = std::unique_ptr<unsigned char, FreeWith<FreeOpensslBytes>>;

// A BIO that reads `bytes`, which must outlive it. Null beyond 2 GiB.
BioPtr ReaderOf(std::string_view bytes);

// What was written to a memory BIO.
std::string TextOf(BIO* bio);

// The DER of every PEM block of type `label`, in order; other blocks are passed over.
// kInvalidArgument: a block that is not well formed.
absl::StatusOr<std::vector<std::string>> PemBlocks(std::string_view pem, std::string_view label);

// kInvalidArgument: not a PKCS#8 private key in the clear.
absl::StatusOr<KeyPtr> PrivateKeyFromPem(std::string_view pem);
std::string PrivateKeyToPem(EVP_PKEY* key);

// kInvalidArgument: not a time that X.509 allows.
absl::StatusOr<absl::Time> TimeFrom(const ASN1_TIME* time);

// The bytes of a string of any ASN.1 type.
std::string_view BytesOfAsn1(const ASN1_STRING* text);

// Ends the process: for what can only fail when memory is exhausted or the library is broken.
[[noreturn]] void DieOfOpenssl(const char* what);

}  // namespace corridor

#endif  // CORRIDOR_CORE_CRYPTO_OPENSSL_HANDLES_H_
