#ifndef CORRIDOR_SERVER_DELIVERY_SUBSCRIBER_SESSION_H_
#define CORRIDOR_SERVER_DELIVERY_SUBSCRIBER_SESSION_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "corridor/v1/record.pb.h"
#include "corridor/v1/subscriber.pb.h"
#include "corridor/v1/subscription.pb.h"
#include "server/delivery/cursor_codec.h"
#include "server/delivery/outlet.h"
#include "server/delivery/redelivery_schedule.h"

namespace corridor {

inline constexpr uint32_t kSessionWindowMessagesMax = 10'000;
inline constexpr uint64_t kSessionWindowBytesMax = 64 * 1024 * 1024;
// No lease holds for longer than this after its handing-over, however often extended.
inline constexpr absl::Duration kLeaseMax = absl::Hours(1);
// The longest delay that a client may ask for.
inline constexpr absl::Duration kDeferMax = absl::Minutes(10);
// Dead letters of one subscription.
inline constexpr size_t kDeadLettersMax = 10'000;

// Who takes deliveries and settles them: a session, or one call. Chosen by the caller,
// never twice.
using TakerId = uint64_t;

struct SubscriptionOptions {
  std::string name;           // `subscriptions/<id>`.
  uint64_t tag = 0;           // Tells this subscription from others in leases.
  uint64_t broker_start = 0;  // Random, of this start of the broker.
  absl::Duration ack_timeout = absl::Seconds(60);
  uint32_t unsettled_max = 10'000;
  bool paused = false;
  uint32_t failures_max = 0;  // 0: no limit.
  RedeliveryOptions redelivery;
};

// One handing-over.
struct Lease {
  std::string token;  // Delivery.lease: 29 bytes.
  uint32_t attempt = 1;
  TakerId taker = 0;  // To whom.
};

// Why a delivery is a dead letter.
struct DeadLetterCause {
  v1::DeadLetterReason reason = v1::DEAD_LETTER_REASON_UNSPECIFIED;
  std::string note;
  uint32_t attempts = 0;
};

// What is to be written of a dead letter.
struct DeadLetterChange {
  v1::Lane lane = v1::LANE_UNSPECIFIED;
  uint64_t offset = 0;
  // Absent: it was redriven and settled, and is one no more.
  std::optional<DeadLetterCause> cause;
};

// What is durable of a subscription's state, written together.
struct SubscriptionWrite {
  SubscriptionCursor cursor;
  std::vector<DeadLetterChange> dead_letters;  // In the order of events.
};

// A settlement that is durable, and who asked for it.
struct SettledLease {
  std::string lease;
  TakerId asker = 0;
};

// What Settle found.
struct SettleOutcome {
  // Leases to answer as stale.
  std::vector<std::string> stale;
  // How many were taken as done, rejected, given back for redelivery, and extended.
  size_t acknowledged = 0;
  size_t rejected = 0;
  size_t released = 0;
  size_t extended = 0;
};

// For what a cursor is worth writing.
enum class CursorWriteFor {
  kSettlements,  // Leases wait for their answer.
  kProgress,     // Also when only skipped offsets moved it: from time to time.
};

// The live state of one subscription: what is handed out, what is settled, what
// comes again, and how much each taker can take. It outlives sessions while
// deliveries are unsettled, so that attempts are counted on; only the cursor and the
// dead letters are durable.
//
//   cursor_offset: everything up to here was looked at, and is
//     settled | leased to a taker | waiting to be handed over again
//
// A dead letter counts as settled. One that is redriven is unsettled once more, above a
// cursor that has settled it.
//
// A pure state machine: no clock, no thread, no I/O. Times are monotonic
// (Clock::Steady) and never go back. Not thread-safe; lives on one executor.
class SubscriptionState {
 public:
  // Goes on where `cursor` says.
  SubscriptionState(SubscriptionOptions options, SubscriptionCursor cursor);

  // New values after UpdateSubscription. Running leases keep their timeouts.
  void SetLimits(absl::Duration ack_timeout, uint32_t unsettled_max, uint32_t failures_max);
  // While paused nothing is handed over, anew or again; leases run on.
  void SetPaused(bool paused) { options_.paused = paused; }

  // --- Takers: how much they can take ---------------------------------------

  // How much may be leased at once in `lane` to `taker`: a level; the newest holds.
  // Values above the protocol's bounds are cut to them. 0 messages pause the lane.
  void SetWindow(TakerId taker, v1::Lane lane, uint32_t messages, uint64_t bytes);

  // A session is over: its windows are 0, its leases end, and what they held is ready to
  // be handed over again at once, to whoever takes next.
  void SessionEnded(TakerId taker);
  // A call was answered: its windows are 0, its leases run on.
  void CallAnswered(TakerId taker);

  // --- Handing over ---------------------------------------------------------

  // How much of `lane` could be taken now by all, and from where. Nothing while
  // something ready to come again has not been handed over first. The last
  // eighth of `unsettled_max` is kept for the urgent lane.
  OutletDemand Demand(v1::Lane lane) const;
  bool WantsMore(v1::Lane lane) const { return Demand(lane).wants(); }
  // Everything up to here was looked at; the next read goes on behind it.
  uint64_t NextAfter(v1::Lane lane) const { return state(lane).cursor_offset; }
  // True when `offset` was settled before: it is to be skipped. Such lie behind
  // the cursor only after a restart.
  bool IsSettled(v1::Lane lane, uint64_t offset) const;
  // Whether a delivery of `bytes` fits somebody's window now; one always fits an empty
  // window. Where it does not, Demand is nothing until there is more room.
  bool Fits(v1::Lane lane, size_t bytes);

  // Leases `offset` to the taker with the most room. It is either the next of its lane (what
  // lies between the cursor and it is no record of this lane), or one that
  // DueForRedelivery named. REQUIRES: Fits(lane, bytes); for a new one
  // WantsMore(lane) and !IsSettled(lane, offset).
  Lease Hand(v1::Lane lane, uint64_t offset, size_t bytes, absl::Duration now);

  // Not for this subscription, or superseded by a higher revision: settled.
  // Either one that DueForRedelivery named, or one behind the cursor. Nothing
  // when it was settled before.
  void Skip(v1::Lane lane, uint64_t offset);
  // The same for everything between the cursor and `through`.
  void SkipThrough(v1::Lane lane, uint64_t through);

  // --- Handing over again ---------------------------------------------------

  // Ends leases that have run out; they come again after a delay that grows
  // with each attempt, or are dead letters when that was their last failure.
  void AdvanceTo(absl::Duration now);

  // What is to be handed over again now, the urgent lane first, then in the
  // order of the lane; at most what the windows have room for, by count, and none that
  // did not fit by bytes until there is more room. For
  // each, call Hand when it fits and may still be had, Skip when it is
  // superseded or may no longer be had.
  std::vector<std::pair<v1::Lane, uint64_t>> DueForRedelivery() const;

  // When AdvanceTo has something to do next.
  std::optional<absl::Duration> NextEvent() const;

  // --- Dead letters ---------------------------------------------------------

  // How many there are, by who keeps them. What this state adds and removes it counts.
  void SetDeadLetters(size_t count) { dead_letters_ = count; }
  // Hands a dead letter over again, of which `attempts` were made. Nothing when it is not
  // settled: then it comes again by itself.
  void Redrive(v1::Lane lane, uint64_t offset, uint32_t attempts);
  // A redriven one is no longer wanted. Nothing when it is not redriven.
  void Discard(v1::Lane lane, uint64_t offset);

  // --- Settling -------------------------------------------------------------

  // Takes what `asker` says became of deliveries, whoever they were handed to. What it
  // acknowledged or rejected is never handed over again by this state, but is answered
  // only once a write that holds it is durable. What it deferred comes again after the
  // delay it named, kDeferMax at most. A lease it extended holds for the ack timeout
  // from `now`, up to kLeaseMax after its handing-over. A lease that was settled,
  // released, has run out or is of another start, subscription or ended session is stale;
  // so is one that was rejected when there are kDeadLettersMax dead letters: it comes
  // again after the longest redelivery delay.
  SettleOutcome Settle(TakerId asker, const v1::Settlement& settlement, absl::Duration now);

  // What to write now, if it is worth it. At most one write is out at a time: nothing
  // until Written or WriteFailed. So settlements that come during a write share the next
  // one.
  std::optional<SubscriptionWrite> TakeWrite(CursorWriteFor purpose);

  // The write is durable. Returns the leases to answer as settled.
  std::vector<SettledLease> Written();
  // The write is not; the next TakeWrite gives it again.
  void WriteFailed();

  // --- Figures --------------------------------------------------------------

  // What the journal knows of one lane.
  struct LaneFigures {
    uint64_t head_offset = 0;
    uint64_t backlog = 0;
  };
  // How it stands. `figures` by LaneIndex.
  v1::SubscriptionStatus Status(const std::array<LaneFigures, 2>& figures, uint32_t sessions) const;
  // Leased, or waiting to be handed over again.
  size_t unsettled() const;
  // Leased now in `lane`, to all and to one.
  uint32_t leased(v1::Lane lane) const;
  uint32_t leased(TakerId taker, v1::Lane lane) const;
  uint64_t leased_bytes(TakerId taker, v1::Lane lane) const;
  const SubscriptionCursor& cursor() const { return cursor_; }
  // True when nothing but the cursor is worth keeping.
  bool idle() const {
    return unsettled() == 0 && waiting_for_write_.empty() && dead_letter_changes_.empty() &&
           !write_out_;
  }

 private:
  struct Unsettled {
    uint32_t attempt = 0;
    uint32_t failures = 0;
    bool redriven = false;
    bool leased = false;
    TakerId taker = 0;
    size_t bytes = 0;
    absl::Duration lease_ends;
    absl::Duration lease_ends_max;
  };
  // Of one taker in one lane.
  struct Window {
    uint32_t messages = 0;
    uint64_t bytes = 0;
    bool no_room = false;  // For the next delivery, until a lease ends.
    uint32_t leased = 0;
    uint64_t leased_bytes = 0;

    uint32_t room() const { return messages - std::min(messages, leased); }
    bool Fits(size_t more) const {
      return room() > 0 && (leased == 0 || leased_bytes + more <= bytes);
    }
  };
  using Windows = std::array<Window, 2>;  // By LaneIndex.
  struct LaneState {
    uint64_t cursor_offset = 0;
    std::map<uint64_t, Unsettled> unsettled;
    RedeliverySchedule redelivery;
  };
  struct LeaseName {
    v1::Lane lane;
    uint64_t offset;
    uint32_t attempt;
  };

  LaneState& state(v1::Lane lane) { return lanes_[LaneIndex(lane)]; }
  const LaneState& state(v1::Lane lane) const { return lanes_[LaneIndex(lane)]; }
  size_t UnsettledRoom(v1::Lane lane) const;
  // The taker with the most room for a delivery of `bytes`; end when it fits nobody.
  std::map<TakerId, Windows>::iterator TakerFor(v1::Lane lane, size_t bytes);
  void CloseWindows(TakerId taker);
  void ForgetIfDone(TakerId taker);
  void Look(v1::Lane lane, uint64_t through);
  void EndLease(v1::Lane lane, uint64_t offset, Unsettled& unsettled, absl::Duration due);
  // The delivery came to nothing: it comes again at `due`, or is a dead letter.
  void Fail(v1::Lane lane, uint64_t offset, Unsettled& unsettled, absl::Duration due);
  // False when there are too many dead letters: it comes again much later.
  bool MakeDeadLetter(v1::Lane lane, uint64_t offset, Unsettled& unsettled, DeadLetterCause cause,
                      absl::Duration now);
  void Extend(const LeaseName& lease, absl::Duration now);
  v1::DeliveryState DeliveryStateOf(const std::array<LaneFigures, 2>& figures,
                                    uint32_t sessions) const;
  void Forget(v1::Lane lane, uint64_t offset);
  std::string TokenOf(v1::Lane lane, uint64_t offset, uint32_t attempt) const;
  std::optional<LeaseName> LiveLease(std::string_view token) const;

  SubscriptionOptions options_;
  SubscriptionCursor cursor_;
  std::array<uint64_t, 2> durable_floor_;
  std::array<LaneState, 2> lanes_;
  std::map<TakerId, Windows> takers_;
  std::set<std::tuple<absl::Duration, v1::Lane, uint64_t>> lease_ends_;
  size_t dead_letters_ = 0;
  bool cursor_changed_ = false;
  // Not yet in a write.
  std::vector<SettledLease> waiting_for_write_;
  std::vector<DeadLetterChange> dead_letter_changes_;
  std::optional<SubscriptionWrite> write_out_;
  std::vector<SettledLease> in_write_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_DELIVERY_SUBSCRIBER_SESSION_H_
