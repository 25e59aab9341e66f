// The way in ends here: a publisher's statement is acknowledged when it is durable,
// once, with a receipt that anybody can check.
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/crypto/digest.h"
#include "core/crypto/statement_proof.h"
#include "core/model/errors.h"
#include "gmock/gmock.h"
#include "tests/server/journal/journal_fixture.h"

namespace corridor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AppendTest : public JournalFixture {};

TEST_F(AppendTest, TheReceiptSaysWhereTheStatementStandsAndProvesIt) {
  const AcceptedStatement accepted = Accepted(ExampleIssue(kDesk, 1));
  const std::string digest = accepted.statement()->digest;
  const auto receipt = Append(Accepted(ExampleIssue(kDesk, 2)));
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_EQ(receipt->acceptance().position().region(), kRegion);
  EXPECT_EQ(receipt->acceptance().position().epoch(), journal_->epoch());
  EXPECT_EQ(receipt->acceptance().position().offset(), 1u);
  EXPECT_EQ(receipt->acceptance().lane(), v1::LANE_ROUTINE);
  EXPECT_EQ(receipt->acceptance().accept_time_ms(), kExamplePublishedSeconds * 1000);
  EXPECT_EQ(receipt->gate().policy_digest(), gate_.stamp().policy_digest());
  EXPECT_FALSE(receipt->repeated());

  const std::string key(BytesOf(broker_key_.public_key()));
  EXPECT_TRUE(VerifyAcceptance(receipt->digest(), receipt->acceptance(), key));
  EXPECT_FALSE(VerifyAcceptance(digest, receipt->acceptance(), key));
  v1::Acceptance backdated = receipt->acceptance();
  backdated.set_accept_time_ms(backdated.accept_time_ms() - 1);
  EXPECT_FALSE(VerifyAcceptance(receipt->digest(), backdated, key));
}

TEST_F(AppendTest, OneSyncedBatchServesAllThatWaited) {
  const size_t before = store_.apply_count();
  std::vector<std::shared_ptr<std::optional<Answer>>> answers;
  for (uint64_t i = 1; i <= 100; ++i) answers.push_back(Propose(ExampleIssue(kDesk, i, i)));
  executor_.RunUntilIdle();
  EXPECT_EQ(store_.apply_count(), before + 1);

  const std::string key(BytesOf(broker_key_.public_key()));
  std::set<std::string> signatures;
  for (uint64_t i = 1; i <= 100; ++i) {
    const Answer& receipt = **answers[i - 1];
    ASSERT_TRUE(receipt.ok()) << receipt.status();
    EXPECT_EQ(receipt->acceptance().position().offset(), i);
    EXPECT_TRUE(VerifyAcceptance(receipt->digest(), receipt->acceptance(), key));
    signatures.insert(receipt->acceptance().proof().root_signature());
  }
  EXPECT_EQ(signatures.size(), 1u);
}

TEST_F(AppendTest, BatchesHaveABound) {
  options_.batch_proposals_max = 8;
  CrashAndReopen();
  const size_t before = store_.apply_count();
  for (uint64_t i = 1; i <= 20; ++i) Propose(ExampleIssue(kDesk, i, i));
  executor_.RunUntilIdle();
  EXPECT_EQ(store_.apply_count(), before + 3);
  EXPECT_EQ(journal_->head(), 20u);
}

TEST_F(AppendTest, NothingIsAnsweredOrReadableBeforeTheSync) {
  const auto answer = Propose(ExampleIssue(kDesk, 1));
  EXPECT_FALSE(answer->has_value());
  EXPECT_EQ(journal_->head(), 0u);
  EXPECT_THAT(Offsets(v1::LANE_ROUTINE), IsEmpty());

  CrashAndReopen();
  executor_.RunUntilIdle();
  EXPECT_FALSE(answer->has_value());
  EXPECT_EQ(journal_->head(), 0u);
}

TEST_F(AppendTest, LanesShareOneOrderAndKeepTheirOwnPredecessors) {
  v1::StatementBody urgent = ExampleIssue(kDesk, 2, 2);
  urgent.set_urgency(v1::URGENCY_IMMEDIATE);
  ASSERT_TRUE(Append(ExampleIssue(kDesk, 1, 1)).ok());
  ASSERT_TRUE(Append(urgent).ok());
  ASSERT_TRUE(Append(ExampleIssue(kDesk, 3, 3)).ok());
  ASSERT_TRUE(Append(ExampleRecall(kDesk, 3, 2, 4)).ok());
  EXPECT_THAT(Offsets(v1::LANE_ROUTINE), ElementsAre(1, 3));
  EXPECT_THAT(Offsets(v1::LANE_URGENT), ElementsAre(2, 4));
  EXPECT_EQ((*journal_->At(v1::LANE_ROUTINE, 3))->predecessor, 1u);
  EXPECT_EQ((*journal_->At(v1::LANE_URGENT, 4))->predecessor, 2u);
  EXPECT_EQ(journal_->head(v1::LANE_ROUTINE), 3u);
  EXPECT_EQ(journal_->head(v1::LANE_URGENT), 4u);
}

TEST_F(AppendTest, ARetryGetsItsFirstReceiptAndWritesNothing) {
  const v1::SignedStatement statement =
      Sign(ExampleIssue(kDesk, 1), RoutingToAll(), publisher_key_, random_);
  const auto first = Append(*gate_.Examine(statement, GateSide::kPublisher));
  ASSERT_TRUE(first.ok());
  const size_t size = store_.size();
  executor_.Advance(absl::Hours(24 * 365));  // Long past its validity.

  bool part_ran = false;
  const auto again =
      Propose(*gate_.Examine(statement, GateSide::kPublisher), PartList([&](CommitContext&) {
        part_ran = true;
        return absl::OkStatus();
      }));
  executor_.RunUntilIdle();
  ASSERT_TRUE((*again)->ok()) << (*again)->status();
  v1::Receipt expected = *first;
  expected.set_repeated(true);
  EXPECT_EQ((**again)->SerializeAsString(), expected.SerializeAsString());
  EXPECT_FALSE(part_ran);
  EXPECT_EQ(store_.size(), size);
  EXPECT_EQ(journal_->head(), 1u);

  const auto looked_up = journal_->ReceiptOf(kDesk, first->statement_id(), first->digest());
  ASSERT_TRUE(looked_up.ok());
  EXPECT_EQ((*looked_up)->SerializeAsString(), expected.SerializeAsString());
}

TEST_F(AppendTest, ARetryInTheSameBatchIsOneRecord) {
  const v1::SignedStatement statement =
      Sign(ExampleIssue(kDesk, 1), RoutingToAll(), publisher_key_, random_);
  Propose(ExampleIssue(kDesk, 7, 7));
  const auto first = Propose(*gate_.Examine(statement, GateSide::kPublisher));
  const auto second = Propose(*gate_.Examine(statement, GateSide::kPublisher));
  executor_.RunUntilIdle();
  ASSERT_TRUE((*first)->ok() && (*second)->ok());
  EXPECT_FALSE((**first)->repeated());
  EXPECT_TRUE((**second)->repeated());
  EXPECT_EQ((**second)->acceptance().SerializeAsString(),
            (**first)->acceptance().SerializeAsString());
  EXPECT_EQ((**second)->acceptance().position().offset(), 2u);
  EXPECT_EQ(journal_->head(), 2u);
}

TEST_F(AppendTest, AnIdUsedForOtherContentIsRefused) {
  const auto first = Append(ExampleIssue(kDesk, 1, 9));
  ASSERT_TRUE(first.ok());
  const auto second = Append(ExampleIssue(kDesk, 2, 9));
  EXPECT_EQ(second.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(ReasonOf(second.status()), v1::ERROR_REASON_STATEMENT_ID_REUSED);
  EXPECT_EQ(
      ReasonOf(journal_->ReceiptOf(kDesk, first->statement_id(), std::string(32, 'x')).status()),
      v1::ERROR_REASON_STATEMENT_ID_REUSED);
  EXPECT_EQ(journal_->head(), 1u);
}

TEST_F(AppendTest, TheSameIdsOfAnotherPublisherAreItsOwn) {
  const auto first = Append(ExampleIssue(kDesk, 1, 1));
  const auto other = Append(ExampleIssue(kOtherDesk, 1, 1));
  ASSERT_TRUE(first.ok() && other.ok());
  EXPECT_EQ(other->acceptance().position().offset(), 2u);
  EXPECT_FALSE(journal_->ReceiptOf(kPeerDesk, first->statement_id(), first->digest())->has_value());
  // And the other cannot carry on an alert that is not its own.
  ASSERT_TRUE(Append(ExampleIssue(kDesk, 2, 2)).ok());
  EXPECT_EQ(ReasonOf(Append(ExampleRevise(kOtherDesk, 2, 2, 3)).status()),
            v1::ERROR_REASON_ALERT_UNKNOWN);
  EXPECT_EQ(Head(kDesk, 1).current->offset, 1u);
  EXPECT_EQ(Head(kOtherDesk, 1).current->offset, 2u);
}

TEST_F(AppendTest, RevisionsAreJudgedInJournalOrder) {
  const auto issue = Propose(ExampleIssue(kDesk, 1, 1));
  const auto third = Propose(ExampleRevise(kDesk, 1, 3, 2));
  const auto second = Propose(ExampleRevise(kDesk, 1, 2, 3));  // Too late, in the same batch.
  const auto same = Propose(ExampleRevise(kDesk, 1, 3, 4));
  executor_.RunUntilIdle();
  EXPECT_TRUE((*issue)->ok());
  EXPECT_TRUE((*third)->ok()) << (*third)->status();
  for (const auto& late : {second, same}) {
    EXPECT_EQ((*late)->status().code(), absl::StatusCode::kAborted);
    EXPECT_EQ(ReasonOf((*late)->status()), v1::ERROR_REASON_REVISION_CONFLICT);
    EXPECT_EQ(MetadataOf((*late)->status(), "revision"), "3");
  }
  EXPECT_EQ(Head(kDesk, 1).highest_revision, 3u);
  EXPECT_EQ(journal_->head(), 2u);
}

TEST_F(AppendTest, AnAlertIsIssuedOnce) {
  ASSERT_TRUE(Append(ExampleIssue(kDesk, 1, 1)).ok());
  EXPECT_EQ(ReasonOf(Append(ExampleIssue(kDesk, 1, 2)).status()),
            v1::ERROR_REASON_REVISION_CONFLICT);
}

TEST_F(AppendTest, ACancelledAlertCanOnlyBeRecalledAndARecallIsFinal) {
  ASSERT_TRUE(Append(ExampleIssue(kDesk, 1, 1)).ok());
  EXPECT_EQ(ReasonOf(Append(ExampleCancel(kDesk, 1, 5, 2)).status()),
            v1::ERROR_REASON_REVISION_CONFLICT);
  ASSERT_TRUE(Append(ExampleCancel(kDesk, 1, 2, 3)).ok());
  EXPECT_EQ(Head(kDesk, 1).state, v1::ALERT_STATE_CANCELLED);
  EXPECT_EQ(ReasonOf(Append(ExampleCancel(kDesk, 1, 3, 4)).status()),
            v1::ERROR_REASON_ALERT_CLOSED);
  EXPECT_EQ(ReasonOf(Append(ExampleRevise(kDesk, 1, 3, 5)).status()),
            v1::ERROR_REASON_ALERT_CLOSED);
  ASSERT_TRUE(Append(ExampleRecall(kDesk, 1, 3, 6)).ok());
  EXPECT_EQ(Head(kDesk, 1).state, v1::ALERT_STATE_RECALLED);
  EXPECT_EQ(ReasonOf(Append(ExampleRecall(kDesk, 1, 4, 7)).status()),
            v1::ERROR_REASON_ALERT_CLOSED);
  EXPECT_EQ(ReasonOf(Append(ExampleRecall(kDesk, 8, 2, 8)).status()),
            v1::ERROR_REASON_ALERT_UNKNOWN);
}

TEST_F(AppendTest, ValidityIsCappedByMarking) {
  options_.validity_caps = {{v1::TLP_GREEN, absl::Hours(48)}};
  CrashAndReopen();
  const auto with_validity = [&](uint64_t number, int64_t seconds) {
    v1::StatementBody body = ExampleIssue(kDesk, number, number);
    body.mutable_valid_until()->set_seconds(kExamplePublishedSeconds + seconds);
    return Append(body).status();
  };
  EXPECT_EQ(ReasonOf(with_validity(1, 0)), v1::ERROR_REASON_VALIDITY);
  EXPECT_EQ(ReasonOf(with_validity(2, 48 * 3600 + 1)), v1::ERROR_REASON_VALIDITY);
  EXPECT_TRUE(with_validity(3, 48 * 3600).ok());
  EXPECT_TRUE(with_validity(4, 1).ok());
}

TEST_F(AppendTest, PartsAreWrittenWithTheRecordAndKnowItsPosition) {
  AuditLog audit(store_);
  v1::AuditEntry entry;
  entry.set_act(v1::AUDIT_ACT_PUBLISH);
  Propose(ExampleIssue(kDesk, 1, 1), PartList(AuditLog::Entry(entry)));
  Propose(ExampleIssue(kDesk, 2, 2), PartList(AuditLog::Entry(entry)));
  executor_.RunUntilIdle();
  const auto entries = audit.Read(0, 10);
  ASSERT_TRUE(entries.ok());
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ((*entries)[1].position().offset(), 2u);
  EXPECT_EQ((*entries)[1].position().region(), kRegion);
  EXPECT_EQ((*entries)[1].position().epoch(), journal_->epoch());
  EXPECT_TRUE(audit.Verify().ok());
}

TEST_F(AppendTest, AFailedPartRejectsItsProposalAlone) {
  AuditLog audit(store_);
  const auto good = Propose(ExampleIssue(kDesk, 1, 1), PartList(AuditLog::Entry({})));
  const auto bad =
      Propose(ExampleIssue(kDesk, 2, 2), PartList(AuditLog::Entry({}), [](CommitContext& context) {
                context.Put("z/trace", "x");
                return absl::PermissionDeniedError("suspended meanwhile");
              }));
  const auto after = Propose(ExampleIssue(kDesk, 3, 3), PartList(AuditLog::Entry({})));
  executor_.RunUntilIdle();
  EXPECT_TRUE((*good)->ok());
  EXPECT_EQ((*bad)->status().code(), absl::StatusCode::kPermissionDenied);
  ASSERT_TRUE((*after)->ok());
  EXPECT_EQ((**after)->acceptance().position().offset(), 2u);
  EXPECT_FALSE(store_.Get("z/trace")->has_value());
  EXPECT_FALSE(journal_->AlertHeadOf(kDesk, ExampleAlertId(2))->has_value());
  EXPECT_EQ(audit.Verify()->entries, 2u);
  EXPECT_TRUE(Append(ExampleIssue(kDesk, 2, 2)).ok());  // The id is still free.
}

TEST_F(AppendTest, PartsAloneAreABatchToo) {
  EXPECT_TRUE(Commit(PartList([](CommitContext& context) {
                context.Put("z/part", "1");
                EXPECT_EQ(context.record_position(), nullptr);
                return absl::OkStatus();
              })).ok());
  EXPECT_TRUE(store_.Get("z/part")->has_value());
  EXPECT_EQ(journal_->head(), 0u);
}

TEST_F(AppendTest, AFullQueueSaysWhenToTryAgain) {
  options_.queue_proposals_max = 2;
  CrashAndReopen();
  const auto first = Propose(ExampleIssue(kDesk, 1, 1));
  const auto second = Propose(ExampleIssue(kDesk, 2, 2));
  const auto third = Propose(ExampleIssue(kDesk, 3, 3));
  EXPECT_FALSE(third->has_value()) << "answered inside the call";
  executor_.RunUntilIdle();
  EXPECT_TRUE((*first)->ok() && (*second)->ok());
  EXPECT_EQ((*third)->status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf((*third)->status()), v1::ERROR_REASON_QUOTA);
  EXPECT_TRUE(RetryDelayOf((*third)->status()).has_value());
  EXPECT_TRUE(Append(ExampleIssue(kDesk, 3, 3)).ok());
}

TEST_F(AppendTest, TheQueueIsBoundedInBytesToo) {
  options_.queue_bytes_max = 5000;
  CrashAndReopen();
  std::map<absl::StatusCode, int> codes;
  for (uint64_t i = 1; i <= 10; ++i) {
    journal_->Append(Accepted(ExampleIssue(kDesk, i, i)), {},
                     [&](const Answer& answer) { ++codes[answer.status().code()]; });
  }
  executor_.RunUntilIdle();
  EXPECT_GT(codes[absl::StatusCode::kOk], 0);
  EXPECT_GT(codes[absl::StatusCode::kResourceExhausted], 0);
}

TEST_F(AppendTest, ListenersWakeAfterTheAnswersAndOnlyForRecords) {
  std::vector<std::string> order;
  journal_->OnAppended([&] { order.emplace_back("wake"); });
  journal_->Append(Accepted(ExampleIssue(kDesk, 1, 1)), {},
                   [&](const Answer&) { order.emplace_back("answer"); });
  journal_->Append(Accepted(ExampleIssue(kDesk, 2, 2)), {},
                   [&](const Answer&) { order.emplace_back("answer"); });
  executor_.RunUntilIdle();
  EXPECT_THAT(order, ElementsAre("answer", "answer", "wake"));
  EXPECT_TRUE(Commit({}).ok());
  EXPECT_EQ(order.size(), 3u);
}

v1::StatementBody WithGroup(v1::StatementBody body, v1::GroupSize size,
                            std::initializer_list<const char*> citizenships) {
  v1::AlertContent& content = body.has_issue() ? *body.mutable_issue()->mutable_content()
                                               : *body.mutable_revise()->mutable_content();
  v1::AffectedGroupBlock& group = *content.mutable_affected_group();
  group.set_group_size(size);
  group.set_gender(v1::GENDER_NOT_STATED);
  for (const char* country : citizenships) group.add_citizenships(country);
  return body;
}

// Dropping a country while the number stands tells how few were of it; so it does by way of a
// third revision, after a restart, and within one batch.
TEST_F(AppendTest, ARevisionDoesNotBetrayASmallGroupByWhatItDrops) {
  const auto revise = [](uint32_t revision, v1::GroupSize size,
                         std::initializer_list<const char*> citizenships) {
    return WithGroup(ExampleRevise(kDesk, 1, revision, revision), size, citizenships);
  };
  const auto first =
      Propose(WithGroup(ExampleIssue(kDesk, 1, 1), v1::GROUP_SIZE_11_TO_24, {"KEN", "UGA"}));
  const auto second = Propose(revise(2, v1::GROUP_SIZE_11_TO_24, {"KEN"}));
  executor_.RunUntilIdle();
  ASSERT_TRUE((*first)->ok()) << (*first)->status();
  EXPECT_EQ(ReasonOf((*second)->status()), v1::ERROR_REASON_DIFFERENCING);
  EXPECT_EQ(MetadataOf((*second)->status(), "rule"), "differencing.citizenship");
  EXPECT_EQ(MetadataOf((*second)->status(), "gate_policy_version"), "1");
  CrashAndReopen();
  ASSERT_TRUE(Append(revise(2, v1::GROUP_SIZE_50_TO_99, {"KEN"})).ok());
  EXPECT_EQ(ReasonOf(Append(revise(3, v1::GROUP_SIZE_11_TO_24, {"KEN"})).status()),
            v1::ERROR_REASON_DIFFERENCING);
  EXPECT_TRUE(Append(revise(3, v1::GROUP_SIZE_50_TO_99, {"KEN"})).ok());
}

}  // namespace
}  // namespace corridor
