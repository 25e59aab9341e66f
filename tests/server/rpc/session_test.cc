// Indonesia attaches to a subscription over the wire.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/synchronization/notification.h"
#include "core/model/errors.h"
#include "corridor/v1/publisher.grpc.pb.h"
#include "corridor/v1/subscriber.grpc.pb.h"
#include "server/rpc/grpc_status.h"
#include "tests/server/rpc/broker_fixture.h"

namespace corridor {
namespace {

class SessionTest : public BrokerFixture {
 protected:
  SessionTest()
      : signer_(RegisterAgencies()),
        stub_(v1::Subscriber::NewStub(ChannelWith(sea_.Agency("id-desk")))) {
    v1::CreateSubscriptionRequest request;
    request.mutable_subscription()->set_name("subscriptions/all");
    v1::Subscription created;
    const auto status = stub_->CreateSubscription(Context().get(), request, &created);
    EXPECT_TRUE(status.ok()) << status.error_message();
  }

  using Stream = grpc::ClientReaderWriter<v1::AttachRequest, v1::AttachResponse>;

  std::unique_ptr<Stream> Attach(grpc::ClientContext& context, const std::string& subscription,
                                 const std::string& client_name = "") {
    auto stream = stub_->Attach(&context);
    v1::AttachRequest request;
    request.mutable_start()->set_subscription(subscription);
    request.mutable_start()->set_client_name(client_name);
    EXPECT_TRUE(stream->Write(request));
    return stream;
  }

  static void OpenWindow(Stream& stream) {
    v1::AttachRequest request;
    request.mutable_window()->set_lane(v1::LANE_ROUTINE);
    request.mutable_window()->set_messages(100);
    request.mutable_window()->set_bytes(1 << 20);
    EXPECT_TRUE(stream.Write(request));
  }

  // The next response but for heartbeats.
  static v1::AttachResponse Next(Stream& stream) {
    v1::AttachResponse response;
    while (stream.Read(&response)) {
      if (!response.has_heartbeat()) return response;
    }
    return {};
  }

  void Publish(uint64_t number) {
    v1::PublishRequest request;
    *request.add_statements() =
        Sign(ExampleIssue(kThailand, number, number), RoutingToAll(), signer_.key, random_);
    v1::PublishResponse response;
    auto publisher = v1::Publisher::NewStub(ChannelWith(sea_.Agency("th-desk")));
    ASSERT_TRUE(publisher->Publish(Context().get(), request, &response).ok());
    ASSERT_TRUE(response.results(0).has_receipt()) << response.results(0).error().message();
  }

  TestSigner signer_;
  std::unique_ptr<v1::Subscriber::Stub> stub_;
};

TEST_F(SessionTest, WhatIsPublishedArrivesAndIsSettled) {
  auto context = Context();
  auto stream = Attach(*context, "subscriptions/all");
  ASSERT_TRUE(Next(*stream).has_started());
  OpenWindow(*stream);
  Publish(1);
  const auto delivered = Next(*stream);
  ASSERT_EQ(delivered.deliveries().deliveries_size(), 1) << delivered.ShortDebugString();
  v1::AttachRequest settle;
  settle.mutable_settlement()->add_acknowledged(delivered.deliveries().deliveries(0).lease());
  ASSERT_TRUE(stream->Write(settle));
  EXPECT_EQ(Next(*stream).settled().settled_size(), 1);
  stream->WritesDone();
  v1::AttachResponse rest;
  while (stream->Read(&rest)) {
  }
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(SessionTest, WhatIsDeferredIsNotSettledAndComesAgain) {
  auto context = Context();
  auto stream = Attach(*context, "subscriptions/all");
  EXPECT_EQ(Next(*stream).started().lease_ms(), 60'000u);
  OpenWindow(*stream);
  Publish(1);
  const auto first = Next(*stream);
  ASSERT_EQ(first.deliveries().deliveries_size(), 1);
  v1::AttachRequest defer;
  defer.mutable_settlement()->add_deferred()->set_lease(first.deliveries().deliveries(0).lease());
  ASSERT_TRUE(stream->Write(defer));
  const auto again = Next(*stream);
  ASSERT_EQ(again.deliveries().deliveries_size(), 1) << again.ShortDebugString();
  EXPECT_EQ(again.deliveries().deliveries(0).attempt(), 2u);
  v1::AttachRequest extend;
  extend.mutable_settlement()->add_extended(first.deliveries().deliveries(0).lease());
  extend.mutable_settlement()->add_extended(again.deliveries().deliveries(0).lease());
  ASSERT_TRUE(stream->Write(extend));
  const auto answer = Next(*stream);
  EXPECT_EQ(answer.settled().stale_size(), 1) << "only the first attempt's lease is gone";
  context->TryCancel();
  EXPECT_FALSE(stream->Finish().ok());
}

TEST_F(SessionTest, ADelayBeyondTheBoundEndsTheStreamWithAReason) {
  auto context = Context();
  auto stream = Attach(*context, "subscriptions/all");
  ASSERT_TRUE(Next(*stream).has_started());
  v1::AttachRequest defer;
  defer.mutable_settlement()->add_deferred()->set_delay_ms(600'001);
  ASSERT_TRUE(stream->Write(defer));
  EXPECT_FALSE(Next(*stream).has_settled());
  EXPECT_EQ(ReasonOf(FromGrpcStatus(stream->Finish())), v1::ERROR_REASON_REQUEST_INVALID);
}

TEST_F(SessionTest, APausedSubscriptionDeliversNothingUntilItIsResumed) {
  const auto set_paused = [this](bool paused) {
    v1::UpdateSubscriptionRequest request;
    request.mutable_subscription()->set_name("subscriptions/all");
    request.mutable_subscription()->set_paused(paused);
    request.mutable_update_mask()->add_paths("paused");
    v1::Subscription updated;
    return stub_->UpdateSubscription(Context().get(), request, &updated).ok();
  };
  ASSERT_TRUE(set_paused(true));
  auto context = Context();
  auto stream = Attach(*context, "subscriptions/all");
  EXPECT_EQ(Next(*stream).started().status().delivery_state(), v1::DELIVERY_STATE_PAUSED);
  OpenWindow(*stream);
  Publish(1);
  v1::GetSubscriptionRequest get;
  get.set_name("subscriptions/all");
  v1::GetSubscriptionResponse got;
  ASSERT_TRUE(stub_->GetSubscription(Context().get(), get, &got).ok());
  EXPECT_EQ(got.status().delivery_state(), v1::DELIVERY_STATE_PAUSED);
  EXPECT_EQ(got.status().unsettled(), 0u);
  ASSERT_TRUE(set_paused(false));
  EXPECT_EQ(Next(*stream).deliveries().deliveries_size(), 1);
  context->TryCancel();
  EXPECT_FALSE(stream->Finish().ok());
}

TEST_F(SessionTest, AnUnknownSubscriptionEndsTheStreamWithAReason) {
  auto context = Context();
  auto stream = Attach(*context, "subscriptions/none");
  EXPECT_FALSE(Next(*stream).has_started());
  EXPECT_EQ(ReasonOf(FromGrpcStatus(stream->Finish())), v1::ERROR_REASON_NOT_FOUND);
}

// The one string of a session that no id is: a program's name has a grammar, and is not repeated.
TEST_F(SessionTest, AProgramsNameIsNoPlaceForWords) {
  auto context = Context();
  auto named = Attach(*context, "subscriptions/all", "agency-desk/2.1");
  EXPECT_TRUE(Next(*named).has_started());
  for (const char* refused : {"desk of Jane Doe", "desk@example.org", "desk/0712345678", "\x07"}) {
    auto other = Context();
    auto stream = Attach(*other, "subscriptions/all", refused);
    EXPECT_FALSE(Next(*stream).has_started()) << refused;
    const absl::Status status = FromGrpcStatus(stream->Finish());
    EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_REQUEST_INVALID) << status;
    ASSERT_EQ(ViolationsOf(status).size(), 1u) << status;
    EXPECT_EQ(ViolationsOf(status)[0].field, "start.client_name");
    EXPECT_THAT(status.ToString(), testing::Not(testing::HasSubstr(refused)));
  }
}

TEST_F(SessionTest, ANewSessionTakesOverAndTheOldOneIsToldInGoodOrder) {
  auto context = Context();
  auto stream = Attach(*context, "subscriptions/all");
  ASSERT_TRUE(Next(*stream).has_started());
  auto other_context = Context();
  auto other = Attach(*other_context, "subscriptions/all");
  ASSERT_TRUE(Next(*other).has_started());
  EXPECT_EQ(Next(*stream).go_away().reason(), v1::GO_AWAY_REASON_TAKEN_OVER);
  EXPECT_TRUE(stream->Finish().ok());
  other_context->TryCancel();
  EXPECT_FALSE(other->Finish().ok());
}

TEST_F(SessionTest, ADrainEndsSessionsWithGoAway) {
  auto context = Context();
  auto stream = Attach(*context, "subscriptions/all");
  ASSERT_TRUE(Next(*stream).has_started());
  absl::Notification told;
  region_->Drain([&told] { told.Notify(); });
  EXPECT_EQ(Next(*stream).go_away().reason(), v1::GO_AWAY_REASON_DRAINING);
  EXPECT_TRUE(stream->Finish().ok());
  told.WaitForNotification();
}

TEST_F(SessionTest, SubscriptionsAreManagedByTheirOwnerOnly) {
  v1::GetSubscriptionRequest get;
  get.set_name("subscriptions/all");
  v1::GetSubscriptionResponse got;
  ASSERT_TRUE(stub_->GetSubscription(Context().get(), get, &got).ok());
  EXPECT_EQ(got.subscription().owner(), kIndonesia);
  auto thailand = v1::Subscriber::NewStub(ChannelWith(sea_.Agency("th-desk")));
  EXPECT_EQ(thailand->GetSubscription(Context().get(), get, &got).error_code(),
            grpc::StatusCode::NOT_FOUND);
  v1::DeleteSubscriptionRequest remove;
  remove.set_name("subscriptions/all");
  v1::DeleteSubscriptionResponse removed;
  EXPECT_TRUE(stub_->DeleteSubscription(Context().get(), remove, &removed).ok());
  EXPECT_EQ(stub_->GetSubscription(Context().get(), get, &got).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(SessionTest, AlertsAreListedForWhoMayReadThem) {
  Publish(1);
  v1::ListAlertsResponse alerts;
  const auto status = stub_->ListAlerts(Context().get(), {}, &alerts);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(alerts.alerts_size(), 1);
}

// By calls alone: pull, settle, what was rejected, and back to the beginning.
TEST_F(SessionTest, AJobByTheClockNeedsNoSession) {
  Publish(1);
  Publish(2);
  v1::PullRequest pull;
  pull.set_subscription("subscriptions/all");
  pull.set_wait_ms(10'000);
  v1::PullResponse pulled;
  auto status = stub_->Pull(Context().get(), pull, &pulled);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(pulled.deliveries_size(), 2);
  v1::SettleRequest settle;
  settle.set_subscription("subscriptions/all");
  settle.mutable_settlement()->add_acknowledged(pulled.deliveries(0).lease());
  settle.mutable_settlement()->add_rejected()->set_lease(pulled.deliveries(1).lease());
  v1::SettlementResult settled;
  status = stub_->Settle(Context().get(), settle, &settled);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(settled.settled_size(), 2);

  v1::ListDeadLettersRequest list;
  list.set_subscription("subscriptions/all");
  v1::ListDeadLettersResponse letters;
  ASSERT_TRUE(stub_->ListDeadLetters(Context().get(), list, &letters).ok());
  ASSERT_EQ(letters.dead_letters_size(), 1);
  v1::RedriveDeadLettersRequest redrive;
  redrive.set_subscription("subscriptions/all");
  redrive.mutable_selection()->add_ids(letters.dead_letters(0).id());
  v1::RedriveDeadLettersResponse redriven;
  ASSERT_TRUE(stub_->RedriveDeadLetters(Context().get(), redrive, &redriven).ok());
  EXPECT_EQ(redriven.redriven(), 1u);
  v1::DiscardDeadLettersRequest discard;
  discard.set_subscription("subscriptions/all");
  discard.mutable_selection()->set_all(true);
  v1::DiscardDeadLettersResponse discarded;
  ASSERT_TRUE(stub_->DiscardDeadLetters(Context().get(), discard, &discarded).ok());
  EXPECT_EQ(discarded.discarded(), 1u);

  v1::SeekRequest seek;
  seek.set_subscription("subscriptions/all");
  seek.mutable_position()->set_offset(0);
  v1::SeekResponse moved;
  ASSERT_TRUE(stub_->Seek(Context().get(), seek, &moved).ok());
  EXPECT_EQ(moved.lanes_size(), 2);
  ASSERT_TRUE(stub_->Pull(Context().get(), pull, &pulled).ok());
  EXPECT_EQ(pulled.deliveries_size(), 2);
}

TEST_F(SessionTest, WhatOnlyTheOwnerHasIsNotFoundForOthers) {
  auto other = v1::Subscriber::NewStub(ChannelWith(sea_.Agency("th-desk")));
  v1::PullRequest pull;
  pull.set_subscription("subscriptions/all");
  v1::PullResponse pulled;
  EXPECT_EQ(ReasonOf(FromGrpcStatus(other->Pull(Context().get(), pull, &pulled))),
            v1::ERROR_REASON_NOT_FOUND);
  v1::SeekRequest seek;
  seek.set_subscription("subscriptions/all");
  seek.set_end(true);
  v1::SeekResponse moved;
  EXPECT_EQ(ReasonOf(FromGrpcStatus(other->Seek(Context().get(), seek, &moved))),
            v1::ERROR_REASON_NOT_FOUND);
}

}  // namespace
}  // namespace corridor
