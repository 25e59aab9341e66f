// Anybody can write a verifier of batches from docs/batch_format.md. Ours must agree with the
// vectors of that page: take and make each good proof to the byte, and refuse each wrong one, also
// when it comes after a good one under the same root.

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/crypto/merkle.h"
#include "core/crypto/statement_proof.h"

namespace corridor {
namespace {

using nlohmann::json;

std::string Hex(const json& vector, const char* name) {
  return HexDecode(vector.at(name).get<std::string>()).value();
}

v1::StatementProof ProofOf(const json& vector) {
  v1::StatementProof proof;
  EXPECT_TRUE(proof.ParseFromString(Hex(vector, "proof")));
  return proof;
}

class BatchVectorsTest : public ::testing::Test {
 protected:
  // Tests run in the root of the source tree.
  BatchVectorsTest()
      : vectors_(json::parse(std::ifstream("tests/testdata/batch/v1.json"))),
        key_(SigningKey::FromSeed(Hex(vectors_.at("key"), "seed")).value()) {}

  bool Verifies(const json& vector) {
    const Digest digest = DigestFrom(Hex(vector, "digest")).value();
    const v1::StatementProof proof = ProofOf(vector);
    const std::string_view public_key = BytesOf(key_.public_key());
    const bool alone = VerifyStatementProof(digest, proof, public_key);
    EXPECT_EQ(VerifyStatementProof(digest, proof, public_key, &roots_), alone);
    return alone;
  }

  static std::vector<v1::SignedStatement> PartsOf(const json& batch) {
    std::vector<v1::SignedStatement> statements;
    for (const json& vector : batch.at("statements")) {
      v1::SignedStatement& statement = statements.emplace_back();
      statement.set_routing(Hex(vector, "routing"));
      statement.set_routing_salt(Hex(vector, "routing_salt"));
      statement.set_body(Hex(vector, "body"));
      statement.set_body_salt(Hex(vector, "body_salt"));
    }
    return statements;
  }

  const json vectors_;
  const SigningKey key_;
  VerifiedRoots roots_;
};

TEST_F(BatchVectorsTest, EachBatchIsMadeToTheByte) {
  for (const json& batch : vectors_.at("batches")) {
    std::vector<v1::SignedStatement> statements = PartsOf(batch);
    SignBatch(key_, statements);
    for (size_t i = 0; i < statements.size(); ++i) {
      const json& vector = batch.at("statements").at(i);
      const Digest digest = StatementDigest(statements[i]);
      EXPECT_EQ(ToString(digest), Hex(vector, "digest"));
      EXPECT_EQ(ToString(LeafHash(BytesOf(digest))), Hex(vector, "leaf"));
      EXPECT_EQ(statements[i].proof().SerializeAsString(), Hex(vector, "proof"));
      EXPECT_TRUE(Verifies(vector));
    }
  }
  EXPECT_EQ(roots_.computed(), vectors_.at("batches").size());
}

TEST_F(BatchVectorsTest, LargeBatchesAndOtherPlacesVerify) {
  for (const json& batch : vectors_.at("large_batches")) {
    for (const json& vector : batch.at("proofs")) {
      EXPECT_TRUE(Verifies(vector)) << batch.at("leaf_count") << " " << vector.at("index");
    }
  }
  for (const json& vector : vectors_.at("place_is_not_signed")) EXPECT_TRUE(Verifies(vector));
}

TEST_F(BatchVectorsTest, WhatIsWrongIsRefusedAlsoUnderARootThatVerified) {
  for (const json& batch : vectors_.at("batches")) {
    for (const json& vector : batch.at("statements")) ASSERT_TRUE(Verifies(vector));
  }
  EXPECT_GT(vectors_.at("refused").size(), 20U);
  for (const json& vector : vectors_.at("refused")) {
    EXPECT_FALSE(Verifies(vector)) << vector.at("what");
  }
}

}  // namespace
}  // namespace corridor
