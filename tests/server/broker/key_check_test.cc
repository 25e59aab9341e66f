// The signature of a batch is computed once, but its key is judged for each statement: a key that
// was good for the first may be revoked, retired or another's for the second.

#include "server/broker/key_check.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/crypto/signature.h"
#include "core/crypto/statement_proof.h"
#include "core/model/errors.h"
#include "tests/support/seeded_random.h"
#include "tests/support/test_statements.h"

namespace corridor {
namespace {

constexpr char kKenya[] = "spiffe://ea.example/agency/ke-desk";
constexpr char kUganda[] = "spiffe://ea.example/agency/ug-desk";
const absl::Time kAccepted = absl::FromUnixSeconds(kExamplePublishedSeconds);

class BatchKeyCheckTest : public ::testing::Test {
 protected:
  BatchKeyCheckTest() {
    key_in_facts().set_member(kKenya);
    key_in_facts().set_state(v1::SIGNING_KEY_STATE_ACTIVE);
    key_in_facts().mutable_not_before()->set_seconds(kExamplePublishedSeconds - 3600);
    key_in_facts().mutable_not_after()->set_seconds(kExamplePublishedSeconds + 3600);
    facts_.signing_public_keys[key_id_] = ToString(key_.public_key());
    facts_.broker_keys[key_id_] = {.region = "ea.example",
                                   .public_key = ToString(key_.public_key())};
    MakeBatch();
  }

  void MakeBatch() {
    std::vector<v1::SignedStatement> signed_statements;
    for (uint64_t i = 0; i < 3; ++i) {
      ParsedStatement& statement = batch_.emplace_back();
      statement.body = ExampleIssue(kKenya, i, i);
      statement.routing = RoutingToAll();
      signed_statements.push_back(Unsigned(statement.body, statement.routing, random_));
    }
    SignBatch(key_, signed_statements);
    for (size_t i = 0; i < batch_.size(); ++i) {
      batch_[i].digest = ToString(StatementDigest(signed_statements[i]));
      batch_[i].bytes = std::move(signed_statements[i]);
    }
  }

  v1::SigningKey& key_in_facts() { return facts_.signing_keys[key_id_]; }
  v1::ErrorReason Check(size_t i) {
    return ReasonOf(CheckStatementKey(facts_, batch_[i], kAccepted, roots_));
  }

  const SigningKey key_ = SigningKey::Generate();
  const std::string key_id_ = ToString(key_.key_id());
  SeededRandom random_{1};
  Facts facts_;
  VerifiedRoots roots_;
  std::vector<ParsedStatement> batch_;
};

constexpr v1::ErrorReason kNoError = v1::ERROR_REASON_UNSPECIFIED;

TEST_F(BatchKeyCheckTest, OneSignatureIsComputedForTheBatch) {
  for (size_t i = 0; i < batch_.size(); ++i) EXPECT_EQ(Check(i), kNoError);
  EXPECT_EQ(roots_.computed(), 1U);
}

TEST_F(BatchKeyCheckTest, AKeyThatIsRevokedMeanwhileEndsTheBatch) {
  ASSERT_EQ(Check(0), kNoError);
  key_in_facts().set_state(v1::SIGNING_KEY_STATE_REVOKED);
  key_in_facts().mutable_compromised_at()->set_seconds(kExamplePublishedSeconds - 60);
  EXPECT_EQ(Check(1), v1::ERROR_REASON_SIGNING_KEY_REVOKED);
  EXPECT_EQ(Check(0), v1::ERROR_REASON_SIGNING_KEY_REVOKED) << "the one that passed, too";
}

TEST_F(BatchKeyCheckTest, AKeyThatIsRetiredUnknownOrAnothersMeanwhileEndsTheBatch) {
  ASSERT_EQ(Check(0), kNoError);
  key_in_facts().mutable_retired_at()->set_seconds(kExamplePublishedSeconds);
  EXPECT_EQ(Check(1), v1::ERROR_REASON_SIGNING_KEY_UNKNOWN);
  key_in_facts().clear_retired_at();
  key_in_facts().set_member(kUganda);
  EXPECT_EQ(Check(1), v1::ERROR_REASON_SIGNING_KEY_UNKNOWN);
  facts_.signing_keys.clear();
  EXPECT_EQ(Check(1), v1::ERROR_REASON_SIGNING_KEY_UNKNOWN);
}

TEST_F(BatchKeyCheckTest, APathUnderARootThatVerifiedBelongsToItsStatementAlone) {
  ASSERT_EQ(Check(0), kNoError);
  *batch_[1].bytes.mutable_proof() = batch_[0].bytes.proof();
  EXPECT_EQ(Check(1), v1::ERROR_REASON_SIGNATURE_INVALID);
}

TEST_F(BatchKeyCheckTest, ACommitBatchIsComputedOnceAndItsBrokerJudgedEachTime) {
  std::vector<std::string> digests;
  std::vector<v1::Acceptance> acceptances(batch_.size());
  for (size_t i = 0; i < batch_.size(); ++i) {
    digests.push_back(batch_[i].digest);
    acceptances[i].mutable_position()->set_region("ea.example");
    acceptances[i].mutable_position()->set_offset(i + 1);
  }
  SignAcceptances(key_, digests, acceptances);
  const auto check = [&](size_t i, const std::string& origin) {
    return ReasonOf(CheckAcceptance(facts_, origin, digests[i], acceptances[i], roots_));
  };
  for (size_t i = 0; i < digests.size(); ++i) EXPECT_EQ(check(i, "ea.example"), kNoError);
  EXPECT_EQ(roots_.computed(), 1U);
  EXPECT_EQ(check(0, "sea.example"), v1::ERROR_REASON_ORIGIN_INVALID);
  facts_.broker_keys.clear();
  EXPECT_EQ(check(0, "ea.example"), v1::ERROR_REASON_SIGNING_KEY_UNKNOWN);
}

}  // namespace
}  // namespace corridor
