#include "server/rpc/quotas_service.h"

#include <utility>

#include "server/rpc/unary_answer.h"

namespace corridor {

grpc::ServerUnaryReactor* QuotasService::SetQuota(grpc::CallbackServerContext* context,
                                                  const v1::SetQuotaRequest* request,
                                                  v1::Quota* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal& caller, const auto& request, auto answer) {
                   catalog_.SetQuota(caller, request.quota(), std::move(answer));
                 });
}

grpc::ServerUnaryReactor* QuotasService::DeleteQuota(grpc::CallbackServerContext* context,
                                                     const v1::DeleteQuotaRequest* request,
                                                     v1::DeleteQuotaResponse* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal& caller, const auto& request, auto answer) {
                   catalog_.DeleteQuota(caller, request.principal(),
                                        AnswerEmpty(std::move(answer)));
                 });
}

grpc::ServerUnaryReactor* QuotasService::ListQuotas(grpc::CallbackServerContext* context,
                                                    const v1::ListQuotasRequest* request,
                                                    v1::ListQuotasResponse* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal&, const auto& request, auto answer) {
                   answer(catalog_.ListQuotas(request));
                 });
}

}  // namespace corridor
