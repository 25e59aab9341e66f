// Two whole regions in one thread: a warning published in East Africa reaches the
// desks in South-East Asia that are entitled to it, once, whatever breaks on the
// way; and nobody else.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/model/errors.h"
#include "tests/scenarios/region_world.h"

namespace corridor {
namespace {

constexpr char kEast[] = "east-africa.example";
constexpr char kSouth[] = "south-east-asia.example";

class TwoRegions : public ::testing::Test {
 protected:
  void SetUp() override {
    world_.Add(kEast, {kSouth});
    world_.Add(kSouth, {kEast});
    for (const char* name : {kEast, kSouth}) world_.at(name).Start();
    east().AddMember("ke-desk", "KEN");
    east().AddMember("ug-desk", "UGA");
    south().AddMember("th-desk", "THA");
    south().AddMember("ph-desk", "PHL");
    for (const char* name : {kEast, kSouth}) {
      world_.at(name).Agree("within", name, name);
      world_.at(name).Agree("east-to-south", kEast, kSouth);
      world_.at(name).Agree("south-to-east", kSouth, kEast);
    }
    world_.Run(absl::Seconds(10));
  }

  TestRegion& east() { return world_.at(kEast); }
  TestRegion& south() { return world_.at(kSouth); }

  v1::StatementBody Issue(uint64_t number) {
    return ExampleIssue(east().MemberId("ke-desk"), number, number);
  }

  RegionWorld world_;
};

std::vector<std::string> BodiesOf(const TestSession& session) {
  std::vector<std::string> bodies;
  for (const v1::Delivery& delivery : session.Deliveries()) {
    bodies.push_back(delivery.statement().statement().body());
  }
  return bodies;
}

TEST_F(TwoRegions, AnAlertArrivesOnceAndIntact) {
  auto bangkok = south().Attach("th-desk");
  const v1::StatementBody body = Issue(1);
  auto receipt = east().Publish("ke-desk", body, RoutingToAll());
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  world_.Run();
  EXPECT_THAT(BodiesOf(*bangkok), ::testing::ElementsAre(body.SerializeAsString()));
  ASSERT_EQ(bangkok->Deliveries().size(), 1u);
  const v1::StoredStatement stored = bangkok->Deliveries()[0].statement();
  EXPECT_EQ(stored.acceptance().position().region(), kEast);
  EXPECT_EQ(stored.position().region(), kSouth);
}

TEST_F(TwoRegions, OnlyTheNamedMemberGetsIt) {
  auto bangkok = south().Attach("th-desk");
  auto manila = south().Attach("ph-desk");
  auto kampala = east().Attach("ug-desk");
  ASSERT_TRUE(
      east().Publish("ke-desk", Issue(1), RoutingToMembers({south().MemberId("th-desk")})).ok());
  world_.Run();
  EXPECT_EQ(bangkok->Deliveries().size(), 1u);
  EXPECT_TRUE(manila->Deliveries().empty());
  EXPECT_TRUE(kampala->Deliveries().empty());
}

TEST_F(TwoRegions, WhatIsForHomeDoesNotLeave) {
  ASSERT_TRUE(east().Publish("ke-desk", Issue(1), RoutingToRegions({kEast})).ok());
  world_.Run(absl::Seconds(10));
  EXPECT_EQ(south().flow().journal().head(), 0u);
  // The peer knows that it was passed over: its mark is behind it.
  EXPECT_EQ(south().flow().journal().MarkOf(kEast, v1::LANE_ROUTINE).offset, 1u);
}

TEST_F(TwoRegions, AMissingIngressAgreementRefusesVisibly) {
  auto ended = world_.Await<absl::StatusOr<v1::Agreement>>([&](auto done) {
    v1::EndAgreementRequest request;
    request.set_agreement_id("east-to-south");
    south().flow().catalog().EndAgreement(south().Operator(), request, std::move(done));
  });
  ASSERT_TRUE(ended.ok()) << ended.status();
  ASSERT_TRUE(east().Publish("ke-desk", Issue(1), RoutingToAll()).ok());
  world_.Run(absl::Seconds(5));
  EXPECT_EQ(south().flow().journal().head(), 0u);
  auto links = world_.Await<v1::ListLinksResponse>(
      [&](auto done) { east().flow().ListLinks(std::move(done)); });
  uint64_t refused = 0;
  for (const auto& lane : links.links(0).lanes()) refused += lane.records_refused_by_peer();
  EXPECT_EQ(refused, 1u);
}

TEST_F(TwoRegions, APartitionDelaysAndDoublesNothing) {
  auto bangkok = south().Attach("th-desk");
  world_.Partition();
  for (uint64_t n = 1; n <= 20; ++n) {
    ASSERT_TRUE(east().Publish("ke-desk", Issue(n), RoutingToAll()).ok());
  }
  world_.Run(absl::Seconds(60));
  EXPECT_TRUE(bangkok->Deliveries().empty());
  world_.Heal();
  world_.Run(absl::Seconds(60));
  EXPECT_EQ(bangkok->Deliveries().size(), 20u);
  EXPECT_EQ(south().flow().journal().head(), 20u);
}

TEST_F(TwoRegions, ACrashOfEitherBrokerLosesAndDoublesNothing) {
  for (uint64_t n = 1; n <= 30; ++n) {
    ASSERT_TRUE(east().Publish("ke-desk", Issue(n), RoutingToAll()).ok());
    if (n == 10) {
      south().Crash();
      world_.Run(absl::Seconds(5));
      south().Start();
    }
    if (n == 20) {
      east().Crash();
      east().Start();
    }
  }
  world_.Run(absl::Seconds(60));
  EXPECT_EQ(south().flow().journal().head(), 30u);
  auto bangkok = south().Attach("th-desk");
  EXPECT_EQ(bangkok->Deliveries().size(), 30u);
}

TEST_F(TwoRegions, WhatWasSettledDoesNotComeBackAndWhatWasNotDoes) {
  auto first = south().Attach("th-desk");
  for (uint64_t n = 1; n <= 3; ++n) {
    ASSERT_TRUE(east().Publish("ke-desk", Issue(n), RoutingToAll()).ok());
  }
  world_.Run();
  auto deliveries = first->Deliveries();
  ASSERT_EQ(deliveries.size(), 3u);
  deliveries.erase(deliveries.begin() + 1);
  south().Acknowledge(*first, deliveries);
  south().Crash();
  south().Start();
  auto second = south().Attach("th-desk");
  ASSERT_EQ(second->Deliveries().size(), 1u);
  EXPECT_EQ(second->Deliveries()[0].statement().statement().body(), Issue(2).SerializeAsString());
}

// Settling makes room, and room is filled at once: no delivery waits for a timer.
TEST_F(TwoRegions, ASmallWindowMovesOnAsSoonAsItIsSettled) {
  for (uint64_t n = 1; n <= 30; ++n) {
    ASSERT_TRUE(east().Publish("ke-desk", Issue(n), RoutingToAll()).ok());
  }
  auto kampala = east().Attach("ug-desk", /*messages=*/3);
  size_t settled = 0;
  for (int round = 0; round < 10; ++round) {
    auto deliveries = kampala->Deliveries();
    ASSERT_EQ(deliveries.size(), settled + 3);
    east().Settle(*kampala,
                  {deliveries.begin() + static_cast<ptrdiff_t>(settled), deliveries.end()});
    settled = deliveries.size();
    world_.Run(absl::Milliseconds(10));
  }
  EXPECT_EQ(kampala->Deliveries().size(), 30u);
}

TEST_F(TwoRegions, ARetryGetsItsFirstReceiptAndAnotherPublisherMayUseTheSameIds) {
  const v1::SignedStatement statement = east().SignedBy("ke-desk", Issue(1), RoutingToAll());
  auto first = east().PublishBytes(east().Desk("ke-desk"), statement);
  auto again = east().PublishBytes(east().Desk("ke-desk"), statement);
  ASSERT_TRUE(first.ok() && again.ok());
  EXPECT_TRUE(again->repeated());
  EXPECT_EQ(first->acceptance().position().offset(), again->acceptance().position().offset());

  v1::StatementBody other = ExampleIssue(east().MemberId("ug-desk"), 1, 1);
  other.set_publisher_country("UGA");
  auto theirs = east().Publish("ug-desk", other, RoutingToAll());
  ASSERT_TRUE(theirs.ok()) << theirs.status();
  EXPECT_EQ(theirs->acceptance().position().offset(), 2u);

  v1::StatementBody changed = Issue(1);
  changed.set_tlp(v1::TLP_AMBER);
  auto reused = east().Publish("ke-desk", changed, RoutingToRegions({kEast}));
  EXPECT_EQ(ReasonOf(reused.status()), v1::ERROR_REASON_STATEMENT_ID_REUSED);
}

TEST_F(TwoRegions, ATamperedSignatureIsRefusedAndAudited) {
  v1::SignedStatement statement = east().SignedBy("ke-desk", Issue(1), RoutingToAll());
  std::string signature = statement.proof().ed25519_signature();
  signature[3] = static_cast<char>(signature[3] ^ 1);
  statement.mutable_proof()->set_ed25519_signature(signature);
  auto refused = east().PublishBytes(east().Desk("ke-desk"), statement);
  EXPECT_EQ(ReasonOf(refused.status()), v1::ERROR_REASON_SIGNATURE_INVALID);
  auto entries = east().flow().audit().Read(0, 1000);
  ASSERT_TRUE(entries.ok());
  EXPECT_EQ(entries->back().refusal(), v1::ERROR_REASON_SIGNATURE_INVALID);
  EXPECT_TRUE(east().flow().audit().Verify().ok());
}

TEST_F(TwoRegions, SuspensionCutsAnOpenSession) {
  auto bangkok = south().Attach("th-desk");
  v1::Member member = *south().flow().catalog().GetMember(south().MemberId("th-desk"));
  member.set_state(v1::MEMBER_STATE_SUSPENDED);
  auto suspended = world_.Await<absl::StatusOr<v1::Member>>([&](auto done) {
    south().flow().catalog().UpdateMember(south().Operator(), member, std::move(done));
  });
  ASSERT_TRUE(suspended.ok()) << suspended.status();
  ASSERT_TRUE(east().Publish("ke-desk", Issue(1), RoutingToAll()).ok());
  world_.Run(absl::Seconds(1));
  ASSERT_TRUE(bangkok->finished.has_value());
  EXPECT_EQ(ReasonOf(*bangkok->finished), v1::ERROR_REASON_MEMBER_SUSPENDED);
  EXPECT_TRUE(bangkok->Deliveries().empty());
}

}  // namespace
}  // namespace corridor
