// One subscription, rule by rule: how much is handed out, what a lease is worth,
// what comes again and when, and what may be confirmed.

#include "server/delivery/subscriber_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace corridor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr v1::Lane kUrgent = v1::LANE_URGENT;
constexpr v1::Lane kRoutine = v1::LANE_ROUTINE;
constexpr absl::Duration kStart = absl::ZeroDuration();
constexpr TakerId kDesk = 1;
constexpr TakerId kOther = 2;

SubscriptionOptions Options() {
  return {.name = "subscriptions/desk",
          .tag = 3,
          .broker_start = 77,
          .ack_timeout = absl::Seconds(60),
          .unsettled_max = 100};
}

SubscriptionCursor At(uint64_t urgent, uint64_t routine) {
  SubscriptionCursor cursor;
  cursor.epoch = 5;
  cursor.lane(kUrgent) = LaneCursor(urgent);
  cursor.lane(kRoutine) = LaneCursor(routine);
  return cursor;
}

v1::Settlement Acknowledge(const std::string& lease) {
  v1::Settlement settlement;
  settlement.add_acknowledged(lease);
  return settlement;
}

v1::Settlement Release(const std::string& lease) {
  v1::Settlement settlement;
  settlement.add_released(lease);
  return settlement;
}

v1::Settlement Defer(const std::string& lease, uint32_t delay_ms) {
  v1::Settlement settlement;
  settlement.add_deferred()->set_lease(lease);
  settlement.mutable_deferred(0)->set_delay_ms(delay_ms);
  return settlement;
}

v1::Settlement Extend(const std::string& lease) {
  v1::Settlement settlement;
  settlement.add_extended(lease);
  return settlement;
}

v1::Settlement Reject(const std::string& lease, const std::string& note) {
  v1::Settlement settlement;
  settlement.add_rejected()->set_lease(lease);
  settlement.mutable_rejected(0)->set_note(note);
  return settlement;
}

std::vector<std::string> Leases(const std::vector<SettledLease>& settled) {
  std::vector<std::string> leases;
  for (const SettledLease& each : settled) leases.push_back(each.lease);
  return leases;
}

class SubscriptionStateTest : public ::testing::Test {
 protected:
  SubscriptionStateTest() : state_(Options(), At(0, 0)) {
    state_.SetWindow(kDesk, kUrgent, 10, 1000);
    state_.SetWindow(kDesk, kRoutine, 10, 1000);
  }

  SubscriptionState state_;
};

TEST_F(SubscriptionStateTest, NothingIsWantedBeforeAWindowIsStated) {
  SubscriptionState state(Options(), At(0, 4));
  EXPECT_FALSE(state.WantsMore(kRoutine));
  state.SetWindow(kDesk, kRoutine, 3, 100);
  EXPECT_FALSE(state.WantsMore(kUrgent));
  EXPECT_EQ(state.Demand(kRoutine).after, 4u);
  EXPECT_EQ(state.Demand(kRoutine).records, 3u);
  EXPECT_EQ(state.Demand(kRoutine).bytes, 100u);
}

TEST_F(SubscriptionStateTest, TheWindowIsALevelAndMayShrink) {
  state_.Hand(kRoutine, 1, 10, kStart);
  state_.Hand(kRoutine, 2, 10, kStart);
  state_.SetWindow(kDesk, kRoutine, 2, 1000);
  EXPECT_FALSE(state_.WantsMore(kRoutine));
  EXPECT_FALSE(state_.Fits(kRoutine, 1));
  state_.SetWindow(kDesk, kRoutine, 3, 1000);
  EXPECT_EQ(state_.Demand(kRoutine).records, 1u);
  state_.SetWindow(kDesk, kRoutine, 0, 1000);
  EXPECT_FALSE(state_.WantsMore(kRoutine));
}

TEST_F(SubscriptionStateTest, WindowsBeyondTheProtocolAreCut) {
  SubscriptionOptions options = Options();
  options.unsettled_max = 100'000;
  SubscriptionState state(options, At(0, 0));
  state.SetWindow(kDesk, kUrgent, 4'000'000'000, ~uint64_t{0});
  EXPECT_EQ(state.Demand(kUrgent).records, kSessionWindowMessagesMax);
  EXPECT_EQ(state.Demand(kUrgent).bytes, kSessionWindowBytesMax);
}

TEST_F(SubscriptionStateTest, OneDeliveryAlwaysFitsHoweverLarge) {
  EXPECT_TRUE(state_.Fits(kRoutine, 5000));
  const Lease lease = state_.Hand(kRoutine, 1, 5000, kStart);
  EXPECT_FALSE(state_.Fits(kRoutine, 1));
  EXPECT_FALSE(state_.WantsMore(kRoutine));
  state_.Settle(kDesk, Acknowledge(lease.token), kStart);
  EXPECT_TRUE(state_.WantsMore(kRoutine));
}

// Dispatch asks again at once where there is room, so there must seem to be none
// while the next record is too large for what is left.
TEST_F(SubscriptionStateTest, NothingIsWantedWhileTheNextOneDoesNotFit) {
  const Lease lease = state_.Hand(kRoutine, 1, 600, kStart);
  EXPECT_TRUE(state_.WantsMore(kRoutine));
  EXPECT_FALSE(state_.Fits(kRoutine, 500));
  EXPECT_FALSE(state_.WantsMore(kRoutine));
  state_.Settle(kDesk, Acknowledge(lease.token), kStart);
  EXPECT_TRUE(state_.WantsMore(kRoutine));
  EXPECT_TRUE(state_.Fits(kRoutine, 500));
}

TEST_F(SubscriptionStateTest, UnsettledDeliveriesAreBoundedAndTheUrgentLaneHasTheLastEighth) {
  state_.SetLimits(absl::Seconds(60), 16, 0);
  state_.SetWindow(kDesk, kRoutine, 100, 1000);
  state_.SetWindow(kDesk, kUrgent, 100, 1000);
  EXPECT_EQ(state_.Demand(kRoutine).records, 14u);
  for (uint64_t offset = 1; offset <= 14; ++offset) state_.Hand(kRoutine, offset, 1, kStart);
  EXPECT_FALSE(state_.WantsMore(kRoutine));
  EXPECT_EQ(state_.Demand(kUrgent).records, 2u);
  state_.Hand(kUrgent, 15, 1, kStart);
  state_.Hand(kUrgent, 16, 1, kStart);
  EXPECT_FALSE(state_.WantsMore(kUrgent));
}

TEST_F(SubscriptionStateTest, SkippedAndSettledMoveTheCursor) {
  state_.SkipThrough(kRoutine, 5);
  EXPECT_EQ(state_.NextAfter(kRoutine), 5u);
  // Offsets 6 and 7 belong to the other lane.
  const Lease lease = state_.Hand(kRoutine, 8, 10, kStart);
  EXPECT_EQ(state_.NextAfter(kRoutine), 8u);
  state_.Skip(kRoutine, 9);
  EXPECT_EQ(state_.cursor().lane(kRoutine).floor(), 7u);
  state_.Settle(kDesk, Acknowledge(lease.token), kStart);
  EXPECT_EQ(state_.cursor().lane(kRoutine).floor(), 9u);
  EXPECT_EQ(state_.cursor().lane(kUrgent).floor(), 0u);
}

TEST_F(SubscriptionStateTest, ALeaseIsOpaqueShortAndUnique) {
  const Lease first = state_.Hand(kRoutine, 1, 10, kStart);
  const Lease second = state_.Hand(kUrgent, 2, 10, kStart);
  EXPECT_LE(first.token.size(), 64u);
  EXPECT_NE(first.token, second.token);
  EXPECT_EQ(first.attempt, 1u);
}

TEST_F(SubscriptionStateTest, ASettlementIsConfirmedOnlyAfterItsWrite) {
  const Lease lease = state_.Hand(kRoutine, 1, 10, kStart);
  const SettleOutcome outcome = state_.Settle(kDesk, Acknowledge(lease.token), kStart);
  EXPECT_EQ(outcome.acknowledged, 1u);
  EXPECT_THAT(outcome.stale, IsEmpty());
  EXPECT_EQ(state_.Status({}, 1).lanes(1).settled_offset(), 0u);
  const auto write = state_.TakeWrite(CursorWriteFor::kSettlements);
  ASSERT_TRUE(write.has_value());
  EXPECT_EQ(write->cursor.epoch, 5u);
  EXPECT_EQ(write->cursor.lane(kRoutine).floor(), 1u);
  EXPECT_FALSE(state_.idle());
  EXPECT_THAT(Leases(state_.Written()), ElementsAre(lease.token));
  EXPECT_EQ(state_.Status({}, 1).lanes(1).settled_offset(), 1u);
  EXPECT_TRUE(state_.idle());
}

TEST_F(SubscriptionStateTest, SettlementsDuringAWriteShareTheNextOne) {
  const Lease one = state_.Hand(kRoutine, 1, 10, kStart);
  const Lease two = state_.Hand(kRoutine, 2, 10, kStart);
  const Lease three = state_.Hand(kRoutine, 3, 10, kStart);
  state_.Settle(kDesk, Acknowledge(one.token), kStart);
  ASSERT_TRUE(state_.TakeWrite(CursorWriteFor::kSettlements).has_value());
  state_.Settle(kDesk, Acknowledge(three.token), kStart);
  state_.Settle(kDesk, Acknowledge(two.token), kStart);
  EXPECT_FALSE(state_.TakeWrite(CursorWriteFor::kSettlements).has_value());
  EXPECT_THAT(Leases(state_.Written()), ElementsAre(one.token));
  const auto write = state_.TakeWrite(CursorWriteFor::kSettlements);
  ASSERT_TRUE(write.has_value());
  EXPECT_EQ(write->cursor.lane(kRoutine).floor(), 3u);
  EXPECT_THAT(Leases(state_.Written()), ElementsAre(three.token, two.token));
}

TEST_F(SubscriptionStateTest, AFailedWriteIsGivenAgain) {
  const Lease one = state_.Hand(kRoutine, 1, 10, kStart);
  const Lease two = state_.Hand(kRoutine, 2, 10, kStart);
  state_.Settle(kDesk, Acknowledge(one.token), kStart);
  ASSERT_TRUE(state_.TakeWrite(CursorWriteFor::kSettlements).has_value());
  state_.Settle(kDesk, Acknowledge(two.token), kStart);
  state_.WriteFailed();
  const auto write = state_.TakeWrite(CursorWriteFor::kSettlements);
  ASSERT_TRUE(write.has_value());
  EXPECT_EQ(write->cursor.lane(kRoutine).floor(), 2u);
  EXPECT_THAT(Leases(state_.Written()), ElementsAre(one.token, two.token));
}

TEST_F(SubscriptionStateTest, SkippedOffsetsAloneAreWrittenLazily) {
  state_.SkipThrough(kRoutine, 5);
  EXPECT_FALSE(state_.TakeWrite(CursorWriteFor::kSettlements).has_value());
  const auto write = state_.TakeWrite(CursorWriteFor::kProgress);
  ASSERT_TRUE(write.has_value());
  EXPECT_EQ(write->cursor.lane(kRoutine).floor(), 5u);
  EXPECT_THAT(Leases(state_.Written()), IsEmpty());
  EXPECT_FALSE(state_.TakeWrite(CursorWriteFor::kProgress).has_value());
}

TEST_F(SubscriptionStateTest, StaleLeasesAreNamed) {
  const Lease lease = state_.Hand(kRoutine, 1, 10, kStart);
  state_.Settle(kDesk, Acknowledge(lease.token), kStart);
  // Settled twice, with anything.
  EXPECT_THAT(state_.Settle(kDesk, Acknowledge(lease.token), kStart).stale,
              ElementsAre(lease.token));
  EXPECT_THAT(state_.Settle(kDesk, Release(lease.token), kStart).stale, ElementsAre(lease.token));
  // Never given.
  EXPECT_THAT(state_.Settle(kDesk, Acknowledge("nonsense"), kStart).stale, ElementsAre("nonsense"));
  EXPECT_THAT(state_.Settle(kDesk, Acknowledge(""), kStart).stale, ElementsAre(""));
}

TEST_F(SubscriptionStateTest, LeasesOfAnotherStartSubscriptionLaneOrAttemptAreStale) {
  const Lease lease = state_.Hand(kRoutine, 1, 10, kStart);
  for (size_t byte = 0; byte < lease.token.size(); ++byte) {
    std::string other = lease.token;
    other[byte] = static_cast<char>(other[byte] + 1);
    EXPECT_THAT(state_.Settle(kDesk, Acknowledge(other), kStart).stale, ElementsAre(other)) << byte;
  }
  EXPECT_THAT(state_.Settle(kDesk, Acknowledge(lease.token), kStart).stale, IsEmpty());
}

TEST_F(SubscriptionStateTest, ALeaseThatRanOutComesAgainLaterEachTime) {
  absl::Duration now = kStart;
  Lease lease = state_.Hand(kRoutine, 1, 10, now);
  for (const int delay_s : {1, 2, 4, 8}) {
    EXPECT_EQ(state_.NextEvent(), now + absl::Seconds(60));
    now += absl::Seconds(60);
    // At the very moment it ends, it is too late.
    EXPECT_THAT(state_.Settle(kDesk, Acknowledge(lease.token), now).stale,
                ElementsAre(lease.token));
    EXPECT_EQ(state_.leased(kRoutine), 0u);
    EXPECT_THAT(state_.DueForRedelivery(), IsEmpty());
    EXPECT_EQ(state_.NextEvent(), now + absl::Seconds(delay_s));
    now += absl::Seconds(delay_s);
    state_.AdvanceTo(now);
    ASSERT_THAT(state_.DueForRedelivery(), ElementsAre(Pair(kRoutine, 1)));
    const Lease next = state_.Hand(kRoutine, 1, 10, now);
    EXPECT_EQ(next.attempt, lease.attempt + 1);
    EXPECT_NE(next.token, lease.token);
    lease = next;
  }
  // The lease before is stale, the present one holds.
  EXPECT_EQ(state_.Settle(kDesk, Acknowledge(lease.token), now).acknowledged, 1u);
}

TEST_F(SubscriptionStateTest, WhatIsReleasedComesAgainAfterADelay) {
  const Lease lease = state_.Hand(kRoutine, 1, 10, kStart);
  EXPECT_EQ(state_.Settle(kDesk, Release(lease.token), kStart).released, 1u);
  EXPECT_FALSE(state_.TakeWrite(CursorWriteFor::kSettlements).has_value());
  EXPECT_THAT(state_.DueForRedelivery(), IsEmpty());
  EXPECT_TRUE(state_.WantsMore(kRoutine));
  state_.AdvanceTo(absl::Seconds(1));
  EXPECT_THAT(state_.DueForRedelivery(), ElementsAre(Pair(kRoutine, 1)));
}

TEST_F(SubscriptionStateTest, WhatIsDueAgainGoesBeforeWhatIsNewInItsLane) {
  const Lease lease = state_.Hand(kRoutine, 1, 10, kStart);
  state_.Settle(kDesk, Release(lease.token), kStart);
  state_.AdvanceTo(absl::Seconds(1));
  EXPECT_FALSE(state_.WantsMore(kRoutine));
  EXPECT_TRUE(state_.WantsMore(kUrgent));
  state_.Hand(kRoutine, 1, 10, absl::Seconds(1));
  EXPECT_TRUE(state_.WantsMore(kRoutine));
}

TEST_F(SubscriptionStateTest, TheUrgentLaneComesAgainFirst) {
  v1::Settlement settlement;
  settlement.add_released(state_.Hand(kRoutine, 1, 10, kStart).token);
  settlement.add_released(state_.Hand(kRoutine, 2, 10, kStart).token);
  settlement.add_released(state_.Hand(kUrgent, 3, 10, kStart).token);
  state_.Settle(kDesk, settlement, kStart);
  state_.AdvanceTo(absl::Seconds(1));
  EXPECT_THAT(state_.DueForRedelivery(),
              ElementsAre(Pair(kUrgent, 3), Pair(kRoutine, 1), Pair(kRoutine, 2)));
  state_.SetWindow(kDesk, kRoutine, 1, 1000);
  EXPECT_THAT(state_.DueForRedelivery(), ElementsAre(Pair(kUrgent, 3), Pair(kRoutine, 1)));
}

// P3: a higher revision went out meanwhile.
TEST_F(SubscriptionStateTest, WhatIsSupersededIsPassedOverWhenItWouldComeAgain) {
  const Lease lease = state_.Hand(kRoutine, 1, 10, kStart);
  state_.Settle(kDesk, Release(lease.token), kStart);
  state_.AdvanceTo(absl::Seconds(1));
  state_.Skip(kRoutine, 1);
  EXPECT_THAT(state_.DueForRedelivery(), IsEmpty());
  EXPECT_EQ(state_.unsettled(), 0u);
  EXPECT_EQ(state_.cursor().lane(kRoutine).floor(), 1u);
}

TEST_F(SubscriptionStateTest, WhenTheSessionEndsItsLeasesEndAndComeAgainAtOnce) {
  const Lease lease = state_.Hand(kRoutine, 1, 10, kStart);
  const Lease released = state_.Hand(kRoutine, 2, 10, kStart);
  state_.Settle(kDesk, Release(released.token), kStart);
  state_.SessionEnded(kDesk);
  EXPECT_EQ(state_.leased(kRoutine), 0u);
  EXPECT_EQ(state_.unsettled(), 2u);
  EXPECT_FALSE(state_.WantsMore(kRoutine));
  EXPECT_THAT(state_.DueForRedelivery(), IsEmpty()) << "no window, nothing to hand over";
  // Another session attaches.
  state_.SetWindow(kDesk, kRoutine, 5, 1000);
  ASSERT_THAT(state_.DueForRedelivery(), ElementsAre(Pair(kRoutine, 1)));
  EXPECT_THAT(state_.Settle(kDesk, Acknowledge(lease.token), kStart).stale,
              ElementsAre(lease.token));
  EXPECT_EQ(state_.Hand(kRoutine, 1, 10, kStart).attempt, 2u);
}

TEST_F(SubscriptionStateTest, ARestartGoesOnFromTheCursorAndPassesOverWhatWasSettled) {
  state_.Hand(kRoutine, 1, 10, kStart);
  const Lease two = state_.Hand(kRoutine, 2, 10, kStart);
  state_.Hand(kRoutine, 3, 10, kStart);
  const Lease four = state_.Hand(kRoutine, 4, 10, kStart);
  state_.Settle(kDesk, Acknowledge(two.token), kStart);
  state_.Settle(kDesk, Acknowledge(four.token), kStart);
  const auto stored = state_.TakeWrite(CursorWriteFor::kSettlements);

  SubscriptionOptions options = Options();
  options.broker_start = 78;
  SubscriptionState after(options, stored->cursor);
  after.SetWindow(kDesk, kRoutine, 10, 1000);
  EXPECT_EQ(after.NextAfter(kRoutine), 0u);
  EXPECT_FALSE(after.IsSettled(kRoutine, 1));
  EXPECT_TRUE(after.IsSettled(kRoutine, 2));
  EXPECT_FALSE(after.IsSettled(kRoutine, 3));
  EXPECT_EQ(after.Hand(kRoutine, 1, 10, kStart).attempt, 1u);
  EXPECT_EQ(after.NextAfter(kRoutine), 2u);
  after.Skip(kRoutine, 2);  // Read in the same batch: nothing happens.
  after.Hand(kRoutine, 3, 10, kStart);
  EXPECT_EQ(after.NextAfter(kRoutine), 4u);
  EXPECT_THAT(after.Settle(kDesk, Acknowledge(two.token), kStart).stale, ElementsAre(two.token));
}

TEST_F(SubscriptionStateTest, WhatIsDeferredComesAgainWhenTheClientSaid) {
  const Lease lease = state_.Hand(kRoutine, 1, 10, kStart);
  EXPECT_EQ(state_.Settle(kDesk, Defer(lease.token, 90'000), kStart).released, 1u);
  EXPECT_EQ(state_.leased(kRoutine), 0u);
  state_.AdvanceTo(absl::Seconds(89));
  EXPECT_THAT(state_.DueForRedelivery(), IsEmpty());
  state_.AdvanceTo(absl::Seconds(90));
  EXPECT_THAT(state_.DueForRedelivery(), ElementsAre(Pair(kRoutine, 1)));
  EXPECT_THAT(state_.Settle(kDesk, Defer(lease.token, 0), absl::Seconds(90)).stale,
              ElementsAre(lease.token));
}

TEST_F(SubscriptionStateTest, AnExtendedLeaseHoldsOnAndCanBeSettled) {
  const Lease lease = state_.Hand(kRoutine, 1, 10, kStart);
  EXPECT_EQ(state_.Settle(kDesk, Extend(lease.token), absl::Seconds(50)).extended, 1u);
  state_.AdvanceTo(absl::Seconds(109));
  EXPECT_EQ(state_.leased(kRoutine), 1u);
  EXPECT_EQ(state_.NextEvent(), absl::Seconds(110));
  EXPECT_EQ(state_.Settle(kDesk, Acknowledge(lease.token), absl::Seconds(109)).acknowledged, 1u);
}

TEST_F(SubscriptionStateTest, NoLeaseIsExtendedBeyondTheCapOrOnceItHasRunOut) {
  const Lease lease = state_.Hand(kRoutine, 1, 10, kStart);
  for (absl::Duration now = absl::Seconds(50); now < kLeaseMax; now += absl::Seconds(50)) {
    ASSERT_EQ(state_.Settle(kDesk, Extend(lease.token), now).extended, 1u);
  }
  EXPECT_EQ(state_.NextEvent(), kLeaseMax);
  EXPECT_THAT(state_.Settle(kDesk, Extend(lease.token), kLeaseMax).stale, ElementsAre(lease.token));
  EXPECT_EQ(state_.leased(kRoutine), 0u);
}

// A shorter ack timeout that came meanwhile must not take away what was promised.
TEST_F(SubscriptionStateTest, AnExtensionNeverShortensALease) {
  const Lease lease = state_.Hand(kRoutine, 1, 10, kStart);
  state_.SetLimits(absl::Seconds(10), 100, 0);
  state_.Settle(kDesk, Extend(lease.token), absl::Seconds(1));
  EXPECT_EQ(state_.NextEvent(), absl::Seconds(60));
}

TEST_F(SubscriptionStateTest, WhilePausedNothingIsHandedOverButWhatIsHeldCanBeSettled) {
  const Lease one = state_.Hand(kRoutine, 1, 10, kStart);
  const Lease two = state_.Hand(kRoutine, 2, 10, kStart);
  state_.SetPaused(true);
  EXPECT_FALSE(state_.WantsMore(kRoutine));
  EXPECT_EQ(state_.Settle(kDesk, Acknowledge(one.token), kStart).acknowledged, 1u);
  EXPECT_EQ(state_.Settle(kDesk, Defer(two.token, 0), kStart).released, 1u);
  state_.AdvanceTo(absl::Seconds(1));
  EXPECT_THAT(state_.DueForRedelivery(), IsEmpty());
  state_.SetPaused(false);
  EXPECT_THAT(state_.DueForRedelivery(), ElementsAre(Pair(kRoutine, 2)));
}

TEST_F(SubscriptionStateTest, TheDeliveryStateSaysWhatDeliveriesWaitFor) {
  const auto with_head = [this](uint64_t head, uint32_t sessions = 1) {
    return state_.Status({{{}, {.head_offset = head}}}, sessions).delivery_state();
  };
  state_.SetLimits(absl::Seconds(60), 4, 0);
  EXPECT_EQ(with_head(0), v1::DELIVERY_STATE_CURRENT);
  EXPECT_EQ(with_head(9), v1::DELIVERY_STATE_FLOWING);
  EXPECT_EQ(with_head(9, 0), v1::DELIVERY_STATE_DETACHED);
  state_.SetWindow(kDesk, kRoutine, 0, 1000);
  EXPECT_EQ(with_head(9), v1::DELIVERY_STATE_WINDOW_FULL);
  EXPECT_EQ(with_head(0), v1::DELIVERY_STATE_CURRENT);
  state_.SetWindow(kDesk, kRoutine, 10, 1000);
  for (uint64_t offset = 1; offset <= 4; ++offset) state_.Hand(kRoutine, offset, 10, kStart);
  EXPECT_EQ(with_head(9), v1::DELIVERY_STATE_UNSETTLED_MAX);
  state_.SetPaused(true);
  EXPECT_EQ(with_head(9), v1::DELIVERY_STATE_PAUSED);
}

TEST_F(SubscriptionStateTest, StatusSaysHowItStands) {
  state_.SkipThrough(kRoutine, 5);
  state_.Hand(kRoutine, 7, 10, kStart);
  const v1::SubscriptionStatus status =
      state_.Status({{{.head_offset = 20, .backlog = 2}, {.head_offset = 19, .backlog = 12}}}, 1);
  EXPECT_EQ(status.name(), "subscriptions/desk");
  EXPECT_EQ(status.unsettled(), 1u);
  EXPECT_EQ(status.sessions(), 1u);
  ASSERT_EQ(status.lanes_size(), 2);
  EXPECT_EQ(status.lanes(0).lane(), kUrgent);
  EXPECT_EQ(status.lanes(0).head_offset(), 20u);
  EXPECT_EQ(status.lanes(1).lane(), kRoutine);
  EXPECT_EQ(status.lanes(1).settled_offset(), 0u) << "nothing of it is durable yet";
  EXPECT_EQ(status.lanes(1).cursor_offset(), 7u);
  EXPECT_EQ(status.lanes(1).head_offset(), 19u);
  EXPECT_EQ(status.lanes(1).backlog(), 12u);
}

// A dead letter is settled, written with the cursor, and answered when both are durable.
TEST_F(SubscriptionStateTest, WhatIsRejectedIsADeadLetterWithItsReason) {
  const Lease lease = state_.Hand(kRoutine, 1, 10, kStart);
  EXPECT_EQ(state_.Settle(kDesk, Reject(lease.token, "no such table"), kStart).rejected, 1u);
  const auto write = state_.TakeWrite(CursorWriteFor::kSettlements);
  ASSERT_TRUE(write.has_value());
  EXPECT_EQ(write->cursor.lane(kRoutine).floor(), 1u);
  ASSERT_EQ(write->dead_letters.size(), 1u);
  EXPECT_EQ(write->dead_letters[0].offset, 1u);
  EXPECT_EQ(write->dead_letters[0].cause->reason, v1::DEAD_LETTER_REASON_REJECTED);
  EXPECT_EQ(write->dead_letters[0].cause->note, "no such table");
  EXPECT_EQ(write->dead_letters[0].cause->attempts, 1u);
  EXPECT_THAT(Leases(state_.Written()), ElementsAre(lease.token));
  EXPECT_EQ(state_.Status({}, 1).dead_letters(), 1u);
  EXPECT_TRUE(state_.idle());
}

TEST_F(SubscriptionStateTest, ALostWriteGivesItsDeadLettersAgainBeforeLaterOnes) {
  const Lease one = state_.Hand(kRoutine, 1, 10, kStart);
  const Lease two = state_.Hand(kRoutine, 2, 10, kStart);
  state_.Settle(kDesk, Reject(one.token, ""), kStart);
  ASSERT_TRUE(state_.TakeWrite(CursorWriteFor::kSettlements).has_value());
  state_.Settle(kDesk, Reject(two.token, ""), kStart);
  state_.WriteFailed();
  const auto write = state_.TakeWrite(CursorWriteFor::kSettlements);
  ASSERT_EQ(write->dead_letters.size(), 2u);
  EXPECT_EQ(write->dead_letters[0].offset, 1u);
  EXPECT_EQ(write->dead_letters[1].offset, 2u);
}

// Released and run out count; deferred and a lost session do not.
TEST_F(SubscriptionStateTest, WhatComesToNothingTooOftenIsADeadLetter) {
  state_.SetLimits(absl::Seconds(60), 100, 2);
  absl::Duration now = kStart;
  const auto hand_again = [&] {
    now += absl::Minutes(20);
    state_.AdvanceTo(now);
    EXPECT_THAT(state_.DueForRedelivery(), ElementsAre(Pair(kRoutine, 1u)));
    return state_.Hand(kRoutine, 1, 10, now);
  };
  Lease lease = state_.Hand(kRoutine, 1, 10, now);
  state_.Settle(kDesk, Defer(lease.token, 10), now);
  lease = hand_again();
  state_.SessionEnded(kDesk);
  state_.SetWindow(kDesk, kRoutine, 10, 1000);
  hand_again();
  lease = hand_again();  // One ran out meanwhile.
  EXPECT_FALSE(state_.TakeWrite(CursorWriteFor::kSettlements).has_value());
  state_.Settle(kDesk, Release(lease.token), now);
  const auto write = state_.TakeWrite(CursorWriteFor::kSettlements);
  ASSERT_TRUE(write.has_value());
  ASSERT_EQ(write->dead_letters.size(), 1u);
  EXPECT_EQ(write->dead_letters[0].cause->reason, v1::DEAD_LETTER_REASON_FAILURES_MAX);
  EXPECT_EQ(write->dead_letters[0].cause->attempts, 4u);
  EXPECT_EQ(state_.unsettled(), 0u);
}

TEST_F(SubscriptionStateTest, ARedrivenDeadLetterIsHandedOverUntilItIsSettled) {
  const Lease first = state_.Hand(kRoutine, 1, 10, kStart);
  state_.Settle(kDesk, Reject(first.token, ""), kStart);
  ASSERT_TRUE(state_.TakeWrite(CursorWriteFor::kSettlements).has_value());
  state_.Written();
  state_.Redrive(kRoutine, 1, 1);
  state_.Redrive(kRoutine, 1, 1);
  EXPECT_THAT(state_.DueForRedelivery(), ElementsAre(Pair(kRoutine, 1u)));
  const Lease again = state_.Hand(kRoutine, 1, 10, kStart);
  EXPECT_NE(again.token, first.token) << "what was given out before must not settle it";
  EXPECT_EQ(state_.Settle(kDesk, Acknowledge(first.token), kStart).stale.size(), 1u);
  state_.Settle(kDesk, Acknowledge(again.token), kStart);
  const auto write = state_.TakeWrite(CursorWriteFor::kSettlements);
  ASSERT_EQ(write->dead_letters.size(), 1u);
  EXPECT_FALSE(write->dead_letters[0].cause.has_value());
  EXPECT_EQ(state_.Status({}, 1).dead_letters(), 0u);
}

TEST_F(SubscriptionStateTest, ADiscardedDeadLetterIsNotHandedOverAnyMore) {
  const Lease first = state_.Hand(kRoutine, 1, 10, kStart);
  state_.Settle(kDesk, Reject(first.token, ""), kStart);
  state_.Redrive(kRoutine, 1, 1);
  const Lease again = state_.Hand(kRoutine, 1, 10, kStart);
  state_.Discard(kRoutine, 1);
  EXPECT_EQ(state_.Settle(kDesk, Acknowledge(again.token), kStart).stale.size(), 1u);
  EXPECT_EQ(state_.unsettled(), 0u);
  state_.Discard(kRoutine, 1);
}

// After a restart the cursor begins at its floor: a redriven one may lie before it, in
// what was settled above.
TEST_F(SubscriptionStateTest, ARedrivenOneAboveTheFloorDoesNotMoveTheCursor) {
  SubscriptionCursor cursor = At(0, 0);
  cursor.lane(kRoutine).Settle(3, 3);
  SubscriptionState state(Options(), cursor);
  state.SetWindow(kDesk, kRoutine, 10, 1000);
  state.Redrive(kRoutine, 3, 5);
  const Lease lease = state.Hand(kRoutine, 3, 10, kStart);
  EXPECT_EQ(lease.attempt, 6u);
  EXPECT_EQ(state.NextAfter(kRoutine), 0u);
  state.Hand(kRoutine, 1, 10, kStart);
  state.Hand(kRoutine, 2, 10, kStart);
  state.SkipThrough(kRoutine, 3);
  state.Settle(kDesk, Acknowledge(lease.token), kStart);
  EXPECT_EQ(state.cursor().lane(kRoutine).floor(), 0u);
}

TEST_F(SubscriptionStateTest, AtTheBoundWhatIsRejectedIsStaleAndComesAgainLater) {
  state_.SetDeadLetters(kDeadLettersMax);
  const Lease lease = state_.Hand(kRoutine, 1, 10, kStart);
  const SettleOutcome outcome = state_.Settle(kDesk, Reject(lease.token, ""), kStart);
  EXPECT_THAT(outcome.stale, ElementsAre(lease.token));
  EXPECT_EQ(outcome.rejected, 0u);
  EXPECT_FALSE(state_.TakeWrite(CursorWriteFor::kSettlements).has_value());
  state_.AdvanceTo(kStart + absl::Minutes(9));
  EXPECT_THAT(state_.DueForRedelivery(), IsEmpty());
  state_.AdvanceTo(kStart + absl::Minutes(10));
  EXPECT_THAT(state_.DueForRedelivery(), ElementsAre(Pair(kRoutine, 1u)));
}

TEST_F(SubscriptionStateTest, SeveralTakersShareByRoom) {
  state_.SetWindow(kDesk, kRoutine, 1, 1000);
  state_.SetWindow(kOther, kRoutine, 3, 1000);
  EXPECT_EQ(state_.Demand(kRoutine).records, 4u);
  EXPECT_EQ(state_.Hand(kRoutine, 1, 10, kStart).taker, kOther);
  EXPECT_EQ(state_.Hand(kRoutine, 2, 10, kStart).taker, kOther);
  EXPECT_EQ(state_.Hand(kRoutine, 3, 10, kStart).taker, kDesk);
  EXPECT_EQ(state_.Hand(kRoutine, 4, 10, kStart).taker, kOther);
  EXPECT_FALSE(state_.WantsMore(kRoutine));
}

TEST_F(SubscriptionStateTest, WhereOneHasNoRoomTheOtherGetsIt) {
  state_.SetWindow(kDesk, kRoutine, 10, 100);
  state_.SetWindow(kOther, kRoutine, 2, 1000);
  state_.Hand(kRoutine, 1, 90, kStart);
  EXPECT_TRUE(state_.Fits(kRoutine, 500));
  EXPECT_EQ(state_.Hand(kRoutine, 2, 500, kStart).taker, kOther);
}

TEST_F(SubscriptionStateTest, OnlyTheLeasesOfTheSessionThatEndedEnd) {
  state_.SetWindow(kOther, kRoutine, 10, 1000);
  const Lease desk = state_.Hand(kRoutine, 1, 10, kStart);
  const Lease other = state_.Hand(kRoutine, 2, 10, kStart);
  ASSERT_NE(desk.taker, other.taker);
  state_.SessionEnded(other.taker);
  EXPECT_THAT(state_.DueForRedelivery(), ElementsAre(Pair(kRoutine, 2u)));
  EXPECT_THAT(state_.Settle(kDesk, Acknowledge(other.token), kStart).stale,
              ElementsAre(other.token));
  EXPECT_THAT(state_.Settle(kDesk, Acknowledge(desk.token), kStart).stale, IsEmpty());
}

// What a call pulled is leased on when it was answered, and may be settled by another.
TEST_F(SubscriptionStateTest, AnAnsweredCallKeepsItsLeases) {
  SubscriptionState state(Options(), At(0, 0));
  state.SetWindow(kOther, kRoutine, 1, 1000);
  const Lease lease = state.Hand(kRoutine, 1, 10, kStart);
  state.CallAnswered(kOther);
  EXPECT_FALSE(state.WantsMore(kRoutine));
  EXPECT_EQ(state.Settle(3, Acknowledge(lease.token), kStart).acknowledged, 1u);
  ASSERT_TRUE(state.TakeWrite(CursorWriteFor::kSettlements).has_value());
  EXPECT_EQ(state.Written().at(0).asker, 3u);
}

}  // namespace
}  // namespace corridor
