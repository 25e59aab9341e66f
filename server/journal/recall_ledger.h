#ifndef CORRIDOR_SERVER_JOURNAL_RECALL_LEDGER_H_
#define CORRIDOR_SERVER_JOURNAL_RECALL_LEDGER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/clock.h"
#include "corridor/v1/record.pb.h"
#include "corridor/v1/region_link.pb.h"
#include "corridor/v1/subscriber.pb.h"
#include "server/journal/alert_head.h"
#include "server/storage/commit.h"
#include "server/storage/store.h"

namespace corridor {

// A recall or withdrawal as this region has it. A plain value.
struct Recall {
  // Given by the ledger; unique here, rising.
  uint64_t number = 0;
  v1::RecallCause cause = v1::RECALL_CAUSE_UNSPECIFIED;
  std::string publisher;
  std::string alert_id;                    // 16 bytes.
  std::vector<std::string> statement_ids;  // 16 bytes each.
  // Where it stands at its origin: the RECALL, or the revision that narrowed the
  // audience.
  v1::Position origin;
  // Where the RECALL stands here; absent for a withdrawal.
  std::optional<AlertHead::Place> record;
  // Of a withdrawal by another region, as its broker signed it.
  v1::SignedWithdrawal withdrawal;
  int64_t since_ms = 0;
  // The content here that is to be erased; none where others may keep it.
  std::vector<AlertHead::Place> content;
  // What became of that.
  v1::RecallOutcome outcome = v1::RECALL_OUTCOME_UNSPECIFIED;
  int64_t outcome_ms = 0;
  // Of what its origin is told.
  uint64_t version = 0;
};

// Who must confirm which recall, and who has. All state is in the store: what is
// written in the batch of a RECALL or a narrowing revision is there when the batch is,
// and survives whatever comes. Holders are principals (SPIFFE IDs) and regions.
// Thread-safe.
class RecallLedger {
 public:
  struct Options {
    std::string region;
    // For audit entries of what no principal did: the broker's own SPIFFE ID.
    std::string actor;
    // How long a holder has before it is named overdue.
    absl::Duration confirm_within = absl::Hours(24);
  };

  // All must outlive this.
  RecallLedger(const Store& store, CommitQueue& queue, const Clock& clock, AuditPart audit,
               Options options);

  // --- On the commit thread, in a batch ---------------------------------------

  // Opens `recall` for `holders`, in the batch of `context`, with its audit entry;
  // number, time and version are given here. Nothing where one of that origin is open
  // already.
  absl::Status Open(CommitContext& context, Recall recall, const std::vector<std::string>& holders);

  // Adds a holder to the one of that origin, with its audit entry; false where none is open.
  // Nothing where it is among them already.
  absl::StatusOr<bool> AddHolder(CommitContext& context, const v1::Position& origin,
                                 const std::string& holder);

  // The recall that stood at `before` stands at `after` in its origin's journal, which was
  // restored and took it again: its origin is told anew. Nothing where none is open.
  absl::Status Move(CommitContext& context, const v1::Position& before, const v1::Position& after);

  // --- What holders say -------------------------------------------------------

  // The caller confirms. `done` once that is durable. Confirming again is OK; only
  // RETAINED_UNDER_HOLD may become ERASED.
  //   FAILED_PRECONDITION/RECALL_UNKNOWN   one of them is not the holder's
  //   INVALID_ARGUMENT/REQUEST_INVALID     none, too many, or no outcome
  void Confirm(const std::string& holder, const v1::RecallConfirmations& confirmations,
               absl::AnyInvocable<void(absl::Status)> done);
  // A region tells how it and its members stand towards a recall or withdrawal of ours;
  // an older version than the one held changes nothing. RECALL_UNKNOWN as above.
  void ConfirmRegion(const std::string& peer, v1::LinkRecallApplied applied,
                     absl::AnyInvocable<void(absl::Status)> done);
  // The origin has noted what it was told.
  void Note(const std::string& origin, const v1::LinkRecallNoted& noted,
            absl::AnyInvocable<void(absl::Status)> done);
  // What became of the content here. Its origin is told where that is another region.
  void SetOutcome(uint64_t number, v1::RecallOutcome outcome,
                  absl::AnyInvocable<void(absl::Status)> done);

  // --- Reading ----------------------------------------------------------------

  // NOT_FOUND: there is none of that number.
  absl::StatusOr<Recall> At(uint64_t number) const;
  absl::StatusOr<std::optional<Recall>> AtOrigin(const v1::Position& origin) const;
  // What a holder has not confirmed, the oldest first, behind number `after`.
  absl::StatusOr<std::vector<Recall>> PendingOf(std::string_view holder, uint64_t after,
                                                size_t limit) const;
  // How many that are, counted up to `limit`.
  absl::StatusOr<size_t> CountPending(std::string_view holder, size_t limit) const;
  // Whether it was ever addressed to the holder.
  absl::StatusOr<bool> IsAddressedTo(const v1::Position& origin, std::string_view holder) const;
  // Those of an origin that it has not noted as they stand, the oldest first.
  absl::StatusOr<std::vector<Recall>> UnnotedOf(std::string_view origin, size_t limit) const;
  // Those with content here that is not erased yet.
  absl::StatusOr<std::vector<Recall>> Unfinished(size_t limit) const;
  // Every one, the oldest first, behind number `after`.
  absl::StatusOr<std::vector<Recall>> List(uint64_t after, size_t limit) const;
  // The last number given; 0: none. Cheap: tells whether anything is new.
  absl::StatusOr<uint64_t> last() const;

  // How its holders stand now: members by the worst of their principals, regions, and
  // the members of those.
  absl::StatusOr<std::vector<v1::RecallHolder>> HoldersOf(const Recall& recall) const;
  // What its origin is to be told.
  absl::StatusOr<v1::LinkRecallApplied> AppliedOf(const Recall& recall) const;
  // When a holder is named overdue.
  int64_t DueMs(const Recall& recall) const;

 private:
  absl::Status PutHolders(CommitContext& context, uint64_t number, const v1::Position& origin,
                          const std::vector<std::string>& holders);
  absl::StatusOr<std::vector<Recall>> AtNumbersBehind(const std::string& prefix, uint64_t after,
                                                      size_t limit) const;

  const Store& store_;
  CommitQueue& queue_;
  const Clock& clock_;
  const AuditPart audit_;
  const Options options_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_JOURNAL_RECALL_LEDGER_H_
