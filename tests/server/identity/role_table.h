#ifndef CORRIDOR_TESTS_SERVER_IDENTITY_ROLE_TABLE_H_
#define CORRIDOR_TESTS_SERVER_IDENTITY_ROLE_TABLE_H_

#include <string_view>

namespace corridor {

// What the table of methods must say, written down a second time by hand: one line for each
// method, with the callers that may call it. Whoever adds an RPC adds its line here.
//
//   P  a desk with ROLE_PUBLISHER        O  an operator of the configuration
//   R  an integration with ROLE_READER   B  the broker of a linked region
//   U  a member without a grant          N  a desk whose member is not registered
//   S  a suspended member with every grant
//   X  an operator that the configuration does not name
//   F  a broker of this region, which is no peer
struct RoleTableLine {
  std::string_view method;
  std::string_view callers;
};

inline constexpr std::string_view kEveryCaller = "PROBUNSXF";

inline constexpr RoleTableLine kRoleTable[] = {
    {"/corridor.v1.Publisher/Publish", "P"},
    {"/corridor.v1.Publisher/PublishStream", "P"},
    {"/corridor.v1.Publisher/CheckStatement", "P"},
    {"/corridor.v1.Publisher/ListHeldStatements", "P"},

    {"/corridor.v1.Subscriber/CreateSubscription", "R"},
    {"/corridor.v1.Subscriber/GetSubscription", "R"},
    {"/corridor.v1.Subscriber/ListSubscriptions", "R"},
    {"/corridor.v1.Subscriber/UpdateSubscription", "R"},
    {"/corridor.v1.Subscriber/DeleteSubscription", "R"},
    {"/corridor.v1.Subscriber/Attach", "R"},
    {"/corridor.v1.Subscriber/GetAlert", "R"},
    {"/corridor.v1.Subscriber/ListAlerts", "R"},
    {"/corridor.v1.Subscriber/ListRecallNotices", "R"},
    {"/corridor.v1.Subscriber/ConfirmRecalls", "R"},

    {"/corridor.v1.RegionLink/Link", "B"},

    {"/corridor.v1.Administration/CreateMember", "O"},
    {"/corridor.v1.Administration/GetMember", "O"},
    {"/corridor.v1.Administration/ListMembers", "O"},
    {"/corridor.v1.Administration/UpdateMember", "O"},
    {"/corridor.v1.Administration/SetGrant", "O"},
    {"/corridor.v1.Administration/DeleteGrant", "O"},
    {"/corridor.v1.Administration/ListGrants", "O"},
    {"/corridor.v1.Administration/RegisterSigningKey", "O"},
    {"/corridor.v1.Administration/RetireSigningKey", "O"},
    {"/corridor.v1.Administration/ListSigningKeys", "O"},
    {"/corridor.v1.Administration/CreateAgreement", "O"},
    {"/corridor.v1.Administration/GetAgreement", "O"},
    {"/corridor.v1.Administration/ListAgreements", "O"},
    {"/corridor.v1.Administration/EndAgreement", "O"},
    {"/corridor.v1.Administration/ListLinks", "O"},
    {"/corridor.v1.Administration/GetStatus", "O"},
    {"/corridor.v1.Administration/ListSessions", "O"},
    {"/corridor.v1.Administration/EndSessions", "O"},
    {"/corridor.v1.Administration/ReloadTrust", "O"},
    {"/corridor.v1.Administration/ListExpiring", "O"},

    {"/grpc.health.v1.Health/Check", kEveryCaller},
    {"/grpc.health.v1.Health/Watch", kEveryCaller},
};

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SERVER_IDENTITY_ROLE_TABLE_H_
