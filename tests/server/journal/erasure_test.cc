// Content that was recalled becomes unreadable: its key goes from every file of the key
// store, and a tombstone stays. Whatever a crash interrupts is gone on from.
#include "server/journal/eraser.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/journal/record_codec.h"
#include "server/journal/stored_record.pb.h"
#include "server/storage/keyspace.h"
#include "tests/server/journal/journal_fixture.h"

namespace corridor {
namespace {

class ErasureTest : public JournalFixture {
 protected:
  ErasureTest() { Restart(); }

  // A process that starts on what the disks hold.
  void Restart() {
    eraser_.reset();
    Crash();
    ASSERT_TRUE(Open().ok());
    eraser_ = std::make_unique<Eraser>(Eraser::Parts{
        .store = store_,
        .keys = *keys_,
        .queue = *journal_,
        .upkeep = executor_,
        .audit = AuditLog::Part(),
        .actor = "spiffe://eaf.example/broker/one",
        .on_erased = [this] { ++rounds_; },
        .on_failed = [this](const absl::Status& status) { failures_.push_back(status); }});
  }
  void Erase() {
    eraser_->Wake();
    executor_.RunUntilIdle();
  }
  // The key that seals the record there, read past the broker.
  std::string KeyAt(v1::Lane lane, uint64_t offset) {
    const auto value = store_.Get(RecordKey(lane, offset));
    const auto header = DecodeRecordHeader(lane, offset, **value);
    const auto key = keys_->Find(header->key_number());
    EXPECT_TRUE(key.ok() && key->has_value());
    return std::string((*key)->bytes());
  }
  void ExpectErased(v1::Lane lane, uint64_t offset, const std::string& key) {
    const auto record = journal_->At(lane, offset);
    ASSERT_TRUE(record.ok()) << record.status();
    EXPECT_TRUE((*record)->erased);
    EXPECT_EQ((*record)->statement->bytes.body(), "");
    EXPECT_EQ((*record)->statement->digest.size(), 32u) << "the tombstone keeps the digest";
    EXPECT_FALSE(key_disk_.Holds(key)) << "its key is still on the disk";
  }

  std::unique_ptr<Eraser> eraser_;
  int rounds_ = 0;
  std::vector<absl::Status> failures_;
};

TEST_F(ErasureTest, ARecallMakesEveryRevisionUnreadable) {
  ASSERT_TRUE(Append(ExampleIssue(kDesk, 1, 1)).ok());
  ASSERT_TRUE(Append(ExampleRevise(kDesk, 1, 2, 2)).ok());
  ASSERT_TRUE(Append(ExampleIssue(kDesk, 9, 9)).ok());
  const std::string first = KeyAt(v1::LANE_ROUTINE, 1);
  const std::string second = KeyAt(v1::LANE_ROUTINE, 2);
  const std::string other = KeyAt(v1::LANE_ROUTINE, 3);
  ASSERT_TRUE(Append(ExampleRecall(kDesk, 1, 3, 3)).ok());
  EXPECT_TRUE((*journal_->At(v1::LANE_ROUTINE, 1))->erased) << "gone from memory at once";
  EXPECT_EQ(*eraser_->StateOf({v1::LANE_ROUTINE, 1}), Eraser::State::kScheduled);
  Erase();
  ExpectErased(v1::LANE_ROUTINE, 1, first);
  ExpectErased(v1::LANE_ROUTINE, 2, second);
  EXPECT_EQ(*eraser_->StateOf({v1::LANE_ROUTINE, 1}), Eraser::State::kErased);
  EXPECT_FALSE((*journal_->At(v1::LANE_ROUTINE, 3))->erased);
  EXPECT_TRUE(key_disk_.Holds(other));
  EXPECT_FALSE((*journal_->At(v1::LANE_URGENT, 4))->erased) << "the recall itself is read";

  Restart();
  EXPECT_EQ(Offsets(v1::LANE_ROUTINE), (std::vector<uint64_t>{1, 2, 3})) << "the order stays whole";
  ExpectErased(v1::LANE_ROUTINE, 1, first);
}

TEST_F(ErasureTest, ARecallOfOneStatementLeavesTheOthers) {
  ASSERT_TRUE(Append(ExampleIssue(kDesk, 1, 1)).ok());
  ASSERT_TRUE(Append(ExampleRevise(kDesk, 1, 2, 2)).ok());
  const std::string first = KeyAt(v1::LANE_ROUTINE, 1);
  v1::StatementBody recall = ExampleRecall(kDesk, 1, 3, 3);
  recall.mutable_recall()->set_target_statement_id(ExampleIssue(kDesk, 1, 1).statement_id());
  ASSERT_TRUE(Append(recall).ok());
  Erase();
  ExpectErased(v1::LANE_ROUTINE, 1, first);
  EXPECT_FALSE((*journal_->At(v1::LANE_ROUTINE, 2))->erased);
  EXPECT_EQ(Head(kDesk, 1).standing_revision, 2u) << "the revision that stands still does";
}

TEST_F(ErasureTest, ASightingCanBeTakenBackByWhoMadeIt) {
  ASSERT_TRUE(Append(ExampleSighting(kDesk, kOtherDesk, 1, 1)).ok());
  const std::string key = KeyAt(v1::LANE_ROUTINE, 1);
  v1::StatementBody recall = ExampleRecall(kDesk, 1, 2, 2);
  recall.set_alert_id(ExampleSighting(kDesk, kOtherDesk, 1, 1).alert_id());
  ASSERT_TRUE(Append(recall).ok());
  Erase();
  ExpectErased(v1::LANE_ROUTINE, 1, key);
}

TEST_F(ErasureTest, WhatAnEmbargoHeldIsErasedToo) {
  v1::StatementRouting routing = RoutingToAll();
  routing.mutable_release_not_before()->set_seconds(kExamplePublishedSeconds + 60);
  v1::StatementBody body = ExampleIssue(kDesk, 1, 1);
  body.clear_published_at();
  ASSERT_TRUE(Append(Accepted(body, routing)).ok());
  const auto stored = store_.Get(HeldKey(1));
  ASSERT_TRUE(stored.ok() && stored->has_value());
  stored::StoredRecord held;
  ASSERT_TRUE(DecodeValue(HeldKey(1), **stored, held).ok());
  const std::string key((*keys_->Find(held.key_number()))->bytes());
  ASSERT_TRUE(Append(ExampleRecall(kDesk, 1, 2, 2)).ok());
  Erase();
  EXPECT_FALSE(key_disk_.Holds(key));
}

TEST_F(ErasureTest, UnderALegalHoldContentStaysUntilItIsReleased) {
  ASSERT_TRUE(Append(ExampleIssue(kDesk, 1, 1)).ok());
  const std::string key = KeyAt(v1::LANE_ROUTINE, 1);
  WriteBatch hold;
  hold.Put(LegalHoldKey(kDesk, ExampleAlertId(1)), "");
  ASSERT_TRUE(store_.Apply(hold).ok());
  ASSERT_TRUE(Append(ExampleRecall(kDesk, 1, 2, 2)).ok());
  Erase();
  EXPECT_TRUE(key_disk_.Holds(key));
  EXPECT_EQ(*eraser_->StateOf({v1::LANE_ROUTINE, 1}), Eraser::State::kHeld);
  WriteBatch release;
  release.Delete(LegalHoldKey(kDesk, ExampleAlertId(1)));
  ASSERT_TRUE(store_.Apply(release).ok());
  Erase();
  ExpectErased(v1::LANE_ROUTINE, 1, key);
}

// Whatever step the process dies in, the next start goes on.
TEST_F(ErasureTest, ACrashAnywhereIsGoneOnFrom) {
  for (uint64_t tasks = 0; tasks < 8; ++tasks) {
    SCOPED_TRACE(tasks);
    const uint64_t number = 100 + tasks;
    const auto receipt = Append(ExampleIssue(kDesk, number, 2 * number));
    ASSERT_TRUE(receipt.ok());
    const uint64_t offset = receipt->acceptance().position().offset();
    const std::string key = KeyAt(v1::LANE_ROUTINE, offset);
    ASSERT_TRUE(Append(ExampleRecall(kDesk, number, 2, 2 * number + 1)).ok());
    eraser_->Wake();
    for (uint64_t i = 0; i < tasks; ++i) executor_.RunOne();
    Restart();
    ASSERT_TRUE(journal_->At(v1::LANE_ROUTINE, offset).ok());
    Erase();
    ExpectErased(v1::LANE_ROUTINE, offset, key);
  }
}

TEST_F(ErasureTest, AKeyStoreThatFailsIsTriedAgain) {
  ASSERT_TRUE(Append(ExampleIssue(kDesk, 1, 1)).ok());
  const std::string key = KeyAt(v1::LANE_ROUTINE, 1);
  ASSERT_TRUE(Append(ExampleRecall(kDesk, 1, 2, 2)).ok());
  key_disk_.FailSyncAfter(0);
  Erase();
  EXPECT_EQ(failures_.size(), 1u);
  EXPECT_EQ(*eraser_->StateOf({v1::LANE_ROUTINE, 1}), Eraser::State::kScheduled);
  key_disk_.CrashLosingUnsynced();
  executor_.Advance(Eraser::kRetryInterval);
  ExpectErased(v1::LANE_ROUTINE, 1, key);
}

TEST_F(ErasureTest, EachRoundIsInTheAuditLog) {
  ASSERT_TRUE(Append(ExampleIssue(kDesk, 1, 1)).ok());
  ASSERT_TRUE(Append(ExampleRecall(kDesk, 1, 2, 2)).ok());
  Erase();
  const auto entries = AuditLog(store_).Read(0, 10);
  ASSERT_TRUE(entries.ok());
  ASSERT_EQ(entries->size(), 1u);
  EXPECT_EQ(entries->at(0).act(), v1::AUDIT_ACT_ERASURE);
  EXPECT_EQ(entries->at(0).object(), "1 statements");
}

}  // namespace
}  // namespace corridor
