// Every act leaves an entry in the batch of the act itself, and an entry that was
// changed, removed or added afterwards shows.
#include "server/audit/audit_log.h"

#include <string>
#include <utility>
#include <vector>

#include "core/crypto/digest.h"
#include "gtest/gtest.h"
#include "server/storage/commit_overlay.h"
#include "server/storage/keyspace.h"
#include "server/storage/memory_store.h"

namespace corridor {
namespace {

using namespace std::string_view_literals;

v1::AuditEntry Act(std::string object) {
  v1::AuditEntry entry;
  entry.set_actor("spiffe://sea.example/operator/example");
  entry.set_act(v1::AUDIT_ACT_MEMBER);
  entry.set_object(std::move(object));
  return entry;
}

class AuditLogTest : public ::testing::Test {
 protected:
  // One batch; each list of parts is one proposal.
  void Commit(std::vector<std::vector<BatchPart>> proposals) {
    CommitOverlay overlay(store_, absl::FromUnixMillis(1000));
    for (std::vector<BatchPart>& parts : proposals) overlay.Run(parts).IgnoreError();
    ASSERT_TRUE(store_.Apply(overlay.TakeBatch()).ok());
  }
  void CommitOne(BatchPart part) {
    std::vector<BatchPart> parts;
    parts.push_back(std::move(part));
    std::vector<std::vector<BatchPart>> proposals;
    proposals.push_back(std::move(parts));
    Commit(std::move(proposals));
  }
  void CommitThree() {
    for (const char* object : {"one", "two", "three"}) CommitOne(AuditLog::Entry(Act(object)));
  }

  MemoryStore store_;
  AuditLog log_{store_};
};

TEST_F(AuditLogTest, AnEmptyLogHasTheZeroHead) {
  EXPECT_EQ(log_.head()->entries, 0u);
  EXPECT_EQ(log_.head()->hash, std::string(32, '\0'));
  EXPECT_TRUE(log_.Verify().ok());
}

TEST_F(AuditLogTest, EntriesAreNumberedTimedAndChained) {
  CommitThree();
  const auto entries = log_.Read(0, 10);
  ASSERT_TRUE(entries.ok());
  ASSERT_EQ(entries->size(), 3u);
  EXPECT_EQ((*entries)[2].sequence(), 3u);
  EXPECT_EQ((*entries)[2].time_ms(), 1000);
  EXPECT_EQ((*entries)[2].object(), "three");

  // The chain as audit_log.proto defines it, from the stored bytes.
  std::string hash(32, '\0');
  for (uint64_t sequence = 1; sequence <= 3; ++sequence) {
    const auto stored = store_.Get(AuditEntryKey(sequence));
    hash = ToString(Sha256("corridor/audit/v1\0"sv, hash, **stored));
  }
  EXPECT_EQ(log_.head()->hash, hash);
  EXPECT_EQ(log_.Verify()->entries, 3u);
}

TEST_F(AuditLogTest, ReadsOnFromWhereOneWas) {
  CommitThree();
  const auto entries = log_.Read(1, 1);
  ASSERT_TRUE(entries.ok());
  ASSERT_EQ(entries->size(), 1u);
  EXPECT_EQ((*entries)[0].object(), "two");
  EXPECT_TRUE(log_.Read(3, 10)->empty());
}

TEST_F(AuditLogTest, ARejectedProposalLeavesNoGapInTheChain) {
  std::vector<std::vector<BatchPart>> proposals(3);
  proposals[0].push_back(AuditLog::Entry(Act("one")));
  proposals[1].push_back(AuditLog::Entry(Act("never")));
  proposals[1].push_back([](CommitContext&) { return absl::AbortedError("no"); });
  proposals[2].push_back(AuditLog::Entry(Act("two")));
  Commit(std::move(proposals));
  const auto entries = log_.Read(0, 10);
  ASSERT_TRUE(entries.ok());
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ((*entries)[1].object(), "two");
  EXPECT_TRUE(log_.Verify().ok());
}

TEST_F(AuditLogTest, AnEntryOfAStatementTakesItsPosition) {
  CommitOverlay overlay(store_, absl::UnixEpoch());
  v1::Position position;
  position.set_region("sea.example");
  position.set_offset(9);
  overlay.SetRecordPosition(position);
  std::vector<BatchPart> parts;
  parts.push_back(AuditLog::Part()(Act("a statement")));
  ASSERT_TRUE(overlay.Run(parts).ok());
  ASSERT_TRUE(store_.Apply(overlay.TakeBatch()).ok());
  EXPECT_EQ(log_.Read(0, 1)->at(0).position().offset(), 9u);
}

std::string ObjectsOf(const AuditLog::Page& page) {
  std::string objects;
  for (const v1::StoredAuditEntry& entry : page.entries) objects += entry.says().object() + " ";
  return objects;
}

TEST_F(AuditLogTest, APageGoesOnWhereTheOneBeforeEnded) {
  CommitThree();
  const v1::AuditFilter everything;
  auto page = log_.Find({.filter = everything, .entries_max = 2});
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(ObjectsOf(*page), "one two ");
  EXPECT_EQ(page->head.entries, 3u);
  EXPECT_EQ(page->entries[0].entry(), **store_.Get(AuditEntryKey(1)));
  ASSERT_TRUE(page->next.has_value());
  page = log_.Find({.filter = everything, .from = *page->next, .entries_max = 2});
  EXPECT_EQ(ObjectsOf(*page), "three ");
  EXPECT_FALSE(page->next.has_value());
}

TEST_F(AuditLogTest, TheNewestFirstGoesBackToTheFirst) {
  CommitThree();
  const v1::AuditFilter everything;
  auto page = log_.Find(
      {.filter = everything, .from = 99, .order = ScanOrder::kDescending, .entries_max = 2});
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(ObjectsOf(*page), "three two ");
  ASSERT_EQ(page->next, 1u);
  page = log_.Find({.filter = everything, .from = 1, .order = ScanOrder::kDescending});
  EXPECT_EQ(ObjectsOf(*page), "one ");
  EXPECT_FALSE(page->next.has_value());
}

TEST_F(AuditLogTest, AFilterThatPassesLittleLooksAtABoundedNumberOfEntries) {
  CommitThree();
  v1::AuditFilter filter;
  filter.set_object("three");
  const auto page = log_.Find({.filter = filter, .looks_max = 2});
  ASSERT_TRUE(page.ok());
  EXPECT_TRUE(page->entries.empty());
  EXPECT_EQ(page->next, 3u) << "there is more to look at";
}

TEST_F(AuditLogTest, APageWithAHoleIsNoPage) {
  CommitThree();
  WriteBatch tamper;
  tamper.Delete(AuditEntryKey(2));
  ASSERT_TRUE(store_.Apply(tamper).ok());
  const v1::AuditFilter everything;
  EXPECT_EQ(log_.Find({.filter = everything}).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(AuditLogTest, AGatePolicyIsAnEntryWhenItComesIntoForceAndNotAgain) {
  v1::GateVerdictStamp stamp;
  stamp.set_policy_version("1");
  CommitOne(AuditLog::GatePolicyInForce("spiffe://sea.example/broker/b1", stamp));
  CommitOne(AuditLog::GatePolicyInForce("spiffe://sea.example/broker/b1", stamp));
  stamp.set_policy_version("2");
  CommitOne(AuditLog::GatePolicyInForce("spiffe://sea.example/broker/b1", stamp));
  const auto entries = log_.Read(0, 10);
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ((*entries)[1].act(), v1::AUDIT_ACT_GATE_POLICY);
  EXPECT_EQ((*entries)[1].object(), "2");
}

TEST_F(AuditLogTest, AChangedEntryShows) {
  CommitThree();
  WriteBatch tamper;
  v1::AuditEntry changed = log_.Read(1, 1)->at(0);
  changed.set_object("another");
  tamper.Put(AuditEntryKey(2), changed.SerializeAsString());
  ASSERT_TRUE(store_.Apply(tamper).ok());
  EXPECT_EQ(log_.Verify().status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(AuditLogTest, WhatIsExportedCanBeFollowedToTheHead) {
  CommitThree();
  AuditChain chain;
  const auto head =
      log_.Export([&](std::string_view line) { EXPECT_TRUE(chain.Follow(line).ok()); });
  ASSERT_TRUE(head.ok());
  EXPECT_EQ(chain.head(), *head);
  EXPECT_EQ(*log_.head(), *head);
  WriteBatch removal;
  removal.Delete(AuditEntryKey(2));
  ASSERT_TRUE(store_.Apply(removal).ok());
  EXPECT_EQ(log_.Export([](std::string_view) {}).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(AuditLogTest, ARemovedEntryShows) {
  CommitThree();
  for (uint64_t sequence : {1, 2, 3}) {
    const std::string value = **store_.Get(AuditEntryKey(sequence));
    WriteBatch remove, restore;
    remove.Delete(AuditEntryKey(sequence));
    restore.Put(AuditEntryKey(sequence), value);
    ASSERT_TRUE(store_.Apply(remove).ok());
    EXPECT_EQ(log_.Verify().status().message(),
              "audit: entry " + std::to_string(sequence) + " is missing");
    ASSERT_TRUE(store_.Apply(restore).ok());
  }
  EXPECT_TRUE(log_.Verify().ok());
}

}  // namespace
}  // namespace corridor
