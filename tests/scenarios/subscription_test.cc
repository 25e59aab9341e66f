// One region, one desk that receives: what it rejects waits as a dead letter, what it pulls
// by the clock is leased like what a session gets, it goes back in time, and several of its
// machines share one subscription.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/model/errors.h"
#include "tests/scenarios/region_world.h"

namespace corridor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr char kEast[] = "east-africa.example";
constexpr char kAll[] = "subscriptions/all";

class SubscriptionScenario : public ::testing::Test {
 protected:
  void SetUp() override {
    world_.Add(kEast, {});
    east().Start();
    east().AddMember("ke-desk", "KEN");
    east().AddMember("ug-desk", "UGA");
    east().Agree("within", kEast, kEast);
    Create({});
    world_.Run();
  }

  TestRegion& east() { return world_.at(kEast); }
  SubscriberSessions& sessions() { return east().flow().sessions(); }
  Principal desk() { return east().Desk("ug-desk"); }

  void Create(v1::Subscription subscription) {
    subscription.set_name(kAll);
    subscription.set_start_from(v1::START_FROM_OLDEST);
    const auto created = world_.Await<absl::StatusOr<v1::Subscription>>([&](auto done) {
      east().flow().CreateSubscription(desk(), subscription, std::move(done));
    });
    ASSERT_TRUE(created.ok()) << created.status();
  }
  // Changes the fields that are set.
  void Update(const v1::Subscription& subscription, const std::vector<std::string>& paths) {
    v1::UpdateSubscriptionRequest request;
    *request.mutable_subscription() = subscription;
    request.mutable_subscription()->set_name(kAll);
    for (const std::string& path : paths) request.mutable_update_mask()->add_paths(path);
    const auto updated = world_.Await<absl::StatusOr<v1::Subscription>>([&](auto done) {
      east().flow().catalog().UpdateSubscription(desk(), request, east().flow().journal().head(),
                                                 std::move(done));
    });
    ASSERT_TRUE(updated.ok()) << updated.status();
    world_.Run();
  }
  void Share(v1::SessionSharing sharing) {
    v1::Subscription subscription;
    subscription.set_session_sharing(sharing);
    Update(subscription, {"session_sharing"});
  }

  void Issue(uint64_t alert) { Publish(ExampleIssue(publisher(), alert, alert)); }
  void Publish(const v1::StatementBody& body) {
    const bool routed = !body.has_recall() && !body.has_cancel();
    const auto receipt =
        east().Publish("ke-desk", body, routed ? RoutingToAll() : v1::StatementRouting());
    ASSERT_TRUE(receipt.ok()) << receipt.status();
    world_.Run();
  }
  std::string publisher() { return east().MemberId("ke-desk"); }

  void Send(TestSession& session, v1::Settlement settlement) {
    v1::AttachRequest request;
    *request.mutable_settlement() = std::move(settlement);
    sessions().OnRequest(session.id, std::move(request));
    world_.Run();
  }
  static v1::Settlement Rejecting(const v1::Delivery& delivery, const std::string& note = "") {
    v1::Settlement settlement;
    settlement.add_rejected()->set_lease(delivery.lease());
    settlement.mutable_rejected(0)->set_note(note);
    return settlement;
  }

  absl::StatusOr<v1::ListDeadLettersResponse> List(const Principal& who, int32_t page_size = 0,
                                                   const std::string& token = "") {
    v1::ListDeadLettersRequest request;
    request.set_subscription(kAll);
    request.set_page_size(page_size);
    request.set_page_token(token);
    return world_.Await<absl::StatusOr<v1::ListDeadLettersResponse>>(
        [&](auto done) { east().flow().reader().ListDeadLetters(who, request, std::move(done)); });
  }
  std::vector<v1::DeadLetter> Letters() {
    const auto page = List(desk());
    EXPECT_TRUE(page.ok()) << page.status();
    if (!page.ok()) return {};
    return {page->dead_letters().begin(), page->dead_letters().end()};
  }
  absl::StatusOr<uint32_t> Redrive(const v1::DeadLetterSelection& selection) {
    v1::RedriveDeadLettersRequest request;
    request.set_subscription(kAll);
    *request.mutable_selection() = selection;
    const auto response = world_.Await<absl::StatusOr<v1::RedriveDeadLettersResponse>>(
        [&](auto done) { sessions().RedriveDeadLetters(desk(), request, std::move(done)); });
    world_.Run();
    if (!response.ok()) return response.status();
    return response->redriven();
  }
  absl::StatusOr<uint32_t> Discard(const v1::DeadLetterSelection& selection) {
    v1::DiscardDeadLettersRequest request;
    request.set_subscription(kAll);
    *request.mutable_selection() = selection;
    const auto response = world_.Await<absl::StatusOr<v1::DiscardDeadLettersResponse>>(
        [&](auto done) { sessions().DiscardDeadLetters(desk(), request, std::move(done)); });
    world_.Run();
    if (!response.ok()) return response.status();
    return response->discarded();
  }
  static v1::DeadLetterSelection All() {
    v1::DeadLetterSelection selection;
    selection.set_all(true);
    return selection;
  }

  v1::SubscriptionStatus Status() {
    const auto subscription = east().flow().catalog().GetSubscription(desk().spiffe_id, kAll);
    const auto statuses =
        world_.Await<absl::StatusOr<std::vector<v1::SubscriptionStatus>>>([&](auto done) {
          sessions().StatusOf({{desk().spiffe_id, *subscription}}, std::move(done));
        });
    return statuses.ok() ? statuses->front() : v1::SubscriptionStatus();
  }

  absl::StatusOr<v1::PullResponse> Pull(uint32_t messages = 0, uint32_t wait_ms = 0) {
    v1::PullRequest request;
    request.set_subscription(kAll);
    request.set_messages_max(messages);
    request.set_wait_ms(wait_ms);
    return world_.Await<absl::StatusOr<v1::PullResponse>>(
        [&](auto done) { sessions().Pull(desk(), request, std::move(done)); });
  }
  // A pull that waits; its answer, once there is one.
  using Waiting = std::shared_ptr<std::optional<absl::StatusOr<v1::PullResponse>>>;
  Waiting PullLater(uint32_t wait_ms = 20'000) {
    v1::PullRequest request;
    request.set_subscription(kAll);
    request.set_wait_ms(wait_ms);
    auto answer = std::make_shared<std::optional<absl::StatusOr<v1::PullResponse>>>();
    sessions().Pull(desk(), request, [answer](auto response) { *answer = std::move(response); });
    return answer;
  }
  absl::StatusOr<v1::SettlementResult> Settle(const v1::Settlement& settlement) {
    v1::SettleRequest request;
    request.set_subscription(kAll);
    *request.mutable_settlement() = settlement;
    return world_.Await<absl::StatusOr<v1::SettlementResult>>(
        [&](auto done) { sessions().Settle(desk(), request, std::move(done)); });
  }
  absl::StatusOr<v1::SeekResponse> Seek(v1::SeekRequest request) {
    request.set_subscription(kAll);
    auto response = world_.Await<absl::StatusOr<v1::SeekResponse>>(
        [&](auto done) { sessions().Seek(desk(), request, std::move(done)); });
    world_.Run();
    return response;
  }
  static v1::SeekRequest ToOffset(uint64_t offset) {
    v1::SeekRequest request;
    request.mutable_position()->set_offset(offset);
    return request;
  }

  absl::StatusOr<v1::ListCurrentResponse> ListCurrent(int32_t page_size,
                                                      const std::string& token = "") {
    v1::ListCurrentRequest request;
    request.set_subscription(kAll);
    request.set_page_size(page_size);
    request.set_page_token(token);
    return world_.Await<absl::StatusOr<v1::ListCurrentResponse>>(
        [&](auto done) { east().flow().reader().ListCurrent(desk(), request, std::move(done)); });
  }

  static std::vector<uint64_t> Offsets(const std::vector<v1::Delivery>& deliveries) {
    std::vector<uint64_t> offsets;
    for (const auto& delivery : deliveries) {
      offsets.push_back(delivery.statement().position().offset());
    }
    return offsets;
  }
  static std::vector<uint64_t> Offsets(const v1::PullResponse& pulled) {
    return Offsets(
        std::vector<v1::Delivery>(pulled.deliveries().begin(), pulled.deliveries().end()));
  }

  RegionWorld world_;
};

// --- Dead letters ---------------------------------------------------------------

TEST_F(SubscriptionScenario, WhatIsRejectedIsListedWithItsReasonAndNotDeliveredAgain) {
  auto session = east().AttachAgain("ug-desk");
  Issue(1);
  ASSERT_THAT(session->Deliveries(), SizeIs(1));
  Send(*session, Rejecting(session->Deliveries()[0], "no column for it"));
  EXPECT_EQ(session->responses.back().settled().settled_size(), 1);
  const auto letters = Letters();
  ASSERT_THAT(letters, SizeIs(1));
  EXPECT_EQ(letters[0].reason(), v1::DEAD_LETTER_REASON_REJECTED);
  EXPECT_EQ(letters[0].note(), "no column for it");
  EXPECT_EQ(letters[0].attempts(), 1u);
  EXPECT_FALSE(letters[0].redriven());
  EXPECT_EQ(letters[0].statement().position().offset(), 1u);
  EXPECT_EQ(Status().dead_letters(), 1u);
  EXPECT_EQ(Status().unsettled(), 0u);
  east().Crash();
  east().Start();
  auto after = east().AttachAgain("ug-desk");
  world_.Run(absl::Minutes(20));
  EXPECT_THAT(after->Deliveries(), IsEmpty());
  EXPECT_THAT(Letters(), SizeIs(1));
}

// A handler's error message may quote what it choked on.
TEST_F(SubscriptionScenario, ANoteThatCouldIdentifySomebodyIsLeftOutAndTheRejectionStands) {
  auto session = east().AttachAgain("ug-desk");
  Issue(1);
  Issue(2);
  ASSERT_THAT(session->Deliveries(), SizeIs(2));
  Send(*session, Rejecting(session->Deliveries()[0], "cannot store +254 712 345 678"));
  EXPECT_TRUE(Settle(Rejecting(session->Deliveries()[1], "unknown user jobs@mail.example")).ok());
  const auto letters = Letters();
  ASSERT_THAT(letters, SizeIs(2));
  EXPECT_EQ(letters[0].note(), "left out: phone");
  EXPECT_EQ(letters[1].note(), "left out: email");
}

TEST_F(SubscriptionScenario, NotesBeyondWhatIsJudgedAtOnceAreLeftOut) {
  auto session = east().AttachAgain("ug-desk");
  Issue(1);
  ASSERT_THAT(session->Deliveries(), SizeIs(1));
  v1::Settlement settlement;
  for (int i = 0; i < 64; ++i) {
    settlement.add_rejected()->set_lease("of nothing");
    settlement.mutable_rejected(i)->set_note("no column for it");
  }
  settlement.MergeFrom(Rejecting(session->Deliveries()[0], "no column for it"));
  Send(*session, settlement);
  const auto letters = Letters();
  ASSERT_THAT(letters, SizeIs(1));
  EXPECT_EQ(letters[0].note(), "left out: more than 64 notes at once");
}

TEST_F(SubscriptionScenario, WhatIsReleasedTooOftenIsADeadLetter) {
  v1::Subscription subscription;
  subscription.set_failures_max(2);
  Update(subscription, {"failures_max"});
  auto session = east().AttachAgain("ug-desk");
  Issue(1);
  for (int failure = 0; failure < 2; ++failure) {
    v1::Settlement release;
    release.add_released(session->Deliveries().back().lease());
    Send(*session, release);
    world_.Run(absl::Minutes(1));
  }
  EXPECT_THAT(session->Deliveries(), SizeIs(2));
  const auto letters = Letters();
  ASSERT_THAT(letters, SizeIs(1));
  EXPECT_EQ(letters[0].reason(), v1::DEAD_LETTER_REASON_FAILURES_MAX);
  EXPECT_EQ(letters[0].attempts(), 2u);
}

TEST_F(SubscriptionScenario, ARedrivenLetterComesAgainAlsoAfterARestart) {
  auto session = east().AttachAgain("ug-desk");
  Issue(1);
  Send(*session, Rejecting(session->Deliveries()[0]));
  const auto redriven = Redrive(All());
  ASSERT_TRUE(redriven.ok()) << redriven.status();
  EXPECT_EQ(*redriven, 1u);
  ASSERT_THAT(session->Deliveries(), SizeIs(2));
  ASSERT_THAT(Letters(), SizeIs(1));
  EXPECT_TRUE(Letters()[0].redriven());
  east().Crash();
  east().Start();
  auto after = east().AttachAgain("ug-desk");
  world_.Run();
  ASSERT_THAT(after->Deliveries(), SizeIs(1));
  east().Acknowledge(*after, after->Deliveries());
  EXPECT_THAT(Letters(), IsEmpty());
  EXPECT_EQ(Status().dead_letters(), 0u);
}

TEST_F(SubscriptionScenario, WhatIsRejectedAgainIsADeadLetterAgain) {
  auto session = east().AttachAgain("ug-desk");
  Issue(1);
  Send(*session, Rejecting(session->Deliveries()[0], "first"));
  ASSERT_TRUE(Redrive(All()).ok());
  Send(*session, Rejecting(session->Deliveries().back(), "second"));
  const auto letters = Letters();
  ASSERT_THAT(letters, SizeIs(1));
  EXPECT_EQ(letters[0].note(), "second");
  EXPECT_FALSE(letters[0].redriven());
}

TEST_F(SubscriptionScenario, WhatIsDiscardedIsGone) {
  auto session = east().AttachAgain("ug-desk");
  Issue(1);
  Issue(2);
  for (const auto& delivery : session->Deliveries()) Send(*session, Rejecting(delivery));
  ASSERT_THAT(Letters(), SizeIs(2));
  v1::DeadLetterSelection first;
  first.add_ids(Letters()[0].id());
  const auto discarded = Discard(first);
  ASSERT_TRUE(discarded.ok()) << discarded.status();
  EXPECT_EQ(*discarded, 1u);
  EXPECT_EQ(*Discard(first), 0u) << "it is not there any more";
  ASSERT_THAT(Letters(), SizeIs(1));
  EXPECT_EQ(Letters()[0].statement().position().offset(), 2u);
  EXPECT_EQ(*Redrive(All()), 1u);
  EXPECT_THAT(Offsets(session->Deliveries()), ElementsAre(1, 2, 2));
}

TEST_F(SubscriptionScenario, DeadLettersComeByPages) {
  auto session = east().AttachAgain("ug-desk");
  for (uint64_t alert = 1; alert <= 3; ++alert) Issue(alert);
  for (const auto& delivery : session->Deliveries()) Send(*session, Rejecting(delivery));
  const auto first = List(desk(), 2);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->dead_letters_size(), 2);
  const auto rest = List(desk(), 2, first->next_page_token());
  ASSERT_TRUE(rest.ok()) << rest.status();
  EXPECT_EQ(rest->dead_letters_size(), 1);
  EXPECT_EQ(rest->next_page_token(), "");
  EXPECT_EQ(ReasonOf(List(desk(), 2, "nonsense").status()), v1::ERROR_REASON_REQUEST_INVALID);
}

// A recall takes the dead letter and what was said of it.
TEST_F(SubscriptionScenario, WhatIsRecalledIsErasedFromTheDeadLetters) {
  auto session = east().AttachAgain("ug-desk");
  Issue(1);
  Send(*session, Rejecting(session->Deliveries()[0], "no column"));
  ASSERT_THAT(Letters(), SizeIs(1));
  Publish(ExampleRecall(publisher(), 1, 2, 40));
  EXPECT_THAT(Letters(), IsEmpty());
  world_.Run(absl::Minutes(2));
  EXPECT_EQ(Status().dead_letters(), 0u);
  EXPECT_EQ(*Redrive(All()), 0u);
}

TEST_F(SubscriptionScenario, ALetterThatWasSupersededIsNotHandedOverAgain) {
  auto session = east().AttachAgain("ug-desk");
  Issue(1);
  Send(*session, Rejecting(session->Deliveries()[0]));
  Publish(ExampleRevise(publisher(), 1, 2, 20));
  ASSERT_TRUE(Redrive(All()).ok());
  EXPECT_THAT(Offsets(session->Deliveries()), ElementsAre(1, 2));
  EXPECT_THAT(Letters(), IsEmpty());
}

TEST_F(SubscriptionScenario, DeadLettersAreTheirOwnersAndGoWithTheSubscription) {
  auto session = east().AttachAgain("ug-desk");
  Issue(1);
  Send(*session, Rejecting(session->Deliveries()[0]));
  EXPECT_EQ(ReasonOf(List(east().Desk("ke-desk")).status()), v1::ERROR_REASON_NOT_FOUND);
  v1::DeleteSubscriptionRequest remove;
  remove.set_name(kAll);
  const auto deleted = world_.Await<absl::Status>(
      [&](auto done) { east().flow().DeleteSubscription(desk(), remove, std::move(done)); });
  ASSERT_TRUE(deleted.ok()) << deleted;
  EXPECT_EQ(ReasonOf(List(desk()).status()), v1::ERROR_REASON_NOT_FOUND);
  world_.Run();
  Create({});
  EXPECT_THAT(Letters(), IsEmpty());
}

TEST_F(SubscriptionScenario, ASelectionMustNameWhatItMeans) {
  EXPECT_EQ(ReasonOf(Redrive({}).status()), v1::ERROR_REASON_REQUEST_INVALID);
  v1::DeadLetterSelection both = All();
  both.add_ids(std::string(9, '\1'));
  EXPECT_EQ(ReasonOf(Discard(both).status()), v1::ERROR_REASON_REQUEST_INVALID);
  v1::DeadLetterSelection wrong;
  wrong.add_ids("short");
  EXPECT_EQ(ReasonOf(Discard(wrong).status()), v1::ERROR_REASON_REQUEST_INVALID);
}

TEST_F(SubscriptionScenario, ANoteBeyondItsBoundEndsTheSessionWithAReason) {
  for (const std::string& note : {std::string(257, 'x'), std::string("two\nlines")}) {
    auto session = east().AttachAgain("ug-desk");
    Issue(note.size());
    Send(*session, Rejecting(session->Deliveries()[0], note));
    ASSERT_TRUE(session->finished.has_value());
    EXPECT_EQ(ReasonOf(*session->finished), v1::ERROR_REASON_REQUEST_INVALID);
  }
}

// --- Pull and Settle --------------------------------------------------------------

TEST_F(SubscriptionScenario, WhatIsPulledIsLeasedAndSettledForGood) {
  for (uint64_t alert = 1; alert <= 3; ++alert) Issue(alert);
  const auto pulled = Pull(2);
  ASSERT_TRUE(pulled.ok()) << pulled.status();
  EXPECT_THAT(Offsets(*pulled), ElementsAre(1, 2));
  EXPECT_EQ(pulled->lease_ms(), 60'000u);
  EXPECT_EQ(pulled->status().unsettled(), 2u);
  EXPECT_THAT(Offsets(*Pull()), ElementsAre(3)) << "what is leased does not come twice";
  v1::Settlement settlement;
  for (const auto& delivery : pulled->deliveries()) settlement.add_acknowledged(delivery.lease());
  const auto settled = Settle(settlement);
  ASSERT_TRUE(settled.ok()) << settled.status();
  EXPECT_EQ(settled->settled_size(), 2);
  EXPECT_EQ(Settle(settlement)->stale_size(), 2) << "once only";
  east().Crash();
  east().Start();
  world_.Run();
  EXPECT_THAT(Offsets(*Pull()), ElementsAre(3));
}

TEST_F(SubscriptionScenario, WhatWasPulledAndNotSettledComesAgain) {
  Issue(1);
  EXPECT_THAT(Offsets(*Pull()), ElementsAre(1));
  world_.Run(absl::Seconds(30));
  EXPECT_THAT(Offsets(*Pull()), IsEmpty());
  world_.Run(absl::Seconds(40));
  const auto again = Pull();
  ASSERT_THAT(Offsets(*again), ElementsAre(1));
  EXPECT_EQ(again->deliveries(0).attempt(), 2u);
}

TEST_F(SubscriptionScenario, APullWaitsForTheFirstButNotForLong) {
  const auto first = PullLater(20'000);
  world_.Run(absl::Seconds(5));
  EXPECT_FALSE(first->has_value());
  Issue(1);
  ASSERT_TRUE(first->has_value());
  EXPECT_THAT(Offsets(***first), ElementsAre(1));

  const auto second = PullLater(20'000);
  world_.Run(absl::Seconds(19));
  EXPECT_FALSE(second->has_value());
  world_.Run(absl::Seconds(2));
  ASSERT_TRUE(second->has_value());
  EXPECT_THAT(Offsets(***second), IsEmpty());
}

TEST_F(SubscriptionScenario, APullAndASessionDoNotMeetUnlessShared) {
  auto session = east().AttachAgain("ug-desk");
  EXPECT_EQ(ReasonOf(Pull().status()), v1::ERROR_REASON_SUBSCRIPTION_IN_USE);
  Share(v1::SESSION_SHARING_SHARED);
  EXPECT_TRUE(Pull().ok());
}

TEST_F(SubscriptionScenario, WhatIsRecalledBeforeAPullIsAnsweredIsNotInIt) {
  Issue(1);
  Publish(ExampleRecall(publisher(), 1, 2, 40));
  EXPECT_THAT(Offsets(*Pull()), IsEmpty());
}

TEST_F(SubscriptionScenario, PullAndSettleAreBounded) {
  EXPECT_EQ(ReasonOf(Pull(1001).status()), v1::ERROR_REASON_REQUEST_INVALID);
  EXPECT_EQ(ReasonOf(Pull(1, 30'001).status()), v1::ERROR_REASON_REQUEST_INVALID);
  EXPECT_EQ(ReasonOf(Settle({}).status()), v1::ERROR_REASON_REQUEST_INVALID);
  v1::Settlement many;
  for (int i = 0; i <= 10'000; ++i) many.add_acknowledged("x");
  EXPECT_EQ(ReasonOf(Settle(many).status()), v1::ERROR_REASON_REQUEST_INVALID);
  std::vector<bool> answered;
  v1::PullRequest request;
  request.set_subscription(kAll);
  request.set_wait_ms(20'000);
  for (int i = 0; i < 16; ++i) {
    sessions().Pull(desk(), request, [&](auto response) { answered.push_back(response.ok()); });
  }
  EXPECT_EQ(ReasonOf(Pull().status()), v1::ERROR_REASON_QUOTA);
  world_.Run(absl::Seconds(30));
  EXPECT_THAT(answered, SizeIs(16));
}

TEST_F(SubscriptionScenario, WhatIsPulledCanBeRejected) {
  Issue(1);
  const auto pulled = Pull();
  const auto settled = Settle(Rejecting(pulled->deliveries(0), "unreadable"));
  ASSERT_TRUE(settled.ok()) << settled.status();
  EXPECT_EQ(settled->settled_size(), 1);
  ASSERT_THAT(Letters(), SizeIs(1));
  EXPECT_EQ(Letters()[0].note(), "unreadable");
}

TEST_F(SubscriptionScenario, ASessionThatTakesOverEndsPulls) {
  const auto waiting = PullLater();
  world_.Run(absl::Seconds(1));
  auto session = east().AttachAgain("ug-desk");
  world_.Run();
  ASSERT_TRUE(waiting->has_value());
  EXPECT_THAT(Offsets(***waiting), IsEmpty());
  Issue(1);
  EXPECT_THAT(Offsets(session->Deliveries()), ElementsAre(1));
}

// Within a second, as with a session.
TEST_F(SubscriptionScenario, WhoIsSuspendedPullsNothingMore) {
  const auto waiting = PullLater();
  v1::Member member = *east().flow().catalog().GetMember(east().MemberId("ug-desk"));
  member.set_state(v1::MEMBER_STATE_SUSPENDED);
  const auto suspended = world_.Await<absl::StatusOr<v1::Member>>([&](auto done) {
    east().flow().catalog().UpdateMember(east().Operator(), member, std::move(done));
  });
  ASSERT_TRUE(suspended.ok()) << suspended.status();
  world_.Run(absl::Seconds(1));
  ASSERT_TRUE(waiting->has_value());
  EXPECT_EQ(ReasonOf((**waiting).status()), v1::ERROR_REASON_MEMBER_SUSPENDED);
  EXPECT_EQ(ReasonOf(Settle(Rejecting(v1::Delivery())).status()),
            v1::ERROR_REASON_MEMBER_SUSPENDED);
}

TEST_F(SubscriptionScenario, WhatIsForPractiseComesToWhoAskedForIt) {
  v1::StatementBody exercise = ExampleIssue(publisher(), 1, 1);
  exercise.set_status(v1::ALERT_STATUS_EXERCISE);
  Publish(exercise);
  EXPECT_THAT(Offsets(*Pull()), IsEmpty());
  EXPECT_EQ(ListCurrent(10)->alerts_size(), 0);
  v1::Subscription subscription;
  subscription.set_include_non_actual(true);
  Update(subscription, {"include_non_actual"});
  EXPECT_EQ(ListCurrent(10)->alerts_size(), 1);
  ASSERT_TRUE(Seek(ToOffset(0)).ok());
  EXPECT_THAT(Offsets(*Pull()), ElementsAre(1));
}

TEST_F(SubscriptionScenario, WhatIsHeldBackIsNeitherPulledNorListedBeforeItsTime) {
  v1::StatementRouting routing = RoutingToAll();
  const absl::Time release = world_.sim().clock().Now() + absl::Hours(1);
  routing.mutable_release_not_before()->set_seconds(absl::ToUnixSeconds(release));
  v1::StatementBody body = ExampleIssue(publisher(), 1, 1);
  body.clear_published_at();
  const auto receipt = east().Publish("ke-desk", body, routing);
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  world_.Run();
  EXPECT_THAT(Offsets(*Pull()), IsEmpty());
  EXPECT_EQ(ListCurrent(10)->alerts_size(), 0);
  world_.Run(absl::Hours(1) + absl::Minutes(1));
  EXPECT_EQ(ListCurrent(10)->alerts_size(), 1);
  EXPECT_THAT(Offsets(*Pull()), ElementsAre(1));
}

// --- Seek -----------------------------------------------------------------------------

TEST_F(SubscriptionScenario, GoingBackBringsAgainWhatIsStillThere) {
  auto session = east().AttachAgain("ug-desk");
  for (uint64_t alert = 1; alert <= 3; ++alert) Issue(alert);
  Publish(ExampleRevise(publisher(), 2, 2, 20));
  east().Acknowledge(*session, session->Deliveries());
  const auto effect = Seek(ToOffset(1));
  ASSERT_TRUE(effect.ok()) << effect.status();
  EXPECT_EQ(effect->lanes(1).settled_offset_before(), 4u);
  EXPECT_EQ(effect->lanes(1).settled_offset(), 1u);
  EXPECT_EQ(effect->lanes(1).again_max(), 3u);
  EXPECT_EQ(session->responses.back().go_away().reason(), v1::GO_AWAY_REASON_MOVED);
  auto after = east().AttachAgain("ug-desk");
  world_.Run();
  EXPECT_THAT(Offsets(after->Deliveries()), ElementsAre(3, 4)) << "not what was superseded";
}

TEST_F(SubscriptionScenario, ATimeIsWhereTheRegionAppended) {
  Issue(1);
  world_.Run(absl::Hours(1));
  const int64_t now = absl::ToUnixSeconds(world_.sim().clock().Now());
  Issue(2);
  v1::SeekRequest end;
  end.set_end(true);
  ASSERT_TRUE(Seek(end).ok());
  EXPECT_THAT(Offsets(*Pull()), IsEmpty());
  v1::SeekRequest request;
  request.mutable_time()->set_seconds(now);
  ASSERT_TRUE(Seek(request).ok());
  EXPECT_THAT(Offsets(*Pull()), ElementsAre(2));
}

TEST_F(SubscriptionScenario, ASeekAndWhatIsDoneWithDeadLettersAreAudited) {
  Issue(1);
  const auto pulled = Pull();
  ASSERT_TRUE(Settle(Rejecting(pulled->deliveries(0))).ok());
  ASSERT_TRUE(Redrive(All()).ok());
  ASSERT_TRUE(Discard(All()).ok());
  ASSERT_TRUE(Seek(ToOffset(1)).ok());
  const auto entries = east().flow().audit().Read(0, 1000);
  ASSERT_TRUE(entries.ok()) << entries.status();
  std::vector<v1::AuditAct> acts;
  for (const v1::AuditEntry& entry : *entries) {
    if (entry.actor() != desk().spiffe_id || entry.object() != kAll) continue;
    acts.push_back(entry.act());
    if (entry.act() == v1::AUDIT_ACT_SEEK) {
      EXPECT_EQ(entry.position().offset(), 1u);
    } else if (entry.act() != v1::AUDIT_ACT_SUBSCRIPTION) {
      EXPECT_EQ(entry.count(), 1u);
    }
  }
  EXPECT_THAT(acts, ElementsAre(v1::AUDIT_ACT_SUBSCRIPTION, v1::AUDIT_ACT_DEAD_LETTERS_REDRIVEN,
                                v1::AUDIT_ACT_DEAD_LETTERS_DISCARDED, v1::AUDIT_ACT_SEEK));
}

TEST_F(SubscriptionScenario, ADryRunMovesNothing) {
  Issue(1);
  v1::SeekRequest end;
  end.set_end(true);
  end.set_dry_run(true);
  const auto effect = Seek(end);
  ASSERT_TRUE(effect.ok()) << effect.status();
  EXPECT_EQ(effect->lanes(1).skipped_max(), 1u);
  EXPECT_THAT(Offsets(*Pull()), ElementsAre(1));
}

TEST_F(SubscriptionScenario, ASeekOutOfTheJournalIsRefused) {
  EXPECT_EQ(ReasonOf(Seek(ToOffset(1)).status()), v1::ERROR_REASON_POSITION_EXPIRED);
  v1::SeekRequest other = ToOffset(0);
  other.mutable_position()->set_epoch(east().flow().journal().epoch() + 1);
  EXPECT_EQ(ReasonOf(Seek(other).status()), v1::ERROR_REASON_JOURNAL_REINCARNATED);
  v1::SeekRequest elsewhere = ToOffset(0);
  elsewhere.mutable_position()->set_region("other.example");
  EXPECT_EQ(ReasonOf(Seek(elsewhere).status()), v1::ERROR_REASON_REQUEST_INVALID);
  EXPECT_EQ(ReasonOf(Seek({}).status()), v1::ERROR_REASON_REQUEST_INVALID);
  v1::SeekRequest never;
  never.mutable_time()->set_seconds(std::numeric_limits<int64_t>::max());
  EXPECT_EQ(ReasonOf(Seek(never).status()), v1::ERROR_REASON_REQUEST_INVALID);
  v1::SeekRequest stale = ToOffset(0);
  stale.set_etag("old");
  EXPECT_EQ(ReasonOf(Seek(stale).status()), v1::ERROR_REASON_ETAG_MISMATCH);
}

// What comes again by itself is no dead letter any more; leases from before are stale.
TEST_F(SubscriptionScenario, ASeekTakesDeadLettersBehindIt) {
  Issue(1);
  Issue(2);
  const auto pulled = Pull();
  v1::Settlement both = Rejecting(pulled->deliveries(0));
  *both.add_rejected() = Rejecting(pulled->deliveries(1)).rejected(0);
  ASSERT_TRUE(Settle(both).ok());
  ASSERT_TRUE(Seek(ToOffset(1)).ok());
  ASSERT_THAT(Letters(), SizeIs(1));
  EXPECT_EQ(Letters()[0].statement().position().offset(), 1u);
  EXPECT_THAT(Offsets(*Pull()), ElementsAre(2));
  EXPECT_EQ(Settle(Rejecting(pulled->deliveries(1)))->stale_size(), 1);
}

// --- A mirror ---------------------------------------------------------------------------

// The list, then what the subscription brings behind it, is everything: also what changed
// while the list was read.
TEST_F(SubscriptionScenario, AMirrorIsFilledAndKeptTrue) {
  for (uint64_t alert = 1; alert <= 4; ++alert) Issue(alert);
  Publish(ExampleRevise(publisher(), 1, 2, 20));
  Publish(ExampleCancel(publisher(), 2, 2, 21));
  const auto first = ListCurrent(2);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->as_of().offset(), 6u);
  Publish(ExampleRevise(publisher(), 3, 2, 22));
  const auto rest = ListCurrent(2, first->next_page_token());
  ASSERT_TRUE(rest.ok()) << rest.status();
  EXPECT_EQ(rest->as_of().offset(), 6u);
  std::map<std::string, uint32_t> mirror;
  for (const auto* page : {&*first, &*rest}) {
    for (const v1::Alert& alert : page->alerts()) mirror[alert.alert_id()] = alert.revision();
  }
  EXPECT_THAT(mirror,
              UnorderedElementsAre(Pair(ExampleAlertId(1), 2u), Pair(ExampleAlertId(4), 1u)))
      << "nothing cancelled; what was revised meanwhile comes by the subscription";
  v1::SeekRequest seek;
  *seek.mutable_position() = first->as_of();
  ASSERT_TRUE(Seek(seek).ok());
  EXPECT_THAT(Offsets(*Pull()), ElementsAre(7));
}

TEST_F(SubscriptionScenario, AMirrorHoldsWhatTheFilterPassesAndWhoAsksMayHave) {
  v1::Subscription subscription;
  subscription.mutable_filter()->add_clauses()->add_claimed_destinations("KHM");
  Update(subscription, {"filter"});
  Issue(1);
  const auto filtered = ListCurrent(10);
  ASSERT_TRUE(filtered.ok()) << filtered.status();
  EXPECT_EQ(filtered->alerts_size(), 0);
  EXPECT_EQ(ReasonOf(ListCurrent(10, "1.2.3").status()), v1::ERROR_REASON_JOURNAL_REINCARNATED);
  EXPECT_EQ(ReasonOf(ListCurrent(10, "x").status()), v1::ERROR_REASON_REQUEST_INVALID);
}

// --- Several sessions -----------------------------------------------------------------

TEST_F(SubscriptionScenario, SharedSessionsGetEachStatementOnce) {
  Share(v1::SESSION_SHARING_SHARED);
  auto one = east().AttachAgain("ug-desk", 2);
  auto two = east().AttachAgain("ug-desk", 2);
  EXPECT_EQ(Status().sessions(), 2u);
  for (uint64_t alert = 1; alert <= 4; ++alert) Issue(alert);
  EXPECT_THAT(one->Deliveries(), SizeIs(2));
  EXPECT_THAT(two->Deliveries(), SizeIs(2));
  east().Acknowledge(*one, one->Deliveries());
  EXPECT_EQ(one->responses.back().settled().settled_size(), 2) << "to the one who asked";
  // One of them is gone: what it held goes to the other.
  sessions().OnClosed(two->id);
  world_.Run();
  EXPECT_THAT(one->Deliveries(), SizeIs(4));
}

TEST_F(SubscriptionScenario, TheNextOnStandbyGoesOn) {
  Share(v1::SESSION_SHARING_STANDBY);
  auto active = east().AttachAgain("ug-desk");
  auto standby = east().AttachAgain("ug-desk");
  ASSERT_TRUE(standby->responses[0].has_started());
  EXPECT_FALSE(active->responses[0].started().standby());
  EXPECT_TRUE(standby->responses[0].started().standby());
  Issue(1);
  EXPECT_THAT(Offsets(active->Deliveries()), ElementsAre(1));
  EXPECT_THAT(standby->Deliveries(), IsEmpty());
  sessions().OnClosed(active->id);
  world_.Run();
  EXPECT_THAT(Offsets(standby->Deliveries()), ElementsAre(1));
  bool told = false;
  for (const auto& response : standby->responses) {
    told |= response.has_heartbeat() && !response.heartbeat().standby();
  }
  EXPECT_TRUE(told);
}

TEST_F(SubscriptionScenario, AtMostSixteenSessionsShare) {
  Share(v1::SESSION_SHARING_SHARED);
  std::vector<std::shared_ptr<TestSession>> sessions;
  for (int i = 0; i < 17; ++i) sessions.push_back(east().AttachAgain("ug-desk"));
  world_.Run();
  EXPECT_FALSE(sessions[15]->finished.has_value());
  ASSERT_TRUE(sessions[16]->finished.has_value());
  EXPECT_EQ(ReasonOf(*sessions[16]->finished), v1::ERROR_REASON_QUOTA);
}

}  // namespace
}  // namespace corridor
