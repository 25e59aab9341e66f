#include "server/link/link_sender.h"

#include <algorithm>
#include <utility>

#include "core/model/errors.h"

namespace corridor {

void LinkSender::Begin(uint64_t peer_mark) {
  open_ = true;
  window_ = {0, 0};
  persisted_ = named_ = looked_through_ = peer_mark;
  gap_through_ = 0;
  in_flight_.clear();
  in_flight_bytes_ = 0;
  no_room_ = false;
  moved_.clear();
  moved_bytes_ = 0;
  batch_.Clear();
  batch_bytes_ = 0;
  ready_.clear();
}

void LinkSender::OnWindow(const v1::LinkWindow& window) {
  window_ = {window.records(), window.bytes()};
  no_room_ = false;
}

absl::Status LinkSender::OnPersisted(uint64_t offset, absl::Duration now) {
  if (offset > named_ || offset < persisted_) {
    return Error(v1::ERROR_REASON_LINK_PROTOCOL,
                 "the peer acknowledged what it was not sent, or took an acknowledgement back");
  }
  persisted_ = offset;
  size_t bytes = 0;
  while (!in_flight_.empty() && in_flight_.front().offset <= offset) {
    bytes += in_flight_.front().bytes;
    in_flight_.pop_front();
  }
  in_flight_bytes_ -= bytes;
  no_room_ = false;
  OnTick(now);
  moved_.emplace_back(now, bytes);
  moved_bytes_ += bytes;
  return absl::OkStatus();
}

absl::Status LinkSender::OnRefused(const v1::LinkRefused& refused) {
  if (refused.offset() > named_) {
    return Error(v1::ERROR_REASON_LINK_PROTOCOL, "the peer refused what it was not sent");
  }
  ++records_refused_;
  return absl::OkStatus();
}

// What may be in flight. Routine bytes stay below what a second moves, so that
// an urgent record never waits behind more than that.
uint64_t LinkSender::BytesLimit() const {
  if (lane_ == v1::LANE_URGENT) return window_.bytes;
  return std::min(window_.bytes, std::max(limits_.routine_bytes_min, moved_bytes_));
}

OutletDemand LinkSender::Demand() const {
  OutletDemand demand{.after = looked_through_};
  if (!open_ || gap_pending() || no_room_ || in_flight_.size() >= window_.records) return demand;
  const uint64_t limit = BytesLimit();
  if (!in_flight_.empty() && in_flight_bytes_ >= limit) return demand;
  demand.records = window_.records - in_flight_.size();
  demand.bytes = limit - std::min(limit, in_flight_bytes_);
  return demand;
}

bool LinkSender::OfferRecord(uint64_t after, v1::LinkRecord record) {
  const uint64_t offset = record.acceptance().position().offset();
  const OutletDemand demand = Demand();
  if (!demand.wants() || after != looked_through_ || offset <= after) return false;
  const size_t bytes = record.ByteSizeLong();
  if (!in_flight_.empty() && bytes > demand.bytes) {
    no_room_ = true;
    return false;
  }
  const bool full = batch_bytes_ + bytes > limits_.frame_bytes_max ||
                    static_cast<size_t>(batch_.records_size()) >= limits_.frame_records_max;
  if (full) CloseBatch();
  if (batch_.records_size() == 0) {
    AnnounceSkipped();
    batch_.set_predecessor(named_);
  }
  *batch_.add_records() = std::move(record);
  batch_bytes_ += bytes;
  in_flight_.push_back({offset, bytes});
  in_flight_bytes_ += bytes;
  named_ = looked_through_ = offset;
  ++records_sent_;
  return true;
}

bool LinkSender::OfferSkip(uint64_t after, uint64_t through) {
  if (!open_ || gap_pending() || after != looked_through_ || through <= after) return false;
  looked_through_ = through;
  ++records_withheld_;
  return true;
}

bool LinkSender::OfferGap(uint64_t after, uint64_t through) {
  if (!open_ || gap_pending() || after != looked_through_ || through <= after) return false;
  CloseBatch();
  AnnounceSkipped();
  v1::LinkGap& gap = *ready_.emplace_back().mutable_gap();
  gap.set_predecessor(named_);
  gap.set_through_offset(through);
  named_ = looked_through_ = gap_through_ = through;
  return true;
}

void LinkSender::OnTick(absl::Duration now) {
  while (!moved_.empty() && moved_.front().first <= now - absl::Seconds(1)) {
    moved_bytes_ -= moved_.front().second;
    moved_.pop_front();
  }
  if (open_ && batch_.records_size() == 0) AnnounceSkipped();
}

void LinkSender::TakeFrames(LinkActions& actions) {
  if (!open_) return;
  CloseBatch();
  for (v1::LinkFrame& frame : ready_) actions.emplace_back(SendFrame{std::move(frame)});
  ready_.clear();
}

void LinkSender::AnnounceSkipped() {
  if (looked_through_ == named_) return;
  v1::LinkSkippedThrough& skipped = *ready_.emplace_back().mutable_skipped_through();
  skipped.set_predecessor(named_);
  skipped.set_through_offset(looked_through_);
  named_ = looked_through_;
}

void LinkSender::CloseBatch() {
  if (batch_.records_size() == 0) return;
  *ready_.emplace_back().mutable_records() = std::exchange(batch_, {});
  batch_bytes_ = 0;
}

}  // namespace corridor
