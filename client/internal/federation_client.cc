#include "corridor/federation_client.h"

#include <utility>

#include "client/internal/grpc_channel.h"
#include "client/internal/live_stub.h"
#include "client/internal/unary_call.h"
#include "corridor/v1/federation.grpc.pb.h"

namespace corridor {

using Stub = v1::Federation::Stub;

class FederationClient::Impl {
 public:
  explicit Impl(std::shared_ptr<GrpcChannel> channel)
      : channel_(std::move(channel)), stub_(channel_) {}

  template <typename Response, typename Method, typename Request>
  absl::StatusOr<Response> Call(Method method, const Request& request) {
    return UnaryCall<Response>(*channel_, *stub_.Now(), method, request);
  }

 private:
  const std::shared_ptr<GrpcChannel> channel_;
  LiveStub<v1::Federation> stub_;
};

FederationClient::FederationClient(std::shared_ptr<Channel> channel)
    : impl_(std::make_unique<Impl>(GrpcChannel::Of(std::move(channel)))) {}

FederationClient::~FederationClient() = default;

absl::StatusOr<v1::LinkStatus> FederationClient::PauseLink(const v1::PauseLinkRequest& request) {
  return impl_->Call<v1::LinkStatus>(&Stub::PauseLink, request);
}

absl::StatusOr<v1::LinkStatus> FederationClient::ResumeLink(const v1::ResumeLinkRequest& request) {
  return impl_->Call<v1::LinkStatus>(&Stub::ResumeLink, request);
}

absl::StatusOr<v1::BackfillReport> FederationClient::AcceptLinkGap(
    const v1::AcceptLinkGapRequest& request) {
  return impl_->Call<v1::BackfillReport>(&Stub::AcceptLinkGap, request);
}

absl::StatusOr<v1::ListRefusedRecordsResponse> FederationClient::ListRefusedRecords(
    const v1::ListRefusedRecordsRequest& request) {
  return impl_->Call<v1::ListRefusedRecordsResponse>(&Stub::ListRefusedRecords, request);
}

absl::StatusOr<v1::BackfillReport> FederationClient::AskAgain(const v1::AskAgainRequest& request) {
  return impl_->Call<v1::BackfillReport>(&Stub::AskAgain, request);
}

absl::StatusOr<v1::ReconcileLinkResponse> FederationClient::ReconcileLink(
    const v1::ReconcileLinkRequest& request) {
  return impl_->Call<v1::ReconcileLinkResponse>(&Stub::ReconcileLink, request);
}

absl::StatusOr<v1::SimulateAgreementResponse> FederationClient::SimulateAgreement(
    const v1::SimulateAgreementRequest& request) {
  return impl_->Call<v1::SimulateAgreementResponse>(&Stub::SimulateAgreement, request);
}

absl::StatusOr<v1::ListRecallsResponse> FederationClient::ListRecalls(
    const v1::ListRecallsRequest& request) {
  return impl_->Call<v1::ListRecallsResponse>(&Stub::ListRecalls, request);
}

absl::StatusOr<v1::Quarantine> FederationClient::QuarantineAlert(
    const v1::QuarantineAlertRequest& request) {
  return impl_->Call<v1::Quarantine>(&Stub::QuarantineAlert, request);
}

absl::StatusOr<v1::ListQuarantinesResponse> FederationClient::ListQuarantines(
    const v1::ListQuarantinesRequest& request) {
  return impl_->Call<v1::ListQuarantinesResponse>(&Stub::ListQuarantines, request);
}

absl::StatusOr<v1::LegalHold> FederationClient::SetLegalHold(
    const v1::SetLegalHoldRequest& request) {
  return impl_->Call<v1::LegalHold>(&Stub::SetLegalHold, request);
}

absl::StatusOr<v1::ListLegalHoldsResponse> FederationClient::ListLegalHolds(
    const v1::ListLegalHoldsRequest& request) {
  return impl_->Call<v1::ListLegalHoldsResponse>(&Stub::ListLegalHolds, request);
}

absl::StatusOr<v1::DeliveryReport> FederationClient::ExplainStatement(
    const v1::DeliveryReportRequest& request) {
  return impl_->Call<v1::DeliveryReport>(&Stub::ExplainStatement, request);
}

}  // namespace corridor
