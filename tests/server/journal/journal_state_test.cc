// How a journal is found when it is opened: as it was left, put back from a backup, or written by
// a version that this one does not know.

#include "server/journal/journal_state.h"

#include <gtest/gtest.h>

#include "server/journal/record_codec.h"
#include "server/storage/keyspace.h"
#include "server/storage/memory_store.h"
#include "tests/support/memory_head_marker.h"
#include "tests/support/seeded_random.h"

namespace corridor {
namespace {

constexpr char kRegion[] = "sea.example";

class JournalStateTest : public testing::Test {
 protected:
  absl::StatusOr<stored::JournalState> Open() {
    return OpenJournalState(store_, marker_, random_, kRegion, /*accept_lost_tail=*/false);
  }
  void Write(const stored::JournalState& state) {
    WriteBatch batch;
    batch.Put(JournalStateKey(), EncodeValue(JournalStateKey(), state));
    ASSERT_TRUE(store_.Apply(batch).ok());
  }

  MemoryStore store_;
  MemoryHeadMarker marker_;
  SeededRandom random_{1};
};

TEST_F(JournalStateTest, ANewJournalSaysInWhichFormatItIs) {
  ASSERT_TRUE(Open().ok());
  const auto state = GetValue<stored::JournalState>(store_, JournalStateKey());
  ASSERT_TRUE(state.ok() && state->has_value());
  EXPECT_EQ((*state)->storage_format(), kStorageFormat);
}

TEST_F(JournalStateTest, OneFromBeforeFormatsWereWrittenIsOpened) {
  stored::JournalState state = *Open();
  state.clear_storage_format();
  Write(state);
  EXPECT_TRUE(Open().ok());
}

TEST_F(JournalStateTest, ANewerFormatIsRefusedAndLeftAsItIs) {
  stored::JournalState state = *Open();
  state.set_storage_format(kStorageFormat + 1);
  Write(state);
  EXPECT_TRUE(absl::IsFailedPrecondition(Open().status()));
  EXPECT_TRUE(
      absl::IsFailedPrecondition(BeginRestoredJournal(store_, marker_, random_, kRegion).status()));
  const auto kept = GetValue<stored::JournalState>(store_, JournalStateKey());
  EXPECT_EQ((*kept)->SerializeAsString(), state.SerializeAsString());
}

TEST_F(JournalStateTest, OneThatWasPutBackGoesOnUnderANewEpoch) {
  const stored::JournalState before = *Open();
  const auto restored = BeginRestoredJournal(store_, marker_, random_, kRegion);
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_NE(restored->epoch(), before.epoch());
  ASSERT_EQ(restored->previous_size(), 1);
  EXPECT_EQ(restored->previous(0).epoch(), before.epoch());
  const auto opened = Open();
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->epoch(), restored->epoch()) << "it is opened without accepting a loss";
}

TEST_F(JournalStateTest, WhatIsNoJournalOrAnothersIsNotPutBack) {
  EXPECT_TRUE(absl::IsDataLoss(BeginRestoredJournal(store_, marker_, random_, kRegion).status()));
  ASSERT_TRUE(Open().ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(
      BeginRestoredJournal(store_, marker_, random_, "eastafrica.example").status()));
}

}  // namespace
}  // namespace corridor
