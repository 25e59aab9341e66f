#include "corridor/admin_connection.h"

#include <memory>
#include <utility>

#include "client/internal/grpc_channel.h"
#include "client/internal/unary_call.h"
#include "corridor/v1/administration.grpc.pb.h"

namespace corridor {
namespace {

// Each method is one call to the stub, with the deadline and the errors of UnaryCall().
class GrpcAdminConnection final : public AdminConnection {
 public:
  explicit GrpcAdminConnection(std::shared_ptr<GrpcChannel> channel)
      : channel_(std::move(channel)), stub_(v1::Administration::NewStub(channel_->grpc())) {}

  absl::StatusOr<v1::Member> CreateMember(const v1::CreateMemberRequest& request) override {
    return UnaryCall<v1::Member>(*channel_, *stub_, &Stub::CreateMember, request);
  }
  absl::StatusOr<v1::Member> GetMember(const v1::GetMemberRequest& request) override {
    return UnaryCall<v1::Member>(*channel_, *stub_, &Stub::GetMember, request);
  }
  absl::StatusOr<v1::ListMembersResponse> ListMembers(
      const v1::ListMembersRequest& request) override {
    return UnaryCall<v1::ListMembersResponse>(*channel_, *stub_, &Stub::ListMembers, request);
  }
  absl::StatusOr<v1::Member> UpdateMember(const v1::UpdateMemberRequest& request) override {
    return UnaryCall<v1::Member>(*channel_, *stub_, &Stub::UpdateMember, request);
  }
  absl::StatusOr<v1::Grant> SetGrant(const v1::SetGrantRequest& request) override {
    return UnaryCall<v1::Grant>(*channel_, *stub_, &Stub::SetGrant, request);
  }
  absl::StatusOr<v1::DeleteGrantResponse> DeleteGrant(
      const v1::DeleteGrantRequest& request) override {
    return UnaryCall<v1::DeleteGrantResponse>(*channel_, *stub_, &Stub::DeleteGrant, request);
  }
  absl::StatusOr<v1::ListGrantsResponse> ListGrants(const v1::ListGrantsRequest& request) override {
    return UnaryCall<v1::ListGrantsResponse>(*channel_, *stub_, &Stub::ListGrants, request);
  }
  absl::StatusOr<v1::SigningKey> RegisterSigningKey(
      const v1::RegisterSigningKeyRequest& request) override {
    return UnaryCall<v1::SigningKey>(*channel_, *stub_, &Stub::RegisterSigningKey, request);
  }
  absl::StatusOr<v1::SigningKey> RetireSigningKey(
      const v1::RetireSigningKeyRequest& request) override {
    return UnaryCall<v1::SigningKey>(*channel_, *stub_, &Stub::RetireSigningKey, request);
  }
  absl::StatusOr<v1::ListSigningKeysResponse> ListSigningKeys(
      const v1::ListSigningKeysRequest& request) override {
    return UnaryCall<v1::ListSigningKeysResponse>(*channel_, *stub_, &Stub::ListSigningKeys,
                                                  request);
  }
  absl::StatusOr<v1::Agreement> CreateAgreement(
      const v1::CreateAgreementRequest& request) override {
    return UnaryCall<v1::Agreement>(*channel_, *stub_, &Stub::CreateAgreement, request);
  }
  absl::StatusOr<v1::Agreement> GetAgreement(const v1::GetAgreementRequest& request) override {
    return UnaryCall<v1::Agreement>(*channel_, *stub_, &Stub::GetAgreement, request);
  }
  absl::StatusOr<v1::ListAgreementsResponse> ListAgreements(
      const v1::ListAgreementsRequest& request) override {
    return UnaryCall<v1::ListAgreementsResponse>(*channel_, *stub_, &Stub::ListAgreements, request);
  }
  absl::StatusOr<v1::Agreement> EndAgreement(const v1::EndAgreementRequest& request) override {
    return UnaryCall<v1::Agreement>(*channel_, *stub_, &Stub::EndAgreement, request);
  }
  absl::StatusOr<v1::ListLinksResponse> ListLinks(const v1::ListLinksRequest& request) override {
    return UnaryCall<v1::ListLinksResponse>(*channel_, *stub_, &Stub::ListLinks, request);
  }
  absl::StatusOr<v1::GetStatusResponse> GetStatus(const v1::GetStatusRequest& request) override {
    return UnaryCall<v1::GetStatusResponse>(*channel_, *stub_, &Stub::GetStatus, request);
  }
  absl::StatusOr<v1::ListSessionsResponse> ListSessions(
      const v1::ListSessionsRequest& request) override {
    return UnaryCall<v1::ListSessionsResponse>(*channel_, *stub_, &Stub::ListSessions, request);
  }
  absl::StatusOr<v1::EndSessionsResponse> EndSessions(
      const v1::EndSessionsRequest& request) override {
    return UnaryCall<v1::EndSessionsResponse>(*channel_, *stub_, &Stub::EndSessions, request);
  }
  absl::StatusOr<v1::ReloadTrustResponse> ReloadTrust(
      const v1::ReloadTrustRequest& request) override {
    return UnaryCall<v1::ReloadTrustResponse>(*channel_, *stub_, &Stub::ReloadTrust, request);
  }
  absl::StatusOr<v1::ListExpiringResponse> ListExpiring(
      const v1::ListExpiringRequest& request) override {
    return UnaryCall<v1::ListExpiringResponse>(*channel_, *stub_, &Stub::ListExpiring, request);
  }

 private:
  using Stub = v1::Administration::Stub;

  const std::shared_ptr<GrpcChannel> channel_;
  const std::unique_ptr<Stub> stub_;
};

}  // namespace

std::shared_ptr<AdminConnection> MakeAdminConnection(std::shared_ptr<Channel> channel) {
  return std::make_shared<GrpcAdminConnection>(GrpcChannel::Of(std::move(channel)));
}

}  // namespace corridor
