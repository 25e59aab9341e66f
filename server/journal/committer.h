#ifndef CORRIDOR_SERVER_JOURNAL_COMMITTER_H_
#define CORRIDOR_SERVER_JOURNAL_COMMITTER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/crypto/signature.h"
#include "core/gate/gate.h"
#include "server/journal/alert_head.h"
#include "server/journal/journal.h"
#include "server/journal/payload_keys.h"
#include "server/journal/recall_register.h"
#include "server/journal/record.h"
#include "server/journal/stored_record.pb.h"
#include "server/storage/commit.h"
#include "server/storage/commit_overlay.h"
#include "server/storage/store.h"

namespace corridor {

// What waits for the committer: a statement (local, or imported with its mark), a
// held statement to release, a mark to move, a head to change, or parts alone.
struct Proposal {
  struct MarkMove {
    std::string origin;
    uint64_t epoch = 0;
    v1::Lane lane = v1::LANE_UNSPECIFIED;
    uint64_t offset = 0;
  };
  using Done = absl::AnyInvocable<void(absl::StatusOr<v1::Receipt>)>;

  std::optional<AcceptedStatement> statement;
  std::optional<Journal::Import> import;
  std::optional<MarkMove> mark;
  std::optional<Journal::Release> release;
  std::optional<Journal::HeadChange> head_change;
  std::vector<AlertHead::Place> expired;
  std::vector<BatchPart> parts;
  // With the receipt where there is a statement, else with an empty one.
  Done done;

  // About what it holds, for the queue's bound.
  size_t bytes() const;
};

// The first receipt of the statement at `place`, with `repeated` set.
absl::StatusOr<v1::Receipt> StoredReceipt(const Store& store, std::string_view publisher,
                                          const stored::StoredPlace& place);
// ALREADY_EXISTS/STATEMENT_ID_REUSED.
absl::Status IdReused();

// One batch: judges proposals one after another, each in view of all before it,
// and then says what to write and what to answer. Does not write. Lives on the
// commit thread, for one batch.
class Committer {
 public:
  // What the batch changes, for those who keep a copy in memory.
  struct Changes {
    stored::JournalState state;
    std::vector<RecordPtr> records;
    std::vector<AlertHead> heads;
    std::vector<Proposal::MarkMove> marks;
    // Whose content is to be erased.
    std::vector<AlertHead::Place> erased;
    // What a recall or withdrawal names.
    std::vector<RecalledContent> recalled;
  };

  // All must outlive this.
  Committer(const Store& store, KeyStore& keys, const SigningKey& acceptance_key,
            const JournalOptions& options, stored::JournalState state, absl::Time now);

  // Judges it, or remembers why not. An error of the store rejects the proposal.
  void Judge(Proposal& proposal);

  // Numbers, signs and seals the records. The batch may be empty. An error is that
  // of the key store: then nothing may be written.
  absl::StatusOr<WriteBatch> Finish();

  // After Finish: what changed once the batch is durable, and the answer to each
  // proposal, in the order judged.
  const Changes& changes() const { return changes_; }
  absl::StatusOr<v1::Receipt> AnswerTo(size_t index) const;

 private:
  // Why not; or the receipt of old; or which new record; or plainly done.
  struct Verdict {
    absl::Status status;
    std::optional<v1::Receipt> receipt;
    std::optional<size_t> record;
    std::optional<size_t> held;
    bool repeated = false;
  };
  // A statement that an embargo holds, not yet signed.
  struct Held {
    uint64_t number = 0;
    Record record;
  };

  absl::StatusOr<Verdict> VerdictOn(Proposal& proposal);
  absl::StatusOr<Verdict> JudgeStatement(Proposal& proposal);
  absl::StatusOr<Verdict> JudgeRepeat(Proposal& proposal, const stored::StoredPlace& place);
  static bool IsReleaseOfOld(const Proposal& proposal, const stored::StoredPlace& place);
  Verdict ForgetHeld(const stored::StoredRecord& stored, const Journal::Release& release);
  absl::StatusOr<Verdict> AppendRecord(Proposal& proposal, const AlertHead* head, Record record);
  absl::StatusOr<Verdict> Hold(Proposal& proposal, const AlertHead* head, absl::Time release);
  absl::StatusOr<Verdict> JudgeRelease(Proposal& proposal);
  absl::Status CheckReleasable(const AlertHead& head, const ParsedStatement& statement) const;
  absl::StatusOr<Verdict> ChangeHead(Proposal& proposal);
  // Of one alert: of a single statement, or of all where `ids` is empty.
  absl::Status ScheduleErasures(const AlertHead& head, const std::vector<std::string>& ids);
  absl::Status ScheduleErasure(const AlertHead& head, const stored::StoredPlace& place);
  absl::Status Expire(const AlertHead::Place& place);
  void PutRetained(const Record& record);
  void PutErasure(const AlertHead& head, std::string key);
  absl::Status JudgeLocal(const AcceptedStatement& accepted, const AlertHead* head) const;
  absl::Status CheckDifferences(const AcceptedStatement& accepted, const AlertHead& head) const;
  absl::StatusOr<std::shared_ptr<const ParsedStatement>> StatementAt(AlertHead::Place place) const;
  absl::Status CheckTarget(const ParsedStatement& statement) const;
  absl::StatusOr<std::optional<AlertHead>> HeadOfAlert(std::string_view publisher,
                                                       std::string_view alert_id) const;
  void PutHead(const AlertHead* before, const AlertHead& after);
  absl::Status PutMark(const Proposal::MarkMove& move, bool new_epoch_allowed);
  void PutPlace(const ParsedStatement& statement, stored::StoredPlace place);
  absl::Status PutRemark(const v1::StatementBody& remark, AlertHead::Place here);
  Record NewRecord(const Proposal& proposal) const;
  Record NewLocalRecord(std::shared_ptr<const ParsedStatement> statement,
                        v1::GateVerdictStamp gate) const;
  v1::Acceptance LocalAcceptance(v1::Lane lane, uint64_t offset) const;
  void SignLocalRecords();

  const Store& store_;
  KeyStore& keys_;
  const SigningKey& acceptance_key_;
  const JournalOptions& options_;
  const uint64_t durable_head_;
  const uint64_t durable_held_;
  const int64_t now_ms_;
  CommitOverlay overlay_;
  std::vector<Record> records_;  // Not yet signed.
  std::vector<Held> held_;
  std::vector<Verdict> verdicts_;
  // Of the proposal being judged: they join changes_ when it is kept.
  std::optional<AlertHead> head_in_judgement_;
  std::vector<AlertHead::Place> erased_in_judgement_;
  std::vector<RecalledContent> recalled_in_judgement_;
  std::optional<Proposal::MarkMove> mark_in_judgement_;
  Changes changes_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_JOURNAL_COMMITTER_H_
