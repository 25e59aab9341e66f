#ifndef CORRIDOR_BENCH_STEADY_TIME_H_
#define CORRIDOR_BENCH_STEADY_TIME_H_

#include <cstdint>

namespace corridor {

inline constexpr int64_t kNsPerSecond = 1'000'000'000;

// Nanoseconds of the machine's monotonic clock.
int64_t SteadyNs();
// Sleeps until then, to the microsecond where the machine is idle; returns at once when it is past.
void SleepUntil(int64_t steady_ns);

}  // namespace corridor

#endif  // CORRIDOR_BENCH_STEADY_TIME_H_
