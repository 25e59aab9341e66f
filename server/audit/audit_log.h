#ifndef CORRIDOR_SERVER_AUDIT_AUDIT_LOG_H_
#define CORRIDOR_SERVER_AUDIT_AUDIT_LOG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/crypto/audit_chain.h"
#include "corridor/v1/audit_log.pb.h"
#include "server/storage/commit.h"
#include "server/storage/store.h"

namespace corridor {

// What was decided, by whom, without content: entries chained by hash, each
// written in the batch of the act it records. Thread-safe. All state is in the
// store, so an entry of a rejected proposal leaves no trace in the chain.
class AuditLog {
 public:
  using Head = AuditHead;

  // `store` must outlive this.
  explicit AuditLog(const Store& store) : store_(store) {}

  // The part that appends `entry` to the chain. It sets sequence and time, and the
  // position where the proposal carries a statement and the entry names none.
  static BatchPart Entry(v1::AuditEntry entry);

  // The part that appends an entry for a gate policy, unless that one was in force before.
  static BatchPart GatePolicyInForce(std::string actor, v1::GateVerdictStamp stamp);

  // The same as a function that can be handed to those who do not know this class.
  static AuditPart Part();

  // The head that is on stable storage. kDataLoss: it does not parse.
  absl::StatusOr<Head> head() const;

  // Entries with sequence > `after`, oldest first, at most `limit`.
  absl::StatusOr<std::vector<v1::AuditEntry>> Read(uint64_t after, size_t limit) const;

  // A look at the log: entries that pass `filter`, which must be sound, beginning at
  // `from` (behind the newest: at the newest) and going up, or down.
  struct Query {
    const v1::AuditFilter& filter;
    uint64_t from = 1;
    ScanOrder order = ScanOrder::kAscending;
    size_t entries_max = 100;
    // Looks at no more entries than this.
    size_t looks_max = 20'000;
  };
  struct Page {
    std::vector<v1::StoredAuditEntry> entries;
    // Where to go on; nothing when the end was reached.
    std::optional<uint64_t> next;
    Head head;
  };
  // kDataLoss: an entry is malformed or missing.
  absl::StatusOr<Page> Find(const Query& query) const;

  // Calls `sink` with each entry as a line of JSON (core/crypto/audit_chain.h), oldest first, and
  // gives the head they lead to. kDataLoss: an entry is missing or malformed, or the last does not
  // lead to the stored head.
  absl::StatusOr<Head> Export(absl::FunctionRef<void(std::string_view line)> sink) const;

  // Derives the head anew from all entries. kDataLoss names the first entry that is
  // missing, or says that the entries do not lead to the stored head.
  absl::StatusOr<Head> Verify() const;

 private:
  // The bytes of the first `entries` entries in order. kDataLoss: one is missing.
  absl::Status Walk(absl::FunctionRef<absl::Status(std::string_view bytes)> visit,
                    uint64_t entries) const;

  const Store& store_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_AUDIT_AUDIT_LOG_H_
