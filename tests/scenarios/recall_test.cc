// An alert is taken back: from every region and every principal that may have it, by
// whatever way it got it, across cuts and crashes; each confirms or is named; and nobody
// who never had it learns that it existed.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "core/crypto/statement_proof.h"
#include "core/model/errors.h"
#include "server/journal/refusals.h"
#include "tests/scenarios/region_world.h"

namespace corridor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kEast[] = "east-africa.example";
constexpr char kSouth[] = "south-east-asia.example";
constexpr char kThird[] = "third.example";

class RecallScenario : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::vector<std::string> names = {kEast, kSouth, kThird};
    for (const std::string& name : names) {
      std::vector<std::string> peers;
      for (const std::string& peer : names) {
        if (peer != name) peers.push_back(peer);
      }
      world_.Add(name, peers);
    }
    for (const std::string& name : names) world_.at(name).Start();
    east().AddMember("ke-desk", "KEN");
    east().AddMember("ug-desk", "UGA");
    south().AddMember("th-desk", "THA");
    south().AddMember("ph-desk", "PHL");
    third().AddMember("x-desk", "MYS");
    for (const std::string& name : names) world_.at(name).Agree("within", name, name);
    for (TestRegion* region : {&east(), &south()}) region->Agree("east-to-south", kEast, kSouth);
    for (TestRegion* region : {&east(), &third()}) region->Agree("east-to-third", kEast, kThird);
    world_.Run(absl::Seconds(10));
  }

  TestRegion& east() { return world_.at(kEast); }
  TestRegion& south() { return world_.at(kSouth); }
  TestRegion& third() { return world_.at(kThird); }
  std::string publisher() { return east().MemberId("ke-desk"); }

  v1::Receipt Publish(const v1::StatementBody& body, const v1::StatementRouting& routing) {
    auto receipt = east().Publish("ke-desk", body, routing);
    EXPECT_TRUE(receipt.ok()) << receipt.status();
    world_.Run();
    return receipt.value_or(v1::Receipt());
  }
  v1::Receipt Issue(const v1::StatementRouting& routing = RoutingToAll()) {
    return Publish(ExampleIssue(publisher(), 1, 1), routing);
  }
  v1::Receipt Recall(uint32_t revision = 2) {
    return Publish(ExampleRecall(publisher(), 1, revision, 40), NoRouting());
  }

  void EndAgreement(const std::string& id, TestRegion& peer) {
    EndAgreementIn({&east(), &peer}, id);
  }
  void EndAgreementIn(const std::vector<TestRegion*>& regions, const std::string& id) {
    v1::EndAgreementRequest end;
    end.set_agreement_id(id);
    for (TestRegion* region : regions) {
      ASSERT_TRUE(world_
                      .Await<absl::StatusOr<v1::Agreement>>([&](auto done) {
                        region->flow().catalog().EndAgreement(region->Operator(), end,
                                                              std::move(done));
                      })
                      .ok());
    }
    world_.Run();
  }

  void SetState(TestRegion& region, const std::string& agency, v1::MemberState state) {
    auto member = region.flow().catalog().GetMember(region.MemberId(agency));
    ASSERT_TRUE(member.ok()) << member.status();
    member->set_state(state);
    ASSERT_TRUE(world_
                    .Await<absl::StatusOr<v1::Member>>([&](auto done) {
                      region.flow().catalog().UpdateMember(region.Operator(), *member,
                                                           std::move(done));
                    })
                    .ok());
    world_.Run(absl::Seconds(1));
  }

  RegionWorld world_;
};

TEST_F(RecallScenario, EveryHolderIsToldFirstThingAndConfirms) {
  auto kampala = east().Attach("ug-desk");
  auto bangkok = south().Attach("th-desk");
  const v1::Receipt issued = Issue();
  ASSERT_THAT(bangkok->Deliveries(), SizeIs(1));
  const v1::Receipt recall = Recall();

  ASSERT_THAT(bangkok->Notices(), SizeIs(1));
  const v1::RecallNotice notice = bangkok->Notices()[0];
  EXPECT_EQ(notice.cause(), v1::RECALL_CAUSE_RECALL);
  EXPECT_EQ(notice.publisher(), publisher());
  EXPECT_EQ(notice.alert_id(), ExampleAlertId(1));
  EXPECT_THAT(notice.statement_ids(), ElementsAre(issued.statement_id()));
  EXPECT_EQ(ToString(ReaderDigest(notice.recall().statement())), recall.digest());
  EXPECT_THAT(bangkok->Deliveries(), SizeIs(1)) << "a recall is no delivery";
  EXPECT_THAT(kampala->Notices(), SizeIs(1));

  auto holders = east().HoldersOf(recall);
  EXPECT_EQ(holders.at(kSouth).outcome(), v1::RECALL_OUTCOME_ERASED) << "its broker";
  EXPECT_EQ(holders.at(south().MemberId("th-desk")).outcome(), v1::RECALL_OUTCOME_UNSPECIFIED);
  EXPECT_FALSE(holders.contains(south().MemberId("ph-desk"))) << "it never had it";

  south().ConfirmRecalls(*bangkok);
  east().ConfirmRecalls(*kampala);
  holders = east().HoldersOf(recall);
  EXPECT_EQ(holders.at(south().MemberId("th-desk")).outcome(), v1::RECALL_OUTCOME_ERASED);
  EXPECT_EQ(holders.at(south().MemberId("th-desk")).region(), kSouth);
  EXPECT_EQ(holders.at(east().MemberId("ug-desk")).outcome(), v1::RECALL_OUTCOME_ERASED);
}

// The blocks of the ledger hold records of both regions; each sends only its own.
TEST_F(RecallScenario, TheOriginIsNoHolderInTheEyesOfAPeerThatSendsToIt) {
  for (TestRegion* region : {&east(), &south()}) region->Agree("south-to-east", kSouth, kEast);
  world_.Run();
  const std::string bangkok = south().MemberId("th-desk");
  ASSERT_TRUE(south().Publish("th-desk", ExampleIssue(bangkok, 9, 9), RoutingToAll()).ok());
  world_.Run();
  ASSERT_EQ(east().flow().journal().head(), 1u);
  Issue();
  const auto holders = east().HoldersOf(Recall());
  EXPECT_TRUE(holders.contains(kSouth));
  EXPECT_FALSE(holders.contains(kEast));
}

TEST_F(RecallScenario, TheContentIsUnreadableInBothRegions) {
  auto bangkok = south().Attach("th-desk");
  Issue();
  Recall();
  for (const char* name : {kEast, kSouth}) {
    TestRegion& region = world_.at(name);
    const auto record = region.flow().journal().At(v1::LANE_ROUTINE, 1);
    ASSERT_TRUE(record.ok()) << record.status();
    EXPECT_TRUE((*record)->erased) << name;
  }
  const auto alert = south().Read(south().Desk("th-desk"), publisher(), 1);
  ASSERT_TRUE(alert.ok()) << "who was told sees what became of it";
  EXPECT_EQ(alert->state(), v1::ALERT_STATE_RECALLED);
  EXPECT_FALSE(alert->has_current());
  EXPECT_TRUE(absl::IsNotFound(south().Read(south().Desk("ph-desk"), publisher(), 1).status()))
      << "for who never had it, it never was";
  EXPECT_TRUE(east().Read(east().Desk("ke-desk"), publisher(), 1).ok());
}

TEST_F(RecallScenario, WhoIsAwayIsToldAtItsNextContactWhateverItsFilter) {
  auto bangkok = south().Attach("th-desk");
  Issue();
  south().flow().sessions().OnClosed(bangkok->id);
  world_.Run();
  Recall();
  auto again = south().Attach("th-desk", /*messages=*/0);
  ASSERT_THAT(again->Notices(), SizeIs(1));
  EXPECT_TRUE(again->responses[0].has_started());
  EXPECT_TRUE(again->responses[1].has_recall_notices()) << "before anything else";
  south().ConfirmRecalls(*again);
  auto third_time = south().Attach("th-desk");
  EXPECT_THAT(third_time->Notices(), IsEmpty());
}

TEST_F(RecallScenario, WhoOnlyReadByACallIsToldToo) {
  Issue();
  ASSERT_TRUE(south().Read(south().Desk("ph-desk"), publisher(), 1).ok());
  const v1::Receipt recall = Recall();
  EXPECT_TRUE(east().HoldersOf(recall).contains(south().MemberId("ph-desk")));
  const Principal manila = south().Desk("ph-desk");
  EXPECT_EQ(south().flow().recalls().CountFor(manila), 1u);
  const auto page = south().flow().recalls().List(manila, {});
  ASSERT_TRUE(page.ok());
  ASSERT_THAT(page->notices(), SizeIs(1));
}

// Each of a member's machines has its own copy: the member has erased when all have.
TEST_F(RecallScenario, AMemberHasConfirmedWhenEachOfItsPrincipalsHas) {
  const std::string machine = south().MemberId("th-desk") + "/integration/feed";
  v1::Grant grant;
  grant.set_principal(machine);
  grant.add_roles(v1::ROLE_READER);
  ASSERT_TRUE(world_
                  .Await<absl::StatusOr<v1::Grant>>([&](auto done) {
                    south().flow().catalog().SetGrant(south().Operator(), grant, std::move(done));
                  })
                  .ok());
  auto bangkok = south().Attach("th-desk");
  Issue();
  ASSERT_TRUE(south().Read(PrincipalOf(machine), publisher(), 1).ok());
  const v1::Receipt recall = Recall();
  south().ConfirmRecalls(*bangkok);
  EXPECT_EQ(east().HoldersOf(recall).at(south().MemberId("th-desk")).outcome(),
            v1::RECALL_OUTCOME_UNSPECIFIED);
  const auto page = south().flow().recalls().List(PrincipalOf(machine), {});
  ASSERT_TRUE(page.ok());
  v1::RecallConfirmations confirmations;
  confirmations.add_confirmations()->set_notice_id(page->notices(0).notice_id());
  confirmations.mutable_confirmations(0)->set_outcome(v1::RECALL_OUTCOME_RETAINED_UNDER_HOLD);
  south().flow().recalls().Confirm(PrincipalOf(machine), confirmations,
                                   [](const absl::Status& done) { EXPECT_TRUE(done.ok()); });
  world_.Run();
  EXPECT_EQ(east().HoldersOf(recall).at(south().MemberId("th-desk")).outcome(),
            v1::RECALL_OUTCOME_RETAINED_UNDER_HOLD);
}

TEST_F(RecallScenario, ItCrossesAPartitionAndCrashesOnBothSides) {
  auto bangkok = south().Attach("th-desk");
  Issue();
  world_.Partition();
  const v1::Receipt recall = Recall();
  EXPECT_EQ(east().HoldersOf(recall).at(kSouth).outcome(), v1::RECALL_OUTCOME_UNSPECIFIED);
  east().Crash();
  east().Start();
  world_.Heal();
  world_.Run(absl::Minutes(1));
  EXPECT_THAT(bangkok->Notices(), SizeIs(1));
  south().Crash();
  south().Start();
  world_.Run(absl::Minutes(1));
  auto again = south().Attach("th-desk");
  ASSERT_THAT(again->Notices(), SizeIs(1)) << "not confirmed, so told again";
  south().ConfirmRecalls(*again);
  world_.Run(absl::Minutes(1));
  EXPECT_EQ(east().HoldersOf(recall).at(south().MemberId("th-desk")).outcome(),
            v1::RECALL_OUTCOME_ERASED);
}

// The confirmation is lost with the origin's crash; it is told until it is noted.
TEST_F(RecallScenario, AConfirmationIsToldUntilItIsNoted) {
  auto bangkok = south().Attach("th-desk");
  Issue();
  const v1::Receipt recall = Recall();
  world_.Partition();
  south().ConfirmRecalls(*bangkok);
  south().Crash();
  south().Start();
  world_.Heal();
  world_.Run(absl::Minutes(1));
  EXPECT_EQ(east().HoldersOf(recall).at(south().MemberId("th-desk")).outcome(),
            v1::RECALL_OUTCOME_ERASED);
  const auto unnoted = south().flow().recall_ledger().UnnotedOf(kEast, 10);
  ASSERT_TRUE(unnoted.ok());
  EXPECT_THAT(*unnoted, IsEmpty());
}

TEST_F(RecallScenario, WhoIsSilentIsNamedOverdue) {
  auto bangkok = south().Attach("th-desk");
  Issue();
  const v1::Receipt recall = Recall();
  EXPECT_FALSE(east().HoldersOf(recall).at(south().MemberId("th-desk")).overdue());
  world_.Run(absl::Hours(25));
  EXPECT_TRUE(east().HoldersOf(recall).at(south().MemberId("th-desk")).overdue());
  EXPECT_FALSE(east().HoldersOf(recall).at(kSouth).overdue());
}

TEST_F(RecallScenario, ARegionThatWasNeverSentItHearsNothing) {
  Issue(RoutingToMembers({south().MemberId("th-desk")}));
  const v1::Receipt recall = Recall();
  EXPECT_FALSE(east().HoldersOf(recall).contains(kThird));
  EXPECT_EQ(third().flow().journal().head(), 0u);
}

// The agreement ended meanwhile; the copy did not.
TEST_F(RecallScenario, ItReachesAHolderWhomPolicyDeniesByNow) {
  auto bangkok = south().Attach("th-desk");
  Issue();
  EndAgreement("east-to-south", south());
  const v1::Receipt recall = Recall();
  EXPECT_THAT(bangkok->Notices(), SizeIs(1));
  EXPECT_EQ(east().HoldersOf(recall).at(kSouth).outcome(), v1::RECALL_OUTCOME_ERASED);
}

// The range covers its block; policy denied it all the same.
TEST_F(RecallScenario, WhomPolicyDeniedNeverHearsOfIt) {
  auto manila = south().Attach("ph-desk");
  Publish(ExampleIssue(publisher(), 7, 7), RoutingToAll());
  ASSERT_THAT(manila->Deliveries(), SizeIs(1)) << "so there is a range";
  Issue(RoutingToMembers({south().MemberId("th-desk")}));
  Recall();
  EXPECT_THAT(manila->Notices(), IsEmpty());
}

TEST_F(RecallScenario, ANarrowedAudienceWithdrawsFromThoseTakenOut) {
  auto bangkok = south().Attach("th-desk");
  auto manila = south().Attach("ph-desk");
  auto penang = third().Attach("x-desk");
  const v1::Receipt issued = Issue();
  ASSERT_THAT(penang->Deliveries(), SizeIs(1));
  const v1::Receipt revised =
      Publish(ExampleRevise(publisher(), 1, 2, 2), RoutingToMembers({south().MemberId("th-desk")}));
  EXPECT_THAT(bangkok->Notices(), IsEmpty());
  EXPECT_THAT(bangkok->Deliveries(), SizeIs(2));

  // Taken out, in a region that stays: its own broker withdraws.
  ASSERT_THAT(manila->Notices(), SizeIs(1));
  EXPECT_EQ(manila->Notices()[0].cause(), v1::RECALL_CAUSE_WITHDRAWAL);
  v1::Withdrawal withdrawal;
  ASSERT_TRUE(withdrawal.ParseFromString(manila->Notices()[0].withdrawal().withdrawal()));
  EXPECT_EQ(withdrawal.from(), south().MemberId("ph-desk"));
  EXPECT_THAT(withdrawal.statement_ids(), ElementsAre(issued.statement_id()));

  // A whole region taken out: the origin's broker withdraws, and it erases.
  EXPECT_THAT(penang->Notices(), SizeIs(1));
  EXPECT_TRUE((*third().flow().journal().At(v1::LANE_ROUTINE, 1))->erased);
  EXPECT_FALSE((*south().flow().journal().At(v1::LANE_ROUTINE, 1))->erased) << "others stay";
  EXPECT_TRUE(absl::IsNotFound(third().Read(third().Desk("x-desk"), publisher(), 1).status()));
  third().ConfirmRecalls(*penang);
  const auto holders = east().HoldersOf(revised);
  EXPECT_EQ(holders.at(kThird).outcome(), v1::RECALL_OUTCOME_ERASED);
  EXPECT_EQ(holders.at(third().MemberId("x-desk")).outcome(), v1::RECALL_OUTCOME_ERASED);
  EXPECT_FALSE(holders.contains(kSouth));

  // And back in again: the next revision is theirs as any.
  Publish(ExampleRevise(publisher(), 1, 3, 3), RoutingToAll());
  EXPECT_THAT(penang->Deliveries(), SizeIs(2));
}

// A region that hears no more of the alert cannot find out by itself whom a revision leaves
// out: it gives up what it has.
TEST_F(RecallScenario, ARegionThatARevisionCannotReachAnyMoreIsWithdrawnFrom) {
  auto manila = south().Attach("ph-desk");
  auto penang = third().Attach("x-desk");
  Issue();
  EndAgreement("east-to-south", south());
  EndAgreement("east-to-third", third());
  Publish(ExampleRevise(publisher(), 1, 2, 2),
          RoutingToMembers({south().MemberId("th-desk"), third().MemberId("x-desk"),
                            east().MemberId("ug-desk")}));
  EXPECT_THAT(manila->Notices(), SizeIs(1));
  EXPECT_TRUE((*south().flow().journal().At(v1::LANE_ROUTINE, 1))->erased);
  EXPECT_THAT(penang->Notices(), IsEmpty()) << "it leaves nobody there out";
  EXPECT_FALSE((*third().flow().journal().At(v1::LANE_ROUTINE, 1))->erased);
}

// Both had it; a revision leaves one of them out, and does not come to their region any more.
TEST_F(RecallScenario, ARevisionWhoseAgreementEndsOnItsWayWithdrawsFromItsRegion) {
  auto manila = south().Attach("ph-desk");
  Issue();
  world_.Partition();
  Publish(ExampleRevise(publisher(), 1, 2, 2), RoutingToMembers({south().MemberId("th-desk")}));
  EndAgreement("east-to-south", south());
  world_.Heal();
  world_.Run(absl::Minutes(1));
  EXPECT_THAT(manila->Notices(), SizeIs(1));
  EXPECT_EQ(south().flow().journal().head(), 1u) << "the revision stays away";
  EXPECT_TRUE((*south().flow().journal().At(v1::LANE_ROUTINE, 1))->erased);
}

TEST_F(RecallScenario, ARevisionThatItsRegionRefusesWithdrawsFromIt) {
  auto manila = south().Attach("ph-desk");
  Issue();
  EndAgreementIn({&south()}, "east-to-south");
  Publish(ExampleRevise(publisher(), 1, 2, 2), RoutingToMembers({south().MemberId("th-desk")}));
  world_.Run(absl::Minutes(1));
  EXPECT_THAT(manila->Notices(), SizeIs(1));
  EXPECT_TRUE((*south().flow().journal().At(v1::LANE_ROUTINE, 1))->erased);
}

// The connection breaks over the word of the refusal: it is told again on the next.
TEST_F(RecallScenario, ARefusalThatIsLostWithItsConnectionIsToldAgain) {
  auto manila = south().Attach("ph-desk");
  Issue();
  EndAgreementIn({&south()}, "east-to-south");
  world_.BreakAt(v1::LinkFrame::kRefused);
  Publish(ExampleRevise(publisher(), 1, 2, 2), RoutingToMembers({south().MemberId("th-desk")}));
  world_.Run(absl::Minutes(1));
  const auto refused = FindRefusedByPeer(east().store(), kSouth, v1::LANE_ROUTINE, 2);
  ASSERT_TRUE(refused.ok() && refused->has_value()) << refused.status();
  EXPECT_EQ((*refused)->reason, v1::ERROR_REASON_POLICY_DENIED);
  EXPECT_THAT(manila->Notices(), SizeIs(1)) << "and so it withdraws";
  EXPECT_THAT(*ListUntoldRefusals(south().store(), kEast, v1::LANE_ROUTINE, 2, 10), IsEmpty())
      << "told once";
}

// So is one that its region crashes over.
TEST_F(RecallScenario, ARefusalThatItsRegionCrashesOverIsToldAgain) {
  auto manila = south().Attach("ph-desk");
  Issue();
  EndAgreementIn({&south()}, "east-to-south");
  world_.BreakAt(v1::LinkFrame::kRefused);
  ASSERT_TRUE(east()
                  .Publish("ke-desk", ExampleRevise(publisher(), 1, 2, 2),
                           RoutingToMembers({south().MemberId("th-desk")}))
                  .ok());
  south().Crash();
  south().Start();
  world_.Run(absl::Minutes(1));
  EXPECT_THAT(south().AttachAgain("ph-desk")->Notices(), SizeIs(1));
}

TEST_F(RecallScenario, ARevisionThatEndsOnItsWayWithdrawsFromItsRegion) {
  auto manila = south().Attach("ph-desk");
  Issue();
  world_.Partition();
  v1::StatementBody revise = ExampleRevise(publisher(), 1, 2, 2);
  const absl::Time end = world_.sim().clock().Now() + absl::Minutes(2);
  revise.mutable_valid_until()->set_seconds(absl::ToUnixSeconds(end));
  Publish(revise, RoutingToMembers({south().MemberId("th-desk")}));
  world_.Run(absl::Minutes(3));
  world_.Heal();
  world_.Run(absl::Minutes(1));
  EXPECT_THAT(manila->Notices(), SizeIs(1));
  EXPECT_EQ(south().flow().journal().head(), 1u) << "the revision stays away";
}

// For a moment nobody there may have the revision, which is passed over; then one may again.
TEST_F(RecallScenario, ARevisionPassedOverForASuspensionWithdrawsFromItsRegion) {
  auto manila = south().Attach("ph-desk");
  Issue();
  world_.Partition();
  Publish(ExampleRevise(publisher(), 1, 2, 2), RoutingToMembers({south().MemberId("th-desk")}));
  SetState(south(), "th-desk", v1::MEMBER_STATE_SUSPENDED);
  world_.Heal();
  world_.Run(absl::Seconds(2));
  SetState(south(), "th-desk", v1::MEMBER_STATE_ACTIVE);
  world_.Run(absl::Minutes(1));
  EXPECT_EQ(south().flow().journal().head(), 1u) << "the revision stays away";
  EXPECT_THAT(manila->Notices(), SizeIs(1));
  EXPECT_TRUE((*south().flow().journal().At(v1::LANE_ROUTINE, 1))->erased);
}

// Suspended when their region first got the alert, the one whom the revision is for is not
// now: it has no more than the others there to give up.
TEST_F(RecallScenario, ARegionKeepsWhatARevisionForAMemberSuspendedBeforeIsAbout) {
  auto manila = south().Attach("ph-desk");
  SetState(south(), "th-desk", v1::MEMBER_STATE_SUSPENDED);
  Issue();
  SetState(south(), "th-desk", v1::MEMBER_STATE_ACTIVE);
  Publish(ExampleRevise(publisher(), 1, 2, 2), RoutingToMembers({south().MemberId("th-desk")}));
  world_.Run(absl::Minutes(1));
  EXPECT_EQ(south().flow().journal().head(), 2u);
  EXPECT_FALSE((*south().flow().journal().At(v1::LANE_ROUTINE, 1))->erased);
  EXPECT_THAT(manila->Notices(), SizeIs(1)) << "whom it leaves out its own broker tells";
}

// What was on its way when the audience was narrowed does not go on.
TEST_F(RecallScenario, WhoWasLeftOutInTimeNeverGetsIt) {
  world_.Partition();
  Issue();
  Publish(ExampleRevise(publisher(), 1, 2, 2), RoutingToMembers({south().MemberId("th-desk")}));
  world_.Heal();
  world_.Run(absl::Minutes(1));
  EXPECT_EQ(south().flow().journal().head(), 2u);
  EXPECT_EQ(third().flow().journal().head(), 0u);
}

// A withdrawal is told until it is confirmed, also across a cut.
TEST_F(RecallScenario, AWithdrawalCrossesAPartition) {
  auto penang = third().Attach("x-desk");
  Issue();
  world_.Partition();
  Publish(ExampleRevise(publisher(), 1, 2, 2), RoutingToMembers({south().MemberId("th-desk")}));
  EXPECT_THAT(penang->Notices(), IsEmpty());
  east().Crash();
  east().Start();
  world_.Heal();
  world_.Run(absl::Minutes(1));
  EXPECT_THAT(penang->Notices(), SizeIs(1));
}

// The third region was away when it was recalled; the origin's copy knows of neither.
TEST_F(RecallScenario, WhoGivesBackWhatARestoredOriginHasRecalledIsTold) {
  auto penang = third().Attach("x-desk");
  const auto backup = east().Backup();
  Issue();
  ASSERT_THAT(penang->Deliveries(), SizeIs(1));
  third().Crash();
  Recall();
  ASSERT_TRUE((*south().flow().journal().At(v1::LANE_ROUTINE, 1))->erased);
  east().RestoreAndStart(backup);
  world_.Run(absl::Minutes(1));
  ASSERT_TRUE(south().Reconcile(kEast, /*confirm=*/true).ok());
  third().Start();
  world_.Run(absl::Minutes(1));
  ASSERT_TRUE(third().Reconcile(kEast, /*confirm=*/true).ok());
  world_.Run(absl::Minutes(2));

  EXPECT_TRUE((*third().flow().journal().At(v1::LANE_ROUTINE, 1))->erased);
  EXPECT_THAT(third().Attach("x-desk")->Notices(), SizeIs(1));
}

// The copy knows that a member has the alert, not that it was told of the recall; and what the
// recall is about can be read no more. Who had it is known outside of the copy.
TEST_F(RecallScenario, ARestoredRegionTellsAgainWhoHadWhatItCannotReadAnyMore) {
  auto manila = south().Attach("ph-desk");
  Issue();
  const auto backup = south().Backup();
  const v1::Receipt recalled = Recall();
  ASSERT_THAT(manila->Notices(), SizeIs(1));
  south().RestoreAndStart(backup);
  world_.Run(absl::Minutes(1));
  for (TestRegion* peer : {&east(), &third()}) {
    ASSERT_TRUE(peer->Reconcile(kSouth, /*confirm=*/true).ok());
  }
  world_.Run(absl::Minutes(1));

  EXPECT_TRUE((*south().flow().journal().At(v1::LANE_ROUTINE, 1))->erased);
  auto again = south().AttachAgain("ph-desk");
  ASSERT_THAT(again->Notices(), SizeIs(1));
  south().ConfirmRecalls(*again);
  world_.Run(absl::Minutes(1));
  EXPECT_EQ(east().HoldersOf(recalled).at(south().MemberId("ph-desk")).outcome(),
            v1::RECALL_OUTCOME_ERASED)
      << "what a restored region says is newer than all that it said before";
}

// It was away when it was recalled; the origin's copy, older than the recall, knows that it has
// it. Another region gives the recall back.
TEST_F(RecallScenario, ARestoredOriginSendsTheRecallToWhoHadItBeforeTheCopy) {
  auto penang = third().Attach("x-desk");
  Issue();
  ASSERT_THAT(penang->Deliveries(), SizeIs(1));
  const auto backup = east().Backup();
  third().Crash();
  Recall();
  ASSERT_TRUE((*south().flow().journal().At(v1::LANE_ROUTINE, 1))->erased);
  east().RestoreAndStart(backup);
  world_.Run(absl::Minutes(1));
  ASSERT_TRUE(south().Reconcile(kEast, /*confirm=*/true).ok());
  world_.Run(absl::Minutes(1));
  third().Start();
  world_.Run(absl::Minutes(1));
  ASSERT_TRUE(third().Reconcile(kEast, /*confirm=*/true).ok());
  world_.Run(absl::Minutes(2));

  EXPECT_TRUE((*third().flow().journal().At(v1::LANE_ROUTINE, 1))->erased);
  EXPECT_THAT(third().AttachAgain("x-desk")->Notices(), SizeIs(1));
}

TEST_F(RecallScenario, TheOfficeRecallsOnBehalfOfWhoCannot) {
  auto bangkok = south().Attach("th-desk");
  Issue();
  v1::StatementBody recall = ExampleRecall(east().MemberId("ug-desk"), 1, 2, 40);
  recall.mutable_recall()->set_on_behalf_of(publisher());
  recall.set_publisher_country("UGA");
  const auto refused = east().Publish("ug-desk", recall, NoRouting());
  EXPECT_EQ(ReasonOf(refused.status()), v1::ERROR_REASON_POLICY_DENIED);
  EXPECT_EQ(MetadataOf(refused.status(), "rule"), "grant/not-the-office");
  v1::Grant grant = east().flow().catalog().facts()->grants.at(east().MemberId("ug-desk"));
  grant.add_roles(v1::ROLE_OFFICE);
  grant.clear_etag();
  ASSERT_TRUE(world_
                  .Await<absl::StatusOr<v1::Grant>>([&](auto done) {
                    east().flow().catalog().SetGrant(east().Operator(), grant, std::move(done));
                  })
                  .ok());
  const auto recalled = east().Publish("ug-desk", recall, NoRouting());
  ASSERT_TRUE(recalled.ok()) << recalled.status();
  world_.Run();
  EXPECT_THAT(bangkok->Notices(), SizeIs(1));
  EXPECT_TRUE((*south().flow().journal().At(v1::LANE_ROUTINE, 1))->erased);
}

TEST_F(RecallScenario, WhatWasNeverAddressedToTheCallerCannotBeConfirmed) {
  auto bangkok = south().Attach("th-desk");
  Issue();
  Recall();
  v1::RecallConfirmations confirmations;
  confirmations.add_confirmations()->set_notice_id(bangkok->Notices().at(0).notice_id());
  confirmations.mutable_confirmations(0)->set_outcome(v1::RECALL_OUTCOME_ERASED);
  absl::Status answer;
  south().flow().recalls().Confirm(south().Desk("ph-desk"), confirmations,
                                   [&](const absl::Status& status) { answer = status; });
  world_.Run();
  EXPECT_EQ(ReasonOf(answer), v1::ERROR_REASON_RECALL_UNKNOWN);
}

}  // namespace
}  // namespace corridor
