#ifndef CORRIDOR_CORE_BASE_EXECUTOR_H_
#define CORRIDOR_CORE_BASE_EXECUTOR_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"

namespace corridor {

using Task = absl::AnyInvocable<void()>;

// Runs tasks, later and somewhere else. Everything in the broker that decides
// runs as tasks on executors, so that a test can run two whole regions in one
// thread under a fake clock. Thread-safe.
class Executor {
 public:
  virtual ~Executor() = default;

  // Runs `task` soon, never inside this call. Tasks of one single-threaded
  // executor run one at a time, in the order posted.
  virtual void Post(Task task) = 0;

  // Runs `task` once `delay` has passed on the monotonic clock. Cannot be taken
  // back: a task that may have lost its purpose must look for itself.
  virtual void PostAfter(absl::Duration delay, Task task) = 0;
};

// Threads of our own. Tasks not yet begun when Stop is called, and those posted
// later, are dropped.
class ThreadExecutor final : public Executor {
 public:
  // `name` (at most 15 characters) is what the threads are called in top and in
  // ARCHITECTURE.md. With `threads` == 1 tasks never overlap.
  ThreadExecutor(const std::string& name, size_t threads);
  ~ThreadExecutor() override;  // Stops.

  void Post(Task task) override;
  void PostAfter(absl::Duration delay, Task task) override;

  // Waits for running tasks, drops the others, joins the threads. Not from one
  // of its own tasks.
  void Stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace corridor

#endif  // CORRIDOR_CORE_BASE_EXECUTOR_H_
