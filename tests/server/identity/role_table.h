#ifndef CORRIDOR_TESTS_SERVER_IDENTITY_ROLE_TABLE_H_
#define CORRIDOR_TESTS_SERVER_IDENTITY_ROLE_TABLE_H_

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "corridor/v1/operator.pb.h"

namespace corridor {

// What the table of methods must say, written down a second time by hand: one line for each
// method, with the callers that may call it. Whoever adds an RPC adds its line here.
//
//   P  a desk with ROLE_PUBLISHER        O  an operator with all roles but D's
//   R  an integration with ROLE_READER   B  the broker of a linked region
//   U  a member without a grant          N  a desk whose member is not registered
//   S  a suspended member with every grant
//   X  an operator that the configuration does not name
//   F  a broker of this region, which is no peer
//
// and operators with one role each:
//
//   M  membership        W  operations
//   L  policy            A  audit-read
//   T  trust             D  the data-protection officer
struct RoleTableLine {
  std::string_view method;
  std::string_view callers;
};

inline constexpr std::string_view kEveryCaller = "PROBUNSXFMLTWAD";
inline constexpr std::string_view kAnyOperator = "OMLTWAD";

// The operators with one role each, by letter: their names and roles.
struct RoleTableOperator {
  char letter;
  const char* name;
  v1::OperatorRole role;
};
inline constexpr RoleTableOperator kOneRoleOperators[] = {
    {'M', "membership", v1::OPERATOR_ROLE_MEMBERSHIP},
    {'L', "policy", v1::OPERATOR_ROLE_POLICY},
    {'T', "trust", v1::OPERATOR_ROLE_TRUST},
    {'W', "operations", v1::OPERATOR_ROLE_OPERATIONS},
    {'A', "auditor", v1::OPERATOR_ROLE_AUDIT_READ},
    {'D', "dpo", v1::OPERATOR_ROLE_DATA_PROTECTION},
};

// Everybody who counts as an operator of sea.example in the tests of this table.
inline std::map<std::string, std::set<v1::OperatorRole>, std::less<>> RoleTableOperators() {
  std::map<std::string, std::set<v1::OperatorRole>, std::less<>> operators;
  for (const RoleTableOperator& one : kOneRoleOperators) {
    operators[std::string("spiffe://sea.example/operator/") + one.name] = {one.role};
    if (one.letter != 'D') operators["spiffe://sea.example/operator/ops"].insert(one.role);
  }
  return operators;
}

inline constexpr RoleTableLine kRoleTable[] = {
    {"/corridor.v1.Publisher/Publish", "P"},
    {"/corridor.v1.Publisher/PublishStream", "P"},
    {"/corridor.v1.Publisher/CheckStatement", "P"},
    {"/corridor.v1.Publisher/ListHeldStatements", "P"},
    {"/corridor.v1.Publisher/GetDeliveryReport", "P"},

    {"/corridor.v1.Subscriber/CreateSubscription", "R"},
    {"/corridor.v1.Subscriber/GetSubscription", "R"},
    {"/corridor.v1.Subscriber/ListSubscriptions", "R"},
    {"/corridor.v1.Subscriber/UpdateSubscription", "R"},
    {"/corridor.v1.Subscriber/DeleteSubscription", "R"},
    {"/corridor.v1.Subscriber/Attach", "R"},
    {"/corridor.v1.Subscriber/Pull", "R"},
    {"/corridor.v1.Subscriber/Settle", "R"},
    {"/corridor.v1.Subscriber/Seek", "R"},
    {"/corridor.v1.Subscriber/ListCurrent", "R"},
    {"/corridor.v1.Subscriber/ListDeadLetters", "R"},
    {"/corridor.v1.Subscriber/RedriveDeadLetters", "R"},
    {"/corridor.v1.Subscriber/DiscardDeadLetters", "R"},
    {"/corridor.v1.Subscriber/GetAlert", "R"},
    {"/corridor.v1.Subscriber/ListAlerts", "R"},
    {"/corridor.v1.Subscriber/ListRecallNotices", "R"},
    {"/corridor.v1.Subscriber/ConfirmRecalls", "R"},
    {"/corridor.v1.Subscriber/GetSigningKeys", "R"},

    {"/corridor.v1.RegionLink/Link", "B"},
    {"/corridor.v1.RegionLink/ExchangeRevocations", "B"},

    {"/corridor.v1.Administration/CreateMember", "OM"},
    {"/corridor.v1.Administration/GetMember", kAnyOperator},
    {"/corridor.v1.Administration/ListMembers", kAnyOperator},
    {"/corridor.v1.Administration/UpdateMember", "OM"},
    {"/corridor.v1.Administration/SetGrant", "OM"},
    {"/corridor.v1.Administration/DeleteGrant", "OM"},
    {"/corridor.v1.Administration/ListGrants", kAnyOperator},
    {"/corridor.v1.Administration/RegisterSigningKey", "OT"},
    {"/corridor.v1.Administration/RetireSigningKey", "OT"},
    {"/corridor.v1.Administration/RevokeSigningKey", "OT"},
    {"/corridor.v1.Administration/ListSigningKeys", kAnyOperator},
    {"/corridor.v1.Administration/CreateAgreement", "OL"},
    {"/corridor.v1.Administration/GetAgreement", kAnyOperator},
    {"/corridor.v1.Administration/ListAgreements", kAnyOperator},
    {"/corridor.v1.Administration/EndAgreement", "OL"},
    {"/corridor.v1.Administration/ListLinks", kAnyOperator},
    {"/corridor.v1.Administration/GetStatus", kAnyOperator},
    {"/corridor.v1.Administration/ListSessions", "OW"},
    {"/corridor.v1.Administration/EndSessions", "OW"},
    {"/corridor.v1.Administration/ReloadTrust", "OT"},
    {"/corridor.v1.Administration/ListExpiring", kAnyOperator},

    {"/corridor.v1.DataProtection/ReportAlertDisclosures", "D"},
    {"/corridor.v1.DataProtection/ReportHolderDisclosures", "D"},
    {"/corridor.v1.DataProtection/GetProcessingRecord", "D"},
    {"/corridor.v1.DataProtection/SuspendReach", "D"},
    {"/corridor.v1.DataProtection/RestoreReach", "D"},
    {"/corridor.v1.DataProtection/ListSuspendedReach", "D"},

    {"/corridor.v1.Approvals/ListPendingActs", kAnyOperator},
    {"/corridor.v1.Approvals/ApproveAct", "OL"},
    {"/corridor.v1.Approvals/RefuseAct", "OL"},

    {"/corridor.v1.Quotas/SetQuota", "OW"},
    {"/corridor.v1.Quotas/DeleteQuota", "OW"},
    {"/corridor.v1.Quotas/ListQuotas", kAnyOperator},

    {"/corridor.v1.Operations/Drain", "OW"},
    {"/corridor.v1.Operations/Undrain", "OW"},
    {"/corridor.v1.Operations/SetLogLevel", "OW"},
    {"/corridor.v1.Backups/CreateBackup", "OW"},
    {"/corridor.v1.Backups/ListBackups", kAnyOperator},

    {"/corridor.v1.AuditLog/QueryEntries", "OA"},
    {"/corridor.v1.AuditLog/TailEntries", "OA"},

    {"/corridor.v1.Federation/PauseLink", "OW"},
    {"/corridor.v1.Federation/ResumeLink", "OW"},
    {"/corridor.v1.Federation/AcceptLinkGap", "OW"},
    {"/corridor.v1.Federation/ListRefusedRecords", kAnyOperator},
    {"/corridor.v1.Federation/AskAgain", "OW"},
    {"/corridor.v1.Federation/ReconcileLink", "OW"},
    {"/corridor.v1.Federation/SimulateAgreement", "OLD"},
    {"/corridor.v1.Federation/ListRecalls", "OWD"},
    {"/corridor.v1.Federation/QuarantineAlert", "D"},
    {"/corridor.v1.Federation/ListQuarantines", "D"},
    {"/corridor.v1.Federation/SetLegalHold", "D"},
    {"/corridor.v1.Federation/ListLegalHolds", "D"},
    {"/corridor.v1.Federation/ExplainStatement", "OWD"},

    {"/grpc.health.v1.Health/Check", kEveryCaller},
    {"/grpc.health.v1.Health/Watch", kEveryCaller},
};

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SERVER_IDENTITY_ROLE_TABLE_H_
