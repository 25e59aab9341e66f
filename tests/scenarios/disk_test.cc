// The disk of South-East Asia's broker is nearly full: it takes no statements but recalls, and
// keeps East Africa's routine alerts waiting at their origin; its desks read on; and when there is
// room again all arrives, once.

#include <gtest/gtest.h>

#include "core/model/errors.h"
#include "tests/scenarios/region_world.h"

namespace corridor {
namespace {

constexpr char kEast[] = "east-africa.example";
constexpr char kSouth[] = "south-east-asia.example";

class DiskTest : public ::testing::Test {
 protected:
  void SetUp() override {
    world_.Add(kEast, {kSouth});
    world_.Add(kSouth, {kEast});
    for (const char* name : {kEast, kSouth}) world_.at(name).Start();
    east().AddMember("ke-desk", "KEN");
    south().AddMember("th-desk", "THA");
    south().AddMember("ph-desk", "PHL");
    for (const char* name : {kEast, kSouth}) {
      world_.at(name).Agree("within", name, name);
      world_.at(name).Agree("east-to-south", kEast, kSouth);
    }
    world_.Run(absl::Seconds(10));
  }

  TestRegion& east() { return world_.at(kEast); }
  TestRegion& south() { return world_.at(kSouth); }

  absl::StatusOr<v1::Receipt> Manila(uint64_t number) {
    return south().Publish("ph-desk", ExampleIssue(south().MemberId("ph-desk"), number, number),
                           RoutingToAll());
  }
  absl::StatusOr<v1::Receipt> Nairobi(uint64_t number) {
    return east().Publish("ke-desk", ExampleIssue(east().MemberId("ke-desk"), number, number),
                          RoutingToAll());
  }

  RegionWorld world_;
};

TEST_F(DiskTest, NothingButRecallsIsTakenUntilThereIsRoomAgain) {
  const v1::SignedStatement first =
      south().SignedBy("ph-desk", ExampleIssue(south().MemberId("ph-desk"), 1, 1), RoutingToAll());
  ASSERT_TRUE(south().PublishBytes(south().Desk("ph-desk"), first).ok());

  south().disk = v1::DISK_STATE_LOW;
  EXPECT_TRUE(Manila(2).ok()) << "a warning refuses nothing";

  south().disk = v1::DISK_STATE_REFUSING;
  const uint64_t head = south().flow().journal().head();
  const uint64_t entries = south().flow().audit().head()->entries;
  const absl::Status refused = Manila(3).status();
  EXPECT_EQ(ReasonOf(refused), v1::ERROR_REASON_DISK_WATERMARK) << refused;
  EXPECT_TRUE(RetryDelayOf(refused).has_value());
  EXPECT_EQ(south().flow().journal().head(), head);
  EXPECT_EQ(south().flow().audit().head()->entries, entries) << "a refusal costs no disk";

  const auto again = south().PublishBytes(south().Desk("ph-desk"), first);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->repeated()) << "what was accepted is acknowledged again";

  auto bangkok = south().Attach("th-desk");
  EXPECT_EQ(bangkok->Deliveries().size(), 2u) << "subscribers are served";
  south().Acknowledge(*bangkok, bangkok->Deliveries());
  const auto recall =
      south().Publish("ph-desk", ExampleRecall(south().MemberId("ph-desk"), 1, 2, 40), NoRouting());
  EXPECT_TRUE(recall.ok()) << recall.status();
  world_.Run();
  EXPECT_EQ(bangkok->Notices().size(), 1u);

  south().disk = v1::DISK_STATE_LOW;
  EXPECT_TRUE(Manila(3).ok());
}

TEST_F(DiskTest, WhatAPeerSendsWaitsAtItsOriginAndRecallsDoNot) {
  ASSERT_TRUE(Nairobi(1).ok());
  world_.Run();
  auto bangkok = south().Attach("th-desk");
  ASSERT_EQ(bangkok->Deliveries().size(), 1u);

  south().disk = v1::DISK_STATE_REFUSING;
  ASSERT_TRUE(Nairobi(2).ok());
  ASSERT_TRUE(
      east()
          .Publish("ke-desk", ExampleRecall(east().MemberId("ke-desk"), 1, 2, 40), NoRouting())
          .ok());
  world_.Run(absl::Seconds(20));
  EXPECT_EQ(bangkok->Deliveries().size(), 1u);
  EXPECT_EQ(bangkok->Notices().size(), 1u);

  south().disk = v1::DISK_STATE_ENOUGH;
  world_.Run(absl::Seconds(10));
  EXPECT_EQ(bangkok->Deliveries().size(), 2u);
}

TEST_F(DiskTest, TheStatusSaysIt) {
  south().disk = v1::DISK_STATE_REFUSING;
  const auto status = world_.Await<absl::StatusOr<v1::GetStatusResponse>>(
      [&](auto done) { south().flow().GetStatus(std::move(done)); });
  ASSERT_TRUE(status.ok()) << status.status();
  EXPECT_EQ(status->disk(), v1::DISK_STATE_REFUSING);
}

TEST_F(DiskTest, ACrossedWatermarkIsAudited) {
  south().flow().AuditDisk(v1::DISK_STATE_REFUSING);
  world_.Run();
  const auto entries = south().flow().audit().Read(0, 1000);
  ASSERT_TRUE(entries.ok()) << entries.status();
  size_t found = 0;
  for (const v1::AuditEntry& entry : *entries) {
    if (entry.act() == v1::AUDIT_ACT_DISK && entry.object() == "DISK_STATE_REFUSING") ++found;
  }
  EXPECT_EQ(found, 1u);
}

}  // namespace
}  // namespace corridor
