#ifndef CORRIDOR_TESTS_SUPPORT_DIRECT_COMMIT_QUEUE_H_
#define CORRIDOR_TESTS_SUPPORT_DIRECT_COMMIT_QUEUE_H_

#include <memory>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/base/executor.h"
#include "server/storage/commit_overlay.h"

namespace corridor {

// A committer without a journal: each proposal is a batch of its own, run as a task
// of `executor`. For tests of those who write through a CommitQueue.
class DirectCommitQueue final : public CommitQueue {
 public:
  // All must outlive this, and this the tasks.
  DirectCommitQueue(Store& store, Executor& executor, const Clock& clock)
      : store_(store), executor_(executor), clock_(clock) {}

  void Commit(std::vector<BatchPart> parts, absl::AnyInvocable<void(absl::Status)> done) override {
    executor_.Post([this, parts = std::move(parts), done = std::move(done)]() mutable {
      CommitOverlay overlay(store_, clock_.Now());
      absl::Status status = overlay.Run(parts);
      if (status.ok()) status = store_.Apply(overlay.TakeBatch());
      done(status);
    });
  }

 private:
  Store& store_;
  Executor& executor_;
  const Clock& clock_;
};

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SUPPORT_DIRECT_COMMIT_QUEUE_H_
