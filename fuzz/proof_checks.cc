#include "fuzz/proof_checks.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/internal/raw_logging.h"
#include "core/crypto/merkle.h"
#include "core/crypto/statement_proof.h"
#include "core/gate/envelope_rules.h"

namespace corridor {
namespace {

#define FUZZ_CHECK(condition) ABSL_RAW_CHECK(condition, "")

constexpr int kStatements = 5;

v1::SignedStatement Statement(int number) {
  v1::SignedStatement statement;
  statement.set_body("invented body " + std::to_string(number));
  statement.set_body_salt(std::string(16, static_cast<char>(number)));
  statement.set_routing_salt(std::string(16, static_cast<char>(number)));
  return statement;
}

// A batch that its publisher has signed, and a verifier that has seen it.
struct SignedBatch {
  SignedBatch() {
    for (int i = 0; i < kStatements; ++i) statements.push_back(Statement(i));
    SignBatch(key, statements);
    for (const auto& statement : statements) {
      FUZZ_CHECK(Proves(statement, statement.proof(), nullptr));
      FUZZ_CHECK(Proves(statement, statement.proof(), &roots));
    }
  }

  bool Proves(const v1::SignedStatement& statement, const v1::StatementProof& proof,
              VerifiedRoots* seen) const {
    return VerifyStatementProof(StatementDigest(statement), proof, BytesOf(key.public_key()), seen);
  }

  const SigningKey key = *SigningKey::FromSeed("an invented seed of thirty-two b");
  std::vector<v1::SignedStatement> statements;
  VerifiedRoots roots;
};

SignedBatch& TheBatch() {
  static SignedBatch& batch = *new SignedBatch;
  return batch;
}

bool SamePath(const v1::BatchProof& a, const v1::BatchProof& b) {
  return a.root() == b.root() && a.root_signature() == b.root_signature() &&
         std::equal(a.path().begin(), a.path().end(), b.path().begin(), b.path().end());
}

void CheckNothingElseIsProved(const v1::StatementProof& proof) {
  SignedBatch& batch = TheBatch();
  const v1::SignedStatement stranger = Statement(kStatements);
  FUZZ_CHECK(!batch.Proves(stranger, proof, nullptr));
  FUZZ_CHECK(!batch.Proves(stranger, proof, &batch.roots));
  for (const auto& statement : batch.statements) {
    const bool proved = batch.Proves(statement, proof, nullptr);
    FUZZ_CHECK(batch.Proves(statement, proof, &batch.roots) == proved);
    FUZZ_CHECK(!proved || SamePath(proof.batch(), statement.proof().batch()));
  }
  FUZZ_CHECK(batch.roots.size() == 1);
}

// The root that `path` leads to from leaf `index` of `size`, from the top down as RFC 9162, section
// 2.1.3.1 builds paths. Nothing for a path too short or too long.
std::optional<Digest> RootBy(const Digest& leaf, uint64_t index, uint64_t size,
                             std::span<const Digest> path) {
  if (size == 1) return path.empty() ? std::optional<Digest>(leaf) : std::nullopt;
  if (path.empty()) return std::nullopt;
  uint64_t left = 1;
  while (2 * left < size) left *= 2;
  const Digest& sibling = path.back();
  const std::span<const Digest> below = path.first(path.size() - 1);
  const bool is_left = index < left;
  const auto half =
      is_left ? RootBy(leaf, index, left, below) : RootBy(leaf, index - left, size - left, below);
  if (!half.has_value()) return std::nullopt;
  return is_left ? NodeHash(*half, sibling) : NodeHash(sibling, *half);
}

void CheckWalk(const v1::BatchProof& proof) {
  const auto path = DigestsFrom(proof.path());
  const uint64_t index = proof.leaf_index();
  const uint64_t size = proof.leaf_count();
  if (!path.ok() || index >= size) return;
  const Digest leaf = LeafHash("leaf");
  const auto root = RootBy(leaf, index, size, *path);
  if (!root.has_value()) {
    FUZZ_CHECK(!VerifyInclusion(leaf, leaf, index, size, *path));
    return;
  }
  FUZZ_CHECK(VerifyInclusion(*root, leaf, index, size, *path));
  Digest another = *root;
  another[0] ^= 1;
  FUZZ_CHECK(!VerifyInclusion(another, leaf, index, size, *path));
}

// What verifies has the shape that the gate asks for.
void CheckShape(v1::StatementProof proof) {
  proof.set_key_id(ToString(TheBatch().key.key_id()));
  std::vector<FieldViolation> violations;
  CheckProofShape(proof, violations);
  for (const auto& statement : TheBatch().statements) {
    FUZZ_CHECK(violations.empty() || !TheBatch().Proves(statement, proof, nullptr));
  }
}

}  // namespace

void CheckBatchProof(std::string_view bytes) {
  v1::StatementProof proof;
  if (!proof.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  CheckNothingElseIsProved(proof);
  CheckWalk(proof.batch());
  CheckShape(std::move(proof));
}

}  // namespace corridor
