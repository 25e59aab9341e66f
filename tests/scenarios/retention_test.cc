// How long a region keeps content: by rule, for a peer that lags, for no longer than it holds.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "core/base/clock.h"
#include "core/crypto/statement_proof.h"
#include "core/model/errors.h"
#include "tests/scenarios/region_world.h"

namespace corridor {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kEast[] = "east-africa.example";
constexpr char kSouth[] = "south-east-asia.example";

class RetentionScenario : public ::testing::Test {
 protected:
  void Begin(const RetentionPolicy& retention) {
    world_.Add(kEast, {kSouth});
    world_.Add(kSouth, {kEast});
    east().retention = retention;
    for (TestRegion* region : {&east(), &south()}) region->Start();
    east().AddMember("ke-desk", "KEN");
    south().AddMember("th-desk", "THA");
    for (TestRegion* region : {&east(), &south()}) {
      region->Agree("within", region->name(), region->name());
      region->Agree("east-to-south", kEast, kSouth);
    }
    world_.Run(absl::Seconds(10));
  }

  TestRegion& east() { return world_.at(kEast); }
  TestRegion& south() { return world_.at(kSouth); }

  v1::Receipt Issue(uint64_t number, absl::Duration holds = absl::Hours(24)) {
    v1::StatementBody body = ExampleIssue(east().MemberId("ke-desk"), number, number);
    const absl::Time until = world_.sim().clock().Now() + holds;
    body.mutable_valid_until()->set_seconds(absl::ToUnixSeconds(until));
    auto receipt = east().Publish("ke-desk", body, RoutingToAll());
    EXPECT_TRUE(receipt.ok()) << receipt.status();
    world_.Run(absl::Seconds(1));
    return receipt.value_or(v1::Receipt());
  }

  bool IsErased(TestRegion& region, uint64_t offset) {
    const auto record = region.flow().journal().At(v1::LANE_ROUTINE, offset);
    EXPECT_TRUE(record.ok()) << record.status();
    return record.ok() && (*record)->erased;
  }

  v1::RecipientReport SouthIn(const v1::Receipt& receipt) {
    v1::DeliveryReportRequest request;
    request.set_publisher(east().MemberId("ke-desk"));
    request.set_statement_id(receipt.statement_id());
    request.set_recipient(kSouth);
    auto report = world_.Await<absl::StatusOr<v1::DeliveryReport>>(
        [&](auto done) { east().flow().Explain(request, std::move(done)); });
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() && !report->recipients().empty() ? report->recipients(0)
                                                        : v1::RecipientReport();
  }

  absl::StatusOr<v1::BackfillReport> AcceptGap() {
    return world_.Await<absl::StatusOr<v1::BackfillReport>>([&](auto done) {
      south().flow().OnLinks([&, done = std::move(done)](LinkAdministration& links) mutable {
        v1::AcceptLinkGapRequest request;
        request.set_peer_region(kEast);
        request.set_lane(v1::LANE_ROUTINE);
        links.AcceptGap(south().Operator(), request, std::move(done));
      });
    });
  }

  RegionWorld world_;
};

TEST_F(RetentionScenario, ContentGoesOnceItsTimeIsOverAndItsTombstoneStays) {
  Begin({.rules = {{.after_end = absl::Minutes(10)}}});
  const v1::Receipt receipt = Issue(1, absl::Minutes(5));
  world_.Run(absl::Minutes(14));
  EXPECT_FALSE(IsErased(east(), 1));
  world_.Run(absl::Minutes(2));
  EXPECT_TRUE(IsErased(east(), 1));
  EXPECT_FALSE(IsErased(south(), 1)) << "by its own rules it is kept there for a year";
  EXPECT_EQ((*east().flow().journal().At(v1::LANE_ROUTINE, 1))->statement->digest,
            receipt.digest());
  EXPECT_THAT(*east().flow().journal().ListAlertHeads(0, 10), IsEmpty());
}

TEST_F(RetentionScenario, NobodyIsServedAnEmptyStatementInPlaceOfContentThatIsGone) {
  Begin({.rules = {{.after_end = absl::Minutes(10)}}});
  Issue(1, absl::Minutes(5));
  world_.Run(absl::Minutes(16));
  ASSERT_TRUE(IsErased(east(), 1));
  const std::string publisher = east().MemberId("ke-desk");
  const auto alert = east().Read(east().Desk("ke-desk"), publisher, 1);
  EXPECT_FALSE(alert.ok() && alert->has_current());
}

TEST_F(RetentionScenario, WhatIsUnderALegalHoldStays) {
  Begin({.rules = {{.after_end = absl::Minutes(1)}}});
  v1::SetLegalHoldRequest hold;
  hold.set_publisher(east().MemberId("ke-desk"));
  hold.set_alert_id(ExampleAlertId(1));
  const auto set_hold = [&] {
    return world_.Await<absl::StatusOr<v1::LegalHold>>([&](auto done) {
      east().flow().protection_desk().SetLegalHold(east().Operator(), hold, std::move(done));
    });
  };
  Issue(1, absl::Minutes(1));
  ASSERT_TRUE(set_hold().ok());
  world_.Run(absl::Minutes(10));
  EXPECT_FALSE(IsErased(east(), 1));
  hold.set_lift(true);
  ASSERT_TRUE(set_hold().ok());
  world_.Run(absl::Minutes(1));
  EXPECT_TRUE(IsErased(east(), 1));
}

TEST_F(RetentionScenario, APeerThatLagsIsWaitedFor) {
  Begin({.rules = {{.after_append = absl::Minutes(1)}}});
  world_.Partition();
  Issue(1);
  Issue(2);
  world_.Run(absl::Minutes(10));
  EXPECT_FALSE(IsErased(east(), 1));
  world_.Heal();
  world_.Run(absl::Minutes(3));
  EXPECT_EQ(south().flow().journal().head(), 2u);
  EXPECT_TRUE(IsErased(east(), 1));
  EXPECT_TRUE(IsErased(east(), 2));
  EXPECT_FALSE(IsErased(south(), 1));
}

TEST_F(RetentionScenario, BeyondTheBoundAGapStandsUntilThePeersOperatorAcceptsIt) {
  Begin({.rules = {{.after_append = absl::Minutes(1)}}, .peer_records_max = 5});
  world_.Partition();
  const v1::Receipt first = Issue(1);
  for (uint64_t number = 2; number <= 3; ++number) Issue(number);
  world_.Run(absl::Minutes(2));
  EXPECT_THAT(east().alarms, Not(Contains(HasSubstr("are kept for the peer alone"))));
  Issue(4);
  world_.Run(absl::Minutes(2));
  EXPECT_THAT(east().alarms, Contains(HasSubstr("4 records are kept for the peer alone, of 5")));
  for (uint64_t number = 5; number <= 7; ++number) Issue(number);
  world_.Run(absl::Minutes(2));
  EXPECT_THAT(east().alarms, Contains(HasSubstr("not waited for any more up to offset 2")));
  EXPECT_TRUE(IsErased(east(), 1));
  EXPECT_TRUE(IsErased(east(), 2));
  EXPECT_FALSE(IsErased(east(), 3));

  east().Crash();  // What stands in memory alone is gone.
  east().Start();
  world_.Heal();
  world_.Run(absl::Minutes(2));
  EXPECT_EQ(south().LinkTo(kEast).lanes(1).state(), v1::LINK_STATE_GAP_PENDING);
  EXPECT_EQ(east().LinkTo(kSouth).lanes(1).state(), v1::LINK_STATE_GAP_PENDING);
  EXPECT_EQ(south().flow().journal().head(), 0u) << "nothing is passed over in silence";
  EXPECT_EQ(SouthIn(first).state(), v1::RECIPIENT_STATE_EXPIRED_UNSENT);

  const auto accepted = AcceptGap();
  ASSERT_TRUE(accepted.ok()) << accepted.status();
  world_.Run(absl::Minutes(1));
  EXPECT_EQ(south().flow().journal().head(), 5u);
  EXPECT_EQ(south().LinkTo(kEast).lanes(1).state(), v1::LINK_STATE_UP);
}

TEST_F(RetentionScenario, WhatEndsBeforeItCouldBeSentIsReportedAsThat) {
  Begin({.rules = {{.after_end = absl::Minutes(5)}}});
  world_.Partition();
  const v1::Receipt receipt = Issue(1, absl::Minutes(2));
  world_.Run(absl::Minutes(1));
  EXPECT_EQ(east().LinkTo(kSouth).lanes(1).lag_records(), 1u);
  EXPECT_EQ(SouthIn(receipt).state(), v1::RECIPIENT_STATE_QUEUED);
  world_.Run(absl::Minutes(2));
  EXPECT_EQ(east().LinkTo(kSouth).lanes(1).lag_records(), 0u);
  EXPECT_EQ(SouthIn(receipt).state(), v1::RECIPIENT_STATE_EXPIRED_UNSENT);
  world_.Run(absl::Minutes(10));
  EXPECT_TRUE(IsErased(east(), 1));
  world_.Heal();
  world_.Run(absl::Minutes(2));
  EXPECT_EQ(south().flow().journal().head(), 0u);
  EXPECT_EQ(SouthIn(receipt).state(), v1::RECIPIENT_STATE_EXPIRED_UNSENT)
      << "though the peer's mark has passed it";
}

TEST_F(RetentionScenario, ASubscriberIsNotHandedWhatHasEnded) {
  Begin({});
  auto session = south().Attach("th-desk");
  Issue(1, absl::Minutes(5));
  EXPECT_THAT(session->Deliveries(), SizeIs(1));
  south().flow().sessions().OnClosed(session->id);
  Issue(2, absl::Minutes(5));
  world_.Run(absl::Minutes(10));
  Issue(3, absl::Minutes(5));
  auto later = south().Attach("th-desk");
  world_.Run(absl::Seconds(5));
  ASSERT_THAT(later->Deliveries(), SizeIs(1));
  EXPECT_EQ(later->Deliveries()[0].statement().position().offset(), 3u);
}

}  // namespace
}  // namespace corridor
