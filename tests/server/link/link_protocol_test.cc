// One side of a link lane, rule by rule: a scripted peer says something, right or
// wrong, and the protocol answers as region_link.proto says.

#include "server/link/link_protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/model/errors.h"
#include "tests/server/link/link_frames.h"

namespace corridor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// What TakeActions returned, sorted by kind.
struct Outcome {
  std::vector<v1::LinkFrame> frames;
  std::vector<DeliverRecord> delivered;
  std::vector<TakeOverDirectory> directories;
  std::vector<PeerPosition> marks;
  std::optional<absl::Status> closed;
  std::vector<v1::LinkFrame> for_desk;
  std::vector<uint64_t> refused_by_peer;
  std::vector<v1::LinkInterest> interests;
  std::vector<v1::LinkState> states;
  std::vector<v1::ErrorReason> alarms;

  void Take(SendFrame& action) { frames.push_back(std::move(action.frame)); }
  void Take(DeliverRecord& action) { delivered.push_back(std::move(action)); }
  void Take(TakeOverDirectory& action) { directories.push_back(std::move(action)); }
  void Take(MoveMarkThrough& action) { marks.push_back(action.mark); }
  void Take(CloseStream& action) { closed = action.status; }
  void Take(HandToDesk& action) { for_desk.push_back(std::move(action.frame)); }
  void Take(RefusedByPeer& action) { refused_by_peer.push_back(action.refused.offset()); }
  void Take(InterestHeard& action) { interests.push_back(std::move(action.interest)); }
  void Take(StateChanged& action) { states.push_back(action.state); }
  void Take(RaiseAlarm& action) { alarms.push_back(action.reason); }
};

class LinkProtocolTest : public ::testing::Test {
 protected:
  LinkProtocolTest() { Make({}); }

  void Make(LinkLimits limits, uint32_t protocol_min = 1, uint32_t protocol_max = 1) {
    protocol_.emplace(LinkOptions{.region = kEast,
                                  .peer_region = kWest,
                                  .protocol_min = protocol_min,
                                  .protocol_max = protocol_max,
                                  .limits = limits},
                      v1::LANE_ROUTINE);
  }

  Outcome Take() {
    Outcome outcome;
    for (LinkAction& action : protocol_->TakeActions()) {
      std::visit([&outcome](auto& what) { outcome.Take(what); }, action);
    }
    return outcome;
  }

  void Connect(uint64_t head = 0, PeerPosition mark = {}) {
    protocol_->OnConnected(GreetingOf(kEast, head, mark), now_);
  }
  void Hear(v1::LinkFrame frame) { protocol_->OnFrame(std::move(frame), now_); }
  void Pass(absl::Duration time) {
    now_.steady += time;
    now_.wall += time;
  }
  void Tick() { protocol_->OnTick(now_, {.audit_head = "head", .audit_entries = 6}); }

  // Connects, and greets until the lane is UP. `peer` is the peer's Hello.
  void Greet(uint64_t head = 0, PeerPosition mark = {}, v1::LinkFrame peer = HelloFrame()) {
    Connect(head, mark);
    Hear(std::move(peer));
    Hear(DirectoryFrame());
    Hear(InterestFrame());
    Hear(WindowFrame(10, 100'000));
    const Outcome outcome = Take();
    ASSERT_THAT(outcome.directories, SizeIs(1));
    protocol_->OnDirectoryAccepted(outcome.directories[0].token, 3);
    Take();
    ASSERT_EQ(protocol_->state(), v1::LINK_STATE_UP);
  }

  void ExpectClosed(v1::ErrorReason reason, const std::string& words) {
    const Outcome outcome = Take();
    ASSERT_TRUE(outcome.closed.has_value());
    EXPECT_EQ(ReasonOf(*outcome.closed), reason);
    EXPECT_THAT(std::string(outcome.closed->message()), HasSubstr(words));
    EXPECT_FALSE(protocol_->connected());
  }
  void ExpectBroken(const std::string& words) {
    ExpectClosed(v1::ERROR_REASON_LINK_PROTOCOL, words);
  }

  bool Offer(uint64_t after, uint64_t offset, size_t bytes = 100) {
    return protocol_->OfferRecord(after,
                                  RecordOf(kEast, kEastEpoch, v1::LANE_ROUTINE, offset, bytes));
  }

  std::optional<LinkProtocol> protocol_;
  LinkTime now_{.steady = absl::Hours(1), .wall = absl::FromUnixSeconds(1'000'000)};
};

// --- Greeting ----------------------------------------------------------------

TEST_F(LinkProtocolTest, SaysHelloAtOnceAndNothingElse) {
  Connect(17, {kWestEpoch, 5});
  const Outcome outcome = Take();
  ASSERT_THAT(outcome.frames, SizeIs(1));
  const v1::LinkHello& hello = outcome.frames[0].hello();
  EXPECT_EQ(hello.region(), kEast);
  EXPECT_EQ(hello.lane(), v1::LANE_ROUTINE);
  EXPECT_EQ(hello.epoch(), kEastEpoch);
  EXPECT_EQ(hello.head_offset(), 17u);
  EXPECT_EQ(hello.peer_epoch(), kWestEpoch);
  EXPECT_EQ(hello.peer_mark(), 5u);
  EXPECT_EQ(hello.gate_policy_version(), "test");
  EXPECT_EQ(hello.policy_generation(), 4u);
}

TEST_F(LinkProtocolTest, DirectoryAndInterestFollowThePeersHelloAndWindowItsDirectory) {
  Connect();
  Take();
  Hear(HelloFrame());
  Outcome outcome = Take();
  ASSERT_THAT(outcome.frames, SizeIs(2));
  EXPECT_EQ(outcome.frames[0].directory().directory(), "directory of east.example");
  EXPECT_TRUE(outcome.frames[1].interest().everything());
  EXPECT_THAT(outcome.states, ElementsAre(v1::LINK_STATE_GREETING));
  Hear(DirectoryFrame("of west"));
  outcome = Take();
  EXPECT_THAT(outcome.frames, IsEmpty());
  ASSERT_THAT(outcome.directories, SizeIs(1));
  EXPECT_EQ(outcome.directories[0].directory.directory(), "of west");
  protocol_->OnDirectoryAccepted(outcome.directories[0].token, 3);
  outcome = Take();
  ASSERT_THAT(outcome.frames, SizeIs(1));
  EXPECT_EQ(outcome.frames[0].window().records(), 1024u);
  EXPECT_THAT(outcome.states, IsEmpty());
  Hear(InterestFrame());
  Hear(WindowFrame(10, 1000));
  EXPECT_THAT(Take().states, ElementsAre(v1::LINK_STATE_UP));
  EXPECT_EQ(protocol_->directory_generation(), 3u);
  EXPECT_EQ(protocol_->protocol_version(), 1u);
}

TEST_F(LinkProtocolTest, BuildsOfDifferentRangesAgreeOnTheHighestCommonVersion) {
  v1::LinkFrame hello = HelloFrame();
  hello.mutable_hello()->set_protocol_max(2);
  Connect();
  Hear(hello);
  EXPECT_EQ(protocol_->protocol_version(), 1u);

  Make({}, 1, 2);
  Connect();
  Hear(HelloFrame());
  EXPECT_EQ(protocol_->protocol_version(), 1u);

  Make({}, 1, 3);
  hello.mutable_hello()->set_protocol_min(2);
  hello.mutable_hello()->set_protocol_max(9);
  Connect();
  Hear(hello);
  EXPECT_EQ(protocol_->protocol_version(), 3u);
}

TEST_F(LinkProtocolTest, DisjointVersionsEndTheStream) {
  v1::LinkFrame hello = HelloFrame();
  hello.mutable_hello()->set_protocol_min(2);
  hello.mutable_hello()->set_protocol_max(3);
  Connect();
  Hear(hello);
  ExpectBroken("no protocol version in common");
}

TEST_F(LinkProtocolTest, AHelloWithoutVersionsEndsTheStream) {
  v1::LinkFrame hello = HelloFrame();
  hello.mutable_hello()->clear_protocol_min();
  hello.mutable_hello()->clear_protocol_max();
  Connect();
  Hear(hello);
  ExpectBroken("no protocol version in common");
}

TEST_F(LinkProtocolTest, AnyFrameBeforeHelloEndsTheStream) {
  for (const v1::LinkFrame& frame :
       {DirectoryFrame(), InterestFrame(), WindowFrame(1, 1), RecordsFrame(0, {1}),
        SkippedFrame(0, 1), GapFrame(0, 1), PersistedFrame(0), RefusedFrame(1), HeartbeatFrame(0),
        v1::LinkFrame()}) {
    Make({});
    Connect();
    Hear(frame);
    ExpectBroken("before Hello");
  }
}

TEST_F(LinkProtocolTest, HelloTwiceEndsTheStream) {
  Greet();
  Hear(HelloFrame());
  ExpectBroken("second Hello");
}

TEST_F(LinkProtocolTest, AWrongLaneRegionOrEpochInHelloEndsTheStream) {
  v1::LinkFrame lane = HelloFrame();
  lane.mutable_hello()->set_lane(v1::LANE_URGENT);
  Connect();
  Hear(lane);
  ExpectBroken("another lane");

  v1::LinkFrame region = HelloFrame();
  region.mutable_hello()->set_region("elsewhere.example");
  Connect();
  Hear(region);
  ExpectBroken("another region");

  v1::LinkFrame epoch = HelloFrame();
  epoch.mutable_hello()->set_epoch(0);
  Connect();
  Hear(epoch);
  ExpectBroken("no epoch");
}

TEST_F(LinkProtocolTest, AFrameOfNoKindEndsTheStream) {
  Greet();
  Hear(v1::LinkFrame());
  ExpectBroken("no known kind");
}

TEST_F(LinkProtocolTest, RecordsBeforeTheDirectoryAndTheWindowEndTheStream) {
  Connect();
  Hear(HelloFrame());
  Hear(RecordsFrame(0, {1}));
  ExpectBroken("before the Directory");

  Connect();
  Hear(HelloFrame());
  Hear(DirectoryFrame());  // Not taken over yet.
  Hear(RecordsFrame(0, {1}));
  ExpectBroken("before the Directory");
}

TEST_F(LinkProtocolTest, ADirectoryThatCannotBeTakenOverEndsTheStream) {
  Connect();
  Hear(HelloFrame());
  Hear(DirectoryFrame());
  const uint64_t token = Take().directories.at(0).token;
  protocol_->OnDirectoryRefused(token, Error(v1::ERROR_REASON_SIGNATURE_INVALID, "bad signature"));
  ExpectBroken("bad signature");
}

TEST_F(LinkProtocolTest, AnAnswerAboutADirectoryOfAnEarlierStreamSaysNothingAboutThisOne) {
  Connect();
  Hear(HelloFrame());
  Hear(DirectoryFrame());
  const uint64_t old = Take().directories.at(0).token;
  Connect();
  Hear(HelloFrame());
  Take();
  protocol_->OnDirectoryAccepted(old, 3);
  EXPECT_THAT(Take().frames, IsEmpty()) << "no Window before this stream's Directory";
  protocol_->OnDirectoryRefused(old, absl::InternalError("late"));
  EXPECT_TRUE(protocol_->connected());
}

// --- Where to go on, and other incarnations ----------------------------------

TEST_F(LinkProtocolTest, GoesOnBehindThePeersMark) {
  v1::LinkFrame hello = HelloFrame();
  hello.mutable_hello()->set_peer_epoch(kEastEpoch);
  hello.mutable_hello()->set_peer_mark(12);
  Greet(20, {}, hello);
  EXPECT_EQ(protocol_->Demand().after, 12u);
  EXPECT_TRUE(protocol_->HasMore());
  EXPECT_TRUE(Offer(12, 14));
  const Outcome outcome = Take();
  ASSERT_THAT(outcome.frames, SizeIs(1));
  EXPECT_EQ(outcome.frames[0].records().predecessor(), 12u);
}

TEST_F(LinkProtocolTest, APeerThatHoldsAnotherIncarnationOfOurJournalIsAnOperatorsMatter) {
  v1::LinkFrame hello = HelloFrame();
  hello.mutable_hello()->set_peer_epoch(kEastEpoch + 1);
  hello.mutable_hello()->set_peer_mark(1);
  Connect(20);
  Hear(hello);
  EXPECT_EQ(protocol_->state(), v1::LINK_STATE_REINCARNATED);
  EXPECT_THAT(protocol_->Status().detail(), HasSubstr("another incarnation of our journal"));
  const Outcome outcome = Take();
  ASSERT_TRUE(outcome.closed.has_value());
  EXPECT_EQ(ReasonOf(*outcome.closed), v1::ERROR_REASON_JOURNAL_REINCARNATED);
  EXPECT_EQ(outcome.closed->code(), absl::StatusCode::kAborted);
  EXPECT_THAT(outcome.alarms, ElementsAre(v1::ERROR_REASON_JOURNAL_REINCARNATED));
}

TEST_F(LinkProtocolTest, AMarkOfAnotherEpochIsFineWhileItIsNothing) {
  v1::LinkFrame hello = HelloFrame();
  hello.mutable_hello()->set_peer_epoch(kEastEpoch + 1);
  Greet(20, {kWestEpoch + 1, 0}, hello);
  EXPECT_EQ(protocol_->Demand().after, 0u);
}

TEST_F(LinkProtocolTest, APeerThatHoldsMoreThanOurJournalMeansALostTail) {
  v1::LinkFrame hello = HelloFrame();
  hello.mutable_hello()->set_peer_epoch(kEastEpoch);
  hello.mutable_hello()->set_peer_mark(21);
  Connect(20);
  Hear(hello);
  EXPECT_EQ(protocol_->state(), v1::LINK_STATE_REINCARNATED);
  ExpectClosed(v1::ERROR_REASON_JOURNAL_REINCARNATED, "our journal is shorter");
}

TEST_F(LinkProtocolTest, APeersNewEpochIsAnOperatorsMatterOnceWeHoldSomething) {
  Connect(0, {kWestEpoch + 1, 3});
  Hear(HelloFrame());
  EXPECT_EQ(protocol_->state(), v1::LINK_STATE_REINCARNATED);
  ExpectClosed(v1::ERROR_REASON_JOURNAL_REINCARNATED, "another incarnation");
  // It stays until the marks fit, here because an operator began anew.
  EXPECT_EQ(protocol_->state(), v1::LINK_STATE_REINCARNATED);
  Greet(0, {kWestEpoch, 0});
}

TEST_F(LinkProtocolTest, APeersJournalShorterThanOurMarkMeansItLostItsTail) {
  Connect(0, {kWestEpoch, 1001});
  Hear(HelloFrame());
  ExpectClosed(v1::ERROR_REASON_JOURNAL_REINCARNATED, "shorter than what we received");
}

// Its journal was restored, and still has three records of its earlier incarnation.
TEST_F(LinkProtocolTest, WhatThePeersJournalKeptOfAnEarlierIncarnationIsTaken) {
  constexpr uint64_t kEarlier = kWestEpoch + 1;
  v1::LinkFrame hello = HelloFrame();
  v1::LinkIncarnation& kept = *hello.mutable_hello()->add_previous();
  kept.set_epoch(kEarlier);
  kept.set_head_offset(3);
  Greet(0, {}, hello);
  const auto frame = [](uint64_t epoch, uint64_t predecessor, uint64_t offset) {
    v1::LinkFrame records;
    records.mutable_records()->set_predecessor(predecessor);
    *records.mutable_records()->add_records() = RecordOf(kWest, epoch, v1::LANE_ROUTINE, offset);
    return records;
  };
  Hear(frame(kEarlier, 0, 3));
  Hear(frame(kWestEpoch, 3, 4));
  const Outcome outcome = Take();
  ASSERT_THAT(outcome.delivered, SizeIs(2));
  EXPECT_EQ(outcome.delivered[0].at, (PeerPosition{kWestEpoch, 3})) << "the mark is of now";
  Hear(frame(kEarlier, 4, 5));
  ExpectBroken("not of the peer's journal");
}

TEST_F(LinkProtocolTest, TheMarkToGoOnWithLiesWithinThePeersLane) {
  v1::LinkFrame hello = HelloFrame();
  hello.mutable_hello()->set_head_offset(12);
  v1::LinkIncarnation& kept = *hello.mutable_hello()->add_previous();
  kept.set_epoch(kWestEpoch + 1);
  kept.set_head_offset(16);
  Connect(0, {kWestEpoch + 1, 33});
  Hear(hello);
  ASSERT_EQ(protocol_->state(), v1::LINK_STATE_REINCARNATED);
  EXPECT_EQ(protocol_->AdoptableMark(), (PeerPosition{kWestEpoch, 12}));
}

TEST_F(LinkProtocolTest, ThePeersVerdictIsBelieved) {
  Greet();
  protocol_->OnClosed(Error(v1::ERROR_REASON_JOURNAL_REINCARNATED, "another"));
  EXPECT_EQ(protocol_->state(), v1::LINK_STATE_REINCARNATED);
}

// --- Sending -----------------------------------------------------------------

TEST_F(LinkProtocolTest, NothingIsWantedBeforeInterestAndWindow) {
  Connect(5);
  EXPECT_FALSE(protocol_->WantsMore());
  Hear(HelloFrame());
  EXPECT_FALSE(protocol_->WantsMore());
  Hear(WindowFrame(10, 1000));
  EXPECT_FALSE(protocol_->WantsMore());
  EXPECT_FALSE(Offer(0, 1));
  Hear(InterestFrame());
  EXPECT_TRUE(protocol_->WantsMore());
}

TEST_F(LinkProtocolTest, RecordsOfferedTogetherShareAFrame) {
  Greet(9);
  EXPECT_TRUE(Offer(0, 2));
  EXPECT_TRUE(Offer(2, 3));
  EXPECT_TRUE(protocol_->OfferSkip(3, 6));
  EXPECT_TRUE(Offer(6, 9));
  const Outcome outcome = Take();
  ASSERT_THAT(outcome.frames, SizeIs(1));
  const v1::LinkRecords& records = outcome.frames[0].records();
  EXPECT_EQ(records.predecessor(), 0u);
  ASSERT_EQ(records.records_size(), 3);
  EXPECT_EQ(records.records(2).acceptance().position().offset(), 9u);
  EXPECT_FALSE(protocol_->HasMore());
  EXPECT_EQ(protocol_->Status().records_sent(), 3u);
  EXPECT_EQ(protocol_->Status().records_withheld(), 1u);
  EXPECT_EQ(protocol_->Status().sent_offset(), 9u);
}

TEST_F(LinkProtocolTest, FramesAreBoundedInRecordsAndBytes) {
  LinkLimits limits;
  limits.frame_records_max = 2;
  limits.frame_bytes_max = 1000;
  Make(limits);
  Greet(9);
  for (uint64_t offset = 1; offset <= 3; ++offset) EXPECT_TRUE(Offer(offset - 1, offset));
  EXPECT_TRUE(Offer(3, 4, 5000));
  EXPECT_TRUE(Offer(4, 5));
  const Outcome outcome = Take();
  ASSERT_THAT(outcome.frames, SizeIs(4));
  EXPECT_EQ(outcome.frames[0].records().records_size(), 2);
  EXPECT_EQ(outcome.frames[1].records().predecessor(), 2u);
  EXPECT_EQ(outcome.frames[2].records().records_size(), 1);
  EXPECT_EQ(outcome.frames[3].records().predecessor(), 4u);
}

TEST_F(LinkProtocolTest, SkippedStretchesAreOneAnnouncementWhenIdleOrBeforeTheNextRecord) {
  Greet(20);
  EXPECT_TRUE(protocol_->OfferSkip(0, 3));
  EXPECT_TRUE(protocol_->OfferSkip(3, 7));
  EXPECT_THAT(Take().frames, IsEmpty());
  Pass(absl::Seconds(1));
  Tick();
  Outcome outcome = Take();
  ASSERT_THAT(outcome.frames, SizeIs(1));
  EXPECT_EQ(outcome.frames[0].skipped_through().predecessor(), 0u);
  EXPECT_EQ(outcome.frames[0].skipped_through().through_offset(), 7u);

  EXPECT_TRUE(protocol_->OfferSkip(7, 9));
  EXPECT_TRUE(Offer(9, 11));
  outcome = Take();
  ASSERT_THAT(outcome.frames, SizeIs(2));
  EXPECT_EQ(outcome.frames[0].skipped_through().through_offset(), 9u);
  EXPECT_EQ(outcome.frames[1].records().predecessor(), 9u);
}

TEST_F(LinkProtocolTest, WhatDispatchReadForAnotherPlaceIsNotTaken) {
  Greet(20);
  EXPECT_TRUE(Offer(0, 5));
  // Read before a reconnect, offered after it.
  EXPECT_FALSE(Offer(3, 9));
  EXPECT_FALSE(protocol_->OfferSkip(3, 9));
  EXPECT_FALSE(Offer(5, 5));
  EXPECT_FALSE(protocol_->OfferSkip(5, 5));
  EXPECT_TRUE(Offer(5, 9));
}

TEST_F(LinkProtocolTest, TheWindowCountsWhatIsNotPersisted) {
  Greet(20);
  Hear(WindowFrame(2, 100'000));
  EXPECT_EQ(protocol_->Demand().records, 2u);
  EXPECT_TRUE(Offer(0, 1));
  EXPECT_TRUE(Offer(1, 2));
  EXPECT_FALSE(protocol_->WantsMore());
  EXPECT_FALSE(Offer(2, 3));
  Take();
  Hear(PersistedFrame(1));
  EXPECT_TRUE(protocol_->WantsMore());
  EXPECT_TRUE(Offer(2, 3));
  Hear(WindowFrame(0, 0));
  Take();
  Hear(PersistedFrame(3));
  EXPECT_FALSE(protocol_->WantsMore());
  Hear(WindowFrame(1, 1));
  EXPECT_TRUE(protocol_->WantsMore());
  EXPECT_EQ(protocol_->Status().persisted_offset(), 3u);
}

TEST_F(LinkProtocolTest, OneRecordAlwaysFitsAndTheNextOneWaits) {
  Greet(20);
  Hear(WindowFrame(10, 500));
  EXPECT_TRUE(Offer(0, 1, 5000));
  EXPECT_FALSE(protocol_->WantsMore());
  Take();
  Hear(PersistedFrame(1));
  EXPECT_TRUE(Offer(1, 2, 300));
  EXPECT_TRUE(protocol_->WantsMore());
  EXPECT_FALSE(Offer(2, 3, 300));
  EXPECT_FALSE(protocol_->WantsMore()) << "or dispatch would offer it again and again";
  Take();
  Hear(PersistedFrame(2));
  EXPECT_TRUE(Offer(2, 3, 300));
}

// D8: an urgent statement waits behind at most a second of routine bytes.
TEST_F(LinkProtocolTest, RoutineBytesInFlightStayBelowWhatASecondMoves) {
  Greet(1000);
  Hear(WindowFrame(1000, 100'000'000));
  const size_t kilobytes_32 = 32 * 1024 - 200;
  EXPECT_TRUE(Offer(0, 1, kilobytes_32));
  EXPECT_TRUE(Offer(1, 2, kilobytes_32));
  EXPECT_FALSE(Offer(2, 3, kilobytes_32)) << "64 KiB to begin with";
  Take();
  for (uint64_t offset = 1; offset <= 9; ++offset) {
    Pass(absl::Milliseconds(100));
    Hear(PersistedFrame(offset));
    ASSERT_TRUE(Offer(offset + 1, offset + 2, kilobytes_32));
    Take();
  }
  // Nine times 32 KiB in the last second: so much more may be in flight.
  uint64_t last = 11;
  while (Offer(last, last + 1, kilobytes_32)) ++last;
  EXPECT_EQ(last - 9, 9u);
  // The speed is forgotten when nothing moves.
  Take();
  Hear(PersistedFrame(last));
  Pass(absl::Seconds(2));
  Tick();
  EXPECT_EQ(protocol_->Demand().bytes, 64u * 1024);
}

TEST_F(LinkProtocolTest, WrongAcknowledgementsEndTheStream) {
  Greet(20);
  Offer(0, 5);
  Take();
  Hear(PersistedFrame(6));
  ExpectBroken("acknowledged what it was not sent");

  Greet(20);
  Offer(0, 5);
  Take();
  Hear(PersistedFrame(5));
  Hear(PersistedFrame(4));
  ExpectBroken("took an acknowledgement back");

  Greet(20);
  Hear(RefusedFrame(1));
  ExpectBroken("refused what it was not sent");
}

TEST_F(LinkProtocolTest, WhatThePeerRefusedIsReported) {
  Greet(20);
  Offer(0, 5);
  Take();
  Hear(RefusedFrame(5));
  Hear(PersistedFrame(5));
  EXPECT_THAT(Take().refused_by_peer, ElementsAre(5));
  EXPECT_EQ(protocol_->Status().records_refused_by_peer(), 1u);
}

TEST_F(LinkProtocolTest, AGapOfOursHoldsTheLaneUntilThePeerGoesOn) {
  Greet(50);
  EXPECT_TRUE(protocol_->OfferSkip(0, 2));
  EXPECT_TRUE(protocol_->OfferGap(2, 40));
  const Outcome outcome = Take();
  ASSERT_THAT(outcome.frames, SizeIs(2));
  EXPECT_EQ(outcome.frames[1].gap().predecessor(), 2u);
  EXPECT_EQ(outcome.frames[1].gap().through_offset(), 40u);
  EXPECT_THAT(outcome.states, ElementsAre(v1::LINK_STATE_GAP_PENDING));
  EXPECT_FALSE(protocol_->WantsMore());
  EXPECT_FALSE(protocol_->OfferSkip(40, 41));
  Hear(PersistedFrame(40));
  EXPECT_EQ(protocol_->state(), v1::LINK_STATE_UP);
  EXPECT_TRUE(Offer(40, 41));
}

TEST_F(LinkProtocolTest, AChangedDirectoryIsSentAtOnceAndAfterWhatWasOffered) {
  Greet(20);
  Offer(0, 5);
  v1::SignedDirectory directory;
  directory.set_directory("newer");
  protocol_->OnOwnDirectoryChanged(directory);
  const Outcome outcome = Take();
  ASSERT_THAT(outcome.frames, SizeIs(2));
  EXPECT_TRUE(outcome.frames[0].has_records());
  EXPECT_EQ(outcome.frames[1].directory().directory(), "newer");
}

TEST_F(LinkProtocolTest, TheNewestInterestHolds) {
  Greet();
  v1::LinkFrame newer = InterestFrame(5);
  newer.mutable_interest()->set_from_offset(7);
  Hear(newer);
  Hear(InterestFrame(4));
  EXPECT_EQ(protocol_->peer_interest().generation(), 5u);
  EXPECT_EQ(protocol_->peer_interest().from_offset(), 7u);
}

// --- Receiving ---------------------------------------------------------------

TEST_F(LinkProtocolTest, ARecordIsAcknowledgedOnceItsMarkIsDurable) {
  Greet();
  Hear(RecordsFrame(0, {3}));
  Outcome outcome = Take();
  ASSERT_THAT(outcome.delivered, SizeIs(1));
  EXPECT_EQ(outcome.delivered[0].at, (PeerPosition{kWestEpoch, 3}));
  EXPECT_EQ(outcome.delivered[0].mark_after, 3u);
  EXPECT_THAT(outcome.frames, IsEmpty());
  protocol_->OnPersisted({kWestEpoch, 3});
  outcome = Take();
  ASSERT_THAT(outcome.frames, SizeIs(1));
  EXPECT_EQ(outcome.frames[0].persisted().offset(), 3u);
  EXPECT_THAT(outcome.marks, IsEmpty());
  EXPECT_EQ(protocol_->Status().inbound_mark(), 3u);
  EXPECT_EQ(protocol_->Status().inbound_epoch(), kWestEpoch);
  EXPECT_EQ(protocol_->Status().inbound_head(), 1000u);
  EXPECT_EQ(protocol_->Status().records_received(), 1u);
}

// Were the mark of a later record written first, a crash would lose the earlier
// one: its mark stays behind, and is moved when all before is decided.
TEST_F(LinkProtocolTest, CommitsMayFinishInAnyOrderButTheMarkIsInOrder) {
  Greet();
  Hear(RecordsFrame(0, {1, 2, 4}));
  Outcome outcome = Take();
  ASSERT_THAT(outcome.delivered, SizeIs(3));
  EXPECT_EQ(outcome.delivered[0].mark_after, 1u);
  EXPECT_EQ(outcome.delivered[1].mark_after, 0u);
  EXPECT_EQ(outcome.delivered[2].mark_after, 0u);
  protocol_->OnPersisted({kWestEpoch, 4});
  protocol_->OnPersisted({kWestEpoch, 2});
  outcome = Take();
  EXPECT_THAT(outcome.frames, IsEmpty());
  EXPECT_THAT(outcome.marks, IsEmpty());
  protocol_->OnPersisted({kWestEpoch, 1});
  outcome = Take();
  ASSERT_THAT(outcome.frames, SizeIs(1));
  EXPECT_EQ(outcome.frames[0].persisted().offset(), 1u);
  EXPECT_THAT(outcome.marks, ElementsAre(PeerPosition{kWestEpoch, 4}));
  protocol_->OnMarkMoved({kWestEpoch, 4});
  outcome = Take();
  ASSERT_THAT(outcome.frames, SizeIs(1));
  EXPECT_EQ(outcome.frames[0].persisted().offset(), 4u);
}

TEST_F(LinkProtocolTest, AMarkThatCouldNotBeMovedIsTriedAgain) {
  Greet();
  Hear(SkippedFrame(0, 9));
  EXPECT_THAT(Take().marks, ElementsAre(PeerPosition{kWestEpoch, 9}));
  protocol_->OnMarkMoveFailed();
  EXPECT_THAT(Take().marks, IsEmpty());
  Pass(absl::Seconds(1));
  Tick();
  EXPECT_THAT(Take().marks, ElementsAre(PeerPosition{kWestEpoch, 9}));
  EXPECT_EQ(protocol_->Status().inbound_mark(), 0u);
}

TEST_F(LinkProtocolTest, ASkippedStretchMovesTheMarkWithTheNextRecordOrByItself) {
  Greet();
  Hear(SkippedFrame(0, 4));
  Hear(RecordsFrame(4, {7}));
  Outcome outcome = Take();
  EXPECT_THAT(outcome.marks, IsEmpty()) << "the record brings it";
  EXPECT_EQ(outcome.delivered.at(0).mark_after, 7u);
  protocol_->OnPersisted({kWestEpoch, 7});
  Take();
  Hear(SkippedFrame(7, 12));
  EXPECT_THAT(Take().marks, ElementsAre(PeerPosition{kWestEpoch, 12}));
  Hear(SkippedFrame(12, 13));
  EXPECT_THAT(Take().marks, IsEmpty()) << "one move at a time";
  protocol_->OnMarkMoved({kWestEpoch, 12});
  outcome = Take();
  EXPECT_EQ(outcome.frames.at(0).persisted().offset(), 12u);
  EXPECT_THAT(outcome.marks, ElementsAre(PeerPosition{kWestEpoch, 13}));
}

TEST_F(LinkProtocolTest, ARefusalIsToldBeforeTheMarkPassesIt) {
  Greet();
  Hear(RecordsFrame(0, {3}));
  Take();
  protocol_->OnRefusedDurably({kWestEpoch, 3}, v1::ERROR_REASON_SIGNATURE_INVALID,
                              std::string(32, 'x'));
  const Outcome outcome = Take();
  ASSERT_THAT(outcome.frames, SizeIs(2));
  EXPECT_EQ(outcome.frames[0].refused().offset(), 3u);
  EXPECT_EQ(outcome.frames[0].refused().reason(), v1::ERROR_REASON_SIGNATURE_INVALID);
  EXPECT_EQ(outcome.frames[0].refused().digest(), std::string(32, 'x'));
  EXPECT_EQ(outcome.frames[1].persisted().offset(), 3u);
  EXPECT_EQ(protocol_->Status().records_refused(), 1u);
}

TEST_F(LinkProtocolTest, AWrongPredecessorEndsTheStreamWhateverTheFrame) {
  for (const v1::LinkFrame& frame :
       {RecordsFrame(4, {9}), SkippedFrame(4, 9), GapFrame(4, 9), RecordsFrame(6, {9})}) {
    Make({});
    Greet();
    Hear(RecordsFrame(0, {5}));
    Hear(frame);
    ExpectBroken("wrong predecessor: expected 5");
  }
}

TEST_F(LinkProtocolTest, OffsetsThatDoNotRiseEndTheStream) {
  for (const v1::LinkFrame& frame : {RecordsFrame(0, {3, 3}), RecordsFrame(0, {3, 2}),
                                     RecordsFrame(0, {0}), SkippedFrame(0, 0), GapFrame(0, 0)}) {
    Make({});
    Greet();
    Hear(frame);
    ExpectBroken("offsets do not rise");
  }
}

TEST_F(LinkProtocolTest, RecordsOfAnotherRegionEpochOrLaneEndTheStream) {
  v1::LinkFrame region = RecordsFrame(0, {3});
  region.mutable_records()
      ->mutable_records(0)
      ->mutable_acceptance()
      ->mutable_position()
      ->set_region("elsewhere.example");
  v1::LinkFrame epoch = RecordsFrame(0, {3});
  epoch.mutable_records()->mutable_records(0)->mutable_acceptance()->mutable_position()->set_epoch(
      kWestEpoch + 1);
  v1::LinkFrame lane = RecordsFrame(0, {3});
  lane.mutable_records()->mutable_records(0)->mutable_acceptance()->set_lane(v1::LANE_URGENT);
  for (const v1::LinkFrame& frame : {region, epoch, lane}) {
    Make({});
    Greet();
    Hear(frame);
    ExpectBroken("not of the peer's journal");
  }
  Greet();
  Hear(RecordsFrame(0, {}));
  ExpectBroken("empty");
}

TEST_F(LinkProtocolTest, MoreThanTheWindowEndsTheStream) {
  LinkLimits limits;
  limits.window = {.records = 2, .bytes = 1000};
  Make(limits);
  Greet();
  Hear(RecordsFrame(0, {1, 2, 3}));
  ExpectBroken("more than the window");

  Make(limits);
  Greet();
  Hear(RecordsFrame(0, {1}, 5000));  // One always fits.
  EXPECT_TRUE(protocol_->connected());
  Hear(RecordsFrame(1, {2}));
  ExpectBroken("more than the window");
}

TEST_F(LinkProtocolTest, TheWindowIsALevelThatMayChange) {
  Greet();
  protocol_->SetWindow({.records = 0, .bytes = 0});
  Outcome outcome = Take();
  ASSERT_THAT(outcome.frames, SizeIs(1));
  EXPECT_EQ(outcome.frames[0].window().records(), 0u);
  // What was under way when it shrank is taken.
  Hear(RecordsFrame(0, {1}));
  EXPECT_THAT(Take().delivered, SizeIs(1));
  protocol_->SetWindow({.records = 0, .bytes = 0});
  EXPECT_THAT(Take().frames, IsEmpty());
  protocol_->SetWindow({.records = 7, .bytes = 9});
  outcome = Take();
  ASSERT_THAT(outcome.frames, SizeIs(1));
  EXPECT_EQ(outcome.frames[0].window().records(), 7u);
  EXPECT_EQ(outcome.frames[0].window().bytes(), 9u);
}

TEST_F(LinkProtocolTest, RecordsBehindANewDirectoryWaitForIt) {
  Greet();
  Hear(RecordsFrame(0, {1}));
  EXPECT_THAT(Take().delivered, SizeIs(1));
  Hear(DirectoryFrame("second"));
  Hear(RecordsFrame(1, {2}));
  Outcome outcome = Take();
  EXPECT_THAT(outcome.delivered, IsEmpty());
  protocol_->OnDirectoryAccepted(outcome.directories.at(0).token, 4);
  outcome = Take();
  ASSERT_THAT(outcome.delivered, SizeIs(1));
  EXPECT_EQ(outcome.delivered[0].at.offset, 2u);
}

// --- What may heal -----------------------------------------------------------

TEST_F(LinkProtocolTest, WhatIsParkedDurablyDoesNotHoldTheMark) {
  Greet();
  Hear(RecordsFrame(0, {1, 2}));
  Take();
  protocol_->OnParked({kWestEpoch, 1});
  protocol_->OnPersisted({kWestEpoch, 2});
  const Outcome outcome = Take();
  ASSERT_THAT(outcome.marks, SizeIs(1)) << "it follows what was decided out of order";
  protocol_->OnMarkMoved(outcome.marks[0]);
  EXPECT_EQ(Take().frames.at(0).persisted().offset(), 2u);
}

TEST_F(LinkProtocolTest, WhatWasParkedAndIsRefusedAfterAllIsTold) {
  Greet();
  Hear(RecordsFrame(0, {1}));
  Take();
  protocol_->OnParked({kWestEpoch, 1});
  Take();
  v1::LinkRefused refused;
  refused.set_offset(1);
  refused.set_reason(v1::ERROR_REASON_SIGNING_KEY_UNKNOWN);
  protocol_->OnParkedRefused(refused);
  const Outcome outcome = Take();
  ASSERT_THAT(outcome.frames, SizeIs(1));
  EXPECT_EQ(outcome.frames[0].refused().offset(), 1u);
}

TEST_F(LinkProtocolTest, AFullInboxIsTriedAgainWithoutBoundOrAlarm) {
  Greet();
  Hear(RecordsFrame(0, {1}));
  Take();
  for (int i = 0; i < 2000; ++i) {
    protocol_->OnTryAgain({kWestEpoch, 1});
    EXPECT_THAT(Take().delivered, IsEmpty());
    Pass(absl::Seconds(1));
    Hear(HeartbeatFrame(1));
    Tick();
    const Outcome outcome = Take();
    ASSERT_THAT(outcome.delivered, SizeIs(1));
    ASSERT_THAT(outcome.alarms, IsEmpty());
  }
}

// --- Gaps --------------------------------------------------------------------

TEST_F(LinkProtocolTest, AGapOfThePeerWaitsForAnOperator) {
  Greet();
  EXPECT_FALSE(protocol_->AcceptGap().ok());
  Hear(GapFrame(0, 40));
  Outcome outcome = Take();
  EXPECT_THAT(outcome.states, ElementsAre(v1::LINK_STATE_GAP_PENDING));
  EXPECT_THAT(outcome.alarms, ElementsAre(v1::ERROR_REASON_LINK_GAP_PENDING));
  EXPECT_THAT(outcome.marks, IsEmpty());
  EXPECT_THAT(protocol_->Status().detail(), HasSubstr("40"));
  EXPECT_TRUE(protocol_->AcceptGap().ok());
  outcome = Take();
  EXPECT_THAT(outcome.states, ElementsAre(v1::LINK_STATE_UP));
  EXPECT_THAT(outcome.marks, ElementsAre(PeerPosition{kWestEpoch, 40}));
  protocol_->OnMarkMoved({kWestEpoch, 40});
  EXPECT_EQ(Take().frames.at(0).persisted().offset(), 40u);
  Hear(RecordsFrame(40, {41}));
  EXPECT_THAT(Take().delivered, SizeIs(1));
}

TEST_F(LinkProtocolTest, NothingMayFollowAGapThatIsNotAccepted) {
  Greet();
  Hear(GapFrame(0, 40));
  Hear(RecordsFrame(40, {41}));
  ExpectBroken("behind a gap");
}

TEST_F(LinkProtocolTest, AGapNotAcceptedIsSaidAgainOnTheNextStream) {
  Greet();
  Hear(GapFrame(0, 40));
  protocol_->OnClosed(absl::UnavailableError("cut"));
  Take();
  Greet();
  Hear(GapFrame(0, 40));
  EXPECT_EQ(protocol_->state(), v1::LINK_STATE_GAP_PENDING);
}

// --- Streams come and go -----------------------------------------------------

// What is in the inbox's hands is not handed in twice.
TEST_F(LinkProtocolTest, WhatIsSentAgainAfterAReconnectIsNotDeliveredAgain) {
  Greet();
  Hear(RecordsFrame(0, {1, 2, 3}));
  EXPECT_THAT(Take().delivered, SizeIs(3));
  protocol_->OnPersisted({kWestEpoch, 1});
  Take();
  protocol_->OnClosed(absl::UnavailableError("cut"));
  protocol_->OnPersisted({kWestEpoch, 2});
  Outcome outcome = Take();
  EXPECT_THAT(outcome.frames, IsEmpty());
  EXPECT_THAT(outcome.marks, ElementsAre(PeerPosition{kWestEpoch, 2}));
  Connect(0, {kWestEpoch, 1});
  EXPECT_EQ(Take().frames.at(0).hello().peer_mark(), 1u);
  Hear(HelloFrame());
  Hear(DirectoryFrame());
  protocol_->OnDirectoryAccepted(Take().directories.at(0).token, 3);
  protocol_->OnMarkMoved({kWestEpoch, 2});
  protocol_->OnPersisted({kWestEpoch, 3});
  outcome = Take();
  for (const v1::LinkFrame& frame : outcome.frames) {
    EXPECT_FALSE(frame.has_persisted()) << "the peer has not named them on this stream";
  }
  EXPECT_THAT(outcome.marks, ElementsAre(PeerPosition{kWestEpoch, 3}));
  protocol_->OnMarkMoved({kWestEpoch, 3});
  EXPECT_THAT(Take().frames, IsEmpty());
  Hear(RecordsFrame(1, {2, 3, 4}));
  outcome = Take();
  ASSERT_THAT(outcome.delivered, SizeIs(1));
  EXPECT_EQ(outcome.delivered[0].at.offset, 4u);
  EXPECT_EQ(outcome.frames.at(0).persisted().offset(), 3u);
}

TEST_F(LinkProtocolTest, LateAnswersOfAnotherEpochAreIgnored) {
  Greet();
  Hear(RecordsFrame(0, {1}));
  Take();
  protocol_->OnPersisted({kWestEpoch + 1, 1});
  protocol_->OnPersisted({kWestEpoch, 99});
  EXPECT_THAT(Take().frames, IsEmpty());
}

TEST_F(LinkProtocolTest, FramesAfterTheEndAreIgnored) {
  Greet();
  protocol_->OnClosed(absl::OkStatus());
  EXPECT_EQ(protocol_->state(), v1::LINK_STATE_DOWN);
  EXPECT_THAT(protocol_->Status().detail(), HasSubstr("ended"));
  Take();
  Hear(RecordsFrame(0, {1}));
  EXPECT_THAT(Take().delivered, IsEmpty());
  EXPECT_FALSE(protocol_->WantsMore());
}

// --- Heartbeats --------------------------------------------------------------

TEST_F(LinkProtocolTest, HeartbeatsCarryFiguresEveryFiveSeconds) {
  Greet(30);
  Offer(0, 8);
  protocol_->OnJournalAdvanced(31);
  Pass(absl::Seconds(4));
  Tick();
  ASSERT_THAT(Take().frames, SizeIs(1));
  Pass(absl::Seconds(1));
  Tick();
  const Outcome outcome = Take();
  ASSERT_THAT(outcome.frames, SizeIs(1));
  const v1::LinkHeartbeat& heartbeat = outcome.frames[0].heartbeat();
  EXPECT_EQ(heartbeat.time_ms(), 1'000'005'000);
  EXPECT_EQ(heartbeat.head_offset(), 31u);
  EXPECT_EQ(heartbeat.sent_offset(), 8u);
  EXPECT_EQ(heartbeat.audit_head(), "head");
  EXPECT_EQ(heartbeat.audit_entries(), 6u);
}

TEST_F(LinkProtocolTest, ThreeMissedHeartbeatsEndTheStream) {
  Greet();
  Pass(absl::Seconds(14));
  Tick();
  EXPECT_TRUE(protocol_->connected());
  Hear(HeartbeatFrame(0));
  Pass(absl::Seconds(14));
  Tick();
  EXPECT_TRUE(protocol_->connected());
  Pass(absl::Seconds(1));
  Tick();
  ExpectClosed(v1::ERROR_REASON_NOT_READY, "nothing was heard");
  EXPECT_EQ(protocol_->state(), v1::LINK_STATE_DOWN);
}

TEST_F(LinkProtocolTest, AStreamOnWhichThePeerNeverSpeaksIsGivenUp) {
  Connect();
  Tick();
  EXPECT_EQ(protocol_->state(), v1::LINK_STATE_DOWN);
  Pass(absl::Seconds(15));
  Tick();
  ExpectClosed(v1::ERROR_REASON_NOT_READY, "nothing was heard");
}

TEST_F(LinkProtocolTest, AHeartbeatShowsALostFrameAndThePeersClock) {
  Greet();
  Hear(RecordsFrame(0, {3}));
  Hear(HeartbeatFrame(3, 1'000'000'700));
  EXPECT_TRUE(protocol_->connected());
  const v1::LinkLaneStatus status = protocol_->Status();
  EXPECT_EQ(status.clock_ahead_ms(), 700);
  EXPECT_EQ(status.inbound_head(), 2000u);
  EXPECT_EQ(status.last_heard_time().seconds(), 1'000'000);
  Hear(HeartbeatFrame(4));
  ExpectBroken("a frame was lost");
}

}  // namespace
}  // namespace corridor
