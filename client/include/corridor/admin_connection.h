#ifndef CORRIDOR_CLIENT_ADMIN_CONNECTION_H_
#define CORRIDOR_CLIENT_ADMIN_CONNECTION_H_

#include <memory>

#include "absl/status/statusor.h"
#include "corridor/channel.h"
#include "corridor/v1/administration.pb.h"
#include "corridor/v1/approvals.pb.h"
#include "corridor/v1/data_protection.pb.h"
#include "corridor/v1/quota.pb.h"

namespace corridor {

// What an AdminClient speaks to: a broker, or a mock (corridor/mocks). One call is
// one attempt and waits for the answer; administration.proto says what each does.
// Thread-safe.
class AdminConnection {
 public:
  virtual ~AdminConnection() = default;

  virtual absl::StatusOr<v1::Member> CreateMember(const v1::CreateMemberRequest& request) = 0;
  virtual absl::StatusOr<v1::Member> GetMember(const v1::GetMemberRequest& request) = 0;
  virtual absl::StatusOr<v1::ListMembersResponse> ListMembers(
      const v1::ListMembersRequest& request) = 0;
  virtual absl::StatusOr<v1::Member> UpdateMember(const v1::UpdateMemberRequest& request) = 0;
  virtual absl::StatusOr<v1::Grant> SetGrant(const v1::SetGrantRequest& request) = 0;
  virtual absl::StatusOr<v1::DeleteGrantResponse> DeleteGrant(
      const v1::DeleteGrantRequest& request) = 0;
  virtual absl::StatusOr<v1::ListGrantsResponse> ListGrants(
      const v1::ListGrantsRequest& request) = 0;
  virtual absl::StatusOr<v1::SigningKey> RegisterSigningKey(
      const v1::RegisterSigningKeyRequest& request) = 0;
  virtual absl::StatusOr<v1::SigningKey> RetireSigningKey(
      const v1::RetireSigningKeyRequest& request) = 0;
  virtual absl::StatusOr<v1::ListSigningKeysResponse> ListSigningKeys(
      const v1::ListSigningKeysRequest& request) = 0;
  virtual absl::StatusOr<v1::Agreement> CreateAgreement(
      const v1::CreateAgreementRequest& request) = 0;
  virtual absl::StatusOr<v1::Agreement> GetAgreement(const v1::GetAgreementRequest& request) = 0;
  virtual absl::StatusOr<v1::ListAgreementsResponse> ListAgreements(
      const v1::ListAgreementsRequest& request) = 0;
  virtual absl::StatusOr<v1::Agreement> EndAgreement(const v1::EndAgreementRequest& request) = 0;
  virtual absl::StatusOr<v1::ListLinksResponse> ListLinks(const v1::ListLinksRequest& request) = 0;
  virtual absl::StatusOr<v1::GetStatusResponse> GetStatus(const v1::GetStatusRequest& request) = 0;
  virtual absl::StatusOr<v1::ListSessionsResponse> ListSessions(
      const v1::ListSessionsRequest& request) = 0;
  virtual absl::StatusOr<v1::EndSessionsResponse> EndSessions(
      const v1::EndSessionsRequest& request) = 0;
  virtual absl::StatusOr<v1::ReloadTrustResponse> ReloadTrust(
      const v1::ReloadTrustRequest& request) = 0;
  virtual absl::StatusOr<v1::ListExpiringResponse> ListExpiring(
      const v1::ListExpiringRequest& request) = 0;
  virtual absl::StatusOr<v1::SigningKey> RevokeSigningKey(
      const v1::RevokeSigningKeyRequest& request) = 0;
  virtual absl::StatusOr<v1::Quota> SetQuota(const v1::SetQuotaRequest& request) = 0;
  virtual absl::StatusOr<v1::DeleteQuotaResponse> DeleteQuota(
      const v1::DeleteQuotaRequest& request) = 0;
  virtual absl::StatusOr<v1::ListQuotasResponse> ListQuotas(
      const v1::ListQuotasRequest& request) = 0;
  virtual absl::StatusOr<v1::ReportAlertDisclosuresResponse> ReportAlertDisclosures(
      const v1::ReportAlertDisclosuresRequest& request) = 0;
  virtual absl::StatusOr<v1::ReportHolderDisclosuresResponse> ReportHolderDisclosures(
      const v1::ReportHolderDisclosuresRequest& request) = 0;
  virtual absl::StatusOr<v1::ProcessingRecord> GetProcessingRecord(
      const v1::GetProcessingRecordRequest& request) = 0;
  virtual absl::StatusOr<v1::SuspendedReach> SuspendReach(
      const v1::SuspendReachRequest& request) = 0;
  virtual absl::StatusOr<v1::RestoreReachResponse> RestoreReach(
      const v1::RestoreReachRequest& request) = 0;
  virtual absl::StatusOr<v1::ListSuspendedReachResponse> ListSuspendedReach(
      const v1::ListSuspendedReachRequest& request) = 0;
  virtual absl::StatusOr<v1::ListPendingActsResponse> ListPendingActs(
      const v1::ListPendingActsRequest& request) = 0;
  virtual absl::StatusOr<v1::PendingAct> ApproveAct(const v1::ApproveActRequest& request) = 0;
  virtual absl::StatusOr<v1::PendingAct> RefuseAct(const v1::RefuseActRequest& request) = 0;
};

std::shared_ptr<AdminConnection> MakeAdminConnection(std::shared_ptr<Channel> channel);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_ADMIN_CONNECTION_H_
