// A broker is drained while a desk works: it is handed nothing more, may settle what it has, is
// sent away in good order, and when it comes back nothing it had settled comes again.

#include <gtest/gtest.h>

#include "core/model/errors.h"
#include "tests/scenarios/region_world.h"

namespace corridor {
namespace {

constexpr char kSouth[] = "south-east-asia.example";

class DrainTest : public ::testing::Test {
 protected:
  void SetUp() override {
    world_.Add(kSouth, {});
    south().Start();
    south().AddMember("ph-desk", "PHL");
    south().AddMember("th-desk", "THA");
    south().Agree("within", kSouth, kSouth);
  }

  TestRegion& south() { return world_.at(kSouth); }
  void Publish(uint64_t number) {
    const auto receipt = south().Publish(
        "ph-desk", ExampleIssue(south().MemberId("ph-desk"), number, number), RoutingToAll());
    ASSERT_TRUE(receipt.ok()) << receipt.status();
  }
  static v1::GoAwayReason GoneAway(const TestSession& session) {
    return session.responses.empty() ? v1::GO_AWAY_REASON_UNSPECIFIED
                                     : session.responses.back().go_away().reason();
  }

  RegionWorld world_;
};

TEST_F(DrainTest, WhatWasHandedOverIsSettledBeforeTheSessionEnds) {
  auto bangkok = south().Attach("th-desk");
  Publish(1);
  world_.Run();
  ASSERT_EQ(bangkok->Deliveries().size(), 1u);
  south().flow().SendMembersAway();
  Publish(2);
  world_.Run(absl::Milliseconds(500));
  EXPECT_FALSE(bangkok->finished.has_value()) << "it may still settle";
  EXPECT_EQ(bangkok->Deliveries().size(), 1u) << "nothing more is handed over";

  south().Settle(*bangkok, bangkok->Deliveries());
  world_.Run(absl::Milliseconds(100));
  ASSERT_TRUE(bangkok->finished.has_value());
  EXPECT_TRUE(bangkok->finished->ok());
  EXPECT_EQ(GoneAway(*bangkok), v1::GO_AWAY_REASON_DRAINING);

  auto refused = south().Attach("th-desk");
  ASSERT_TRUE(refused->finished.has_value());
  EXPECT_EQ(ReasonOf(*refused->finished), v1::ERROR_REASON_DRAINING);

  south().flow().TakeMembersBack();
  auto again = south().Attach("th-desk");
  world_.Run();
  ASSERT_EQ(again->Deliveries().size(), 1u) << "only what came meanwhile";
}

TEST_F(DrainTest, WhoDoesNotSettleIsSentAwayWhenTheTimeIsOver) {
  auto bangkok = south().Attach("th-desk");
  Publish(1);
  world_.Run();
  bool told = false;
  south().flow().Drain([&told] { told = true; });
  world_.Run(absl::Seconds(1));
  EXPECT_FALSE(told);
  world_.Run(absl::Seconds(2));
  EXPECT_TRUE(told);
  EXPECT_EQ(GoneAway(*bangkok), v1::GO_AWAY_REASON_DRAINING);
}

}  // namespace
}  // namespace corridor
