#ifndef CORRIDOR_CLIENT_AUDIT_CONNECTION_H_
#define CORRIDOR_CLIENT_AUDIT_CONNECTION_H_

#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "corridor/channel.h"
#include "corridor/v1/audit_log.pb.h"

namespace corridor {

// What an AuditClient speaks to: a broker, or a mock (corridor/mocks). One call is one
// attempt and waits for the answer; audit_log.proto says what each does. Thread-safe.
class AuditConnection {
 public:
  virtual ~AuditConnection() = default;

  virtual absl::StatusOr<v1::QueryEntriesResponse> QueryEntries(
      const v1::QueryEntriesRequest& request) = 0;
  // Calls `sink` with each message, until it answers false (then OK) or the broker ends
  // the stream (then how it ended).
  virtual absl::Status TailEntries(
      const v1::TailEntriesRequest& request,
      absl::FunctionRef<bool(const v1::TailEntriesResponse& response)> sink) = 0;
};

std::shared_ptr<AuditConnection> MakeAuditConnection(std::shared_ptr<Channel> channel);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_AUDIT_CONNECTION_H_
