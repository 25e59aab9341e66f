// What is settled only grows, in whatever order it is settled, and is kept as
// few ranges as there can be.

#include "server/delivery/lane_cursor.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/support/seeded_random.h"

namespace corridor {
namespace {

using Ranges = std::map<uint64_t, uint64_t>;

TEST(LaneCursor, FloorRisesWhereNothingIsMissing) {
  LaneCursor cursor(10);
  cursor.Settle(11, 13);
  EXPECT_EQ(cursor.floor(), 13u);
  EXPECT_TRUE(cursor.above().empty());
}

TEST(LaneCursor, HolesKeepTheFloorDownUntilTheyAreSettled) {
  LaneCursor cursor;
  cursor.Settle(2, 3);
  cursor.Settle(5, 5);
  EXPECT_EQ(cursor.floor(), 0u);
  EXPECT_EQ(cursor.above(), (Ranges{{2, 3}, {5, 5}}));
  cursor.Settle(1, 1);
  EXPECT_EQ(cursor.floor(), 3u);
  cursor.Settle(4, 4);
  EXPECT_EQ(cursor.floor(), 5u);
  EXPECT_TRUE(cursor.above().empty());
}

TEST(LaneCursor, RangesThatTouchBecomeOne) {
  LaneCursor cursor;
  cursor.Settle(5, 6);
  cursor.Settle(9, 9);
  cursor.Settle(7, 8);
  EXPECT_EQ(cursor.above(), (Ranges{{5, 9}}));
  cursor.Settle(3, 20);
  EXPECT_EQ(cursor.above(), (Ranges{{3, 20}}));
}

TEST(LaneCursor, SettlingAgainChangesNothing) {
  LaneCursor cursor(4);
  cursor.Settle(6, 9);
  const LaneCursor before = cursor;
  cursor.Settle(1, 3);
  cursor.Settle(7, 8);
  cursor.Settle(6, 9);
  EXPECT_EQ(cursor, before);
}

TEST(LaneCursor, SaysWhereASettledStretchEnds) {
  LaneCursor cursor(4);
  cursor.Settle(6, 9);
  EXPECT_EQ(cursor.EndOfStretchAfter(2), 4u);
  EXPECT_EQ(cursor.EndOfStretchAfter(4), 4u);
  EXPECT_EQ(cursor.EndOfStretchAfter(5), 9u);
  EXPECT_EQ(cursor.EndOfStretchAfter(7), 9u);
  EXPECT_EQ(cursor.EndOfStretchAfter(9), 9u);
}

// Against a plain set of numbers.
TEST(LaneCursor, AgreesWithASetOfOffsets) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    SeededRandom random(seed);
    LaneCursor cursor;
    std::set<uint64_t> settled;
    for (int step = 0; step < 60; ++step) {
      const uint64_t first = 1 + random.Uint64() % 100;
      const uint64_t last = first + random.Uint64() % 4;
      cursor.Settle(first, last);
      for (uint64_t offset = first; offset <= last; ++offset) settled.insert(offset);
      uint64_t floor = 0;
      while (settled.contains(floor + 1)) ++floor;
      ASSERT_EQ(cursor.floor(), floor) << "seed " << seed;
      for (uint64_t offset = 1; offset <= 110; ++offset) {
        ASSERT_EQ(cursor.Contains(offset), settled.contains(offset)) << "seed " << seed;
        uint64_t end = offset;
        while (settled.contains(end + 1)) ++end;
        ASSERT_EQ(cursor.EndOfStretchAfter(offset), end) << "seed " << seed << " at " << offset;
      }
      uint64_t end = cursor.floor();
      for (const auto& [from, to] : cursor.above()) {
        ASSERT_GT(from, end + 1) << "seed " << seed;
        end = to;
      }
    }
  }
}

}  // namespace
}  // namespace corridor
