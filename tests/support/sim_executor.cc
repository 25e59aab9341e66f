#include "tests/support/sim_executor.h"

#include <algorithm>
#include <utility>

namespace corridor {

void SimExecutor::Post(Task task) {
  absl::MutexLock lock(&mutex_);
  ready_.push_back(std::move(task));
}

void SimExecutor::PostAfter(absl::Duration delay, Task task) {
  absl::MutexLock lock(&mutex_);
  timers_.emplace(TimerKey(clock_.Steady() + std::max(delay, absl::ZeroDuration()), ++timers_made_),
                  std::move(task));
}

bool SimExecutor::RunOne() {
  Task task;
  {
    absl::MutexLock lock(&mutex_);
    MoveDueTimers();
    if (ready_.empty()) return false;
    task = std::move(ready_.front());
    ready_.pop_front();
  }
  std::move(task)();
  return true;
}

size_t SimExecutor::RunUntilIdle() {
  size_t ran = 0;
  while (RunOne()) ++ran;
  return ran;
}

void SimExecutor::Advance(absl::Duration by) {
  const absl::Duration end = clock_.Steady() + by;
  RunUntilIdle();
  while (true) {
    absl::Duration next = end;
    {
      absl::MutexLock lock(&mutex_);
      if (!timers_.empty()) next = std::min(end, timers_.begin()->first.first);
    }
    clock_.Advance(std::max(next - clock_.Steady(), absl::ZeroDuration()));
    RunUntilIdle();
    if (clock_.Steady() >= end) return;
  }
}

size_t SimExecutor::ready_count() const {
  absl::MutexLock lock(&mutex_);
  return ready_.size();
}

size_t SimExecutor::timer_count() const {
  absl::MutexLock lock(&mutex_);
  return timers_.size();
}

void SimExecutor::DropAll() {
  std::deque<Task> ready;  // Destroyed outside the lock: a destructor may post.
  std::map<TimerKey, Task> timers;
  absl::MutexLock lock(&mutex_);
  ready.swap(ready_);
  timers.swap(timers_);
}

void SimExecutor::MoveDueTimers() {
  while (!timers_.empty() && timers_.begin()->first.first <= clock_.Steady()) {
    ready_.push_back(std::move(timers_.begin()->second));
    timers_.erase(timers_.begin());
  }
}

}  // namespace corridor
