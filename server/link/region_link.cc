#include "server/link/region_link.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "core/model/errors.h"

namespace corridor {
namespace {

constexpr absl::Duration kTick = absl::Seconds(1);
constexpr absl::Duration kUpLongEnough = absl::Seconds(10);
// A peer sends no more than Hello and heartbeats before it has heard ours.
constexpr size_t kWaitingFramesMax = 16;

absl::Status PausedHere() {
  return Error(v1::ERROR_REASON_LINK_STATE, "an operator of this region has paused the link");
}

absl::Status AnotherStreamWon() {
  return Error(v1::ERROR_REASON_NOT_READY, "another stream of this lane of the link is in use");
}

}  // namespace

// Brings what one stream tells to the link's executor. `id` 0: a stream that was
// refused.
class RegionLink::StreamEvents final : public LinkStreamEvents {
 public:
  StreamEvents(RegionLink& link, v1::Lane lane, uint64_t id)
      : executor_(link.parts_.executor), link_(link.weak_from_this()), lane_(lane), id_(id) {}

  void OnFrame(v1::LinkFrame frame) override {
    executor_.Post([link = link_, lane = lane_, id = id_, frame = std::move(frame)]() mutable {
      if (auto self = link.lock()) self->HandleFrame(lane, id, std::move(frame));
    });
  }
  void OnClosed(absl::Status status) override {
    executor_.Post([link = link_, lane = lane_, id = id_, status = std::move(status)] {
      if (auto self = link.lock()) self->HandleClosed(lane, id, status);
    });
  }

 private:
  Executor& executor_;
  const std::weak_ptr<RegionLink> link_;
  const v1::Lane lane_;
  const uint64_t id_;
};

std::shared_ptr<RegionLink> RegionLink::Create(RegionLinkOptions options, Parts parts) {
  return std::shared_ptr<RegionLink>(new RegionLink(std::move(options), parts));
}

RegionLink::RegionLink(RegionLinkOptions options, Parts parts)
    : options_(std::move(options)),
      parts_(parts),
      lanes_{LaneState(options_, v1::LANE_URGENT, parts.random),
             LaneState(options_, v1::LANE_ROUTINE, parts.random)} {}

RegionLink::~RegionLink() = default;

void RegionLink::Start() {
  running_ = true;
  drain_posted_ = false;  // One posted before this does nothing.
  for (const v1::Lane lane : kLanesUrgentFirst) {
    Post([lane](RegionLink& link) { link.Dial(lane); });
  }
  PostAfter(kTick, [](RegionLink& link) { link.Tick(); });
}

void RegionLink::Stop() {
  if (!running_) return;
  CloseStreams(Error(v1::ERROR_REASON_DRAINING, "the broker is stopping"));
  running_ = false;
}

void RegionLink::CloseStreams(const absl::Status& why) {
  for (const v1::Lane lane : kLanesUrgentFirst) {
    DropWaiting(lane, why);
    DrainLane(lane);
    Stream used = std::exchange(at(lane).used, {});
    if (used.id != 0) used.stream->Close(why);
    at(lane).protocol.OnClosed(why);
    DrainLane(lane);
  }
}

void RegionLink::SetPaused(bool paused) {
  if (std::exchange(paused_, paused) == paused || !running_) return;
  paused ? CloseStreams(PausedHere()) : DialNow();
}

void RegionLink::DialNow() {
  for (const v1::Lane lane : kLanesUrgentFirst) {
    at(lane).backoff.Reset();
    Post([lane](RegionLink& link) { link.Dial(lane); });
  }
}

LinkTime RegionLink::Now() const { return {parts_.clock.Steady(), parts_.clock.Now()}; }

void RegionLink::Post(absl::AnyInvocable<void(RegionLink&)> task) {
  parts_.executor.Post([weak = weak_from_this(), task = std::move(task)]() mutable {
    if (auto self = weak.lock(); self != nullptr && self->running_) task(*self);
  });
}

void RegionLink::PostAfter(absl::Duration delay, absl::AnyInvocable<void(RegionLink&)> task) {
  parts_.executor.PostAfter(delay, [weak = weak_from_this(), task = std::move(task)]() mutable {
    if (auto self = weak.lock(); self != nullptr && self->running_) task(*self);
  });
}

void RegionLink::Tick() {
  const LinkTime now = Now();
  const LinkFigures figures = parts_.host.Figures();
  for (const v1::Lane lane : kLanesUrgentFirst) {
    LaneState& state = at(lane);
    state.protocol.OnTick(now, figures);
    state.protocol.SetNotices(parts_.desk.NoticesFor(options_.link.peer_region, lane));
    const bool up = state.protocol.state() == v1::LINK_STATE_UP;
    if (up && now.steady - state.up_since >= kUpLongEnough) state.backoff.Reset();
    if (state.waiting.id != 0 && now.steady - state.waiting_since >= options_.tie_wait) {
      UseWaiting(lane);
    }
  }
  DrainSoon();
  PostAfter(kTick, [](RegionLink& link) { link.Tick(); });
}

void RegionLink::Dial(v1::Lane lane) {
  if (!options_.dials || paused_ || parts_.transport == nullptr || at(lane).used.id != 0) return;
  const uint64_t id = ++last_stream_;
  std::shared_ptr<LinkStream> stream = parts_.transport->Dial(
      options_.link.peer_region, lane, std::make_shared<StreamEvents>(*this, lane, id));
  Use(lane, {.id = id, .dialler = Dialler::kUs, .stream = std::move(stream)});
}

void RegionLink::DialLater(v1::Lane lane) {
  if (std::exchange(at(lane).dial_scheduled, true)) return;
  PostAfter(at(lane).backoff.Next(), [lane](RegionLink& link) {
    link.at(lane).dial_scheduled = false;
    link.Dial(lane);
  });
}

std::shared_ptr<LinkStreamEvents> RegionLink::OnAccepted(v1::Lane lane,
                                                         std::shared_ptr<LinkStream> stream) {
  LaneState& state = at(lane);
  const bool ours_first = state.used.id != 0 && state.used.dialler == Dialler::kUs && OursWins();
  if (!running_ || paused_ || (ours_first && state.used.heard)) {
    stream->Close(paused_ ? PausedHere() : AnotherStreamWon());
    return std::make_shared<StreamEvents>(*this, lane, 0);
  }
  const uint64_t id = ++last_stream_;
  Stream accepted{.id = id, .dialler = Dialler::kPeer, .stream = std::move(stream)};
  if (ours_first) {
    DropWaiting(lane, AnotherStreamWon());
    state.waiting = std::move(accepted);
    state.waiting_since = parts_.clock.Steady();
  } else {
    Use(lane, std::move(accepted));
  }
  return std::make_shared<StreamEvents>(*this, lane, id);
}

// Lets the protocol begin anew on `stream`.
void RegionLink::Use(v1::Lane lane, Stream stream) {
  LaneState& state = at(lane);
  DrainLane(lane);  // What it wanted for the old stream.
  if (state.used.id != 0) state.used.stream->Close(AnotherStreamWon());
  state.used = std::move(stream);
  LinkGreeting greeting = parts_.host.Greeting(lane);
  greeting.mark = parts_.inbox.MarkOf(options_.link.peer_region, lane);
  state.protocol.OnConnected(std::move(greeting), Now());
  DrainSoon();
}

void RegionLink::UseWaiting(v1::Lane lane) {
  LaneState& state = at(lane);
  std::vector<v1::LinkFrame> frames = std::exchange(state.waiting_frames, {});
  Use(lane, std::exchange(state.waiting, {}));
  const uint64_t id = state.used.id;
  for (v1::LinkFrame& frame : frames) HandleFrame(lane, id, std::move(frame));
}

void RegionLink::DropWaiting(v1::Lane lane, const absl::Status& status) {
  Stream waiting = std::exchange(at(lane).waiting, {});
  at(lane).waiting_frames.clear();
  if (waiting.id != 0) waiting.stream->Close(status);
}

void RegionLink::LoseStream(v1::Lane lane) {
  at(lane).used = {};
  if (at(lane).waiting.id == 0) return DialLater(lane);
  Post([lane](RegionLink& link) {
    if (link.at(lane).waiting.id != 0) link.UseWaiting(lane);
  });
}

void RegionLink::HandleFrame(v1::Lane lane, uint64_t stream, v1::LinkFrame frame) {
  LaneState& state = at(lane);
  if (!running_ || stream == 0) return;
  if (stream == state.waiting.id) {
    state.waiting_frames.push_back(std::move(frame));
    if (state.waiting_frames.size() > kWaitingFramesMax) DropWaiting(lane, AnotherStreamWon());
    return;
  }
  if (stream != state.used.id) return;
  if (!std::exchange(state.used.heard, true)) DropWaiting(lane, AnotherStreamWon());
  state.protocol.OnFrame(std::move(frame), Now());
  DrainSoon();
}

void RegionLink::HandleClosed(v1::Lane lane, uint64_t stream, const absl::Status& status) {
  LaneState& state = at(lane);
  if (!running_ || stream == 0) return;
  if (stream == state.waiting.id) {
    state.waiting = {};
    state.waiting_frames.clear();
  } else if (stream == state.used.id) {
    state.protocol.OnClosed(status);
    LoseStream(lane);
    DrainSoon();
  }
}

void RegionLink::DrainSoon() {
  if (std::exchange(drain_posted_, true)) return;
  Post([](RegionLink& link) { link.Drain(); });
}

void RegionLink::Drain() {
  drain_posted_ = false;
  for (const v1::Lane lane : kLanesUrgentFirst) {
    DrainLane(lane);
    LinkProtocol& protocol = at(lane).protocol;
    if (at(lane).gap_through > protocol.Demand().after) {
      protocol.OfferGap(protocol.Demand().after, at(lane).gap_through);
      DrainLane(lane);
    }
    if (protocol.WantsMore() && protocol.HasMore()) parts_.source.OnWanted(*this, lane);
  }
}

void RegionLink::DrainLane(v1::Lane lane) {
  for (LinkAction& action : at(lane).protocol.TakeActions()) {
    std::visit([this, lane](auto& what) { Do(lane, what); }, action);
  }
}

void RegionLink::Do(v1::Lane lane, SendFrame& action) {
  if (at(lane).used.id != 0) at(lane).used.stream->Send(std::move(action.frame));
}

void RegionLink::Do(v1::Lane lane, DeliverRecord& action) {
  parts_.inbox.Accept({.origin = options_.link.peer_region,
                       .lane = lane,
                       .record = std::move(action.record),
                       .epoch = action.at.epoch,
                       .mark_after = action.mark_after},
                      [&executor = parts_.executor, weak = weak_from_this(), lane,
                       at = action.at](InboxOutcome outcome) {
                        executor.Post([weak, lane, at, outcome = std::move(outcome)]() mutable {
                          if (auto self = weak.lock()) {
                            self->OnOutcome(lane, at, std::move(outcome));
                          }
                        });
                      });
}

void RegionLink::Do(v1::Lane lane, TakeOverDirectory& action) {
  parts_.inbox.TakeOverDirectory(
      options_.link.peer_region, std::move(action.directory),
      [&executor = parts_.executor, weak = weak_from_this(), lane,
       token = action.token](absl::StatusOr<uint64_t> generation) {
        executor.Post([weak, lane, token, generation = std::move(generation)] {
          auto self = weak.lock();
          if (self == nullptr) return;
          LinkProtocol& protocol = self->at(lane).protocol;
          if (generation.ok()) {
            protocol.OnDirectoryAccepted(token, *generation);
          } else {
            protocol.OnDirectoryRefused(token, generation.status());
          }
          self->DrainSoon();
        });
      });
}

void RegionLink::Do(v1::Lane lane, MoveMarkThrough& action) {
  parts_.inbox.MoveMark(options_.link.peer_region, lane, action.mark,
                        [&executor = parts_.executor, weak = weak_from_this(), lane,
                         mark = action.mark](const absl::Status& status) {
                          executor.Post([weak, lane, mark, moved = status.ok()] {
                            auto self = weak.lock();
                            if (self == nullptr) return;
                            LinkProtocol& protocol = self->at(lane).protocol;
                            moved ? protocol.OnMarkMoved(mark) : protocol.OnMarkMoveFailed();
                            self->DrainSoon();
                          });
                        });
}

void RegionLink::Do(v1::Lane lane, CloseStream& action) {
  if (at(lane).used.id == 0) return;
  at(lane).used.stream->Close(std::move(action.status));
  LoseStream(lane);
}

void RegionLink::Do(v1::Lane lane, RefusedByPeer& action) {
  parts_.host.OnRefusedByPeer(options_.link.peer_region, lane, action.refused);
}

void RegionLink::Do(v1::Lane lane, HandToDesk& action) {
  parts_.desk.OnFrame(options_.link.peer_region, lane, std::move(action.frame));
}

void RegionLink::Do(v1::Lane /*lane*/, InterestHeard& action) {
  parts_.host.OnPeerInterest(options_.link.peer_region, action.interest);
}

void RegionLink::Do(v1::Lane lane, StateChanged& action) {
  if (action.state == v1::LINK_STATE_UP) {
    at(lane).up_since = parts_.clock.Steady();
    parts_.desk.OnUp(options_.link.peer_region, lane);
  } else {
    parts_.desk.OnDown(options_.link.peer_region, lane);
  }
  parts_.host.OnLinkState(options_.link.peer_region, lane, action.state, action.detail);
}

void RegionLink::Do(v1::Lane lane, RaiseAlarm& action) {
  parts_.host.OnLinkAlarm(options_.link.peer_region, lane, action.reason, action.detail);
}

void RegionLink::OnOutcome(v1::Lane lane, const PeerPosition& where, InboxOutcome outcome) {
  LinkProtocol& protocol = at(lane).protocol;
  switch (outcome.kind) {
    case InboxOutcome::Kind::kPersisted:
      protocol.OnPersisted(where);
      break;
    case InboxOutcome::Kind::kRefused:
      protocol.OnRefusedDurably(where, outcome.reason, std::move(outcome.digest));
      break;
    case InboxOutcome::Kind::kParked:
      protocol.OnParked(where);
      break;
    case InboxOutcome::Kind::kTryAgain:
      protocol.OnTryAgain(where);
      break;
  }
  DrainSoon();
}

void RegionLink::OnJournalAdvanced(v1::Lane lane, uint64_t head_offset) {
  at(lane).protocol.OnJournalAdvanced(head_offset);
  DrainSoon();
}

void RegionLink::OnOwnDirectoryChanged(const v1::SignedDirectory& directory) {
  for (LaneState& lane : lanes_) lane.protocol.OnOwnDirectoryChanged(directory);
  DrainSoon();
}

void RegionLink::OnOwnInterestChanged(const v1::LinkInterest& interest) {
  for (LaneState& lane : lanes_) {
    v1::LinkInterest from_here = interest;
    from_here.set_from_offset(lane.protocol.inbound_mark().offset);
    lane.protocol.OnOwnInterestChanged(std::move(from_here));
  }
  DrainSoon();
}

void RegionLink::OnNoticesChanged() {
  for (const v1::Lane lane : kLanesUrgentFirst) {
    at(lane).protocol.SetNotices(parts_.desk.NoticesFor(options_.link.peer_region, lane));
  }
  DrainSoon();
}

bool RegionLink::SendFromDesk(v1::Lane lane, v1::LinkFrame frame) {
  DrainSoon();
  return at(lane).protocol.SendFromDesk(std::move(frame));
}

void RegionLink::OnParkedRefused(v1::Lane lane, v1::LinkRefused refused) {
  at(lane).protocol.OnParkedRefused(std::move(refused));
  DrainSoon();
}

absl::Status RegionLink::AcceptGap(v1::Lane lane) {
  DrainSoon();
  return at(lane).protocol.AcceptGap();
}

void RegionLink::SetGap(v1::Lane lane, uint64_t through) {
  at(lane).gap_through = through;
  DrainSoon();
}

OutletDemand RegionLink::Demand(v1::Lane lane) const {
  OutletDemand demand = at(lane).protocol.Demand();
  if (at(lane).gap_through > demand.after) demand.records = 0;  // To be told first.
  return demand;
}

bool RegionLink::Hand(const OutletRecord& record) {
  DrainSoon();
  return at(record.lane).protocol.OfferRecord(record.after, LinkRecordOf(record));
}

bool RegionLink::Skip(v1::Lane lane, uint64_t after, uint64_t through) {
  DrainSoon();
  return at(lane).protocol.OfferSkip(after, through);
}

v1::LinkStatus RegionLink::Status() const {
  v1::LinkStatus status;
  status.set_peer_region(options_.link.peer_region);
  for (const LaneState& lane : lanes_) {
    v1::LinkLaneStatus& said = *status.add_lanes();
    said = lane.protocol.Status();
    if (paused_) {
      said.set_state(v1::LINK_STATE_PAUSED);
      said.set_detail("paused by an operator of this region; resume it when nothing is in the way");
    }
    status.set_directory_generation(
        std::max(status.directory_generation(), lane.protocol.directory_generation()));
  }
  return status;
}

const v1::LinkInterest& RegionLink::PeerInterest(v1::Lane lane) const {
  return at(lane).protocol.peer_interest();
}

const v1::LinkHello& RegionLink::PeerHello(v1::Lane lane) const {
  return at(lane).protocol.peer_hello();
}

}  // namespace corridor
