#ifndef CORRIDOR_TESTS_SUPPORT_DIRECT_COMMIT_QUEUE_H_
#define CORRIDOR_TESTS_SUPPORT_DIRECT_COMMIT_QUEUE_H_

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/base/executor.h"
#include "server/storage/commit_overlay.h"

namespace corridor {

// A committer without a journal: each proposal is a batch of its own, run as a task of
// `executor`, or inside Commit where there is none. For tests of those who write through
// a CommitQueue.
class DirectCommitQueue final : public CommitQueue {
 public:
  // All must outlive this, and this the tasks.
  DirectCommitQueue(Store& store, const Clock& clock, Executor* executor = nullptr)
      : store_(store), clock_(clock), executor_(executor) {}

  // Called between the write of a batch and the answer to its caller.
  void OnWritten(std::function<void()> written) { written_ = std::move(written); }

  void Commit(std::vector<BatchPart> parts, absl::AnyInvocable<void(absl::Status)> done) override {
    if (executor_ == nullptr) {
      done(Write(parts));
      return;
    }
    executor_->Post(
        [this, parts = std::move(parts), done = std::move(done)]() mutable { done(Write(parts)); });
  }

 private:
  absl::Status Write(std::vector<BatchPart>& parts) {
    CommitOverlay overlay(store_, clock_.Now());
    absl::Status status = overlay.Run(parts);
    if (status.ok()) status = store_.Apply(overlay.TakeBatch());
    if (written_) written_();
    return status;
  }

  Store& store_;
  const Clock& clock_;
  Executor* const executor_;
  std::function<void()> written_;
};

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SUPPORT_DIRECT_COMMIT_QUEUE_H_
