#ifndef CORRIDOR_CLIENT_AUDIT_CLIENT_H_
#define CORRIDOR_CLIENT_AUDIT_CLIENT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/crypto/audit_chain.h"
#include "corridor/audit_connection.h"
#include "corridor/environment.h"
#include "corridor/v1/audit_log.pb.h"

namespace corridor {

// Reads a region's audit log. The caller is an operator with OPERATOR_ROLE_AUDIT_READ;
// each reading is itself an entry.
//
// Thread safety: thread-safe. The methods wait for their answers; `sink` runs on the
// calling thread.
//
// Idempotency: all are reads; queries and exports are tried again for some seconds while
// the broker is unavailable, a tail for as long as it is wanted.
//
// Errors: core/model/errors.h reads reason and fields.
//
// Example: client/ctl/audit_read.cc.
class AuditClient {
 public:
  explicit AuditClient(std::shared_ptr<AuditConnection> connection,
                       Environment environment = Environment::Default());

  // At most `limit` entries that pass `filter`, the newest first.
  absl::StatusOr<std::vector<v1::StoredAuditEntry>> Newest(const v1::AuditFilter& filter,
                                                           size_t limit);
  // The same, the oldest first.
  absl::StatusOr<std::vector<v1::StoredAuditEntry>> Oldest(const v1::AuditFilter& filter,
                                                           size_t limit);

  // The whole log as it is now, as lines of JSON (core/crypto/audit_chain.h), and the head
  // that they lead to. DATA_LOSS: an entry is missing or altered, or the last does not lead
  // to the head that the broker says; what came before was handed to `sink`.
  absl::StatusOr<AuditHead> Export(absl::FunctionRef<void(std::string_view line)> sink);

  // Entries as they are written, behind `after` (0: from now on), until `sink` answers
  // false. Goes on where it was when the connection is lost; any other error ends it.
  absl::Status Tail(const v1::AuditFilter& filter, uint64_t after,
                    absl::FunctionRef<bool(const v1::StoredAuditEntry& entry)> sink);

 private:
  absl::StatusOr<std::vector<v1::StoredAuditEntry>> Read(v1::QueryEntriesRequest request,
                                                         size_t limit);
  absl::StatusOr<v1::QueryEntriesResponse> Page(const v1::QueryEntriesRequest& request);

  const std::shared_ptr<AuditConnection> connection_;
  const Environment environment_;
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_AUDIT_CLIENT_H_
