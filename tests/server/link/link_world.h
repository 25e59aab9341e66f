#ifndef CORRIDOR_TESTS_SERVER_LINK_LINK_WORLD_H_
#define CORRIDOR_TESTS_SERVER_LINK_LINK_WORLD_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/model/errors.h"
#include "core/model/statement.h"
#include "server/link/link_hub.h"
#include "server/link/region_link.h"
#include "tests/server/link/link_frames.h"
#include "tests/support/seeded_random.h"
#include "tests/support/sim_executor.h"

namespace corridor {

// Two regions whose links run in one thread, over streams in memory that can be
// cut, refused or swallowed.

// The wire: streams between hubs, by region.
class MemoryNetwork {
 public:
  enum class Way { kOpen, kRefused, kSwallowed };

  MemoryNetwork(SimExecutor& executor, SeededRandom& random)
      : executor_(executor), random_(random) {}

  void SetHub(const std::string& region, LinkHub* hub) { hubs_[region] = hub; }
  // What becomes of streams that `from` dials.
  void SetWay(const std::string& from, Way way) { ways_[from] = way; }
  // Every stream breaks.
  void Cut() {
    for (const std::weak_ptr<Pipe>& weak : std::exchange(pipes_, {})) {
      if (auto pipe = weak.lock()) pipe->Break(absl::UnavailableError("cut"));
    }
  }
  // Streams open now, by who dialled.
  std::map<std::string, int> OpenStreams() const {
    std::map<std::string, int> open;
    for (const std::weak_ptr<Pipe>& weak : pipes_) {
      if (auto pipe = weak.lock(); pipe != nullptr && pipe->open) ++open[pipe->dialler];
    }
    return open;
  }
  int dials(const std::string& region) const {
    auto found = dials_.find(region);
    return found == dials_.end() ? 0 : found->second;
  }

  std::shared_ptr<LinkStream> Dial(const std::string& from, const std::string& to,
                                   std::shared_ptr<LinkStreamEvents> events) {
    ++dials_[from];
    auto pipe = std::make_shared<Pipe>(executor_);
    pipe->dialler = from;
    pipe->events[0] = std::move(events);
    pipes_.push_back(pipe);
    const Way way = ways_[from];
    if (way == Way::kRefused || hubs_[to] == nullptr) {
      pipe->Break(absl::UnavailableError("connection refused"));
    } else if (way == Way::kOpen) {
      executor_.PostAfter(Latency(), [this, pipe, from, to] {
        if (!pipe->open || hubs_[to] == nullptr) {
          return pipe->Break(absl::UnavailableError("gone"));
        }
        pipe->events[1] = hubs_[to]->Accept(from, std::make_shared<End>(pipe, 1));
        pipe->Deliver();
      });
    }
    return std::make_shared<End>(pipe, 0);
  }

 private:
  struct Pipe : std::enable_shared_from_this<Pipe> {
    explicit Pipe(SimExecutor& sim) : executor(sim) {}

    void Send(int from, v1::LinkFrame frame) {
      if (!open) return;
      waiting[1 - from].push_back(std::move(frame));
      Deliver();
    }
    void Deliver() {
      executor.Post([pipe = shared_from_this()] {
        for (const int side : {0, 1}) {
          if (!pipe->open || pipe->events[side] == nullptr) continue;
          for (v1::LinkFrame& frame : std::exchange(pipe->waiting[side], {})) {
            pipe->events[side]->OnFrame(std::move(frame));
          }
        }
      });
    }
    void Break(const absl::Status& status) {
      if (!std::exchange(open, false)) return;
      executor.Post([pipe = shared_from_this(), status] {
        for (auto& side : pipe->events) {
          if (auto told = std::exchange(side, nullptr)) told->OnClosed(status);
        }
      });
    }

    SimExecutor& executor;
    std::string dialler;
    bool open = true;
    std::array<std::shared_ptr<LinkStreamEvents>, 2> events;
    std::array<std::vector<v1::LinkFrame>, 2> waiting;
  };

  class End final : public LinkStream {
   public:
    End(std::shared_ptr<Pipe> pipe, int side) : pipe_(std::move(pipe)), side_(side) {}
    void Send(v1::LinkFrame frame) override { pipe_->Send(side_, std::move(frame)); }
    void Close(absl::Status status) override { pipe_->Break(status); }

   private:
    const std::shared_ptr<Pipe> pipe_;
    const int side_;
  };

  absl::Duration Latency() { return absl::Milliseconds(1 + random_.Uint64() % 40); }

  SimExecutor& executor_;
  SeededRandom& random_;
  std::map<std::string, LinkHub*> hubs_;
  std::map<std::string, Way> ways_;
  std::map<std::string, int> dials_;
  std::vector<std::weak_ptr<Pipe>> pipes_;
};

// One region around its link: a journal of offsets, dispatch that withholds what
// it is told to, and an inbox that answers late and in any order. What is durable
// survives Restart.
class TestRegion final : public Inbox,
                         public LinkHost,
                         public LinkDesk,
                         public OutletSource,
                         public LinkTransport {
 public:
  struct Entry {
    v1::Lane lane;
    bool wanted;
    size_t bytes;
  };

  TestRegion(std::string region, std::string peer, SimExecutor& executor, SeededRandom& random,
             MemoryNetwork& network)
      : region_(std::move(region)),
        peer_(std::move(peer)),
        executor_(executor),
        random_(random),
        network_(network) {
    hub_ = std::make_unique<LinkHub>(executor_);
    network_.SetHub(region_, hub_.get());
  }
  ~TestRegion() override { network_.SetHub(region_, nullptr); }

  // `protocol_max`: below what this build speaks, it is an older one.
  void Start(bool dials = true, uint32_t protocol_max = kLinkProtocolMax) {
    link_ = RegionLink::Create({.link = {.region = region_,
                                         .peer_region = peer_,
                                         .protocol_max = protocol_max,
                                         .limits = {}},
                                .dials = dials},
                               {.executor = executor_,
                                .clock = executor_.clock(),
                                .random = random_,
                                .inbox = *this,
                                .source = *this,
                                .host = *this,
                                .desk = *this,
                                .transport = this});
    hub_->Add(link_);
    link_->Start();
  }

  void Stop() { link_->Stop(); }

  uint64_t Publish(v1::Lane lane, bool wanted = true, size_t bytes = 200) {
    journal_[++head_] = {lane, wanted, bytes};
    heads_[LaneIndex(lane)] = head_;
    link_->OnJournalAdvanced(lane, head_);
    return head_;
  }

  RegionLink& link() { return *link_; }
  v1::LinkState state(v1::Lane lane) const {
    return link_->Status().lanes(static_cast<int>(LaneIndex(lane))).state();
  }
  bool up() const {
    return state(v1::LANE_URGENT) == v1::LINK_STATE_UP &&
           state(v1::LANE_ROUTINE) == v1::LINK_STATE_UP;
  }
  const std::map<uint64_t, Entry>& journal() const { return journal_; }
  // What came in, in the order in which it became durable, and how often.
  const std::vector<uint64_t>& received(v1::Lane lane) const { return received_[LaneIndex(lane)]; }
  const std::set<uint64_t>& refused_by_peer() const { return refused_by_peer_; }
  const v1::LinkInterest& peer_interest() const { return peer_interest_; }
  const std::vector<v1::ErrorReason>& alarms() const { return alarms_; }
  // Records of the peer that this inbox will refuse, or park.
  std::set<uint64_t> refuses;
  std::set<uint64_t> parks;
  // What the desk tells the peer, in the urgent lane, and what it heard.
  std::vector<LinkNotice> notices;
  std::vector<v1::LinkFrame> heard;

  // --- Inbox ---
  void Accept(Delivery delivery, absl::AnyInvocable<void(InboxOutcome)> done) override {
    Later([this, delivery = std::move(delivery), done = std::move(done)]() mutable {
      done(Decide(delivery));
    });
  }
  void MoveMark(const std::string& origin, v1::Lane lane, const PeerPosition& mark,
                absl::AnyInvocable<void(absl::Status)> done) override {
    Later([this, origin, lane, mark, done = std::move(done)]() mutable {
      RaiseMark(lane, mark);
      done(absl::OkStatus());
    });
  }
  void TakeOverDirectory(const std::string& origin, v1::SignedDirectory directory,
                         absl::AnyInvocable<void(absl::StatusOr<uint64_t>)> done) override {
    Later([origin, directory = std::move(directory), done = std::move(done)]() mutable {
      if (directory.directory() != "directory of " + origin) {
        return done(Error(v1::ERROR_REASON_SIGNATURE_INVALID, "not signed by the peer"));
      }
      done(7);
    });
  }
  PeerPosition MarkOf(const std::string&, v1::Lane lane) const override {
    return marks_[LaneIndex(lane)];
  }

  // --- LinkHost ---
  LinkGreeting Greeting(v1::Lane lane) override {
    return GreetingOf(region_, heads_[LaneIndex(lane)], {});
  }
  LinkFigures Figures() override { return {}; }
  void OnLinkState(const std::string&, v1::Lane, v1::LinkState, const std::string&) override {}
  void OnPeerInterest(const std::string&, const v1::LinkInterest& interest) override {
    peer_interest_ = interest;
  }
  void OnLinkAlarm(const std::string&, v1::Lane, v1::ErrorReason reason,
                   const std::string&) override {
    alarms_.push_back(reason);
  }
  void OnRefusedByPeer(const std::string&, v1::Lane, const v1::LinkRefused& refused) override {
    refused_by_peer_.insert(refused.offset());
  }

  // --- LinkDesk ---
  std::vector<LinkNotice> NoticesFor(const std::string&, v1::Lane lane) override {
    return lane == v1::LANE_URGENT ? notices : std::vector<LinkNotice>();
  }
  void OnFrame(const std::string&, v1::Lane, v1::LinkFrame frame) override {
    heard.push_back(std::move(frame));
  }
  void OnUp(const std::string&, v1::Lane) override {}
  void OnDown(const std::string&, v1::Lane) override {}

  // --- OutletSource: what dispatch does ---
  void OnWanted(Outlet& outlet, v1::Lane lane) override {
    executor_.Post([this, link = link_, &outlet, lane] { Serve(outlet, lane); });
  }

  // --- LinkTransport ---
  std::shared_ptr<LinkStream> Dial(const std::string& peer, v1::Lane,
                                   std::shared_ptr<LinkStreamEvents> events) override {
    return network_.Dial(region_, peer, std::move(events));
  }

 private:
  void Later(Task task) {
    executor_.PostAfter(absl::Milliseconds(random_.Uint64() % 5), std::move(task));
  }

  void RaiseMark(v1::Lane lane, const PeerPosition& mark) {
    PeerPosition& now = marks_[LaneIndex(lane)];
    now = {mark.epoch, std::max(now.offset, mark.offset)};
  }

  InboxOutcome Decide(const Delivery& delivery) {
    const v1::Position& position = delivery.record->acceptance().position();
    RaiseMark(delivery.lane, {position.epoch(), delivery.mark_after});
    if (parks.contains(position.offset())) return {.kind = InboxOutcome::Kind::kParked};
    if (refuses.contains(position.offset())) {
      return {.kind = InboxOutcome::Kind::kRefused,
              .reason = v1::ERROR_REASON_POLICY_DENIED,
              .digest = std::string(32, 'd')};
    }
    std::vector<uint64_t>& received = received_[LaneIndex(delivery.lane)];
    // As the journal does: a repeated id is there already.
    if (std::find(received.begin(), received.end(), position.offset()) == received.end()) {
      received.push_back(position.offset());
    }
    return {};
  }

  void Serve(Outlet& outlet, v1::Lane lane) {
    const OutletDemand demand = outlet.Demand(lane);
    if (!demand.wants()) return;
    uint64_t after = demand.after;
    size_t left = std::min<size_t>(demand.records, 16);
    for (auto next = journal_.upper_bound(after); next != journal_.end() && left > 0; ++next) {
      const auto& [offset, entry] = *next;
      if (entry.lane != lane) continue;
      --left;
      const bool taken =
          entry.wanted ? Hand(outlet, after, offset, entry) : outlet.Skip(lane, after, offset);
      if (!taken) return;
      after = offset;
    }
  }

  bool Hand(Outlet& outlet, uint64_t after, uint64_t offset, const Entry& entry) {
    const v1::LinkRecord record =
        RecordOf(region_, EpochOf(region_), entry.lane, offset, entry.bytes);
    auto statement = std::make_shared<ParsedStatement>();
    statement->bytes = record.statement();
    const std::shared_ptr<const ParsedStatement> shared = statement;
    const std::optional<v1::Acceptance> never_held;
    return outlet.Hand({.lane = entry.lane,
                        .after = after,
                        .offset = offset,
                        .statement = shared,
                        .acceptance = record.acceptance(),
                        .gate = record.gate(),
                        .held_acceptance = never_held});
  }

  const std::string region_;
  const std::string peer_;
  SimExecutor& executor_;
  SeededRandom& random_;
  MemoryNetwork& network_;
  std::unique_ptr<LinkHub> hub_;
  std::shared_ptr<RegionLink> link_;
  std::map<uint64_t, Entry> journal_;
  uint64_t head_ = 0;
  std::array<uint64_t, 2> heads_{};
  std::array<PeerPosition, 2> marks_;
  std::array<std::vector<uint64_t>, 2> received_;
  std::set<uint64_t> refused_by_peer_;
  v1::LinkInterest peer_interest_;
  std::vector<v1::ErrorReason> alarms_;
};

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SERVER_LINK_LINK_WORLD_H_
