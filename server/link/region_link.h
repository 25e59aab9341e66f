#ifndef CORRIDOR_SERVER_LINK_REGION_LINK_H_
#define CORRIDOR_SERVER_LINK_REGION_LINK_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/backoff.h"
#include "core/base/clock.h"
#include "core/base/executor.h"
#include "core/base/random.h"
#include "corridor/v1/administration.pb.h"
#include "server/delivery/outlet.h"
#include "server/link/link_protocol.h"
#include "server/link/link_stream.h"
#include "server/link/link_values.h"

namespace corridor {

// What became of one record of a peer.
struct InboxOutcome {
  enum class Kind {
    kPersisted,  // Durable, or was durable already.
    kRefused,    // For good; that is durable, without content.
    kParked,     // Kept durably, beside the journal: what it lacks may come.
    kTryAgain,   // Nothing written: no room now.
  };
  Kind kind = Kind::kPersisted;
  v1::ErrorReason reason = v1::ERROR_REASON_UNSPECIFIED;  // kRefused.
  std::string digest;                                     // kRefused: 32 bytes.
};

// Where records of peers go in: broker/intake. Called on the flow executor;
// answers may come from any thread, in any order, and also within the call.
// Where the outcome of a write is unknown there is no answer: the broker stops.
class Inbox {
 public:
  virtual ~Inbox() = default;

  // Judges a record that `origin` sent and, when it passes, makes it durable.
  // The batch that makes it durable, or records that it was refused for good,
  // also moves the mark of (origin, lane) to `mark_after`, at `epoch`, that of the
  // origin's journal: the record's position may be of an earlier incarnation of it. A mark
  // never goes back.
  struct Delivery {
    std::string origin;
    v1::Lane lane = v1::LANE_UNSPECIFIED;
    std::shared_ptr<const v1::LinkRecord> record;
    uint64_t epoch = 0;
    uint64_t mark_after = 0;
  };
  virtual void Accept(Delivery delivery, absl::AnyInvocable<void(InboxOutcome)> done) = 0;

  // Moves the mark past decided or skipped offsets.
  virtual void MoveMark(const std::string& origin, v1::Lane lane, const PeerPosition& mark,
                        absl::AnyInvocable<void(absl::Status)> done) = 0;

  // Verifies a directory and makes it the one held of `origin`, unless a newer
  // one is. Answers with the generation now held.
  virtual void TakeOverDirectory(const std::string& origin, v1::SignedDirectory directory,
                                 absl::AnyInvocable<void(absl::StatusOr<uint64_t>)> done) = 0;

  // The durable mark.
  virtual PeerPosition MarkOf(const std::string& origin, v1::Lane lane) const = 0;
};

// What regions say to each other beside the order of records: recalls and what became of
// them, questions, statements sent again. Called on the flow executor.
class LinkDesk {
 public:
  virtual ~LinkDesk() = default;

  // What `peer` is to be told in this lane until it answers; asked each second, and
  // when it changed (RegionLink::OnNoticesChanged).
  virtual std::vector<LinkNotice> NoticesFor(const std::string& peer, v1::Lane lane) = 0;

  // `peer` sent a frame of the kinds that HandToDesk names. Answers go back by
  // RegionLink::SendFromDesk.
  virtual void OnFrame(const std::string& peer, v1::Lane lane, v1::LinkFrame frame) = 0;

  // The lane is UP, or no more: what was asked on the stream before has no answer.
  virtual void OnUp(const std::string& peer, v1::Lane lane) = 0;
  virtual void OnDown(const std::string& peer, v1::Lane lane) = 0;
};

// What a link asks and tells its region. Called on the flow executor.
class LinkHost {
 public:
  virtual ~LinkHost() = default;

  // What to greet the peer with. `mark` need not be set.
  virtual LinkGreeting Greeting(v1::Lane lane) = 0;
  // For heartbeats.
  virtual LinkFigures Figures() = 0;

  virtual void OnLinkState(const std::string& peer_region, v1::Lane lane, v1::LinkState state,
                           const std::string& detail) = 0;
  // The peer says what it wants of ours; also what it has said before.
  virtual void OnPeerInterest(const std::string& peer_region, const v1::LinkInterest& interest) = 0;
  // An operator should look.
  virtual void OnLinkAlarm(const std::string& peer_region, v1::Lane lane, v1::ErrorReason reason,
                           const std::string& detail) = 0;
  // The peer refused one of our records for good.
  virtual void OnRefusedByPeer(const std::string& peer_region, v1::Lane lane,
                               const v1::LinkRefused& refused) = 0;
};

struct RegionLinkOptions {
  LinkOptions link;
  // Whether this side dials; the peer may in any case.
  bool dials = true;
  BackoffOptions backoff;
  // While a stream of ours that would win is being dialled, the peer's waits so
  // long for it.
  absl::Duration tie_wait = absl::Seconds(3);
};

// The link to one peer region, whoever dials: both lanes, their streams, and
// what connects them to the broker. An Outlet: dispatch feeds it. Runs wholly on
// one executor, where every method is to be called.
//
// Streams: when both sides have dialled, the stream dialled by the smaller region
// id wins, and a newer stream of the same dialler replaces the older. Where the
// winner's own dialling leads nowhere, the other stream is used. A lane without a
// stream is dialled again after a growing, jittered wait, which starts anew only
// once the lane was UP for ten seconds.
class RegionLink final : public Outlet, public std::enable_shared_from_this<RegionLink> {
 public:
  // All must outlive the link. `transport` may be null when it never dials.
  struct Parts {
    Executor& executor;
    const Clock& clock;
    Random& random;
    Inbox& inbox;
    OutletSource& source;
    LinkHost& host;
    LinkDesk& desk;
    LinkTransport* transport = nullptr;
  };

  static std::shared_ptr<RegionLink> Create(RegionLinkOptions options, Parts parts);
  ~RegionLink() override;

  // Dials, where it shall, and begins to tick.
  void Start();
  // Closes all streams; nothing is called or dialled any more. Records in the
  // inbox's hands are still decided there.
  void Stop();

  // A stream that the peer dialled, authenticated as its, whose first frame (a
  // Hello, not handled yet) names `lane`. Returns where its events go, from that
  // frame on. The stream is closed when another one wins.
  std::shared_ptr<LinkStreamEvents> OnAccepted(v1::Lane lane, std::shared_ptr<LinkStream> stream);

  // Our journal's head rose: tells dispatch where there is room.
  void OnJournalAdvanced(v1::Lane lane, uint64_t head_offset);
  void OnOwnDirectoryChanged(const v1::SignedDirectory& directory);
  // `interest` but for its position, which is where each lane stands.
  void OnOwnInterestChanged(const v1::LinkInterest& interest);
  // The desk has other notices.
  void OnNoticesChanged();
  // For the desk. False: the lane is not UP, the peer speaks version 1, or it has not
  // taken the last Backfill.
  bool SendFromDesk(v1::Lane lane, v1::LinkFrame frame);
  // A record of the peer that was parked is refused for good: it is told.
  void OnParkedRefused(v1::Lane lane, v1::LinkRefused refused);
  // An operator accepts a retention gap.
  absl::Status AcceptGap(v1::Lane lane);
  // Closes the streams and opens none, nor takes one, until it is unset. May be set
  // before Start.
  void SetPaused(bool paused);
  bool paused() const { return paused_; }
  // See LinkProtocol.
  std::optional<PeerPosition> AdoptableMark(v1::Lane lane) const {
    return at(lane).protocol.AdoptableMark();
  }
  PeerPosition HeldMark(v1::Lane lane) const { return at(lane).protocol.inbound_mark(); }
  // The last offset of the peer's journal, in any lane, that is held here.
  uint64_t HeldThrough() const {
    return std::max(HeldMark(v1::LANE_URGENT).offset, HeldMark(v1::LANE_ROUTINE).offset);
  }
  // Up to where the peer's records are gone that wait for AcceptGap; 0: none do.
  uint64_t GapThrough(v1::Lane lane) const { return at(lane).protocol.inbound_gap_through(); }
  bool PeerMustReconcile(v1::Lane lane) const { return at(lane).protocol.peer_must_reconcile(); }
  bool IsUp(v1::Lane lane) const { return at(lane).protocol.state() == v1::LINK_STATE_UP; }
  // Dials now, where it shall and has no stream.
  void DialNow();
  // The peer is not waited for any more up to there: what it lacks of it may be gone. It
  // is told on each stream until it has gone past that, and takes nothing before its
  // operator has accepted the gap. May be called before Start.
  void SetGap(v1::Lane lane, uint64_t through);

  OutletDemand Demand(v1::Lane lane) const override;
  bool Hand(const OutletRecord& record) override;
  bool Skip(v1::Lane lane, uint64_t after, uint64_t through) override;

  const std::string& peer_region() const { return options_.link.peer_region; }
  v1::LinkStatus Status() const;
  // What the peer wants of ours, and what it can read; empty before it greeted.
  const v1::LinkInterest& PeerInterest(v1::Lane lane) const;
  const v1::LinkHello& PeerHello(v1::Lane lane) const;

 private:
  class StreamEvents;
  enum class Dialler { kUs, kPeer };
  struct Stream {
    uint64_t id = 0;  // 0: none.
    Dialler dialler = Dialler::kUs;
    std::shared_ptr<LinkStream> stream;
    bool heard = false;  // A frame came.
  };
  struct LaneState {
    LaneState(const RegionLinkOptions& options, v1::Lane lane, Random& random)
        : protocol(options.link, lane), backoff(options.backoff, random) {}
    LinkProtocol protocol;
    Backoff backoff;
    bool dial_scheduled = false;
    uint64_t gap_through = 0;  // See SetGap.
    absl::Duration up_since;
    Stream used;  // The one the protocol runs on.
    // One that the peer dialled, while ours is used and was not heard yet.
    Stream waiting;
    std::vector<v1::LinkFrame> waiting_frames;
    absl::Duration waiting_since;
  };

  RegionLink(RegionLinkOptions options, Parts parts);

  LaneState& at(v1::Lane lane) { return lanes_[LaneIndex(lane)]; }
  const LaneState& at(v1::Lane lane) const { return lanes_[LaneIndex(lane)]; }
  LinkTime Now() const;
  // A task that does nothing once the link is gone or stopped.
  void Post(absl::AnyInvocable<void(RegionLink&)> task);
  void PostAfter(absl::Duration delay, absl::AnyInvocable<void(RegionLink&)> task);

  void Tick();
  void Dial(v1::Lane lane);
  void DialLater(v1::Lane lane);
  bool OursWins() const { return options_.link.region < options_.link.peer_region; }
  void Use(v1::Lane lane, Stream stream);
  void UseWaiting(v1::Lane lane);
  void DropWaiting(v1::Lane lane, const absl::Status& status);
  void CloseStreams(const absl::Status& why);
  // The used stream is gone: takes the next one.
  void LoseStream(v1::Lane lane);
  void HandleFrame(v1::Lane lane, uint64_t stream, v1::LinkFrame frame);
  void HandleClosed(v1::Lane lane, uint64_t stream, const absl::Status& status);

  // Does what the protocols want, once per round of the executor, so that what
  // comes in one round shares frames.
  void DrainSoon();
  void Drain();
  void DrainLane(v1::Lane lane);
  void Do(v1::Lane lane, SendFrame& action);
  void Do(v1::Lane lane, DeliverRecord& action);
  void Do(v1::Lane lane, TakeOverDirectory& action);
  void Do(v1::Lane lane, MoveMarkThrough& action);
  void Do(v1::Lane lane, CloseStream& action);
  void Do(v1::Lane lane, RefusedByPeer& action);
  void Do(v1::Lane lane, HandToDesk& action);
  void Do(v1::Lane lane, InterestHeard& action);
  void Do(v1::Lane lane, StateChanged& action);
  void Do(v1::Lane lane, RaiseAlarm& action);
  void OnOutcome(v1::Lane lane, const PeerPosition& where, InboxOutcome outcome);

  const RegionLinkOptions options_;
  Parts parts_;
  std::array<LaneState, 2> lanes_;
  uint64_t last_stream_ = 0;
  bool running_ = false;
  bool paused_ = false;
  bool drain_posted_ = false;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_LINK_REGION_LINK_H_
