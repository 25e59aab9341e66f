#include "server/journal/committer.h"

#include <memory>
#include <string_view>
#include <utility>

#include "core/base/clock.h"
#include "core/base/status_macros.h"
#include "core/crypto/statement_proof.h"
#include "core/gate/revision_rules.h"
#include "core/model/errors.h"
#include "server/journal/journal_state.h"
#include "server/journal/record_codec.h"
#include "server/journal/time_rules.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

constexpr size_t kProposalOverheadBytes = 1024;

v1::Receipt ReceiptFromStored(const stored::StoredRecord& stored) {
  v1::Receipt receipt;
  receipt.set_statement_id(stored.statement_id());
  receipt.set_digest(stored.digest());
  *receipt.mutable_acceptance() = stored.acceptance();
  *receipt.mutable_gate() = stored.gate();
  receipt.set_repeated(true);
  return receipt;
}

const AlertHead* PointerTo(const std::optional<AlertHead>& head) { return head ? &*head : nullptr; }

}  // namespace

absl::StatusOr<v1::Receipt> StoredReceipt(const Store& store, std::string_view publisher,
                                          const stored::StoredPlace& place) {
  ASSIGN_OR_RETURN(const std::optional<std::string> value,
                   store.Get(RecordKey(place.lane(), place.offset())));
  if (!value) return CorruptRecord(place.lane(), place.offset(), "it is named but not there");
  ASSIGN_OR_RETURN(const stored::StoredRecord stored,
                   DecodeRecordHeader(place.lane(), place.offset(), *value));
  if (stored.publisher() != publisher) {
    return CorruptRecord(place.lane(), place.offset(), "it is named by another publisher's id");
  }
  return ReceiptFromStored(stored);
}

absl::Status IdReused() {
  return Error(v1::ERROR_REASON_STATEMENT_ID_REUSED,
               "this publisher used the statement id for other content; choose a new id");
}

size_t Proposal::bytes() const {
  size_t bytes = kProposalOverheadBytes;
  if (statement) {
    const v1::SignedStatement& signed_statement = statement->statement()->bytes;
    bytes += signed_statement.body().size() + signed_statement.routing().size();
  }
  return bytes;
}

Committer::Committer(const Store& store, KeyStore& keys, const SigningKey& acceptance_key,
                     const JournalOptions& options, stored::JournalState state, absl::Time now)
    : store_(store),
      keys_(keys),
      acceptance_key_(acceptance_key),
      options_(options),
      durable_head_(HeadOf(state)),
      now_ms_(ToMillis(now)),
      overlay_(store, now) {
  changes_.state = std::move(state);
}

void Committer::Judge(Proposal& proposal) {
  head_in_judgement_.reset();
  mark_in_judgement_.reset();
  absl::StatusOr<Verdict> verdict = VerdictOn(proposal);
  if (!verdict.ok()) {
    overlay_.Drop();
    verdicts_.push_back({.status = verdict.status()});
    return;
  }
  verdicts_.push_back(*std::move(verdict));
  if (head_in_judgement_) changes_.heads.push_back(*std::move(head_in_judgement_));
  if (mark_in_judgement_) changes_.marks.push_back(*std::move(mark_in_judgement_));
}

absl::StatusOr<Committer::Verdict> Committer::VerdictOn(Proposal& proposal) {
  if (proposal.statement) return JudgeStatement(proposal);
  if (proposal.mark) RETURN_IF_ERROR(PutMark(*proposal.mark, /*new_epoch_allowed=*/true));
  RETURN_IF_ERROR(overlay_.Run(proposal.parts));
  return Verdict{};
}

absl::StatusOr<Committer::Verdict> Committer::JudgeStatement(Proposal& proposal) {
  const ParsedStatement& statement = *proposal.statement->statement();
  if (proposal.import) {
    const Journal::Import& import = *proposal.import;
    RETURN_IF_ERROR(PutMark({import.origin, import.acceptance.position().epoch(),
                             import.acceptance.lane(), import.mark_after},
                            /*new_epoch_allowed=*/false));
  }
  const std::string id_key =
      StatementIdKey(statement.body.publisher(), statement.body.statement_id());
  ASSIGN_OR_RETURN(const std::optional<stored::StoredPlace> place,
                   GetValue<stored::StoredPlace>(overlay_, id_key));
  if (place) return JudgeRepeat(proposal, *place);

  ASSIGN_OR_RETURN(const std::optional<AlertHead> head, HeadOfAlert(statement));
  if (!proposal.import) RETURN_IF_ERROR(JudgeLocal(*proposal.statement, PointerTo(head)));

  Record record = NewRecord(proposal);
  const AlertHead::Place here = {record.lane, record.offset};
  PutStatementKeys(statement, here);
  const std::optional<AlertHead> next = Advance(PointerTo(head), statement, here);
  if (next) PutHead(PointerTo(head), *next);
  v1::Position position;
  position.set_region(options_.region);
  position.set_epoch(changes_.state.epoch());
  position.set_offset(record.offset);
  overlay_.SetRecordPosition(std::move(position));
  RETURN_IF_ERROR(overlay_.Run(proposal.parts));

  SetHead(changes_.state, record.lane, record.offset);
  Count(changes_.state, record.local);
  records_.push_back(std::move(record));
  return Verdict{.record = records_.size() - 1};
}

absl::StatusOr<Committer::Verdict> Committer::JudgeRepeat(Proposal& proposal,
                                                          const stored::StoredPlace& place) {
  const ParsedStatement& statement = *proposal.statement->statement();
  if (place.digest() != statement.digest) return IdReused();
  overlay_.Keep();  // The mark of an import.
  if (place.offset() > durable_head_) {
    return Verdict{.record = place.offset() - durable_head_ - 1, .repeated = true};
  }
  ASSIGN_OR_RETURN(v1::Receipt receipt, StoredReceipt(store_, statement.body.publisher(), place));
  return Verdict{.receipt = std::move(receipt)};
}

absl::Status Committer::JudgeLocal(const AcceptedStatement& accepted, const AlertHead* head) const {
  const ParsedStatement& statement = *accepted.statement();
  RETURN_IF_ERROR(CheckTimes(statement, overlay_.now(), options_.validity_caps));
  RETURN_IF_ERROR(CheckFollows(head, statement));
  if (head != nullptr) RETURN_IF_ERROR(CheckDifferences(accepted, *head));
  return CheckTarget(statement);
}

// With every revision that described a group, not the last alone: steps that are each
// large enough may lead to one that is not.
absl::Status Committer::CheckDifferences(const AcceptedStatement& accepted,
                                         const AlertHead& head) const {
  const v1::StatementBody& body = accepted.statement()->body;
  if (!body.has_revise() || !body.revise().content().has_affected_group()) {
    return absl::OkStatus();
  }
  std::vector<FieldViolation> violations;
  if (head.groups.size() >= kGroupsMax) {
    violations.push_back({"body.revise.content.affected_group", v1::ERROR_REASON_DIFFERENCING,
                          "was described too often in this alert; leave it out", "differencing",
                          "differencing.too-often"});
  }
  for (const AlertHead::Place& place : head.groups) {
    if (!violations.empty()) break;
    ASSIGN_OR_RETURN(const std::shared_ptr<const ParsedStatement> before, StatementAt(place));
    if (before == nullptr || before->content() == nullptr) continue;
    CheckDifference(*before->content(), body.revise().content(), accepted.group_size_min(),
                    violations);
  }
  if (violations.empty()) return absl::OkStatus();
  return Stamped(InvalidFields(violations), accepted.stamp());
}

absl::StatusOr<std::shared_ptr<const ParsedStatement>> Committer::StatementAt(
    AlertHead::Place place) const {
  if (place.offset > durable_head_) return records_[place.offset - durable_head_ - 1].statement;
  ASSIGN_OR_RETURN(const std::optional<std::string> value,
                   store_.Get(RecordKey(place.lane, place.offset)));
  if (!value) return CorruptRecord(place.lane, place.offset, "it is named but not there");
  ASSIGN_OR_RETURN(const RecordPtr record, DecodeRecord(place.lane, place.offset, *value, keys_));
  return record->statement;
}

// A recall of one statement names one that its publisher made.
absl::Status Committer::CheckTarget(const ParsedStatement& statement) const {
  const std::string& target = statement.body.recall().target_statement_id();
  if (target.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::optional<std::string> place,
                   overlay_.Get(StatementIdKey(statement.body.publisher(), target)));
  if (place) return absl::OkStatus();
  return Error(v1::ERROR_REASON_ALERT_UNKNOWN,
               "this publisher has made no statement of the id to be recalled");
}

absl::StatusOr<std::optional<AlertHead>> Committer::HeadOfAlert(
    const ParsedStatement& statement) const {
  const std::string key = AlertHeadKey(statement.body.publisher(), statement.body.alert_id());
  ASSIGN_OR_RETURN(const std::optional<stored::StoredAlertHead> stored,
                   GetValue<stored::StoredAlertHead>(overlay_, key));
  if (!stored) return std::nullopt;
  return FromStored(*stored);
}

void Committer::PutStatementKeys(const ParsedStatement& statement, AlertHead::Place place) {
  stored::StoredPlace stored;
  stored.set_lane(place.lane);
  stored.set_offset(place.offset);
  stored.set_digest(statement.digest);
  const std::string key = StatementIdKey(statement.body.publisher(), statement.body.statement_id());
  overlay_.Put(key, EncodeValue(key, stored));
}

void Committer::PutHead(const AlertHead* before, const AlertHead& after) {
  const std::string key = AlertHeadKey(after.publisher, after.alert_id);
  overlay_.Put(key, EncodeValue(key, ToStored(after)));
  const uint64_t listed_before = before == nullptr ? 0 : before->list_offset();
  if (after.list_offset() != listed_before) {
    if (listed_before != 0) overlay_.Delete(AlertByOffsetKey(listed_before));
    stored::StoredAlertName name;
    name.set_publisher(after.publisher);
    name.set_alert_id(after.alert_id);
    const std::string list_key = AlertByOffsetKey(after.list_offset());
    overlay_.Put(list_key, EncodeValue(list_key, name));
  }
  head_in_judgement_ = after;
}

absl::Status Committer::PutMark(const Proposal::MarkMove& move, bool new_epoch_allowed) {
  const std::string key = MarkKey(move.origin, move.lane);
  ASSIGN_OR_RETURN(const std::optional<stored::StoredMark> before,
                   GetValue<stored::StoredMark>(overlay_, key));
  if (before && before->epoch() == move.epoch && before->offset() >= move.offset) {
    return absl::OkStatus();
  }
  if (before && before->epoch() != move.epoch && !new_epoch_allowed) {
    return Error(v1::ERROR_REASON_JOURNAL_REINCARNATED,
                 "the peer's journal is another incarnation than the one its mark is of");
  }
  stored::StoredMark after;
  after.set_epoch(move.epoch);
  after.set_offset(move.offset);
  overlay_.Put(key, EncodeValue(key, after));
  mark_in_judgement_ = move;
  return absl::OkStatus();
}

Record Committer::NewRecord(const Proposal& proposal) const {
  Record record;
  record.statement = proposal.statement->statement();
  record.lane = record.statement->lane();
  record.offset = HeadOf(changes_.state) + 1;
  record.predecessor = HeadOf(changes_.state, record.lane);
  record.gate = proposal.statement->stamp();
  record.append_time_ms = now_ms_;
  record.local = !proposal.import;
  record.acceptance =
      proposal.import ? proposal.import->acceptance : LocalAcceptance(record.lane, record.offset);
  return record;
}

v1::Acceptance Committer::LocalAcceptance(v1::Lane lane, uint64_t offset) const {
  v1::Acceptance acceptance;
  acceptance.mutable_position()->set_region(options_.region);
  acceptance.mutable_position()->set_epoch(changes_.state.epoch());
  acceptance.mutable_position()->set_offset(offset);
  acceptance.set_lane(lane);
  acceptance.set_accept_time_ms(now_ms_);
  return acceptance;
}

void Committer::SignLocalRecords() {
  std::vector<std::string> digests;
  std::vector<v1::Acceptance> acceptances;
  for (Record& record : records_) {
    if (!record.local) continue;
    digests.push_back(record.statement->digest);
    acceptances.push_back(std::move(record.acceptance));
  }
  if (digests.empty()) return;
  SignAcceptances(acceptance_key_, digests, acceptances);
  auto next = acceptances.begin();
  for (Record& record : records_) {
    if (record.local) record.acceptance = std::move(*next++);
  }
}

absl::StatusOr<WriteBatch> Committer::Finish() {
  SignLocalRecords();
  for (Record& record : records_) {
    ASSIGN_OR_RETURN(const KeyStore::NumberedKey key, keys_.Take());
    overlay_.Put(RecordKey(record.lane, record.offset), EncodeRecord(record, key));
    changes_.records.push_back(std::make_shared<const Record>(std::move(record)));
  }
  if (!changes_.records.empty()) {
    overlay_.Put(JournalStateKey(), EncodeValue(JournalStateKey(), changes_.state));
  }
  overlay_.Keep();
  return overlay_.TakeBatch();
}

absl::StatusOr<v1::Receipt> Committer::AnswerTo(size_t index) const {
  const Verdict& verdict = verdicts_[index];
  if (!verdict.status.ok()) return verdict.status;
  if (verdict.receipt) return *verdict.receipt;
  if (verdict.record) return ReceiptFor(*changes_.records[*verdict.record], verdict.repeated);
  return v1::Receipt();
}

}  // namespace corridor
