#ifndef CORRIDOR_CORE_BASE_RANDOM_H_
#define CORRIDOR_CORE_BASE_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace corridor {

// Where chance comes from. Thread-safe. The real one is cryptographically
// secure (core/crypto); simulations give a seeded one.
class Random {
 public:
  virtual ~Random() = default;
  // Fills `bytes` with random bytes.
  virtual void Fill(std::span<uint8_t> bytes) = 0;

  // Uniform over all 64-bit values.
  uint64_t Uint64();
  // Uniform in [0, 1).
  double Fraction();
  // `size` random bytes.
  std::string Bytes(size_t size);
};

}  // namespace corridor

#endif  // CORRIDOR_CORE_BASE_RANDOM_H_
