// Two regions and the link between them, in one thread under a fake clock: who
// dials, whose stream wins, what a cut, a restart or an unreachable peer does.

#include "server/link/region_link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/server/link/link_world.h"

namespace corridor {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr v1::Lane kUrgent = v1::LANE_URGENT;
constexpr v1::Lane kRoutine = v1::LANE_ROUTINE;
using Way = MemoryNetwork::Way;

class RegionLinkTest : public ::testing::Test {
 protected:
  void Seed(uint64_t seed) {
    east_.reset();
    west_.reset();
    executor_.DropAll();
    random_ = std::make_unique<SeededRandom>(seed);
    network_ = std::make_unique<MemoryNetwork>(executor_, *random_);
    east_ = std::make_unique<TestRegion>(kEast, kWest, executor_, *random_, *network_);
    west_ = std::make_unique<TestRegion>(kWest, kEast, executor_, *random_, *network_);
  }
  RegionLinkTest() { Seed(1); }

  void StartBoth() {
    east_->Start();
    west_->Start();
  }
  void Run(absl::Duration time) { executor_.Advance(time); }

  // What `to` must have of `from`, in the order of the journal.
  static std::vector<uint64_t> Due(const TestRegion& from, v1::Lane lane) {
    std::vector<uint64_t> due;
    for (const auto& [offset, entry] : from.journal()) {
      if (entry.lane == lane && entry.wanted) due.push_back(offset);
    }
    return due;
  }
  static void ExpectHasAllOf(const TestRegion& to, const TestRegion& from) {
    for (const v1::Lane lane : kLanesUrgentFirst) {
      EXPECT_THAT(to.received(lane), ::testing::UnorderedElementsAreArray(Due(from, lane)));
    }
  }

  SimExecutor executor_;
  std::unique_ptr<SeededRandom> random_;
  std::unique_ptr<MemoryNetwork> network_;
  std::unique_ptr<TestRegion> east_;
  std::unique_ptr<TestRegion> west_;
};

TEST_F(RegionLinkTest, WhenBothDialTheStreamsOfTheSmallerRegionWin) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Seed(seed);
    StartBoth();
    Run(absl::Seconds(10));
    EXPECT_TRUE(east_->up() && west_->up()) << "seed " << seed;
    EXPECT_EQ(network_->OpenStreams(), (std::map<std::string, int>{{kEast, 2}})) << "seed " << seed;
  }
}

TEST_F(RegionLinkTest, RecordsFlowBothWaysInBothLanes) {
  StartBoth();
  Run(absl::Seconds(2));
  for (int i = 0; i < 200; ++i) {
    east_->Publish(i % 5 == 0 ? kUrgent : kRoutine, i % 3 != 0);
    west_->Publish(i % 7 == 0 ? kUrgent : kRoutine, i % 4 != 0);
  }
  Run(absl::Seconds(20));
  ExpectHasAllOf(*west_, *east_);
  ExpectHasAllOf(*east_, *west_);
  const v1::LinkStatus status = east_->link().Status();
  EXPECT_EQ(status.peer_region(), kWest);
  EXPECT_EQ(status.directory_generation(), 7u);
  ASSERT_EQ(status.lanes_size(), 2);
  for (const v1::LinkLaneStatus& lane : status.lanes()) {
    EXPECT_EQ(lane.persisted_offset(), lane.head_offset());
    EXPECT_EQ(lane.inbound_mark(), lane.inbound_head());
    EXPECT_GT(lane.records_sent(), 0u);
    EXPECT_GT(lane.records_withheld(), 0u);
  }
  EXPECT_TRUE(east_->link().PeerInterest(kRoutine).everything());
  EXPECT_EQ(east_->link().PeerHello(kRoutine).region(), kWest);
}

// West is a build that speaks no newer version than that.
class OlderBuild : public RegionLinkTest, public ::testing::WithParamInterface<uint32_t> {};

TEST_P(OlderBuild, RecordsFlowBothWaysAndItHearsNothingThatItHasNoWordsFor) {
  v1::LinkFrame recall;
  recall.mutable_recall_applied()->set_offset(1);
  v1::LinkFrame refusal;
  refusal.mutable_refused()->set_offset(1);
  east_->notices = {{"a recall", recall}, {"a refusal", refusal}};
  east_->Start();
  west_->Start(/*dials=*/true, /*protocol_max=*/GetParam());
  Run(absl::Seconds(2));
  EXPECT_TRUE(east_->up() && west_->up());
  for (int i = 0; i < 50; ++i) {
    east_->Publish(i % 5 == 0 ? kUrgent : kRoutine, i % 3 != 0);
    west_->Publish(i % 7 == 0 ? kUrgent : kRoutine, i % 4 != 0);
  }
  Run(absl::Seconds(20));
  ExpectHasAllOf(*west_, *east_);
  ExpectHasAllOf(*east_, *west_);
  // A refusal it would have to note; what is about recalls came with version 2.
  EXPECT_EQ(west_->heard.empty(), GetParam() == 1);
  EXPECT_THAT(west_->refused_by_peer(), IsEmpty());
  EXPECT_TRUE(east_->up() && west_->up());
}

INSTANTIATE_TEST_SUITE_P(Versions, OlderBuild, ::testing::Range(1u, kLinkProtocolMax));

TEST_F(RegionLinkTest, EitherSideMayDial) {
  east_->Start(/*dials=*/false);
  west_->Start();
  Run(absl::Seconds(2));
  EXPECT_TRUE(east_->up() && west_->up());
  EXPECT_EQ(network_->OpenStreams(), (std::map<std::string, int>{{kWest, 2}}));
  EXPECT_EQ(network_->dials(kEast), 0);
}

TEST_F(RegionLinkTest, TheOtherStreamServesWhereTheWinnerCannotDial) {
  network_->SetWay(kEast, Way::kRefused);
  StartBoth();
  Run(absl::Seconds(5));
  EXPECT_TRUE(east_->up() && west_->up());
  EXPECT_EQ(network_->OpenStreams(), (std::map<std::string, int>{{kWest, 2}}));
}

// East's dialling hangs: its stream would win, so west's waits, but not for long.
TEST_F(RegionLinkTest, TheOtherStreamServesWhereTheWinnersDiallingHangs) {
  network_->SetWay(kEast, Way::kSwallowed);
  StartBoth();
  Run(absl::Seconds(2));
  EXPECT_FALSE(east_->up());
  Run(absl::Seconds(3));
  EXPECT_TRUE(east_->up() && west_->up());
  EXPECT_EQ(network_->OpenStreams(), (std::map<std::string, int>{{kWest, 2}}));
  east_->Publish(kUrgent);
  Run(absl::Seconds(1));
  EXPECT_THAT(west_->received(kUrgent), ElementsAre(1));
}

TEST_F(RegionLinkTest, AfterACutItGoesOnWhereItWas) {
  StartBoth();
  Run(absl::Seconds(2));
  for (int i = 0; i < 50; ++i) east_->Publish(kRoutine);
  Run(absl::Milliseconds(3));
  network_->Cut();
  for (int i = 0; i < 50; ++i) east_->Publish(kRoutine);
  Run(absl::Seconds(10));
  EXPECT_TRUE(east_->up() && west_->up());
  ExpectHasAllOf(*west_, *east_);
}

TEST_F(RegionLinkTest, ARestartedRegionGoesOnFromItsDurableMark) {
  StartBoth();
  Run(absl::Seconds(2));
  for (int i = 0; i < 50; ++i) east_->Publish(kRoutine);
  Run(absl::Milliseconds(4));
  west_->Stop();
  west_->Start();
  Run(absl::Seconds(10));
  ExpectHasAllOf(*west_, *east_);
}

TEST_F(RegionLinkTest, AnUnreachablePeerIsDialledLessAndLess) {
  network_->SetWay(kEast, Way::kRefused);
  east_->Start();
  Run(absl::Minutes(1));
  const int in_the_first_minute = network_->dials(kEast);
  Run(absl::Minutes(10));
  const int later = network_->dials(kEast) - in_the_first_minute;
  EXPECT_GT(in_the_first_minute, 8);
  EXPECT_LT(in_the_first_minute, 40);
  EXPECT_GT(later, 30) << "but it never gives up";
  EXPECT_LT(later, 100);
  EXPECT_EQ(east_->state(kUrgent), v1::LINK_STATE_DOWN);
}

TEST_F(RegionLinkTest, ALaneThatEndsSoonAfterItWasUpIsDialledLessAndLessToo) {
  StartBoth();
  for (int i = 0; i < 30; ++i) {
    Run(absl::Seconds(2));
    network_->Cut();
  }
  EXPECT_LT(network_->dials(kEast), 50);
}

TEST_F(RegionLinkTest, ASilentPeerIsNoticedAndDialledAnew) {
  StartBoth();
  Run(absl::Seconds(12));
  west_->Stop();
  network_->SetWay(kEast, Way::kSwallowed);
  Run(absl::Minutes(2));
  EXPECT_EQ(east_->state(kUrgent), v1::LINK_STATE_DOWN);
  network_->SetWay(kEast, Way::kOpen);
  west_->Start(/*dials=*/false);
  Run(absl::Minutes(1));
  EXPECT_TRUE(east_->up() && west_->up());
}

TEST_F(RegionLinkTest, AStoppedLinkStaysSilent) {
  StartBoth();
  Run(absl::Seconds(2));
  east_->Stop();
  west_->Stop();
  Run(absl::Seconds(1));
  EXPECT_THAT(network_->OpenStreams(), IsEmpty());
  const int dials = network_->dials(kEast) + network_->dials(kWest);
  Run(absl::Minutes(5));
  EXPECT_EQ(network_->dials(kEast) + network_->dials(kWest), dials);
  EXPECT_EQ(east_->state(kUrgent), v1::LINK_STATE_DOWN);
}

TEST_F(RegionLinkTest, ARefusalReachesTheOriginAndTheLaneGoesOn) {
  west_->refuses = {2};
  StartBoth();
  Run(absl::Seconds(2));
  for (int i = 0; i < 3; ++i) east_->Publish(kRoutine);
  Run(absl::Seconds(3));
  EXPECT_THAT(east_->refused_by_peer(), ElementsAre(2));
  EXPECT_THAT(west_->received(kRoutine), UnorderedElementsAre(1, 3));
  EXPECT_EQ(east_->link().Status().lanes(1).persisted_offset(), 3u);
}

TEST_F(RegionLinkTest, WhatIsParkedHoldsNobodyUpAndItsRefusalIsTold) {
  west_->parks = {1};
  StartBoth();
  Run(absl::Seconds(2));
  for (int i = 0; i < 2; ++i) east_->Publish(kUrgent);
  Run(absl::Seconds(3));
  EXPECT_THAT(west_->received(kUrgent), ElementsAre(2));
  EXPECT_EQ(east_->link().Status().lanes(0).persisted_offset(), 2u);
  v1::LinkRefused refused;
  refused.set_offset(1);
  refused.set_reason(v1::ERROR_REASON_SIGNING_KEY_UNKNOWN);
  west_->link().OnParkedRefused(kUrgent, refused);
  Run(absl::Seconds(1));
  EXPECT_THAT(east_->refused_by_peer(), ElementsAre(1));
}

TEST_F(RegionLinkTest, AChangedInterestIsToldOnTheOpenStreamWithWhereItHoldsFrom) {
  StartBoth();
  Run(absl::Seconds(2));
  east_->Publish(kRoutine);
  Run(absl::Seconds(2));
  v1::LinkInterest interest;
  interest.set_generation(2);
  interest.add_filters()->add_clauses()->add_publisher_countries("KEN");
  west_->link().OnOwnInterestChanged(interest);
  Run(absl::Seconds(1));
  EXPECT_EQ(east_->peer_interest().generation(), 2u);
  EXPECT_FALSE(east_->peer_interest().everything());
  EXPECT_EQ(east_->link().PeerInterest(kRoutine).from_offset(), 1u);
  EXPECT_TRUE(east_->up());
}

TEST_F(RegionLinkTest, ARetentionGapStandsUntilAnOperatorAcceptsIt) {
  StartBoth();
  Run(absl::Seconds(2));
  for (int i = 0; i < 5; ++i) east_->Publish(kRoutine, /*wanted=*/true);
  // Told before dispatch had a chance: 1 to 3 are gone.
  east_->link().SetGap(kRoutine, 3);
  Run(absl::Seconds(30));
  EXPECT_EQ(west_->state(kRoutine), v1::LINK_STATE_GAP_PENDING);
  EXPECT_EQ(east_->state(kRoutine), v1::LINK_STATE_GAP_PENDING);
  EXPECT_EQ(west_->state(kUrgent), v1::LINK_STATE_UP);
  EXPECT_THAT(west_->alarms(), Contains(v1::ERROR_REASON_LINK_GAP_PENDING));
  EXPECT_THAT(west_->received(kRoutine), IsEmpty());
  EXPECT_TRUE(west_->link().AcceptGap(kRoutine).ok());
  Run(absl::Seconds(2));
  EXPECT_THAT(west_->received(kRoutine), ElementsAre(4, 5));
  EXPECT_TRUE(east_->up());
}

// --- The hub -----------------------------------------------------------------

class RecordedStream final : public LinkStream {
 public:
  void Send(v1::LinkFrame frame) override { sent.push_back(std::move(frame)); }
  void Close(absl::Status status) override { closed = std::move(status); }
  std::vector<v1::LinkFrame> sent;
  absl::Status closed;
};

TEST_F(RegionLinkTest, AStreamOfARegionThatIsNotLinkedIsRefused) {
  LinkHub hub(executor_);
  auto stream = std::make_shared<RecordedStream>();
  hub.Accept("elsewhere.example", stream)->OnFrame(HelloFrame());
  executor_.RunUntilIdle();
  EXPECT_EQ(stream->closed.code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(RegionLinkTest, AStreamThatDoesNotBeginWithHelloIsRefused) {
  LinkHub hub(executor_);
  auto stream = std::make_shared<RecordedStream>();
  auto events = hub.Accept(kWest, stream);
  events->OnFrame(HeartbeatFrame(0));
  executor_.RunUntilIdle();
  EXPECT_EQ(ReasonOf(stream->closed), v1::ERROR_REASON_LINK_PROTOCOL);
  events->OnFrame(HelloFrame());  // Too late, and harmless.
  events->OnClosed(absl::OkStatus());
  executor_.RunUntilIdle();
}

TEST_F(RegionLinkTest, AStreamThatSaysNothingIsRefusedInTheEnd) {
  LinkHub hub(executor_);
  auto stream = std::make_shared<RecordedStream>();
  auto events = hub.Accept(kWest, stream);
  Run(absl::Seconds(14));
  EXPECT_TRUE(stream->closed.ok());
  Run(absl::Seconds(1));
  EXPECT_EQ(ReasonOf(stream->closed), v1::ERROR_REASON_LINK_PROTOCOL);
}

// A peer that dials again has lost the stream before, whatever we think of it.
TEST_F(RegionLinkTest, ANewerStreamOfTheSameDiallerReplacesTheOlder) {
  east_->Start(/*dials=*/false);
  auto first = std::make_shared<RecordedStream>();
  east_->link().OnAccepted(kRoutine, first)->OnFrame(HelloFrame());
  executor_.RunUntilIdle();
  EXPECT_EQ(first->sent.size(), 3u) << "Hello, Directory, Interest";
  auto second = std::make_shared<RecordedStream>();
  auto events = east_->link().OnAccepted(kRoutine, second);
  EXPECT_FALSE(first->closed.ok());
  events->OnFrame(HelloFrame());
  executor_.RunUntilIdle();
  EXPECT_EQ(second->sent.size(), 3u);
  EXPECT_TRUE(second->closed.ok());
}

// --- Everything at once ------------------------------------------------------

TEST_F(RegionLinkTest, WhateverIsCutEverythingArrivesOnce) {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Seed(seed);
    StartBoth();
    for (int step = 0; step < 150; ++step) {
      for (TestRegion* region : {east_.get(), west_.get()}) {
        for (uint64_t count = random_->Uint64() % 6; count > 0; --count) {
          region->Publish(random_->Uint64() % 4 == 0 ? kUrgent : kRoutine,
                          random_->Uint64() % 3 != 0, random_->Uint64() % 20'000);
        }
      }
      const Way ways[] = {Way::kOpen, Way::kOpen, Way::kRefused, Way::kSwallowed};
      switch (random_->Uint64() % 12) {
        case 0:
          network_->Cut();
          break;
        case 1:
          network_->SetWay(kEast, ways[random_->Uint64() % 4]);
          break;
        case 2:
          network_->SetWay(kWest, ways[random_->Uint64() % 4]);
          break;
        case 3: {
          TestRegion& region = random_->Uint64() % 2 == 0 ? *east_ : *west_;
          region.Stop();
          region.Start();
          break;
        }
        default:
          break;
      }
      Run(absl::Milliseconds(random_->Uint64() % 1000));
    }
    network_->SetWay(kEast, Way::kOpen);
    network_->SetWay(kWest, Way::kOpen);
    Run(absl::Minutes(5));
    ASSERT_TRUE(east_->up() && west_->up());
    ExpectHasAllOf(*west_, *east_);
    ExpectHasAllOf(*east_, *west_);
    EXPECT_EQ(east_->link().Status().lanes(1).persisted_offset(),
              east_->link().Status().lanes(1).head_offset());
    EXPECT_THAT(east_->alarms(), IsEmpty());
    EXPECT_THAT(west_->alarms(), IsEmpty());
  }
}

}  // namespace
}  // namespace corridor
