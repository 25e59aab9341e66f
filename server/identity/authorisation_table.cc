#include "server/identity/authorisation_table.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "core/base/strings.h"
#include "core/model/errors.h"

namespace corridor {
namespace {

struct Entry {
  std::string_view method;
  Right right;
};

constexpr Entry kTable[] = {
    {"/corridor.v1.Publisher/Publish", Right::kPublisher},
    {"/corridor.v1.Publisher/PublishStream", Right::kPublisher},
    {"/corridor.v1.Publisher/CheckStatement", Right::kPublisher},
    {"/corridor.v1.Publisher/ListHeldStatements", Right::kPublisher},

    {"/corridor.v1.Subscriber/CreateSubscription", Right::kReader},
    {"/corridor.v1.Subscriber/GetSubscription", Right::kReader},
    {"/corridor.v1.Subscriber/ListSubscriptions", Right::kReader},
    {"/corridor.v1.Subscriber/UpdateSubscription", Right::kReader},
    {"/corridor.v1.Subscriber/DeleteSubscription", Right::kReader},
    {"/corridor.v1.Subscriber/Attach", Right::kReader},
    {"/corridor.v1.Subscriber/GetAlert", Right::kReader},
    {"/corridor.v1.Subscriber/ListAlerts", Right::kReader},
    {"/corridor.v1.Subscriber/ListRecallNotices", Right::kReader},
    {"/corridor.v1.Subscriber/ConfirmRecalls", Right::kReader},

    {"/corridor.v1.RegionLink/Link", Right::kBroker},

    {"/corridor.v1.Administration/CreateMember", Right::kOperator},
    {"/corridor.v1.Administration/GetMember", Right::kOperator},
    {"/corridor.v1.Administration/ListMembers", Right::kOperator},
    {"/corridor.v1.Administration/UpdateMember", Right::kOperator},
    {"/corridor.v1.Administration/SetGrant", Right::kOperator},
    {"/corridor.v1.Administration/DeleteGrant", Right::kOperator},
    {"/corridor.v1.Administration/ListGrants", Right::kOperator},
    {"/corridor.v1.Administration/RegisterSigningKey", Right::kOperator},
    {"/corridor.v1.Administration/RetireSigningKey", Right::kOperator},
    {"/corridor.v1.Administration/ListSigningKeys", Right::kOperator},
    {"/corridor.v1.Administration/CreateAgreement", Right::kOperator},
    {"/corridor.v1.Administration/GetAgreement", Right::kOperator},
    {"/corridor.v1.Administration/ListAgreements", Right::kOperator},
    {"/corridor.v1.Administration/EndAgreement", Right::kOperator},
    {"/corridor.v1.Administration/ListLinks", Right::kOperator},
    {"/corridor.v1.Administration/GetStatus", Right::kOperator},
    {"/corridor.v1.Administration/ListSessions", Right::kOperator},
    {"/corridor.v1.Administration/EndSessions", Right::kOperator},
    {"/corridor.v1.Administration/ReloadTrust", Right::kOperator},
    {"/corridor.v1.Administration/ListExpiring", Right::kOperator},

    {"/grpc.health.v1.Health/Check", Right::kAuthenticated},
    {"/grpc.health.v1.Health/Watch", Right::kAuthenticated},
};

absl::Status Refusal(v1::ErrorReason reason, std::string_view why, std::string_view rule) {
  return Error(reason, absl::StrCat(ReasonName(reason), ": ", A(why)), "rule", rule);
}

absl::Status Denied(std::string_view why, std::string_view rule) {
  return Refusal(v1::ERROR_REASON_POLICY_DENIED, why, rule);
}

absl::Status RequireGrant(const Principal& caller, const Facts& facts, const Parties& parties,
                          v1::Role role, std::string_view rule) {
  if (!caller.is_member() || caller.region != parties.region) {
    return Denied("this is for members of this region", rule);
  }
  const v1::Member* member = facts.FindMember(caller.member);
  if (member == nullptr) {
    return Refusal(v1::ERROR_REASON_MEMBER_UNKNOWN,
                   "the certificate is valid, but its member is not registered here; ask the "
                   "region's operator",
                   "member/unknown");
  }
  if (member->state() != v1::MEMBER_STATE_ACTIVE) {
    return Refusal(v1::ERROR_REASON_MEMBER_SUSPENDED,
                   "the member is suspended; ask the region's operator", "member/suspended");
  }
  const v1::Grant* grant = facts.FindGrant(caller.spiffe_id);
  if (grant != nullptr &&
      std::find(grant->roles().begin(), grant->roles().end(), role) != grant->roles().end()) {
    return absl::OkStatus();
  }
  return Denied("this principal has no such grant; ask the region's operator", rule);
}

}  // namespace

std::optional<Right> RightFor(std::string_view method) {
  const auto* found = std::find_if(std::begin(kTable), std::end(kTable),
                                   [method](const Entry& entry) { return entry.method == method; });
  if (found == std::end(kTable)) return std::nullopt;
  return found->right;
}

absl::Status Authorise(std::string_view method, const Principal& caller, const Facts& facts,
                       const Parties& parties) {
  const std::optional<Right> right = RightFor(method);
  if (!right.has_value()) return Denied("there is no such method", "method/unknown");
  switch (*right) {
    case Right::kPublisher:
      return RequireGrant(caller, facts, parties, v1::ROLE_PUBLISHER, "grant/publisher");
    case Right::kReader:
      return RequireGrant(caller, facts, parties, v1::ROLE_READER, "grant/reader");
    case Right::kOperator:
      if (caller.kind == PrincipalKind::kOperator && parties.operators.contains(caller.spiffe_id)) {
        return absl::OkStatus();
      }
      return Denied("this is for the region's operators", "party/operator");
    case Right::kBroker:
      if (caller.kind == PrincipalKind::kBroker && parties.linked_regions.contains(caller.region)) {
        return absl::OkStatus();
      }
      return Denied("this is for brokers of linked regions", "party/linked-broker");
    case Right::kAuthenticated:
      return absl::OkStatus();
  }
  return Denied("there is no such right", "method/unknown");
}

}  // namespace corridor
