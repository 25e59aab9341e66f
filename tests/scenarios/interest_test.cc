// A region that keeps only what somebody subscribes to: what it does not want does not cross,
// what it may have in an earlier revision does, and what it comes to want is sent again.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "core/crypto/statement_proof.h"
#include "core/model/errors.h"
#include "tests/scenarios/region_world.h"

namespace corridor {
namespace {

constexpr char kEast[] = "east-africa.example";
constexpr char kSouth[] = "south-east-asia.example";

class InterestScenario : public ::testing::Test {
 protected:
  void SetUp() override {
    world_.Add(kEast, {kSouth});
    world_.Add(kSouth, {kEast});
    south().only_what_is_subscribed = true;
    for (TestRegion* region : {&east(), &south()}) region->Start();
    east().AddMember("ke-desk", "KEN");
    east().AddMember("ug-desk", "UGA");
    south().AddMember("th-desk", "THA");
    for (TestRegion* region : {&east(), &south()}) {
      region->Agree("within", region->name(), region->name());
      region->Agree("east-to-south", kEast, kSouth);
    }
    world_.Run(absl::Seconds(10));
  }

  TestRegion& east() { return world_.at(kEast); }
  TestRegion& south() { return world_.at(kSouth); }

  v1::Receipt Publish(std::string_view agency, const v1::StatementBody& body) {
    auto receipt = east().Publish(agency, body, RoutingToAll());
    EXPECT_TRUE(receipt.ok()) << receipt.status();
    world_.Run();
    return receipt.value_or(v1::Receipt());
  }
  v1::Receipt IssueOf(std::string_view agency, uint64_t number) {
    return Publish(agency, ExampleIssue(east().MemberId(agency), number, number));
  }

  v1::Subscription UgandaAlone() {
    v1::Subscription subscription;
    subscription.set_name("subscriptions/some");
    subscription.mutable_filter()->add_clauses()->add_publishers(east().MemberId("ug-desk"));
    return subscription;
  }
  void Subscribe(const v1::Subscription& subscription) {
    const auto created = world_.Await<absl::StatusOr<v1::Subscription>>([&](auto done) {
      south().flow().CreateSubscription(south().Desk("th-desk"), subscription, std::move(done));
    });
    ASSERT_TRUE(created.ok()) << created.status();
    world_.Run();
  }

  v1::RecipientState SouthIn(std::string_view agency, const v1::Receipt& receipt) {
    v1::DeliveryReportRequest request;
    request.set_publisher(east().MemberId(agency));
    request.set_statement_id(receipt.statement_id());
    request.set_recipient(kSouth);
    auto report = world_.Await<absl::StatusOr<v1::DeliveryReport>>(
        [&](auto done) { east().flow().Explain(request, std::move(done)); });
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? report->recipients(0).state() : v1::RECIPIENT_STATE_UNSPECIFIED;
  }

  RegionWorld world_;
};

TEST_F(InterestScenario, WhatNobodyThereWantsDoesNotCrossAndIsExplained) {
  Subscribe(UgandaAlone());
  const v1::Receipt unwanted = IssueOf("ke-desk", 1);
  const v1::Receipt wanted = IssueOf("ug-desk", 2);
  EXPECT_EQ(south().flow().journal().head(), 1u);
  EXPECT_EQ(SouthIn("ke-desk", unwanted), v1::RECIPIENT_STATE_FILTERED);
  EXPECT_EQ(SouthIn("ug-desk", wanted), v1::RECIPIENT_STATE_PERSISTED);
  EXPECT_EQ(east().LinkTo(kSouth).lanes(1).lag_records(), 0u);
}

TEST_F(InterestScenario, WhatItComesToWantIsSentAgainAlsoAcrossAPartitionAndACrash) {
  Subscribe(UgandaAlone());
  IssueOf("ke-desk", 1);
  world_.Partition();
  IssueOf("ke-desk", 2);
  v1::Subscription all;
  all.set_name("subscriptions/all");
  Subscribe(all);
  south().Crash();
  south().Start();
  world_.Heal();
  world_.Run(absl::Minutes(2));
  EXPECT_EQ(south().flow().journal().head(), 2u);
  IssueOf("ke-desk", 3);
  EXPECT_EQ(south().flow().journal().head(), 3u);
}

TEST_F(InterestScenario, ARevisionOfWhatItHasIsAlwaysWanted) {
  Subscribe(UgandaAlone());
  IssueOf("ug-desk", 1);
  ASSERT_EQ(south().flow().journal().head(), 1u);
  const auto deleted = world_.Await<absl::Status>([&](auto done) {
    v1::DeleteSubscriptionRequest request;
    request.set_name("subscriptions/some");
    south().flow().DeleteSubscription(south().Desk("th-desk"), request, std::move(done));
  });
  ASSERT_TRUE(deleted.ok()) << deleted;
  world_.Run();
  Publish("ug-desk", ExampleRevise(east().MemberId("ug-desk"), 1, 2, 20));
  EXPECT_EQ(south().flow().journal().head(), 2u);
  IssueOf("ug-desk", 5);
  EXPECT_EQ(south().flow().journal().head(), 2u);
}

}  // namespace
}  // namespace corridor
