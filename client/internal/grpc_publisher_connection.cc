#include <memory>
#include <utility>

#include "client/internal/grpc_channel.h"
#include "client/internal/live_stub.h"
#include "client/internal/release.h"
#include "client/internal/unary_call.h"
#include "corridor/publisher_connection.h"
#include "corridor/v1/publisher.grpc.pb.h"

namespace corridor {
namespace {

// What must live until the answer has come.
struct PublishCall {
  grpc::ClientContext context;
  v1::PublishRequest request;
  v1::PublishResponse response;
  PublisherConnection::PublishDone done;
};

void Answer(const grpc::Status& status, PublishCall& call) {
  if (!status.ok()) return call.done(FromGrpcStatus(status));
  call.done(std::move(call.response));
}

class GrpcPublisherConnection final : public PublisherConnection {
 public:
  explicit GrpcPublisherConnection(std::shared_ptr<GrpcChannel> channel)
      : channel_(std::move(channel)), stub_(channel_) {}

  // Requests overlap as calls of their own on one connection: each has a deadline
  // and an error of its own, which a shared stream would not give.
  void Publish(PublishParams params, PublishDone done) override {
    auto call = std::make_shared<PublishCall>();
    call->request = std::move(params.request);
    call->done = std::move(done);
    channel_->Prepare(call->context);
    stub_.Now()->async()->Publish(&call->context, &call->request, &call->response,
                                  [call](const grpc::Status& status) mutable {
                                    Answer(status, *call);
                                    ReleaseElsewhere(std::move(call));
                                  });
  }

  absl::StatusOr<v1::CheckStatementResponse> Check(CheckParams params) override {
    return UnaryCall<v1::CheckStatementResponse>(
        *channel_, *stub_.Now(), &v1::Publisher::Stub::CheckStatement, params.request);
  }

  absl::StatusOr<v1::DeliveryReport> GetDeliveryReport(
      const v1::DeliveryReportRequest& request) override {
    return UnaryCall<v1::DeliveryReport>(*channel_, *stub_.Now(),
                                         &v1::Publisher::Stub::GetDeliveryReport, request);
  }

 private:
  const std::shared_ptr<GrpcChannel> channel_;
  LiveStub<v1::Publisher> stub_;
};

}  // namespace

std::shared_ptr<PublisherConnection> MakePublisherConnection(std::shared_ptr<Channel> channel) {
  return std::make_shared<GrpcPublisherConnection>(GrpcChannel::Of(std::move(channel)));
}

}  // namespace corridor
