#ifndef CORRIDOR_CORE_MODEL_PRINCIPAL_H_
#define CORRIDOR_CORE_MODEL_PRINCIPAL_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace corridor {

enum class PrincipalKind { kDesk, kIntegration, kOperator, kBroker };

// An authenticated caller, by its SPIFFE ID:
//
//   spiffe://<trust-domain>/agency/<id>                     the desk itself
//   spiffe://<trust-domain>/agency/<id>/integration/<name>  a machine of it
//   spiffe://<trust-domain>/operator/<name>
//   spiffe://<trust-domain>/broker/<name>
//
// <id> and <name> are 1 to 63 of a-z, 0-9 and hyphen, beginning with a letter
// or digit. The trust domain is the region id: 1 to 255 of a-z 0-9 . - _.
struct Principal {
  std::string spiffe_id;
  std::string region;
  PrincipalKind kind = PrincipalKind::kDesk;
  std::string member;  // SPIFFE ID of the member; empty for operators, brokers.
  std::string name;    // Last path segment.

  bool is_member() const {
    return kind == PrincipalKind::kDesk || kind == PrincipalKind::kIntegration;
  }
};

// IDENTITY_INVALID when the text is none of the four forms.
absl::StatusOr<Principal> ParsePrincipal(std::string_view spiffe_id);

// Whether `text` is a name of 1 to 63 of a-z, 0-9 and hyphen, beginning with a
// letter or digit: agency ids, agreement ids, subscription ids.
bool IsSimpleName(std::string_view text);

// Whether `text` is a region id.
bool IsRegionId(std::string_view text);

// The region (trust domain) of a SPIFFE ID; empty when it is none.
std::string_view RegionOf(std::string_view spiffe_id);

// Whether `spiffe_id` is that of a member (a desk).
bool IsMemberId(std::string_view spiffe_id);

}  // namespace corridor

#endif  // CORRIDOR_CORE_MODEL_PRINCIPAL_H_
