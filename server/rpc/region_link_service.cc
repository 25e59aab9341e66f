#include "server/rpc/region_link_service.h"

#include "core/model/errors.h"
#include "server/identity/caller_check.h"
#include "server/rpc/stream_call.h"
#include "server/rpc/unary_answer.h"

namespace corridor {
namespace {

class LinkCall final : public StreamCall<v1::LinkFrame, v1::LinkFrame> {
 public:
  using StreamCall::StreamCall;

  // Call before Begin.
  void TellTo(std::shared_ptr<LinkStreamEvents> events) { events_ = std::move(events); }

 private:
  void OnRequest(v1::LinkFrame frame) override {
    if (events_ != nullptr) events_->OnFrame(std::move(frame));
  }
  void OnClientClosed() override {
    if (events_ != nullptr) events_->OnClosed(absl::UnavailableError("the peer closed the stream"));
    events_.reset();
    End(absl::OkStatus());
  }

  std::shared_ptr<LinkStreamEvents> events_;  // Null: refused from the start.
};

// The call as the link sees it.
class AcceptedLinkStream final : public LinkStream {
 public:
  explicit AcceptedLinkStream(std::shared_ptr<LinkCall> call) : call_(std::move(call)) {}
  void Send(v1::LinkFrame frame) override { call_->Push(std::move(frame)); }
  // The frame on its way goes out before: a peer whose journal does not fit has to see ours.
  void Close(absl::Status status) override { call_->Refuse(status); }

 private:
  const std::shared_ptr<LinkCall> call_;
};

}  // namespace

grpc::ServerBidiReactor<v1::LinkFrame, v1::LinkFrame>* RegionLinkService::Link(
    grpc::CallbackServerContext* context) {
  const absl::Status ready = readiness_.CheckOffice();
  auto caller = CallerOf(*context);
  absl::Status fault = ready.ok() ? caller.status() : ready;
  auto call = std::make_shared<LinkCall>(context);
  if (fault.ok()) fault = call->Enlist(calls_, "/corridor.v1.RegionLink/Link");
  if (fault.ok()) {
    call->TellTo(acceptor_(caller->region, std::make_shared<AcceptedLinkStream>(call)));
  }
  call->Begin();
  if (!fault.ok()) call->End(fault);
  return call.get();
}

grpc::ServerUnaryReactor* RegionLinkService::ExchangeRevocations(
    grpc::CallbackServerContext* context, const v1::RevocationLists* request,
    v1::RevocationLists* response) {
  return ServeOn(executor_, context, request, response,
                 [this, chain_pem = ChainOf(*context->auth_context())](
                     const Principal& caller, const v1::RevocationLists& brought, auto answer) {
                   const absl::Status taken =
                       revocations_.take(caller.region, brought.crls_pem(), chain_pem);
                   if (!taken.ok()) return answer(taken);
                   v1::RevocationLists own;
                   own.set_crls_pem(revocations_.own_crls_pem());
                   answer(std::move(own));
                 });
}

}  // namespace corridor
