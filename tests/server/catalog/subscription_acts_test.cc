// A desk and its integration keep their own subscriptions, of the same name; a retry
// never moves a cursor.

#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "server/storage/keyspace.h"
#include "tests/server/catalog/catalog_fixture.h"

namespace corridor {
namespace {

using google::protobuf::util::MessageDifferencer;
using testing::ElementsAre;
using testing::SizeIs;

class SubscriptionActsTest : public CatalogFixture {
 protected:
  absl::StatusOr<v1::Subscription> Create(const Principal& owner, v1::Subscription subscription,
                                          uint64_t head = 41) {
    std::optional<absl::StatusOr<v1::Subscription>> answer;
    catalog_->CreateSubscription(
        owner, std::move(subscription), head,
        [this](CommitContext& context) {
          ++begun_;
          context.Put("s/test", "cursor");
          return absl::OkStatus();
        },
        Into(answer));
    return *std::move(answer);
  }
  absl::StatusOr<v1::Subscription> Update(v1::UpdateSubscriptionRequest request,
                                          uint64_t head = 50) {
    std::optional<absl::StatusOr<v1::Subscription>> answer;
    catalog_->UpdateSubscription(desk_, std::move(request), head, Into(answer));
    return *std::move(answer);
  }
  absl::Status Delete(const std::string& name, const std::string& etag = "") {
    v1::DeleteSubscriptionRequest request;
    request.set_name(name);
    request.set_etag(etag);
    absl::Status answer;
    catalog_->DeleteSubscription(
        desk_, request,
        [](CommitContext& context) {
          context.Delete("s/test");
          return absl::OkStatus();
        },
        [&answer](absl::Status status) { answer = std::move(status); });
    return answer;
  }
  static v1::Subscription Named(const std::string& name) {
    v1::Subscription subscription;
    subscription.set_name(name);
    return subscription;
  }

  int begun_ = 0;
  const Principal feed_ = *ParsePrincipal(std::string(kThai) + "/integration/feed");
};

TEST_F(SubscriptionActsTest, DefaultsAreFilledIn) {
  v1::Subscription wanted = Named("subscriptions/all");
  wanted.set_owner("spiffe://elsewhere.example/agency/x");
  wanted.set_filter_from_offset(9);
  const auto created = Create(desk_, wanted);
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->owner(), kThai);
  EXPECT_EQ(created->ack_timeout().seconds(), 60);
  EXPECT_EQ(created->unsettled_max(), 10000u);
  EXPECT_EQ(created->start_from(), v1::START_FROM_NOW);
  EXPECT_EQ(created->filter_from_offset(), 42u);
  EXPECT_EQ(*store_.Get("s/test"), "cursor") << "the cursor is in the same batch";
  EXPECT_EQ(catalog_->facts()->generation, 0u) << "subscriptions are no facts";
  EXPECT_EQ(changes_, 1);
}

TEST_F(SubscriptionActsTest, ARetryReturnsTheFirstAndDoesNotBeginAgain) {
  const auto first = Create(desk_, Named("subscriptions/all"));
  clock_.Advance(absl::Hours(1));
  const auto second = Create(desk_, Named("subscriptions/all"), 99);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_TRUE(MessageDifferencer::Equals(*first, *second));
  EXPECT_EQ(begun_, 1);
  v1::Subscription other = Named("subscriptions/all");
  other.set_include_non_actual(true);
  EXPECT_EQ(ReasonOf(Create(desk_, other).status()), v1::ERROR_REASON_ALREADY_EXISTS);
}

TEST_F(SubscriptionActsTest, NamesBelongToTheirOwner) {
  ASSERT_TRUE(Create(desk_, Named("subscriptions/all")).ok());
  ASSERT_TRUE(Create(feed_, Named("subscriptions/all")).ok());
  ASSERT_TRUE(Create(feed_, Named("subscriptions/scams")).ok());
  EXPECT_THAT(catalog_->ListSubscriptions(kThai, {})->subscriptions(), SizeIs(1));
  EXPECT_THAT(catalog_->ListSubscriptions(feed_.spiffe_id, {})->subscriptions(), SizeIs(2));
  EXPECT_THAT(catalog_->AllSubscriptions(), SizeIs(3));
  EXPECT_EQ(ReasonOf(catalog_->GetSubscription(kThai, "subscriptions/scams").status()),
            v1::ERROR_REASON_NOT_FOUND);
  EXPECT_TRUE(Delete("subscriptions/all").ok());
  EXPECT_EQ(*store_.Get("s/test"), std::nullopt);
  EXPECT_TRUE(catalog_->GetSubscription(feed_.spiffe_id, "subscriptions/all").ok());
  EXPECT_EQ(ReasonOf(Delete("subscriptions/all")), v1::ERROR_REASON_NOT_FOUND);
  EXPECT_THAT(FaultsOf(Delete("all")), ElementsAre("name"));
  Reopen();
  EXPECT_THAT(catalog_->AllSubscriptions(), SizeIs(2));
}

TEST_F(SubscriptionActsTest, AnUpdateChangesWhatItsMaskNames) {
  v1::Subscription wanted = Named("subscriptions/all");
  wanted.set_unsettled_max(5);
  const auto created = Create(desk_, wanted);
  v1::UpdateSubscriptionRequest request;
  *request.mutable_subscription() = Named("subscriptions/all");
  request.mutable_subscription()->mutable_filter()->add_clauses()->add_places("035");
  request.mutable_subscription()->set_etag(created->etag());
  request.mutable_update_mask()->add_paths("filter");
  const auto updated = Update(request);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->unsettled_max(), 5u);
  EXPECT_EQ(updated->filter_from_offset(), 51u) << "a changed filter holds from here";
  EXPECT_EQ(ReasonOf(Update(request).status()), v1::ERROR_REASON_ETAG_MISMATCH);

  request.mutable_subscription()->set_etag(updated->etag());
  request.mutable_subscription()->set_include_non_actual(true);
  request.mutable_update_mask()->set_paths(0, "include_non_actual");
  const auto again = Update(request, 60);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->filter_from_offset(), 51u) << "the filter is the same";
  EXPECT_FALSE(again->paused());
  request.mutable_subscription()->clear_etag();
  request.mutable_subscription()->set_paused(true);
  request.mutable_update_mask()->set_paths(0, "paused");
  EXPECT_TRUE(Update(request)->paused());
  EXPECT_TRUE(catalog_->GetSubscription(kThai, "subscriptions/all")->paused());
  request.clear_update_mask();
  request.mutable_subscription()->clear_etag();
  EXPECT_EQ(Update(request)->unsettled_max(), 10000u) << "no mask: every settable field";
  EXPECT_EQ(catalog_->GetSubscription(kThai, "subscriptions/all")->unsettled_max(), 10000u);
  request.mutable_update_mask()->add_paths("owner");
  EXPECT_THAT(FaultsOf(Update(request).status()), ElementsAre("update_mask.paths[0]"));
}

TEST_F(SubscriptionActsTest, EveryFaultIsToldAtOnce) {
  v1::Subscription wanted = Named("all");
  wanted.mutable_filter()->add_clauses()->add_places("Kenya");
  wanted.mutable_ack_timeout()->set_seconds(601);
  wanted.set_unsettled_max(100001);
  wanted.set_start_from(static_cast<v1::StartFrom>(9));
  EXPECT_THAT(FaultsOf(Create(desk_, wanted).status()),
              ElementsAre("subscription.name", "subscription.filter.clauses[0].places[0]",
                          "subscription.ack_timeout", "subscription.unsettled_max",
                          "subscription.start_from"));
}

TEST_F(SubscriptionActsTest, AnOwnerHasAtMostAThousand) {
  for (size_t i = 0; i < Catalog::kSubscriptionsPerOwnerMax; ++i) {
    ASSERT_TRUE(Create(desk_, Named("subscriptions/s" + std::to_string(i))).ok());
  }
  EXPECT_EQ(ReasonOf(Create(desk_, Named("subscriptions/more")).status()), v1::ERROR_REASON_QUOTA);
  EXPECT_TRUE(Create(desk_, Named("subscriptions/s7")).ok()) << "a retry is not one more";
  EXPECT_TRUE(Create(feed_, Named("subscriptions/more")).ok());
  v1::ListSubscriptionsRequest request;
  request.set_page_size(999);
  const auto page = catalog_->ListSubscriptions(kThai, request);
  request.set_page_token(page->next_page_token());
  EXPECT_THAT(catalog_->ListSubscriptions(kThai, request)->subscriptions(), SizeIs(1));
}

// Delivery cannot set up its cursor: then there is no subscription either.
TEST_F(SubscriptionActsTest, ABeginThatFailsLeavesNothing) {
  std::optional<absl::StatusOr<v1::Subscription>> answer;
  catalog_->CreateSubscription(
      desk_, Named("subscriptions/all"), 0,
      [](CommitContext&) { return absl::InternalError("no room"); }, Into(answer));
  EXPECT_TRUE(absl::IsInternal((*answer).status()));
  EXPECT_THAT(catalog_->AllSubscriptions(), SizeIs(0));
  Reopen();
  EXPECT_THAT(catalog_->AllSubscriptions(), SizeIs(0));
}

TEST_F(SubscriptionActsTest, FailuresAndSharingAreBoundedAndChange) {
  v1::Subscription wanted = Named("subscriptions/all");
  ASSERT_TRUE(Create(desk_, wanted).ok());
  v1::UpdateSubscriptionRequest request;
  *request.mutable_subscription() = wanted;
  request.mutable_subscription()->set_failures_max(1000);
  request.mutable_subscription()->set_session_sharing(v1::SESSION_SHARING_STANDBY);
  request.mutable_update_mask()->add_paths("failures_max");
  const auto limited = Update(request);
  ASSERT_TRUE(limited.ok()) << limited.status();
  EXPECT_EQ(limited->failures_max(), 1000u);
  EXPECT_EQ(limited->session_sharing(), v1::SESSION_SHARING_TAKEOVER) << "not in the mask";
  request.mutable_update_mask()->add_paths("session_sharing");
  EXPECT_EQ(Update(request)->session_sharing(), v1::SESSION_SHARING_STANDBY);
  request.mutable_subscription()->set_failures_max(1001);
  EXPECT_TRUE(absl::IsInvalidArgument(Update(request).status()));
  request.mutable_subscription()->set_failures_max(0);
  request.mutable_subscription()->set_session_sharing(static_cast<v1::SessionSharing>(9));
  EXPECT_TRUE(absl::IsInvalidArgument(Update(request).status()));
}

}  // namespace
}  // namespace corridor
