#ifndef CORRIDOR_CORE_CRYPTO_TRUST_BUNDLE_H_
#define CORRIDOR_CORE_CRYPTO_TRUST_BUNDLE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/crypto/certificate.h"

namespace corridor {

class RevocationLists;

// What the owner of a bundle allows beyond the rules that always hold.
struct TrustLimits {
  // The longest that a peer's certificate may be valid. A date without an end is never accepted.
  absl::Duration leaf_lifetime_max = absl::InfiniteDuration();
  // How long past its next update a CRL still counts: time to repair a region whose authority is
  // out of reach, at the price of not seeing what it revokes meanwhile.
  absl::Duration crl_grace = absl::ZeroDuration();
};

// The roots and CRLs of one trust domain. Immutable; thread-safe; cheap to copy.
class TrustBundle {
 public:
  // `roots_pem`: one or more CA certificates (two while one is replaced by the next): self-signed
  // roots, or an issuing CA where no more than what it certifies is to be trusted.
  // `crls_pem`: none, or CRLs of these roots and of CAs below them; once there is one, every issuer
  // in a path must have one. kInvalidArgument says what is wrong with which item.
  static absl::StatusOr<TrustBundle> Create(std::string_view trust_domain,
                                            std::string_view roots_pem,
                                            std::string_view crls_pem = "",
                                            TrustLimits limits = {});

  const std::string& trust_domain() const;
  const std::vector<Certificate>& roots() const;
  bool has_crls() const;
  // The earliest next update among the CRLs, with the grace: from then on every peer is refused.
  // InfiniteFuture() without CRLs.
  absl::Time crls_expire() const;
  const TrustLimits& limits() const;
  // The CRLs as they were given; empty without.
  const std::string& crls_pem() const;

  // The same roots and limits with these CRLs in place of its own. As Create().
  absl::StatusOr<TrustBundle> WithCrls(std::string_view crls_pem) const;
  // Whether no issuer's latest CRL here is older than its latest in `other`, and none is missing.
  bool CrlsAreAsNewAs(const TrustBundle& other) const;
  // The same, with CRLs that count however long past their next update they are. REQUIRES: whoever
  // passes it is let do no more than bring newer ones.
  TrustBundle WithAnyGrace() const;
  // The same with those of its roots that `keep` names; absent where it names none.
  std::optional<TrustBundle> WithRoots(const std::function<bool(const Certificate&)>& keep) const;

  // For the sources of this folder. Lives as long as this value or a copy.
  const RevocationLists& revocation_lists() const;

 private:
  struct Parts;
  explicit TrustBundle(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}
  std::shared_ptr<const Parts> parts_;
};

}  // namespace corridor

#endif  // CORRIDOR_CORE_CRYPTO_TRUST_BUNDLE_H_
