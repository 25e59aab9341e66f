#include "corridor/environment.h"

#include "core/crypto/system_random.h"

namespace corridor {

Environment Environment::Default() {
  // Never destroyed: timers and callbacks may be under way when the process ends.
  static const auto* clock = new SystemClock;
  static auto* random = new SystemRandom;
  static auto* executor = new ThreadExecutor("corridor-sdk", 1);
  return {.clock = clock, .random = random, .executor = executor};
}

}  // namespace corridor
