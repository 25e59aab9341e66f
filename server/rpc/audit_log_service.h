#ifndef CORRIDOR_SERVER_RPC_AUDIT_LOG_SERVICE_H_
#define CORRIDOR_SERVER_RPC_AUDIT_LOG_SERVICE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "core/base/executor.h"
#include "core/model/principal.h"
#include "corridor/v1/audit_log.grpc.pb.h"
#include "server/audit/audit_log.h"
#include "server/identity/live_calls.h"
#include "server/rpc/readiness.h"

namespace corridor {

class AuditTailCall;

// Reading the audit log, over gRPC. audit_log.proto says what each method does.
class AuditLogService final : public v1::AuditLog::CallbackService {
 public:
  // All must outlive this. `executor` runs what reads the log.
  struct Parts {
    const AuditLog& log;
    CommitQueue& commits;
    Executor& executor;
    LiveCalls& calls;
    const Readiness& readiness;
  };
  static constexpr size_t kTailsMax = 32;

  explicit AuditLogService(Parts parts) : parts_(parts) {}

  grpc::ServerUnaryReactor* QueryEntries(grpc::CallbackServerContext* context,
                                         const v1::QueryEntriesRequest* request,
                                         v1::QueryEntriesResponse* response) override;
  grpc::ServerWriteReactor<v1::TailEntriesResponse>* TailEntries(
      grpc::CallbackServerContext* context, const v1::TailEntriesRequest* request) override;

  // Ends the tails. REQUIRES: the readiness says draining.
  void Drain();

 private:
  // `then` once it is durable that `reader` reads `what`, or is not.
  void NoteReading(const Principal& reader, std::string what,
                   absl::AnyInvocable<void(absl::Status)> then);
  absl::Status Begin(const std::shared_ptr<AuditTailCall>& call,
                     grpc::CallbackServerContext& context, const v1::TailEntriesRequest& request);

  const Parts parts_;
  absl::Mutex mutex_;
  std::vector<std::weak_ptr<AuditTailCall>> tails_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_RPC_AUDIT_LOG_SERVICE_H_
