// Before bytes leave, a durable range says that they may have: one write and one
// audit entry for a block, and again when what policy knew has changed.
#include "server/journal/disclosure_ledger.h"

#include <memory>
#include <string>
#include <vector>

#include "core/model/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/audit/audit_log.h"
#include "server/storage/memory_store.h"
#include "tests/support/direct_commit_queue.h"
#include "tests/support/sim_executor.h"

namespace corridor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kHolder[] = "spiffe://eaf.example/agency/ug-desk";
constexpr char kOther[] = "sea.example";
constexpr v1::Lane kLane = v1::LANE_ROUTINE;

class DisclosureLedgerTest : public ::testing::Test {
 protected:
  DisclosureLedgerTest() { Reopen(); }

  void Reopen() {
    ledger_ = std::make_unique<DisclosureLedger>(
        store_, queue_, AuditLog::Part(),
        DisclosureLedger::Options{.actor = "spiffe://eaf.example/broker/one",
                                  .region = "eaf.example",
                                  .epoch = 5,
                                  .keep_facts = KeepNothing,
                                  .cache_blocks_max = 4});
  }
  static BatchPart KeepNothing(const std::shared_ptr<const Facts>& /*facts*/) {
    return [](CommitContext&) { return absl::OkStatus(); };
  }
  static std::shared_ptr<const Facts> FactsOf(uint64_t generation) {
    auto facts = std::make_shared<Facts>();
    facts->generation = generation;
    return facts;
  }
  absl::Status Cover(std::string_view holder, uint64_t offset, uint64_t generation = 1) {
    absl::Status answer = absl::UnknownError("not answered");
    ledger_->Cover(holder, kLane, offset, FactsOf(generation),
                   [&](absl::Status status) { answer = std::move(status); });
    executor_.RunUntilIdle();
    return answer;
  }

  SimExecutor executor_;
  MemoryStore store_;
  DirectCommitQueue queue_{store_, executor_.clock(), &executor_};
  AuditLog audit_{store_};
  std::unique_ptr<DisclosureLedger> ledger_;
};

TEST_F(DisclosureLedgerTest, ARangeCoversItsBlockOnceDurable) {
  EXPECT_FALSE(ledger_->Covers(kHolder, kLane, 10, 1));
  bool answered = false;
  ledger_->Cover(kHolder, kLane, 10, FactsOf(1), [&](absl::Status status) {
    EXPECT_TRUE(status.ok());
    answered = true;
  });
  EXPECT_FALSE(answered);
  EXPECT_FALSE(ledger_->Covers(kHolder, kLane, 10, 1));
  executor_.RunUntilIdle();
  EXPECT_TRUE(answered);
  EXPECT_TRUE(ledger_->Covers(kHolder, kLane, 4095, 1));
  EXPECT_FALSE(ledger_->Covers(kHolder, kLane, 4096, 1));
  EXPECT_FALSE(ledger_->Covers(kHolder, v1::LANE_URGENT, 10, 1));
  EXPECT_FALSE(ledger_->Covers(kOther, kLane, 10, 1));
  EXPECT_FALSE(ledger_->Covers(kHolder, kLane, 10, 2));
}

TEST_F(DisclosureLedgerTest, ItHoldsAfterARestart) {
  ASSERT_TRUE(Cover(kHolder, 10).ok());
  store_.CrashLosingUnsynced();
  Reopen();
  EXPECT_TRUE(ledger_->Covers(kHolder, kLane, 11, 1));
}

TEST_F(DisclosureLedgerTest, OneWriteAndOneEntryServeABlock) {
  int answers = 0;
  for (uint64_t offset = 1; offset <= 50; ++offset) {
    ledger_->Cover(kHolder, kLane, offset, FactsOf(1), [&](absl::Status status) {
      EXPECT_TRUE(status.ok());
      ++answers;
    });
  }
  executor_.RunUntilIdle();
  ASSERT_TRUE(Cover(kHolder, 51).ok());
  EXPECT_EQ(answers, 50);
  EXPECT_EQ(store_.apply_count(), 1u);

  const auto entries = audit_.Read(0, 10);
  ASSERT_TRUE(entries.ok());
  ASSERT_EQ(entries->size(), 1u);
  EXPECT_EQ(entries->at(0).act(), v1::AUDIT_ACT_DISCLOSURE);
  EXPECT_EQ(entries->at(0).object(), kHolder);
  EXPECT_EQ(entries->at(0).position().epoch(), 5u);
  EXPECT_EQ(entries->at(0).position().offset(), 0u);
}

TEST_F(DisclosureLedgerTest, AFailedWriteCoversNothing) {
  store_.FailSyncAfter(0);
  EXPECT_EQ(ReasonOf(Cover(kHolder, 10)), v1::ERROR_REASON_OUTCOME_UNKNOWN);
  EXPECT_FALSE(ledger_->Covers(kHolder, kLane, 10, 1));
  store_.CrashLosingUnsynced();
  EXPECT_TRUE(Cover(kHolder, 10).ok());
}

TEST_F(DisclosureLedgerTest, WhatTheCacheForgotTheStoreKnows) {
  for (uint64_t block = 0; block < 20; ++block) {
    ASSERT_TRUE(Cover(kHolder, block * DisclosureLedger::kBlockOffsets).ok());
  }
  for (uint64_t block = 0; block < 20; ++block) {
    EXPECT_TRUE(ledger_->Covers(kHolder, kLane, block * DisclosureLedger::kBlockOffsets, 1));
  }
}

// A recall in front of it in the same batch has not counted it: until everybody has seen
// the end of that batch it covers nothing, though the store has it.
TEST_F(DisclosureLedgerTest, ARangeOnItsWayCoversNothing) {
  bool covered_inside = true;
  queue_.OnWritten([&] { covered_inside = ledger_->Covers(kHolder, kLane, 10, 1); });
  ASSERT_TRUE(Cover(kHolder, 10).ok());
  EXPECT_FALSE(covered_inside);
  EXPECT_TRUE(ledger_->Covers(kHolder, kLane, 10, 1));
}

TEST_F(DisclosureLedgerTest, NamesAllWhoMayHoldARecord) {
  ASSERT_TRUE(Cover(kHolder, 10, 1).ok());
  ASSERT_TRUE(Cover(kHolder, 10, 2).ok());
  ASSERT_TRUE(Cover(kOther, 4000, 2).ok());
  ASSERT_TRUE(Cover("uga.example", 5000, 2).ok());
  EXPECT_THAT(*ledger_->HoldersOf(kLane, 99), ElementsAre(kOther, kHolder));
  EXPECT_THAT(*ledger_->HoldersOf(v1::LANE_URGENT, 99), IsEmpty());
}

}  // namespace
}  // namespace corridor
