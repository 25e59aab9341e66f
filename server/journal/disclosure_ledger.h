#ifndef CORRIDOR_SERVER_JOURNAL_DISCLOSURE_LEDGER_H_
#define CORRIDOR_SERVER_JOURNAL_DISCLOSURE_LEDGER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/status_macros.h"
#include "core/model/facts.h"
#include "corridor/v1/record.pb.h"
#include "server/storage/commit.h"
#include "server/storage/keyspace.h"
#include "server/storage/store.h"

namespace corridor {

// Who may hold what: before bytes of the journal leave for a holder (a principal, by
// its SPIFFE ID, or a region), a durable range says that they may have. Ranges are a
// superset of what left, in blocks of kBlockOffsets offsets, so that one write and
// one audit entry (AUDIT_ACT_DISCLOSURE) serve a block. A range belongs to one
// generation of the facts that policy used, which are kept beside it, so that a recall
// can ask whom policy then allowed.
//
// A recall computes its addressees from the ranges that its batch finds. Nobody else
// gets content, where whoever hands it out asks in this order: may the holder have it,
// is it covered (Covers), and last, is it still served (AlertHead::withdrawn).
// Thread-safe.
class DisclosureLedger {
 public:
  static constexpr uint64_t kBlockOffsets = 4096;

  struct Options {
    // For audit entries: the broker's own SPIFFE ID.
    std::string actor;
    // Of the journal; its epoch goes into the entries as well.
    std::string region;
    uint64_t epoch = 0;
    // The part that keeps facts under their generation.
    std::function<BatchPart(std::shared_ptr<const Facts>)> keep_facts;
    // How many covered blocks are remembered without asking the store.
    size_t cache_blocks_max = 65536;
  };

  // All must outlive this, and the queue must run no more when this is destroyed.
  DisclosureLedger(const Store& store, CommitQueue& queue, AuditPart audit, Options options);
  ~DisclosureLedger();

  // Whether a durable range covers the offset, and was written in a batch that
  // everybody has seen the end of. Cheap for what was asked lately; false also where
  // the store cannot be read.
  bool Covers(std::string_view holder, v1::Lane lane, uint64_t offset, uint64_t generation) const;

  // Makes it so. `done` runs with OK once the range is on stable storage, on the
  // commit thread; at once, inside this call, where it is already. Callers that ask
  // for one block at the same time share one write. Errors are those of
  // CommitQueue::Commit: nothing may leave then.
  void Cover(std::string_view holder, v1::Lane lane, uint64_t offset,
             std::shared_ptr<const Facts> facts, absl::AnyInvocable<void(absl::Status)> done);

  // The part of a proposal with a statement that says the holder may have it: where it is
  // known to have got it before.
  BatchPart CoverPart(std::string holder, v1::Lane lane, std::shared_ptr<const Facts> facts) const;

  // A range over the block that an offset lies in.
  struct Range {
    std::string holder;
    uint64_t generation = 0;
    // Since when: milliseconds since the Unix epoch.
    int64_t time_ms = 0;
  };
  // Those over the block of `offset`, by holder and generation. `source` is a Store or
  // a CommitContext.
  template <typename Source>
  static absl::StatusOr<std::vector<Range>> RangesAt(const Source& source, v1::Lane lane,
                                                     uint64_t offset);

  // Who may hold the record there, each once, in order.
  absl::StatusOr<std::vector<std::string>> HoldersOf(v1::Lane lane, uint64_t offset) const;

 private:
  static absl::StatusOr<Range> RangeFrom(std::string_view prefix, const KeyValue& pair);

  class Impl;
  const std::unique_ptr<Impl> impl_;
};

template <typename Source>
absl::StatusOr<std::vector<DisclosureLedger::Range>> DisclosureLedger::RangesAt(
    const Source& source, v1::Lane lane, uint64_t offset) {
  const std::string prefix = DisclosureKeyPrefix(lane, offset / kBlockOffsets);
  ASSIGN_OR_RETURN(const std::vector<KeyValue> pairs,
                   source.Scan(PrefixRange(prefix), std::numeric_limits<size_t>::max()));
  std::vector<Range> ranges;
  for (const KeyValue& pair : pairs) {
    ASSIGN_OR_RETURN(ranges.emplace_back(), RangeFrom(prefix, pair));
  }
  return ranges;
}

}  // namespace corridor

#endif  // CORRIDOR_SERVER_JOURNAL_DISCLOSURE_LEDGER_H_
