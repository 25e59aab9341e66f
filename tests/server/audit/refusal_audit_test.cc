// A door that is knocked at by everybody: each refusal is on record, and a flood of them costs the
// log a bounded number of entries.
#include "server/audit/refusal_audit.h"

#include <numeric>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/audit/audit_log.h"
#include "server/storage/memory_store.h"
#include "tests/support/direct_commit_queue.h"
#include "tests/support/fake_clock.h"

namespace corridor {
namespace {

v1::AuditEntry Refusal(const std::string& actor) {
  v1::AuditEntry entry;
  entry.set_actor(actor);
  entry.set_act(v1::AUDIT_ACT_AUTHENTICATION);
  entry.set_refusal(v1::ERROR_REASON_IDENTITY_INVALID);
  return entry;
}

TEST(RefusalFoldTest, TheFirstAlikeAreEntriesAndTheRestIsCounted) {
  RefusalFold fold;
  size_t single = 0;
  for (int i = 0; i < 1000; ++i) single += fold.Add(Refusal("a")).has_value() ? 1 : 0;
  EXPECT_EQ(single, RefusalFold::kSingleAlikeMax);
  EXPECT_TRUE(fold.Add(Refusal("b")).has_value()) << "another's refusal is not lost among them";
  const auto counted = fold.EndMinute();
  ASSERT_EQ(counted.size(), 1u);
  EXPECT_EQ(counted[0].actor(), "a");
  EXPECT_EQ(counted[0].count(), 1000 - RefusalFold::kSingleAlikeMax);
  EXPECT_TRUE(fold.Add(Refusal("a")).has_value()) << "a new minute";
  EXPECT_TRUE(fold.EndMinute().empty());
}

TEST(RefusalFoldTest, AFloodUnderManyNamesIsBoundedAndNoneIsUncounted) {
  RefusalFold fold;
  size_t single = 0;
  for (int i = 0; i < 10'000; ++i) {
    single += fold.Add(Refusal(absl::StrCat("name", i))).has_value() ? 1 : 0;
  }
  EXPECT_LE(single, RefusalFold::kSingleMax);
  const auto counted = fold.EndMinute();
  EXPECT_LE(counted.size(), RefusalFold::kKindsMax + 1);
  const size_t sum =
      std::accumulate(counted.begin(), counted.end(), size_t{0},
                      [](size_t sum, const auto& entry) { return sum + entry.count(); });
  EXPECT_EQ(single + sum, 10'000u);
}

TEST(RefusalAuditTest, WhatIsCountedIsWrittenWhenTheMinuteEndsAndAtTheLatestAtTheEnd) {
  FakeClock clock;
  MemoryStore store;
  DirectCommitQueue commits(store, clock);
  const AuditLog log(store);
  RefusalAudit refusals({.commits = commits,
                         .clock = clock,
                         .audit = AuditLog::Part(),
                         .lost = [](const absl::Status& status) { ADD_FAILURE() << status; }});
  refusals.Tick();
  for (size_t i = 0; i < RefusalFold::kSingleAlikeMax + 5; ++i) refusals.Note(Refusal("a"));
  EXPECT_EQ(log.head()->entries, RefusalFold::kSingleAlikeMax);
  clock.Advance(absl::Seconds(59));
  refusals.Tick();
  EXPECT_EQ(log.head()->entries, RefusalFold::kSingleAlikeMax);
  clock.Advance(absl::Seconds(1));
  refusals.Tick();
  EXPECT_EQ(log.Read(RefusalFold::kSingleAlikeMax, 10)->at(0).count(), 5u);

  for (size_t i = 0; i < RefusalFold::kSingleAlikeMax + 1; ++i) refusals.Note(Refusal("b"));
  refusals.Flush();
  EXPECT_EQ(log.Read(2 * RefusalFold::kSingleAlikeMax + 1, 10)->at(0).count(), 1u);
}

}  // namespace
}  // namespace corridor
