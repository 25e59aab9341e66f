// An integrator tests a program against the fake region. What it answers there must be what a
// broker would answer: rights, gate, policy, leases and dead letters are the broker's own.

#include "corridor/testing/fake_region.h"

#include <future>
#include <memory>
#include <string>
#include <utility>

#include "absl/synchronization/notification.h"
#include "core/base/clock.h"
#include "core/model/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/test_statements.h"

namespace corridor {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class FakeRegionTest : public testing::Test {
 protected:
  void SetUp() override {
    auto region = FakeRegion::Start("sea.example");
    ASSERT_TRUE(region.ok()) << region.status();
    region_ = *std::move(region);
    ASSERT_TRUE(region_->AddMember({.id = "th-desk", .country = "THA"}).ok());
    ASSERT_TRUE(region_->AddMember({.id = "id-desk", .country = "IDN"}).ok());
    publisher_ = region_->NewPublisher("th-desk");
    subscriber_ = region_->NewSubscriber("id-desk");
  }

  // An alert for everybody, which holds for a month from now.
  static StatementDraft Draft() {
    StatementDraft draft;
    draft.body = ExampleIssue("spiffe://sea.example/agency/th-desk", 1);
    draft.body.clear_published_at();
    draft.body.clear_alert_id();
    draft.body.clear_statement_id();
    draft.body.clear_valid_from();
    draft.body.mutable_valid_until()->set_seconds(
        absl::ToUnixSeconds(SystemClock().Now() + absl::Hours(30 * 24)));
    draft.routing = RoutingToAll();
    return draft;
  }
  std::string Published() {
    auto receipt = publisher_->Publish(Draft());
    EXPECT_TRUE(receipt.ok()) << receipt.status();
    return receipt.ok() ? receipt->digest() : "";
  }
  void Subscribe() {
    v1::Subscription all;
    all.set_name(kAll);
    auto created = subscriber_->CreateSubscription(all);
    ASSERT_TRUE(created.ok()) << created.status();
  }
  absl::StatusOr<Pulled> Pull() {
    return subscriber_->Pull({.subscription = kAll, .publisher_trust = region_->Trust()});
  }

  static constexpr char kAll[] = "subscriptions/all";
  std::unique_ptr<FakeRegion> region_;
  std::unique_ptr<Publisher> publisher_;
  std::unique_ptr<Subscriber> subscriber_;
};

TEST_F(FakeRegionTest, WhatIsPublishedIsPulledProvedAndSettledForGood) {
  Subscribe();
  const std::string digest = Published();
  auto pulled = Pull();
  ASSERT_TRUE(pulled.ok()) << pulled.status();
  ASSERT_THAT(pulled->items, SizeIs(1));
  EXPECT_EQ(pulled->items[0].delivery.digest, digest);
  EXPECT_EQ(pulled->items[0].delivery.publisher_proof, PublisherProof::kCertified);
  v1::Settlement done;
  done.add_acknowledged(pulled->items[0].lease);
  EXPECT_THAT(subscriber_->Settle(kAll, done)->stale(), IsEmpty());
  region_->Advance(absl::Hours(24));
  EXPECT_THAT(Pull()->items, IsEmpty());
}

TEST_F(FakeRegionTest, APullThatIsNeverSettledComesAgainWhenItsLeaseHasRunOut) {
  Subscribe();
  Published();
  const auto first = Pull();
  ASSERT_THAT(first->items, SizeIs(1));
  region_->Advance(first->lease_holds + absl::Minutes(10));
  auto again = subscriber_->Pull({.subscription = kAll, .wait = absl::Seconds(20)});
  ASSERT_TRUE(again.ok()) << again.status();
  ASSERT_THAT(again->items, SizeIs(1));
  EXPECT_EQ(again->items[0].delivery.attempt, 2u);
  v1::Settlement late;
  late.add_acknowledged(first->items[0].lease);
  EXPECT_THAT(subscriber_->Settle(kAll, late)->stale(), SizeIs(1));
}

TEST_F(FakeRegionTest, ARejectedDeliveryIsADeadLetterWithItsReason) {
  Subscribe();
  Published();
  absl::Notification rejected;
  const auto session = subscriber_->Start(
      {.subscription = kAll}, [&](const Delivery& /*delivery*/, AckHandle handle) {
        handle.Reject("no such field in our system", [&](const absl::Status& durable) {
          EXPECT_TRUE(durable.ok()) << durable;
          rejected.Notify();
        });
      });
  ASSERT_TRUE(rejected.WaitForNotificationWithTimeout(absl::Seconds(20)));
  v1::ListDeadLettersRequest request;
  request.set_subscription(kAll);
  const auto letters = subscriber_->ListDeadLetters(request);
  ASSERT_TRUE(letters.ok()) << letters.status();
  EXPECT_THAT(letters->dead_letters(), SizeIs(1));
}

TEST_F(FakeRegionTest, TheGateAndThePolicyAreTheBrokersOwn) {
  StatementDraft telling = Draft();
  auto& note = *telling.body.mutable_issue()->mutable_content()->add_notes();
  note.set_language("en");
  note.set_text("Call +66 2 123 4567 and ask for the manager");
  const auto refused = publisher_->Publish(telling);
  EXPECT_EQ(ReasonOf(refused.status()), v1::ERROR_REASON_PERSONAL_DATA) << refused.status();

  auto check = publisher_->Check(Draft());
  ASSERT_TRUE(check.ok()) << check.status();
  EXPECT_TRUE(check->acceptable());
  ASSERT_TRUE(region_->EndAgreement("within-region").ok());
  EXPECT_EQ(ReasonOf(publisher_->Publish(Draft()).status()), v1::ERROR_REASON_AUDIENCE_EMPTY);
}

TEST_F(FakeRegionTest, WhoHasNoRightIsRefusedAsByABroker) {
  v1::Grant reader;
  reader.set_principal(region_->SpiffeIdOf("th-desk"));
  reader.add_roles(v1::ROLE_READER);
  ASSERT_TRUE(region_->SetGrant(reader).ok());
  EXPECT_EQ(ReasonOf(publisher_->Publish(Draft()).status()), v1::ERROR_REASON_POLICY_DENIED);

  const auto stranger = region_->SubscriberConnectionOf("spiffe://sea.example/agency/nobody");
  EXPECT_EQ(ReasonOf(stranger->ListAlerts({}).status()), v1::ERROR_REASON_MEMBER_UNKNOWN);
  const auto nameless = region_->SubscriberConnectionOf("not a name");
  EXPECT_FALSE(nameless->ListAlerts({}).ok());
}

TEST_F(FakeRegionTest, ASuspendedMembersSessionEnds) {
  Subscribe();
  absl::Notification attached;
  SessionOptions options{.subscription = kAll};
  options.on_event = [&](const SessionEvent& event) {
    if (event.kind == SessionEvent::Kind::kAttached) attached.Notify();
  };
  const auto session = subscriber_->Start(std::move(options), [](Delivery, AckHandle) {});
  ASSERT_TRUE(attached.WaitForNotificationWithTimeout(absl::Seconds(20)));
  ASSERT_TRUE(region_->SetMemberState("id-desk", v1::MEMBER_STATE_SUSPENDED).ok());
  const auto ended = session->WaitFor(absl::Seconds(20));
  ASSERT_TRUE(ended.has_value());
  EXPECT_EQ(ReasonOf(*ended), v1::ERROR_REASON_MEMBER_SUSPENDED) << *ended;
}

TEST_F(FakeRegionTest, WhileItIsNotReachableCallsSaySo) {
  const auto connection = region_->SubscriberConnectionOf(region_->SpiffeIdOf("id-desk"));
  region_->SetReachable(false);
  EXPECT_EQ(connection->ListAlerts({}).status().code(), absl::StatusCode::kUnavailable);
  std::promise<absl::Status> answered;
  region_->PublisherConnectionOf(region_->SpiffeIdOf("th-desk"))
      ->Publish({.request = {}}, [&](absl::StatusOr<v1::PublishResponse> response) {
        answered.set_value(response.status());
      });
  // Nothing to publish: refused before anything else.
  EXPECT_EQ(answered.get_future().get().code(), absl::StatusCode::kInvalidArgument);
  region_->SetReachable(true);
  EXPECT_TRUE(connection->ListAlerts({}).ok());
}

// A program keeps its clients longer than the region: nothing hangs, nothing crashes.
TEST_F(FakeRegionTest, WhatOutlivesTheRegionIsAnswered) {
  Subscribe();
  Published();
  const auto connection = region_->SubscriberConnectionOf(region_->SpiffeIdOf("id-desk"));
  absl::Notification lost;
  SessionOptions options{.subscription = kAll};
  options.on_event = [&](const SessionEvent& event) {
    if (event.kind == SessionEvent::Kind::kDetached && !lost.HasBeenNotified()) lost.Notify();
  };
  const auto session = subscriber_->Start(std::move(options),
                                          [](Delivery, AckHandle handle) { handle.Acknowledge(); });
  v1::PullRequest waiting;
  waiting.set_subscription("subscriptions/another");
  region_.reset();
  EXPECT_TRUE(lost.WaitForNotificationWithTimeout(absl::Seconds(20)));
  EXPECT_EQ(connection->Pull(waiting).status().code(), absl::StatusCode::kUnavailable);
  session->Shutdown(absl::ZeroDuration());
  EXPECT_TRUE(session->Wait().ok());
}

TEST(FakeRegionStart, ARegionIdIsChecked) { EXPECT_FALSE(FakeRegion::Start("Not A Region").ok()); }

}  // namespace
}  // namespace corridor
