#include "server/rpc/backups_service.h"

#include "server/rpc/unary_answer.h"

namespace corridor {

grpc::ServerUnaryReactor* BackupsService::CreateBackup(grpc::CallbackServerContext* context,
                                                       const v1::CreateBackupRequest* request,
                                                       v1::Backup* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal& caller, const auto&, auto answer) {
                   door_.create(caller, std::move(answer));
                 });
}

grpc::ServerUnaryReactor* BackupsService::ListBackups(grpc::CallbackServerContext* context,
                                                      const v1::ListBackupsRequest* request,
                                                      v1::ListBackupsResponse* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal&, const auto&, auto answer) { answer(door_.list()); });
}

}  // namespace corridor
