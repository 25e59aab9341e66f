// What a disk can do to a journal: crash, fail a sync, rot, come back shorter.
// Nothing acknowledged is lost, and what is lost or rotten is said, never served.
#include <string>
#include <vector>

#include "core/model/errors.h"
#include "gmock/gmock.h"
#include "server/storage/keyspace.h"
#include "tests/server/journal/journal_fixture.h"

namespace corridor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class DurabilityTest : public JournalFixture {};

TEST_F(DurabilityTest, ReopeningKeepsEverythingAcknowledged) {
  ASSERT_TRUE(Append(ExampleIssue(kDesk, 1, 1)).ok());
  ASSERT_TRUE(Append(ExampleRevise(kDesk, 1, 2, 2)).ok());
  const auto receipt = Append(ExampleRecall(kDesk, 1, 3, 3));
  ASSERT_TRUE(receipt.ok());
  ASSERT_TRUE(Import(ExampleIssue(kPeerDesk, 5, 5), 40).ok());
  const uint64_t epoch = journal_->epoch();
  const AlertHead head = Head(kDesk, 1);
  const std::string other = (*journal_->At(v1::LANE_ROUTINE, 4))->statement->bytes.body();

  CrashAndReopen();
  EXPECT_EQ(journal_->epoch(), epoch);
  EXPECT_EQ(journal_->head(), 4u);
  EXPECT_THAT(Offsets(v1::LANE_ROUTINE), ElementsAre(1, 2, 4));
  EXPECT_THAT(Offsets(v1::LANE_URGENT), ElementsAre(3));
  EXPECT_EQ((*journal_->At(v1::LANE_ROUTINE, 4))->statement->bytes.body(), other);
  EXPECT_EQ(Head(kDesk, 1).highest_revision, head.highest_revision);
  EXPECT_EQ(Head(kDesk, 1).state, v1::ALERT_STATE_RECALLED);
  EXPECT_EQ(Head(kDesk, 1).current, head.current);
  EXPECT_EQ(Head(kDesk, 1).closing, head.closing);
  EXPECT_EQ(journal_->MarkOf(kPeer, v1::LANE_ROUTINE), (Journal::Mark{77, 40}));
  const auto again = journal_->ReceiptOf(kDesk, receipt->statement_id(), receipt->digest());
  ASSERT_TRUE(again.ok() && again->has_value());
  EXPECT_EQ((*again)->acceptance().SerializeAsString(), receipt->acceptance().SerializeAsString());
  ASSERT_TRUE(Append(ExampleIssue(kDesk, 9, 9)).ok());
  EXPECT_EQ(journal_->head(), 5u);
  EXPECT_EQ(journal_->counts().local, 4u);
  EXPECT_EQ(journal_->counts().imported, 1u);
}

TEST_F(DurabilityTest, RecordsComeBackWholeFromTheDisk) {
  ASSERT_TRUE(Append(ExampleIssue(kDesk, 1, 1)).ok());
  const RecordPtr cached = *journal_->At(v1::LANE_ROUTINE, 1);
  CrashAndReopen();
  const RecordPtr stored = *journal_->At(v1::LANE_ROUTINE, 1);
  EXPECT_EQ(stored->statement->bytes.SerializeAsString(),
            cached->statement->bytes.SerializeAsString());
  EXPECT_EQ(stored->statement->digest, cached->statement->digest);
  EXPECT_EQ(stored->statement->body.SerializeAsString(),
            cached->statement->body.SerializeAsString());
  EXPECT_EQ(stored->statement->routing.SerializeAsString(),
            cached->statement->routing.SerializeAsString());
  EXPECT_EQ(stored->acceptance.SerializeAsString(), cached->acceptance.SerializeAsString());
  EXPECT_EQ(stored->gate.SerializeAsString(), cached->gate.SerializeAsString());
  EXPECT_EQ(stored->append_time_ms, cached->append_time_ms);
  EXPECT_TRUE(stored->local);
}

TEST_F(DurabilityTest, AFailedSyncIsAnUnknownOutcomeAndTheEnd) {
  ASSERT_TRUE(Append(ExampleIssue(kDesk, 1, 1)).ok());
  options_.batch_proposals_max = 1;
  CrashAndReopen();
  store_.FailSyncAfter(0);
  const auto unknown = Propose(ExampleIssue(kDesk, 2, 2));
  const auto waiting = Propose(ExampleIssue(kDesk, 3, 3));
  executor_.RunUntilIdle();
  EXPECT_EQ((*unknown)->status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(ReasonOf((*unknown)->status()), v1::ERROR_REASON_OUTCOME_UNKNOWN);
  EXPECT_EQ(ReasonOf((*waiting)->status()), v1::ERROR_REASON_NOT_READY);
  EXPECT_EQ(ReasonOf(Append(ExampleIssue(kDesk, 4, 4)).status()), v1::ERROR_REASON_NOT_READY);
  EXPECT_THAT(storage_failures_, SizeIs(1));
  EXPECT_EQ(journal_->head(), 1u);
  EXPECT_THAT(Offsets(v1::LANE_ROUTINE), ElementsAre(1));
}

TEST_F(DurabilityTest, AfterAnUnknownOutcomeTheSameIdFindsOutEitherWay) {
  const v1::SignedStatement statement =
      Sign(ExampleIssue(kDesk, 1), RoutingToAll(), publisher_key_, random_);
  for (const bool kept : {false, true}) {
    store_.FailSyncAfter(0);
    EXPECT_EQ(ReasonOf(Append(*gate_.Examine(statement, GateSide::kPublisher)).status()),
              v1::ERROR_REASON_OUTCOME_UNKNOWN);
    if (kept) store_.CrashKeepingUnsynced();
    CrashAndReopen();
    EXPECT_EQ(journal_->head(), kept ? 1u : 0u);
  }
  const auto again = Append(*gate_.Examine(statement, GateSide::kPublisher));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->repeated());
}

TEST_F(DurabilityTest, AKeyDiskThatFailsStopsTheJournalBeforeItWrites) {
  for (uint64_t i = 1; i <= 400; ++i) Propose(ExampleIssue(kDesk, i, i));
  executor_.RunUntilIdle();
  key_disk_.FailSyncAfter(0);
  for (uint64_t i = 401; i <= 1024; ++i) Propose(ExampleIssue(kDesk, i, i));
  executor_.RunUntilIdle();
  EXPECT_THAT(storage_failures_, SizeIs(1));
  CrashAndReopen();
  EXPECT_EQ(journal_->head(), 1024u);
  EXPECT_TRUE(Append(ExampleIssue(kDesk, 2000, 2000)).ok());
}

TEST_F(DurabilityTest, NoPayloadLiesOnTheDiskInClear) {
  ASSERT_TRUE(Append(ExampleIssue(kDesk, 1)).ok());
  const auto record = journal_->At(v1::LANE_ROUTINE, 1);
  ASSERT_TRUE(record.ok());
  const std::string salt = (*record)->statement->bytes.body_salt();
  const auto all = store_.Scan({"", "\xff"}, 1000, ScanOrder::kAscending);
  ASSERT_TRUE(all.ok());
  for (const KeyValue& pair : *all) {
    EXPECT_EQ(pair.value.find(salt), std::string::npos) << pair.key;
  }
}

TEST_F(DurabilityTest, ARottenByteAnywhereInARecordIsFoundAndNotServed) {
  for (uint64_t i = 1; i <= 3; ++i) ASSERT_TRUE(Append(ExampleIssue(kDesk, i, i)).ok());
  Crash();
  const std::string key = RecordKey(v1::LANE_ROUTINE, 2);
  const size_t size = (*store_.Get(key))->size();
  for (size_t at = 0; at < size; at += 37) {
    FlipByte(store_, key, at);
    ASSERT_TRUE(Open().ok());
    EXPECT_THAT(Offsets(v1::LANE_ROUTINE), ElementsAre(1));
    const auto next = journal_->Read(v1::LANE_ROUTINE, 1, 10, 1 << 20);
    EXPECT_EQ(next.status().code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(ReasonOf(next.status()), v1::ERROR_REASON_RECORD_CORRUPT);
    EXPECT_EQ(MetadataOf(next.status(), "offset"), "2");
    EXPECT_EQ(ReasonOf(journal_->At(v1::LANE_ROUTINE, 2).status()),
              v1::ERROR_REASON_RECORD_CORRUPT);
    Crash();
    FlipByte(store_, key, at);
  }
}

TEST_F(DurabilityTest, ARecordUnderAnothersKeyIsFound) {
  for (uint64_t i = 1; i <= 3; ++i) ASSERT_TRUE(Append(ExampleIssue(kDesk, i, i)).ok());
  Crash();
  WriteBatch swap;
  swap.Put(RecordKey(v1::LANE_ROUTINE, 2), **store_.Get(RecordKey(v1::LANE_ROUTINE, 1)));
  ASSERT_TRUE(store_.Apply(swap).ok());
  ASSERT_TRUE(Open().ok());
  EXPECT_EQ(ReasonOf(journal_->At(v1::LANE_ROUTINE, 2).status()), v1::ERROR_REASON_RECORD_CORRUPT);
}

TEST_F(DurabilityTest, AMissingRecordIsFound) {
  for (uint64_t i = 1; i <= 3; ++i) ASSERT_TRUE(Append(ExampleIssue(kDesk, i, i)).ok());
  Crash();
  WriteBatch remove;
  remove.Delete(RecordKey(v1::LANE_ROUTINE, 2));
  ASSERT_TRUE(store_.Apply(remove).ok());
  ASSERT_TRUE(Open().ok());
  EXPECT_THAT(Offsets(v1::LANE_ROUTINE), ElementsAre(1));
  const auto next = journal_->Read(v1::LANE_ROUTINE, 1, 10, 1 << 20);
  EXPECT_EQ(ReasonOf(next.status()), v1::ERROR_REASON_RECORD_CORRUPT);
  EXPECT_EQ(MetadataOf(next.status(), "offset"), "2");
}

TEST_F(DurabilityTest, ALostKeyIsDamage) {
  ASSERT_TRUE(Append(ExampleIssue(kDesk, 1, 1)).ok());
  Crash();
  WriteBatch destroy;
  const auto keys = key_disk_.Scan(PrefixRange("k/"), 1, ScanOrder::kAscending);
  destroy.Delete(keys->at(0).key);
  ASSERT_TRUE(key_disk_.Apply(destroy).ok());
  ASSERT_TRUE(Open().ok());
  EXPECT_EQ(ReasonOf(journal_->At(v1::LANE_ROUTINE, 1).status()), v1::ERROR_REASON_RECORD_CORRUPT);
}

TEST_F(DurabilityTest, AJournalThatComesBackShorterIsRefused) {
  ASSERT_TRUE(Append(ExampleIssue(kDesk, 1, 1)).ok());
  const auto pairs = store_.Scan({"", "\xff"}, 1000, ScanOrder::kAscending);
  ASSERT_TRUE(Append(ExampleIssue(kDesk, 2, 2)).ok());
  executor_.Advance(absl::Seconds(1));  // The marker lags no more than that.
  const uint64_t epoch = journal_->epoch();
  Crash();

  WriteBatch restore;  // The copy is put back in place of the store.
  const auto now = store_.Scan({"", "\xff"}, 1000, ScanOrder::kAscending);
  for (const KeyValue& pair : *now) restore.Delete(pair.key);
  for (const KeyValue& pair : *pairs) restore.Put(pair.key, pair.value);
  ASSERT_TRUE(store_.Apply(restore).ok());

  const absl::Status refused = Open();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("1 records are missing"));

  options_.accept_lost_tail = true;
  ASSERT_TRUE(Open().ok());
  EXPECT_NE(journal_->epoch(), epoch);
  EXPECT_EQ(journal_->head(), 1u);
  const uint64_t second_epoch = journal_->epoch();
  CrashAndReopen();  // Accepted once; nothing is lost any more.
  EXPECT_EQ(journal_->epoch(), second_epoch);
}

TEST_F(DurabilityTest, AnEmptyStoreBesideAMarkerIsRefused) {
  Crash();
  WriteBatch wipe;
  const auto all = store_.Scan({"", "\xff"}, 1000, ScanOrder::kAscending);
  for (const KeyValue& pair : *all) wipe.Delete(pair.key);
  ASSERT_TRUE(store_.Apply(wipe).ok());
  EXPECT_EQ(Open().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(DurabilityTest, AMissingOrForeignMarkerIsRefused) {
  ASSERT_TRUE(Append(ExampleIssue(kDesk, 1, 1)).ok());
  Crash();
  const auto mark = *marker_.Read();
  marker_.Set(std::nullopt);
  EXPECT_EQ(Open().code(), absl::StatusCode::kFailedPrecondition);
  marker_.Set(HeadMark{mark->epoch + 1, 0});
  EXPECT_EQ(Open().code(), absl::StatusCode::kFailedPrecondition);
  marker_.Set(mark);
  EXPECT_TRUE(Open().ok());
}

TEST_F(DurabilityTest, AnotherRegionsJournalIsRefused) {
  Crash();
  options_.region = kPeer;
  EXPECT_EQ(Open().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(DurabilityTest, AJournalWithoutItsLastRecordIsRefused) {
  ASSERT_TRUE(Append(ExampleIssue(kDesk, 1, 1)).ok());
  Crash();
  WriteBatch remove;
  remove.Delete(RecordKey(v1::LANE_ROUTINE, 1));
  ASSERT_TRUE(store_.Apply(remove).ok());
  EXPECT_EQ(ReasonOf(Open()), v1::ERROR_REASON_RECORD_CORRUPT);
}

TEST_F(DurabilityTest, AMarkerThatCannotBeWrittenStopsTheJournal) {
  marker_.FailWrites(absl::InternalError("no space"));
  ASSERT_TRUE(Append(ExampleIssue(kDesk, 1, 1)).ok());
  executor_.Advance(absl::Seconds(1));
  EXPECT_THAT(storage_failures_, SizeIs(1));
  EXPECT_EQ(ReasonOf(Append(ExampleIssue(kDesk, 2, 2)).status()), v1::ERROR_REASON_NOT_READY);
}

TEST_F(DurabilityTest, ADiskThatCannotBeReadRejectsWithoutWriting) {
  store_.FailReads(absl::InternalError("bad sector"));
  EXPECT_EQ(Append(ExampleIssue(kDesk, 1, 1)).status().code(), absl::StatusCode::kInternal);
  store_.FailReads(absl::OkStatus());
  EXPECT_THAT(Offsets(v1::LANE_ROUTINE), IsEmpty());
  EXPECT_TRUE(Append(ExampleIssue(kDesk, 1, 1)).ok());
}

}  // namespace
}  // namespace corridor
