#include "server/delivery/cursor_codec.h"

#include <limits>
#include <optional>

#include "core/base/status_macros.h"
#include "core/model/errors.h"

namespace corridor {
namespace {

constexpr char kVersion = 1;

void PutVarint(uint64_t value, std::string& out) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

absl::Status Corrupt() {
  return Error(v1::ERROR_REASON_RECORD_CORRUPT, "a stored subscription cursor cannot be read");
}

// Takes values off the front of `bytes`; nullopt when they are not there.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  bool empty() const { return bytes_.empty(); }

  std::optional<uint8_t> Byte() {
    if (bytes_.empty()) return std::nullopt;
    const auto byte = static_cast<uint8_t>(bytes_.front());
    bytes_.remove_prefix(1);
    return byte;
  }

  std::optional<uint64_t> Fixed64() {
    uint64_t value = 0;
    for (int i = 0; i < 8; ++i) {
      const std::optional<uint8_t> byte = Byte();
      if (!byte) return std::nullopt;
      value = value << 8 | *byte;
    }
    return value;
  }

  std::optional<uint64_t> Varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::optional<uint8_t> byte = Byte();
      if (!byte) return std::nullopt;
      const uint64_t bits = *byte & 0x7f;
      if (shift == 63 && bits > 1) return std::nullopt;
      value |= bits << shift;
      if (*byte < 0x80) {
        const bool shortest = *byte != 0 || shift == 0;
        return shortest ? std::optional<uint64_t>(value) : std::nullopt;
      }
    }
    return std::nullopt;
  }

 private:
  std::string_view bytes_;
};

void PutLane(const LaneCursor& lane, std::string& out) {
  PutVarint(lane.floor(), out);
  PutVarint(lane.above().size(), out);
  uint64_t end = lane.floor();
  for (const auto& [first, last] : lane.above()) {
    PutVarint(first - end - 1, out);
    PutVarint(last - first + 1, out);
    end = last;
  }
}

absl::StatusOr<LaneCursor> TakeLane(Reader& reader) {
  const std::optional<uint64_t> floor = reader.Varint();
  const std::optional<uint64_t> count = reader.Varint();
  if (!floor || !count || *count > kCursorRangesMax) return Corrupt();
  LaneCursor lane(*floor);
  uint64_t end = *floor;
  for (uint64_t i = 0; i < *count; ++i) {
    const std::optional<uint64_t> hole = reader.Varint();
    const std::optional<uint64_t> length = reader.Varint();
    if (!hole || !length || *hole == 0 || *length == 0) return Corrupt();
    const uint64_t room = std::numeric_limits<uint64_t>::max() - end - 1;
    if (*hole > room || *length > room - *hole) return Corrupt();
    lane.Settle(end + *hole + 1, end + *hole + *length);
    end += *hole + *length;
  }
  return lane;
}

}  // namespace

std::string EncodeCursor(const SubscriptionCursor& cursor) {
  std::string out(1, kVersion);
  for (int shift = 56; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(cursor.epoch >> shift));
  }
  for (const LaneCursor& lane : cursor.lanes) PutLane(lane, out);
  return out;
}

absl::StatusOr<SubscriptionCursor> DecodeCursor(std::string_view bytes) {
  Reader reader(bytes);
  if (reader.Byte() != kVersion) return Corrupt();
  const std::optional<uint64_t> epoch = reader.Fixed64();
  if (!epoch) return Corrupt();
  SubscriptionCursor cursor;
  cursor.epoch = *epoch;
  for (LaneCursor& lane : cursor.lanes) {
    ASSIGN_OR_RETURN(lane, TakeLane(reader));
  }
  if (!reader.empty()) return Corrupt();
  return cursor;
}

}  // namespace corridor
