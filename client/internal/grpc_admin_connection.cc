#include "corridor/admin_connection.h"

#include <memory>
#include <utility>

#include "client/internal/grpc_channel.h"
#include "client/internal/live_stub.h"
#include "client/internal/unary_call.h"
#include "corridor/v1/administration.grpc.pb.h"
#include "corridor/v1/approvals.grpc.pb.h"
#include "corridor/v1/data_protection.grpc.pb.h"
#include "corridor/v1/quota.grpc.pb.h"

namespace corridor {
namespace {

// Each method is one call to the stub, with the deadline and the errors of UnaryCall().
class GrpcAdminConnection final : public AdminConnection {
 public:
  explicit GrpcAdminConnection(std::shared_ptr<GrpcChannel> channel)
      : channel_(std::move(channel)),
        stub_(channel_),
        approvals_(channel_),
        quotas_(channel_),
        data_protection_(channel_) {}

  absl::StatusOr<v1::Member> CreateMember(const v1::CreateMemberRequest& request) override {
    return UnaryCall<v1::Member>(*channel_, *stub_.Now(), &Stub::CreateMember, request);
  }
  absl::StatusOr<v1::Member> GetMember(const v1::GetMemberRequest& request) override {
    return UnaryCall<v1::Member>(*channel_, *stub_.Now(), &Stub::GetMember, request);
  }
  absl::StatusOr<v1::ListMembersResponse> ListMembers(
      const v1::ListMembersRequest& request) override {
    return UnaryCall<v1::ListMembersResponse>(*channel_, *stub_.Now(), &Stub::ListMembers, request);
  }
  absl::StatusOr<v1::Member> UpdateMember(const v1::UpdateMemberRequest& request) override {
    return UnaryCall<v1::Member>(*channel_, *stub_.Now(), &Stub::UpdateMember, request);
  }
  absl::StatusOr<v1::Grant> SetGrant(const v1::SetGrantRequest& request) override {
    return UnaryCall<v1::Grant>(*channel_, *stub_.Now(), &Stub::SetGrant, request);
  }
  absl::StatusOr<v1::DeleteGrantResponse> DeleteGrant(
      const v1::DeleteGrantRequest& request) override {
    return UnaryCall<v1::DeleteGrantResponse>(*channel_, *stub_.Now(), &Stub::DeleteGrant, request);
  }
  absl::StatusOr<v1::ListGrantsResponse> ListGrants(const v1::ListGrantsRequest& request) override {
    return UnaryCall<v1::ListGrantsResponse>(*channel_, *stub_.Now(), &Stub::ListGrants, request);
  }
  absl::StatusOr<v1::SigningKey> RegisterSigningKey(
      const v1::RegisterSigningKeyRequest& request) override {
    return UnaryCall<v1::SigningKey>(*channel_, *stub_.Now(), &Stub::RegisterSigningKey, request);
  }
  absl::StatusOr<v1::SigningKey> RetireSigningKey(
      const v1::RetireSigningKeyRequest& request) override {
    return UnaryCall<v1::SigningKey>(*channel_, *stub_.Now(), &Stub::RetireSigningKey, request);
  }
  absl::StatusOr<v1::ListSigningKeysResponse> ListSigningKeys(
      const v1::ListSigningKeysRequest& request) override {
    return UnaryCall<v1::ListSigningKeysResponse>(*channel_, *stub_.Now(), &Stub::ListSigningKeys,
                                                  request);
  }
  absl::StatusOr<v1::Agreement> CreateAgreement(
      const v1::CreateAgreementRequest& request) override {
    return UnaryCall<v1::Agreement>(*channel_, *stub_.Now(), &Stub::CreateAgreement, request);
  }
  absl::StatusOr<v1::Agreement> GetAgreement(const v1::GetAgreementRequest& request) override {
    return UnaryCall<v1::Agreement>(*channel_, *stub_.Now(), &Stub::GetAgreement, request);
  }
  absl::StatusOr<v1::ListAgreementsResponse> ListAgreements(
      const v1::ListAgreementsRequest& request) override {
    return UnaryCall<v1::ListAgreementsResponse>(*channel_, *stub_.Now(), &Stub::ListAgreements,
                                                 request);
  }
  absl::StatusOr<v1::Agreement> EndAgreement(const v1::EndAgreementRequest& request) override {
    return UnaryCall<v1::Agreement>(*channel_, *stub_.Now(), &Stub::EndAgreement, request);
  }
  absl::StatusOr<v1::ListLinksResponse> ListLinks(const v1::ListLinksRequest& request) override {
    return UnaryCall<v1::ListLinksResponse>(*channel_, *stub_.Now(), &Stub::ListLinks, request);
  }
  absl::StatusOr<v1::GetStatusResponse> GetStatus(const v1::GetStatusRequest& request) override {
    return UnaryCall<v1::GetStatusResponse>(*channel_, *stub_.Now(), &Stub::GetStatus, request);
  }
  absl::StatusOr<v1::ListSessionsResponse> ListSessions(
      const v1::ListSessionsRequest& request) override {
    return UnaryCall<v1::ListSessionsResponse>(*channel_, *stub_.Now(), &Stub::ListSessions,
                                               request);
  }
  absl::StatusOr<v1::EndSessionsResponse> EndSessions(
      const v1::EndSessionsRequest& request) override {
    return UnaryCall<v1::EndSessionsResponse>(*channel_, *stub_.Now(), &Stub::EndSessions, request);
  }
  absl::StatusOr<v1::ReloadTrustResponse> ReloadTrust(
      const v1::ReloadTrustRequest& request) override {
    return UnaryCall<v1::ReloadTrustResponse>(*channel_, *stub_.Now(), &Stub::ReloadTrust, request);
  }
  absl::StatusOr<v1::ListExpiringResponse> ListExpiring(
      const v1::ListExpiringRequest& request) override {
    return UnaryCall<v1::ListExpiringResponse>(*channel_, *stub_.Now(), &Stub::ListExpiring,
                                               request);
  }
  absl::StatusOr<v1::SigningKey> RevokeSigningKey(
      const v1::RevokeSigningKeyRequest& request) override {
    return UnaryCall<v1::SigningKey>(*channel_, *stub_.Now(), &Stub::RevokeSigningKey, request);
  }
  absl::StatusOr<v1::Quota> SetQuota(const v1::SetQuotaRequest& request) override {
    return UnaryCall<v1::Quota>(*channel_, *quotas_.Now(), &v1::Quotas::Stub::SetQuota, request);
  }
  absl::StatusOr<v1::DeleteQuotaResponse> DeleteQuota(
      const v1::DeleteQuotaRequest& request) override {
    return UnaryCall<v1::DeleteQuotaResponse>(*channel_, *quotas_.Now(),
                                              &v1::Quotas::Stub::DeleteQuota, request);
  }
  absl::StatusOr<v1::ListQuotasResponse> ListQuotas(const v1::ListQuotasRequest& request) override {
    return UnaryCall<v1::ListQuotasResponse>(*channel_, *quotas_.Now(),
                                             &v1::Quotas::Stub::ListQuotas, request);
  }
  absl::StatusOr<v1::ReportAlertDisclosuresResponse> ReportAlertDisclosures(
      const v1::ReportAlertDisclosuresRequest& request) override {
    return UnaryCall<v1::ReportAlertDisclosuresResponse>(
        *channel_, *data_protection_.Now(), &v1::DataProtection::Stub::ReportAlertDisclosures,
        request);
  }
  absl::StatusOr<v1::ReportHolderDisclosuresResponse> ReportHolderDisclosures(
      const v1::ReportHolderDisclosuresRequest& request) override {
    return UnaryCall<v1::ReportHolderDisclosuresResponse>(
        *channel_, *data_protection_.Now(), &v1::DataProtection::Stub::ReportHolderDisclosures,
        request);
  }
  absl::StatusOr<v1::ProcessingRecord> GetProcessingRecord(
      const v1::GetProcessingRecordRequest& request) override {
    return UnaryCall<v1::ProcessingRecord>(*channel_, *data_protection_.Now(),
                                           &v1::DataProtection::Stub::GetProcessingRecord, request);
  }
  absl::StatusOr<v1::SuspendedReach> SuspendReach(const v1::SuspendReachRequest& request) override {
    return UnaryCall<v1::SuspendedReach>(*channel_, *data_protection_.Now(),
                                         &v1::DataProtection::Stub::SuspendReach, request);
  }
  absl::StatusOr<v1::RestoreReachResponse> RestoreReach(
      const v1::RestoreReachRequest& request) override {
    return UnaryCall<v1::RestoreReachResponse>(*channel_, *data_protection_.Now(),
                                               &v1::DataProtection::Stub::RestoreReach, request);
  }
  absl::StatusOr<v1::ListSuspendedReachResponse> ListSuspendedReach(
      const v1::ListSuspendedReachRequest& request) override {
    return UnaryCall<v1::ListSuspendedReachResponse>(
        *channel_, *data_protection_.Now(), &v1::DataProtection::Stub::ListSuspendedReach, request);
  }
  absl::StatusOr<v1::ListPendingActsResponse> ListPendingActs(
      const v1::ListPendingActsRequest& request) override {
    return UnaryCall<v1::ListPendingActsResponse>(*channel_, *approvals_.Now(),
                                                  &v1::Approvals::Stub::ListPendingActs, request);
  }
  absl::StatusOr<v1::PendingAct> ApproveAct(const v1::ApproveActRequest& request) override {
    return UnaryCall<v1::PendingAct>(*channel_, *approvals_.Now(), &v1::Approvals::Stub::ApproveAct,
                                     request);
  }
  absl::StatusOr<v1::PendingAct> RefuseAct(const v1::RefuseActRequest& request) override {
    return UnaryCall<v1::PendingAct>(*channel_, *approvals_.Now(), &v1::Approvals::Stub::RefuseAct,
                                     request);
  }

 private:
  using Stub = v1::Administration::Stub;

  const std::shared_ptr<GrpcChannel> channel_;
  LiveStub<v1::Administration> stub_;
  LiveStub<v1::Approvals> approvals_;
  LiveStub<v1::Quotas> quotas_;
  LiveStub<v1::DataProtection> data_protection_;
};

}  // namespace

std::shared_ptr<AdminConnection> MakeAdminConnection(std::shared_ptr<Channel> channel) {
  return std::make_shared<GrpcAdminConnection>(GrpcChannel::Of(std::move(channel)));
}

}  // namespace corridor
