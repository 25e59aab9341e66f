#include "tests/simulation/sim_scheduler.h"

#include <algorithm>

namespace corridor {

SimQueue::SimQueue(SimScheduler& scheduler, size_t threads)
    : scheduler_(scheduler), threads_(threads) {}

SimQueue::~SimQueue() {
  DropAll();
  std::erase(scheduler_.ready_, this);
}

void SimQueue::Post(Task task) {
  tasks_.push_back(std::move(task));
  Announce();
}

void SimQueue::PostAfter(absl::Duration delay, Task task) {
  scheduler_.timers_.emplace(
      SimScheduler::TimerKey(scheduler_.now_ + std::max(delay, absl::ZeroDuration()),
                             ++scheduler_.timers_made_),
      SimScheduler::Timer{this, std::move(task)});
}

void SimQueue::DropAll() {
  // What is destroyed may post again.
  while (!tasks_.empty()) std::exchange(tasks_, {}).clear();
  std::vector<Task> dropped;
  for (auto it = scheduler_.timers_.begin(); it != scheduler_.timers_.end();) {
    if (it->second.queue != this) {
      ++it;
      continue;
    }
    dropped.push_back(std::move(it->second.task));
    it = scheduler_.timers_.erase(it);
  }
  stalls_ = 0;
}

void SimQueue::Stall(absl::Duration by) {
  ++stalls_;
  scheduler_.world_.PostAfter(by, [this] {
    if (stalls_ > 0) --stalls_;
    Announce();
  });
}

void SimQueue::Announce() {
  if (!runnable() || std::exchange(announced_, true)) return;
  scheduler_.ready_.push_back(this);
}

void SimQueue::RunOne(Dice& dice) {
  const size_t choices = std::min(threads_, tasks_.size());
  const size_t chosen = choices > 1 ? dice.Below(choices) : 0;
  Task task = std::move(tasks_[chosen]);
  tasks_.erase(tasks_.begin() + static_cast<std::ptrdiff_t>(chosen));
  std::move(task)();
  if (after_) after_();
}

void SimScheduler::Advance(absl::Duration by) {
  const absl::Duration end = now_ + by;
  while (!stopped_) {
    RunDue();
    if (now_ >= end || stopped_) return;
    now_ = timers_.empty() ? end : std::min(end, timers_.begin()->first.first);
  }
}

void SimScheduler::RunDue() {
  MoveDueTimers();
  while (!ready_.empty() && !stopped_) {
    const size_t chosen = ready_.size() > 1 ? dice_.Below(ready_.size()) : 0;
    SimQueue* const queue = ready_[chosen];
    if (queue->runnable()) queue->RunOne(dice_);
    MoveDueTimers();
    if (queue->runnable()) continue;
    queue->announced_ = false;
    std::erase(ready_, queue);
  }
}

void SimScheduler::MoveDueTimers() {
  while (!timers_.empty() && timers_.begin()->first.first <= now_) {
    Timer timer = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    timer.queue->Post(std::move(timer.task));
  }
}

}  // namespace corridor
