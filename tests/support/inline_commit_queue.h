#ifndef CORRIDOR_TESTS_SUPPORT_INLINE_COMMIT_QUEUE_H_
#define CORRIDOR_TESTS_SUPPORT_INLINE_COMMIT_QUEUE_H_

#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "server/storage/commit.h"
#include "server/storage/commit_overlay.h"
#include "server/storage/store.h"

namespace corridor {

// A committer without a thread: writes each proposal at once, as a batch of its own,
// and calls `done` inside Commit. For rooms that are tested without a journal.
class InlineCommitQueue final : public CommitQueue {
 public:
  // Both must outlive this.
  InlineCommitQueue(Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  void Commit(std::vector<BatchPart> parts, absl::AnyInvocable<void(absl::Status)> done) override {
    CommitOverlay overlay(store_, clock_.Now());
    absl::Status status = overlay.Run(parts);
    if (status.ok()) status = store_.Apply(overlay.TakeBatch());
    done(std::move(status));
  }

 private:
  Store& store_;
  const Clock& clock_;
};

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SUPPORT_INLINE_COMMIT_QUEUE_H_
