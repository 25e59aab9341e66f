#ifndef CORRIDOR_TESTS_SIMULATION_DICE_H_
#define CORRIDOR_TESTS_SIMULATION_DICE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/time/time.h"

namespace corridor {

// All chance of a simulated world: SplitMix64 from a seed. Not thread-safe.
class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15;
    uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return mixed ^ (mixed >> 31);
  }
  // 0 to `end` - 1. REQUIRES: end > 0.
  size_t Below(size_t end) { return static_cast<size_t>(Next() % end); }
  // `low` to `high`, both included.
  int Between(int low, int high) {
    return low + static_cast<int>(Below(static_cast<size_t>(high - low) + 1));
  }
  bool Chance(double probability) {
    return static_cast<double>(Next() >> 11) * 0x1.0p-53 < probability;
  }
  // In steps of a millisecond.
  absl::Duration Time(absl::Duration low, absl::Duration high) {
    const int64_t span = absl::ToInt64Milliseconds(high - low);
    return low + absl::Milliseconds(static_cast<int64_t>(Next() % static_cast<uint64_t>(span + 1)));
  }
  template <typename T>
  const T& Pick(const std::vector<T>& from) {
    return from[Below(from.size())];
  }
  // Another, independent one.
  Dice Fork() { return Dice(Next()); }

 private:
  uint64_t state_;
};

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SIMULATION_DICE_H_
