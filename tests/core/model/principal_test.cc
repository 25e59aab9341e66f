// Who speaks, by the one name that each kind of caller has.

#include "core/model/principal.h"

#include <gtest/gtest.h>

namespace corridor {
namespace {

TEST(PrincipalTest, FourKindsOfCallersAndNoOther) {
  EXPECT_EQ(ParsePrincipal("spiffe://eac.example/agency/ke-desk")->kind, PrincipalKind::kDesk);
  EXPECT_EQ(ParsePrincipal("spiffe://eac.example/agency/ke-desk/integration/case-system")->member,
            "spiffe://eac.example/agency/ke-desk");
  EXPECT_EQ(ParsePrincipal("spiffe://eac.example/operator/duty")->kind, PrincipalKind::kOperator);
  EXPECT_EQ(ParsePrincipal("spiffe://eac.example/broker/one")->kind, PrincipalKind::kBroker);
  for (const char* id : {"", "spiffe://", "spiffe://eac.example/agency/Jane Doe",
                         "spiffe://eac.example/agency/ke-desk/integration",
                         "spiffe://eac.example/person/x", "spiffe://EAC.example/agency/x"}) {
    EXPECT_FALSE(ParsePrincipal(id).ok()) << id;
  }
}

// A member is a desk, whichever of the two is asked.
TEST(PrincipalTest, OnlyADeskIsAMember) {
  for (const char* id :
       {"spiffe://eac.example/agency/ke-desk", "spiffe://eac.example/agency/ke-desk/",
        "spiffe://eac.example/agency/ke-desk/integration/x", "spiffe://eac.example/agency/",
        "spiffe://eac.example/agency", "spiffe://eac.example//agency/x", "spiffe:///agency/x",
        "spiffe://eac.example/operator/duty", "spiffe://eac.example/agency/-x",
        "spiffe://eac.example/agency/Jane Doe", "https://eac.example/agency/x", ""}) {
    const auto principal = ParsePrincipal(id);
    EXPECT_EQ(IsMemberId(id), principal.ok() && principal->kind == PrincipalKind::kDesk) << id;
  }
}

}  // namespace
}  // namespace corridor
