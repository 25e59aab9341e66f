#include "server/rpc/backups_service.h"

#include <utility>

#include "core/base/status_macros.h"
#include "server/catalog/paging.h"
#include "server/rpc/unary_answer.h"

namespace corridor {
namespace {

// Of all of them, the newest first, the page that was asked for. Ids are times: they sort as those.
absl::StatusOr<v1::ListBackupsResponse> PageOf(v1::ListBackupsResponse all,
                                               const v1::ListBackupsRequest& request) {
  ASSIGN_OR_RETURN(const PageRequest page,
                   ReadPageRequest(request.page_size(), request.page_token()));
  v1::ListBackupsResponse listed;
  for (v1::Backup& backup : *all.mutable_backups()) {
    if (!page.after.empty() && backup.manifest().backup_id() >= page.after) continue;
    if (static_cast<size_t>(listed.backups_size()) == page.size) {
      listed.set_next_page_token(PageTokenAfter(listed.backups().rbegin()->manifest().backup_id()));
      break;
    }
    *listed.add_backups() = std::move(backup);
  }
  return listed;
}

}  // namespace

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
                 [this](const Principal&, const v1::ListBackupsRequest& request, auto answer) {
                   absl::StatusOr<v1::ListBackupsResponse> all = door_.list();
                   if (!all.ok()) return answer(all.status());
                   answer(PageOf(*std::move(all), request));
                 });
}

}  // namespace corridor
