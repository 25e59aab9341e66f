// A unit test of a program that receives: against a region in its own process, which judges and
// delivers as a broker does. Needs no broker, port or certificate.
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "core/base/clock.h"
#include "core/model/errors.h"
#include "corridor/publisher.h"
#include "corridor/subscriber.h"
#include "corridor/testing/fake_region.h"
#include "gtest/gtest.h"

namespace {

// The program under test: keeps the severity of each alert that holds, and forgets what is
// recalled.
class Register {
 public:
  explicit Register(corridor::Subscriber& subscriber) {
    corridor::v1::Subscription everything;
    everything.set_name("subscriptions/register");
    everything.set_start_from(corridor::v1::START_FROM_OLDEST);
    EXPECT_TRUE(subscriber.CreateSubscription(everything).ok());
    corridor::SessionOptions options{.subscription = everything.name()};
    options.on_recall = [this](const corridor::v1::RecallNotice& notice) {
      absl::MutexLock lock(&mutex_);
      alerts_.erase(notice.alert_id());
      return corridor::v1::RECALL_OUTCOME_ERASED;
    };
    session_ = subscriber.Start(std::move(options),
                                [this](corridor::Delivery delivery, corridor::AckHandle handle) {
                                  Take(delivery);
                                  handle.Acknowledge();
                                });
  }

  // Waits until it holds so many alerts; false after ten seconds.
  bool WaitForCount(size_t count) {
    const auto holds = [this, count] { return alerts_.size() == count; };
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(absl::Condition(&holds), absl::Seconds(10));
  }

 private:
  void Take(const corridor::Delivery& delivery) {
    if (!delivery.body.has_issue()) return;
    absl::MutexLock lock(&mutex_);
    alerts_[delivery.body.alert_id()] = delivery.body.issue().content().severity();
  }

  absl::Mutex mutex_;
  std::map<std::string, corridor::v1::Severity> alerts_;
  std::unique_ptr<corridor::Session> session_;  // Ends before what its handlers use.
};

corridor::StatementDraft Warning() {
  corridor::StatementDraft draft;
  draft.body.set_tlp(corridor::v1::TLP_GREEN);
  draft.body.set_status(corridor::v1::ALERT_STATUS_ACTUAL);
  draft.body.set_urgency(corridor::v1::URGENCY_EXPECTED);
  const auto until = corridor::SystemClock().Now() + absl::Hours(60 * 24);
  draft.body.mutable_valid_until()->set_seconds(absl::ToUnixSeconds(until));
  draft.routing.mutable_audience()->mutable_countries()->add_countries("THA");
  auto& content = *draft.body.mutable_issue()->mutable_content();
  content.set_severity(corridor::v1::SEVERITY_SEVERE);
  content.set_certainty(corridor::v1::CERTAINTY_OBSERVED);
  auto& recruited = *content.add_legs();
  recruited.set_stage(corridor::v1::ROUTE_STAGE_RECRUITMENT);
  recruited.set_country("KEN");
  auto& exploited = *content.add_legs();
  exploited.set_stage(corridor::v1::ROUTE_STAGE_EXPLOITATION);
  exploited.set_country("MMR");
  exploited.set_venue(corridor::v1::VENUE_GUARDED_COMPOUND);
  return draft;
}

class RegisterTest : public testing::Test {
 protected:
  void SetUp() override {
    auto region = corridor::FakeRegion::Start();
    ASSERT_TRUE(region.ok()) << region.status();
    region_ = *std::move(region);
    ASSERT_TRUE(region_->AddMember({.id = "ken-desk", .country = "KEN"}).ok());
    ASSERT_TRUE(region_->AddMember({.id = "tha-desk", .country = "THA"}).ok());
    publisher_ = region_->NewPublisher("ken-desk");
    subscriber_ = region_->NewSubscriber("tha-desk");
  }

  std::unique_ptr<corridor::FakeRegion> region_;
  std::unique_ptr<corridor::Publisher> publisher_;
  std::unique_ptr<corridor::Subscriber> subscriber_;
};

TEST_F(RegisterTest, KeepsWhatIsPublishedUntilItIsRecalled) {
  Register kept(*subscriber_);
  corridor::StatementDraft warning = Warning();
  warning.body.set_alert_id("an alert's 16 id");
  ASSERT_TRUE(publisher_->Publish(warning).ok());
  EXPECT_TRUE(kept.WaitForCount(1));

  corridor::StatementDraft recall;
  recall.body.set_alert_id(warning.body.alert_id());
  recall.body.set_revision(2);
  recall.body.set_tlp(warning.body.tlp());
  recall.body.set_status(corridor::v1::ALERT_STATUS_ACTUAL);
  recall.body.set_urgency(corridor::v1::URGENCY_EXPECTED);
  recall.body.mutable_recall()->set_reason(corridor::v1::RECALL_REASON_WRONG_AUDIENCE);
  const auto recalled = publisher_->Publish(recall);
  ASSERT_TRUE(recalled.ok()) << recalled.status();
  EXPECT_TRUE(kept.WaitForCount(0));
}

TEST_F(RegisterTest, GoesOnWhenTheNetworkComesBack) {
  Register kept(*subscriber_);
  ASSERT_TRUE(publisher_->Publish(Warning()).ok());
  ASSERT_TRUE(kept.WaitForCount(1));
  region_->SetReachable(false);
  region_->SetReachable(true);
  ASSERT_TRUE(publisher_->Publish(Warning()).ok());
  EXPECT_TRUE(kept.WaitForCount(2));
}

TEST_F(RegisterTest, WhatNamesAPersonIsRefusedHereToo) {
  corridor::StatementDraft warning = Warning();
  auto& note = *warning.body.mutable_issue()->mutable_content()->add_notes();
  note.set_language("en");
  note.set_text("Write to recruiter@jobs.example for an interview");
  const auto receipt = publisher_->Publish(warning);
  EXPECT_EQ(corridor::ReasonOf(receipt.status()), corridor::v1::ERROR_REASON_PERSONAL_DATA);
}

}  // namespace
