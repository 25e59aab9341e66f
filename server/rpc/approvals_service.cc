#include "server/rpc/approvals_service.h"

#include <utility>

#include "server/rpc/unary_answer.h"

namespace corridor {

grpc::ServerUnaryReactor* ApprovalsService::ListPendingActs(
    grpc::CallbackServerContext* context, const v1::ListPendingActsRequest* request,
    v1::ListPendingActsResponse* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal&, const auto& request, auto answer) {
                   answer(catalog_.ListPendingActs(request));
                 });
}

grpc::ServerUnaryReactor* ApprovalsService::ApproveAct(grpc::CallbackServerContext* context,
                                                       const v1::ApproveActRequest* request,
                                                       v1::PendingAct* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal& caller, const auto& request, auto answer) {
                   catalog_.ApproveAct(caller, request.approval_id(), std::move(answer));
                 });
}

grpc::ServerUnaryReactor* ApprovalsService::RefuseAct(grpc::CallbackServerContext* context,
                                                      const v1::RefuseActRequest* request,
                                                      v1::PendingAct* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal& caller, const auto& request, auto answer) {
                   catalog_.RefuseAct(caller, request.approval_id(), std::move(answer));
                 });
}

}  // namespace corridor
