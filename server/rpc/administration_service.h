#ifndef CORRIDOR_SERVER_RPC_ADMINISTRATION_SERVICE_H_
#define CORRIDOR_SERVER_RPC_ADMINISTRATION_SERVICE_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "core/base/executor.h"
#include "core/model/errors.h"
#include "core/model/principal.h"
#include "corridor/v1/administration.grpc.pb.h"
#include "server/broker/region.h"
#include "server/identity/live_calls.h"

namespace corridor {

// The broker's own trust, as operators see it. Both may be called from any thread.
struct TrustDoor {
  // Reads the files again; what is wrong with what was not taken over.
  std::function<std::vector<FieldViolation>()> reload;
  std::function<v1::ListExpiringResponse()> expiring;
};

// Running a region, over gRPC. administration.proto says what each method does.
class AdministrationService final : public v1::Administration::CallbackService {
 public:
  // Both must outlive this. `executor` runs what reads the catalog.
  AdministrationService(Region& region, Executor& executor, LiveCalls& calls, TrustDoor trust)
      : region_(region),
        catalog_(region.catalog()),
        executor_(executor),
        calls_(calls),
        trust_(std::move(trust)) {}

  using Context = grpc::CallbackServerContext;
  using Reactor = grpc::ServerUnaryReactor;

  Reactor* CreateMember(Context* context, const v1::CreateMemberRequest* request,
                        v1::Member* response) override;
  Reactor* GetMember(Context* context, const v1::GetMemberRequest* request,
                     v1::Member* response) override;
  Reactor* ListMembers(Context* context, const v1::ListMembersRequest* request,
                       v1::ListMembersResponse* response) override;
  Reactor* UpdateMember(Context* context, const v1::UpdateMemberRequest* request,
                        v1::Member* response) override;
  Reactor* SetGrant(Context* context, const v1::SetGrantRequest* request,
                    v1::Grant* response) override;
  Reactor* DeleteGrant(Context* context, const v1::DeleteGrantRequest* request,
                       v1::DeleteGrantResponse* response) override;
  Reactor* ListGrants(Context* context, const v1::ListGrantsRequest* request,
                      v1::ListGrantsResponse* response) override;
  Reactor* RegisterSigningKey(Context* context, const v1::RegisterSigningKeyRequest* request,
                              v1::SigningKey* response) override;
  Reactor* RetireSigningKey(Context* context, const v1::RetireSigningKeyRequest* request,
                            v1::SigningKey* response) override;
  Reactor* RevokeSigningKey(Context* context, const v1::RevokeSigningKeyRequest* request,
                            v1::SigningKey* response) override;
  Reactor* ListSigningKeys(Context* context, const v1::ListSigningKeysRequest* request,
                           v1::ListSigningKeysResponse* response) override;
  Reactor* CreateAgreement(Context* context, const v1::CreateAgreementRequest* request,
                           v1::Agreement* response) override;
  Reactor* GetAgreement(Context* context, const v1::GetAgreementRequest* request,
                        v1::Agreement* response) override;
  Reactor* ListAgreements(Context* context, const v1::ListAgreementsRequest* request,
                          v1::ListAgreementsResponse* response) override;
  Reactor* EndAgreement(Context* context, const v1::EndAgreementRequest* request,
                        v1::Agreement* response) override;
  Reactor* ListLinks(Context* context, const v1::ListLinksRequest* request,
                     v1::ListLinksResponse* response) override;
  Reactor* GetStatus(Context* context, const v1::GetStatusRequest* request,
                     v1::GetStatusResponse* response) override;
  Reactor* ListSessions(Context* context, const v1::ListSessionsRequest* request,
                        v1::ListSessionsResponse* response) override;
  Reactor* EndSessions(Context* context, const v1::EndSessionsRequest* request,
                       v1::EndSessionsResponse* response) override;
  Reactor* ReloadTrust(Context* context, const v1::ReloadTrustRequest* request,
                       v1::ReloadTrustResponse* response) override;
  Reactor* ListExpiring(Context* context, const v1::ListExpiringRequest* request,
                        v1::ListExpiringResponse* response) override;

 private:
  // `done` once it is durable that `actor` did `act` to `object`, or is not.
  void Audit(const Principal& actor, v1::AuditAct act, const std::string& object,
             absl::AnyInvocable<void(absl::Status)> done);

  Region& region_;
  Catalog& catalog_;
  Executor& executor_;
  LiveCalls& calls_;
  const TrustDoor trust_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_RPC_ADMINISTRATION_SERVICE_H_
