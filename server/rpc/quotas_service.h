#ifndef CORRIDOR_SERVER_RPC_QUOTAS_SERVICE_H_
#define CORRIDOR_SERVER_RPC_QUOTAS_SERVICE_H_

#include "core/base/executor.h"
#include "corridor/v1/quota.grpc.pb.h"
#include "server/catalog/catalog.h"

namespace corridor {

// Quotas, over gRPC. quota.proto says what each method does.
class QuotasService final : public v1::Quotas::CallbackService {
 public:
  // Both must outlive this. `executor` runs what reads the catalog.
  QuotasService(Catalog& catalog, Executor& executor) : catalog_(catalog), executor_(executor) {}

  grpc::ServerUnaryReactor* SetQuota(grpc::CallbackServerContext* context,
                                     const v1::SetQuotaRequest* request,
                                     v1::Quota* response) override;
  grpc::ServerUnaryReactor* DeleteQuota(grpc::CallbackServerContext* context,
                                        const v1::DeleteQuotaRequest* request,
                                        v1::DeleteQuotaResponse* response) override;
  grpc::ServerUnaryReactor* ListQuotas(grpc::CallbackServerContext* context,
                                       const v1::ListQuotasRequest* request,
                                       v1::ListQuotasResponse* response) override;

 private:
  Catalog& catalog_;
  Executor& executor_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_RPC_QUOTAS_SERVICE_H_
