#ifndef CORRIDOR_TESTS_SUPPORT_SIM_EXECUTOR_H_
#define CORRIDOR_TESTS_SUPPORT_SIM_EXECUTOR_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "core/base/executor.h"
#include "tests/support/fake_clock.h"

namespace corridor {

// Runs tasks in the thread that drives it, under its own fake clock: one of these
// stands for every thread of a broker, or of two whole regions. Tasks run in the
// order posted; timers by due time, then in the order posted. Post and PostAfter
// are thread-safe; Run... and Advance belong to the one driving thread.
class SimExecutor final : public Executor {
 public:
  SimExecutor() = default;
  explicit SimExecutor(absl::Time start) : clock_(start) {}
  // What never ran is destroyed unrun.
  ~SimExecutor() override = default;

  FakeClock& clock() { return clock_; }

  void Post(Task task) override;
  void PostAfter(absl::Duration delay, Task task) override;

  // Runs the next task that is due. False when there is none.
  bool RunOne();
  // Runs what is due now, and what that posts, until nothing is. Time stands still.
  // Returns how many tasks ran.
  size_t RunUntilIdle();
  // Lets `by` pass, stopping at each timer on the way to run what is due.
  void Advance(absl::Duration by);
  // Tasks that are due now, and timers that are not.
  size_t ready_count() const;
  size_t timer_count() const;
  // Forgets all tasks and timers, unrun: what a killed process leaves.
  void DropAll();

 private:
  using TimerKey = std::pair<absl::Duration, uint64_t>;

  void MoveDueTimers() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  FakeClock clock_;
  mutable absl::Mutex mutex_;
  std::deque<Task> ready_ ABSL_GUARDED_BY(mutex_);
  std::map<TimerKey, Task> timers_ ABSL_GUARDED_BY(mutex_);
  uint64_t timers_made_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SUPPORT_SIM_EXECUTOR_H_
