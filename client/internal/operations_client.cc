#include "corridor/operations_client.h"

#include <grpcpp/client_context.h>

#include <utility>

#include "client/internal/grpc_channel.h"
#include "client/internal/grpc_status.h"
#include "client/internal/unary_call.h"
#include "core/base/status_macros.h"
#include "corridor/v1/backup.grpc.pb.h"
#include "corridor/v1/operations.grpc.pb.h"

namespace corridor {

using Stub = v1::Operations::Stub;

class OperationsClient::Impl {
 public:
  explicit Impl(std::shared_ptr<GrpcChannel> channel)
      : channel_(std::move(channel)),
        stub_(v1::Operations::NewStub(channel_->grpc())),
        backups_(v1::Backups::NewStub(channel_->grpc())) {}

  absl::StatusOr<v1::Backup> CreateBackup() {
    grpc::ClientContext context;  // Without a deadline.
    v1::Backup made;
    const grpc::Status status = backups_->CreateBackup(&context, {}, &made);
    if (!status.ok()) return FromGrpcStatus(status);
    return made;
  }
  absl::StatusOr<v1::ListBackupsResponse> ListBackups(const v1::ListBackupsRequest& request) {
    return UnaryCall<v1::ListBackupsResponse>(*channel_, *backups_, &v1::Backups::Stub::ListBackups,
                                              request);
  }

  template <typename Response, typename Method, typename Request>
  absl::StatusOr<Response> Call(Method method, const Request& request) {
    return UnaryCall<Response>(*channel_, *stub_, method, request);
  }

 private:
  const std::shared_ptr<GrpcChannel> channel_;
  const std::unique_ptr<Stub> stub_;
  const std::unique_ptr<v1::Backups::Stub> backups_;
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

absl::StatusOr<v1::Backup> OperationsClient::CreateBackup() { return impl_->CreateBackup(); }

absl::StatusOr<std::vector<v1::Backup>> OperationsClient::ListBackups(size_t limit) {
  std::vector<v1::Backup> backups;
  v1::ListBackupsRequest request;
  request.set_page_size(1000);
  do {
    ASSIGN_OR_RETURN(v1::ListBackupsResponse page, impl_->ListBackups(request));
    for (v1::Backup& backup : *page.mutable_backups()) backups.push_back(std::move(backup));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && (limit == 0 || backups.size() < limit));
  if (limit > 0 && backups.size() > limit) backups.resize(limit);
  return backups;
}

}  // namespace corridor
