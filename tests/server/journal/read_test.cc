// Reading at a cursor: the same answer from memory and from disk, in bounds, and
// what is known of alerts, newest first.
#include <string>
#include <vector>

#include "core/model/errors.h"
#include "gmock/gmock.h"
#include "tests/server/journal/journal_fixture.h"

namespace corridor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ReadTest : public JournalFixture {
 protected:
  void AppendIssues(uint64_t count) {
    for (uint64_t i = 1; i <= count; ++i) ASSERT_TRUE(Append(ExampleIssue(kDesk, i, i)).ok());
  }
  std::vector<uint64_t> Listed(uint64_t before, size_t limit) {
    std::vector<uint64_t> offsets;
    const auto heads = journal_->ListAlertHeads(before, limit);
    EXPECT_TRUE(heads.ok());
    for (const AlertHead& head : *heads) offsets.push_back(head.list_offset());
    return offsets;
  }
};

TEST_F(ReadTest, TheTailAndTheDiskGiveTheSame) {
  AppendIssues(5);
  for (const bool from_disk : {false, true}) {
    if (from_disk) CrashAndReopen();
    EXPECT_THAT(Offsets(v1::LANE_ROUTINE), ElementsAre(1, 2, 3, 4, 5));
    EXPECT_THAT(Offsets(v1::LANE_ROUTINE, 2, 2), ElementsAre(3, 4));
    EXPECT_THAT(Offsets(v1::LANE_ROUTINE, 5), IsEmpty());
    EXPECT_THAT(Offsets(v1::LANE_ROUTINE, 99), IsEmpty());
    EXPECT_THAT(Offsets(v1::LANE_ROUTINE, 1, 10, 1), ElementsAre(2));
    EXPECT_THAT(Offsets(v1::LANE_ROUTINE, 1, 0), IsEmpty());
    EXPECT_THAT(Offsets(v1::LANE_URGENT), IsEmpty());
    EXPECT_EQ(ReasonOf(journal_->At(v1::LANE_URGENT, 3).status()), v1::ERROR_REASON_NOT_FOUND);
    EXPECT_EQ(ReasonOf(journal_->At(v1::LANE_ROUTINE, 0).status()), v1::ERROR_REASON_NOT_FOUND);
    EXPECT_EQ(ReasonOf(journal_->At(v1::LANE_ROUTINE, 6).status()), v1::ERROR_REASON_NOT_FOUND);
  }
}

TEST_F(ReadTest, TheTailIsSharedAndBounded) {
  options_.tail_cache_bytes_max = 30000;
  CrashAndReopen();
  AppendIssues(40);
  // At the tail every reader gets the very same record; further back it is read.
  EXPECT_EQ(*journal_->At(v1::LANE_ROUTINE, 40), *journal_->At(v1::LANE_ROUTINE, 40));
  EXPECT_NE(*journal_->At(v1::LANE_ROUTINE, 1), *journal_->At(v1::LANE_ROUTINE, 1));
  // One that stands behind the tail catches up from disk into it, without a seam.
  std::vector<uint64_t> seen;
  for (uint64_t after = 0; after < 40;) {
    for (uint64_t offset : Offsets(v1::LANE_ROUTINE, after, 3)) seen.push_back(after = offset);
  }
  ASSERT_EQ(seen.size(), 40u);
  for (uint64_t i = 0; i < 40; ++i) EXPECT_EQ(seen[i], i + 1);
}

TEST_F(ReadTest, AReaderMayStandBetweenTheRecordsOfALane) {
  AppendIssues(1);
  ASSERT_TRUE(Append(ExampleRecall(kDesk, 1, 2, 50)).ok());
  ASSERT_TRUE(Append(ExampleIssue(kDesk, 2, 2)).ok());
  for (const bool from_disk : {false, true}) {
    if (from_disk) CrashAndReopen();
    EXPECT_THAT(Offsets(v1::LANE_ROUTINE, 2), ElementsAre(3));
    EXPECT_THAT(Offsets(v1::LANE_URGENT, 1), ElementsAre(2));
  }
}

TEST_F(ReadTest, AlertsAreListedByTheirNewestContent) {
  AppendIssues(4);
  ASSERT_TRUE(Append(ExampleRevise(kDesk, 2, 2, 10)).ok());
  ASSERT_TRUE(Append(ExampleCancel(kDesk, 3, 2, 11)).ok());
  EXPECT_THAT(Listed(0, 10), ElementsAre(5, 4, 3, 1));
  EXPECT_THAT(Listed(0, 2), ElementsAre(5, 4));
  EXPECT_THAT(Listed(4, 2), ElementsAre(3, 1));
  EXPECT_THAT(Listed(1, 2), IsEmpty());
  const auto heads = journal_->ListAlertHeads(4, 1);
  EXPECT_EQ(heads->at(0).state, v1::ALERT_STATE_CANCELLED);
  EXPECT_EQ(heads->at(0).alert_id, ExampleAlertId(3));
}

TEST_F(ReadTest, AnAlertsHeadFollowsEveryStatementOfIt) {
  EXPECT_FALSE(journal_->AlertHeadOf(kDesk, ExampleAlertId(1))->has_value());
  AppendIssues(1);
  AlertHead head = Head(kDesk, 1);
  EXPECT_EQ(head.state, v1::ALERT_STATE_ACTIVE);
  EXPECT_EQ(head.tlp, v1::TLP_GREEN);
  EXPECT_EQ(head.valid_until_ms, kExampleValidUntilSeconds * 1000);
  EXPECT_EQ(head.current, (AlertHead::Place{v1::LANE_ROUTINE, 1}));
  ASSERT_TRUE(Append(ExampleSighting(kOtherDesk, kDesk, 1, 7)).ok());
  EXPECT_EQ(Head(kDesk, 1).highest_revision, 1u);
  ASSERT_TRUE(Append(ExampleRevise(kDesk, 1, 2, 8)).ok());
  head = Head(kDesk, 1);
  EXPECT_EQ(head.current->offset, 3u);
  EXPECT_EQ(head.highest_revision, 2u);
}

TEST_F(ReadTest, OneStatementOfAnAlertCanBeWithdrawn) {
  AppendIssues(1);
  ASSERT_TRUE(Append(ExampleRevise(kDesk, 1, 2, 8)).ok());
  const std::string first = (*journal_->At(v1::LANE_ROUTINE, 1))->statement->body.statement_id();
  v1::StatementBody recall = ExampleRecall(kDesk, 1, 3, 9);
  recall.mutable_recall()->set_target_statement_id(ExampleId("statement", 999));
  EXPECT_EQ(ReasonOf(Append(recall).status()), v1::ERROR_REASON_ALERT_UNKNOWN);
  recall.mutable_recall()->set_target_statement_id(first);
  ASSERT_TRUE(Append(recall).ok());
  CrashAndReopen();
  const AlertHead head = Head(kDesk, 1);
  EXPECT_EQ(head.state, v1::ALERT_STATE_ACTIVE);
  EXPECT_TRUE(head.withdrawn(first));
  EXPECT_FALSE(head.withdrawn(head.current_statement_id));
  EXPECT_TRUE(Append(ExampleRevise(kDesk, 1, 4, 10)).ok());
}

}  // namespace
}  // namespace corridor
