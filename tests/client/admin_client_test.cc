// An operator's program: lists come whole whatever the page size, what is safe to repeat
// is tried again while the broker is away, and what is not is tried once.
#include "corridor/admin_client.h"

#include <memory>
#include <utility>

#include "core/model/errors.h"
#include "corridor/mocks/mock_admin_connection.h"
#include "corridor/mocks/mock_subscriber_connection.h"
#include "corridor/subscriber.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"
#include "tests/support/seeded_random.h"

namespace corridor {
namespace {

using testing::Return;

// Lets time pass whenever somebody waits for it.
class PatientExecutor final : public Executor {
 public:
  explicit PatientExecutor(FakeClock& clock) : clock_(clock) {}
  void Post(Task task) override { task(); }
  void PostAfter(absl::Duration delay, Task task) override {
    clock_.Advance(delay);
    task();
  }

 private:
  FakeClock& clock_;
};

class AdminClientTest : public testing::Test {
 protected:
  FakeClock clock_;
  SeededRandom random_{1};
  PatientExecutor executor_{clock_};
  const Environment environment_{.clock = &clock_, .random = &random_, .executor = &executor_};
  std::shared_ptr<MockAdminConnection> connection_ = std::make_shared<MockAdminConnection>();
  AdminClient admin_{connection_, environment_};
};

TEST_F(AdminClientTest, AListIsReadToItsLastPage) {
  EXPECT_CALL(*connection_, ListMembers)
      .WillOnce([](const auto& request) {
        EXPECT_TRUE(request.include_linked_regions());
        EXPECT_EQ(request.page_token(), "");
        v1::ListMembersResponse page;
        page.add_members()->set_spiffe_id("a");
        page.set_next_page_token("2");
        return page;
      })
      .WillOnce([](const auto& request) {
        EXPECT_EQ(request.page_token(), "2");
        v1::ListMembersResponse page;
        page.add_members()->set_spiffe_id("b");
        return page;
      });
  const auto members = admin_.ListMembers(true);
  ASSERT_TRUE(members.ok());
  EXPECT_EQ(members->size(), 2);
}

TEST_F(AdminClientTest, AListIsReadNoFurtherThanWasAskedFor) {
  EXPECT_CALL(*connection_, ListSessions)
      .WillOnce([](const auto& request) {
        EXPECT_EQ(request.page_size(), 1000);
        v1::ListSessionsResponse page;
        for (int i = 0; i < 1000; ++i) page.add_sessions();
        page.set_next_page_token("2");
        return page;
      })
      .WillOnce([](const auto& request) {
        EXPECT_EQ(request.page_size(), 5) << "what is missing";
        EXPECT_EQ(request.page_token(), "2");
        v1::ListSessionsResponse page;
        for (int i = 0; i < 7; ++i) page.add_sessions();  // As one that knows no pages.
        page.set_next_page_token("3");
        return page;
      });
  const auto sessions = admin_.ListSessions(1005);
  ASSERT_TRUE(sessions.ok());
  EXPECT_EQ(sessions->size(), 1005u);
}

TEST_F(AdminClientTest, AStatusHasTheSubscriptionsOfEveryPage) {
  EXPECT_CALL(*connection_, GetStatus)
      .WillOnce([](const auto& request) {
        EXPECT_EQ(request.page_token(), "");
        v1::GetStatusResponse page;
        page.set_head_offset(7);
        page.add_subscriptions()->set_owner("a");
        page.set_next_page_token("2");
        return page;
      })
      .WillOnce([](const auto& request) {
        EXPECT_EQ(request.page_token(), "2");
        v1::GetStatusResponse page;
        page.set_head_offset(9);
        page.add_subscriptions()->set_owner("b");
        return page;
      });
  const auto status = admin_.GetStatus();
  ASSERT_TRUE(status.ok());
  EXPECT_EQ(status->subscriptions_size(), 2);
  EXPECT_EQ(status->head_offset(), 7u) << "all of one moment but the later subscriptions";
  EXPECT_EQ(status->next_page_token(), "");
}

TEST_F(AdminClientTest, WhatIsSafeToRepeatIsTriedAgain) {
  EXPECT_CALL(*connection_, CreateMember)
      .WillOnce(Return(absl::UnavailableError("Connection refused")))
      .WillOnce(Return(Error(v1::ERROR_REASON_OUTCOME_UNKNOWN, "unknown")))
      .WillOnce(Return(v1::Member()));
  EXPECT_TRUE(admin_.CreateMember({}).ok());
}

TEST_F(AdminClientTest, ItGivesUpAfterSomeSeconds) {
  EXPECT_CALL(*connection_, GetStatus)
      .WillRepeatedly(Return(absl::UnavailableError("Connection refused")));
  const absl::Duration before = clock_.Steady();
  EXPECT_TRUE(absl::IsUnavailable(admin_.GetStatus().status()));
  EXPECT_LE(clock_.Steady() - before, absl::Seconds(5));
}

TEST_F(AdminClientTest, AChangeIsTriedOnce) {
  EXPECT_CALL(*connection_, UpdateMember).WillOnce(Return(absl::UnavailableError("away")));
  EXPECT_TRUE(absl::IsUnavailable(admin_.UpdateMember({}).status()));
  // With an etag, a repetition would meet its own change.
  EXPECT_CALL(*connection_, SetGrant).WillOnce(Return(absl::UnavailableError("away")));
  v1::Grant grant;
  grant.set_etag("7");
  EXPECT_TRUE(absl::IsUnavailable(admin_.SetGrant(grant).status()));
}

TEST_F(AdminClientTest, ARefusalIsNotTriedAgain) {
  EXPECT_CALL(*connection_, CreateAgreement)
      .WillOnce(Return(Error(v1::ERROR_REASON_REQUEST_INVALID, "no")));
  EXPECT_EQ(ReasonOf(admin_.CreateAgreement({}).status()), v1::ERROR_REASON_REQUEST_INVALID);
}

TEST_F(AdminClientTest, ReadersListsAreWholeToo) {
  auto connection = std::make_shared<MockSubscriberConnection>();
  Subscriber subscriber(connection, environment_);
  EXPECT_CALL(*connection, ListSubscriptions)
      .WillOnce(Return(absl::UnavailableError("away")))
      .WillOnce([](const auto& request) {
        EXPECT_EQ(request.page_size(), 1000);
        v1::ListSubscriptionsResponse page;
        page.add_subscriptions()->set_name("subscriptions/all");
        return page;
      });
  const auto all = subscriber.ListSubscriptions();
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->size(), 1);
}

}  // namespace
}  // namespace corridor
