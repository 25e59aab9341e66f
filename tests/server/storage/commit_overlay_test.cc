// A batch in the making: a later proposal sees what an earlier one wrote, and a
// rejected one leaves nothing behind.
#include "server/storage/commit_overlay.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/storage/memory_store.h"

namespace corridor {
namespace {

using ::testing::ElementsAre;

class CommitOverlayTest : public ::testing::Test {
 protected:
  CommitOverlayTest() {
    WriteBatch batch;
    for (const char* key : {"a", "c", "e"}) batch.Put(key, "stored");
    EXPECT_TRUE(store_.Apply(batch).ok());
  }

  std::vector<std::string> Keys(ScanLimit limit, ScanOrder order = ScanOrder::kAscending) {
    std::vector<std::string> keys;
    const auto pairs = overlay_.Scan({"a", "z"}, limit, order);
    if (!pairs.ok()) return {pairs.status().ToString()};
    for (const KeyValue& pair : *pairs) keys.push_back(pair.key);
    return keys;
  }

  MemoryStore store_;
  CommitOverlay overlay_{store_, absl::UnixEpoch()};
};

TEST_F(CommitOverlayTest, ReadsItsOwnWritesOverThoseOfTheStore) {
  overlay_.Put("a", "mine");
  overlay_.Delete("c");
  EXPECT_EQ(**overlay_.Get("a"), "mine");
  EXPECT_FALSE(overlay_.Get("c")->has_value());
  EXPECT_EQ(**overlay_.Get("e"), "stored");
  EXPECT_EQ(**store_.Get("a"), "stored");
}

TEST_F(CommitOverlayTest, ScansLayWritesOverTheStore) {
  overlay_.Put("b", "mine");
  overlay_.Delete("a");
  overlay_.Keep();
  overlay_.Put("d", "mine");
  overlay_.Delete("c");
  EXPECT_THAT(Keys(10), ElementsAre("b", "d", "e"));
  EXPECT_THAT(Keys(2), ElementsAre("b", "d"));
  EXPECT_THAT(Keys(2, ScanOrder::kDescending), ElementsAre("e", "d"));
  EXPECT_THAT(Keys({10, 6}), ElementsAre("b"));
}

TEST_F(CommitOverlayTest, ARejectedProposalLeavesNothing) {
  std::vector<BatchPart> good;
  good.emplace_back([](CommitContext& context) {
    context.Put("good", "1");
    return absl::OkStatus();
  });
  std::vector<BatchPart> bad;
  bad.emplace_back([](CommitContext& context) {
    EXPECT_TRUE(context.Get("good")->has_value());
    context.Put("bad", "1");
    context.Delete("a");
    return absl::OkStatus();
  });
  bad.emplace_back([](CommitContext&) { return absl::AbortedError("no"); });

  EXPECT_TRUE(overlay_.Run(good).ok());
  EXPECT_EQ(overlay_.Run(bad).code(), absl::StatusCode::kAborted);
  ASSERT_TRUE(store_.Apply(overlay_.TakeBatch()).ok());
  EXPECT_TRUE(store_.Get("good")->has_value());
  EXPECT_FALSE(store_.Get("bad")->has_value());
  EXPECT_TRUE(store_.Get("a")->has_value());
}

TEST_F(CommitOverlayTest, ThePositionBelongsToOneProposal) {
  v1::Position position;
  position.set_offset(7);
  overlay_.SetRecordPosition(position);
  EXPECT_EQ(overlay_.record_position()->offset(), 7u);
  overlay_.Keep();
  EXPECT_EQ(overlay_.record_position(), nullptr);
}

}  // namespace
}  // namespace corridor
