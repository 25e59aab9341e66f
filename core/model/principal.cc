#include "core/model/principal.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/strings.h"
#include "core/model/errors.h"

namespace corridor {
namespace {

constexpr std::string_view kScheme = "spiffe://";

bool IsLowerAlnum(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

absl::Status NotAPrincipal() {
  return Error(v1::ERROR_REASON_IDENTITY_INVALID,
               "the identity is not one of spiffe://<region>/agency/<id>[/integration/<name>], "
               "/operator/<name>, /broker/<name>");
}

}  // namespace

bool IsSimpleName(std::string_view text) {
  if (text.empty() || text.size() > 63 || text.front() == '-') return false;
  for (char c : text) {
    if (!IsLowerAlnum(c) && c != '-') return false;
  }
  return true;
}

bool IsRegionId(std::string_view text) {
  if (text.empty() || text.size() > 255) return false;
  for (char c : text) {
    if (!IsLowerAlnum(c) && c != '.' && c != '-' && c != '_') return false;
  }
  return true;
}

std::string_view RegionOf(std::string_view spiffe_id) {
  if (!absl::StartsWith(A(spiffe_id), A(kScheme))) return {};
  spiffe_id.remove_prefix(kScheme.size());
  const std::string_view region = spiffe_id.substr(0, spiffe_id.find('/'));
  return IsRegionId(region) ? region : std::string_view();
}

absl::StatusOr<Principal> ParsePrincipal(std::string_view spiffe_id) {
  const std::string_view region = RegionOf(spiffe_id);
  if (region.empty()) return NotAPrincipal();
  const std::string_view path = spiffe_id.substr(kScheme.size() + region.size());
  const std::vector<std::string> parts = absl::StrSplit(A(path), '/');
  if (parts.size() < 3 || !IsSimpleName(parts[2])) return NotAPrincipal();

  Principal principal;
  principal.spiffe_id = std::string(spiffe_id);
  principal.region = std::string(region);
  principal.name = parts.back();
  if (parts[1] == "agency") {
    principal.member = absl::StrCat(A(kScheme), A(region), "/agency/", parts[2]);
    if (parts.size() == 3) return principal;
    principal.kind = PrincipalKind::kIntegration;
    if (parts.size() == 5 && parts[3] == "integration" && IsSimpleName(parts[4])) return principal;
    return NotAPrincipal();
  }
  if (parts.size() != 3) return NotAPrincipal();
  if (parts[1] == "operator") {
    principal.kind = PrincipalKind::kOperator;
    return principal;
  }
  if (parts[1] != "broker") return NotAPrincipal();
  principal.kind = PrincipalKind::kBroker;
  return principal;
}

bool IsMemberId(std::string_view spiffe_id) {
  // As ParsePrincipal() would say, without making what it says: every statement asks.
  constexpr std::string_view kAgency = "/agency/";
  const std::string_view region = RegionOf(spiffe_id);
  if (region.empty()) return false;
  const std::string_view path = spiffe_id.substr(kScheme.size() + region.size());
  return absl::StartsWith(A(path), A(kAgency)) && IsSimpleName(path.substr(kAgency.size()));
}

}  // namespace corridor
