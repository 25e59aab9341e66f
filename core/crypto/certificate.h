#ifndef CORRIDOR_CORE_CRYPTO_CERTIFICATE_H_
#define CORRIDOR_CORE_CRYPTO_CERTIFICATE_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/crypto/signature.h"

struct x509_st;  // OpenSSL's X509

namespace corridor {

// The extended key usages that decide what a certificate is for.
inline constexpr std::string_view kServerAuthOid = "1.3.6.1.5.5.7.3.1";
inline constexpr std::string_view kClientAuthOid = "1.3.6.1.5.5.7.3.2";

// "Certifies a key that signs Corridor statements, acceptances and receipts". Below 32473, the
// enterprise number set aside for documentation (RFC 5612), until the project has one of its own.
// A certificate with this usage has no TLS usage, so it cannot be used to connect.
inline constexpr std::string_view kStatementSigningOid = "1.3.6.1.4.1.32473.3.1";

enum class KeyType { kUnsupported, kP256, kP384, kEd25519, kRsa };

// One parsed X.509 certificate. Says what is written in it, not whether that is true: only
// peer_verification.h says that. An immutable value, cheap to copy, thread-safe.
class Certificate {
 public:
  static constexpr size_t kDerBytesMax = 16 * 1024;

  // The first certificate in `pem`; text around the block is passed over.
  // kInvalidArgument: no certificate there, or a malformed or oversized one.
  static absl::StatusOr<Certificate> FromPem(std::string_view pem);
  // kInvalidArgument: not one whole DER certificate and nothing else.
  static absl::StatusOr<Certificate> FromDer(std::string_view der);

  // For people, in the form of RFC 2253: "CN=sea.example root,O=Corridor".
  const std::string& subject() const;
  const std::string& issuer() const;
  // Lower-case hexadecimal without leading zeros; empty where the serial is zero or negative.
  const std::string& serial() const;
  absl::Time not_before() const;
  absl::Time not_after() const;
  // The URI subject alternative names, as written.
  const std::vector<std::string>& uris() const;
  const std::vector<std::string>& dns_names() const;
  bool is_ca() const;
  // The dotted OIDs of the extended key usage extension; empty where there is none.
  const std::vector<std::string>& extended_key_usages() const;
  bool has_extended_key_usage(std::string_view oid) const;
  KeyType key_type() const;
  // The public key, where key_type() is kEd25519.
  const std::optional<PublicKey>& ed25519_public_key() const;

  const std::string& der() const;
  std::string ToPem() const;

  // The OpenSSL object, for the sources of this folder. Lives as long as this value or a copy.
  x509_st* x509() const;

 private:
  struct Parts;
  explicit Certificate(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}
  std::shared_ptr<const Parts> parts_;
};

// What a peer shows: its own certificate, and those that may lead from it to a root, in any order.
struct CertificateChain {
  // Bounds that keep a stranger from making us work: checked before anything is parsed.
  static constexpr size_t kPemBytesMax = 64 * 1024;
  static constexpr size_t kCertificatesMax = 10;

  Certificate leaf;
  std::vector<Certificate> others;

  // The first certificate in `pem` is the leaf; copies of it are dropped, so that a chain which
  // begins with the leaf may be appended to the leaf. kInvalidArgument: no certificate, a malformed
  // one, or beyond the bounds.
  static absl::StatusOr<CertificateChain> FromPem(std::string_view pem);
};

// Every certificate in `pem`, in order. kInvalidArgument: none, or a malformed one.
absl::StatusOr<std::vector<Certificate>> CertificatesFromPem(std::string_view pem);

}  // namespace corridor

#endif  // CORRIDOR_CORE_CRYPTO_CERTIFICATE_H_
