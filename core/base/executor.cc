#include "core/base/executor.h"

#include <pthread.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace corridor {

class ThreadExecutor::Impl {
 public:
  Impl(const std::string& name, size_t threads) {
    for (size_t i = 0; i < threads; ++i) {
      threads_.emplace_back([this] { Run(); });
      pthread_setname_np(threads_.back().native_handle(), name.c_str());
    }
  }

  void Post(Task task) {
    absl::MutexLock lock(&mutex_);
    if (!stopped_) ready_.push_back(std::move(task));
  }

  void PostAfter(absl::Duration delay, Task task) {
    absl::MutexLock lock(&mutex_);
    if (stopped_) return;
    timers_.emplace(
        std::pair(SteadyClock::now() + absl::ToChronoNanoseconds(delay), ++timers_made_),
        std::move(task));
    timers_changed_ = true;
  }

  void Stop() {
    {
      absl::MutexLock lock(&mutex_);
      stopped_ = true;
    }
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    DropTasks();
  }

 private:
  using SteadyClock = std::chrono::steady_clock;
  using TimerKey = std::pair<SteadyClock::time_point, uint64_t>;

  void Run() {
    while (true) {
      Task task = Next();
      if (!task) return;
      std::move(task)();
    }
  }

  // The next task that is due; an empty one when stopped.
  Task Next() {
    absl::MutexLock lock(&mutex_);
    while (true) {
      MoveDueTimers();
      if (stopped_) return nullptr;
      if (!ready_.empty()) break;
      timers_changed_ = false;
      mutex_.AwaitWithTimeout(absl::Condition(this, &Impl::ShouldWake), UntilNextTimer());
    }
    Task task = std::move(ready_.front());
    ready_.pop_front();
    return task;
  }

  void MoveDueTimers() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (timers_.empty()) return;
    const SteadyClock::time_point now = SteadyClock::now();
    while (!timers_.empty() && timers_.begin()->first.first <= now) {
      ready_.push_back(std::move(timers_.begin()->second));
      timers_.erase(timers_.begin());
    }
  }

  absl::Duration UntilNextTimer() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (timers_.empty()) return absl::InfiniteDuration();
    return absl::FromChrono(timers_.begin()->first.first - SteadyClock::now());
  }

  bool ShouldWake() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopped_ || !ready_.empty() || timers_changed_;
  }

  // Outside the lock: a task's destructor may post.
  void DropTasks() {
    std::deque<Task> ready;
    std::map<TimerKey, Task> timers;
    absl::MutexLock lock(&mutex_);
    ready.swap(ready_);
    timers.swap(timers_);
  }

  absl::Mutex mutex_;
  std::deque<Task> ready_ ABSL_GUARDED_BY(mutex_);
  std::map<TimerKey, Task> timers_ ABSL_GUARDED_BY(mutex_);
  uint64_t timers_made_ ABSL_GUARDED_BY(mutex_) = 0;
  bool timers_changed_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

ThreadExecutor::ThreadExecutor(const std::string& name, size_t threads)
    : impl_(std::make_unique<Impl>(name, threads)) {}

ThreadExecutor::~ThreadExecutor() { Stop(); }

void ThreadExecutor::Post(Task task) { impl_->Post(std::move(task)); }

void ThreadExecutor::PostAfter(absl::Duration delay, Task task) {
  impl_->PostAfter(delay, std::move(task));
}

void ThreadExecutor::Stop() { impl_->Stop(); }

}  // namespace corridor
