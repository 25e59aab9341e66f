#include "server/journal/committer.h"

#include <algorithm>
#include <limits>
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
  const bool held = place.held_number() != 0;
  const uint64_t number = held ? place.held_number() : place.offset();
  ASSIGN_OR_RETURN(const std::optional<stored::StoredRecord> stored,
                   GetValue<stored::StoredRecord>(
                       store, held ? HeldKey(number) : RecordKey(place.lane(), number)));
  if (!stored) return CorruptRecord(place.lane(), number, "it is named but not there");
  if (stored->publisher() != publisher) {
    return CorruptRecord(place.lane(), number, "it is named by another publisher's id");
  }
  v1::Receipt receipt = ReceiptFromStored(*stored);
  receipt.set_held(held);
  return receipt;
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
      durable_held_(state.held_last()),
      now_ms_(ToMillis(now)),
      overlay_(store, now) {
  changes_.state = std::move(state);
}

void Committer::Judge(Proposal& proposal) {
  head_in_judgement_.reset();
  mark_in_judgement_.reset();
  erased_in_judgement_.clear();
  recalled_in_judgement_.clear();
  absl::StatusOr<Verdict> verdict = VerdictOn(proposal);
  if (!verdict.ok()) {
    overlay_.Drop();
    verdicts_.push_back({.status = verdict.status()});
    return;
  }
  verdicts_.push_back(*std::move(verdict));
  if (head_in_judgement_) changes_.heads.push_back(*std::move(head_in_judgement_));
  if (mark_in_judgement_) changes_.marks.push_back(*std::move(mark_in_judgement_));
  changes_.erased.insert(changes_.erased.end(), erased_in_judgement_.begin(),
                         erased_in_judgement_.end());
  changes_.recalled.insert(changes_.recalled.end(), recalled_in_judgement_.begin(),
                           recalled_in_judgement_.end());
}

absl::StatusOr<Committer::Verdict> Committer::VerdictOn(Proposal& proposal) {
  if (proposal.statement) return JudgeStatement(proposal);
  if (proposal.release) return JudgeRelease(proposal);
  if (proposal.head_change) return ChangeHead(proposal);
  for (const AlertHead::Place& place : proposal.expired) RETURN_IF_ERROR(Expire(place));
  if (proposal.mark) RETURN_IF_ERROR(PutMark(*proposal.mark, /*new_epoch_allowed=*/true));
  RETURN_IF_ERROR(overlay_.Run(proposal.parts));
  return Verdict{};
}

absl::StatusOr<Committer::Verdict> Committer::JudgeStatement(Proposal& proposal) {
  const ParsedStatement& statement = *proposal.statement->statement();
  const v1::StatementBody& body = statement.body;
  if (proposal.import && proposal.import->mark_after != 0) {
    const Journal::Import& import = *proposal.import;
    const uint64_t epoch =
        import.mark_epoch != 0 ? import.mark_epoch : import.acceptance.position().epoch();
    RETURN_IF_ERROR(PutMark({import.origin, epoch, import.acceptance.lane(), import.mark_after},
                            /*new_epoch_allowed=*/false));
  }
  const std::string id_key = StatementIdKey(body.publisher(), body.statement_id());
  ASSIGN_OR_RETURN(const std::optional<stored::StoredPlace> place,
                   GetValue<stored::StoredPlace>(overlay_, id_key));
  if (place && IsReleaseOfOld(proposal, *place)) {
    overlay_.Delete(ReleaseKey(place->release_ms(), place->held_number()));
    overlay_.Delete(HeldKey(place->held_number()));
  } else if (place) {
    return JudgeRepeat(proposal, *place);
  }

  ASSIGN_OR_RETURN(const std::optional<AlertHead> known,
                   HeadOfAlert(AlertOwnerOf(body), body.alert_id()));
  const AlertHead* head = PointerTo(known);
  if (!proposal.import) {
    RETURN_IF_ERROR(JudgeLocal(*proposal.statement, head));
    const std::optional<absl::Time> release = ReleaseTimeOf(statement, overlay_.now());
    if (release) return Hold(proposal, head, *release);
  } else if (head != nullptr && !body.has_recall() && !body.has_cancel() &&
             head->recalled(body.statement_id())) {
    return Error(v1::ERROR_REASON_CONTENT_ERASED, "it was recalled before it came");
  }
  return AppendRecord(proposal, head, NewRecord(proposal));
}

// An embargo holds it in a journal restored from a backup; it ended before the restore, and
// who had the statement since gives it back.
bool Committer::IsReleaseOfOld(const Proposal& proposal, const stored::StoredPlace& place) {
  return proposal.import && proposal.import->returned && place.held_number() != 0 &&
         place.digest() == proposal.statement->statement()->digest;
}

absl::StatusOr<Committer::Verdict> Committer::AppendRecord(Proposal& proposal,
                                                           const AlertHead* head, Record record) {
  const ParsedStatement& statement = *record.statement;
  const AlertHead::Place here = {record.lane, record.offset};
  PutPlace(statement, StoredPlaceOf(here));
  PutRetained(record);
  if (IsRemark(statement.body)) RETURN_IF_ERROR(PutRemark(statement.body, here));
  const AlertHead next = Advance(head, statement, here);
  PutHead(head, next);
  if (statement.body.has_recall()) {
    const std::string& target = statement.body.recall().target_statement_id();
    RETURN_IF_ERROR(ScheduleErasures(
        next, target.empty() ? std::vector<std::string>() : std::vector<std::string>{target}));
  }
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

// Its id and its revision are taken, and nothing else shows.
absl::StatusOr<Committer::Verdict> Committer::Hold(Proposal& proposal, const AlertHead* head,
                                                   absl::Time release) {
  const ParsedStatement& statement = *proposal.statement->statement();
  const uint64_t number = changes_.state.held_last() + 1;
  stored::StoredPlace place;
  place.set_release_ms(ToMillis(release));
  place.set_held_number(number);
  PutPlace(statement, place);
  const std::string release_key = ReleaseKey(place.release_ms(), number);
  overlay_.Put(release_key, std::string());
  PutHead(head, AdvanceHeld(head, statement));
  RETURN_IF_ERROR(overlay_.Run(proposal.parts));

  changes_.state.set_held_last(number);
  Record record = NewRecord(proposal);
  record.offset = record.predecessor = 0;
  record.acceptance = LocalAcceptance(record.lane, 0);
  held_.push_back({number, std::move(record)});
  return Verdict{.held = held_.size() - 1};
}

absl::StatusOr<Committer::Verdict> Committer::JudgeRepeat(Proposal& proposal,
                                                          const stored::StoredPlace& place) {
  const ParsedStatement& statement = *proposal.statement->statement();
  if (place.digest() != statement.digest) return IdReused();
  std::vector<BatchPart> none;
  RETURN_IF_ERROR(overlay_.Run(proposal.import ? proposal.import->on_repeat : none));
  if (place.held_number() > durable_held_) {
    return Verdict{.held = place.held_number() - durable_held_ - 1, .repeated = true};
  }
  if (place.offset() > durable_head_) {
    return Verdict{.record = place.offset() - durable_head_ - 1, .repeated = true};
  }
  ASSIGN_OR_RETURN(v1::Receipt receipt, StoredReceipt(store_, statement.body.publisher(), place));
  return Verdict{.receipt = std::move(receipt)};
}

absl::StatusOr<Committer::Verdict> Committer::JudgeRelease(Proposal& proposal) {
  const Journal::Release& release = *proposal.release;
  const std::string release_key = ReleaseKey(release.release_ms, release.number);
  ASSIGN_OR_RETURN(const std::optional<std::string> due, overlay_.Get(release_key));
  ASSIGN_OR_RETURN(const std::optional<stored::StoredRecord> stored,
                   GetValue<stored::StoredRecord>(overlay_, HeldKey(release.number)));
  if (!due || !stored) return Error(v1::ERROR_REASON_NOT_FOUND, "it is not held any more");
  ASSIGN_OR_RETURN(const std::optional<AlertHead> head,
                   HeadOfAlert(stored->publisher(), stored->alert_id()));
  if (!head) return CorruptRecord(v1::LANE_UNSPECIFIED, release.number, "its alert is not there");
  if (release.drop) {
    stored::StoredPlace place;
    place.set_release_ms(release.release_ms);
    place.set_held_number(release.number);
    RETURN_IF_ERROR(ScheduleErasure(*head, place));
    RETURN_IF_ERROR(overlay_.Run(proposal.parts));
    return Verdict{};
  }
  ASSIGN_OR_RETURN(const RecordPtr held, DecodeHeld(release.number, *stored, keys_));
  if (held->erased) return ForgetHeld(*stored, release);
  RETURN_IF_ERROR(CheckReleasable(*head, *held->statement));
  overlay_.Delete(release_key);
  overlay_.Delete(HeldKey(release.number));
  PutErasure(*head, ErasureKey(Erased::kKey, stored->key_number()));
  Record record = NewLocalRecord(held->statement, held->gate);
  record.held_acceptance = held->acceptance;
  return AppendRecord(proposal, PointerTo(head), std::move(record));
}

// It was released, or given up, after the backup was made that this journal was restored
// from, and nobody has given it back: the publisher may say it again.
Committer::Verdict Committer::ForgetHeld(const stored::StoredRecord& stored,
                                         const Journal::Release& release) {
  overlay_.Delete(ReleaseKey(release.release_ms, release.number));
  overlay_.Delete(HeldKey(release.number));
  overlay_.Delete(StatementIdKey(stored.publisher(), stored.statement_id()));
  overlay_.Delete(AlertStatementKey(stored.publisher(), stored.alert_id(), stored.statement_id()));
  overlay_.Keep();
  return Verdict{};
}

absl::Status Committer::CheckReleasable(const AlertHead& head,
                                        const ParsedStatement& statement) const {
  if (statement.body.has_valid_until() &&
      statement.body.valid_until().seconds() * 1000 <= now_ms_) {
    return InvalidFields(
        {{"body.valid_until", v1::ERROR_REASON_VALIDITY, "is past at the time of release"}});
  }
  if (head.state == v1::ALERT_STATE_ACTIVE) return absl::OkStatus();
  return Error(v1::ERROR_REASON_ALERT_CLOSED, "the alert was closed before the release");
}

absl::StatusOr<Committer::Verdict> Committer::ChangeHead(Proposal& proposal) {
  const Journal::HeadChange& change = *proposal.head_change;
  ASSIGN_OR_RETURN(const std::optional<AlertHead> head,
                   HeadOfAlert(change.publisher, change.alert_id));
  if (!head && change.withdrawn_statement_ids.empty()) {
    return Error(v1::ERROR_REASON_NOT_FOUND, "no such alert is here");
  }
  AlertHead next = head.value_or(AlertHead{});
  next.publisher = change.publisher;
  next.alert_id = change.alert_id;
  if (change.quarantined) {
    next.is_quarantined = *change.quarantined;
    std::string key = QuarantineKey(change.publisher, change.alert_id);
    next.is_quarantined ? overlay_.Put(std::move(key), std::string())
                        : overlay_.Delete(std::move(key));
  }
  for (const std::string& id : change.withdrawn_statement_ids) {
    if (!next.recalled(id)) next.recalled_statement_ids.push_back(id);
  }
  PutHead(PointerTo(head), next);
  if (!change.withdrawn_statement_ids.empty()) {
    RETURN_IF_ERROR(ScheduleErasures(next, change.withdrawn_statement_ids));
  }
  RETURN_IF_ERROR(overlay_.Run(proposal.parts));
  return Verdict{};
}

absl::Status Committer::ScheduleErasures(const AlertHead& head,
                                         const std::vector<std::string>& ids) {
  if (ids.empty()) recalled_in_judgement_.push_back({head.publisher, head.alert_id, ""});
  for (const std::string& id : ids) {
    recalled_in_judgement_.push_back({head.publisher, head.alert_id, id});
  }
  const std::string prefix = AlertStatementKeyPrefix(head.publisher, head.alert_id);
  ASSIGN_OR_RETURN(const std::vector<KeyValue> statements,
                   overlay_.Scan(PrefixRange(prefix), std::numeric_limits<size_t>::max(),
                                 ScanOrder::kAscending));
  for (const KeyValue& pair : statements) {
    const std::string id = pair.key.substr(prefix.size());
    if (!ids.empty() && std::find(ids.begin(), ids.end(), id) == ids.end()) continue;
    stored::StoredPlace place;
    RETURN_IF_ERROR(DecodeValue(pair.key, pair.value, place));
    RETURN_IF_ERROR(ScheduleErasure(head, place));
  }
  return absl::OkStatus();
}

absl::Status Committer::ScheduleErasure(const AlertHead& head, const stored::StoredPlace& place) {
  if (place.held_number() != 0) {
    overlay_.Delete(ReleaseKey(place.release_ms(), place.held_number()));
    PutErasure(head, ErasureKey(Erased::kHeld, place.held_number()));
    return absl::OkStatus();
  }
  PutErasure(head, ErasureKey(place.lane(), place.offset()));
  erased_in_judgement_.push_back({place.lane(), place.offset()});
  return absl::OkStatus();
}

void Committer::PutErasure(const AlertHead& head, std::string key) {
  stored::StoredErasure erasure;
  erasure.set_since_ms(now_ms_);
  erasure.set_publisher(head.publisher);
  erasure.set_alert_id(head.alert_id);
  std::string value = EncodeValue(key, erasure);
  overlay_.Put(std::move(key), std::move(value));
}

absl::Status Committer::Expire(const AlertHead::Place& place) {
  const std::string key = RetainedKey(place.lane, place.offset);
  ASSIGN_OR_RETURN(const std::optional<stored::StoredRetained> retained,
                   GetValue<stored::StoredRetained>(overlay_, key));
  overlay_.Delete(key);
  if (!retained) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::optional<std::string> scheduled,
                   overlay_.Get(ErasureKey(place.lane, place.offset)));
  ASSIGN_OR_RETURN(const std::optional<AlertHead> head,
                   HeadOfAlert(retained->publisher(), retained->alert_id()));
  if (scheduled || !head) return absl::OkStatus();
  if (head->list_offset() == place.offset) overlay_.Delete(AlertByOffsetKey(place.offset));
  return ScheduleErasure(*head, StoredPlaceOf(place));
}

// A recall is for good: it says what must not come back.
void Committer::PutRetained(const Record& record) {
  const v1::StatementBody& body = record.statement->body;
  if (body.has_recall()) return;
  stored::StoredRetained retained;
  retained.set_publisher(body.publisher());
  retained.set_alert_id(body.alert_id());
  retained.set_tlp(body.tlp());
  retained.set_kind(record.statement->kind());
  retained.set_origin(record.acceptance.position().region());
  retained.set_append_ms(record.append_time_ms);
  retained.set_valid_until_ms(body.valid_until().seconds() * 1000);
  const std::string key = RetainedKey(record.lane, record.offset);
  overlay_.Put(key, EncodeValue(key, retained));
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

absl::StatusOr<std::optional<AlertHead>> Committer::HeadOfAlert(std::string_view publisher,
                                                                std::string_view alert_id) const {
  const std::string key = AlertHeadKey(publisher, alert_id);
  ASSIGN_OR_RETURN(const std::optional<stored::StoredAlertHead> stored,
                   GetValue<stored::StoredAlertHead>(overlay_, key));
  if (!stored) return std::nullopt;
  return FromStored(*stored);
}

void Committer::PutPlace(const ParsedStatement& statement, stored::StoredPlace place) {
  const v1::StatementBody& body = statement.body;
  place.set_digest(statement.digest);
  const std::string id_key = StatementIdKey(body.publisher(), body.statement_id());
  overlay_.Put(id_key, EncodeValue(id_key, place));
  if (statement.content() == nullptr && !IsRemark(body)) return;
  place.clear_digest();
  const std::string alert_key =
      AlertStatementKey(body.publisher(), body.alert_id(), body.statement_id());
  overlay_.Put(alert_key, EncodeValue(alert_key, place));
}

// Where it is found by what it is about.
absl::Status Committer::PutRemark(const v1::StatementBody& remark, AlertHead::Place here) {
  const v1::AlertReference& target = *TargetOf(remark);
  overlay_.Put(RemarkKey(target.publisher(), target.alert_id(), here.lane, here.offset),
               std::string());
  if (remark.sighting().kind() != v1::SIGHTING_KIND_PERSONAL_DATA_SUSPECTED) {
    return absl::OkStatus();
  }
  const std::string key = SuspicionKey(target.publisher(), target.alert_id());
  ASSIGN_OR_RETURN(const std::optional<std::string> before, overlay_.Get(key));
  overlay_.Put(key, KeyNumber((before ? ParseKeyNumber(*before) : 0) + 1));
  return absl::OkStatus();
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
  Record record = NewLocalRecord(proposal.statement->statement(), proposal.statement->stamp());
  if (!proposal.import) return record;
  const Journal::Import& import = *proposal.import;
  record.held_acceptance = import.held_acceptance;
  if (import.returned) {
    record.acceptance.set_accept_time_ms(import.acceptance.accept_time_ms());
    return record;
  }
  record.local = false;
  record.acceptance = import.acceptance;
  return record;
}

Record Committer::NewLocalRecord(std::shared_ptr<const ParsedStatement> statement,
                                 v1::GateVerdictStamp gate) const {
  Record record;
  record.lane = statement->lane();
  record.statement = std::move(statement);
  record.offset = HeadOf(changes_.state) + 1;
  record.predecessor = HeadOf(changes_.state, record.lane);
  record.gate = std::move(gate);
  record.append_time_ms = now_ms_;
  record.local = true;
  record.acceptance = LocalAcceptance(record.lane, record.offset);
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

// One signature for all that is accepted here in this batch.
void Committer::SignLocalRecords() {
  std::vector<Record*> accepted;
  for (Record& record : records_) {
    if (record.local) accepted.push_back(&record);
  }
  for (Held& held : held_) accepted.push_back(&held.record);
  if (accepted.empty()) return;
  std::vector<std::string> digests;
  std::vector<v1::Acceptance> acceptances;
  for (Record* record : accepted) {
    digests.push_back(record->statement->digest);
    acceptances.push_back(std::move(record->acceptance));
  }
  SignAcceptances(acceptance_key_, digests, acceptances);
  for (size_t i = 0; i < accepted.size(); ++i) accepted[i]->acceptance = std::move(acceptances[i]);
}

absl::StatusOr<WriteBatch> Committer::Finish() {
  SignLocalRecords();
  for (Record& record : records_) {
    ASSIGN_OR_RETURN(const KeyStore::NumberedKey key, keys_.Take());
    overlay_.Put(RecordKey(record.lane, record.offset), EncodeRecord(record, key));
    changes_.records.push_back(std::make_shared<const Record>(std::move(record)));
  }
  for (const Held& held : held_) {
    ASSIGN_OR_RETURN(const KeyStore::NumberedKey key, keys_.Take());
    overlay_.Put(HeldKey(held.number), EncodeHeld(held.number, held.record, key));
  }
  if (!changes_.records.empty() || !held_.empty()) {
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
  if (verdict.held) return HeldReceiptFor(held_[*verdict.held].record, verdict.repeated);
  return v1::Receipt();
}

}  // namespace corridor
