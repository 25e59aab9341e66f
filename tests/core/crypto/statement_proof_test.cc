// One signature speaks for a whole batch. It is computed once for all its statements, and still
// each must have its own path: a neighbour's, or one under a root that verified long ago, proves
// nothing.

#include "core/crypto/statement_proof.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/crypto/merkle.h"

namespace corridor {
namespace {

std::vector<v1::SignedStatement> Statements(int count) {
  std::vector<v1::SignedStatement> statements;
  for (int i = 0; i < count; ++i) {
    v1::SignedStatement& statement = statements.emplace_back();
    statement.set_routing("to whom");
    statement.set_routing_salt(std::string(16, static_cast<char>(i)));
    statement.set_body("statement " + std::to_string(i));
    statement.set_body_salt(std::string(16, static_cast<char>(i)));
  }
  return statements;
}

class BatchProofTest : public ::testing::Test {
 protected:
  BatchProofTest() : batch_(Statements(64)) { SignBatch(key_, batch_); }

  bool Verify(const v1::SignedStatement& statement, VerifiedRoots* roots) const {
    return VerifyStatementProof(StatementDigest(statement), statement.proof(),
                                BytesOf(key_.public_key()), roots);
  }

  const SigningKey key_ = SigningKey::Generate();
  std::vector<v1::SignedStatement> batch_;
  VerifiedRoots roots_;
};

TEST_F(BatchProofTest, ItsSignatureIsComputedOnceForAllItsStatements) {
  for (const auto& statement : batch_) EXPECT_TRUE(Verify(statement, &roots_));
  EXPECT_EQ(roots_.computed(), 1U);
}

TEST_F(BatchProofTest, ASignatureOfOneStatementIsNotRemembered) {
  for (auto& statement : batch_) {
    SignStatement(key_, statement);
    EXPECT_TRUE(Verify(statement, &roots_));
  }
  EXPECT_EQ(roots_.size(), 0U);
}

TEST_F(BatchProofTest, UnderARootThatVerifiedAForgedPathProvesNothing) {
  ASSERT_TRUE(Verify(batch_[0], &roots_));
  v1::SignedStatement forged = Statements(65)[64];
  for (const auto& lender : batch_) {
    *forged.mutable_proof() = lender.proof();
    EXPECT_FALSE(Verify(forged, &roots_));
  }
  for (int step = 0; step < batch_[3].proof().batch().path_size(); ++step) {
    v1::SignedStatement bent = batch_[3];
    std::string& hash = *bent.mutable_proof()->mutable_batch()->mutable_path(step);
    hash[0] = static_cast<char>(hash[0] ^ 1);
    EXPECT_FALSE(Verify(bent, &roots_)) << "step " << step;
  }
  v1::SignedStatement moved = batch_[3];
  moved.mutable_proof()->mutable_batch()->set_leaf_index(2);
  EXPECT_FALSE(Verify(moved, &roots_));
  EXPECT_EQ(roots_.computed(), 1U) << "a path is looked at first, and costs no signature";
}

TEST_F(BatchProofTest, AnotherSignatureOrKeyUnderTheSameRootIsComputedAnew) {
  ASSERT_TRUE(Verify(batch_[0], &roots_));
  v1::SignedStatement other = batch_[0];
  std::string& signature = *other.mutable_proof()->mutable_batch()->mutable_root_signature();
  signature[7] = static_cast<char>(signature[7] ^ 1);
  EXPECT_FALSE(Verify(other, &roots_));
  EXPECT_EQ(roots_.computed(), 2U);
  const SigningKey stranger = SigningKey::Generate();
  EXPECT_FALSE(VerifyStatementProof(StatementDigest(batch_[0]), batch_[0].proof(),
                                    BytesOf(stranger.public_key()), &roots_));
  EXPECT_EQ(roots_.computed(), 3U);
}

// A publisher's batch and a broker's commit batch have domains of their own.
TEST_F(BatchProofTest, ARootThatVerifiedForABatchIsNoneOfAnAcceptance) {
  ASSERT_TRUE(Verify(batch_[0], &roots_));
  v1::Acceptance acceptance;
  acceptance.mutable_position()->set_epoch(7);
  const std::string digest(32, 'd');
  std::vector<v1::Acceptance> one{acceptance};
  SignAcceptances(key_, {digest}, one);
  const std::string public_key = ToString(key_.public_key());
  ASSERT_TRUE(VerifyAcceptance(digest, one[0], public_key, &roots_));

  v1::Acceptance of_another_epoch = one[0];
  of_another_epoch.mutable_position()->set_epoch(8);
  EXPECT_FALSE(VerifyAcceptance(digest, of_another_epoch, public_key, &roots_));

  const Digest root = AcceptanceLeaf(digest, one[0]);
  v1::Acceptance signed_as_batch = one[0];
  signed_as_batch.mutable_proof()->set_root_signature(
      ToString(key_.Sign(std::string("corridor/batch/v1\0", 18) + ToString(root))));
  EXPECT_FALSE(VerifyAcceptance(digest, signed_as_batch, public_key, &roots_));
}

TEST(AcceptanceProofTest, TheSignatureOfACommitBatchIsComputedOnce) {
  const SigningKey broker = SigningKey::Generate();
  std::vector<std::string> digests;
  std::vector<v1::Acceptance> acceptances(100);
  for (int i = 0; i < 100; ++i) {
    digests.emplace_back(32, static_cast<char>(i));
    acceptances[static_cast<size_t>(i)].mutable_position()->set_epoch(7);
    acceptances[static_cast<size_t>(i)].mutable_position()->set_offset(static_cast<uint64_t>(i));
  }
  SignAcceptances(broker, digests, acceptances);
  VerifiedRoots roots;
  for (size_t i = 0; i < digests.size(); ++i) {
    EXPECT_TRUE(VerifyAcceptance(digests[i], acceptances[i], BytesOf(broker.public_key()), &roots));
  }
  EXPECT_EQ(roots.computed(), 1U);
  EXPECT_FALSE(VerifyAcceptance(digests[0], acceptances[1], BytesOf(broker.public_key()), &roots));
}

}  // namespace
}  // namespace corridor
