#ifndef CORRIDOR_CORE_CRYPTO_SPIFFE_ID_H_
#define CORRIDOR_CORE_CRYPTO_SPIFFE_ID_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace corridor {

// The name of a trust domain: 1 to 255 of a-z, 0-9, '.', '-' and '_'.
// kInvalidArgument says what is wrong.
absl::Status CheckTrustDomain(std::string_view trust_domain);

// A SPIFFE ID, `spiffe://<trust domain>/<segment>/<segment>`, parsed strictly: an identity has one
// spelling. No upper case in scheme or trust domain, no port, user, query, fragment, percent
// encoding, empty or dot segment, trailing slash; 2,048 bytes at most. A plain value.
class SpiffeId {
 public:
  static constexpr size_t kBytesMax = 2048;

  // kInvalidArgument says which rule is broken; the message does not repeat the input.
  static absl::StatusOr<SpiffeId> Parse(std::string_view uri);

  // "region.example". The region id.
  std::string_view trust_domain() const;
  // "/agency/x", or empty for the ID of the trust domain itself.
  std::string_view path() const;
  // {"agency", "x"}. The views live as long as this value.
  std::vector<std::string_view> segments() const;

  const std::string& ToString() const { return uri_; }

  friend bool operator==(const SpiffeId& a, const SpiffeId& b) { return a.uri_ == b.uri_; }
  friend bool operator<(const SpiffeId& a, const SpiffeId& b) { return a.uri_ < b.uri_; }
  template <typename H>
  friend H AbslHashValue(H h, const SpiffeId& id) {
    return H::combine(std::move(h), id.uri_);
  }

 private:
  SpiffeId(std::string uri, size_t trust_domain_size)
      : uri_(std::move(uri)), trust_domain_size_(trust_domain_size) {}

  std::string uri_;
  size_t trust_domain_size_;
};

// The trust domain of a SPIFFE ID. kInvalidArgument as SpiffeId::Parse().
absl::StatusOr<std::string> TrustDomainOf(std::string_view uri);

}  // namespace corridor

#endif  // CORRIDOR_CORE_CRYPTO_SPIFFE_ID_H_
