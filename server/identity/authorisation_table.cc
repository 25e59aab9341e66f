#include "server/identity/authorisation_table.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/model/errors.h"

namespace corridor {
namespace {

// Roles of operators, as a set of bits.
constexpr unsigned Bit(v1::OperatorRole role) { return 1U << static_cast<unsigned>(role); }
constexpr unsigned kMembership = Bit(v1::OPERATOR_ROLE_MEMBERSHIP);
constexpr unsigned kPolicy = Bit(v1::OPERATOR_ROLE_POLICY);
constexpr unsigned kTrust = Bit(v1::OPERATOR_ROLE_TRUST);
constexpr unsigned kOperations = Bit(v1::OPERATOR_ROLE_OPERATIONS);
constexpr unsigned kAuditRead = Bit(v1::OPERATOR_ROLE_AUDIT_READ);
constexpr unsigned kDataProtection = Bit(v1::OPERATOR_ROLE_DATA_PROTECTION);
constexpr unsigned kAnyRole =
    kMembership | kPolicy | kTrust | kOperations | kAuditRead | kDataProtection;

struct Entry {
  std::string_view method;
  Right right;
  unsigned roles = 0;  // Of an operator: one of these.
};

constexpr Entry kTable[] = {
    {"/corridor.v1.Publisher/Publish", Right::kPublisher},
    {"/corridor.v1.Publisher/PublishStream", Right::kPublisher},
    {"/corridor.v1.Publisher/CheckStatement", Right::kPublisher},
    {"/corridor.v1.Publisher/ListHeldStatements", Right::kPublisher},
    {"/corridor.v1.Publisher/GetDeliveryReport", Right::kPublisher},

    {"/corridor.v1.Subscriber/CreateSubscription", Right::kReader},
    {"/corridor.v1.Subscriber/GetSubscription", Right::kReader},
    {"/corridor.v1.Subscriber/ListSubscriptions", Right::kReader},
    {"/corridor.v1.Subscriber/UpdateSubscription", Right::kReader},
    {"/corridor.v1.Subscriber/DeleteSubscription", Right::kReader},
    {"/corridor.v1.Subscriber/Attach", Right::kReached},
    {"/corridor.v1.Subscriber/Pull", Right::kReached},
    {"/corridor.v1.Subscriber/Settle", Right::kReader},
    {"/corridor.v1.Subscriber/Seek", Right::kReader},
    {"/corridor.v1.Subscriber/ListCurrent", Right::kReached},
    {"/corridor.v1.Subscriber/ListDeadLetters", Right::kReached},
    {"/corridor.v1.Subscriber/RedriveDeadLetters", Right::kReader},
    {"/corridor.v1.Subscriber/DiscardDeadLetters", Right::kReader},
    {"/corridor.v1.Subscriber/GetAlert", Right::kReached},
    {"/corridor.v1.Subscriber/ListAlerts", Right::kReached},
    {"/corridor.v1.Subscriber/ListRecallNotices", Right::kReader},
    {"/corridor.v1.Subscriber/ConfirmRecalls", Right::kReader},
    {"/corridor.v1.Subscriber/GetSigningKeys", Right::kReader},

    {"/corridor.v1.RegionLink/Link", Right::kBroker},
    {"/corridor.v1.RegionLink/ExchangeRevocations", Right::kBroker},

    {"/corridor.v1.Administration/CreateMember", Right::kOperator, kMembership},
    {"/corridor.v1.Administration/GetMember", Right::kOperator, kAnyRole},
    {"/corridor.v1.Administration/ListMembers", Right::kOperator, kAnyRole},
    {"/corridor.v1.Administration/UpdateMember", Right::kOperator, kMembership},
    {"/corridor.v1.Administration/SetGrant", Right::kOperator, kMembership},
    {"/corridor.v1.Administration/DeleteGrant", Right::kOperator, kMembership},
    {"/corridor.v1.Administration/ListGrants", Right::kOperator, kAnyRole},
    {"/corridor.v1.Administration/RegisterSigningKey", Right::kOperator, kTrust},
    {"/corridor.v1.Administration/RetireSigningKey", Right::kOperator, kTrust},
    {"/corridor.v1.Administration/RevokeSigningKey", Right::kOperator, kTrust},
    {"/corridor.v1.Administration/ListSigningKeys", Right::kOperator, kAnyRole},
    {"/corridor.v1.Administration/CreateAgreement", Right::kOperator, kPolicy},
    {"/corridor.v1.Administration/GetAgreement", Right::kOperator, kAnyRole},
    {"/corridor.v1.Administration/ListAgreements", Right::kOperator, kAnyRole},
    {"/corridor.v1.Administration/EndAgreement", Right::kOperator, kPolicy},
    {"/corridor.v1.Administration/ListLinks", Right::kOperator, kAnyRole},
    {"/corridor.v1.Administration/GetStatus", Right::kOperator, kAnyRole},
    {"/corridor.v1.Administration/ListSessions", Right::kOperator, kOperations},
    {"/corridor.v1.Administration/EndSessions", Right::kOperator, kOperations},
    {"/corridor.v1.Administration/ReloadTrust", Right::kOperator, kTrust},
    {"/corridor.v1.Administration/ListExpiring", Right::kOperator, kAnyRole},

    {"/corridor.v1.DataProtection/ReportAlertDisclosures", Right::kOperator, kDataProtection},
    {"/corridor.v1.DataProtection/ReportHolderDisclosures", Right::kOperator, kDataProtection},
    {"/corridor.v1.DataProtection/GetProcessingRecord", Right::kOperator, kDataProtection},
    {"/corridor.v1.DataProtection/SuspendReach", Right::kOperator, kDataProtection},
    {"/corridor.v1.DataProtection/RestoreReach", Right::kOperator, kDataProtection},
    {"/corridor.v1.DataProtection/ListSuspendedReach", Right::kOperator, kDataProtection},

    {"/corridor.v1.Approvals/ListPendingActs", Right::kOperator, kAnyRole},
    {"/corridor.v1.Approvals/ApproveAct", Right::kOperator, kPolicy},
    {"/corridor.v1.Approvals/RefuseAct", Right::kOperator, kPolicy},

    {"/corridor.v1.Quotas/SetQuota", Right::kOperator, kOperations},
    {"/corridor.v1.Quotas/DeleteQuota", Right::kOperator, kOperations},
    {"/corridor.v1.Quotas/ListQuotas", Right::kOperator, kAnyRole},

    {"/corridor.v1.Operations/Drain", Right::kOperator, kOperations},
    {"/corridor.v1.Operations/Undrain", Right::kOperator, kOperations},
    {"/corridor.v1.Operations/SetLogLevel", Right::kOperator, kOperations},
    {"/corridor.v1.Backups/CreateBackup", Right::kOperator, kOperations},
    {"/corridor.v1.Backups/ListBackups", Right::kOperator, kAnyRole},

    {"/corridor.v1.AuditLog/QueryEntries", Right::kOperator, kAuditRead},
    {"/corridor.v1.AuditLog/TailEntries", Right::kOperator, kAuditRead},

    {"/corridor.v1.Federation/PauseLink", Right::kOperator, kOperations},
    {"/corridor.v1.Federation/ResumeLink", Right::kOperator, kOperations},
    {"/corridor.v1.Federation/AcceptLinkGap", Right::kOperator, kOperations},
    {"/corridor.v1.Federation/ListRefusedRecords", Right::kOperator, kAnyRole},
    {"/corridor.v1.Federation/AskAgain", Right::kOperator, kOperations},
    {"/corridor.v1.Federation/ReconcileLink", Right::kOperator, kOperations},
    {"/corridor.v1.Federation/SimulateAgreement", Right::kOperator, kPolicy | kDataProtection},
    {"/corridor.v1.Federation/ListRecalls", Right::kOperator, kOperations | kDataProtection},
    {"/corridor.v1.Federation/QuarantineAlert", Right::kOperator, kDataProtection},
    {"/corridor.v1.Federation/ListQuarantines", Right::kOperator, kDataProtection},
    {"/corridor.v1.Federation/SetLegalHold", Right::kOperator, kDataProtection},
    {"/corridor.v1.Federation/ListLegalHolds", Right::kOperator, kDataProtection},
    {"/corridor.v1.Federation/ExplainStatement", Right::kOperator, kOperations | kDataProtection},

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
  RETURN_IF_ERROR(RefuseSuspended(caller, facts, parties));
  const v1::Grant* grant = facts.FindGrant(caller.spiffe_id);
  if (grant != nullptr &&
      std::find(grant->roles().begin(), grant->roles().end(), role) != grant->roles().end()) {
    return absl::OkStatus();
  }
  return Denied("this principal has no such grant; ask the region's operator", rule);
}

const Entry* Find(std::string_view method) {
  const auto* found = std::find_if(std::begin(kTable), std::end(kTable),
                                   [method](const Entry& entry) { return entry.method == method; });
  return found == std::end(kTable) ? nullptr : found;
}

// "operator/trust": the first of the roles that would do.
std::string RoleRule(unsigned roles) {
  constexpr std::string_view kPrefix = "OPERATOR_ROLE_";
  for (int role = v1::OperatorRole_MIN; role <= v1::OperatorRole_MAX; ++role) {
    if ((roles & Bit(static_cast<v1::OperatorRole>(role))) == 0) continue;
    std::string name = v1::OperatorRole_Name(role).substr(kPrefix.size());
    std::replace(name.begin(), name.end(), '_', '-');
    return absl::StrCat("operator/", absl::AsciiStrToLower(name));
  }
  return "operator/none";
}

absl::Status RequireRole(const Principal& caller, const Parties& parties, unsigned roles) {
  const auto found = parties.operators.find(caller.spiffe_id);
  if (caller.kind != PrincipalKind::kOperator || found == parties.operators.end()) {
    return Denied("this is for the region's operators", "party/operator");
  }
  for (const v1::OperatorRole role : found->second) {
    if ((roles & Bit(role)) != 0) return absl::OkStatus();
  }
  return Denied("this operator has no role that allows it; roles are given in the configuration",
                RoleRule(roles));
}

}  // namespace

std::optional<Right> RightFor(std::string_view method) {
  const Entry* entry = Find(method);
  if (entry == nullptr) return std::nullopt;
  return entry->right;
}

absl::Status RefuseSuspended(const Principal& caller, const Facts& facts, const Parties& parties) {
  if (!caller.is_member() || caller.region != parties.region) return absl::OkStatus();
  const v1::Member* member = facts.FindMember(caller.member);
  if (member == nullptr || member->state() == v1::MEMBER_STATE_ACTIVE) return absl::OkStatus();
  return Refusal(v1::ERROR_REASON_MEMBER_SUSPENDED,
                 "the member is suspended; ask the region's operator", "member/suspended");
}

absl::Status Authorise(std::string_view method, const Principal& caller, const Facts& facts,
                       const Parties& parties) {
  const Entry* entry = Find(method);
  if (entry == nullptr) return Denied("there is no such method", "method/unknown");
  switch (entry->right) {
    case Right::kPublisher:
      return RequireGrant(caller, facts, parties, v1::ROLE_PUBLISHER, "grant/publisher");
    case Right::kReader:
      return RequireGrant(caller, facts, parties, v1::ROLE_READER, "grant/reader");
    case Right::kReached:
      RETURN_IF_ERROR(RequireGrant(caller, facts, parties, v1::ROLE_READER, "grant/reader"));
      if (!facts.suspended_reach.contains(caller.member)) return absl::OkStatus();
      return Refusal(v1::ERROR_REASON_REACH_SUSPENDED,
                     "the data-protection officer holds back what reaches this member; nothing of "
                     "it is lost",
                     "member/reach-suspended");
    case Right::kOperator:
      return RequireRole(caller, parties, entry->roles);
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
