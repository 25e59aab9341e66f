// What operators and the data-protection office do about what crosses: links paused, asked
// again and reconciled after a restore, agreements tried out, alerts withheld and held.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "core/crypto/statement_proof.h"
#include "core/model/errors.h"
#include "server/audit/audit_log.h"
#include "server/broker/agreement_simulation.h"
#include "server/broker/backfill_source.h"
#include "server/catalog/policy_archive.h"
#include "tests/scenarios/region_world.h"

namespace corridor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class FederationScenario : public TwoLinkedRegions {
 protected:
  void AgreeBothWays() {
    for (TestRegion* region : {&east(), &south()}) {
      region->Agree("east-to-south", kEast, kSouth);
      region->Agree("south-to-east", kSouth, kEast);
    }
    world_.Run();
  }

  v1::Receipt Publish(TestRegion& region, std::string_view agency, const v1::StatementBody& body,
                      const v1::StatementRouting& routing = RoutingToAll()) {
    auto receipt = region.Publish(agency, body, routing);
    EXPECT_TRUE(receipt.ok()) << receipt.status();
    world_.Run();
    return receipt.value_or(v1::Receipt());
  }
  v1::Receipt Issue(uint64_t number) {
    return Publish(east(), "ke-desk", ExampleIssue(publisher(), number, number));
  }
  v1::Receipt Recall(uint64_t number) {
    return Publish(east(), "ke-desk", ExampleRecall(publisher(), number, 2, 100 + number),
                   NoRouting());
  }
  absl::StatusOr<v1::LinkStatus> SetPaused(bool paused) {
    return world_.Await<absl::StatusOr<v1::LinkStatus>>([&](auto done) {
      south().flow().OnLinks([&, done = std::move(done)](LinkAdministration& links) mutable {
        links.SetPaused(south().Operator(), kEast, paused, std::move(done));
      });
    });
  }
  absl::StatusOr<v1::Quarantine> Quarantine(TestRegion& region, uint64_t number, bool lift) {
    v1::QuarantineAlertRequest request;
    request.set_publisher(publisher());
    request.set_alert_id(ExampleAlertId(number));
    request.set_lift(lift);
    return world_.Await<absl::StatusOr<v1::Quarantine>>([&](auto done) {
      region.flow().protection_desk().Quarantine(region.Operator(), request, std::move(done));
    });
  }
  absl::StatusOr<v1::LegalHold> Hold(TestRegion& region, uint64_t number, bool lift) {
    v1::SetLegalHoldRequest request;
    request.set_publisher(publisher());
    request.set_alert_id(ExampleAlertId(number));
    request.set_lift(lift);
    auto hold = world_.Await<absl::StatusOr<v1::LegalHold>>([&](auto done) {
      region.flow().protection_desk().SetLegalHold(region.Operator(), request, std::move(done));
    });
    world_.Run();
    return hold;
  }
};

TEST_F(FederationScenario, APausedLinkStandsStillAcrossARestartAndGoesOn) {
  AgreeBothWays();
  const auto paused = SetPaused(true);
  ASSERT_TRUE(paused.ok()) << paused.status();
  EXPECT_EQ(paused->lanes(0).state(), v1::LINK_STATE_PAUSED);
  Issue(1);
  south().Crash();
  south().Start();
  world_.Run(absl::Minutes(1));
  EXPECT_EQ(south().flow().journal().head(), 0u);
  EXPECT_EQ(south().LinkTo(kEast).lanes(0).state(), v1::LINK_STATE_PAUSED);
  EXPECT_THAT(east().LinkTo(kSouth).lanes(0).detail(), HasSubstr("paused"));

  ASSERT_TRUE(SetPaused(false).ok());
  world_.Run(absl::Minutes(1));
  EXPECT_EQ(south().flow().journal().head(), 1u);
  EXPECT_EQ(ReasonOf(world_
                         .Await<absl::StatusOr<v1::LinkStatus>>([&](auto done) {
                           south().flow().OnLinks(
                               [&, done = std::move(done)](LinkAdministration& links) mutable {
                                 links.SetPaused(south().Operator(), "nobody.example", true,
                                                 std::move(done));
                               });
                         })
                         .status()),
            v1::ERROR_REASON_NOT_FOUND);
}

TEST_F(FederationScenario, LagIsWhatThePeerMayHaveAndHasNotLinkUpOrDown) {
  AgreeBothWays();
  Issue(1);
  const auto routine = [&] { return east().LinkTo(kSouth).lanes(1); };
  ASSERT_EQ(routine().lane(), v1::LANE_ROUTINE);
  EXPECT_EQ(routine().lag_records(), 0u);
  world_.Partition();
  Issue(2);
  Publish(east(), "ke-desk", ExampleIssue(publisher(), 3, 3),
          RoutingToMembers({east().MemberId("ug-desk")}));
  world_.Run(absl::Seconds(60));
  EXPECT_EQ(routine().lag_records(), 1u) << "the other is not for that region";
  EXPECT_GE(routine().lag_ms(), 60'000);
  ASSERT_THAT(routine().withheld_by_rule(), SizeIs(1));
  EXPECT_EQ(routine().withheld_by_rule(0).rule(), "audience/not-addressed");

  east().Crash();
  east().Start();
  world_.Run(absl::Seconds(10));
  EXPECT_EQ(routine().lag_records(), 1u) << "before the link was ever up";
  world_.Heal();
  world_.Run(absl::Minutes(2));
  EXPECT_EQ(routine().lag_records(), 0u);
  EXPECT_TRUE(routine().has_canary_time());
}

TEST_F(FederationScenario, WhatWasRefusedIsListedAndComesWhenAskedAgain) {
  east().Agree("east-to-south", kEast, kSouth);
  Issue(1);
  EXPECT_EQ(south().flow().journal().head(), 0u);
  v1::ListRefusedRecordsRequest list;
  list.set_peer_region(kEast);
  const auto refused = south().flow().link_administration().ListRefused(list);
  ASSERT_TRUE(refused.ok()) << refused.status();
  ASSERT_THAT(refused->records(), SizeIs(1));
  EXPECT_EQ(refused->records(0).reason(), v1::ERROR_REASON_POLICY_DENIED);
  EXPECT_EQ(refused->records(0).position().offset(), 1u);

  v1::Agreement agreement;
  agreement.set_agreement_id("east-to-south");
  agreement.set_title("Example agreement that reaches back");
  agreement.mutable_from()->set_region(kEast);
  agreement.mutable_to()->set_region(kSouth);
  agreement.set_tlp_max(v1::TLP_AMBER);
  agreement.set_use(v1::USE_PURPOSE_COUNTER_TRAFFICKING);
  agreement.mutable_applies_from()->set_seconds(1);
  ASSERT_TRUE(world_
                  .Await<absl::StatusOr<v1::Agreement>>([&](auto done) {
                    south().flow().catalog().CreateAgreement(south().Operator(), agreement,
                                                             std::move(done));
                  })
                  .ok());
  const auto report = south().AskAgain(kEast, v1::LANE_ROUTINE, {1});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->complete());
  EXPECT_EQ(report->added(), 1u);
  EXPECT_EQ(south().flow().journal().head(), 1u);
  EXPECT_THAT(south().flow().link_administration().ListRefused(list)->records(), IsEmpty());
  EXPECT_EQ(south().AskAgain(kEast, v1::LANE_ROUTINE, {})->known(), 1u) << "and not twice";
}

TEST_F(FederationScenario, AnAskThatComesBeforeTheLaneIsUpIsAnsweredOnceItIs) {
  AgreeBothWays();
  Issue(1);
  Region& region = east().flow();
  DisclosureLedger disclosures(east().store(), region.journal(), AuditLog::Part(),
                               {.actor = east().Operator().spiffe_id,
                                .region = kEast,
                                .epoch = region.journal().epoch(),
                                .keep_facts = PolicyArchive::KeepPart});
  PeerInterests interests(
      {.store = east().store(),
       .journal = region.journal(),
       .on_damage = [](const absl::Status& status) { ADD_FAILURE() << status; }});
  std::vector<v1::LinkFrame> sent;
  BackfillSource source({.region = kEast,
                         .store = east().store(),
                         .journal = region.journal(),
                         .catalog = region.catalog(),
                         .disclosures = disclosures,
                         .recalls = region.recall_ledger(),
                         .interests = interests,
                         .flow = world_.sim(),
                         .clock = world_.sim().clock(),
                         .send =
                             [&](const std::string&, v1::Lane, v1::LinkFrame frame) {
                               sent.push_back(std::move(frame));
                               return true;
                             },
                         .on_damage = [](const absl::Status& status) { ADD_FAILURE() << status; }});
  v1::LinkAsk ask;
  ask.set_ask_id(7);
  ask.set_snapshot_through(1);
  source.OnAsk(kSouth, ask);
  world_.Run();
  EXPECT_THAT(sent, IsEmpty());

  source.OnUp(kSouth);
  world_.Run();
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(sent[0].backfill().ask_id(), 7u);
  EXPECT_THAT(sent[0].backfill().records(), SizeIs(1));
  east().Crash();
}

TEST_F(FederationScenario, AnAgreementThatReachesBackBringsWhatWasPassedBy) {
  Issue(1);
  v1::Agreement agreement;
  agreement.set_agreement_id("east-to-south");
  agreement.set_title("Example agreement that reaches back");
  agreement.mutable_from()->set_region(kEast);
  agreement.mutable_to()->set_region(kSouth);
  agreement.set_tlp_max(v1::TLP_AMBER);
  agreement.set_use(v1::USE_PURPOSE_COUNTER_TRAFFICKING);
  agreement.mutable_applies_from()->set_seconds(1);
  for (TestRegion* region : {&south(), &east()}) {
    ASSERT_TRUE(world_
                    .Await<absl::StatusOr<v1::Agreement>>([&](auto done) {
                      region->flow().catalog().CreateAgreement(region->Operator(), agreement,
                                                               std::move(done));
                    })
                    .ok());
  }
  world_.Run(absl::Minutes(1));
  EXPECT_EQ(south().flow().journal().head(), 1u);
}

TEST_F(FederationScenario, ARestoredBrokerServesOnceItsPeersHaveGivenBackWhatItLacks) {
  AgreeBothWays();
  auto bangkok = south().Attach("th-desk");
  Issue(1);
  Issue(2);
  const auto backup = east().Backup();
  const v1::Receipt third = Issue(3);
  Recall(1);
  Publish(south(), "th-desk", ExampleIssue(south().MemberId("th-desk"), 9, 9));
  ASSERT_THAT(bangkok->Deliveries(), SizeIs(4));
  south().Acknowledge(*bangkok, bangkok->Deliveries());

  east().RestoreAndStart(backup);
  world_.Run(absl::Minutes(1));
  EXPECT_EQ(
      ReasonOf(east().Publish("ke-desk", ExampleIssue(publisher(), 4, 4), RoutingToAll()).status()),
      v1::ERROR_REASON_NOT_READY);
  EXPECT_EQ(ReasonOf(east().Read(east().Desk("ke-desk"), publisher(), 1).status()),
            v1::ERROR_REASON_NOT_READY);
  EXPECT_EQ(south().LinkTo(kEast).lanes(0).state(), v1::LINK_STATE_REINCARNATED);

  const auto finding = south().Reconcile(kEast, /*confirm=*/false);
  ASSERT_TRUE(finding.ok()) << finding.status();
  EXPECT_FALSE(finding->confirmed());
  EXPECT_THAT(finding->finding(), HasSubstr("another one"));
  ASSERT_TRUE(south().Reconcile(kEast, /*confirm=*/true).ok());
  world_.Run(absl::Minutes(1));

  EXPECT_EQ(east().LinkTo(kSouth).lanes(0).state(), v1::LINK_STATE_UP);
  const auto again = east().Read(east().Desk("ke-desk"), publisher(), 3);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(ToString(ReaderDigest(again->current().statement())), third.digest());
  const auto recalled = east().Read(east().Desk("ke-desk"), publisher(), 1);
  ASSERT_TRUE(recalled.ok()) << recalled.status();
  EXPECT_EQ(recalled->state(), v1::ALERT_STATE_RECALLED);
  EXPECT_TRUE((*east().flow().journal().At(v1::LANE_ROUTINE, 1))->erased);
  EXPECT_TRUE(east().Read(east().Desk("ke-desk"), south().MemberId("th-desk"), 9).ok());
  Issue(4);
  EXPECT_EQ(bangkok->Deliveries().size(), 5u) << "nothing twice";
}

// What the copy has and the peer had not got yet carries positions of the old incarnation.
TEST_F(FederationScenario, ARestoredBrokerSendsOnWhatItsPeerNeverHad) {
  AgreeBothWays();
  Issue(1);
  world_.Partition();
  Issue(2);
  Issue(3);
  const auto backup = east().Backup();
  Issue(4);
  east().RestoreAndStart(backup);
  world_.Heal();
  world_.Run(absl::Minutes(1));
  ASSERT_TRUE(south().Reconcile(kEast, /*confirm=*/true).ok());
  world_.Run(absl::Minutes(1));

  EXPECT_EQ(south().LinkTo(kEast).lanes(0).state(), v1::LINK_STATE_UP);
  EXPECT_EQ(south().flow().journal().head(), 3u);
  EXPECT_TRUE(south().Read(south().Desk("th-desk"), publisher(), 3).ok());
  Issue(5);
  EXPECT_EQ(south().flow().journal().head(), 4u) << "and it goes on under the new epoch";
}

// The copy does not know of the disclosure; the mark with which the peer greets does.
TEST_F(FederationScenario, ARecallAfterARestoreReachesWhoGotTheContentSinceTheCopy) {
  AgreeBothWays();
  world_.Partition();
  Issue(1);
  const auto backup = east().Backup();
  world_.Heal();
  world_.Run(absl::Minutes(1));
  ASSERT_EQ(south().flow().journal().head(), 1u);
  east().RestoreAndStart(backup);
  world_.Run(absl::Minutes(1));
  ASSERT_TRUE(south().Reconcile(kEast, /*confirm=*/true).ok());
  world_.Run(absl::Minutes(1));

  const auto holders = east().HoldersOf(Recall(1));
  ASSERT_TRUE(holders.contains(kSouth));
  EXPECT_EQ(holders.at(kSouth).outcome(), v1::RECALL_OUTCOME_ERASED);
  EXPECT_TRUE((*south().flow().journal().At(v1::LANE_ROUTINE, 1))->erased);
}

// The recall is of a time after the copy: the copy's content opens with no key of now.
TEST_F(FederationScenario, ACopyMadeBeforeARecallCannotBeRead) {
  Issue(1);
  const auto backup = east().Backup();
  Recall(1);
  world_.Run(absl::Minutes(1));
  east().RestoreAndStart(backup);
  const auto record = east().flow().journal().At(v1::LANE_ROUTINE, 1);
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_TRUE((*record)->erased);
}

// Also where the keys were restored: what was recalled is remembered outside of both copies.
TEST_F(FederationScenario, WhatWasRecalledSinceACopyIsNotServedAfterItsRestore) {
  Issue(1);
  Issue(2);
  const auto backup = east().Backup();
  const auto keys = east().BackupOfKeys();
  Recall(1);
  world_.Run(absl::Minutes(1));
  east().RestoreAndStart(backup, keys);
  ASSERT_TRUE(east().Reconcile(kSouth, /*confirm=*/true, /*without_peer=*/true).ok());
  world_.Run(absl::Minutes(1));
  const auto recalled = east().Read(east().Desk("ug-desk"), publisher(), 1);
  EXPECT_FALSE(recalled.ok() && recalled->has_current());
  EXPECT_TRUE((*east().flow().journal().At(v1::LANE_ROUTINE, 1))->erased);
  const auto other = east().Read(east().Desk("ug-desk"), publisher(), 2);
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_TRUE(other->has_current());
}

TEST_F(FederationScenario, AWipedBrokerGetsItsOwnBack) {
  AgreeBothWays();
  Issue(1);
  Recall(1);
  Issue(2);
  const auto theirs = south().flow().journal().head();
  // What operators manage was put back by hand.
  std::vector<KeyValue> catalog = east().Backup();
  std::erase_if(catalog, [](const KeyValue& pair) { return !pair.key.starts_with("c/"); });
  east().RestoreAndStart(catalog);
  world_.Run(absl::Minutes(1));
  EXPECT_EQ(east().LinkTo(kSouth).lanes(0).state(), v1::LINK_STATE_REINCARNATED);
  ASSERT_TRUE(south().Reconcile(kEast, true).ok());
  world_.Run(absl::Minutes(1));
  const auto report = east().Reconcile(kSouth, true);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->returned().added(), 2u) << "the recall, and what was not recalled";
  world_.Run(absl::Minutes(1));
  EXPECT_EQ(south().flow().journal().head(), theirs) << "nothing twice";
  const auto head = east().flow().journal().AlertHeadOf(publisher(), ExampleAlertId(1));
  ASSERT_TRUE(head.ok() && head->has_value());
  EXPECT_EQ((*head)->state, v1::ALERT_STATE_RECALLED);
}

TEST_F(FederationScenario, APeerThatNeverComesBackIsGivenUp) {
  AgreeBothWays();
  Issue(1);
  const auto backup = east().Backup();
  Issue(2);
  south().Crash();
  east().RestoreAndStart(backup);
  world_.Run(absl::Minutes(1));
  EXPECT_EQ(ReasonOf(east().Read(east().Desk("ke-desk"), publisher(), 1).status()),
            v1::ERROR_REASON_NOT_READY);
  const auto given_up = east().Reconcile(kSouth, true, /*without_peer=*/true);
  ASSERT_TRUE(given_up.ok()) << given_up.status();
  EXPECT_TRUE(east().Read(east().Desk("ke-desk"), publisher(), 1).ok());
  east().Crash();
  east().Start();
  EXPECT_TRUE(east().Read(east().Desk("ke-desk"), publisher(), 1).ok()) << "and it stays so";
}

TEST_F(FederationScenario, AQuarantinedAlertIsServedToNobodyHereUntilItIsLifted) {
  AgreeBothWays();
  Issue(1);
  ASSERT_TRUE(Quarantine(south(), 1, /*lift=*/false).ok());
  auto bangkok = south().Attach("th-desk");
  EXPECT_THAT(bangkok->Deliveries(), IsEmpty());
  const auto read = south().Read(south().Desk("th-desk"), publisher(), 1);
  EXPECT_TRUE(!read.ok() || !read->has_current());
  EXPECT_TRUE(east().Read(east().Desk("ug-desk"), publisher(), 1)->has_current()) << "there it is";
  const auto listed = south().flow().protection_desk().ListQuarantines({});
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_THAT(listed->quarantines(), SizeIs(1));
  EXPECT_TRUE(listed->quarantines(0).active());

  ASSERT_TRUE(Quarantine(south(), 1, /*lift=*/true).ok());
  EXPECT_TRUE(south().Read(south().Desk("th-desk"), publisher(), 1)->has_current());
  EXPECT_EQ(ReasonOf(Quarantine(south(), 77, false).status()), v1::ERROR_REASON_NOT_FOUND);
}

TEST_F(FederationScenario, ASightingOfPersonalDataIsSeenByTheOfficeOfEachRegion) {
  AgreeBothWays();
  Issue(1);
  v1::StatementBody sighting = ExampleSighting(south().MemberId("th-desk"), publisher(), 1);
  sighting.mutable_sighting()->set_kind(v1::SIGHTING_KIND_PERSONAL_DATA_SUSPECTED);
  Publish(south(), "th-desk", sighting, RoutingToMembers({publisher()}));
  for (TestRegion* region : {&east(), &south()}) {
    const auto listed = region->flow().protection_desk().ListQuarantines({});
    ASSERT_TRUE(listed.ok()) << listed.status();
    ASSERT_THAT(listed->quarantines(), SizeIs(1)) << region->name();
    EXPECT_EQ(listed->quarantines(0).suspicions(), 1u);
    EXPECT_FALSE(listed->quarantines(0).active());
  }
}

TEST_F(FederationScenario, ALegalHoldKeepsWhatARecallWouldEraseAndLettingGoErasesIt) {
  AgreeBothWays();
  Issue(1);
  ASSERT_TRUE(Hold(south(), 1, /*lift=*/false).ok());
  const v1::Receipt recall = Recall(1);
  world_.Run(absl::Minutes(1));
  EXPECT_EQ(east().HoldersOf(recall).at(kSouth).outcome(), v1::RECALL_OUTCOME_RETAINED_UNDER_HOLD);
  south().Crash();  // What is in memory is gone.
  south().Start();
  EXPECT_FALSE((*south().flow().journal().At(v1::LANE_ROUTINE, 1))->erased);
  EXPECT_THAT(south().flow().protection_desk().ListLegalHolds({})->holds(), SizeIs(1));
  ASSERT_TRUE(Hold(south(), 1, /*lift=*/true).ok());
  world_.Run(absl::Minutes(1));
  EXPECT_EQ(east().HoldersOf(recall).at(kSouth).outcome(), v1::RECALL_OUTCOME_ERASED);
  EXPECT_TRUE((*south().flow().journal().At(v1::LANE_ROUTINE, 1))->erased);

  const auto recalls = east().flow().protection_desk().ListRecalls({});
  ASSERT_TRUE(recalls.ok()) << recalls.status();
  ASSERT_THAT(recalls->recalls(), SizeIs(1));
  EXPECT_EQ(recalls->recalls(0).alert_id(), ExampleAlertId(1));
  v1::ListRecallsRequest overdue;
  overdue.set_overdue_only(true);
  EXPECT_THAT(east().flow().protection_desk().ListRecalls(overdue)->recalls(), IsEmpty());
}

TEST_F(FederationScenario, ADraftSaysWhatItWouldChangeBeforeItIsRegistered) {
  AgreeBothWays();
  Issue(1);
  Issue(2);
  v1::SimulateAgreementRequest request;
  request.mutable_agreement()->set_agreement_id("east-to-south");
  request.set_without(true);
  auto result = world_.Await<absl::StatusOr<v1::SimulateAgreementResponse>>(
      [&](auto done) { east().flow().SimulateAgreement(request, std::move(done)); });
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->examined(), 2u);
  EXPECT_EQ(result->stopped(), 2u);
  EXPECT_EQ(result->started(), 0u);
  EXPECT_THAT(result->changes(0).stops(), ElementsAre(kSouth, south().MemberId("th-desk")));
  request.mutable_agreement()->set_agreement_id("none");
  result = world_.Await<absl::StatusOr<v1::SimulateAgreementResponse>>(
      [&](auto done) { east().flow().SimulateAgreement(request, std::move(done)); });
  EXPECT_EQ(ReasonOf(result.status()), v1::ERROR_REASON_NOT_FOUND);
}

TEST_F(FederationScenario, EachRecipientIsExplainedBeforeAndAfter) {
  AgreeBothWays();
  const auto explain = [&](TestRegion& region, const v1::Receipt& receipt) {
    v1::DeliveryReportRequest request;
    request.set_publisher(publisher());
    request.set_statement_id(receipt.statement_id());
    auto report = world_.Await<absl::StatusOr<v1::DeliveryReport>>(
        [&](auto done) { region.flow().Explain(request, std::move(done)); });
    EXPECT_TRUE(report.ok()) << report.status();
    std::map<std::string, v1::RecipientReport> by_holder;
    if (!report.ok()) return by_holder;
    for (const v1::RecipientReport& one : report->recipients()) {
      by_holder[one.member().empty() ? one.region() : one.member()] = one;
    }
    return by_holder;
  };
  const std::string bangkok_desk = south().MemberId("th-desk");
  const std::string kampala_desk = east().MemberId("ug-desk");

  const v1::Receipt first =
      Publish(east(), "ke-desk", ExampleIssue(publisher(), 1, 1), RoutingToMembers({bangkok_desk}));
  auto reports = explain(east(), first);
  EXPECT_EQ(reports.at(kSouth).state(), v1::RECIPIENT_STATE_PERSISTED);
  EXPECT_EQ(reports.at(kSouth).rule(), "agreement/east-to-south");
  EXPECT_EQ(reports.at(kampala_desk).state(), v1::RECIPIENT_STATE_WITHHELD);
  EXPECT_EQ(reports.at(kampala_desk).rule(), "audience/not-addressed");
  EXPECT_EQ(reports.at(bangkok_desk).state(), v1::RECIPIENT_STATE_NO_SUBSCRIPTION)
      << "as its own region says";

  auto bangkok = south().Attach("th-desk");
  EXPECT_EQ(explain(east(), first).at(bangkok_desk).state(), v1::RECIPIENT_STATE_QUEUED);
  south().Acknowledge(*bangkok, bangkok->Deliveries());
  EXPECT_EQ(explain(east(), first).at(bangkok_desk).state(), v1::RECIPIENT_STATE_DELIVERED);

  world_.Partition();
  Issue(2);
  const v1::Receipt third = Issue(3);
  reports = explain(east(), third);
  EXPECT_EQ(reports.at(kSouth).state(), v1::RECIPIENT_STATE_QUEUED);
  EXPECT_EQ(reports.at(kSouth).queued_behind(), 1u);
  EXPECT_EQ(reports.at(bangkok_desk).state(), v1::RECIPIENT_STATE_QUEUED);
  EXPECT_EQ(explain(east(), first).at(bangkok_desk).state(), v1::RECIPIENT_STATE_PERSISTED)
      << "more cannot be told now";
  world_.Heal();
  world_.Run(absl::Minutes(1));

  Recall(1);
  reports = explain(east(), first);
  EXPECT_EQ(reports.at(kSouth).state(), v1::RECIPIENT_STATE_RECALLED);
  EXPECT_EQ(reports.at(kSouth).recall_outcome(), v1::RECALL_OUTCOME_ERASED);
  EXPECT_EQ(reports.at(bangkok_desk).recall_outcome(), v1::RECALL_OUTCOME_UNSPECIFIED);
  south().ConfirmRecalls(*bangkok);
  EXPECT_EQ(explain(east(), first).at(bangkok_desk).recall_outcome(), v1::RECALL_OUTCOME_ERASED);
}

TEST_F(FederationScenario, ARefusalOfAPeerIsExplained) {
  east().Agree("east-to-south", kEast, kSouth);
  const v1::Receipt refused = Issue(1);
  v1::DeliveryReportRequest request;
  request.set_publisher(publisher());
  request.set_statement_id(refused.statement_id());
  request.set_recipient(kSouth);
  auto report = world_.Await<absl::StatusOr<v1::DeliveryReport>>(
      [&](auto done) { east().flow().Explain(request, std::move(done)); });
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_THAT(report->recipients(), SizeIs(1));
  EXPECT_EQ(report->recipients(0).state(), v1::RECIPIENT_STATE_REFUSED);
  EXPECT_EQ(report->recipients(0).refusal(), v1::ERROR_REASON_POLICY_DENIED);

  request.set_statement_id(std::string(16, 'x'));
  report = world_.Await<absl::StatusOr<v1::DeliveryReport>>(
      [&](auto done) { east().flow().Explain(request, std::move(done)); });
  EXPECT_EQ(ReasonOf(report.status()), v1::ERROR_REASON_NOT_FOUND);
}

}  // namespace
}  // namespace corridor
