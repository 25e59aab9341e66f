#ifndef CORRIDOR_SERVER_DELIVERY_CURSOR_CODEC_H_
#define CORRIDOR_SERVER_DELIVERY_CURSOR_CODEC_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "corridor/v1/record.pb.h"
#include "server/delivery/lane_cursor.h"
#include "server/delivery/outlet.h"

namespace corridor {

// Where a subscription stands, in both lanes, in one journal.
struct SubscriptionCursor {
  uint64_t epoch = 0;               // Of the journal the offsets belong to.
  std::array<LaneCursor, 2> lanes;  // By LaneIndex.

  LaneCursor& lane(v1::Lane lane) { return lanes[LaneIndex(lane)]; }
  const LaneCursor& lane(v1::Lane lane) const { return lanes[LaneIndex(lane)]; }

  friend bool operator==(const SubscriptionCursor&, const SubscriptionCursor&) = default;
};

// Most ranges a stored cursor may have in one lane: the highest
// `unsettled_max`, and one more.
inline constexpr size_t kCursorRangesMax = 100'001;

// The bytes under which a cursor is stored:
//
//   version   1 byte, 1
//   epoch     8 bytes, big-endian
//   twice (urgent, routine):
//     floor   varint
//     count   varint, ranges above the floor
//     count times: hole, length   varints >= 1; a range begins `hole` offsets
//             behind the end of the one before (or the floor) plus one, and is
//             `length` long
//
// Varints are those of Protocol Buffers, in their shortest form.
std::string EncodeCursor(const SubscriptionCursor& cursor);

// DATA_LOSS (RECORD_CORRUPT) when the bytes are not what EncodeCursor makes.
absl::StatusOr<SubscriptionCursor> DecodeCursor(std::string_view bytes);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_DELIVERY_CURSOR_CODEC_H_
