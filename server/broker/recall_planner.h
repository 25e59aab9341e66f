#ifndef CORRIDOR_SERVER_BROKER_RECALL_PLANNER_H_
#define CORRIDOR_SERVER_BROKER_RECALL_PLANNER_H_

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/model/statement.h"
#include "core/policy/policy.h"
#include "corridor/v1/record.pb.h"
#include "server/catalog/catalog.h"
#include "server/catalog/policy_archive.h"
#include "server/journal/disclosure_ledger.h"
#include "server/journal/journal.h"
#include "server/journal/recall_ledger.h"
#include "server/journal/recall_register.h"

namespace corridor {

// Who must be told when content goes: a recall goes to every principal and region to
// which what it names may have been disclosed and whom policy then allowed; a revision
// that narrows an alert's audience goes, as a withdrawal, to those whom it leaves out. Whom
// of its members it leaves out a region learns from the revision itself. Where it leaves out
// one and cannot go there any more, what it leaves it out of is withdrawn from the whole
// region; where it can, it is noted (NarrowedForPeerKey), and unheard_revisions.h sees to it that
// it does. Never to one whom policy denied: for it the alert never existed.
//
// It works inside the batch that appends the RECALL or the revision, so that the
// addressees are durable before any key is destroyed. Thread-safe.
class RecallPlanner {
 public:
  // All must outlive this.
  struct Parts {
    const Journal& journal;
    const Catalog& catalog;
    const PolicyArchive& archive;
    RecallLedger& ledger;
    // Outside of what is backed up (recall_register.h). Null: nowhere.
    Store* recalled = nullptr;
  };
  explicit RecallPlanner(Parts parts) : parts_(parts) {}

  // The part to append with a statement; absent where it ends and narrows nothing.
  // `imported`: how its origin accepted it; null for one of this region.
  std::optional<BatchPart> PartFor(std::shared_ptr<const ParsedStatement> statement,
                                   const v1::Acceptance* imported) const;

  // The part that withdraws a record of this region, signed with a key that was in wrong
  // hands, from all who may have it; the content here stays. Opening it twice changes
  // nothing.
  BatchPart PartForRevokedKey(RecordPtr record) const;

  // The part that withdraws what `holder`, a peer region, has given back to this restored
  // region, which has recalled it: the holder never heard of that. `place`: where it stood.
  BatchPart PartForReturned(std::shared_ptr<const ParsedStatement> statement, v1::Position place,
                            std::string holder) const;

  // The part that withdraws from `peer`, a region, the statements from which a revision of ours
  // leaves out some of its members. `told_of`: the value of its NarrowedForPeerKey.
  BatchPart PartForUnheard(RecordPtr revision, std::string told_of, std::string peer) const;

  // The part that opens the withdrawal which another region's broker signed.
  BatchPart PartFor(v1::SignedWithdrawal signed_withdrawal, v1::Withdrawal withdrawal) const;

 private:
  struct LeftOut {
    std::set<std::string> holders;
    // Regions that learn from the revision itself whom it leaves out.
    std::set<std::string> told_by_revision;
  };

  absl::Status OpenRecall(CommitContext& context, const ParsedStatement& statement,
                          const v1::Position& origin) const;
  absl::Status OpenWithdrawal(CommitContext& context, const ParsedStatement& revision,
                              const v1::Position& origin, int64_t accept_time_ms) const;
  // The statements of an alert with these ids (empty: all), which this region has.
  absl::StatusOr<std::vector<Journal::StatementPlace>> StatementsOf(
      const CommitContext& context, const Recall& recall,
      const std::vector<std::string>& ids) const;
  // The record there; null where it is of the same batch, and so was handed to nobody.
  absl::StatusOr<RecordPtr> DurableAt(AlertHead::Place place) const;
  // Adds those to whom the record may have gone: none where it is null or erased. `left_out_by`,
  // where given, leaves only those whom that flow leaves out.
  absl::Status AddHolders(const CommitContext& context, const RecordPtr& found,
                          const Flow* left_out_by, LeftOut& left_out) const;
  // All to whom content that is to be erased may have gone; they are remembered outside of the
  // journal.
  absl::StatusOr<std::vector<std::string>> AllHolders(
      const CommitContext& context, const std::vector<AlertHead::Place>& content) const;
  // Of erased content of a restored journal, those who were to be told before the restore: it
  // does not know whether they were.
  absl::StatusOr<std::vector<std::string>> ToldBeforeRestore(const RecalledContent& erased) const;
  // Adds a holder that had `flow` under the facts of `then`, where `revision` leaves it out.
  void AddLeftOut(const Flow& revision, const Flow& flow, const std::string& holder,
                  const Facts& facts, absl::Time then, absl::Time now, LeftOut& left_out) const;

  const Parts parts_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_RECALL_PLANNER_H_
