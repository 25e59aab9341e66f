#include "server/journal/journal.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "core/base/status_macros.h"
#include "core/model/errors.h"
#include "google/protobuf/util/time_util.h"
#include "server/journal/committer.h"
#include "server/journal/journal_state.h"
#include "server/journal/recent_map.h"
#include "server/journal/record_codec.h"
#include "server/journal/tail_cache.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

using google::protobuf::util::TimeUtil;

constexpr absl::Duration kRetryAfterFullQueue = absl::Milliseconds(200);
constexpr absl::Duration kRetryAfterFailure = absl::Seconds(5);
constexpr size_t kBatchProposalsLimit = 4096;  // Of an acceptance proof.

Proposal::Done IgnoringReceipt(absl::AnyInvocable<void(absl::Status)> done) {
  return [done = std::move(done)](absl::StatusOr<v1::Receipt> receipt) mutable {
    done(receipt.status());
  };
}

absl::Status NothingWritten() {
  return WithRetry(Error(v1::ERROR_REASON_NOT_READY, "storage has failed; nothing was written"),
                   kRetryAfterFailure);
}

Journal::Release ReleaseOfKey(std::string_view key) {
  key.remove_prefix(ReleaseKeyPrefix().size());
  return {.release_ms = static_cast<int64_t>(ParseKeyNumber(key)),
          .number = ParseKeyNumber(key.substr(8))};
}

v1::HeldStatement HeldStatementOf(const stored::StoredRecord& stored,
                                  const Journal::Release& release) {
  v1::HeldStatement held;
  held.set_statement_id(stored.statement_id());
  held.set_alert_id(stored.alert_id());
  held.set_kind(stored.kind());
  *held.mutable_release_time() = TimeUtil::MillisecondsToTimestamp(release.release_ms);
  *held.mutable_accept_time() =
      TimeUtil::MillisecondsToTimestamp(stored.acceptance().accept_time_ms());
  return held;
}

std::vector<Journal::Mark> PreviousOf(const stored::JournalState& state) {
  std::vector<Journal::Mark> previous;
  for (const stored::StoredHeadMark& mark : state.previous()) {
    previous.push_back({mark.epoch(), mark.offset()});
  }
  return previous;
}

class StoredJournal final : public Journal {
 public:
  StoredJournal(JournalParts parts, JournalOptions options, stored::JournalState state,
                absl::flat_hash_map<std::string, Mark> marks);

  void Append(AcceptedStatement statement, std::vector<BatchPart> parts,
              absl::AnyInvocable<void(absl::StatusOr<v1::Receipt>)> done) override;
  void AppendImported(AcceptedStatement statement, Import import, std::vector<BatchPart> parts,
                      absl::AnyInvocable<void(absl::Status)> done) override;
  absl::StatusOr<std::vector<Release>> HeldUntil(absl::Time until, size_t limit) const override;
  absl::StatusOr<RecordPtr> HeldAt(const Release& held) const override;
  void AppendHeld(const Release& held, std::vector<BatchPart> parts,
                  absl::AnyInvocable<void(absl::StatusOr<v1::Receipt>)> done) override;
  void DropHeld(const Release& held, std::vector<BatchPart> parts,
                absl::AnyInvocable<void(absl::Status)> done) override;
  absl::StatusOr<std::vector<Held>> ListHeld(std::string_view publisher, const Release& after,
                                             size_t limit) const override;
  void ChangeHead(HeadChange change, std::vector<BatchPart> parts,
                  absl::AnyInvocable<void(absl::Status)> done) override;
  void Expire(std::vector<AlertHead::Place> places, std::vector<BatchPart> parts,
              absl::AnyInvocable<void(absl::Status)> done) override;
  absl::StatusOr<std::vector<RetainedContent>> ListRetained(AlertHead::Place after,
                                                            size_t limit) const override;
  absl::StatusOr<std::vector<StatementPlace>> StatementsOf(
      std::string_view publisher, std::string_view alert_id) const override;
  void MoveMark(std::string_view origin, uint64_t epoch, v1::Lane lane, uint64_t offset,
                std::vector<BatchPart> parts, absl::AnyInvocable<void(absl::Status)> done) override;
  void Commit(std::vector<BatchPart> parts, absl::AnyInvocable<void(absl::Status)> done) override;
  Mark MarkOf(std::string_view origin, v1::Lane lane) const override;
  absl::StatusOr<std::optional<v1::Receipt>> ReceiptOf(std::string_view publisher,
                                                       std::string_view statement_id,
                                                       std::string_view digest) const override;
  absl::StatusOr<std::optional<AlertHead::Place>> Locate(
      std::string_view publisher, std::string_view statement_id) const override;
  absl::StatusOr<std::vector<RecordPtr>> Read(v1::Lane lane, uint64_t after_offset,
                                              size_t records_max, size_t bytes_max) const override;
  absl::StatusOr<RecordPtr> At(v1::Lane lane, uint64_t offset) const override;
  absl::StatusOr<std::vector<AlertHead::Place>> RemarksOn(std::string_view owner,
                                                          std::string_view alert_id,
                                                          size_t limit) const override;
  uint64_t epoch() const override { return epoch_; }
  const std::vector<Mark>& previous() const override { return previous_; }
  uint64_t head(v1::Lane lane) const override;
  uint64_t head() const override;
  Counts counts() const override;
  absl::StatusOr<std::optional<AlertHead>> AlertHeadOf(std::string_view publisher,
                                                       std::string_view alert_id) const override;
  absl::StatusOr<std::vector<AlertHead>> ListAlertHeads(uint64_t before_offset,
                                                        size_t limit) const override;
  void OnAppended(absl::AnyInvocable<void()> listener) override;

 private:
  void Propose(Proposal proposal);
  // Takes the proposal into the queue, or leaves it alone and says why. `drain`: a
  // task is needed to empty the queue.
  absl::Status Enqueue(Proposal& proposal, bool& drain);
  // A task on the commit executor that does nothing once the journal is gone.
  template <typename Function>
  Task Guarded(Function function);
  void Drain();
  std::vector<Proposal> TakeProposals();
  void CommitBatch(std::vector<Proposal> proposals);
  void Publish(const Committer::Changes& changes);
  void Wake();
  void ScheduleHeadMarker();
  void WriteHeadMarker();
  void Fail(const absl::Status& status);
  bool failed() const;
  stored::JournalState state() const;

  TailCache& TailOf(v1::Lane lane) const {
    return lane == v1::LANE_URGENT ? urgent_tail_ : routine_tail_;
  }
  absl::StatusOr<std::vector<RecordPtr>> ReadStored(v1::Lane lane, uint64_t after_offset,
                                                    uint64_t head, ScanLimit limit) const;

  const JournalParts parts_;
  const JournalOptions options_;
  const uint64_t epoch_;
  const std::vector<Mark> previous_;
  const std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
  mutable TailCache routine_tail_;
  mutable TailCache urgent_tail_;

  mutable absl::Mutex mutex_;
  std::deque<Proposal> queue_ ABSL_GUARDED_BY(mutex_);
  size_t queue_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  bool failed_ ABSL_GUARDED_BY(mutex_) = false;
  bool head_marker_due_ ABSL_GUARDED_BY(mutex_) = false;
  stored::JournalState state_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, Mark> marks_ ABSL_GUARDED_BY(mutex_);

  // Held while a miss reads the store, so that an older head cannot replace a newer.
  mutable absl::Mutex heads_mutex_;
  mutable RecentMap<std::optional<AlertHead>> heads_ ABSL_GUARDED_BY(heads_mutex_);

  absl::Mutex listeners_mutex_;
  std::vector<absl::AnyInvocable<void()>> listeners_ ABSL_GUARDED_BY(listeners_mutex_);
};

StoredJournal::StoredJournal(JournalParts parts, JournalOptions options, stored::JournalState state,
                             absl::flat_hash_map<std::string, Mark> marks)
    : parts_(parts),
      options_(std::move(options)),
      epoch_(state.epoch()),
      previous_(PreviousOf(state)),
      routine_tail_(state.routine_head(), options_.tail_cache_bytes_max / 2),
      urgent_tail_(state.urgent_head(), options_.tail_cache_bytes_max / 2),
      state_(std::move(state)),
      marks_(std::move(marks)),
      heads_(options_.alert_heads_cached_max) {}

// The way in.

void StoredJournal::Append(AcceptedStatement statement, std::vector<BatchPart> parts,
                           absl::AnyInvocable<void(absl::StatusOr<v1::Receipt>)> done) {
  Propose({.statement = std::move(statement), .parts = std::move(parts), .done = std::move(done)});
}

void StoredJournal::AppendImported(AcceptedStatement statement, Import import,
                                   std::vector<BatchPart> parts,
                                   absl::AnyInvocable<void(absl::Status)> done) {
  Propose({.statement = std::move(statement),
           .import = std::move(import),
           .parts = std::move(parts),
           .done = IgnoringReceipt(std::move(done))});
}

void StoredJournal::AppendHeld(const Release& held, std::vector<BatchPart> parts,
                               absl::AnyInvocable<void(absl::StatusOr<v1::Receipt>)> done) {
  Propose({.release = held, .parts = std::move(parts), .done = std::move(done)});
}

void StoredJournal::DropHeld(const Release& held, std::vector<BatchPart> parts,
                             absl::AnyInvocable<void(absl::Status)> done) {
  Release dropped = held;
  dropped.drop = true;
  Propose(
      {.release = dropped, .parts = std::move(parts), .done = IgnoringReceipt(std::move(done))});
}

void StoredJournal::ChangeHead(HeadChange change, std::vector<BatchPart> parts,
                               absl::AnyInvocable<void(absl::Status)> done) {
  Propose({.head_change = std::move(change),
           .parts = std::move(parts),
           .done = IgnoringReceipt(std::move(done))});
}

void StoredJournal::Expire(std::vector<AlertHead::Place> places, std::vector<BatchPart> parts,
                           absl::AnyInvocable<void(absl::Status)> done) {
  Propose({.expired = std::move(places),
           .parts = std::move(parts),
           .done = IgnoringReceipt(std::move(done))});
}

absl::StatusOr<std::vector<Journal::RetainedContent>> StoredJournal::ListRetained(
    AlertHead::Place after, size_t limit) const {
  KeyRange range = PrefixRange(RetainedKeyPrefix());
  if (after.offset != 0) range.begin = RetainedKey(after.lane, after.offset + 1);
  ASSIGN_OR_RETURN(const std::vector<KeyValue> pairs, parts_.store.Scan(range, limit));
  std::vector<RetainedContent> all;
  for (const KeyValue& pair : pairs) {
    stored::StoredRetained stored;
    RETURN_IF_ERROR(DecodeValue(pair.key, pair.value, stored));
    const auto [lane, offset] = ParseRetainedKey(pair.key);
    all.push_back({.place = {lane, offset},
                   .publisher = stored.publisher(),
                   .alert_id = stored.alert_id(),
                   .retained = {.tlp = stored.tlp(),
                                .kind = stored.kind(),
                                .origin = stored.origin(),
                                .append_ms = stored.append_ms(),
                                .valid_until_ms = stored.valid_until_ms()}});
  }
  return all;
}

void StoredJournal::MoveMark(std::string_view origin, uint64_t epoch, v1::Lane lane,
                             uint64_t offset, std::vector<BatchPart> parts,
                             absl::AnyInvocable<void(absl::Status)> done) {
  Propose({.mark = Proposal::MarkMove{std::string(origin), epoch, lane, offset},
           .parts = std::move(parts),
           .done = IgnoringReceipt(std::move(done))});
}

void StoredJournal::Commit(std::vector<BatchPart> parts,
                           absl::AnyInvocable<void(absl::Status)> done) {
  Propose({.parts = std::move(parts), .done = IgnoringReceipt(std::move(done))});
}

template <typename Function>
Task StoredJournal::Guarded(Function function) {
  return [alive = std::weak_ptr<const bool>(alive_), function = std::move(function)]() mutable {
    if (!alive.expired()) function();
  };
}

void StoredJournal::Propose(Proposal proposal) {
  bool drain = false;
  absl::Status refusal = Enqueue(proposal, drain);
  if (drain) parts_.commit.Post(Guarded([this] { Drain(); }));
  if (refusal.ok()) return;
  parts_.commit.Post(
      Guarded([done = std::move(proposal.done), refusal]() mutable { done(refusal); }));
}

absl::Status StoredJournal::Enqueue(Proposal& proposal, bool& drain) {
  absl::MutexLock lock(&mutex_);
  if (failed_) return NothingWritten();
  const size_t bytes = proposal.bytes();
  if (queue_.size() >= options_.queue_proposals_max ||
      queue_bytes_ + bytes > options_.queue_bytes_max) {
    return WithRetry(
        Error(v1::ERROR_REASON_QUOTA, "too many statements and changes wait to be written"),
        kRetryAfterFullQueue);
  }
  queue_bytes_ += bytes;
  queue_.push_back(std::move(proposal));
  drain = !std::exchange(draining_, true);
  return absl::OkStatus();
}

void StoredJournal::Drain() {
  CommitBatch(TakeProposals());
  {
    absl::MutexLock lock(&mutex_);
    draining_ = !queue_.empty();
    if (!draining_) return;
  }
  parts_.commit.Post(Guarded([this] { Drain(); }));
}

std::vector<Proposal> StoredJournal::TakeProposals() {
  absl::MutexLock lock(&mutex_);
  const size_t count =
      std::min({queue_.size(), options_.batch_proposals_max, kBatchProposalsLimit});
  std::vector<Proposal> taken;
  taken.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    queue_bytes_ -= queue_.front().bytes();
    taken.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return taken;
}

void StoredJournal::CommitBatch(std::vector<Proposal> proposals) {
  const auto answer_all = [&](const absl::Status& status) {
    for (Proposal& proposal : proposals) proposal.done(status);
  };
  if (failed()) return answer_all(NothingWritten());
  Committer committer(parts_.store, parts_.keys, parts_.acceptance_key, options_, state(),
                      parts_.clock.Now());
  for (Proposal& proposal : proposals) committer.Judge(proposal);
  const absl::StatusOr<WriteBatch> batch = committer.Finish();
  if (!batch.ok()) {
    answer_all(NothingWritten());
    return Fail(batch.status());
  }
  if (const absl::Status written = parts_.store.Apply(*batch); !written.ok()) {
    answer_all(Error(v1::ERROR_REASON_OUTCOME_UNKNOWN,
                     "the sync failed; send the same statement id again"));
    return Fail(written);
  }
  Publish(committer.changes());
  if (parts_.recalled != nullptr) {
    const absl::Status registered =
        RegisterRecalled(*parts_.recalled, committer.changes().recalled);
    if (!registered.ok()) {
      answer_all(
          Error(v1::ERROR_REASON_OUTCOME_UNKNOWN,
                "the register of recalls was not written; send the same statement id again"));
      return Fail(registered);
    }
  }
  for (size_t i = 0; i < proposals.size(); ++i) proposals[i].done(committer.AnswerTo(i));
  if (committer.changes().records.empty()) return;
  Wake();
  ScheduleHeadMarker();
  if (const absl::Status keys = parts_.keys.Prepare(); !keys.ok()) Fail(keys);
}

void StoredJournal::Publish(const Committer::Changes& changes) {
  for (const RecordPtr& record : changes.records) TailOf(record->lane).Push(record);
  for (const AlertHead::Place& place : changes.erased) TailOf(place.lane).Erase(place.offset);
  {
    absl::MutexLock lock(&heads_mutex_);
    for (const AlertHead& head : changes.heads) {
      heads_.Put(AlertHeadKey(head.publisher, head.alert_id), head);
    }
  }
  absl::MutexLock lock(&mutex_);
  for (const Proposal::MarkMove& mark : changes.marks) {
    marks_[MarkKey(mark.origin, mark.lane)] = {mark.epoch, mark.offset};
  }
  state_ = changes.state;
}

void StoredJournal::Wake() {
  absl::MutexLock lock(&listeners_mutex_);
  for (absl::AnyInvocable<void()>& listener : listeners_) listener();
}

absl::StatusOr<std::optional<AlertHead::Place>> StoredJournal::Locate(
    std::string_view publisher, std::string_view statement_id) const {
  ASSIGN_OR_RETURN(const auto place, GetValue<stored::StoredPlace>(
                                         parts_.store, StatementIdKey(publisher, statement_id)));
  if (!place) return std::nullopt;
  return PlaceOf(*place);
}

absl::StatusOr<std::vector<AlertHead::Place>> StoredJournal::RemarksOn(std::string_view owner,
                                                                       std::string_view alert_id,
                                                                       size_t limit) const {
  const std::string prefix = RemarkKeyPrefix(owner, alert_id);
  ASSIGN_OR_RETURN(const std::vector<KeyValue> pairs,
                   parts_.store.Scan(PrefixRange(prefix), limit, ScanOrder::kAscending));
  std::vector<AlertHead::Place> places;
  for (const KeyValue& pair : pairs) {
    const std::string_view place = std::string_view(pair.key).substr(prefix.size());
    places.push_back({static_cast<v1::Lane>(place[0]), ParseKeyNumber(place.substr(1))});
  }
  return places;
}

void StoredJournal::OnAppended(absl::AnyInvocable<void()> listener) {
  absl::MutexLock lock(&listeners_mutex_);
  listeners_.push_back(std::move(listener));
}

void StoredJournal::ScheduleHeadMarker() {
  {
    absl::MutexLock lock(&mutex_);
    if (std::exchange(head_marker_due_, true)) return;
  }
  parts_.commit.PostAfter(options_.head_marker_interval, Guarded([this] { WriteHeadMarker(); }));
}

void StoredJournal::WriteHeadMarker() {
  HeadMark mark;
  {
    absl::MutexLock lock(&mutex_);
    head_marker_due_ = false;
    mark = {epoch_, HeadOf(state_)};
  }
  if (const absl::Status status = parts_.head_marker.Write(mark); !status.ok()) Fail(status);
}

void StoredJournal::Fail(const absl::Status& status) {
  {
    absl::MutexLock lock(&mutex_);
    if (std::exchange(failed_, true)) return;
  }
  if (options_.on_storage_failed) options_.on_storage_failed(status);
}

bool StoredJournal::failed() const {
  absl::MutexLock lock(&mutex_);
  return failed_;
}

// Reading.

stored::JournalState StoredJournal::state() const {
  absl::MutexLock lock(&mutex_);
  return state_;
}

uint64_t StoredJournal::head(v1::Lane lane) const {
  absl::MutexLock lock(&mutex_);
  return HeadOf(state_, lane);
}

uint64_t StoredJournal::head() const {
  absl::MutexLock lock(&mutex_);
  return HeadOf(state_);
}

Journal::Counts StoredJournal::counts() const {
  absl::MutexLock lock(&mutex_);
  return {.local = state_.local_records(), .imported = state_.imported_records()};
}

Journal::Mark StoredJournal::MarkOf(std::string_view origin, v1::Lane lane) const {
  absl::MutexLock lock(&mutex_);
  const auto found = marks_.find(MarkKey(origin, lane));
  return found == marks_.end() ? Mark() : found->second;
}

absl::StatusOr<std::optional<v1::Receipt>> StoredJournal::ReceiptOf(std::string_view publisher,
                                                                    std::string_view statement_id,
                                                                    std::string_view digest) const {
  ASSIGN_OR_RETURN(
      const std::optional<stored::StoredPlace> place,
      GetValue<stored::StoredPlace>(parts_.store, StatementIdKey(publisher, statement_id)));
  if (!place) return std::nullopt;
  if (place->digest() != digest) return IdReused();
  ASSIGN_OR_RETURN(v1::Receipt receipt, StoredReceipt(parts_.store, publisher, *place));
  return receipt;
}

absl::StatusOr<std::vector<RecordPtr>> StoredJournal::Read(v1::Lane lane, uint64_t after_offset,
                                                           size_t records_max,
                                                           size_t bytes_max) const {
  const uint64_t end = head(lane);
  if (after_offset >= end || records_max == 0) return std::vector<RecordPtr>();
  auto at_tail = TailOf(lane).Read(after_offset, records_max, bytes_max);
  if (at_tail) return *std::move(at_tail);
  return ReadStored(lane, after_offset, end, {records_max, bytes_max});
}

absl::StatusOr<std::vector<RecordPtr>> StoredJournal::ReadStored(v1::Lane lane,
                                                                 uint64_t after_offset,
                                                                 uint64_t head,
                                                                 ScanLimit limit) const {
  ASSIGN_OR_RETURN(
      const std::vector<KeyValue> pairs,
      parts_.store.Scan({RecordKey(lane, after_offset + 1), RecordKey(lane, head + 1)}, limit));
  if (pairs.empty()) return CorruptRecord(lane, head, "it is missing");
  std::vector<RecordPtr> records;
  uint64_t before = after_offset;
  for (const KeyValue& pair : pairs) {
    const uint64_t offset = ParseKeyNumber(std::string_view(pair.key).substr(pair.key.size() - 8));
    absl::StatusOr<RecordPtr> record = DecodeRecord(lane, offset, pair.value, parts_.keys);
    // A reader may stand between two records of the lane; after the first each
    // names the one before it.
    if (record.ok() &&
        (records.empty() ? (*record)->predecessor > before : (*record)->predecessor != before)) {
      record = CorruptRecord(lane, (*record)->predecessor, "it is missing");
    }
    if (!record.ok()) {
      if (records.empty()) return record.status();
      break;
    }
    records.push_back(*std::move(record));
    before = offset;
  }
  return records;
}

absl::StatusOr<RecordPtr> StoredJournal::At(v1::Lane lane, uint64_t offset) const {
  if (offset > 0 && offset <= head(lane)) {
    const auto at_tail = TailOf(lane).Read(offset - 1, 1, 0);
    if (at_tail && !at_tail->empty() && at_tail->front()->offset == offset) {
      return at_tail->front();
    }
    ASSIGN_OR_RETURN(const std::optional<std::string> value,
                     parts_.store.Get(RecordKey(lane, offset)));
    if (value) return DecodeRecord(lane, offset, *value, parts_.keys);
  }
  return Error(v1::ERROR_REASON_NOT_FOUND, "no record of this lane is at that offset");
}

absl::StatusOr<std::optional<AlertHead>> StoredJournal::AlertHeadOf(
    std::string_view publisher, std::string_view alert_id) const {
  const std::string key = AlertHeadKey(publisher, alert_id);
  absl::MutexLock lock(&heads_mutex_);
  if (const std::optional<AlertHead>* known = heads_.Find(key); known != nullptr) return *known;
  ASSIGN_OR_RETURN(const std::optional<stored::StoredAlertHead> stored,
                   GetValue<stored::StoredAlertHead>(parts_.store, key));
  std::optional<AlertHead> head;
  if (stored) head = FromStored(*stored);
  heads_.Put(key, head);
  return head;
}

absl::StatusOr<std::vector<AlertHead>> StoredJournal::ListAlertHeads(uint64_t before_offset,
                                                                     size_t limit) const {
  std::string end = AlertByOffsetKey(before_offset == 0 ? head() + 1 : before_offset);
  std::vector<AlertHead> heads;
  while (heads.size() < limit) {
    ASSIGN_OR_RETURN(const std::vector<KeyValue> names,
                     parts_.store.Scan({AlertByOffsetKey(0), end}, limit - heads.size(),
                                       ScanOrder::kDescending));
    if (names.empty()) break;
    for (const KeyValue& pair : names) {
      stored::StoredAlertName name;
      RETURN_IF_ERROR(DecodeValue(pair.key, pair.value, name));
      ASSIGN_OR_RETURN(std::optional<AlertHead> head,
                       AlertHeadOf(name.publisher(), name.alert_id()));
      // Not so when it was revised since the scan: then it stands with newer ones.
      const bool listed_here = head && AlertByOffsetKey(head->list_offset()) == pair.key;
      if (listed_here) heads.push_back(*std::move(head));
    }
    end = names.back().key;
  }
  return heads;
}

absl::StatusOr<std::vector<Journal::StatementPlace>> StoredJournal::StatementsOf(
    std::string_view publisher, std::string_view alert_id) const {
  const std::string prefix = AlertStatementKeyPrefix(publisher, alert_id);
  ASSIGN_OR_RETURN(const std::vector<KeyValue> pairs,
                   parts_.store.Scan(PrefixRange(prefix), std::numeric_limits<size_t>::max()));
  std::vector<StatementPlace> places;
  for (const KeyValue& pair : pairs) {
    stored::StoredPlace place;
    RETURN_IF_ERROR(DecodeValue(pair.key, pair.value, place));
    places.push_back({pair.key.substr(prefix.size()), PlaceOf(place)});
  }
  return places;
}

absl::StatusOr<std::vector<Journal::Release>> StoredJournal::HeldUntil(absl::Time until,
                                                                       size_t limit) const {
  const KeyRange due = {ReleaseKeyPrefix(), ReleaseKey(ToMillis(until) + 1, 0)};
  ASSIGN_OR_RETURN(const std::vector<KeyValue> pairs, parts_.store.Scan(due, limit));
  std::vector<Release> releases;
  releases.reserve(pairs.size());
  for (const KeyValue& pair : pairs) releases.push_back(ReleaseOfKey(pair.key));
  return releases;
}

absl::StatusOr<RecordPtr> StoredJournal::HeldAt(const Release& held) const {
  ASSIGN_OR_RETURN(const std::optional<stored::StoredRecord> stored,
                   GetValue<stored::StoredRecord>(parts_.store, HeldKey(held.number)));
  if (!stored) return Error(v1::ERROR_REASON_NOT_FOUND, "it is not held any more");
  return DecodeHeld(held.number, *stored, parts_.keys);
}

absl::StatusOr<std::vector<Journal::Held>> StoredJournal::ListHeld(std::string_view publisher,
                                                                   const Release& after,
                                                                   size_t limit) const {
  KeyRange range = PrefixRange(ReleaseKeyPrefix());
  if (after.number != 0) range.begin = ReleaseKey(after.release_ms, after.number + 1);
  ASSIGN_OR_RETURN(const std::vector<KeyValue> pairs,
                   parts_.store.Scan(range, std::numeric_limits<size_t>::max()));
  std::vector<Held> held;
  for (const KeyValue& pair : pairs) {
    if (held.size() == limit) break;
    const Release release = ReleaseOfKey(pair.key);
    ASSIGN_OR_RETURN(const std::optional<stored::StoredRecord> stored,
                     GetValue<stored::StoredRecord>(parts_.store, HeldKey(release.number)));
    if (!stored || stored->publisher() != publisher) continue;
    held.push_back({release, HeldStatementOf(*stored, release)});
  }
  return held;
}

absl::StatusOr<absl::flat_hash_map<std::string, Journal::Mark>> LoadMarks(const Store& store) {
  absl::flat_hash_map<std::string, Journal::Mark> marks;
  ASSIGN_OR_RETURN(const std::vector<KeyValue> pairs,
                   store.Scan(PrefixRange(MarkKeyPrefix()), std::numeric_limits<size_t>::max()));
  for (const KeyValue& pair : pairs) {
    stored::StoredMark stored;
    RETURN_IF_ERROR(DecodeValue(pair.key, pair.value, stored));
    marks[pair.key] = {stored.epoch(), stored.offset()};
  }
  return marks;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Journal>> Journal::Open(JournalParts parts, JournalOptions options) {
  ASSIGN_OR_RETURN(stored::JournalState state,
                   OpenJournalState(parts.store, parts.head_marker, parts.random, options.region,
                                    options.accept_lost_tail));
  ASSIGN_OR_RETURN(auto marks, LoadMarks(parts.store));
  return std::make_unique<StoredJournal>(parts, std::move(options), std::move(state),
                                         std::move(marks));
}

}  // namespace corridor
