// A subscription lives through a long, random life: windows come and go, leases
// run out, sessions break, writes fail, the broker restarts, what is rejected comes again
// when it is redriven. At every step:
// nothing is lost, nothing is delivered again once its settlement was confirmed,
// the floor never goes back, and no window is exceeded. A failing seed replays.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/delivery/subscriber_session.h"
#include "tests/support/seeded_random.h"

namespace corridor {
namespace {

class World {
 public:
  explicit World(uint64_t seed) : random_(seed) { Restart(); }

  void Step() {
    now_ += absl::Milliseconds(random_.Uint64() % 3000);
    state_->AdvanceTo(now_);
    switch (random_.Uint64() % 20) {
      case 0:
        EndSession(PickSession());
        break;
      case 1:
        if (random_.Uint64() % 5 == 0) Restart();
        break;
      case 2:
      case 3:
        SetWindow(PickSession(), PickLane(), random_.Uint64() % 12, random_.Uint64() % 400);
        break;
      case 4:
      case 5:
      case 6:
        Publish();
        break;
      case 7:
        Supersede();
        break;
      case 8:
        now_ += absl::Seconds(30);
        Redrive();
        break;
      case 9:
        state_->SetPaused(random_.Uint64() % 4 == 0);
        Write();
        break;
      case 10:
        Write();
        break;
      case 11:
      case 12:
      case 13:
        Settle();
        break;
      default:
        Deliver();
    }
    Check();
  }

  // With a client that settles all, everything is settled in the end.
  void Finish() {
    FinishWrite(true);
    state_->SetPaused(false);
    for (int round = 0; round < 2000 && !AllSettled(); ++round) {
      now_ += absl::Seconds(20);
      state_->AdvanceTo(now_);
      for (const v1::Lane lane : kLanesUrgentFirst) SetWindow(1, lane, 10, 1000);
      Redrive();
      Deliver();
      settle_odds_ = 1;
      Settle();
      write_out_ = state_->TakeWrite(CursorWriteFor::kProgress);
      FinishWrite(true);
      Check();
    }
    ASSERT_TRUE(AllSettled());
    ASSERT_TRUE(state_->idle());
    ASSERT_EQ(state_->leased(v1::LANE_ROUTINE) + state_->leased(v1::LANE_URGENT), 0u);
    for (const auto& [offset, record] : journal_) {
      if (record.wanted && !record.superseded) {
        ASSERT_TRUE(delivered_.contains(offset)) << "lost: " << offset;
        ASSERT_TRUE(confirmed_.contains(offset) || letters_.contains({record.lane, offset}))
            << "neither done nor a dead letter: " << offset;
      }
    }
  }

 private:
  struct Record {
    v1::Lane lane;
    size_t bytes;
    bool wanted;
    bool superseded = false;
  };
  struct Held {
    TakerId session;
    uint64_t offset;
  };

  // The dead letters, as they are durable: with the attempts, and whether redriven.
  struct Letter {
    uint32_t attempts;
    bool redriven = false;
  };

  TakerId PickSession() { return 1 + random_.Uint64() % 2; }
  v1::Lane PickLane() { return random_.Uint64() % 3 == 0 ? v1::LANE_URGENT : v1::LANE_ROUTINE; }

  void Restart() {
    SubscriptionOptions options{.name = "subscriptions/x",
                                .tag = 1,
                                .broker_start = random_.Uint64(),
                                .ack_timeout = absl::Seconds(20),
                                .unsettled_max = 24,
                                .failures_max = 5};
    state_.emplace(options, durable_);
    state_->SetDeadLetters(letters_.size());
    for (const auto& [place, letter] : letters_) {
      if (letter.redriven) state_->Redrive(place.first, place.second, letter.attempts);
    }
    held_.clear();
    windows_.clear();
    write_out_.reset();
  }

  void EndSession(TakerId session) {
    state_->SessionEnded(session);
    for (const v1::Lane lane : kLanesUrgentFirst) windows_.erase({session, lane});
    // The client forgets; it may still settle what it held, and is told: stale.
    for (const auto& [token, held] : held_) {
      if (held.session == session) gone_.insert(token);
    }
    std::erase_if(held_, [&](const auto& each) { return each.second.session == session; });
  }

  void SetWindow(TakerId session, v1::Lane lane, uint32_t messages, uint64_t bytes) {
    windows_[{session, lane}] = {messages, bytes};
    state_->SetWindow(session, lane, messages, bytes);
  }

  void Redrive() {
    for (auto& [place, letter] : letters_) {
      if (letter.redriven || random_.Uint64() % 3 != 0) continue;
      letter.redriven = true;
      state_->Redrive(place.first, place.second, letter.attempts);
    }
  }

  void Publish() {
    for (uint64_t count = random_.Uint64() % 8; count > 0; --count) {
      journal_.emplace(++head_,
                       Record{PickLane(), 1 + random_.Uint64() % 150, random_.Uint64() % 3 != 0});
    }
  }

  void Supersede() {
    if (head_ == 0) return;
    journal_.at(1 + random_.Uint64() % head_).superseded = true;
  }

  // What dispatch does.
  void Deliver() {
    for (const auto& [lane, offset] : state_->DueForRedelivery()) {
      const Record& record = journal_.at(offset);
      if (record.superseded) {
        state_->Skip(lane, offset);
      } else if (state_->Fits(lane, record.bytes)) {
        Hand(lane, offset, record.bytes);
      }
    }
    for (const v1::Lane lane : kLanesUrgentFirst) {
      // A batch is read at the demand, and may hold what was settled before.
      std::vector<uint64_t> batch;
      const OutletDemand demand = state_->Demand(lane);
      if (!demand.wants()) continue;
      for (auto next = journal_.upper_bound(demand.after);
           next != journal_.end() && batch.size() < 5; ++next) {
        if (next->second.lane == lane) batch.push_back(next->first);
      }
      for (const uint64_t offset : batch) {
        const Record& record = journal_.at(offset);
        if (state_->IsSettled(lane, offset) || !record.wanted || record.superseded) {
          state_->SkipThrough(lane, offset);
          continue;
        }
        if (!state_->WantsMore(lane) || !state_->Fits(lane, record.bytes)) break;
        Hand(lane, offset, record.bytes);
      }
    }
  }

  void Hand(v1::Lane lane, uint64_t offset, size_t bytes) {
    const Lease lease = state_->Hand(lane, offset, bytes, now_);
    const auto window = windows_.at({lease.taker, lane});
    ASSERT_FALSE(confirmed_.contains(offset)) << "delivered after its confirmed settlement";
    ASSERT_TRUE(tokens_.insert(lease.token).second) << "a lease given twice";
    ASSERT_LE(state_->leased(lease.taker, lane), window.first);
    if (state_->leased(lease.taker, lane) > 1) {
      ASSERT_LE(state_->leased_bytes(lease.taker, lane), window.second);
    }
    const auto redriven =
        static_cast<size_t>(std::count_if(letters_.begin(), letters_.end(), [](const auto& letter) {
          return letter.second.redriven;
        }));
    ASSERT_LE(state_->unsettled(), 24u + redriven);
    delivered_.insert(offset);
    held_[lease.token] = {lease.taker, offset};
  }

  void Settle() {
    v1::Settlement settlement;
    std::vector<std::string> sent;
    for (const auto& [token, held] : held_) {
      if (random_.Uint64() % settle_odds_ != 0) continue;
      const uint64_t choice = settle_odds_ > 1 ? random_.Uint64() % 9 : 8;
      if (choice == 0) {
        settlement.add_extended(token);
        continue;
      }
      if (choice == 1) {
        settlement.add_released(token);
      } else if (choice == 2) {
        v1::DeferredDelivery& deferred = *settlement.add_deferred();
        deferred.set_lease(token);
        deferred.set_delay_ms(static_cast<uint32_t>(random_.Uint64() % 60'000));
      } else if (choice == 3) {
        settlement.add_rejected()->set_lease(token);
        rejected_.insert(token);
      } else {
        settlement.add_acknowledged(token);
        offset_of_[token] = held.offset;
      }
      sent.push_back(token);
    }
    for (const std::string& token : sent) held_.erase(token);
    const std::set<std::string> late = std::exchange(gone_, {});
    for (const std::string& token : late) settlement.add_acknowledged(token);
    const SettleOutcome outcome = state_->Settle(PickSession(), settlement, now_);
    const std::set<std::string> stale(outcome.stale.begin(), outcome.stale.end());
    for (const std::string& token : late) {
      ASSERT_TRUE(stale.contains(token)) << "a lease of an ended session was taken";
    }
    ASSERT_EQ(outcome.acknowledged + outcome.rejected + outcome.released + outcome.extended +
                  outcome.stale.size(),
              static_cast<size_t>(settlement.acknowledged_size() + settlement.released_size() +
                                  settlement.deferred_size() + settlement.extended_size() +
                                  settlement.rejected_size()));
  }

  void Write() {
    if (write_out_) {
      FinishWrite(random_.Uint64() % 4 != 0);
    } else {
      write_out_ = state_->TakeWrite(random_.Uint64() % 2 == 0 ? CursorWriteFor::kSettlements
                                                               : CursorWriteFor::kProgress);
    }
  }

  void FinishWrite(bool ok) {
    if (!write_out_) return;
    if (ok) {
      durable_ = write_out_->cursor;
      for (const DeadLetterChange& change : write_out_->dead_letters) {
        const std::pair<v1::Lane, uint64_t> place{change.lane, change.offset};
        letters_.erase(place);
        if (change.cause) letters_[place] = {change.cause->attempts};
      }
      write_out_.reset();
      Confirm(state_->Written());
    } else {
      write_out_.reset();
      state_->WriteFailed();
    }
  }

  void Confirm(const std::vector<SettledLease>& settled) {
    for (const SettledLease& each : settled) {
      if (!rejected_.contains(each.lease)) confirmed_.insert(offset_of_.at(each.lease));
    }
  }

  void Check() {
    for (const v1::Lane lane : kLanesUrgentFirst) {
      uint64_t& floor = floors_[LaneIndex(lane)];
      ASSERT_GE(durable_.lane(lane).floor(), floor) << "the floor went back";
      floor = durable_.lane(lane).floor();
      ASSERT_GE(state_->cursor().lane(lane).floor(), floor);
      ASSERT_LE(state_->cursor().lane(lane).above().size(), 25u);
      for (const auto& [offset, record] : journal_) {
        if (record.lane != lane || !durable_.lane(lane).Contains(offset)) continue;
        ASSERT_TRUE(!record.wanted || record.superseded || delivered_.contains(offset))
            << "settled, but never handed over: " << offset;
      }
    }
    const auto round_trip = DecodeCursor(EncodeCursor(state_->cursor()));
    ASSERT_TRUE(round_trip.ok());
    ASSERT_EQ(*round_trip, state_->cursor());
  }

  bool AllSettled() const {
    for (const auto& [offset, record] : journal_) {
      if (!durable_.lane(record.lane).Contains(offset)) return false;
    }
    return std::none_of(letters_.begin(), letters_.end(),
                        [](const auto& letter) { return letter.second.redriven; });
  }

  SeededRandom random_;
  absl::Duration now_;
  std::map<uint64_t, Record> journal_;
  uint64_t head_ = 0;
  SubscriptionCursor durable_{.epoch = 9, .lanes = {LaneCursor(), LaneCursor()}};
  std::optional<SubscriptionState> state_;
  std::map<std::pair<TakerId, v1::Lane>, std::pair<uint32_t, uint64_t>> windows_;
  std::map<std::pair<v1::Lane, uint64_t>, Letter> letters_;
  std::optional<SubscriptionWrite> write_out_;
  std::map<std::string, Held> held_;  // By the client, as far as it knows.
  std::set<std::string> gone_;        // Of sessions that ended.
  std::set<std::string> tokens_;
  std::set<std::string> rejected_;
  std::map<std::string, uint64_t> offset_of_;
  std::set<uint64_t> delivered_;
  std::set<uint64_t> confirmed_;
  std::array<uint64_t, 2> floors_{};
  uint64_t settle_odds_ = 3;
};

class SubscriptionModel : public ::testing::TestWithParam<uint64_t> {};

TEST_P(SubscriptionModel, KeepsItsPromises) {
  for (uint64_t seed = GetParam() * 100; seed < GetParam() * 100 + 20; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    World world(seed);
    for (int step = 0; step < 400; ++step) {
      world.Step();
      if (HasFatalFailure()) return;
    }
    world.Finish();
    if (HasFatalFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, SubscriptionModel, ::testing::Range<uint64_t>(1, 7));

}  // namespace
}  // namespace corridor
