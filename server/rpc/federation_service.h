#ifndef CORRIDOR_SERVER_RPC_FEDERATION_SERVICE_H_
#define CORRIDOR_SERVER_RPC_FEDERATION_SERVICE_H_

#include "core/base/executor.h"
#include "corridor/v1/federation.grpc.pb.h"
#include "server/broker/region.h"

namespace corridor {

// What crosses between regions and what is taken back, over gRPC. federation.proto says
// what each method does.
class FederationService final : public v1::Federation::CallbackService {
 public:
  // Both must outlive this. `executor` runs what reads the store.
  FederationService(Region& region, Executor& executor) : region_(region), executor_(executor) {}

  using Context = grpc::CallbackServerContext;
  using Reactor = grpc::ServerUnaryReactor;

  Reactor* PauseLink(Context* context, const v1::PauseLinkRequest* request,
                     v1::LinkStatus* response) override;
  Reactor* ResumeLink(Context* context, const v1::ResumeLinkRequest* request,
                      v1::LinkStatus* response) override;
  Reactor* AcceptLinkGap(Context* context, const v1::AcceptLinkGapRequest* request,
                         v1::BackfillReport* response) override;
  Reactor* ListRefusedRecords(Context* context, const v1::ListRefusedRecordsRequest* request,
                              v1::ListRefusedRecordsResponse* response) override;
  Reactor* AskAgain(Context* context, const v1::AskAgainRequest* request,
                    v1::BackfillReport* response) override;
  Reactor* ReconcileLink(Context* context, const v1::ReconcileLinkRequest* request,
                         v1::ReconcileLinkResponse* response) override;
  Reactor* SimulateAgreement(Context* context, const v1::SimulateAgreementRequest* request,
                             v1::SimulateAgreementResponse* response) override;
  Reactor* ListRecalls(Context* context, const v1::ListRecallsRequest* request,
                       v1::ListRecallsResponse* response) override;
  Reactor* QuarantineAlert(Context* context, const v1::QuarantineAlertRequest* request,
                           v1::Quarantine* response) override;
  Reactor* ListQuarantines(Context* context, const v1::ListQuarantinesRequest* request,
                           v1::ListQuarantinesResponse* response) override;
  Reactor* SetLegalHold(Context* context, const v1::SetLegalHoldRequest* request,
                        v1::LegalHold* response) override;
  Reactor* ListLegalHolds(Context* context, const v1::ListLegalHoldsRequest* request,
                          v1::ListLegalHoldsResponse* response) override;
  Reactor* ExplainStatement(Context* context, const v1::DeliveryReportRequest* request,
                            v1::DeliveryReport* response) override;

 private:
  // Serves a method of LinkAdministration, where links live.
  template <typename Request, typename Response, typename Act>
  Reactor* ServeOnLinks(Context* context, const Request* request, Response* response, Act act);

  Region& region_;
  Executor& executor_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_RPC_FEDERATION_SERVICE_H_
