#include "client/internal/uuid.h"

#include <cstdint>

#include "core/base/clock.h"

namespace corridor {
namespace {

std::string WithVersion(std::string bytes, uint8_t version) {
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | (version << 4));
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  return bytes;
}

}  // namespace

std::string MakeUuidV7(absl::Time now, Random& random) {
  std::string bytes = random.Bytes(16);
  const auto millis = static_cast<uint64_t>(ToMillis(now));
  for (int i = 0; i < 6; ++i) bytes[i] = static_cast<char>(millis >> (8 * (5 - i)));
  return WithVersion(std::move(bytes), 7);
}

std::string MakeUuidV4(Random& random) { return WithVersion(random.Bytes(16), 4); }

}  // namespace corridor
