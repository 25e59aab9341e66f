#include "client/internal/attach_call.h"

#include <utility>

#include "client/internal/grpc_status.h"
#include "client/internal/release.h"

namespace corridor {

std::shared_ptr<AttachCall> AttachCall::Begin(v1::Subscriber::Stub& stub,
                                              SubscriberConnection::AttachParams params) {
  std::shared_ptr<AttachCall> call(new AttachCall(std::move(params)));
  call->self_ = call;
  stub.async()->Attach(&call->context_, call.get());
  call->AddHold();
  call->StartRead(&call->response_);
  call->StartCall();
  return call;
}

void AttachCall::Send(v1::AttachRequest request) {
  absl::MutexLock lock(&mutex_);
  if (!held_ || closing_) return;
  queue_.push_back(std::move(request));
  if (queue_.size() == 1) WriteNext();
}

void AttachCall::HalfClose() {
  absl::MutexLock lock(&mutex_);
  if (!held_ || closing_) return;
  closing_ = true;
  if (queue_.empty()) EndWrites();
}

void AttachCall::WriteNext() { StartWrite(&queue_.front()); }

void AttachCall::EndWrites() {
  StartWritesDone();
  held_ = false;
  RemoveHold();
}

void AttachCall::OnReadDone(bool ok) {
  if (ok) {
    params_.on_response(std::move(response_));
    response_.Clear();
    return StartRead(&response_);
  }
  absl::MutexLock lock(&mutex_);
  if (std::exchange(held_, false)) RemoveHold();
}

void AttachCall::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  queue_.pop_front();
  // After a failed write the call is ending: the read says so too.
  if (!ok || !held_) return queue_.clear();
  if (!queue_.empty()) return WriteNext();
  if (closing_) EndWrites();
}

void AttachCall::OnDone(const grpc::Status& status) {
  std::shared_ptr<AttachCall> self = std::move(self_);
  params_.on_end(FromGrpcStatus(status));
  ReleaseElsewhere(std::move(self));
}

}  // namespace corridor
