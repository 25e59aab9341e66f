#include "core/crypto/statement_proof.h"

#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/strings.h"
#include "core/crypto/merkle.h"

namespace corridor {
namespace {

using namespace std::string_view_literals;  // NOLINT(google-build-using-namespace): literals only

constexpr std::string_view kStatementDomain = "corridor/statement/v1\0"sv;
constexpr std::string_view kBatchDomain = "corridor/batch/v1\0"sv;
constexpr std::string_view kAcceptanceDomain = "corridor/acceptance/v1\0"sv;
constexpr std::string_view kDirectoryDomain = "corridor/directory/v1\0"sv;
constexpr std::string_view kWithdrawalDomain = "corridor/withdrawal/v1\0"sv;
constexpr uint32_t kBatchLeavesMax = 4096;

std::string BigEndian64(uint64_t value) {
  std::string bytes(8, '\0');
  for (int i = 7; i >= 0; --i, value >>= 8)
    bytes[static_cast<size_t>(i)] = static_cast<char>(value);
  return bytes;
}

Digest DigestOfParts(std::string_view routing_hash, std::string_view body_salt,
                     std::string_view body) {
  const Digest body_hash = Sha256(body_salt, body);
  return Sha256(kStatementDomain, routing_hash, BytesOf(body_hash));
}

std::string BatchMessage(std::string_view root) { return absl::StrCat(A(kBatchDomain), A(root)); }

std::string AcceptanceMessage(uint64_t epoch, std::string_view root) {
  return absl::StrCat(A(kAcceptanceDomain), BigEndian64(epoch), A(root));
}

// The path of leaf `index`, under a root that is signed already.
v1::BatchProof PathProof(const MerkleTree& tree, size_t index, const std::string& signature) {
  v1::BatchProof proof;
  proof.set_root(ToString(tree.root()));
  proof.set_root_signature(signature);
  proof.set_leaf_index(static_cast<uint32_t>(index));
  proof.set_leaf_count(static_cast<uint32_t>(tree.size()));
  for (const Digest& hash : tree.Path(index)) proof.add_path(ToString(hash));
  return proof;
}

bool VerifyPath(const v1::BatchProof& proof, const Digest& leaf) {
  if (proof.leaf_count() == 0 || proof.leaf_count() > kBatchLeavesMax) return false;
  auto root = DigestFrom(proof.root());
  auto path = DigestsFrom(proof.path());
  return root.ok() && path.ok() &&
         VerifyInclusion(*root, leaf, proof.leaf_index(), proof.leaf_count(), *path);
}

bool VerifyRoot(std::string_view public_key, std::string_view message, std::string_view signature,
                VerifiedRoots* roots) {
  return roots == nullptr ? VerifyEd25519(public_key, message, signature)
                          : roots->Verify(public_key, message, signature);
}

}  // namespace

Digest RoutingHash(const v1::SignedStatement& statement) {
  return Sha256(statement.routing_salt(), statement.routing());
}

Digest StatementDigest(const v1::SignedStatement& statement) {
  const Digest routing_hash = RoutingHash(statement);
  return DigestOfParts(BytesOf(routing_hash), statement.body_salt(), statement.body());
}

Digest ReaderDigest(const v1::ReaderStatement& statement) {
  return DigestOfParts(statement.routing_hash(), statement.body_salt(), statement.body());
}

void SignStatement(const SigningKey& key, v1::SignedStatement& statement) {
  const Digest digest = StatementDigest(statement);
  statement.mutable_proof()->set_key_id(ToString(key.key_id()));
  statement.mutable_proof()->set_ed25519_signature(ToString(key.Sign(BytesOf(digest))));
}

void SignBatch(const SigningKey& key, std::vector<v1::SignedStatement>& statements) {
  std::vector<Digest> leaves;
  for (const auto& statement : statements) {
    const Digest digest = StatementDigest(statement);
    leaves.push_back(LeafHash(BytesOf(digest)));
  }
  const MerkleTree tree(std::move(leaves));
  const Digest root = tree.root();
  const std::string signature = ToString(key.Sign(BatchMessage(BytesOf(root))));
  for (size_t i = 0; i < statements.size(); ++i) {
    statements[i].mutable_proof()->set_key_id(ToString(key.key_id()));
    *statements[i].mutable_proof()->mutable_batch() = PathProof(tree, i, signature);
  }
}

bool VerifyStatementProof(const Digest& digest, const v1::StatementProof& proof,
                          std::string_view public_key, VerifiedRoots* roots) {
  if (proof.has_ed25519_signature()) {
    return VerifyEd25519(public_key, BytesOf(digest), proof.ed25519_signature());
  }
  if (!proof.has_batch()) return false;
  return VerifyPath(proof.batch(), LeafHash(BytesOf(digest))) &&
         VerifyRoot(public_key, BatchMessage(proof.batch().root()), proof.batch().root_signature(),
                    roots);
}

Digest AcceptanceLeaf(std::string_view digest, const v1::Acceptance& acceptance) {
  const std::string leaf =
      absl::StrCat(A(digest), BigEndian64(acceptance.position().offset()),
                   std::string(1, static_cast<char>(acceptance.lane())),
                   BigEndian64(static_cast<uint64_t>(acceptance.accept_time_ms())));
  return LeafHash(leaf);
}

void SignAcceptances(const SigningKey& key, const std::vector<std::string>& digests,
                     std::vector<v1::Acceptance>& acceptances) {
  if (acceptances.empty()) return;
  std::vector<Digest> leaves;
  for (size_t i = 0; i < acceptances.size(); ++i) {
    leaves.push_back(AcceptanceLeaf(digests[i], acceptances[i]));
  }
  const MerkleTree tree(std::move(leaves));
  const Digest root = tree.root();
  const uint64_t epoch = acceptances.front().position().epoch();
  const std::string signature = ToString(key.Sign(AcceptanceMessage(epoch, BytesOf(root))));
  for (size_t i = 0; i < acceptances.size(); ++i) {
    acceptances[i].set_key_id(ToString(key.key_id()));
    *acceptances[i].mutable_proof() = PathProof(tree, i, signature);
  }
}

bool VerifyAcceptance(std::string_view digest, const v1::Acceptance& acceptance,
                      std::string_view public_key, VerifiedRoots* roots) {
  const uint64_t epoch = acceptance.position().epoch();
  return digest.size() == std::tuple_size_v<Digest> &&
         VerifyPath(acceptance.proof(), AcceptanceLeaf(digest, acceptance)) &&
         VerifyRoot(public_key, AcceptanceMessage(epoch, acceptance.proof().root()),
                    acceptance.proof().root_signature(), roots);
}

v1::SignedWithdrawal SignWithdrawal(const SigningKey& key, const v1::Withdrawal& withdrawal) {
  v1::SignedWithdrawal out;
  withdrawal.SerializeToString(out.mutable_withdrawal());
  const std::string message = absl::StrCat(A(kWithdrawalDomain), out.withdrawal());
  out.set_signature(ToString(key.Sign(message)));
  out.set_key_id(ToString(key.key_id()));
  return out;
}

bool VerifyWithdrawal(const v1::SignedWithdrawal& withdrawal, std::string_view public_key) {
  const std::string message = absl::StrCat(A(kWithdrawalDomain), withdrawal.withdrawal());
  return VerifyEd25519(public_key, message, withdrawal.signature());
}

v1::SignedDirectory SignDirectory(const SigningKey& key, const v1::Directory& directory) {
  v1::SignedDirectory out;
  directory.SerializeToString(out.mutable_directory());
  const std::string message = absl::StrCat(A(kDirectoryDomain), out.directory());
  out.set_signature(ToString(key.Sign(message)));
  return out;
}

bool VerifyDirectory(const v1::SignedDirectory& directory, std::string_view public_key) {
  const std::string message = absl::StrCat(A(kDirectoryDomain), directory.directory());
  return VerifyEd25519(public_key, message, directory.signature());
}

}  // namespace corridor
