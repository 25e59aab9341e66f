// A crowd that says nothing comes to the door: it makes room for whoever speaks, and never the
// other way round.

#include "server/rpc/connection_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace corridor {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

constexpr ConnectionLimits kSmall{.connections = 4, .per_address = 3, .unproven = 3};

TEST(ConnectionTableTest, TheOldestSilentOneMakesRoom) {
  ConnectionTable table(kSmall);
  for (uint64_t id : {1, 2, 3}) table.Add(id, std::to_string(id), absl::ZeroDuration());
  table.MarkProven(1);
  EXPECT_THAT(table.MakeRoom("x"), Optional(IsEmpty()));
  table.Add(4, "x", absl::ZeroDuration());
  EXPECT_THAT(table.MakeRoom("y"), Optional(ElementsAre(2))) << "1 was here before, and has spoken";
}

TEST(ConnectionTableTest, WhoHasTooManyMakesRoomForItself) {
  ConnectionTable table(kSmall);
  table.Add(1, "quiet.example", absl::ZeroDuration());
  for (uint64_t id : {2, 3, 4}) {
    table.Add(id, "crowd", absl::ZeroDuration());
  }
  table.MarkProven(2);
  EXPECT_THAT(table.MakeRoom("crowd"), Optional(testing::Contains(3)));
}

TEST(ConnectionTableTest, WhereAllHaveSpokenTheNewOneIsRefused) {
  ConnectionTable table(kSmall);
  for (uint64_t id : {1, 2, 3, 4}) {
    table.Add(id, std::to_string(id), absl::ZeroDuration());
    table.MarkProven(id);
  }
  EXPECT_EQ(table.MakeRoom("x"), std::nullopt);
  table.Remove(2);
  EXPECT_THAT(table.MakeRoom("x"), Optional(IsEmpty()));
}

TEST(ConnectionTableTest, OneAddressThatHasSpokenOnAllIsRefusedAndOthersAreNot) {
  ConnectionTable table(kSmall);
  for (uint64_t id : {1, 2, 3}) {
    table.Add(id, "gateway", absl::ZeroDuration());
    table.MarkProven(id);
  }
  EXPECT_EQ(table.MakeRoom("gateway"), std::nullopt);
  EXPECT_THAT(table.MakeRoom("x"), Optional(IsEmpty()));
}

TEST(ConnectionTableTest, WhoSaysNothingInTimeIsOverdue) {
  ConnectionTable table({.first_call = absl::Seconds(60)});
  table.Add(1, "a", absl::Seconds(0));
  table.Add(2, "a", absl::Seconds(0));
  table.Add(3, "a", absl::Seconds(30));
  table.MarkProven(1);
  EXPECT_THAT(table.Overdue(absl::Seconds(59)), IsEmpty());
  EXPECT_THAT(table.Overdue(absl::Seconds(60)), ElementsAre(2));
  EXPECT_THAT(table.Overdue(absl::Seconds(600)), ElementsAre(2, 3));
}

TEST(ConnectionTableTest, WhoGivesUpCallsWithoutEndIsFoundOut) {
  ConnectionTable table({.resets_per_second = 10});
  table.Add(1, "a", absl::ZeroDuration());
  int allowed = 0;
  while (table.NoteReset(1, absl::Seconds(1))) ++allowed;
  EXPECT_EQ(allowed, 100) << "ten seconds of them at once";
  EXPECT_FALSE(table.NoteReset(1, absl::Seconds(1)));
  for (int second = 20; second < 120; ++second) {
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(table.NoteReset(1, absl::Seconds(second)));
  }
}

TEST(ConnectionTableTest, AFloodOfSilenceNeverReachesWhoSpeaks) {
  ConnectionTable table({});
  table.Add(1, "publisher", absl::ZeroDuration());
  table.MarkProven(1);
  for (uint64_t id = 2; id < 20'000; ++id) {
    const auto evicted = table.MakeRoom("flood");
    ASSERT_TRUE(evicted.has_value());
    EXPECT_THAT(*evicted, testing::Not(testing::Contains(1)));
    table.Add(id, "flood", absl::ZeroDuration());
  }
  EXPECT_LE(table.unproven(), 1024u);
}

}  // namespace
}  // namespace corridor
