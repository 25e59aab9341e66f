#include "corridor/operations_client.h"

#include <utility>

#include "client/internal/grpc_channel.h"
#include "client/internal/unary_call.h"
#include "core/base/status_macros.h"
#include "corridor/v1/operations.grpc.pb.h"

namespace corridor {

using Stub = v1::Operations::Stub;

class OperationsClient::Impl {
 public:
  explicit Impl(std::shared_ptr<GrpcChannel> channel)
      : channel_(std::move(channel)), stub_(v1::Operations::NewStub(channel_->grpc())) {}

  template <typename Response, typename Method, typename Request>
  absl::StatusOr<Response> Call(Method method, const Request& request) {
    return UnaryCall<Response>(*channel_, *stub_, method, request);
  }

 private:
  const std::shared_ptr<GrpcChannel> channel_;
  const std::unique_ptr<Stub> stub_;
};

OperationsClient::OperationsClient(std::shared_ptr<Channel> channel)
    : impl_(std::make_unique<Impl>(GrpcChannel::Of(std::move(channel)))) {}

OperationsClient::~OperationsClient() = default;

absl::StatusOr<uint32_t> OperationsClient::Drain(const v1::DrainRequest& request) {
  ASSIGN_OR_RETURN(const v1::DrainResponse drained,
                   impl_->Call<v1::DrainResponse>(&Stub::Drain, request));
  return drained.streams();
}

absl::Status OperationsClient::Undrain() {
  return impl_->Call<v1::UndrainResponse>(&Stub::Undrain, v1::UndrainRequest()).status();
}

absl::Status OperationsClient::SetLogLevel(v1::LogLevel level) {
  v1::SetLogLevelRequest request;
  request.set_level(level);
  return impl_->Call<v1::SetLogLevelResponse>(&Stub::SetLogLevel, request).status();
}

}  // namespace corridor
