#ifndef CORRIDOR_CLIENT_MOCKS_MOCK_ADMIN_CONNECTION_H_
#define CORRIDOR_CLIENT_MOCKS_MOCK_ADMIN_CONNECTION_H_

#include "corridor/admin_connection.h"
#include "gmock/gmock.h"

namespace corridor {

// For tests of programs that use the SDK: stands in for a broker. Needs GoogleMock.
class MockAdminConnection : public AdminConnection {
 public:
  MOCK_METHOD(absl::StatusOr<v1::Member>, CreateMember, (const v1::CreateMemberRequest& request),
              (override));
  MOCK_METHOD(absl::StatusOr<v1::Member>, GetMember, (const v1::GetMemberRequest& request),
              (override));
  MOCK_METHOD(absl::StatusOr<v1::ListMembersResponse>, ListMembers,
              (const v1::ListMembersRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::Member>, UpdateMember, (const v1::UpdateMemberRequest& request),
              (override));
  MOCK_METHOD(absl::StatusOr<v1::Grant>, SetGrant, (const v1::SetGrantRequest& request),
              (override));
  MOCK_METHOD(absl::StatusOr<v1::DeleteGrantResponse>, DeleteGrant,
              (const v1::DeleteGrantRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::ListGrantsResponse>, ListGrants,
              (const v1::ListGrantsRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::SigningKey>, RegisterSigningKey,
              (const v1::RegisterSigningKeyRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::SigningKey>, RetireSigningKey,
              (const v1::RetireSigningKeyRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::ListSigningKeysResponse>, ListSigningKeys,
              (const v1::ListSigningKeysRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::Agreement>, CreateAgreement,
              (const v1::CreateAgreementRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::Agreement>, GetAgreement, (const v1::GetAgreementRequest& request),
              (override));
  MOCK_METHOD(absl::StatusOr<v1::ListAgreementsResponse>, ListAgreements,
              (const v1::ListAgreementsRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::Agreement>, EndAgreement, (const v1::EndAgreementRequest& request),
              (override));
  MOCK_METHOD(absl::StatusOr<v1::ListLinksResponse>, ListLinks,
              (const v1::ListLinksRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::GetStatusResponse>, GetStatus,
              (const v1::GetStatusRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::ListSessionsResponse>, ListSessions,
              (const v1::ListSessionsRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::EndSessionsResponse>, EndSessions,
              (const v1::EndSessionsRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::ReloadTrustResponse>, ReloadTrust,
              (const v1::ReloadTrustRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::ListExpiringResponse>, ListExpiring,
              (const v1::ListExpiringRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::SigningKey>, RevokeSigningKey,
              (const v1::RevokeSigningKeyRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::Quota>, SetQuota, (const v1::SetQuotaRequest& request),
              (override));
  MOCK_METHOD(absl::StatusOr<v1::DeleteQuotaResponse>, DeleteQuota,
              (const v1::DeleteQuotaRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::ListQuotasResponse>, ListQuotas,
              (const v1::ListQuotasRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::ReportAlertDisclosuresResponse>, ReportAlertDisclosures,
              (const v1::ReportAlertDisclosuresRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::ReportHolderDisclosuresResponse>, ReportHolderDisclosures,
              (const v1::ReportHolderDisclosuresRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::ProcessingRecord>, GetProcessingRecord,
              (const v1::GetProcessingRecordRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::SuspendedReach>, SuspendReach,
              (const v1::SuspendReachRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::RestoreReachResponse>, RestoreReach,
              (const v1::RestoreReachRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::ListSuspendedReachResponse>, ListSuspendedReach,
              (const v1::ListSuspendedReachRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::ListPendingActsResponse>, ListPendingActs,
              (const v1::ListPendingActsRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::PendingAct>, ApproveAct, (const v1::ApproveActRequest& request),
              (override));
  MOCK_METHOD(absl::StatusOr<v1::PendingAct>, RefuseAct, (const v1::RefuseActRequest& request),
              (override));
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_MOCKS_MOCK_ADMIN_CONNECTION_H_
