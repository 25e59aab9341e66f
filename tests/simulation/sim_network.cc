#include "tests/simulation/sim_network.h"

#include <algorithm>
#include <array>
#include <deque>

#include "absl/strings/str_cat.h"
#include "corridor/v1/record.pb.h"

namespace corridor {
namespace {

constexpr absl::Duration kConnectTimeout = absl::Seconds(20);

std::string LaneName(v1::Lane lane) { return lane == v1::LANE_URGENT ? "urgent" : "routine"; }

}  // namespace

std::string Describe(const v1::LinkFrame& frame) {
  switch (frame.frame_case()) {
    case v1::LinkFrame::kHello:
      return absl::StrCat("Hello head=", frame.hello().head_offset(),
                          " mark=", frame.hello().peer_mark());
    case v1::LinkFrame::kDirectory:
      return "Directory";
    case v1::LinkFrame::kInterest:
      return "Interest";
    case v1::LinkFrame::kWindow:
      return absl::StrCat("Window ", frame.window().records());
    case v1::LinkFrame::kRecords: {
      std::string text = absl::StrCat("Records ", frame.records().predecessor(), ">");
      for (const v1::LinkRecord& record : frame.records().records()) {
        absl::StrAppend(&text, " ", record.acceptance().position().offset());
      }
      return text;
    }
    case v1::LinkFrame::kSkippedThrough:
      return absl::StrCat("Skipped ", frame.skipped_through().predecessor(), "> ",
                          frame.skipped_through().through_offset());
    case v1::LinkFrame::kPersisted:
      return absl::StrCat("Persisted ", frame.persisted().offset());
    case v1::LinkFrame::kRefused:
      return absl::StrCat("Refused ", frame.refused().offset());
    case v1::LinkFrame::kGap:
      return "Gap";
    case v1::LinkFrame::kHeartbeat:
      return absl::StrCat("Heartbeat ", frame.heartbeat().sent_offset());
    case v1::LinkFrame::kRecallApplied:
      return absl::StrCat("RecallApplied ", frame.recall_applied().offset(), " version ",
                          frame.recall_applied().version());
    case v1::LinkFrame::kRecallNoted:
      return absl::StrCat("RecallNoted ", frame.recall_noted().offset());
    case v1::LinkFrame::kRefusedNoted:
      return absl::StrCat("RefusedNoted ", frame.refused_noted().offset());
    case v1::LinkFrame::kWithdrawal:
      return "Withdrawal";
    case v1::LinkFrame::kAsk:
      return "Ask";
    case v1::LinkFrame::kBackfill:
      return absl::StrCat("Backfill of ", frame.backfill().records_size());
    case v1::LinkFrame::kBackfillTaken:
      return "BackfillTaken";
    case v1::LinkFrame::kQuery:
      return "Query";
    case v1::LinkFrame::kAnswer:
      return "Answer";
    case v1::LinkFrame::kCanary:
      return "Canary";
    case v1::LinkFrame::kCanaryEcho:
      return "CanaryEcho";
    case v1::LinkFrame::FRAME_NOT_SET:
      break;
  }
  return "nothing";
}

// One stream between two brokers. End 0 is the one that dialled.
class SimNetwork::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(SimNetwork& network, uint64_t id, std::string from, std::string to, v1::Lane lane,
             std::shared_ptr<LinkStreamEvents> events)
      : network_(network), id_(id), regions_{std::move(from), std::move(to)}, lane_(lane) {
    events_[0] = std::move(events);
  }

  bool open() const { return !lost_; }
  bool touches(const std::string& a) const { return regions_[0] == a || regions_[1] == a; }
  std::string name() const {
    return absl::StrCat("#", id_, " ", regions_[0], "-", regions_[1], " ", LaneName(lane_));
  }

  // Gives up where nothing came through in time.
  void ExpectAnswer() {
    After(kConnectTimeout, [](Connection& self) {
      if (self.events_[1] == nullptr && !self.reached_) self.Lose("cannot connect");
    });
  }

  void Send(size_t end, v1::LinkFrame frame) {
    if (lost_ || closed_[end]) return;
    std::vector<v1::LinkFrame> frames;
    frames.push_back(std::move(frame));
    if (network_.defect_ != nullptr) {
      network_.defect_->OnSend(Route(end), network_.watch_.region(regions_[end]), frames);
    }
    for (v1::LinkFrame& out : frames) {
      network_.watch_.sent(Route(end), out);
      Direction& direction = directions_[end];
      const absl::Duration latency =
          network_.dice_.Time(network_.weather_.latency_min, network_.weather_.latency_max);
      direction.last_arrival =
          std::max(direction.last_arrival, network_.scheduler_.now() + latency);
      direction.frames.push_back({direction.last_arrival, std::move(out)});
    }
    Move(end);
  }

  // `end` ends it. A status follows what was sent before it; who dialled may also take
  // back what is under way.
  void Close(size_t end, const absl::Status& status) {
    if (lost_ || std::exchange(closed_[end], true)) return;
    if (end == 0 && network_.dice_.Chance(0.5)) directions_[end].frames.clear();
    directions_[1 - end].frames.clear();
    end_status_ = end == 1 ? status : absl::CancelledError("the peer closed the stream");
    TellEnd(end, absl::ZeroDuration(), absl::CancelledError("closed here"));
    FinishIfClosed(end);
  }

  // It breaks: each end learns of it at a time of its own; one perhaps never.
  void Lose(const char* why) {
    if (std::exchange(lost_, true)) return;
    network_.log_.Add(network_.scheduler_.now(), absl::StrCat("net ", name(), " lost: ", why));
    const bool half_open = network_.dice_.Chance(0.2);
    const size_t late = network_.dice_.Below(2);
    for (size_t end = 0; end < 2; ++end) {
      const absl::Duration after =
          half_open && end == late ? network_.dice_.Time(absl::Seconds(20), absl::Seconds(60))
                                   : network_.dice_.Time(absl::ZeroDuration(), absl::Seconds(2));
      TellEnd(end, after, absl::UnavailableError("connection lost"));
    }
  }

  // The machine at one end is gone.
  void Vanish(const std::string& region) {
    for (size_t end = 0; end < 2; ++end) {
      if (regions_[end] == region) events_[end] = nullptr;
    }
    Lose("the machine stopped");
  }

  // Moves on after a block.
  void Resume() {
    for (size_t end = 0; end < 2; ++end) Move(end);
  }

 private:
  struct Frame {
    absl::Duration arrives;
    v1::LinkFrame frame;
  };
  struct Direction {
    std::deque<Frame> frames;
    absl::Duration last_arrival = absl::ZeroDuration();
    bool scheduled = false;
  };
  class End;

  FrameRoute Route(size_t end) const { return {regions_[end], regions_[1 - end], lane_, id_}; }

  void After(absl::Duration delay, std::function<void(Connection&)> task) {
    network_.scheduler_.world().PostAfter(delay, [weak = weak_from_this(), task = std::move(task)] {
      if (auto self = weak.lock()) task(*self);
    });
  }

  // It outlives its owners until both ends were told.
  void TellEnd(size_t end, absl::Duration after, const absl::Status& status) {
    network_.scheduler_.world().PostAfter(after, [self = shared_from_this(), end, status] {
      if (self->events_[end] != nullptr)
        std::exchange(self->events_[end], nullptr)->OnClosed(status);
    });
  }

  // Schedules the arrival of the first frame from `end`.
  void Move(size_t end) {
    Direction& direction = directions_[end];
    if (lost_ || direction.frames.empty() || direction.scheduled) return;
    if (network_.IsBlocked(regions_[end], regions_[1 - end])) return;
    direction.scheduled = true;
    After(direction.frames.front().arrives - network_.scheduler_.now(), [end](Connection& self) {
      self.directions_[end].scheduled = false;
      self.Arrive(end);
    });
  }

  void Arrive(size_t end) {
    Direction& direction = directions_[end];
    if (lost_ || direction.frames.empty()) return;
    if (network_.IsBlocked(regions_[end], regions_[1 - end])) return;
    if (network_.dice_.Chance(network_.weather_.loss_probability)) return Lose("at a frame");
    v1::LinkFrame frame = std::move(direction.frames.front().frame);
    direction.frames.pop_front();
    HandOver(1 - end, std::move(frame));
    FinishIfClosed(end);
    Move(end);
  }

  // Where `end` has closed, and the other has all that it gets: it learns of that.
  void FinishIfClosed(size_t end) {
    if (lost_ || !closed_[end] || (!closed_[1 - end] && !directions_[end].frames.empty())) return;
    lost_ = true;
    TellEnd(1 - end, network_.dice_.Time(absl::ZeroDuration(), absl::Seconds(1)), end_status_);
  }

  void HandOver(size_t end, v1::LinkFrame frame);

  SimNetwork& network_;
  const uint64_t id_;
  const std::array<std::string, 2> regions_;
  const v1::Lane lane_;
  std::array<std::shared_ptr<LinkStreamEvents>, 2> events_;
  std::array<Direction, 2> directions_;
  std::array<bool, 2> closed_ = {false, false};
  absl::Status end_status_;
  bool reached_ = false;  // The acceptor has it.
  bool lost_ = false;

 public:
  std::shared_ptr<LinkStream> StreamOf(size_t end);
};

class SimNetwork::Connection::End final : public LinkStream {
 public:
  End(std::shared_ptr<Connection> connection, size_t end)
      : connection_(std::move(connection)), end_(end) {}
  void Send(v1::LinkFrame frame) override { connection_->Send(end_, std::move(frame)); }
  void Close(absl::Status status) override { connection_->Close(end_, status); }

 private:
  const std::shared_ptr<Connection> connection_;
  const size_t end_;
};

std::shared_ptr<LinkStream> SimNetwork::Connection::StreamOf(size_t end) {
  return std::make_shared<End>(shared_from_this(), end);
}

void SimNetwork::Connection::HandOver(size_t end, v1::LinkFrame frame) {
  const FrameRoute route = Route(1 - end);
  if (end == 1 && !std::exchange(reached_, true)) {
    events_[1] =
        network_.acceptors_.at(regions_[1])(regions_[0], frame.hello().lane(), StreamOf(1));
    if (events_[1] == nullptr) return Lose("nobody listens");
  }
  if (events_[end] == nullptr || closed_[end]) return;
  network_.log_.Add(network_.scheduler_.now(),
                    absl::StrCat("net ", name(), " ", end == 1 ? "> " : "< ", Describe(frame)));
  network_.watch_.arrives(route, frame);
  std::vector<v1::LinkFrame> frames;
  frames.push_back(std::move(frame));
  if (network_.defect_ != nullptr) {
    network_.defect_->OnReceive(route, network_.watch_.region(route.to), frames);
  }
  for (v1::LinkFrame& in : frames) events_[end]->OnFrame(std::move(in));
}

class SimNetwork::Transport final : public LinkTransport {
 public:
  Transport(SimNetwork& network, std::string from) : network_(network), from_(std::move(from)) {}
  std::shared_ptr<LinkStream> Dial(const std::string& peer_region, v1::Lane lane,
                                   std::shared_ptr<LinkStreamEvents> events) override {
    return network_.Dial(from_, peer_region, lane, std::move(events));
  }

 private:
  SimNetwork& network_;
  const std::string from_;
};

SimNetwork::SimNetwork(SimScheduler& scheduler, EventLog& log, Dice dice, Defect* defect,
                       Watch watch)
    : scheduler_(scheduler), log_(log), dice_(dice), defect_(defect), watch_(std::move(watch)) {}

SimNetwork::~SimNetwork() = default;

void SimNetwork::AddRegion(const std::string& name, Acceptor acceptor) {
  acceptors_[name] = std::move(acceptor);
}

std::unique_ptr<LinkTransport> SimNetwork::TransportOf(const std::string& name) {
  return std::make_unique<Transport>(*this, name);
}

std::shared_ptr<LinkStream> SimNetwork::Dial(const std::string& from, const std::string& to,
                                             v1::Lane lane,
                                             std::shared_ptr<LinkStreamEvents> events) {
  auto connection =
      std::make_shared<Connection>(*this, ++connections_made_, from, to, lane, std::move(events));
  std::erase_if(connections_, [](const auto& weak) { return weak.expired(); });
  connections_.push_back(connection);
  connection->ExpectAnswer();
  return connection->StreamOf(0);
}

std::vector<std::shared_ptr<SimNetwork::Connection>> SimNetwork::Open() const {
  std::vector<std::shared_ptr<Connection>> open;
  for (const auto& weak : connections_) {
    if (auto connection = weak.lock(); connection != nullptr && connection->open()) {
      open.push_back(std::move(connection));
    }
  }
  return open;
}

void SimNetwork::Unblock(const std::string& from, const std::string& to) {
  if (blocked_.erase({from, to}) == 0) return;
  for (const auto& connection : Open()) connection->Resume();
}

void SimNetwork::UnblockAll() {
  blocked_.clear();
  for (const auto& connection : Open()) connection->Resume();
}

void SimNetwork::LoseOne(const std::string& a, const std::string& b) {
  std::vector<std::shared_ptr<Connection>> open = Open();
  std::erase_if(open, [&](const auto& each) { return !each->touches(a) || !each->touches(b); });
  if (!open.empty()) dice_.Pick(open)->Lose("one of them");
}

void SimNetwork::LoseAll(const std::string& a, const std::string& b) {
  for (const auto& connection : Open()) {
    if (connection->touches(a) && connection->touches(b)) connection->Lose("all of them");
  }
}

void SimNetwork::Vanish(const std::string& name) {
  for (const auto& connection : Open()) {
    if (connection->touches(name)) connection->Vanish(name);
  }
}

}  // namespace corridor
