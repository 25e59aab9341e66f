#ifndef CORRIDOR_TESTS_SIMULATION_SIM_SCHEDULER_H_
#define CORRIDOR_TESTS_SIMULATION_SIM_SCHEDULER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "core/base/clock.h"
#include "core/base/executor.h"
#include "tests/simulation/dice.h"

namespace corridor {

class SimScheduler;

// One thread (or a few) of one simulated machine: its tasks run in the order
// posted, but how they interleave with those of other queues is for the dice.
class SimQueue final : public Executor {
 public:
  // `threads` > 1: one of so many tasks at the front runs next.
  SimQueue(SimScheduler& scheduler, size_t threads);
  ~SimQueue() override;

  void Post(Task task) override;
  void PostAfter(absl::Duration delay, Task task) override;

  // The machine stops: nothing that waits is run, timers included.
  void DropAll();
  // Nothing runs for so long; what is posted waits.
  void Stall(absl::Duration by);
  // Called after each task.
  void AfterEachTask(std::function<void()> after) { after_ = std::move(after); }

 private:
  friend class SimScheduler;

  bool runnable() const { return !tasks_.empty() && stalls_ == 0; }
  void Announce();
  void RunOne(Dice& dice);

  SimScheduler& scheduler_;
  const size_t threads_;
  std::deque<Task> tasks_;
  int stalls_ = 0;
  bool announced_ = false;  // In the scheduler's list.
  std::function<void()> after_;
};

// Time, and who runs next. Not thread-safe.
class SimScheduler {
 public:
  explicit SimScheduler(Dice dice) : dice_(dice), world_(*this, 1) {}

  absl::Duration now() const { return now_; }
  // What happens outside all machines: network, clients, the script.
  SimQueue& world() { return world_; }

  // Lets time pass, and everything that is due in it.
  void Advance(absl::Duration by);
  // Ends the present Advance, and makes the next ones do nothing.
  void Stop() { stopped_ = true; }
  bool stopped() const { return stopped_; }

 private:
  friend class SimQueue;
  using TimerKey = std::pair<absl::Duration, uint64_t>;
  struct Timer {
    SimQueue* queue;
    Task task;
  };

  void RunDue();
  void MoveDueTimers();

  Dice dice_;
  absl::Duration now_ = absl::ZeroDuration();
  bool stopped_ = false;
  std::map<TimerKey, Timer> timers_;
  uint64_t timers_made_ = 0;
  std::vector<SimQueue*> ready_;
  SimQueue world_;
};

// The clock of one machine: runs as fast as all others, but its wall time may be
// wrong, and its steady time starts anywhere.
class SimClock final : public Clock {
 public:
  SimClock(const SimScheduler& scheduler, absl::Time start, absl::Duration steady_base)
      : scheduler_(scheduler), start_(start), steady_base_(steady_base) {}

  absl::Time Now() const override { return start_ + scheduler_.now() + wrong_by_; }
  absl::Duration Steady() const override { return steady_base_ + scheduler_.now(); }

  void SetWrongBy(absl::Duration wrong_by) { wrong_by_ = wrong_by; }
  absl::Duration wrong_by() const { return wrong_by_; }

 private:
  const SimScheduler& scheduler_;
  const absl::Time start_;
  const absl::Duration steady_base_;
  absl::Duration wrong_by_ = absl::ZeroDuration();
};

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SIMULATION_SIM_SCHEDULER_H_
