#ifndef CORRIDOR_CLIENT_INTERNAL_ATTACH_CALL_H_
#define CORRIDOR_CLIENT_INTERNAL_ATTACH_CALL_H_

#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <deque>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "corridor/subscriber_connection.h"
#include "corridor/v1/subscriber.grpc.pb.h"

namespace corridor {

// One Attach call. One read is always under way until the broker ends the call, and
// at most one write. Owns itself from Begin() until the call is done. Thread-safe.
class AttachCall final : public grpc::ClientBidiReactor<v1::AttachRequest, v1::AttachResponse> {
 public:
  static std::shared_ptr<AttachCall> Begin(v1::Subscriber::Stub& stub,
                                           SubscriberConnection::AttachParams params);

  // Queues a message; dropped when the call is ending.
  void Send(v1::AttachRequest request);
  // No message follows those queued.
  void HalfClose();
  void Cancel() { context_.TryCancel(); }

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

 private:
  explicit AttachCall(SubscriberConnection::AttachParams params) : params_(std::move(params)) {}

  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void EndWrites() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  std::shared_ptr<AttachCall> self_;  // set once in Begin(), cleared in OnDone()
  grpc::ClientContext context_;
  v1::AttachResponse response_;                // the read under way
  SubscriberConnection::AttachParams params_;  // called from reactions alone

  absl::Mutex mutex_;
  std::deque<v1::AttachRequest> queue_ ABSL_GUARDED_BY(mutex_);  // front: being written
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  // gRPC's hold: while it is in place, writes may start from outside reactions.
  bool held_ ABSL_GUARDED_BY(mutex_) = true;
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_INTERNAL_ATTACH_CALL_H_
