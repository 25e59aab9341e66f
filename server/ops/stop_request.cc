#include "server/ops/stop_request.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>

namespace corridor {
namespace {

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

}  // namespace

StopRequest::StopRequest() {
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // A peer that goes away while we write is an error of that write, no signal.
  signal(SIGPIPE, SIG_IGN);
  wake_fd_ = eventfd(0, EFD_CLOEXEC);
  signal_fd_ = signalfd(-1, &signals, SFD_CLOEXEC);
  if (wake_fd_ < 0 || signal_fd_ < 0) std::abort();  // No file descriptors at the very start.
}

StopRequest::~StopRequest() {
  close(wake_fd_);
  close(signal_fd_);
}

void StopRequest::Ask(StopReason reason) {
  if (reason == StopReason::kStorageFailed) storage_failed_ = true;
  const uint64_t one = 1;
  // Cannot fail short of 2^64 requests.
  [[maybe_unused]] const ssize_t written = write(wake_fd_, &one, sizeof one);
}

StopReason StopRequest::Wait() {
  std::array<pollfd, 2> waits = {pollfd{wake_fd_, POLLIN, 0}, pollfd{signal_fd_, POLLIN, 0}};
  while (poll(waits.data(), waits.size(), -1) < 0 && errno == EINTR) {
  }
  if (waits[1].revents != 0) {
    signalfd_siginfo taken = {};
    [[maybe_unused]] const ssize_t size = read(signal_fd_, &taken, sizeof taken);
  }
  // From now on a signal does what it does to any program.
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  return storage_failed_ ? StopReason::kStorageFailed : StopReason::kSignal;
}

}  // namespace corridor
