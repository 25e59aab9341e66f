#ifndef CORRIDOR_CORE_CRYPTO_TRUST_BUNDLE_H_
#define CORRIDOR_CORE_CRYPTO_TRUST_BUNDLE_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/crypto/certificate.h"

struct x509_store_st;  // OpenSSL's X509_STORE

namespace corridor {

// The roots and CRLs of one trust domain. Immutable; thread-safe; cheap to copy.
class TrustBundle {
 public:
  // `roots_pem`: one or more self-signed CA certificates (two while one is replaced by the next).
  // `crls_pem`: none, or CRLs of these roots and of CAs below them; once there is one, every issuer
  // in a path must have one. kInvalidArgument says what is wrong with which item.
  static absl::StatusOr<TrustBundle> Create(std::string_view trust_domain,
                                            std::string_view roots_pem,
                                            std::string_view crls_pem = "");

  const std::string& trust_domain() const;
  const std::vector<Certificate>& roots() const;
  bool has_crls() const;
  // The earliest next update among the CRLs: from then on every peer is refused. InfiniteFuture()
  // without CRLs.
  absl::Time crls_expire() const;

  // The OpenSSL object, for the sources of this folder. Lives as long as this value or a copy.
  x509_store_st* x509_store() const;

 private:
  struct Parts;
  explicit TrustBundle(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}
  std::shared_ptr<const Parts> parts_;
};

}  // namespace corridor

#endif  // CORRIDOR_CORE_CRYPTO_TRUST_BUNDLE_H_
