#ifndef CORRIDOR_BENCH_PUBLISH_PIPE_H_
#define CORRIDOR_BENCH_PUBLISH_PIPE_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <cstdint>
#include <deque>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "corridor/v1/publisher.grpc.pb.h"

namespace corridor {

// One PublishStream call on the generated stub. Thread-safe.
class PublishPipe final : private grpc::ClientBidiReactor<v1::PublishRequest, v1::PublishResponse> {
 public:
  // Called for each answer, one at a time, on a thread of gRPC.
  using OnAnswer = absl::AnyInvocable<void(const v1::PublishResponse&)>;

  // At most `window` statements are undecided at once (and always one request).
  PublishPipe(const std::shared_ptr<grpc::Channel>& channel, int window, OnAnswer on_answer);
  // REQUIRES: Close() has returned.
  ~PublishPipe() override = default;

  // Waits for room. False: the call has ended; Close() says why.
  bool Send(v1::PublishRequest request);
  // Waits for all answers and the end: OK, or why the call or the first refused statement failed.
  absl::Status Close();

 private:
  bool HasRoom() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool AllAnswered() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnWriteDone(bool ok) override;
  void OnReadDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

  const std::unique_ptr<v1::Publisher::Stub> stub_;
  const int window_;
  grpc::ClientContext context_;
  v1::PublishResponse answer_;  // Of the read under way.
  OnAnswer on_answer_;
  absl::Mutex mutex_;
  std::deque<v1::PublishRequest> queue_ ABSL_GUARDED_BY(mutex_);  // The first is being written.
  int undecided_ ABSL_GUARDED_BY(mutex_) = 0;
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;  // No answer comes any more.
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace corridor

#endif  // CORRIDOR_BENCH_PUBLISH_PIPE_H_
