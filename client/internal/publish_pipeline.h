#ifndef CORRIDOR_CLIENT_INTERNAL_PUBLISH_PIPELINE_H_
#define CORRIDOR_CLIENT_INTERNAL_PUBLISH_PIPELINE_H_

#include <cstddef>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "core/base/backoff.h"
#include "corridor/environment.h"
#include "corridor/publisher.h"

namespace corridor {

// Carries signed statements to the broker: gathers them into requests, tries again
// what may succeed later with the same bytes, and answers each exactly once.
// Thread-safe; shared by what is under way, so that answers find it.
class PublishPipeline : public std::enable_shared_from_this<PublishPipeline> {
 public:
  PublishPipeline(std::shared_ptr<PublisherConnection> connection, PublisherOptions options,
                  Environment environment);

  // Waits while the bound on undecided statements is reached.
  void Send(v1::SignedStatement statement, Publisher::Done done);
  // Sends what waits for company.
  void Flush();
  // Answers all that is undecided, and whatever comes later, with kCancelled.
  void Stop();

 private:
  struct Pending {
    v1::SignedStatement statement;
    std::string digest;
    Publisher::Done done;
    absl::Duration give_up_at;
    Backoff backoff;
  };
  using Batch = std::vector<std::shared_ptr<Pending>>;

  bool HasRoom() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsFull() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Batch TakeWaiting() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void FlushAfter(absl::Duration delay);
  void Transmit(Batch batch);
  void Decide(const Batch& batch, absl::StatusOr<v1::PublishResponse> response);
  void DecideOne(const std::shared_ptr<Pending>& pending, absl::StatusOr<v1::Receipt> outcome);
  void Requeue(const std::shared_ptr<Pending>& pending);
  void Answer(const std::shared_ptr<Pending>& pending, absl::StatusOr<v1::Receipt> outcome);

  const std::shared_ptr<PublisherConnection> connection_;
  const PublisherOptions options_;
  const Environment environment_;

  mutable absl::Mutex mutex_;
  // Waiting for company, in the order given; part of undecided_.
  std::deque<std::shared_ptr<Pending>> waiting_ ABSL_GUARDED_BY(mutex_);
  size_t waiting_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool flush_due_ ABSL_GUARDED_BY(mutex_) = false;
  std::set<std::shared_ptr<Pending>> undecided_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_INTERNAL_PUBLISH_PIPELINE_H_
