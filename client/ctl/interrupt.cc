#include "client/ctl/interrupt.h"

#include <algorithm>
#include <csignal>
#include <ctime>

namespace corridor {
namespace {

// How soon an interruption is noticed.
constexpr absl::Duration kStep = absl::Milliseconds(100);

volatile std::sig_atomic_t interrupted = 0;

void Interrupt(int signal) {
  interrupted = 1;
  std::signal(signal, SIG_DFL);
}

}  // namespace

void HoldInterrupts() {
  std::signal(SIGINT, Interrupt);
  std::signal(SIGTERM, Interrupt);
}

bool Interrupted() { return interrupted != 0; }

bool PauseUnlessInterrupted(absl::Duration time) {
  for (; time > absl::ZeroDuration() && !Interrupted(); time -= kStep) {
    const timespec step = absl::ToTimespec(std::min(time, kStep));
    nanosleep(&step, nullptr);
  }
  return !Interrupted();
}

}  // namespace corridor
