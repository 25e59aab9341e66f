// A statement that must not betray by its time who has just talked: it is durable and
// acknowledged at once, and takes its position, like any other, only at its release.
#include <algorithm>
#include <string>
#include <vector>

#include "core/crypto/statement_proof.h"
#include "core/model/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/storage/keyspace.h"
#include "tests/server/journal/journal_fixture.h"

namespace corridor {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class EmbargoTest : public JournalFixture {
 protected:
  static constexpr int64_t kHour = 3600;

  AcceptedStatement Embargoed(v1::StatementBody body, int64_t seconds = kHour) {
    v1::StatementRouting routing = RoutingToAll();
    routing.mutable_release_not_before()->set_seconds(kExamplePublishedSeconds + seconds);
    body.clear_published_at();
    return Accepted(body, routing);
  }
  // The same bytes once more.
  AcceptedStatement Again(const AcceptedStatement& statement) {
    return *gate_.Examine(statement.statement()->bytes, GateSide::kPublisher);
  }
  std::vector<Journal::Release> Due() {
    const auto due = journal_->HeldUntil(executor_.clock().Now(), 10);
    EXPECT_TRUE(due.ok()) << due.status();
    return due.value_or(std::vector<Journal::Release>());
  }
  Answer Release(const Journal::Release& held) {
    Answer answer = absl::UnknownError("not answered");
    journal_->AppendHeld(held, {}, [&](Answer given) { answer = std::move(given); });
    executor_.RunUntilIdle();
    return answer;
  }
  Answer ReceiptOf(const v1::Receipt& first) {
    const auto receipt = journal_->ReceiptOf(kDesk, first.statement_id(), first.digest());
    EXPECT_TRUE(receipt.ok() && receipt->has_value());
    return **receipt;
  }
};

TEST_F(EmbargoTest, ItIsAcknowledgedWithoutAPositionAndTakesOneAtItsRelease) {
  const auto held = Append(Embargoed(ExampleIssue(kDesk, 1)));
  ASSERT_TRUE(held.ok()) << held.status();
  EXPECT_TRUE(held->held());
  EXPECT_EQ(held->acceptance().position().offset(), 0u);
  EXPECT_TRUE(
      VerifyAcceptance(held->digest(), held->acceptance(), BytesOf(broker_key_.public_key())));
  EXPECT_EQ(journal_->head(), 0u);
  EXPECT_THAT(Due(), IsEmpty());

  CrashAndReopen();
  executor_.Advance(absl::Hours(1));
  ASSERT_THAT(Due(), SizeIs(1));
  const auto released = Release(Due()[0]);
  ASSERT_TRUE(released.ok()) << released.status();
  EXPECT_FALSE(released->held());
  EXPECT_EQ(released->acceptance().position().offset(), 1u);
  EXPECT_GT(released->acceptance().accept_time_ms(), held->acceptance().accept_time_ms());
  EXPECT_THAT(Due(), IsEmpty());

  CrashAndReopen();
  const RecordPtr record = *journal_->At(v1::LANE_ROUTINE, 1);
  EXPECT_EQ(record->statement->digest, held->digest());
  EXPECT_TRUE(
      VerifyAcceptance(held->digest(), record->acceptance, BytesOf(broker_key_.public_key())));
  ASSERT_TRUE(record->held_acceptance.has_value());
  EXPECT_EQ(record->held_acceptance->SerializeAsString(), held->acceptance().SerializeAsString());
  EXPECT_FALSE(ReceiptOf(*held)->held());
  EXPECT_EQ(Head(kDesk, 1).current->offset, 1u);
}

TEST_F(EmbargoTest, ARetryGetsTheReceiptOfTheTime) {
  const auto statement = Embargoed(ExampleIssue(kDesk, 1));
  const auto first = Append(Again(statement));
  ASSERT_TRUE(first.ok());
  const auto again = Append(Again(statement));
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->held());
  EXPECT_TRUE(again->repeated());
  executor_.Advance(absl::Hours(1));
  ASSERT_TRUE(Release(Due().at(0)).ok());
  EXPECT_EQ(Append(Again(statement))->acceptance().position().offset(), 1u);
}

TEST_F(EmbargoTest, TwiceInOneBatchIsOne) {
  const auto statement = Embargoed(ExampleIssue(kDesk, 1));
  const auto first = Propose(Again(statement));
  const auto second = Propose(Again(statement));
  executor_.RunUntilIdle();
  EXPECT_TRUE((**first)->held());
  EXPECT_TRUE((**second)->held());
  EXPECT_TRUE((**second)->repeated());
  executor_.Advance(absl::Hours(1));
  EXPECT_THAT(Due(), SizeIs(1));
}

TEST_F(EmbargoTest, WhatStandsIsNotSupersededBeforeTheRelease) {
  ASSERT_TRUE(Append(ExampleIssue(kDesk, 1, 1)).ok());
  ASSERT_TRUE(Append(Embargoed(ExampleRevise(kDesk, 1, 2, 2))).ok());
  EXPECT_EQ(Head(kDesk, 1).standing_revision, 1u) << "nobody learns that there is more";
  EXPECT_EQ(Head(kDesk, 1).highest_revision, 2u) << "but its revision is taken";
  executor_.Advance(absl::Hours(1));
  ASSERT_TRUE(Release(Due().at(0)).ok());
  EXPECT_EQ(Head(kDesk, 1).standing_revision, 2u);
}

TEST_F(EmbargoTest, WhatIsRecalledBeforeItsReleaseIsNeverReleased) {
  const auto held = Append(Embargoed(ExampleIssue(kDesk, 1, 1)));
  ASSERT_TRUE(held.ok());
  ASSERT_TRUE(Append(ExampleRecall(kDesk, 1, 2, 2)).ok());
  executor_.Advance(absl::Hours(1));
  EXPECT_THAT(Due(), IsEmpty());
  EXPECT_TRUE(ReceiptOf(*held)->held()) << "its receipt stays";
}

TEST_F(EmbargoTest, RecalledInTheSameBatchIsNeverReleasedEither) {
  const auto held = Propose(Embargoed(ExampleIssue(kDesk, 1, 1)));
  const auto recall = Propose(ExampleRecall(kDesk, 1, 2, 2));
  executor_.RunUntilIdle();
  ASSERT_TRUE((*held)->ok());
  ASSERT_TRUE((*recall)->ok()) << (*recall)->status();
  executor_.Advance(absl::Hours(1));
  EXPECT_THAT(Due(), IsEmpty());
}

TEST_F(EmbargoTest, OfAnAlertThatWasCancelledNothingIsReleased) {
  ASSERT_TRUE(Append(ExampleIssue(kDesk, 1, 1)).ok());
  ASSERT_TRUE(Append(Embargoed(ExampleRevise(kDesk, 1, 2, 2))).ok());
  ASSERT_TRUE(Append(ExampleCancel(kDesk, 1, 3, 3)).ok());
  executor_.Advance(absl::Hours(1));
  const Journal::Release held = Due().at(0);
  EXPECT_EQ(ReasonOf(Release(held).status()), v1::ERROR_REASON_ALERT_CLOSED);
  journal_->DropHeld(held, {}, [](const absl::Status& status) { EXPECT_TRUE(status.ok()); });
  executor_.RunUntilIdle();
  EXPECT_THAT(Due(), IsEmpty());
  EXPECT_EQ(ReasonOf(Release(held).status()), v1::ERROR_REASON_NOT_FOUND);
}

TEST_F(EmbargoTest, TooLongOrBeyondTheValidityIsRefused) {
  EXPECT_EQ(ReasonOf(Append(Embargoed(ExampleIssue(kDesk, 1, 1), 31 * 24 * kHour)).status()),
            v1::ERROR_REASON_OUT_OF_BOUNDS);
  v1::StatementBody body = ExampleIssue(kDesk, 2, 2);
  body.mutable_valid_until()->set_seconds(kExamplePublishedSeconds + kHour);
  const absl::Status beyond = Append(Embargoed(body, kHour)).status();
  EXPECT_EQ(ReasonOf(beyond), v1::ERROR_REASON_VALIDITY);
  EXPECT_EQ(ViolationsOf(beyond).at(0).field, "body.valid_until");
}

TEST_F(EmbargoTest, AReleaseThatIsPastIsNoEmbargo) {
  const auto receipt = Append(Embargoed(ExampleIssue(kDesk, 1), -kHour));
  ASSERT_TRUE(receipt.ok());
  EXPECT_FALSE(receipt->held());
}

TEST_F(EmbargoTest, EachPublisherSeesItsOwn) {
  ASSERT_TRUE(Append(Embargoed(ExampleIssue(kDesk, 1, 1), 2 * kHour)).ok());
  ASSERT_TRUE(Append(Embargoed(ExampleIssue(kDesk, 2, 2), kHour)).ok());
  ASSERT_TRUE(Append(Embargoed(ExampleIssue(kOtherDesk, 3, 3), kHour)).ok());
  const auto held = journal_->ListHeld(kDesk, {}, 10);
  ASSERT_TRUE(held.ok());
  ASSERT_THAT(*held, SizeIs(2));
  EXPECT_EQ(held->at(0).statement.alert_id(), ExampleAlertId(2)) << "by time of release";
  EXPECT_EQ(held->at(0).statement.release_time().seconds(), kExamplePublishedSeconds + kHour);
}

}  // namespace
}  // namespace corridor
