// Protocol version 1, as it was on the wire: the frames of a build that speaks nothing
// newer, byte for byte. This build must agree with it on version 1, take its records,
// send it ours in bytes that it reads, and keep to itself what came with version 2.
//
// The bytes below are history. A change that needs them changed is one that such a
// build does not survive: give it a protocol version of its own.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/base/strings.h"
#include "core/model/errors.h"
#include "server/link/link_protocol.h"
#include "tests/server/link/link_frames.h"

namespace corridor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// --- What the old build says: west.example, epoch 49, its journal at offset 3 ---------

// Protocol 1 to 1, routine lane, holds nothing of ours, policy generation 4.
constexpr char kHello[] =
    "0a2d0a0c776573742e6578616d706c6510011801200131310000000000000038035201315a013162047465737468"
    "04";
constexpr char kDirectory[] =
    "122d0a196469726563746f7279206f6620776573742e6578616d706c6512097369676e61747572651a0563686169"
    "6e";
constexpr char kInterest[] = "1a0408011001";    // Generation 1, everything.
constexpr char kWindow[] = "2206080a10a08d06";  // 10 records, 100,000 bytes.
// Predecessor 0; a record at offset 2, body "body", accepted at 1,000 ms.
constexpr char kRecords[] =
    "2a3212300a0c1a04626f6479220473616c7412200a190a0c776573742e6578616d706c6511310000000000000018"
    "02100118e807";
constexpr char kSkipped[] = "320408021003";                  // Predecessor 2, through 3.
constexpr char kPersisted[] = "3a020801";                    // Offset 1.
constexpr char kRefused[] = "420c0802101f1a06646967657374";  // Offset 2, POLICY_DENIED.
constexpr char kGap[] = "4a021003";                          // Predecessor 0, through 3.
// At 1,000,000 s, head 3, sent 3.
constexpr char kHeartbeat[] = "5214088094ebdc031003180322046865616428063004";

// --- What this build says to it --------------------------------------------------------

// The Directory, Interest and Window of east.example.
constexpr char kOurDirectory[] = "121b0a196469726563746f7279206f6620656173742e6578616d706c65";
constexpr char kOurInterest[] = "1a0408011001";
constexpr char kOurWindow[] = "22080880081080808004";
// Predecessor 0; a record at offset 1, body "b".
constexpr char kOurRecord[] =
    "2a2612240a031a0162121d0a190a0c656173742e6578616d706c6511e10000000000000018011001";
constexpr char kOurSkip[] = "320408011002";   // Predecessor 1, through 2.
constexpr char kOurPersisted[] = "3a020803";  // Offset 3.
constexpr char kOurRefusal[] = "420c0802101f1a06646967657374";

// --- What a version that this build does not know might say -----------------------------

// A Hello of protocol 90 to 91.
constexpr char kNewerHello[] = "0a1f0a0c776573742e6578616d706c651001185a205b3131000000000000003803";
// RecallApplied, of version 2.
constexpr char kRecallApplied[] = "5a0f080111e10000000000000018012001";

constexpr uint64_t kOldEpoch = 49;

class ProtocolVersionOne : public ::testing::Test {
 protected:
  // Sorted by what matters here.
  struct Heard {
    std::vector<std::string> sent;  // Frames, as hexadecimal digits.
    std::vector<DeliverRecord> delivered;
    std::vector<TakeOverDirectory> directories;
    std::vector<PeerPosition> marks;
    std::vector<v1::LinkRefused> refused;
    std::vector<absl::Status> closed;
    size_t for_desk = 0;
  };

  void SetUp() override {
    protocol_.OnConnected(GreetingOf(kEast, 2, {}), now_);
    hello_ = Take().sent;
  }

  // The old build's bytes come in, as a transport hands them over.
  void Hear(std::string_view hex) {
    v1::LinkFrame frame;
    ASSERT_TRUE(frame.ParseFromString(absl::HexStringToBytes(A(hex))));
    protocol_.OnFrame(std::move(frame), now_);
  }
  Heard Take() {
    Heard heard;
    for (LinkAction& action : protocol_.TakeActions()) {
      if (const auto* send = std::get_if<SendFrame>(&action)) {
        heard.sent.push_back(absl::BytesToHexString(send->frame.SerializeAsString()));
      } else if (auto* record = std::get_if<DeliverRecord>(&action)) {
        heard.delivered.push_back(std::move(*record));
      } else if (auto* directory = std::get_if<TakeOverDirectory>(&action)) {
        heard.directories.push_back(std::move(*directory));
      } else if (const auto* mark = std::get_if<MoveMarkThrough>(&action)) {
        heard.marks.push_back(mark->mark);
      } else if (auto* refused = std::get_if<RefusedByPeer>(&action)) {
        heard.refused.push_back(std::move(refused->refused));
      } else if (const auto* close = std::get_if<CloseStream>(&action)) {
        heard.closed.push_back(close->status);
      } else if (std::holds_alternative<HandToDesk>(action)) {
        ++heard.for_desk;
      }
    }
    return heard;
  }
  // Both greet each other; the lane is up.
  void Greet() {
    for (const char* hex : {kHello, kDirectory, kInterest, kWindow}) Hear(hex);
    const Heard heard = Take();
    ASSERT_EQ(heard.directories.size(), 1u);
    EXPECT_EQ(heard.directories[0].directory.directory(), "directory of west.example");
    EXPECT_THAT(heard.sent, ElementsAre(kOurDirectory, kOurInterest));
    protocol_.OnDirectoryAccepted(heard.directories[0].token, 1);
    EXPECT_THAT(Take().sent, ElementsAre(kOurWindow));
    ASSERT_EQ(protocol_.state(), v1::LINK_STATE_UP);
  }
  bool Offer(uint64_t after, uint64_t offset) {
    return protocol_.OfferRecord(after, RecordOf(kEast, kEastEpoch, v1::LANE_ROUTINE, offset, 1));
  }

  LinkTime now_{.steady = absl::Hours(1), .wall = absl::FromUnixSeconds(1'000'000)};
  LinkProtocol protocol_{{.region = kEast, .peer_region = kWest}, v1::LANE_ROUTINE};
  std::vector<std::string> hello_;
};

TEST_F(ProtocolVersionOne, IsOfferedBesideTheNewestAndAgreedOn) {
  ASSERT_EQ(hello_.size(), 1u);
  v1::LinkFrame ours;
  ASSERT_TRUE(ours.ParseFromString(absl::HexStringToBytes(hello_[0])));
  EXPECT_EQ(ours.hello().protocol_min(), 1u);
  EXPECT_EQ(ours.hello().protocol_max(), kLinkProtocolMax);
  Greet();
  EXPECT_EQ(protocol_.protocol_version(), 1u);
  EXPECT_EQ(protocol_.Status().inbound_head(), 3u);
}

TEST_F(ProtocolVersionOne, ItsRecordsAreTakenAndAcknowledged) {
  Greet();
  Hear(kRecords);
  const Heard heard = Take();
  ASSERT_EQ(heard.delivered.size(), 1u);
  EXPECT_EQ(heard.delivered[0].at, (PeerPosition{kOldEpoch, 2}));
  EXPECT_EQ(heard.delivered[0].record->statement().body(), "body");
  EXPECT_EQ(heard.delivered[0].record->acceptance().accept_time_ms(), 1000);
  Hear(kSkipped);
  Hear(kHeartbeat);
  protocol_.OnPersisted(heard.delivered[0].at);
  const Heard moving = Take();
  ASSERT_THAT(moving.marks, ElementsAre(PeerPosition{kOldEpoch, 3}));
  protocol_.OnMarkMoved(moving.marks[0]);
  const Heard told = Take();
  ASSERT_FALSE(told.sent.empty());
  EXPECT_EQ(told.sent.back(), kOurPersisted);
  EXPECT_THAT(told.closed, IsEmpty());
  EXPECT_EQ(protocol_.state(), v1::LINK_STATE_UP);
}

TEST_F(ProtocolVersionOne, ItHearsOfWhatWeRefuse) {
  Greet();
  Hear(kRecords);
  const Heard heard = Take();
  ASSERT_EQ(heard.delivered.size(), 1u);
  protocol_.OnRefusedDurably(heard.delivered[0].at, v1::ERROR_REASON_POLICY_DENIED, "digest");
  EXPECT_THAT(Take().sent, ::testing::Contains(std::string(kOurRefusal)));
}

TEST_F(ProtocolVersionOne, OursAreSentInItsBytes) {
  Greet();
  ASSERT_TRUE(Offer(0, 1));
  ASSERT_TRUE(protocol_.OfferSkip(1, 2));
  EXPECT_THAT(Take().sent, ElementsAre(kOurRecord));
  now_.steady += absl::Seconds(1);
  protocol_.OnTick(now_, {});
  EXPECT_THAT(Take().sent, ElementsAre(kOurSkip));
  Hear(kPersisted);
  EXPECT_EQ(protocol_.Status().persisted_offset(), 1u);
  Hear(kRefused);
  const Heard heard = Take();
  ASSERT_EQ(heard.refused.size(), 1u);
  EXPECT_EQ(heard.refused[0].reason(), v1::ERROR_REASON_POLICY_DENIED);
  EXPECT_THAT(heard.closed, IsEmpty());
}

TEST_F(ProtocolVersionOne, ItsGapStandsUntilItIsAccepted) {
  Greet();
  Hear(kGap);
  EXPECT_EQ(protocol_.state(), v1::LINK_STATE_GAP_PENDING);
  EXPECT_EQ(protocol_.inbound_gap_through(), 3u);
}

TEST_F(ProtocolVersionOne, WhatCameWithVersionTwoIsWithheldFromIt) {
  Greet();
  v1::LinkFrame notice;
  notice.mutable_recall_applied()->set_offset(1);
  protocol_.SetNotices({{"a recall", notice}});
  v1::LinkFrame ask;
  ask.mutable_ask()->set_ask_id(1);
  EXPECT_FALSE(protocol_.SendFromDesk(ask));
  EXPECT_THAT(Take().sent, IsEmpty());
}

// It could not say that it has noted one.
TEST_F(ProtocolVersionOne, IsToldOfARefusalOnceAndNotOnEachStream) {
  Greet();
  v1::LinkFrame notice;
  notice.mutable_refused()->set_offset(1);
  protocol_.SetNotices({{KeyOfNotice(notice.refused()), notice}});
  v1::LinkFrame noted;
  noted.mutable_refused_noted()->set_offset(1);
  EXPECT_FALSE(protocol_.SendFromDesk(noted));
  EXPECT_THAT(Take().sent, IsEmpty());
}

TEST_F(ProtocolVersionOne, HasNoFramesOfVersionTwo) {
  Greet();
  Hear(kRecallApplied);
  const Heard heard = Take();
  EXPECT_EQ(heard.for_desk, 0u);
  ASSERT_EQ(heard.closed.size(), 1u);
  EXPECT_EQ(ReasonOf(heard.closed[0]), v1::ERROR_REASON_LINK_PROTOCOL);
}

TEST_F(ProtocolVersionOne, ABuildThatSpeaksOnlyNewerOnesIsToldSo) {
  Hear(kNewerHello);
  const Heard heard = Take();
  ASSERT_EQ(heard.closed.size(), 1u);
  EXPECT_EQ(ReasonOf(heard.closed[0]), v1::ERROR_REASON_LINK_PROTOCOL);
  EXPECT_THAT(
      std::string(heard.closed[0].message()),
      HasSubstr(absl::StrCat("no protocol version in common: the peer speaks 90 to 91, we 1 to ",
                             kLinkProtocolMax)));
  EXPECT_THAT(heard.sent, IsEmpty());
  EXPECT_EQ(protocol_.state(), v1::LINK_STATE_DOWN);
  EXPECT_THAT(protocol_.Status().detail(), HasSubstr("the peer speaks 90 to 91"))
      << "and an operator reads it";
}

}  // namespace
}  // namespace corridor
