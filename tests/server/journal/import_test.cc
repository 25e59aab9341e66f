// Statements of a peer region: written with their mark in one batch, hence exactly
// once, whatever the link repeats and in whatever order it brings them.
#include <string>

#include <utility>

#include "core/crypto/statement_proof.h"
#include "core/model/errors.h"
#include "gmock/gmock.h"
#include "tests/server/journal/journal_fixture.h"

namespace corridor {
namespace {

class ImportTest : public JournalFixture {
 protected:
  Journal::Mark Routine() { return journal_->MarkOf(kPeer, v1::LANE_ROUTINE); }
};

TEST_F(ImportTest, RecordAndMarkAreOneBatch) {
  EXPECT_EQ(Routine(), Journal::Mark());
  const size_t before = store_.apply_count();
  ASSERT_TRUE(Import(ExampleIssue(kPeerDesk, 1), 12).ok());
  EXPECT_EQ(store_.apply_count(), before + 1);
  EXPECT_EQ(Routine(), (Journal::Mark{77, 12}));
  EXPECT_EQ(journal_->MarkOf(kPeer, v1::LANE_URGENT), Journal::Mark());

  const RecordPtr record = *journal_->At(v1::LANE_ROUTINE, 1);
  EXPECT_FALSE(record->local);
  EXPECT_EQ(record->acceptance.position().region(), kPeer);
  EXPECT_EQ(record->acceptance.position().offset(), 12u);
  EXPECT_EQ(record->acceptance.accept_time_ms(), kExamplePublishedSeconds * 1000 - 5);
}

TEST_F(ImportTest, AFailedSyncLeavesNeither) {
  store_.FailSyncAfter(0);
  EXPECT_EQ(ReasonOf(Import(ExampleIssue(kPeerDesk, 1), 12)), v1::ERROR_REASON_OUTCOME_UNKNOWN);
  EXPECT_EQ(Routine(), Journal::Mark());
  CrashAndReopen();
  EXPECT_EQ(Routine(), Journal::Mark());
  EXPECT_EQ(journal_->head(), 0u);
}

TEST_F(ImportTest, ARepeatedStatementMovesTheMarkOnly) {
  const v1::SignedStatement statement =
      Sign(ExampleIssue(kPeerDesk, 1), RoutingToAll(), publisher_key_, random_);
  ASSERT_TRUE(Import(*gate_.Examine(statement, GateSide::kLink), 12, 77, {}).ok());
  ASSERT_TRUE(Import(*gate_.Examine(statement, GateSide::kLink), 15, 77, {}).ok());
  EXPECT_EQ(Routine(), (Journal::Mark{77, 15}));
  EXPECT_EQ(journal_->head(), 1u);
}

TEST_F(ImportTest, AMarkNeverGoesBackWithinAnEpoch) {
  ASSERT_TRUE(Import(ExampleIssue(kPeerDesk, 1, 1), 12).ok());
  ASSERT_TRUE(Import(ExampleIssue(kPeerDesk, 2, 2), 3).ok());  // Sent again, from further back.
  EXPECT_EQ(Routine(), (Journal::Mark{77, 12}));
  EXPECT_EQ(journal_->head(), 2u);
  ASSERT_TRUE(MoveMark(77, v1::LANE_ROUTINE, 5).ok());
  EXPECT_EQ(Routine(), (Journal::Mark{77, 12}));
  ASSERT_TRUE(MoveMark(77, v1::LANE_ROUTINE, 20).ok());
  EXPECT_EQ(Routine(), (Journal::Mark{77, 20}));
}

TEST_F(ImportTest, AnotherEpochIsRefusedUntilTheMarkIsMovedThere) {
  ASSERT_TRUE(Import(ExampleIssue(kPeerDesk, 1, 1), 12, 77).ok());
  const absl::Status refused = Import(ExampleIssue(kPeerDesk, 2, 2), 13, 78);
  EXPECT_EQ(ReasonOf(refused), v1::ERROR_REASON_JOURNAL_REINCARNATED);
  EXPECT_EQ(journal_->head(), 1u);
  ASSERT_TRUE(MoveMark(78, v1::LANE_ROUTINE, 0).ok());
  ASSERT_TRUE(Import(ExampleIssue(kPeerDesk, 2, 2), 1, 78).ok());
  EXPECT_EQ(Routine(), (Journal::Mark{78, 1}));
}

TEST_F(ImportTest, AReusedIdIsRefusedAndTheMarkStays) {
  ASSERT_TRUE(Import(ExampleIssue(kPeerDesk, 1, 1), 12).ok());
  EXPECT_EQ(ReasonOf(Import(ExampleIssue(kPeerDesk, 2, 1), 13)),
            v1::ERROR_REASON_STATEMENT_ID_REUSED);
  EXPECT_EQ(Routine(), (Journal::Mark{77, 12}));
}

TEST_F(ImportTest, AFailedPartTakesTheMarkWithIt) {
  EXPECT_EQ(Import(Accepted(ExampleIssue(kPeerDesk, 1), GateSide::kLink), 12, 77,
                   PartList([](CommitContext&) { return absl::InternalError("no"); }))
                .code(),
            absl::StatusCode::kInternal);
  EXPECT_EQ(Routine(), Journal::Mark());
  EXPECT_EQ(journal_->head(), 0u);
}

TEST_F(ImportTest, ItIsNotJudgedByOurClockOrOrder) {
  executor_.Advance(absl::Hours(24 * 365));
  ASSERT_TRUE(Import(ExampleIssue(kPeerDesk, 1, 1), 1).ok());      // Expired on the way.
  ASSERT_TRUE(Import(ExampleRevise(kPeerDesk, 2, 7, 2), 2).ok());  // Its issue was not for us.
  EXPECT_EQ(Head(kPeerDesk, 2).highest_revision, 7u);
}

TEST_F(ImportTest, ALowerRevisionIsJournalledButNeverBecomesTheHead) {
  ASSERT_TRUE(Import(ExampleRevise(kPeerDesk, 1, 3, 3), 3).ok());
  ASSERT_TRUE(Import(ExampleIssue(kPeerDesk, 1, 1), 4).ok());
  EXPECT_EQ(journal_->head(), 2u);
  const AlertHead head = Head(kPeerDesk, 1);
  EXPECT_EQ(head.current->offset, 1u);
  EXPECT_EQ(head.current_revision, 3u);
}

TEST_F(ImportTest, ContentThatComesAfterItsRecallIsNotTakenIn) {
  ASSERT_TRUE(Import(ExampleRecall(kPeerDesk, 1, 2, 2), 9).ok());
  EXPECT_FALSE(Head(kPeerDesk, 1).current.has_value());
  EXPECT_EQ(ReasonOf(Import(ExampleIssue(kPeerDesk, 1, 1), 8)), v1::ERROR_REASON_CONTENT_ERASED);
  EXPECT_EQ(journal_->head(), 1u);
  EXPECT_EQ(journal_->MarkOf(kPeer, v1::LANE_ROUTINE), Journal::Mark()) << "the caller moves it";
  EXPECT_EQ(Head(kPeerDesk, 1).state, v1::ALERT_STATE_RECALLED);
  EXPECT_EQ(Head(kPeerDesk, 1).closing->lane, v1::LANE_URGENT);
}

TEST_F(ImportTest, OutsideTheOrderOfTheLaneNoMarkMoves) {
  ASSERT_TRUE(Import(ExampleIssue(kPeerDesk, 1, 1), 9).ok());
  Journal::Import import{.origin = kPeer};
  import.acceptance.mutable_position()->set_region(kPeer);
  import.acceptance.mutable_position()->set_epoch(77);
  import.acceptance.mutable_position()->set_offset(3);
  import.acceptance.set_lane(v1::LANE_ROUTINE);
  absl::Status answer = absl::UnknownError("not answered");
  journal_->AppendImported(Accepted(ExampleIssue(kPeerDesk, 2, 2), GateSide::kLink),
                           std::move(import), {},
                           [&](absl::Status status) { answer = std::move(status); });
  executor_.RunUntilIdle();
  EXPECT_TRUE(answer.ok()) << answer;
  EXPECT_EQ(journal_->MarkOf(kPeer, v1::LANE_ROUTINE), (Journal::Mark{77, 9}));
  EXPECT_EQ(journal_->counts().imported, 2u);
}

// A restored region gets back what it had published: at a new position, accepted when it
// was, and its own again.
TEST_F(ImportTest, WhatIsReturnedIsARecordOfThisRegionAgain) {
  Journal::Import import{.origin = kRegion, .acceptance = {}, .mark_after = 0, .returned = true};
  import.acceptance.mutable_position()->set_region(kRegion);
  import.acceptance.mutable_position()->set_epoch(5);
  import.acceptance.mutable_position()->set_offset(70);
  import.acceptance.set_lane(v1::LANE_ROUTINE);
  import.acceptance.set_accept_time_ms(12345);
  journal_->AppendImported(Accepted(ExampleIssue(kDesk, 1, 1), GateSide::kLink), std::move(import),
                           {},
                           [](const absl::Status& status) { ASSERT_TRUE(status.ok()) << status; });
  executor_.RunUntilIdle();
  const RecordPtr record = *journal_->At(v1::LANE_ROUTINE, 1);
  EXPECT_TRUE(record->local);
  EXPECT_EQ(record->acceptance.position().epoch(), journal_->epoch());
  EXPECT_EQ(record->acceptance.position().offset(), 1u);
  EXPECT_EQ(record->acceptance.accept_time_ms(), 12345);
  EXPECT_TRUE(VerifyAcceptance(record->statement->digest, record->acceptance,
                               BytesOf(broker_key_.public_key())));
}

}  // namespace
}  // namespace corridor
