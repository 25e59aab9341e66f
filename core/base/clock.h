#ifndef CORRIDOR_CORE_BASE_CLOCK_H_
#define CORRIDOR_CORE_BASE_CLOCK_H_

#include <cstdint>

#include "absl/time/time.h"

namespace corridor {

// Where time comes from. Thread-safe. Real code gets one by constructor, tests
// give a fake; nothing else reads the machine's clock.
class Clock {
 public:
  virtual ~Clock() = default;
  // Wall-clock time, for people and for validity. May jump.
  virtual absl::Time Now() const = 0;
  // Time since some fixed moment of this process. Never goes back; for
  // intervals.
  virtual absl::Duration Steady() const = 0;
};

// The machine's clock.
class SystemClock final : public Clock {
 public:
  absl::Time Now() const override;
  absl::Duration Steady() const override;
};

// Milliseconds since the Unix epoch, rounded down: the form times have in
// records.
inline int64_t ToMillis(absl::Time time) { return absl::ToUnixMillis(time); }

}  // namespace corridor

#endif  // CORRIDOR_CORE_BASE_CLOCK_H_
