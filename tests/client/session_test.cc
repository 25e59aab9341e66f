// A week in the life of a session, in no time: attach, receive, settle; the broker falls
// silent, drains, comes back, or lets another session take over. Handlers see each
// statement at least once and never one that does not verify; a handle forgotten gives its
// delivery back.
#include "corridor/session.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/crypto/statement_proof.h"
#include "core/model/errors.h"
#include "corridor/mocks/mock_subscriber_connection.h"
#include "corridor/subscriber.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/fake_broker.h"
#include "tests/support/seeded_random.h"
#include "tests/support/sim_executor.h"
#include "tests/support/test_statements.h"

namespace corridor {
namespace {

constexpr char kPublisher[] = "spiffe://eastafrica.example/agency/ke-desk";

// The broker's end of one attachment.
struct Call {
  SubscriberConnection::AttachParams params;
  std::vector<v1::AttachRequest> sent;
  bool half_closed = false;
  bool destroyed = false;
};

class CallStream final : public SessionStream {
 public:
  explicit CallStream(std::shared_ptr<Call> call) : call_(std::move(call)) {}
  ~CallStream() override { call_->destroyed = true; }
  void Send(v1::AttachRequest request) override { call_->sent.push_back(std::move(request)); }
  void HalfClose() override { call_->half_closed = true; }

 private:
  const std::shared_ptr<Call> call_;
};

class SessionTest : public testing::Test {
 protected:
  SessionTest() {
    ON_CALL(*connection_, Attach).WillByDefault([this](auto params) {
      calls_.push_back(std::make_shared<Call>());
      calls_.back()->params = std::move(params);
      return std::make_unique<CallStream>(calls_.back());
    });
  }

  // A session ends on its executor; without this, task and call would keep each other.
  ~SessionTest() override {
    session_.reset();
    executor_.RunUntilIdle();
  }

  void Start(SessionOptions options = {}) {
    options.subscription = "subscriptions/all";
    options.on_event = [this](const SessionEvent& event) { events_.push_back(event); };
    session_ = subscriber_.Start(std::move(options), [this](Delivery delivery, AckHandle handle) {
      deliveries_.push_back(std::move(delivery));
      handles_.push_back(std::move(handle));
    });
    executor_.RunUntilIdle();
  }

  Call& call() { return *calls_.back(); }

  void Receive(v1::AttachResponse response) {
    call().params.on_response(std::move(response));
    executor_.RunUntilIdle();
  }
  void ReceiveStarted(uint32_t lease_ms = 0) {
    v1::AttachResponse response;
    response.mutable_started()->set_heartbeat_interval_ms(5000);
    response.mutable_started()->set_lease_ms(lease_ms);
    Receive(std::move(response));
  }
  void ReceiveHeartbeat() {
    v1::AttachResponse response;
    response.mutable_heartbeat();
    Receive(std::move(response));
  }
  void Deliver(const std::string& lease) { Deliver(DeliveryOf(Statement(), 1, lease)); }
  void Deliver(v1::Delivery delivery) {
    v1::AttachResponse response;
    *response.mutable_deliveries()->add_deliveries() = std::move(delivery);
    Receive(std::move(response));
  }
  void Settled(const std::string& lease, bool stale = false) {
    v1::AttachResponse response;
    *(stale ? response.mutable_settled()->add_stale() : response.mutable_settled()->add_settled()) =
        lease;
    Receive(std::move(response));
  }
  void GoAway(v1::GoAwayReason reason) {
    v1::AttachResponse response;
    response.mutable_go_away()->set_reason(reason);
    Receive(std::move(response));
    EndCall(absl::OkStatus());
  }
  void EndCall(const absl::Status& status) {
    const auto ended = calls_.back();
    ended->params.on_end(status);
    executor_.RunUntilIdle();
  }

  v1::SignedStatement Statement() {
    return Sign(ExampleIssue(kPublisher, 1), RoutingToAll(), key_, random_);
  }

  // Every settlement sent on the last call.
  v1::Settlement SettlementsSent() {
    v1::Settlement all;
    for (const v1::AttachRequest& request : call().sent) all.MergeFrom(request.settlement());
    return all;
  }

  SimExecutor executor_;
  SeededRandom random_{1};
  const SigningKey key_ = SigningKey::Generate();
  std::shared_ptr<testing::NiceMock<MockSubscriberConnection>> connection_ =
      std::make_shared<testing::NiceMock<MockSubscriberConnection>>();
  Subscriber subscriber_{connection_, Environment{.clock = &executor_.clock(),
                                                  .random = &random_,
                                                  .executor = &executor_,
                                                  .handlers = &executor_}};
  std::vector<std::shared_ptr<Call>> calls_;
  std::vector<SessionEvent> events_;
  std::vector<Delivery> deliveries_;
  std::vector<AckHandle> handles_;
  std::unique_ptr<Session> session_;
};

TEST_F(SessionTest, OpensWithStartAndOneWindowForEachLane) {
  Start({.window_messages = 10, .window_bytes = 1000});
  ASSERT_EQ(call().sent.size(), 3);
  EXPECT_EQ(call().sent[0].start().subscription(), "subscriptions/all");
  EXPECT_EQ(call().sent[1].window().lane(), v1::LANE_ROUTINE);
  EXPECT_EQ(call().sent[2].window().lane(), v1::LANE_URGENT);
  EXPECT_EQ(call().sent[2].window().messages(), 10);
}

TEST_F(SessionTest, AcknowledgesAndConfirmsWhenItIsDurable) {
  Start();
  ReceiveStarted();
  Deliver("lease-1");
  ASSERT_EQ(deliveries_.size(), 1);
  EXPECT_EQ(deliveries_[0].body.publisher(), kPublisher);
  EXPECT_EQ(deliveries_[0].kind, v1::STATEMENT_KIND_ISSUE);
  std::optional<absl::Status> confirmed;
  handles_[0].Acknowledge([&](absl::Status status) { confirmed = status; });
  executor_.RunUntilIdle();
  ASSERT_EQ(SettlementsSent().acknowledged_size(), 1);
  EXPECT_EQ(SettlementsSent().acknowledged(0), "lease-1");
  EXPECT_FALSE(confirmed.has_value()) << "sent is not durable";
  Settled("lease-1");
  ASSERT_TRUE(confirmed.has_value());
  EXPECT_TRUE(confirmed->ok());
}

TEST_F(SessionTest, AStaleLeaseIsAnError) {
  Start();
  ReceiveStarted();
  Deliver("lease-1");
  absl::Status confirmed;
  handles_[0].Acknowledge([&](absl::Status status) { confirmed = std::move(status); });
  executor_.RunUntilIdle();
  Settled("lease-1", /*stale=*/true);
  EXPECT_EQ(ReasonOf(confirmed), v1::ERROR_REASON_LEASE_STALE);
}

TEST_F(SessionTest, ADroppedHandleReleasesAndASecondSettlementIsNothing) {
  Start();
  ReceiveStarted();
  Deliver("lease-1");
  Deliver("lease-2");
  handles_[1].Acknowledge();
  handles_[1].Release();
  AckHandle moved = std::move(handles_[1]);
  handles_.clear();
  executor_.RunUntilIdle();
  const v1::Settlement sent = SettlementsSent();
  ASSERT_EQ(sent.released_size(), 1);
  EXPECT_EQ(sent.released(0), "lease-1");
  ASSERT_EQ(sent.acknowledged_size(), 1);
  EXPECT_EQ(sent.acknowledged(0), "lease-2");
}

TEST_F(SessionTest, ADeferredDeliveryComesAgainWhenTheHandlerSaid) {
  Start();
  ReceiveStarted();
  Deliver("lease-1");
  Deliver("lease-2");
  handles_[0].Defer(absl::Seconds(90));
  handles_[0].Acknowledge();
  handles_[1].Defer(absl::Hours(5));
  executor_.RunUntilIdle();
  const v1::Settlement sent = SettlementsSent();
  ASSERT_EQ(sent.deferred_size(), 2);
  EXPECT_EQ(sent.deferred(0).lease(), "lease-1");
  EXPECT_EQ(sent.deferred(0).delay_ms(), 90'000u);
  EXPECT_EQ(sent.deferred(1).delay_ms(), 600'000u) << "cut to what the broker takes";
  EXPECT_EQ(sent.acknowledged_size() + sent.released_size(), 0) << "settled once only";
}

TEST_F(SessionTest, ARejectedDeliveryIsADeadLetterWithItsReason) {
  Start();
  ReceiveStarted();
  Deliver("lease-1");
  Deliver("lease-2");
  std::vector<absl::Status> confirmed;
  const auto keep = [&](absl::Status status) { confirmed.push_back(std::move(status)); };
  handles_[0].Reject("no column\nfor it", keep);
  handles_[0].Acknowledge();
  handles_[1].Reject(std::string(255, 'x') + "\u00e9", keep);
  executor_.RunUntilIdle();
  const v1::Settlement sent = SettlementsSent();
  ASSERT_EQ(sent.rejected_size(), 2);
  EXPECT_EQ(sent.rejected(0).lease(), "lease-1");
  EXPECT_EQ(sent.rejected(0).note(), "no column for it");
  EXPECT_EQ(sent.rejected(1).note(), std::string(255, 'x')) << "cut between two characters";
  EXPECT_EQ(sent.acknowledged_size(), 0) << "settled once only";
  Settled("lease-1");
  Settled("lease-2", true);
  ASSERT_EQ(confirmed.size(), 2);
  EXPECT_TRUE(confirmed[0].ok());
  EXPECT_EQ(ReasonOf(confirmed[1]), v1::ERROR_REASON_LEASE_STALE);
}

TEST_F(SessionTest, ASessionThatStandsBySaysSoAndWhenItGoesOn) {
  Start();
  v1::AttachResponse started;
  started.mutable_started()->set_heartbeat_interval_ms(5000);
  started.mutable_started()->set_standby(true);
  Receive(started);
  EXPECT_EQ(events_.back().kind, SessionEvent::Kind::kStandby);
  ReceiveHeartbeat();
  EXPECT_EQ(events_[events_.size() - 2].kind, SessionEvent::Kind::kActive);
  const size_t count = events_.size();
  ReceiveHeartbeat();
  EXPECT_EQ(events_.size(), count + 1) << "said once";
}

// What is pulled is verified as a session verifies it; what does not verify goes back.
TEST_F(SessionTest, APullBringsOnlyWhatVerifies) {
  v1::PullResponse response;
  *response.add_deliveries() = DeliveryOf(Statement(), 1, "good");
  *response.add_deliveries() = DeliveryOf(Statement(), 1, "bad");
  response.mutable_deliveries(1)->mutable_statement()->mutable_statement()->mutable_body()->append(
      "x");
  response.set_lease_ms(60'000);
  EXPECT_CALL(*connection_, Pull).WillOnce([&](const v1::PullRequest& request) {
    EXPECT_EQ(request.subscription(), "subscriptions/all");
    EXPECT_EQ(request.messages_max(), 7u);
    EXPECT_EQ(request.wait_ms(), 2000u);
    return response;
  });
  std::vector<std::string> released;
  EXPECT_CALL(*connection_, Settle).WillOnce([&](const v1::SettleRequest& request) {
    for (const auto& lease : request.settlement().released()) released.push_back(lease);
    return v1::SettlementResult();
  });
  const auto pulled = subscriber_.Pull(
      {.subscription = "subscriptions/all", .messages_max = 7, .wait = absl::Seconds(2)});
  ASSERT_TRUE(pulled.ok()) << pulled.status();
  ASSERT_EQ(pulled->items.size(), 1);
  EXPECT_EQ(pulled->items[0].lease, "good");
  EXPECT_EQ(pulled->items[0].delivery.body.publisher(), kPublisher);
  EXPECT_EQ(pulled->refused, 1);
  EXPECT_EQ(pulled->lease_holds, absl::Minutes(1));
  EXPECT_THAT(released, testing::ElementsAre("bad"));
}

TEST_F(SessionTest, WhatAPullCannotProveToItsPublisherIsRefusedWhereThatIsAskedFor) {
  v1::PullResponse response;
  *response.add_deliveries() = DeliveryOf(Statement(), 1, "unproved");
  EXPECT_CALL(*connection_, Pull).WillOnce(testing::Return(response));
  EXPECT_CALL(*connection_, Settle).WillOnce(testing::Return(v1::SettlementResult()));
  const auto pulled = subscriber_.Pull(
      {.subscription = "subscriptions/all", .publisher_proof_min = PublisherProof::kOnBrokersWord});
  ASSERT_TRUE(pulled.ok()) << pulled.status();
  EXPECT_EQ(pulled->items.size(), 0);
  EXPECT_EQ(pulled->refused, 1);
}

TEST_F(SessionTest, AMirrorIsFilledThenTheSubscriptionIsMoved) {
  v1::ListCurrentResponse first;
  first.add_alerts()->set_revision(3);
  *first.mutable_alerts(0)->mutable_current() = DeliveryOf(Statement(), 1, "").statement();
  first.set_next_page_token("next");
  first.mutable_as_of()->set_offset(9);
  v1::ListCurrentResponse last = first;
  last.clear_alerts();
  last.clear_next_page_token();
  EXPECT_CALL(*connection_, ListCurrent).WillOnce(testing::Return(first)).WillOnce([&](auto& next) {
    EXPECT_EQ(next.page_token(), "next");
    return last;
  });
  EXPECT_CALL(*connection_, Seek).WillOnce([](const v1::SeekRequest& request) {
    EXPECT_EQ(request.position().offset(), 9u);
    return v1::SeekResponse();
  });
  std::vector<uint32_t> revisions;
  const auto moved = subscriber_.Resynchronise("subscriptions/all", [&](const auto& alert, auto&) {
    revisions.push_back(alert.revision());
    return absl::OkStatus();
  });
  ASSERT_TRUE(moved.ok()) << moved.status();
  EXPECT_EQ(moved->offset(), 9u);
  EXPECT_THAT(revisions, testing::ElementsAre(3u));
}

// Half a mirror is none: nothing is moved.
TEST_F(SessionTest, AMirrorThatCannotBeFilledMovesNothing) {
  v1::ListCurrentResponse page;
  *page.add_alerts()->mutable_current() = DeliveryOf(Statement(), 1, "").statement();
  EXPECT_CALL(*connection_, ListCurrent).WillRepeatedly(testing::Return(page));
  EXPECT_CALL(*connection_, Seek).Times(0);
  const auto full = [](const auto&, auto&) { return absl::ResourceExhaustedError("disk"); };
  EXPECT_TRUE(
      absl::IsResourceExhausted(subscriber_.Resynchronise("subscriptions/all", full).status()));
  page.mutable_alerts(0)->mutable_current()->mutable_statement()->mutable_body()->append("x");
  EXPECT_CALL(*connection_, ListCurrent).WillRepeatedly(testing::Return(page));
  EXPECT_TRUE(absl::IsDataLoss(subscriber_.Resynchronise("subscriptions/all", full).status()));
}

TEST_F(SessionTest, DeadLettersAreNamedOrAllOfThem) {
  EXPECT_CALL(*connection_, RedriveDeadLetters).WillOnce([](const auto& request) {
    EXPECT_TRUE(request.selection().all());
    v1::RedriveDeadLettersResponse response;
    response.set_redriven(3);
    return response;
  });
  EXPECT_CALL(*connection_, DiscardDeadLetters).WillOnce([](const auto& request) {
    EXPECT_FALSE(request.selection().all());
    EXPECT_EQ(request.selection().ids_size(), 1);
    return v1::DiscardDeadLettersResponse();
  });
  v1::DeadLetterSelection all;
  all.set_all(true);
  EXPECT_EQ(*subscriber_.RedriveDeadLetters("subscriptions/all", all), 3u);
  v1::DeadLetterSelection one;
  one.add_ids("123456789");
  EXPECT_EQ(*subscriber_.DiscardDeadLetters("subscriptions/all", one), 0u);
}

TEST_F(SessionTest, ALeaseIsExtendedWhileItsDeliveryIsHeldAndNotForEver) {
  Start({.handling_max = absl::Minutes(2)});
  ReceiveStarted(60'000);
  Deliver("lease-1");
  Deliver("lease-2");
  handles_[1].Acknowledge();
  for (int second = 0; second < 300; second += 4) {
    executor_.Advance(absl::Seconds(4));
    ReceiveHeartbeat();
  }
  const v1::Settlement sent = SettlementsSent();
  ASSERT_EQ(sent.extended_size(), 5) << "each 20 s, before two minutes are over";
  for (const std::string& lease : sent.extended()) EXPECT_EQ(lease, "lease-1");
}

TEST_F(SessionTest, NoLeaseIsExtendedWhereThatIsTurnedOffOrNotOffered) {
  Start({.handling_max = absl::ZeroDuration()});
  ReceiveStarted(10'000);
  Deliver("lease-1");
  executor_.Advance(absl::Seconds(9));
  EXPECT_EQ(SettlementsSent().extended_size(), 0);
  session_.reset();
  Start();
  ReceiveStarted(0);
  Deliver("lease-2");
  executor_.Advance(absl::Seconds(9));
  EXPECT_EQ(SettlementsSent().extended_size(), 0);
}

TEST_F(SessionTest, SettlementsOfOneMomentTravelTogether) {
  Start();
  ReceiveStarted();
  for (const char* lease : {"a", "b", "c"}) Deliver(lease);
  const size_t before = call().sent.size();
  for (AckHandle& handle : handles_) handle.Acknowledge();
  executor_.RunUntilIdle();
  EXPECT_EQ(call().sent.size(), before + 1);
}

TEST_F(SessionTest, WhatDoesNotVerifyIsNeverSeenByTheHandler) {
  Start();
  ReceiveStarted();
  // One bit of the body; then a proof for another statement; then another kind.
  v1::Delivery changed = DeliveryOf(Statement(), 1, "changed");
  changed.mutable_statement()->mutable_statement()->mutable_body()->back() ^= 1;
  v1::Delivery exchanged = DeliveryOf(Statement(), 1, "exchanged");
  *exchanged.mutable_statement()->mutable_acceptance() =
      DeliveryOf(Statement(), 1, "").statement().acceptance();
  v1::Delivery relabelled = DeliveryOf(Statement(), 1, "relabelled");
  relabelled.mutable_statement()->set_kind(v1::STATEMENT_KIND_RECALL);
  Deliver(changed);
  Deliver(exchanged);
  Deliver(relabelled);
  EXPECT_TRUE(deliveries_.empty());
  EXPECT_EQ(SettlementsSent().released_size(), 3);
  ASSERT_EQ(events_.size(), 4);
  EXPECT_EQ(events_[1].kind, SessionEvent::Kind::kRefusedDelivery);
  EXPECT_TRUE(absl::IsDataLoss(events_[1].status));
}

TEST_F(SessionTest, AKnownPublishersKeyMustFit) {
  SessionOptions options;
  std::string known = ToString(key_.public_key());
  options.publisher_key = [&known](const std::string& publisher, const std::string& /*key_id*/) {
    EXPECT_EQ(publisher, kPublisher);
    return known;
  };
  Start(std::move(options));
  ReceiveStarted();
  Deliver("right");
  EXPECT_EQ(deliveries_.size(), 1);
  known = ToString(SigningKey::Generate().public_key());
  Deliver("wrong");
  EXPECT_EQ(deliveries_.size(), 1);
  known.clear();
  Deliver("unknown");
  EXPECT_EQ(deliveries_.size(), 2);
}

TEST_F(SessionTest, TwoMissedHeartbeatsAndItReconnects) {
  Start();
  ReceiveStarted();
  executor_.Advance(absl::Seconds(12));
  ReceiveHeartbeat();
  executor_.Advance(absl::Seconds(12));
  EXPECT_EQ(calls_.size(), 1);
  executor_.Advance(absl::Seconds(1));
  EXPECT_TRUE(calls_[0]->destroyed);
  executor_.Advance(absl::Seconds(1));
  ASSERT_EQ(calls_.size(), 2);
  EXPECT_EQ(call().sent[0].start().subscription(), "subscriptions/all");
}

TEST_F(SessionTest, ABrokerThatDoesNotAnswerTheAttachmentIsGivenUp) {
  Start({.attach_timeout = absl::Seconds(20)});
  executor_.Advance(absl::Seconds(19));
  EXPECT_EQ(calls_.size(), 1);
  executor_.Advance(absl::Seconds(2));
  EXPECT_EQ(calls_.size(), 2);
}

TEST_F(SessionTest, HandlesOfALostConnectionAreStale) {
  Start();
  ReceiveStarted();
  Deliver("old");
  Deliver("unconfirmed");
  std::vector<absl::Status> confirmed;
  const auto keep = [&](absl::Status status) { confirmed.push_back(std::move(status)); };
  handles_[1].Acknowledge(keep);
  executor_.RunUntilIdle();
  EndCall(absl::UnavailableError("Socket closed"));
  executor_.Advance(absl::Seconds(1));
  ReceiveStarted();
  handles_[0].Acknowledge(keep);
  executor_.RunUntilIdle();
  ASSERT_EQ(confirmed.size(), 2);
  EXPECT_TRUE(absl::IsUnavailable(confirmed[0])) << "it may have been settled, or not";
  EXPECT_EQ(ReasonOf(confirmed[1]), v1::ERROR_REASON_LEASE_STALE);
  EXPECT_EQ(SettlementsSent().acknowledged_size(), 0) << "an old lease is not sent";
}

TEST_F(SessionTest, PausesGrowWhileTheBrokerIsAwayAndRestartAfterSuccess) {
  Start({.backoff = {.first = absl::Seconds(1), .max = absl::Seconds(8)}});
  for (int i = 0; i < 4; ++i) {
    EndCall(absl::UnavailableError("Connection refused"));
    executor_.Advance(absl::Seconds(8));
    ASSERT_EQ(calls_.size(), static_cast<size_t>(i) + 2);
  }
  ReceiveStarted();
  EndCall(absl::UnavailableError("Socket closed"));
  executor_.Advance(absl::Seconds(1));
  EXPECT_EQ(calls_.size(), 6);
}

TEST_F(SessionTest, ADrainingBrokerIsComeBackTo) {
  Start();
  ReceiveStarted();
  GoAway(v1::GO_AWAY_REASON_DRAINING);
  executor_.Advance(absl::Seconds(1));
  EXPECT_EQ(calls_.size(), 2);
  EXPECT_EQ(ReasonOf(events_.back().status), v1::ERROR_REASON_DRAINING);
}

TEST_F(SessionTest, AMovedSubscriptionIsAttachedToAgain) {
  Start();
  ReceiveStarted();
  GoAway(v1::GO_AWAY_REASON_MOVED);
  executor_.Advance(absl::Seconds(1));
  EXPECT_EQ(calls_.size(), 2);
}

TEST_F(SessionTest, ATakeOverEndsItForGood) {
  Start();
  ReceiveStarted();
  GoAway(v1::GO_AWAY_REASON_TAKEN_OVER);
  executor_.Advance(absl::Minutes(5));
  EXPECT_EQ(calls_.size(), 1) << "two sessions must not push each other out in turns";
  EXPECT_EQ(ReasonOf(session_->Wait()), v1::ERROR_REASON_SUBSCRIPTION_IN_USE);
  EXPECT_EQ(events_.back().kind, SessionEvent::Kind::kEnded);
}

TEST_F(SessionTest, AMissingSubscriptionOrRightEndsItForGood) {
  Start();
  EndCall(Error(v1::ERROR_REASON_NOT_FOUND, "no such subscription"));
  EXPECT_TRUE(absl::IsNotFound(session_->Wait()));
  Start();
  ReceiveStarted();
  GoAway(v1::GO_AWAY_REASON_NO_LONGER_AUTHORISED);
  EXPECT_TRUE(absl::IsPermissionDenied(session_->Wait()));
}

TEST_F(SessionTest, WhatCanBeMendedFromOutsideIsWaitedFor) {
  Start();
  for (const v1::ErrorReason reason :
       {v1::ERROR_REASON_REACH_SUSPENDED, v1::ERROR_REASON_IDENTITY_INVALID,
        v1::ERROR_REASON_CERTIFICATE_REVOKED}) {
    ReceiveStarted();
    EndCall(Error(reason, "not now"));
    EXPECT_EQ(ReasonOf(events_.back().status), reason);
    EXPECT_EQ(events_.back().kind, SessionEvent::Kind::kDetached);
    const size_t calls = calls_.size();
    executor_.Advance(absl::Minutes(1));
    EXPECT_GT(calls_.size(), calls);
  }
}

TEST_F(SessionTest, ShutdownWaitsForWhatIsUnderWay) {
  Start();
  ReceiveStarted();
  Deliver("lease-1");
  session_->Shutdown(absl::Seconds(5));
  executor_.RunUntilIdle();
  EXPECT_EQ(call().sent.back().window().messages(), 0) << "nothing more, please";
  EXPECT_FALSE(session_->WaitFor(absl::ZeroDuration()).has_value());
  handles_[0].Acknowledge();
  executor_.RunUntilIdle();
  EXPECT_FALSE(session_->WaitFor(absl::ZeroDuration()).has_value()) << "not durable yet";
  Settled("lease-1");
  EXPECT_TRUE(session_->Wait().ok());
  EXPECT_TRUE(calls_[0]->half_closed);
}

TEST_F(SessionTest, ShutdownDoesNotWaitForEver) {
  Start();
  ReceiveStarted();
  Deliver("lease-1");
  session_->Shutdown(absl::Seconds(5));
  executor_.Advance(absl::Seconds(6));
  EXPECT_TRUE(session_->Wait().ok());
  ASSERT_EQ(events_.back().kind, SessionEvent::Kind::kEnded);
  EXPECT_EQ(events_.back().unsettled, 1u) << "what was left is named";
}

TEST_F(SessionTest, AWindowIsALevelAndSurvivesTheConnection) {
  Start();
  ReceiveStarted();
  session_->SetWindow(v1::LANE_ROUTINE, 0, 0);
  executor_.RunUntilIdle();
  EXPECT_EQ(call().sent.back().window().messages(), 0);
  EndCall(absl::UnavailableError("Socket closed"));
  executor_.Advance(absl::Seconds(1));
  ASSERT_EQ(calls_.size(), 2);
  EXPECT_EQ(call().sent[1].window().messages(), 0);
  EXPECT_EQ(call().sent[2].window().messages(), 256);
}

}  // namespace
}  // namespace corridor
