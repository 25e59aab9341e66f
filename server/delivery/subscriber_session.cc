#include "server/delivery/subscriber_session.h"

#include <algorithm>
#include <cassert>

namespace corridor {
namespace {

constexpr size_t kTokenBytes = 29;

void PutBigEndian(uint64_t value, int bytes, std::string& out) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(value >> shift));
  }
}

uint64_t TakeBigEndian(std::string_view& in, size_t bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < bytes; ++i) value = value << 8 | static_cast<uint8_t>(in[i]);
  in.remove_prefix(bytes);
  return value;
}

}  // namespace

SubscriptionState::SubscriptionState(SubscriptionOptions options, SubscriptionCursor cursor)
    : options_(std::move(options)), cursor_(std::move(cursor)) {
  for (const v1::Lane lane : kLanesUrgentFirst) {
    const uint64_t floor = cursor_.lane(lane).floor();
    durable_floor_[LaneIndex(lane)] = floor;
    state(lane).cursor_offset = floor;
  }
}

void SubscriptionState::SetLimits(absl::Duration ack_timeout, uint32_t unsettled_max,
                                  uint32_t failures_max) {
  options_.ack_timeout = ack_timeout;
  options_.unsettled_max = unsettled_max;
  options_.failures_max = failures_max;
}

void SubscriptionState::SetWindow(TakerId taker, v1::Lane lane, uint32_t messages, uint64_t bytes) {
  Window& window = takers_[taker][LaneIndex(lane)];
  window.messages = std::min(messages, kSessionWindowMessagesMax);
  window.bytes = std::min(bytes, kSessionWindowBytesMax);
  window.no_room = false;
}

void SubscriptionState::SessionEnded(TakerId taker) {
  CloseWindows(taker);
  std::vector<std::pair<v1::Lane, uint64_t>> held;
  for (const auto& [ends, lane, offset] : lease_ends_) {
    if (state(lane).unsettled.at(offset).taker == taker) held.emplace_back(lane, offset);
  }
  for (const auto& [lane, offset] : held) {
    EndLease(lane, offset, state(lane).unsettled.at(offset), -absl::InfiniteDuration());
  }
  for (LaneState& lane : lanes_) lane.redelivery.AdvanceTo(-absl::InfiniteDuration());
  ForgetIfDone(taker);
}

void SubscriptionState::CallAnswered(TakerId taker) {
  CloseWindows(taker);
  ForgetIfDone(taker);
}

void SubscriptionState::CloseWindows(TakerId taker) {
  const auto found = takers_.find(taker);
  if (found == takers_.end()) return;
  for (Window& window : found->second) window.messages = 0;
}

// Who neither holds anything nor has room for it is forgotten.
void SubscriptionState::ForgetIfDone(TakerId taker) {
  const auto found = takers_.find(taker);
  if (found == takers_.end()) return;
  const bool done =
      std::all_of(found->second.begin(), found->second.end(),
                  [](const Window& window) { return window.messages == 0 && window.leased == 0; });
  if (done) takers_.erase(found);
}

size_t SubscriptionState::UnsettledRoom(v1::Lane lane) const {
  size_t bound = options_.unsettled_max;
  if (lane == v1::LANE_ROUTINE) bound -= bound / 8;
  return bound - std::min(bound, unsettled());
}

OutletDemand SubscriptionState::Demand(v1::Lane lane) const {
  OutletDemand demand{.after = state(lane).cursor_offset};
  if (options_.paused || state(lane).redelivery.HasReady()) return demand;
  for (const auto& [taker, windows] : takers_) {
    const Window& window = windows[LaneIndex(lane)];
    if (window.no_room || (window.leased > 0 && window.leased_bytes >= window.bytes)) continue;
    demand.records += window.room();
    if (window.room() == 0) continue;
    demand.bytes =
        std::max<size_t>(demand.bytes, window.bytes - std::min(window.bytes, window.leased_bytes));
  }
  demand.records = std::min(demand.records, UnsettledRoom(lane));
  return demand;
}

bool SubscriptionState::IsSettled(v1::Lane lane, uint64_t offset) const {
  return cursor_.lane(lane).Contains(offset);
}

std::map<TakerId, SubscriptionState::Windows>::iterator SubscriptionState::TakerFor(v1::Lane lane,
                                                                                    size_t bytes) {
  auto best = takers_.end();
  for (auto taker = takers_.begin(); taker != takers_.end(); ++taker) {
    const Window& window = taker->second[LaneIndex(lane)];
    if (!window.Fits(bytes)) continue;
    if (best == takers_.end() || window.room() > best->second[LaneIndex(lane)].room()) {
      best = taker;
    }
  }
  return best;
}

bool SubscriptionState::Fits(v1::Lane lane, size_t bytes) {
  const bool fits = TakerFor(lane, bytes) != takers_.end();
  for (auto& [taker, windows] : takers_) {
    Window& window = windows[LaneIndex(lane)];
    window.no_room = !fits && window.room() > 0;
  }
  return fits;
}

Lease SubscriptionState::Hand(v1::Lane lane, uint64_t offset, size_t bytes, absl::Duration now) {
  LaneState& at = state(lane);
  const auto taker = TakerFor(lane, bytes);
  assert(taker != takers_.end());
  if (offset > at.cursor_offset && !at.unsettled.contains(offset)) {
    assert(!IsSettled(lane, offset));
    if (offset > at.cursor_offset + 1) Look(lane, offset - 1);
    at.unsettled.emplace(offset, Unsettled());
    at.cursor_offset = cursor_.lane(lane).EndOfStretchAfter(offset);
  }
  Unsettled& unsettled = at.unsettled.at(offset);
  assert(!unsettled.leased);
  at.redelivery.Remove(offset);
  unsettled.leased = true;
  unsettled.taker = taker->first;
  unsettled.bytes = bytes;
  unsettled.lease_ends = now + options_.ack_timeout;
  unsettled.lease_ends_max = now + kLeaseMax;
  ++unsettled.attempt;
  lease_ends_.emplace(unsettled.lease_ends, lane, offset);
  Window& window = taker->second[LaneIndex(lane)];
  ++window.leased;
  window.leased_bytes += bytes;
  return {TokenOf(lane, offset, unsettled.attempt), unsettled.attempt, taker->first};
}

void SubscriptionState::Skip(v1::Lane lane, uint64_t offset) {
  if (state(lane).unsettled.contains(offset)) {
    Forget(lane, offset);
  } else if (offset > state(lane).cursor_offset) {
    Look(lane, offset);
  }
}

void SubscriptionState::SkipThrough(v1::Lane lane, uint64_t through) {
  if (through > state(lane).cursor_offset) Look(lane, through);
}

// Settles all that lies between the cursor and `through`, and moves the cursor.
void SubscriptionState::Look(v1::Lane lane, uint64_t through) {
  LaneState& at = state(lane);
  cursor_.lane(lane).Settle(at.cursor_offset + 1, through);
  at.cursor_offset = cursor_.lane(lane).EndOfStretchAfter(through);
  cursor_changed_ = true;
}

// The lease is over and the delivery comes again at `due`.
void SubscriptionState::EndLease(v1::Lane lane, uint64_t offset, Unsettled& unsettled,
                                 absl::Duration due) {
  lease_ends_.erase({unsettled.lease_ends, lane, offset});
  unsettled.leased = false;
  Window& window = takers_.at(unsettled.taker)[LaneIndex(lane)];
  --window.leased;
  window.leased_bytes -= unsettled.bytes;
  for (auto& [taker, windows] : takers_) windows[LaneIndex(lane)].no_room = false;
  ForgetIfDone(unsettled.taker);
  state(lane).redelivery.Add(offset, due);
}

void SubscriptionState::Fail(v1::Lane lane, uint64_t offset, Unsettled& unsettled,
                             absl::Duration due) {
  ++unsettled.failures;
  if (options_.failures_max == 0 || unsettled.failures < options_.failures_max) {
    return EndLease(lane, offset, unsettled, due);
  }
  MakeDeadLetter(
      lane, offset, unsettled,
      {.reason = v1::DEAD_LETTER_REASON_FAILURES_MAX, .note = "", .attempts = unsettled.attempt},
      due);
}

bool SubscriptionState::MakeDeadLetter(v1::Lane lane, uint64_t offset, Unsettled& unsettled,
                                       DeadLetterCause cause, absl::Duration now) {
  if (!unsettled.redriven && dead_letters_ >= kDeadLettersMax) {
    EndLease(lane, offset, unsettled, now + options_.redelivery.max);
    return false;
  }
  if (!std::exchange(unsettled.redriven, false)) ++dead_letters_;
  dead_letter_changes_.push_back({lane, offset, std::move(cause)});
  Forget(lane, offset);
  return true;
}

void SubscriptionState::Redrive(v1::Lane lane, uint64_t offset, uint32_t attempts) {
  if (!IsSettled(lane, offset)) return;
  LaneState& at = state(lane);
  const bool is_new =
      at.unsettled.try_emplace(offset, Unsettled{.attempt = attempts, .redriven = true}).second;
  if (!is_new) return;
  at.redelivery.Add(offset, -absl::InfiniteDuration());
  at.redelivery.AdvanceTo(-absl::InfiniteDuration());
}

void SubscriptionState::Discard(v1::Lane lane, uint64_t offset) {
  const auto found = state(lane).unsettled.find(offset);
  if (found == state(lane).unsettled.end() || !found->second.redriven) return;
  found->second.redriven = false;
  Forget(lane, offset);
}

void SubscriptionState::Extend(const LeaseName& lease, absl::Duration now) {
  Unsettled& unsettled = state(lease.lane).unsettled.at(lease.offset);
  const absl::Duration wanted = std::min(now + options_.ack_timeout, unsettled.lease_ends_max);
  if (wanted <= unsettled.lease_ends) return;
  lease_ends_.erase({unsettled.lease_ends, lease.lane, lease.offset});
  unsettled.lease_ends = wanted;
  lease_ends_.emplace(wanted, lease.lane, lease.offset);
}

// `offset` is settled.
void SubscriptionState::Forget(v1::Lane lane, uint64_t offset) {
  LaneState& at = state(lane);
  auto found = at.unsettled.find(offset);
  if (found->second.leased) {
    EndLease(lane, offset, found->second, absl::InfiniteDuration());
  }
  at.redelivery.Remove(offset);
  if (found->second.redriven) {
    dead_letter_changes_.push_back({lane, offset, std::nullopt});
    dead_letters_ -= std::min<size_t>(dead_letters_, 1);
  }
  at.unsettled.erase(found);
  cursor_.lane(lane).Settle(offset, offset);
  cursor_changed_ = true;
}

void SubscriptionState::AdvanceTo(absl::Duration now) {
  while (!lease_ends_.empty() && std::get<0>(*lease_ends_.begin()) <= now) {
    const auto [ends, lane, offset] = *lease_ends_.begin();
    Unsettled& unsettled = state(lane).unsettled.at(offset);
    Fail(lane, offset, unsettled, ends + RedeliveryDelay(options_.redelivery, unsettled.attempt));
  }
  for (LaneState& lane : lanes_) lane.redelivery.AdvanceTo(now);
}

std::vector<std::pair<v1::Lane, uint64_t>> SubscriptionState::DueForRedelivery() const {
  std::vector<std::pair<v1::Lane, uint64_t>> due;
  if (options_.paused) return due;
  for (const v1::Lane lane : kLanesUrgentFirst) {
    size_t room = 0;
    for (const auto& [taker, windows] : takers_) {
      const Window& window = windows[LaneIndex(lane)];
      if (!window.no_room) room += window.room();
    }
    for (const uint64_t offset : state(lane).redelivery.Ready(room)) due.emplace_back(lane, offset);
  }
  return due;
}

std::optional<absl::Duration> SubscriptionState::NextEvent() const {
  std::optional<absl::Duration> next;
  const auto consider = [&next](absl::Duration time) {
    next = std::min(next.value_or(time), time);
  };
  if (!lease_ends_.empty()) consider(std::get<0>(*lease_ends_.begin()));
  for (const LaneState& lane : lanes_) {
    if (const auto due = lane.redelivery.NextDue()) consider(*due);
  }
  return next;
}

SettleOutcome SubscriptionState::Settle(TakerId asker, const v1::Settlement& settlement,
                                        absl::Duration now) {
  AdvanceTo(now);
  SettleOutcome outcome;
  const auto if_live = [&](const std::string& token, size_t& count, auto act) {
    const std::optional<LeaseName> lease = LiveLease(token);
    if (!lease) return outcome.stale.push_back(token);
    act(*lease);
    ++count;
  };
  const auto unsettled = [this](const LeaseName& lease) -> Unsettled& {
    return state(lease.lane).unsettled.at(lease.offset);
  };
  for (const std::string& token : settlement.acknowledged()) {
    if_live(token, outcome.acknowledged, [&](const LeaseName& lease) {
      Forget(lease.lane, lease.offset);
      waiting_for_write_.push_back({token, asker});
    });
  }
  for (const v1::RejectedDelivery& rejected : settlement.rejected()) {
    const std::optional<LeaseName> lease = LiveLease(rejected.lease());
    const bool taken = lease && MakeDeadLetter(lease->lane, lease->offset, unsettled(*lease),
                                               {.reason = v1::DEAD_LETTER_REASON_REJECTED,
                                                .note = rejected.note(),
                                                .attempts = lease->attempt},
                                               now);
    if (!taken) {
      outcome.stale.push_back(rejected.lease());
      continue;
    }
    waiting_for_write_.push_back({rejected.lease(), asker});
    ++outcome.rejected;
  }
  for (const std::string& token : settlement.released()) {
    if_live(token, outcome.released, [&](const LeaseName& lease) {
      Fail(lease.lane, lease.offset, unsettled(lease),
           now + RedeliveryDelay(options_.redelivery, lease.attempt));
    });
  }
  for (const v1::DeferredDelivery& deferred : settlement.deferred()) {
    if_live(deferred.lease(), outcome.released, [&](const LeaseName& lease) {
      EndLease(lease.lane, lease.offset, unsettled(lease),
               now + std::min(absl::Milliseconds(deferred.delay_ms()), kDeferMax));
    });
  }
  for (const std::string& token : settlement.extended()) {
    if_live(token, outcome.extended, [&](const LeaseName& lease) { Extend(lease, now); });
  }
  return outcome;
}

std::optional<SubscriptionWrite> SubscriptionState::TakeWrite(CursorWriteFor purpose) {
  if (write_out_) return std::nullopt;
  const bool worth_it = !waiting_for_write_.empty() || !dead_letter_changes_.empty() ||
                        (purpose == CursorWriteFor::kProgress && cursor_changed_);
  if (!worth_it) return std::nullopt;
  in_write_ = std::exchange(waiting_for_write_, {});
  cursor_changed_ = false;
  write_out_ = {.cursor = cursor_, .dead_letters = std::exchange(dead_letter_changes_, {})};
  return write_out_;
}

std::vector<SettledLease> SubscriptionState::Written() {
  assert(write_out_);
  for (const v1::Lane lane : kLanesUrgentFirst) {
    durable_floor_[LaneIndex(lane)] = write_out_->cursor.lane(lane).floor();
  }
  write_out_.reset();
  return std::exchange(in_write_, {});
}

void SubscriptionState::WriteFailed() {
  assert(write_out_);
  std::vector<DeadLetterChange>& changes = write_out_->dead_letters;
  changes.insert(changes.end(), dead_letter_changes_.begin(), dead_letter_changes_.end());
  dead_letter_changes_ = std::move(changes);
  write_out_.reset();
  cursor_changed_ = true;
  in_write_.insert(in_write_.end(), waiting_for_write_.begin(), waiting_for_write_.end());
  waiting_for_write_ = std::exchange(in_write_, {});
}

v1::DeliveryState SubscriptionState::DeliveryStateOf(const std::array<LaneFigures, 2>& figures,
                                                     uint32_t sessions) const {
  if (options_.paused) return v1::DELIVERY_STATE_PAUSED;
  if (sessions == 0) return v1::DELIVERY_STATE_DETACHED;
  if (UnsettledRoom(v1::LANE_ROUTINE) == 0) return v1::DELIVERY_STATE_UNSETTLED_MAX;
  v1::DeliveryState found = v1::DELIVERY_STATE_CURRENT;
  for (const v1::Lane lane : kLanesUrgentFirst) {
    const bool behind = state(lane).cursor_offset < figures[LaneIndex(lane)].head_offset;
    if (!behind && !state(lane).redelivery.HasReady()) continue;
    if (!WantsMore(lane) && DueForRedelivery().empty()) return v1::DELIVERY_STATE_WINDOW_FULL;
    found = v1::DELIVERY_STATE_FLOWING;
  }
  return found;
}

v1::SubscriptionStatus SubscriptionState::Status(const std::array<LaneFigures, 2>& figures,
                                                 uint32_t sessions) const {
  v1::SubscriptionStatus status;
  status.set_name(options_.name);
  status.set_delivery_state(DeliveryStateOf(figures, sessions));
  for (const v1::Lane lane : kLanesUrgentFirst) {
    v1::LaneProgress& progress = *status.add_lanes();
    progress.set_lane(lane);
    progress.set_settled_offset(durable_floor_[LaneIndex(lane)]);
    progress.set_cursor_offset(state(lane).cursor_offset);
    progress.set_head_offset(figures[LaneIndex(lane)].head_offset);
    progress.set_backlog(figures[LaneIndex(lane)].backlog);
  }
  status.set_unsettled(static_cast<uint32_t>(unsettled()));
  status.set_sessions(sessions);
  status.set_dead_letters(static_cast<uint32_t>(dead_letters_));
  return status;
}

uint32_t SubscriptionState::leased(v1::Lane lane) const {
  uint32_t leased = 0;
  for (const auto& [taker, windows] : takers_) leased += windows[LaneIndex(lane)].leased;
  return leased;
}

uint32_t SubscriptionState::leased(TakerId taker, v1::Lane lane) const {
  const auto found = takers_.find(taker);
  return found == takers_.end() ? 0 : found->second[LaneIndex(lane)].leased;
}

uint64_t SubscriptionState::leased_bytes(TakerId taker, v1::Lane lane) const {
  const auto found = takers_.find(taker);
  return found == takers_.end() ? 0 : found->second[LaneIndex(lane)].leased_bytes;
}

size_t SubscriptionState::unsettled() const {
  return lanes_[0].unsettled.size() + lanes_[1].unsettled.size();
}

// broker start (8), subscription (8), lane (1), offset (8), attempt (4).
std::string SubscriptionState::TokenOf(v1::Lane lane, uint64_t offset, uint32_t attempt) const {
  std::string token;
  token.reserve(kTokenBytes);
  PutBigEndian(options_.broker_start, 8, token);
  PutBigEndian(options_.tag, 8, token);
  PutBigEndian(static_cast<uint64_t>(lane), 1, token);
  PutBigEndian(offset, 8, token);
  PutBigEndian(attempt, 4, token);
  return token;
}

// What `token` names, if that is a lease which holds now.
std::optional<SubscriptionState::LeaseName> SubscriptionState::LiveLease(
    std::string_view token) const {
  if (token.size() != kTokenBytes) return std::nullopt;
  if (TakeBigEndian(token, 8) != options_.broker_start) return std::nullopt;
  if (TakeBigEndian(token, 8) != options_.tag) return std::nullopt;
  const uint64_t lane = TakeBigEndian(token, 1);
  if (lane != v1::LANE_URGENT && lane != v1::LANE_ROUTINE) return std::nullopt;
  const uint64_t offset = TakeBigEndian(token, 8);
  const auto attempt = static_cast<uint32_t>(TakeBigEndian(token, 4));
  const LeaseName name{static_cast<v1::Lane>(lane), offset, attempt};
  const auto found = state(name.lane).unsettled.find(offset);
  if (found == state(name.lane).unsettled.end()) return std::nullopt;
  if (!found->second.leased || found->second.attempt != attempt) return std::nullopt;
  return name;
}

}  // namespace corridor
