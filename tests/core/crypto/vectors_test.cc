// Public vectors for SPIFFE IDs and Merkle trees: every case of every file.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "core/crypto/digest.h"
#include "core/crypto/merkle.h"
#include "core/crypto/spiffe_id.h"
#include "tests/support/shared_dir.h"

namespace corridor {
namespace {

using nlohmann::json;

// Skips the test where the vectors are not there.
#define READ_VECTORS(variable, name)                                               \
  const std::optional<std::string> variable##_text = ReadShared("vectors/" name);  \
  if (!variable##_text) {                                                          \
    GTEST_SKIP() << "no shared vectors; set CORRIDOR_SHARED_DIR to run this test"; \
  }                                                                                \
  const json variable = json::parse(*variable##_text)

std::string Base64(const json& text) {
  std::string bytes;
  EXPECT_TRUE(absl::Base64Unescape(text.get<std::string>(), &bytes)) << text;
  return bytes;
}

std::vector<std::string> Base64List(const json& list) {
  std::vector<std::string> bytes;
  for (const json& text : list) bytes.push_back(Base64(text));
  return bytes;
}

// As a reader of the wire format does it: what is no digest proves nothing.
bool Proves(const std::string& root, const std::string& leaf, uint64_t index, uint64_t size,
            const std::vector<std::string>& path) {
  const absl::StatusOr<Digest> root_hash = DigestFrom(root);
  const absl::StatusOr<Digest> leaf_hash = DigestFrom(leaf);
  const absl::StatusOr<std::vector<Digest>> hashes = DigestsFrom(path);
  return root_hash.ok() && leaf_hash.ok() && hashes.ok() &&
         VerifyInclusion(*root_hash, *leaf_hash, index, size, *hashes);
}

std::vector<Digest> GeneratedLeaves(uint64_t size) {
  std::vector<Digest> leaves;
  for (uint64_t i = 0; i < size; ++i) {
    leaves.push_back(LeafHash("corridor-leaf-" + std::to_string(i)));
  }
  return leaves;
}

TEST(VectorsTest, SpiffeIds) {
  READ_VECTORS(file, "spiffe_ids.json");
  for (const json& test_case : file["cases"]) {
    const absl::StatusOr<SpiffeId> id = SpiffeId::Parse(test_case["id"].get<std::string>());
    ASSERT_EQ(id.ok(), test_case["valid"].get<bool>()) << test_case;
    if (!id.ok()) continue;
    EXPECT_EQ(id->trust_domain(), test_case["trust_domain"].get<std::string>());
    EXPECT_EQ(id->path(), test_case["path"].get<std::string>());
  }
}

TEST(VectorsTest, MerkleInclusion) {
  READ_VECTORS(file, "merkle_inclusion.json");
  for (const json& test_case : file["cases"]) {
    EXPECT_EQ(Proves(Base64(test_case["root"]), Base64(test_case["leafHash"]),
                     test_case["leafIdx"].get<uint64_t>(), test_case["treeSize"].get<uint64_t>(),
                     Base64List(test_case["proof"])),
              !test_case["wantErr"].get<bool>())
        << test_case["id"];
  }
}

TEST(VectorsTest, MerkleHashing) {
  READ_VECTORS(file, "merkle_trees.json");
  const json& hashing = file["hashing"];
  EXPECT_EQ(HexEncode(MerkleTree({}).root()), hashing["empty_root"]);
  EXPECT_EQ(HexEncode(LeafHash("")), hashing["leaf_of_empty"]);
  EXPECT_EQ(HexEncode(LeafHash("L123456")), hashing["leaf_of_ascii_L123456"]);
  // The node case joins texts that are no digests: it fixes the prefix and the order.
  EXPECT_EQ(HexEncode(Sha256("\x01", "N123", "N456")), hashing["node_of_ascii_N123_N456"]);
}

TEST(VectorsTest, MerkleKnownRoots) {
  READ_VECTORS(file, "merkle_trees.json");
  std::vector<Digest> leaves;
  for (size_t size = 0; size < file["ct_roots_hex_by_size"].size(); ++size) {
    EXPECT_EQ(HexEncode(MerkleTree(leaves).root()), file["ct_roots_hex_by_size"][size]) << size;
    if (size == file["ct_leaves_hex"].size()) break;
    leaves.push_back(LeafHash(HexDecode(file["ct_leaves_hex"][size].get<std::string>()).value()));
  }
}

TEST(VectorsTest, MerkleGeneratedTrees) {
  READ_VECTORS(file, "merkle_trees.json");
  for (const json& tree : file["generated"]["roots"]) {
    const uint64_t size = tree["size"];
    EXPECT_EQ(HexEncode(MerkleTree(GeneratedLeaves(size)).root()), tree["root"]) << size;
  }
  for (const json& proof : file["generated"]["inclusion"]) {
    const uint64_t size = proof["size"];
    const uint64_t index = proof["index"];
    const std::vector<Digest> leaves = GeneratedLeaves(size);
    const MerkleTree tree(leaves);
    EXPECT_EQ(tree.Path(index), DigestsFrom(Base64List(proof["proof"])).value())
        << index << " of " << size;
    EXPECT_TRUE(Proves(ToString(tree.root()), ToString(leaves[index]), index, size,
                       Base64List(proof["proof"])));
  }
}

}  // namespace
}  // namespace corridor
