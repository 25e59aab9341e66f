#ifndef CORRIDOR_SERVER_RPC_OPERATIONS_SERVICE_H_
#define CORRIDOR_SERVER_RPC_OPERATIONS_SERVICE_H_

#include <functional>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "core/base/executor.h"
#include "core/model/principal.h"
#include "corridor/v1/operations.grpc.pb.h"
#include "server/broker/region.h"

namespace corridor {

// What a running broker lets its operator do. All may be called from any thread.
struct OperationsDoor {
  // How many streams of members are open.
  std::function<size_t()> streams;
  // The answer is on its way before the broker stops.
  std::function<void(bool then_stop)> drain;
  // DRAINING: the broker is stopping.
  std::function<absl::Status()> undrain;
  std::function<void(v1::LogLevel)> log_level;
};

// Drain and log level, over gRPC. operations.proto says what each method does.
class OperationsService final : public v1::Operations::CallbackService {
 public:
  // Both must outlive this.
  OperationsService(Region& region, Executor& executor, OperationsDoor door)
      : region_(region), executor_(executor), door_(std::move(door)) {}

  grpc::ServerUnaryReactor* Drain(grpc::CallbackServerContext* context,
                                  const v1::DrainRequest* request,
                                  v1::DrainResponse* response) override;
  grpc::ServerUnaryReactor* Undrain(grpc::CallbackServerContext* context,
                                    const v1::UndrainRequest* request,
                                    v1::UndrainResponse* response) override;
  grpc::ServerUnaryReactor* SetLogLevel(grpc::CallbackServerContext* context,
                                        const v1::SetLogLevelRequest* request,
                                        v1::SetLogLevelResponse* response) override;

 private:
  // `done` once it is durable that `actor` did this, or is not.
  void Audit(const Principal& actor, const std::string& object,
             absl::AnyInvocable<void(absl::Status)> done);

  Region& region_;
  Executor& executor_;
  const OperationsDoor door_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_RPC_OPERATIONS_SERVICE_H_
