#ifndef CORRIDOR_CLIENT_INTERNAL_LIVE_STUB_H_
#define CORRIDOR_CLIENT_INTERNAL_LIVE_STUB_H_

#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "client/internal/grpc_channel.h"

namespace corridor {

// The stub of one service on whatever connection a channel has at the time: a
// renewed certificate brings a new one. Thread-safe.
template <typename Service>
class LiveStub {
 public:
  explicit LiveStub(std::shared_ptr<GrpcChannel> channel) : channel_(std::move(channel)) {}

  // For one call. A call that has begun does not need it any more.
  std::shared_ptr<typename Service::Stub> Now() {
    auto grpc = channel_->grpc();
    absl::MutexLock lock(&mutex_);
    if (grpc != grpc_) {
      stub_ = Service::NewStub(grpc);
      grpc_ = std::move(grpc);
    }
    return stub_;
  }

 private:
  const std::shared_ptr<GrpcChannel> channel_;
  absl::Mutex mutex_;
  std::shared_ptr<grpc::Channel> grpc_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<typename Service::Stub> stub_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_INTERNAL_LIVE_STUB_H_
