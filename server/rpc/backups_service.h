#ifndef CORRIDOR_SERVER_RPC_BACKUPS_SERVICE_H_
#define CORRIDOR_SERVER_RPC_BACKUPS_SERVICE_H_

#include <functional>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "core/base/executor.h"
#include "core/model/principal.h"
#include "corridor/v1/backup.grpc.pb.h"

namespace corridor {

// What makes backups. Both may be called from any thread; errors are those of backup.proto.
struct BackupDoor {
  // `done` once it is on stable storage and in the audit log.
  std::function<void(const Principal& caller,
                     absl::AnyInvocable<void(absl::StatusOr<v1::Backup>)> done)>
      create;
  std::function<absl::StatusOr<v1::ListBackupsResponse>()> list;
};

// Backups, over gRPC. backup.proto says what each method does.
class BackupsService final : public v1::Backups::CallbackService {
 public:
  // `executor` must outlive this.
  BackupsService(Executor& executor, BackupDoor door)
      : executor_(executor), door_(std::move(door)) {}

  grpc::ServerUnaryReactor* CreateBackup(grpc::CallbackServerContext* context,
                                         const v1::CreateBackupRequest* request,
                                         v1::Backup* response) override;
  grpc::ServerUnaryReactor* ListBackups(grpc::CallbackServerContext* context,
                                        const v1::ListBackupsRequest* request,
                                        v1::ListBackupsResponse* response) override;

 private:
  Executor& executor_;
  const BackupDoor door_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_RPC_BACKUPS_SERVICE_H_
