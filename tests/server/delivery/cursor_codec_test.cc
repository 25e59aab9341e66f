// A cursor comes back from storage as it went in, and nothing else is taken for
// one.

#include "server/delivery/cursor_codec.h"

#include <gtest/gtest.h>

#include <string>

#include "core/model/errors.h"
#include "tests/support/seeded_random.h"

namespace corridor {
namespace {

SubscriptionCursor Example() {
  SubscriptionCursor cursor;
  cursor.epoch = 0x0102030405060708;
  cursor.lane(v1::LANE_URGENT) = LaneCursor(7);
  cursor.lane(v1::LANE_ROUTINE) = LaneCursor(300);
  cursor.lane(v1::LANE_ROUTINE).Settle(302, 303);
  cursor.lane(v1::LANE_ROUTINE).Settle(305, 600);
  return cursor;
}

// The format is stored for years: these bytes never change.
TEST(CursorCodec, WritesTheseBytes) {
  const std::string expected(
      "\x01"
      "\x01\x02\x03\x04\x05\x06\x07\x08"
      "\x07\x00"
      "\xac\x02\x02"
      "\x01\x02"
      "\x01\xa8\x02",
      19);
  EXPECT_EQ(EncodeCursor(Example()), expected);
}

TEST(CursorCodec, ReadsWhatItWrote) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    SeededRandom random(seed);
    SubscriptionCursor cursor;
    cursor.epoch = random.Uint64();
    for (LaneCursor& lane : cursor.lanes) {
      lane = LaneCursor(random.Uint64() >> (random.Uint64() % 60 + 2));
      uint64_t offset = lane.floor();
      for (uint64_t count = random.Uint64() % 20; count > 0; --count) {
        const uint64_t first = offset + 2 + random.Uint64() % 1000;
        offset = first + random.Uint64() % 1000;
        lane.Settle(first, offset);
      }
    }
    auto read = DecodeCursor(EncodeCursor(cursor));
    ASSERT_TRUE(read.ok()) << "seed " << seed;
    ASSERT_EQ(*read, cursor) << "seed " << seed;
  }
}

TEST(CursorCodec, RefusesEveryTruncation) {
  const std::string bytes = EncodeCursor(Example());
  for (size_t size = 0; size < bytes.size(); ++size) {
    const absl::Status status = DecodeCursor(bytes.substr(0, size)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << size;
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_RECORD_CORRUPT) << size;
  }
  EXPECT_FALSE(DecodeCursor(bytes + '\0').ok());
}

TEST(CursorCodec, RefusesWhatEncodeWouldNotWrite) {
  const std::string head("\x01\0\0\0\0\0\0\0\1", 9);
  const std::string empty_lane("\0\0", 2);
  EXPECT_TRUE(DecodeCursor(head + empty_lane + empty_lane).ok());
  std::string other_version = head + empty_lane + empty_lane;
  other_version[0] = 2;
  EXPECT_FALSE(DecodeCursor(other_version).ok());
  EXPECT_FALSE(DecodeCursor(head + empty_lane + std::string("\x80\0\0", 3)).ok());  // Long form.
  EXPECT_FALSE(DecodeCursor(head + empty_lane + std::string("\0\1\0\1", 4)).ok());  // No hole.
  EXPECT_FALSE(DecodeCursor(head + empty_lane + std::string("\0\1\1\0", 4)).ok());  // No length.
  const std::string huge = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";
  EXPECT_FALSE(DecodeCursor(head + empty_lane + std::string("\5\1\1", 3) + huge).ok());
  EXPECT_FALSE(DecodeCursor(head + empty_lane + std::string("\0", 1) + huge).ok());
  EXPECT_FALSE(DecodeCursor(head + empty_lane + std::string("\0", 1) + huge + "\1").ok());
}

// Garbage never crashes it, and what it accepts it would write the same way.
TEST(CursorCodec, AcceptsOnlyOneFormOfEachCursor) {
  SeededRandom random(7);
  const std::string good = EncodeCursor(Example());
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = good;
    for (uint64_t flips = 1 + random.Uint64() % 3; flips > 0; --flips) {
      bytes[random.Uint64() % bytes.size()] = static_cast<char>(random.Uint64());
    }
    const auto read = DecodeCursor(bytes);
    if (read.ok()) {
      EXPECT_EQ(EncodeCursor(*read), bytes);
    }
  }
}

}  // namespace
}  // namespace corridor
