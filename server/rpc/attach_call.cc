#include "server/rpc/attach_call.h"

#include <utility>

namespace corridor {
namespace {

// The call as the hub sees it.
class AttachStream final : public SubscriberStream {
 public:
  explicit AttachStream(std::shared_ptr<AttachCall> call) : call_(std::move(call)) {}
  void Send(v1::AttachResponse response) override { call_->Push(std::move(response)); }
  void Finish(absl::Status status) override { call_->End(std::move(status)); }
  void Cancel(absl::Status status) override { call_->Refuse(status); }

 private:
  const std::shared_ptr<AttachCall> call_;
};

}  // namespace

AttachCall* AttachCall::Open(grpc::CallbackServerContext* context, SessionHub& hub,
                             LiveCalls& calls, const Principal& caller) {
  auto call = std::make_shared<AttachCall>(context, &hub);
  if (absl::Status listed = call->Enlist(calls, "/corridor.v1.Subscriber/Attach"); !listed.ok()) {
    return Refuse(context, listed);
  }
  call->session_ = hub.Open(caller, std::make_shared<AttachStream>(call));
  call->Begin();
  return call.get();
}

AttachCall* AttachCall::Refuse(grpc::CallbackServerContext* context, const absl::Status& why) {
  auto call = std::make_shared<AttachCall>(context, nullptr);
  call->Begin();
  call->End(why);
  return call.get();
}

void AttachCall::OnRequest(v1::AttachRequest request) {
  if (hub_ != nullptr) hub_->OnRequest(session_, std::move(request));
}

void AttachCall::OnClientClosed() {
  if (hub_ != nullptr) hub_->OnClosed(session_);
  End(absl::OkStatus());
}

}  // namespace corridor
