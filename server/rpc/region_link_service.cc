#include "server/rpc/region_link_service.h"

#include "core/model/errors.h"
#include "server/identity/caller_check.h"
#include "server/rpc/stream_call.h"

namespace corridor {
namespace {

class LinkCall final : public StreamCall<v1::LinkFrame, v1::LinkFrame> {
 public:
  LinkCall(grpc::CallbackServerContext* context, std::string peer_region, LinkAcceptor acceptor)
      : StreamCall(context), peer_region_(std::move(peer_region)), acceptor_(std::move(acceptor)) {}

 private:
  void OnRequest(v1::LinkFrame frame) override;
  void OnClientClosed() override;

  const std::string peer_region_;
  const LinkAcceptor acceptor_;
  std::shared_ptr<LinkStreamEvents> events_;  // From the first frame on.
};

// The call as the link sees it.
class AcceptedLinkStream final : public LinkStream {
 public:
  explicit AcceptedLinkStream(std::shared_ptr<LinkCall> call) : call_(std::move(call)) {}
  void Send(v1::LinkFrame frame) override { call_->Push(std::move(frame)); }
  void Close(absl::Status status) override { call_->Cut(status); }

 private:
  const std::shared_ptr<LinkCall> call_;
};

void LinkCall::OnRequest(v1::LinkFrame frame) {
  if (events_ == nullptr) {
    const v1::Lane lane = frame.hello().lane();
    if (lane != v1::LANE_ROUTINE && lane != v1::LANE_URGENT) {
      return End(Error(v1::ERROR_REASON_LINK_PROTOCOL, "the first frame names no lane"));
    }
    auto self = std::static_pointer_cast<LinkCall>(shared_from_this());
    events_ = acceptor_(peer_region_, lane, std::make_shared<AcceptedLinkStream>(std::move(self)));
  }
  events_->OnFrame(std::move(frame));
}

void LinkCall::OnClientClosed() {
  if (events_ != nullptr) events_->OnClosed(absl::UnavailableError("the peer closed the stream"));
  events_.reset();
  End(absl::OkStatus());
}

}  // namespace

grpc::ServerBidiReactor<v1::LinkFrame, v1::LinkFrame>* RegionLinkService::Link(
    grpc::CallbackServerContext* context) {
  const absl::Status ready = readiness_.Check();
  auto caller = CallerOf(*context);
  const absl::Status fault = ready.ok() ? caller.status() : ready;
  auto call = std::make_shared<LinkCall>(context, fault.ok() ? caller->region : "", acceptor_);
  call->Begin();
  if (!fault.ok()) call->End(fault);
  return call.get();
}

}  // namespace corridor
