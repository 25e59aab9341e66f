#include "server/link/link_receiver.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/model/errors.h"

namespace corridor {
namespace {

// Refusals not told yet; the oldest are dropped beyond. The audit log has all.
constexpr size_t kRefusalsMax = 1024;

absl::Status Broken(std::string_view what) { return Error(v1::ERROR_REASON_LINK_PROTOCOL, what); }

}  // namespace

LinkReceiver::LinkReceiver(std::string peer_region, v1::Lane lane, const LinkLimits& limits)
    : peer_region_(std::move(peer_region)), lane_(lane), limits_(limits) {}

PeerPosition LinkReceiver::Begin(const PeerPosition& durable) {
  const bool of_another_journal = durable.epoch != 0 && durable.epoch != epoch_;
  if (of_another_journal || durable.offset > through_) {
    Reset(durable);
  } else {
    RaiseMark(durable.offset);
  }
  open_ = true;
  paused_ = false;
  gap_through_ = 0;
  named_ = told_ = mark_;
  return {mark_ > 0 ? epoch_ : 0, mark_};
}

void LinkReceiver::Reset(const PeerPosition& mark) {
  epoch_ = mark.epoch;
  mark_ = through_ = seen_through_ = mark.offset;
  entries_.clear();
  decided_first_ = queued_ = records_waiting_ = 0;
  bytes_waiting_ = 0;
  mark_moving_ = mark_move_failed_ = false;
  refusals_.clear();
}

absl::Status LinkReceiver::CheckPeerJournal(uint64_t epoch, uint64_t head_offset) const {
  if (seen_through_ == 0) return absl::OkStatus();
  if (epoch != epoch_) {
    return Error(v1::ERROR_REASON_JOURNAL_REINCARNATED,
                 "the peer's journal is another incarnation than the one we hold a part of");
  }
  if (head_offset < seen_through_) {
    return Error(v1::ERROR_REASON_JOURNAL_REINCARNATED,
                 "the peer's journal is shorter than what we received of it");
  }
  return absl::OkStatus();
}

void LinkReceiver::SetPeerJournal(const v1::LinkHello& hello) {
  epoch_ = hello.epoch();
  earlier_.clear();
  for (const v1::LinkIncarnation& kept : hello.previous()) {
    earlier_[kept.epoch()] = kept.head_offset();
  }
}

void LinkReceiver::End() {
  open_ = false;
  paused_ = false;
}

void LinkReceiver::Allow(const LinkWindowLevel& level) {
  allowed_.records = std::max(allowed_.records, level.records);
  allowed_.bytes = std::max(allowed_.bytes, level.bytes);
}

absl::Status LinkReceiver::OnRecords(v1::LinkRecords records) {
  if (records.records().empty()) return Broken("a Records frame was empty");
  for (v1::LinkRecord& record : *records.mutable_records()) {
    const uint64_t offset = record.acceptance().position().offset();
    RETURN_IF_ERROR(CheckPredecessor(records.predecessor(), offset));
    RETURN_IF_ERROR(CheckRecord(record));
    RETURN_IF_ERROR(TakeRecord(std::move(record)));
    named_ = offset;
    records.set_predecessor(offset);
  }
  return absl::OkStatus();
}

absl::Status LinkReceiver::OnSkippedThrough(const v1::LinkSkippedThrough& skipped) {
  RETURN_IF_ERROR(CheckPredecessor(skipped.predecessor(), skipped.through_offset()));
  named_ = skipped.through_offset();
  AddSkipped(named_);
  return absl::OkStatus();
}

absl::Status LinkReceiver::OnGap(const v1::LinkGap& gap) {
  RETURN_IF_ERROR(CheckPredecessor(gap.predecessor(), gap.through_offset()));
  named_ = gap.through_offset();
  gap_through_ = named_;
  alarms_.emplace_back(
      RaiseAlarm{v1::ERROR_REASON_LINK_GAP_PENDING,
                 absl::StrCat("the peer no longer has its records from offset ",
                              gap.predecessor() + 1, " to ", gap.through_offset())});
  return absl::OkStatus();
}

absl::Status LinkReceiver::CheckPredecessor(uint64_t predecessor, uint64_t next) const {
  if (gap_pending()) return Broken("the peer went on behind a gap that is not accepted");
  if (predecessor != named_) {
    return Broken(absl::StrCat("wrong predecessor: expected ", named_, ", got ", predecessor));
  }
  if (next <= predecessor) return Broken("offsets do not rise");
  return absl::OkStatus();
}

absl::Status LinkReceiver::CheckRecord(const v1::LinkRecord& record) const {
  const v1::Acceptance& acceptance = record.acceptance();
  const v1::Position& position = acceptance.position();
  const auto kept = earlier_.find(position.epoch());
  const bool is_of_journal =
      position.epoch() == epoch_ || (kept != earlier_.end() && position.offset() <= kept->second);
  if (position.region() != peer_region_ || !is_of_journal || acceptance.lane() != lane_) {
    return Broken("a record is not of the peer's journal, its epoch, or this lane");
  }
  return absl::OkStatus();
}

absl::Status LinkReceiver::TakeRecord(v1::LinkRecord record) {
  const uint64_t offset = record.acceptance().position().offset();
  // Sent again after a reconnect; the inbox has it already.
  if (offset <= seen_through_) return absl::OkStatus();
  const size_t bytes = record.ByteSizeLong();
  const bool too_many = records_waiting_ >= allowed_.records;
  const bool too_large = records_waiting_ > 0 && bytes_waiting_ + bytes > allowed_.bytes;
  if (too_many || too_large) return Broken("the peer sent more than the window allows");
  Entry& entry = entries_.emplace_back();
  entry.offset = offset;
  entry.record = std::make_shared<const v1::LinkRecord>(std::move(record));
  entry.bytes = bytes;
  ++records_waiting_;
  bytes_waiting_ += bytes;
  ++queued_;
  seen_through_ = offset;
  return absl::OkStatus();
}

void LinkReceiver::AddSkipped(uint64_t through) {
  if (through <= seen_through_) return;
  seen_through_ = through;
  Entry& entry = entries_.emplace_back();
  entry.offset = through;
  entry.stage = Stage::kDecided;
  RaiseMark(mark_);
}

LinkReceiver::Entry* LinkReceiver::InInbox(const PeerPosition& at) {
  if (at.epoch != epoch_) return nullptr;
  auto found =
      std::lower_bound(entries_.begin(), entries_.end(), at.offset,
                       [](const Entry& entry, uint64_t offset) { return entry.offset < offset; });
  if (found == entries_.end() || found->offset != at.offset) return nullptr;
  return found->stage == Stage::kInInbox ? &*found : nullptr;
}

void LinkReceiver::OnPersisted(const PeerPosition& at) {
  Entry* entry = InInbox(at);
  if (entry == nullptr) return;
  ++records_received_;
  Decide(*entry);
}

void LinkReceiver::OnRefusedDurably(const PeerPosition& at, v1::ErrorReason reason,
                                    std::string digest) {
  Entry* entry = InInbox(at);
  if (entry == nullptr) return;
  v1::LinkRefused refused;
  refused.set_offset(at.offset);
  refused.set_reason(reason);
  refused.set_digest(std::move(digest));
  refused.set_epoch(entry->record->acceptance().position().epoch());
  TellRefused(std::move(refused));
  Decide(*entry);
}

void LinkReceiver::TellRefused(v1::LinkRefused refused) {
  ++records_refused_;
  if (refusals_.size() >= kRefusalsMax) refusals_.pop_front();
  refusals_.push_back(std::move(refused));
}

void LinkReceiver::OnParked(const PeerPosition& at) {
  if (Entry* entry = InInbox(at)) Decide(*entry);
}

void LinkReceiver::OnTryAgain(const PeerPosition& at) {
  if (Entry* entry = InInbox(at)) entry->stage = Stage::kTryAgain;
}

void LinkReceiver::OnMarkMoved(const PeerPosition& mark) {
  mark_moving_ = false;
  if (mark.epoch == epoch_) RaiseMark(mark.offset);
}

void LinkReceiver::OnMarkMoveFailed() {
  mark_moving_ = false;
  mark_move_failed_ = true;
}

bool LinkReceiver::AcceptGap() {
  if (!gap_pending()) return false;
  AddSkipped(std::exchange(gap_through_, 0));
  return true;
}

void LinkReceiver::OnTick() {
  mark_move_failed_ = false;
  for (Entry& entry : entries_) {
    if (entry.stage == Stage::kTryAgain) Queue(entry);
  }
}

void LinkReceiver::Queue(Entry& entry) {
  entry.stage = Stage::kQueued;
  ++queued_;
}

void LinkReceiver::Decide(Entry& entry) {
  entry.stage = Stage::kDecided;
  entry.record.reset();
  --records_waiting_;
  bytes_waiting_ -= entry.bytes;
  RaiseMark(entry.mark_after);
}

// Moves `through_` over what is decided and `mark_` up to `mark`, and forgets
// what lies behind.
void LinkReceiver::RaiseMark(uint64_t mark) {
  while (decided_first_ < entries_.size() && entries_[decided_first_].stage == Stage::kDecided) {
    through_ = entries_[decided_first_++].offset;
  }
  mark_ = std::max(mark_, std::min(mark, through_));
  while (decided_first_ > 0 && entries_.front().offset <= mark_) {
    entries_.pop_front();
    --decided_first_;
  }
}

void LinkReceiver::TakeActions(LinkActions& actions) {
  for (LinkAction& alarm : alarms_) actions.push_back(std::move(alarm));
  alarms_.clear();
  DeliverQueued(actions);
  MoveMark(actions);
  Tell(actions);
}

void LinkReceiver::DeliverQueued(LinkActions& actions) {
  if (paused_ || queued_ == 0) return;
  for (size_t i = decided_first_; i < entries_.size(); ++i) {
    Entry& entry = entries_[i];
    if (entry.stage != Stage::kQueued) continue;
    entry.stage = Stage::kInInbox;
    entry.mark_after = i == decided_first_ ? entry.offset : through_;
    actions.emplace_back(DeliverRecord{{epoch_, entry.offset}, entry.record, entry.mark_after});
  }
  queued_ = 0;
}

// Where no record in the inbox's hands will bring the mark up, it is moved by
// itself; one move at a time.
void LinkReceiver::MoveMark(LinkActions& actions) {
  if (mark_ >= through_ || mark_moving_ || mark_move_failed_) return;
  for (const Entry& entry : entries_) {
    if (entry.stage == Stage::kInInbox && entry.mark_after >= through_) return;
  }
  mark_moving_ = true;
  actions.emplace_back(MoveMarkThrough{{epoch_, through_}});
}

// Only of what was named on this stream: the peer knows of nothing else.
void LinkReceiver::Tell(LinkActions& actions) {
  if (!open_) return;
  std::deque<v1::LinkRefused> later;
  for (v1::LinkRefused& refused : refusals_) {
    if (refused.offset() > named_) {
      later.push_back(std::move(refused));
      continue;
    }
    v1::LinkFrame frame;
    *frame.mutable_refused() = std::move(refused);
    actions.emplace_back(SendFrame{std::move(frame)});
  }
  refusals_ = std::move(later);
  const uint64_t tell = std::min(mark_, named_);
  if (tell <= told_) return;
  told_ = tell;
  v1::LinkFrame frame;
  frame.mutable_persisted()->set_offset(tell);
  actions.emplace_back(SendFrame{std::move(frame)});
}

}  // namespace corridor
