// Two regions, one lane, both directions, over a connection that is cut at any
// frame: whatever is cut, every record that was offered arrives exactly once, in
// the order of its lane, what was withheld never does, and both sides agree on
// how far they came. Inboxes answer late, in any order, refuse some, hold some,
// and crash, forgetting all but the durable mark. A failing seed replays.

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/model/errors.h"
#include "server/link/link_protocol.h"
#include "tests/server/link/link_frames.h"
#include "tests/support/seeded_random.h"

namespace corridor {
namespace {

LinkLimits SmallLimits() {
  LinkLimits limits;
  limits.window = {.records = 8, .bytes = 2000};
  limits.frame_bytes_max = 600;
  limits.frame_records_max = 3;
  limits.routine_bytes_min = 1500;
  return limits;
}

// One region: its journal, its protocol, and its inbox for the other's records.
class Side {
 public:
  enum class Fate { kPersist, kRefuse, kPark };

  Side(std::string region, std::string peer, SeededRandom& random)
      : region_(std::move(region)), peer_(std::move(peer)), random_(random) {
    Start();
  }

  void Start() {
    protocol_.emplace(LinkOptions{.region = region_, .peer_region = peer_, .limits = SmallLimits()},
                      v1::LANE_ROUTINE);
  }

  // The process dies: what the inbox had not made durable is gone.
  void Crash() {
    inbox_.clear();
    marks_.clear();
    directories_.clear();
    sent_.clear();
    asked_again_.clear();
    delivered_through_ = mark_.offset;
    Start();
  }

  void Connect(const LinkTime& now) {
    sent_.clear();
    protocol_->OnConnected(GreetingOf(region_, head_, mark_), now);
  }
  void Disconnect() {
    protocol_->OnClosed(absl::UnavailableError("cut"));
    sent_.clear();
  }

  void Publish() {
    // Offsets between belong to the other lane.
    head_ += 1 + random_.Uint64() % 3;
    Record record{.bytes = 20 + random_.Uint64() % 500, .wanted = random_.Uint64() % 3 != 0};
    const uint64_t fate = random_.Uint64() % 20;
    record.fate = fate == 0 ? Fate::kRefuse : fate == 1 ? Fate::kPark : Fate::kPersist;
    journal_.emplace(head_, record);
    protocol_->OnJournalAdvanced(head_);
  }

  // What dispatch does, in several steps with anything between them.
  void Dispatch() {
    const OutletDemand demand = protocol_->Demand();
    if (!demand.wants()) return;
    ASSERT_LE(demand.records, SmallLimits().window.records);
    uint64_t after = demand.after;
    for (int count = 0; count < 4; ++count) {
      auto next = journal_.upper_bound(after);
      if (next == journal_.end()) return;
      const auto& [offset, record] = *next;
      const bool taken =
          record.wanted
              ? protocol_->OfferRecord(after, RecordOf(region_, EpochOf(region_), v1::LANE_ROUTINE,
                                                       offset, record.bytes))
              : protocol_->OfferSkip(after, offset);
      if (!taken) return;
      after = offset;
    }
  }

  // One thing that waits with the inbox is answered, in any order.
  void AnswerInbox(const Side& origin) {
    if (!directories_.empty()) {
      protocol_->OnDirectoryAccepted(directories_.front(), 1);
      directories_.pop_front();
    } else if (!marks_.empty() && random_.Uint64() % 2 == 0) {
      const PeerPosition mark = marks_.front();
      marks_.pop_front();
      if (random_.Uint64() % 8 == 0) return protocol_->OnMarkMoveFailed();
      RaiseMark(mark.offset);
      protocol_->OnMarkMoved(mark);
    } else if (!inbox_.empty()) {
      auto entry = inbox_.begin() + static_cast<ptrdiff_t>(random_.Uint64() % inbox_.size());
      const DeliverRecord delivery = std::move(*entry);
      inbox_.erase(entry);
      Decide(origin, delivery);
    }
  }

  void Decide(const Side& origin, const DeliverRecord& delivery) {
    const PeerPosition at = delivery.at;
    const Record& record = origin.journal_.at(at.offset);
    ASSERT_TRUE(record.wanted) << "a withheld record arrived";
    if (random_.Uint64() % 12 == 0) {
      asked_again_.insert(at.offset);
      return protocol_->OnTryAgain(at);
    }
    RaiseMark(delivery.mark_after);
    // A crash may bring a record again; the inbox knows it by its id, and what it
    // decided stays decided.
    if (held_.contains(at.offset)) return protocol_->OnPersisted(at);
    if (record.fate == Fate::kPark) {
      parked_.insert(at.offset);
      return protocol_->OnParked(at);
    }
    if (record.fate == Fate::kRefuse) {
      refused_.insert(at.offset);
      return protocol_->OnRefusedDurably(at, v1::ERROR_REASON_POLICY_DENIED, std::string(32, 'd'));
    }
    held_.insert(at.offset);
    protocol_->OnPersisted(at);
  }

  // The mark may never pass a record that is not decided.
  void RaiseMark(uint64_t mark) { mark_ = {EpochOf(peer_), std::max(mark_.offset, mark)}; }

  void CheckMark(const Side& origin) const {
    for (const auto& [offset, record] : origin.journal_) {
      if (offset > mark_.offset) break;
      ASSERT_EQ(record.wanted, Decided(offset))
          << "the mark " << mark_.offset << " passed " << offset;
    }
    ASSERT_LE(origin.protocol_->Status().persisted_offset(), mark_.offset)
        << "acknowledged what is not durable";
  }

  // Moves what the protocol wants to where it goes. False: it ended the stream.
  bool Drain() {
    bool open = true;
    for (LinkAction& action : protocol_->TakeActions()) {
      if (auto* send = std::get_if<SendFrame>(&action)) sent_.push_back(std::move(send->frame));
      if (auto* deliver = std::get_if<DeliverRecord>(&action)) {
        CheckDelivery(deliver->at.offset);
        inbox_.push_back(std::move(*deliver));
      }
      if (auto* directory = std::get_if<TakeOverDirectory>(&action)) {
        directories_.push_back(directory->token);
      }
      if (auto* move = std::get_if<MoveMarkThrough>(&action)) marks_.push_back(move->mark);
      if (auto* close = std::get_if<CloseStream>(&action)) {
        open = false;
        close_reasons_.insert(ReasonOf(close->status));
      }
    }
    return open;
  }

  // In the order of the lane; a second time only when the inbox asked for it.
  void CheckDelivery(uint64_t offset) {
    if (asked_again_.erase(offset) > 0) return;
    EXPECT_GT(offset, delivered_through_) << "delivered twice, or out of order";
    delivered_through_ = offset;
  }

  bool Decided(uint64_t offset) const {
    return held_.contains(offset) || refused_.contains(offset) || parked_.contains(offset);
  }

  // Whether all of the peer's journal has been decided on here.
  bool HasAllOf(const Side& origin) const {
    for (const auto& [offset, record] : origin.journal_) {
      if (record.wanted && !Decided(offset)) return false;
    }
    return mark_.offset >= origin.head_ || origin.journal_.empty();
  }

  void CheckOutcomeOf(const Side& origin) const {
    for (const auto& [offset, record] : origin.journal_) {
      if (record.wanted && record.fate == Fate::kPersist) {
        ASSERT_TRUE(held_.contains(offset)) << "lost: " << offset;
      }
      if (!record.wanted || record.fate == Fate::kRefuse) {
        ASSERT_FALSE(held_.contains(offset)) << "should not be here: " << offset;
      }
    }
    ASSERT_EQ(origin.protocol_->Status().persisted_offset(), origin.head_);
    ASSERT_EQ(origin.protocol_->Status().sent_offset(), origin.head_);
  }

  LinkProtocol& protocol() { return *protocol_; }
  std::deque<v1::LinkFrame>& sent() { return sent_; }
  const std::set<v1::ErrorReason>& close_reasons() const { return close_reasons_; }

 private:
  struct Record {
    size_t bytes;
    bool wanted;
    Fate fate = Fate::kPersist;
  };

  const std::string region_;
  const std::string peer_;
  SeededRandom& random_;
  std::map<uint64_t, Record> journal_;
  uint64_t head_ = 0;
  std::optional<LinkProtocol> protocol_;
  std::deque<v1::LinkFrame> sent_;
  std::deque<DeliverRecord> inbox_;
  std::deque<PeerPosition> marks_;
  std::deque<uint64_t> directories_;
  std::set<uint64_t> asked_again_;
  uint64_t delivered_through_ = 0;  // Since the last crash.
  PeerPosition mark_;
  std::set<uint64_t> held_;
  std::set<uint64_t> refused_;
  std::set<uint64_t> parked_;
  std::set<v1::ErrorReason> close_reasons_;
};

class World {
 public:
  explicit World(uint64_t seed)
      : random_(seed), east_(kEast, kWest, random_), west_(kWest, kEast, random_) {}

  void Step(bool troubled) {
    Side& side = random_.Uint64() % 2 == 0 ? east_ : west_;
    Side& other = &side == &east_ ? west_ : east_;
    switch (random_.Uint64() % 16) {
      case 0:
        if (troubled) side.Publish();
        break;
      case 1:
        Pass(absl::Milliseconds(random_.Uint64() % 1500));
        break;
      case 2:
        if (troubled && random_.Uint64() % 4 == 0) Cut();
        break;
      case 3:
        if (troubled && random_.Uint64() % 30 == 0) {
          Cut();
          side.Crash();
        }
        break;
      case 4:
        if (!connected_) Connect();
        break;
      case 5:
      case 6:
      case 7:
        side.Dispatch();
        break;
      case 8:
      case 9:
      case 10:
        side.AnswerInbox(other);
        break;
      default:
        Carry(side, other);
    }
    Settle();
    east_.CheckMark(west_);
    west_.CheckMark(east_);
  }

  bool Done() const { return connected_ && east_.HasAllOf(west_) && west_.HasAllOf(east_); }

  void Run() {
    for (int step = 0; step < 3000; ++step) {
      Step(true);
      if (testing::Test::HasFatalFailure()) return;
    }
    for (int step = 0; step < 100'000 && !Done(); ++step) {
      Step(false);
      if (testing::Test::HasFatalFailure()) return;
    }
    ASSERT_TRUE(Done()) << "did not come to rest";
    for (int step = 0; step < 500; ++step) Step(false);  // The last acknowledgements.
    east_.CheckOutcomeOf(west_);
    west_.CheckOutcomeOf(east_);
    for (const Side* side : {&east_, &west_}) {
      for (const v1::ErrorReason reason : side->close_reasons()) {
        ASSERT_EQ(reason, v1::ERROR_REASON_NOT_READY) << ReasonName(reason);
      }
    }
  }

 private:
  void Connect() {
    connected_ = true;
    east_.Connect(now_);
    west_.Connect(now_);
  }

  void Cut() {
    if (!std::exchange(connected_, false)) return;
    east_.Disconnect();
    west_.Disconnect();
  }

  void Carry(Side& from, Side& to) {
    if (!connected_ || from.sent().empty()) return;
    v1::LinkFrame frame = std::move(from.sent().front());
    from.sent().pop_front();
    to.protocol().OnFrame(std::move(frame), now_);
  }

  void Pass(absl::Duration time) {
    now_.steady += time;
    now_.wall += time;
    east_.protocol().OnTick(now_, {});
    west_.protocol().OnTick(now_, {});
  }

  void Settle() {
    const bool east_open = east_.Drain();
    const bool west_open = west_.Drain();
    if (!east_open || !west_open) Cut();
    east_.Drain();
    west_.Drain();
  }

  SeededRandom random_;
  LinkTime now_{.steady = absl::Hours(1), .wall = absl::FromUnixSeconds(1'000'000)};
  Side east_;
  Side west_;
  bool connected_ = false;
};

class LinkModel : public ::testing::TestWithParam<uint64_t> {};

TEST_P(LinkModel, EveryRecordArrivesExactlyOnceWhateverIsCut) {
  for (uint64_t seed = GetParam() * 100; seed < GetParam() * 100 + 10; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    World(seed).Run();
    if (HasFatalFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, LinkModel, ::testing::Range<uint64_t>(1, 9));

}  // namespace
}  // namespace corridor
