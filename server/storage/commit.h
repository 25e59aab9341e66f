#ifndef CORRIDOR_SERVER_STORAGE_COMMIT_H_
#define CORRIDOR_SERVER_STORAGE_COMMIT_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "corridor/v1/audit_log.pb.h"
#include "corridor/v1/record.pb.h"
#include "server/storage/store.h"

namespace corridor {

// How catalog, audit, delivery state and ledgers have their changes written: as
// parts of proposals to the one committer, so that an act and its audit entry are
// one batch. The journal is the CommitQueue of a broker.

// What a part sees: the store, with everything laid over it that this batch will
// write, by earlier proposals and by this one. Not thread-safe; gone after the
// part returns.
class CommitContext {
 public:
  virtual ~CommitContext() = default;

  virtual absl::StatusOr<std::optional<std::string>> Get(std::string_view key) const = 0;
  virtual absl::StatusOr<std::vector<KeyValue>> Scan(const KeyRange& range, ScanLimit limit,
                                                     ScanOrder order) const = 0;
  absl::StatusOr<std::vector<KeyValue>> Scan(const KeyRange& range, ScanLimit limit) const {
    return Scan(range, limit, ScanOrder::kAscending);
  }

  virtual void Put(std::string key, std::string value) = 0;
  virtual void Delete(std::string key) = 0;

  // When this batch is made: the same for all its proposals.
  virtual absl::Time now() const = 0;

  // Where the statement of this proposal will stand in this region's journal; null
  // for a proposal without one, and for one that only moves a mark.
  virtual const v1::Position* record_position() const = 0;
};

// One step of a proposal. Runs on the commit thread, in commit order, never
// concurrently with another part. An error rejects its whole proposal: none of
// its writes stay, its caller gets the error, other proposals go on. It must not
// touch memory that outlives it other than to note what to do in `done`: the
// batch may still fail.
using BatchPart = absl::AnyInvocable<absl::Status(CommitContext&)>;

inline BatchPart PutPart(std::string key, std::string value) {
  return [key = std::move(key), value = std::move(value)](CommitContext& context) {
    context.Put(key, value);
    return absl::OkStatus();
  };
}

inline BatchPart DeletePart(std::string key) {
  return [key = std::move(key)](CommitContext& context) {
    context.Delete(key);
    return absl::OkStatus();
  };
}

// Makes the part that writes an audit entry (server/audit). Handed to those who
// must record acts but do not know the audit log. The part fills in sequence,
// time, and the position where the proposal carries a statement.
using AuditPart = std::function<BatchPart(v1::AuditEntry)>;

class CommitQueue {
 public:
  virtual ~CommitQueue() = default;

  // Proposes what `parts` write, in their order. `done` runs once, on the commit
  // thread, when all is on stable storage, or with the reason why it is not:
  //   an error of a part       nothing was written
  //   RESOURCE_EXHAUSTED/QUOTA the queue is full; nothing was tried (RetryInfo)
  //   UNAVAILABLE/NOT_READY    storage failed before; nothing was written
  //   DEADLINE_EXCEEDED/OUTCOME_UNKNOWN  the sync failed; the broker stops
  // Never runs `done` inside this call. Thread-safe.
  virtual void Commit(std::vector<BatchPart> parts,
                      absl::AnyInvocable<void(absl::Status)> done) = 0;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_STORAGE_COMMIT_H_
