#ifndef CORRIDOR_SERVER_JOURNAL_DISCLOSURE_LEDGER_H_
#define CORRIDOR_SERVER_JOURNAL_DISCLOSURE_LEDGER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "corridor/v1/record.pb.h"
#include "server/storage/commit.h"
#include "server/storage/store.h"

namespace corridor {

// Who may hold what: before bytes of the journal leave for a holder (a member, or
// a region), a durable range says that they may have. Ranges are a superset of
// what left, in blocks of kBlockOffsets offsets, so that one write and one audit
// entry (AUDIT_ACT_DISCLOSURE) serve a block. A range belongs to one generation of
// the facts that policy used. Thread-safe.
class DisclosureLedger {
 public:
  static constexpr uint64_t kBlockOffsets = 4096;

  struct Options {
    // For audit entries: the broker's own SPIFFE ID.
    std::string actor;
    // Of the journal; its epoch goes into the entries as well.
    std::string region;
    uint64_t epoch = 0;
    // How many covered blocks are remembered without asking the store.
    size_t cache_blocks_max = 65536;
  };

  // All must outlive this, and the queue must run no more when this is destroyed.
  DisclosureLedger(const Store& store, CommitQueue& queue, AuditPart audit, Options options);
  ~DisclosureLedger();

  // Whether a durable range covers the offset. Cheap for what was asked lately;
  // false also where the store cannot be read.
  bool Covers(std::string_view holder, v1::Lane lane, uint64_t offset, uint64_t generation) const;

  // Makes it so. `done` runs with OK once the range is on stable storage, on the
  // commit thread; at once, inside this call, where it is already. Callers that ask
  // for one block at the same time share one write. Errors are those of
  // CommitQueue::Commit: nothing may leave then.
  void Cover(std::string_view holder, v1::Lane lane, uint64_t offset, uint64_t generation,
             absl::AnyInvocable<void(absl::Status)> done);

  // Who may hold the record there, each once, in order.
  absl::StatusOr<std::vector<std::string>> HoldersOf(v1::Lane lane, uint64_t offset) const;

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_JOURNAL_DISCLOSURE_LEDGER_H_
