#ifndef CORRIDOR_SERVER_RPC_AUDIT_TAIL_CALL_H_
#define CORRIDOR_SERVER_RPC_AUDIT_TAIL_CALL_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <cstdint>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "core/base/executor.h"
#include "corridor/v1/audit_log.pb.h"
#include "server/audit/audit_log.h"
#include "server/identity/live_calls.h"

namespace corridor {

// One tail of the audit log: reads on from its cursor whenever the client has taken what
// was sent, and looks again after a moment at the end. One write is outstanding at most,
// so a client that does not read costs one page. Keeps itself alive until gRPC is done
// with it. Any thread.
class AuditTailCall final : public grpc::ServerWriteReactor<v1::TailEntriesResponse>,
                            public std::enable_shared_from_this<AuditTailCall> {
 public:
  // How often the end of the log is looked at.
  static constexpr absl::Duration kLookPeriod = absl::Milliseconds(250);

  // Both must outlive the call.
  AuditTailCall(const AuditLog& log, Executor& executor) : log_(log), executor_(executor) {}

  // gRPC keeps the call from now on. Once, on an object that a shared_ptr owns.
  void Keep() { self_ = shared_from_this(); }
  void Enlist(LiveCalls::Place place);
  // Sends what passes `filter` behind entry `after`, until it ends.
  void Follow(v1::AuditFilter filter, uint64_t after);
  // Ends it; nothing is sent any more but `why`.
  void End(const absl::Status& why);

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  void LookLater(absl::Duration delay);
  void Look();

  const AuditLog& log_;
  Executor& executor_;
  std::shared_ptr<AuditTailCall> self_;  // From Keep to OnDone.
  v1::AuditFilter filter_;               // Constant from Follow on.

  absl::Mutex mutex_;
  LiveCalls::Place place_ ABSL_GUARDED_BY(mutex_);
  uint64_t next_ ABSL_GUARDED_BY(mutex_) = 1;  // Entry to look at.
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  v1::TailEntriesResponse outgoing_;  // gRPC's while it writes.
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_RPC_AUDIT_TAIL_CALL_H_
