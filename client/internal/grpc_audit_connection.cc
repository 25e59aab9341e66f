#include <memory>
#include <utility>

#include "client/internal/grpc_channel.h"
#include "client/internal/grpc_status.h"
#include "client/internal/live_stub.h"
#include "client/internal/unary_call.h"
#include "corridor/audit_connection.h"
#include "corridor/v1/audit_log.grpc.pb.h"

namespace corridor {
namespace {

class GrpcAuditConnection final : public AuditConnection {
 public:
  explicit GrpcAuditConnection(std::shared_ptr<GrpcChannel> channel)
      : channel_(std::move(channel)), stub_(channel_) {}

  absl::StatusOr<v1::QueryEntriesResponse> QueryEntries(
      const v1::QueryEntriesRequest& request) override {
    return UnaryCall<v1::QueryEntriesResponse>(*channel_, *stub_.Now(),
                                               &v1::AuditLog::Stub::QueryEntries, request);
  }

  absl::Status TailEntries(
      const v1::TailEntriesRequest& request,
      absl::FunctionRef<bool(const v1::TailEntriesResponse& response)> sink) override {
    grpc::ClientContext context;  // No deadline: the caller ends it.
    const auto reader = stub_.Now()->TailEntries(&context, request);
    bool wanted = true;
    for (v1::TailEntriesResponse response; wanted && reader->Read(&response);) {
      wanted = sink(response);
    }
    if (!wanted) context.TryCancel();
    const grpc::Status end = reader->Finish();
    if (!wanted) return absl::OkStatus();
    return end.ok() ? absl::UnavailableError("the broker ended the tail") : FromGrpcStatus(end);
  }

 private:
  const std::shared_ptr<GrpcChannel> channel_;
  LiveStub<v1::AuditLog> stub_;
};

}  // namespace

std::shared_ptr<AuditConnection> MakeAuditConnection(std::shared_ptr<Channel> channel) {
  return std::make_shared<GrpcAuditConnection>(GrpcChannel::Of(std::move(channel)));
}

}  // namespace corridor
