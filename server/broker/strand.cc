#include "server/broker/strand.h"

#include <utility>

namespace corridor {

Strand::Strand(Executor& executor) : queue_(std::make_shared<Queue>(executor)) {}

void Strand::Post(Task task) {
  {
    absl::MutexLock lock(&queue_->mutex);
    queue_->tasks.push_back(std::move(task));
    if (std::exchange(queue_->running, true)) return;
  }
  queue_->executor.Post([queue = queue_] { RunNext(queue); });
}

void Strand::RunNext(const std::shared_ptr<Queue>& queue) {
  Task task;
  {
    absl::MutexLock lock(&queue->mutex);
    task = std::move(queue->tasks.front());
    queue->tasks.pop_front();
  }
  std::move(task)();
  absl::MutexLock lock(&queue->mutex);
  queue->running = !queue->tasks.empty();
  if (queue->running) {
    queue->executor.Post([queue] { RunNext(queue); });
  }
}

}  // namespace corridor
