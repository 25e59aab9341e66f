#include "core/base/random.h"

#include <cstring>

namespace corridor {

uint64_t Random::Uint64() {
  uint8_t bytes[8];
  Fill(bytes);
  uint64_t value = 0;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

double Random::Fraction() {
  constexpr double kTwoToMinus53 = 1.0 / 9007199254740992.0;
  return static_cast<double>(Uint64() >> 11) * kTwoToMinus53;
}

std::string Random::Bytes(size_t size) {
  std::string bytes(size, '\0');
  Fill({reinterpret_cast<uint8_t*>(bytes.data()), bytes.size()});
  return bytes;
}

}  // namespace corridor
