#include "bench/steady_time.h"

#include <sys/prctl.h>

#include <ctime>

namespace corridor {
namespace {

constexpr unsigned long kTimerSlackNs = 1000;

}  // namespace

int64_t SteadyNs() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kNsPerSecond + now.tv_nsec;
}

void SleepUntil(int64_t steady_ns) {
  // The kernel else adds up to 50 us, which would count as the broker's.
  thread_local const int slack = prctl(PR_SET_TIMERSLACK, kTimerSlackNs, 0, 0, 0);
  static_cast<void>(slack);
  const timespec until = {.tv_sec = steady_ns / kNsPerSecond, .tv_nsec = steady_ns % kNsPerSecond};
  while (SteadyNs() < steady_ns) {
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
  }
}

}  // namespace corridor
