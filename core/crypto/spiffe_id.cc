#include "core/crypto/spiffe_id.h"

#include <algorithm>

#include "core/base/status_macros.h"

namespace corridor {
namespace {

constexpr std::string_view kScheme = "spiffe://";
constexpr size_t kTrustDomainBytesMax = 255;

bool IsTrustDomainByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

bool IsPathByte(char c) { return IsTrustDomainByte(c) || (c >= 'A' && c <= 'Z'); }

absl::Status CheckSegment(std::string_view segment) {
  if (segment.empty()) {
    return absl::InvalidArgumentError("SPIFFE ID has an empty path segment or a trailing slash");
  }
  if (segment == "." || segment == "..") {
    return absl::InvalidArgumentError("SPIFFE ID has a dot segment in its path");
  }
  if (!std::all_of(segment.begin(), segment.end(), IsPathByte)) {
    return absl::InvalidArgumentError(
        "SPIFFE ID path has a character other than letters, digits, '.', '-' and '_'");
  }
  return absl::OkStatus();
}

// "/a/b" -> {"a", "b"}; "/" -> {""}.
std::vector<std::string_view> SegmentsOf(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    path.remove_prefix(1);
    const size_t size = std::min(path.find('/'), path.size());
    segments.push_back(path.substr(0, size));
    path.remove_prefix(size);
  }
  return segments;
}

}  // namespace

absl::Status CheckTrustDomain(std::string_view trust_domain) {
  if (trust_domain.empty()) return absl::InvalidArgumentError("trust domain is empty");
  if (trust_domain.size() > kTrustDomainBytesMax) {
    return absl::InvalidArgumentError("trust domain is longer than 255 bytes");
  }
  if (!std::all_of(trust_domain.begin(), trust_domain.end(), IsTrustDomainByte)) {
    return absl::InvalidArgumentError(
        "trust domain has a character other than a-z, 0-9, '.', '-' and '_'");
  }
  return absl::OkStatus();
}

absl::StatusOr<SpiffeId> SpiffeId::Parse(std::string_view uri) {
  if (uri.size() > kBytesMax) {
    return absl::InvalidArgumentError("SPIFFE ID is longer than 2048 bytes");
  }
  if (uri.substr(0, kScheme.size()) != kScheme) {
    return absl::InvalidArgumentError("SPIFFE ID does not begin with spiffe://");
  }
  const std::string_view rest = uri.substr(kScheme.size());
  const size_t trust_domain_size = std::min(rest.find('/'), rest.size());
  RETURN_IF_ERROR(CheckTrustDomain(rest.substr(0, trust_domain_size)));
  for (const std::string_view segment : SegmentsOf(rest.substr(trust_domain_size))) {
    RETURN_IF_ERROR(CheckSegment(segment));
  }
  return SpiffeId(std::string(uri), trust_domain_size);
}

std::string_view SpiffeId::trust_domain() const {
  return std::string_view(uri_).substr(kScheme.size(), trust_domain_size_);
}

std::string_view SpiffeId::path() const {
  return std::string_view(uri_).substr(kScheme.size() + trust_domain_size_);
}

std::vector<std::string_view> SpiffeId::segments() const { return SegmentsOf(path()); }

absl::StatusOr<std::string> TrustDomainOf(std::string_view uri) {
  ASSIGN_OR_RETURN(const SpiffeId id, SpiffeId::Parse(uri));
  return std::string(id.trust_domain());
}

}  // namespace corridor
