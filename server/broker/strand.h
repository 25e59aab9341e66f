#ifndef CORRIDOR_SERVER_BROKER_STRAND_H_
#define CORRIDOR_SERVER_BROKER_STRAND_H_

#include <deque>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "core/base/executor.h"

namespace corridor {

// Runs its tasks one at a time, in the order posted, on an executor that may
// have several threads. Thread-safe. May be destroyed while tasks wait: they
// are run all the same.
class Strand {
 public:
  // `executor` must outlive every task.
  explicit Strand(Executor& executor);
  void Post(Task task);

 private:
  struct Queue {
    explicit Queue(Executor& on) : executor(on) {}
    Executor& executor;
    absl::Mutex mutex;
    std::deque<Task> tasks ABSL_GUARDED_BY(mutex);
    bool running ABSL_GUARDED_BY(mutex) = false;
  };
  static void RunNext(const std::shared_ptr<Queue>& queue);

  std::shared_ptr<Queue> queue_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_STRAND_H_
