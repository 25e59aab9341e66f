// A publisher's key was in wrong hands before anybody noticed. What was accepted until then stands;
// what came after it is delivered to nobody any more, and those who have it are told, in every
// region. The data-protection officer sees who that is.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "core/model/errors.h"
#include "server/broker/disclosure_report.h"
#include "tests/scenarios/region_world.h"

namespace corridor {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::SizeIs;

class KeyRevocationScenario : public TwoLinkedRegions {
 protected:
  void SetUp() override {
    TwoLinkedRegions::SetUp();
    south().AddMember("ph-desk", "PHL");
    AgreeEastToSouth();
  }

  absl::StatusOr<v1::Receipt> Issue(uint64_t number) {
    auto receipt =
        east().Publish("ke-desk", ExampleIssue(publisher(), number, number), RoutingToAll());
    world_.Run();
    return receipt;
  }

  absl::StatusOr<v1::SigningKey> Revoke(absl::Time compromised_at) {
    v1::RevokeSigningKeyRequest request;
    for (const auto& [id, key] : east().flow().catalog().facts()->signing_keys) {
      if (key.member() == publisher()) request.set_key_id(id);
    }
    request.mutable_compromised_at()->set_seconds(absl::ToUnixSeconds(compromised_at));
    auto key = world_.Await<absl::StatusOr<v1::SigningKey>>([&](auto done) {
      east().flow().catalog().RevokeSigningKey(east().Operator(), request, std::move(done));
    });
    world_.Run(absl::Seconds(10));
    return key;
  }

  // Who may have an alert, as the officer of a region sees it.
  std::map<std::string, v1::DisclosureCertainty> HoldersIn(TestRegion& region, uint64_t number) {
    v1::ReportAlertDisclosuresRequest request;
    request.set_publisher(publisher());
    request.set_alert_id(ExampleAlertId(number));
    std::map<std::string, v1::DisclosureCertainty> holders;
    const auto report = region.flow().disclosure_report().OfAlert(request);
    EXPECT_TRUE(report.ok()) << report.status();
    if (!report.ok()) return holders;
    for (const auto& statement : report->statements()) {
      for (const auto& to : statement.disclosed_to()) holders[to.holder()] = to.certainty();
    }
    return holders;
  }
};

TEST_F(KeyRevocationScenario, WhatCameAfterTheCompromiseIsFlaggedToItsReadersEverywhere) {
  auto kampala = east().Attach("ug-desk");
  auto bangkok = south().Attach("th-desk");
  ASSERT_TRUE(Issue(1).ok());
  world_.Run(absl::Seconds(10));
  const absl::Time compromised = world_.sim().clock().Now();
  world_.Run(absl::Seconds(10));
  const auto forged = Issue(2);
  ASSERT_TRUE(forged.ok()) << "nobody has noticed yet";
  ASSERT_THAT(bangkok->Deliveries(), SizeIs(2));

  const auto key = Revoke(compromised);
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(key->state(), v1::SIGNING_KEY_STATE_REVOKED);

  for (const auto& reader : {kampala, bangkok}) {
    ASSERT_THAT(reader->Notices(), SizeIs(1)) << "one notice, for the forged one";
    EXPECT_EQ(reader->Notices()[0].cause(), v1::RECALL_CAUSE_KEY_REVOKED);
    EXPECT_THAT(reader->Notices()[0].statement_ids(), ElementsAre(forged->statement_id()));
  }
  EXPECT_TRUE(east().Read(east().Desk("ug-desk"), publisher(), 1).ok());
  EXPECT_TRUE(south().Read(south().Desk("th-desk"), publisher(), 1).ok());
  EXPECT_FALSE(east().Read(east().Desk("ug-desk"), publisher(), 2).ok());
  EXPECT_EQ(ReasonOf(Issue(3).status()), v1::ERROR_REASON_SIGNING_KEY_REVOKED);
}

TEST_F(KeyRevocationScenario, WhoComesLaterGetsWhatStandsAndNothingElse) {
  ASSERT_TRUE(Issue(1).ok());
  world_.Run(absl::Minutes(1));
  const absl::Time compromised = world_.sim().clock().Now();
  ASSERT_TRUE(Issue(2).ok());
  ASSERT_TRUE(Revoke(compromised).ok());
  for (TestRegion* region : {&east(), &south()}) {
    auto late = region->Attach(region == &east() ? "ug-desk" : "ph-desk");
    world_.Run();
    EXPECT_THAT(late->Deliveries(), SizeIs(1)) << region->name();
    EXPECT_THAT(late->Notices(), IsEmpty()) << "it never had the forged one";
  }
}

TEST_F(KeyRevocationScenario, AnEarlierTimeOfCompromiseFlagsMoreAndALaterOneChangesNothing) {
  auto kampala = east().Attach("ug-desk");
  const absl::Time before = world_.sim().clock().Now();
  world_.Run(absl::Minutes(1));
  ASSERT_TRUE(Issue(1).ok());
  world_.Run(absl::Minutes(1));
  const absl::Time between = world_.sim().clock().Now();
  ASSERT_TRUE(Issue(2).ok());
  ASSERT_TRUE(Revoke(between).ok());
  EXPECT_THAT(kampala->Notices(), SizeIs(1));
  east().ConfirmRecalls(*kampala);
  const auto earlier = Revoke(before);
  ASSERT_TRUE(earlier.ok());
  const auto later = Revoke(between);
  ASSERT_TRUE(later.ok());
  EXPECT_EQ(later->compromised_at().seconds(), earlier->compromised_at().seconds());
  EXPECT_FALSE(east().Read(east().Desk("ug-desk"), publisher(), 1).ok());
}

TEST_F(KeyRevocationScenario, ARestartGoesOnWithWhatWasNotFlagged) {
  auto kampala = east().Attach("ug-desk");
  const absl::Time compromised = world_.sim().clock().Now();
  ASSERT_TRUE(Issue(1).ok());
  ASSERT_TRUE(Revoke(compromised).ok());
  east().Crash();
  world_.Run();
  east().Start();
  world_.Run(absl::Seconds(10));
  auto again = east().Attach("ug-desk");
  world_.Run();
  EXPECT_THAT(again->Notices(), SizeIs(1)) << "told until it confirms, and once";
}

TEST_F(KeyRevocationScenario, TheOfficerSeesWhoMayHaveAnAlertAndWhatSomebodyMayHave) {
  auto kampala = east().Attach("ug-desk");
  auto bangkok = south().Attach("th-desk");
  ASSERT_TRUE(Issue(1).ok());
  ASSERT_TRUE(Issue(2).ok());

  const auto here = HoldersIn(east(), 1);
  EXPECT_EQ(here.at(east().MemberId("ug-desk")), v1::DISCLOSURE_CERTAINTY_ALLOWED);
  EXPECT_EQ(here.at(kSouth), v1::DISCLOSURE_CERTAINTY_ALLOWED);
  EXPECT_THAT(here, Not(Contains(Key(south().MemberId("th-desk"))))) << "its own region knows";
  EXPECT_THAT(HoldersIn(south(), 1), Contains(Key(south().MemberId("th-desk"))));
  EXPECT_THAT(HoldersIn(south(), 1), Not(Contains(Key(south().MemberId("ph-desk")))));

  v1::ReportHolderDisclosuresRequest request;
  request.set_holder(kSouth);
  const auto report = east().flow().disclosure_report().OfHolder(request);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(report->statements(), SizeIs(2));
  EXPECT_THAT(report->statements(0).disclosed_to(), SizeIs(1)) << "of this holder alone";
  request.set_holder(east().MemberId("nobody"));
  EXPECT_THAT(east().flow().disclosure_report().OfHolder(request)->statements(), IsEmpty());
  request.set_holder("not a holder");
  EXPECT_EQ(ReasonOf(east().flow().disclosure_report().OfHolder(request).status()),
            v1::ERROR_REASON_REQUEST_INVALID);
}

TEST_F(KeyRevocationScenario, AProcessingRecordNamesWhoSendsWhoReceivesAndUnderWhatRules) {
  const auto record = east().flow().GetProcessingRecord("east-to-south");
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_THAT(record->senders(), ElementsAre(publisher(), east().MemberId("ug-desk")));
  EXPECT_THAT(record->recipients_abroad(),
              ElementsAre(south().MemberId("ph-desk"), south().MemberId("th-desk")));
  EXPECT_FALSE(record->gate().policy_version().empty());
  EXPECT_EQ(ReasonOf(east().flow().GetProcessingRecord("another").status()),
            v1::ERROR_REASON_NOT_FOUND);
}

}  // namespace
}  // namespace corridor
