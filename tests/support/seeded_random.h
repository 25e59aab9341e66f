#ifndef CORRIDOR_TESTS_SUPPORT_SEEDED_RANDOM_H_
#define CORRIDOR_TESTS_SUPPORT_SEEDED_RANDOM_H_

#include <cstdint>
#include <span>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "core/base/random.h"

namespace corridor {

// Chance that a seed replays: SplitMix64. Good enough to simulate, worthless for
// secrets. Thread-safe; replays only where its callers come in the same order.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed) : state_(seed) {}

  void Fill(std::span<uint8_t> bytes) override;

 private:
  uint64_t Next() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Mutex mutex_;
  uint64_t state_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SUPPORT_SEEDED_RANDOM_H_
