#ifndef CORRIDOR_SERVER_RPC_APPROVALS_SERVICE_H_
#define CORRIDOR_SERVER_RPC_APPROVALS_SERVICE_H_

#include "core/base/executor.h"
#include "corridor/v1/approvals.grpc.pb.h"
#include "server/catalog/catalog.h"

namespace corridor {

// What waits for a second person, over gRPC. approvals.proto says what each method does.
class ApprovalsService final : public v1::Approvals::CallbackService {
 public:
  // Both must outlive this. `executor` runs what reads the catalog.
  ApprovalsService(Catalog& catalog, Executor& executor) : catalog_(catalog), executor_(executor) {}

  grpc::ServerUnaryReactor* ListPendingActs(grpc::CallbackServerContext* context,
                                            const v1::ListPendingActsRequest* request,
                                            v1::ListPendingActsResponse* response) override;
  grpc::ServerUnaryReactor* ApproveAct(grpc::CallbackServerContext* context,
                                       const v1::ApproveActRequest* request,
                                       v1::PendingAct* response) override;
  grpc::ServerUnaryReactor* RefuseAct(grpc::CallbackServerContext* context,
                                      const v1::RefuseActRequest* request,
                                      v1::PendingAct* response) override;

 private:
  Catalog& catalog_;
  Executor& executor_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_RPC_APPROVALS_SERVICE_H_
