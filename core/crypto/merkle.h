#ifndef CORRIDOR_CORE_CRYPTO_MERKLE_H_
#define CORRIDOR_CORE_CRYPTO_MERKLE_H_

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/crypto/digest.h"

namespace corridor {

// The Merkle tree of RFC 9162, section 2.1 (the same as RFC 6962). One signature under the root
// then speaks for every leaf, and a path proves one leaf without showing the others:
//
//            root = N(a, b)                path of leaf 2: [L3, a]
//           /              \               path of leaf 4 in a tree of five: [root of the first
//           four]
//      a = N(L0, L1)   b = N(L2, L3)
//
// A node without a right neighbour rises to the next level unchanged.

// SHA-256(0x00 data). The prefixes keep a leaf from being taken for a node.
Digest LeafHash(std::string_view data);

// SHA-256(0x01 left right).
Digest NodeHash(const Digest& left, const Digest& right);

// A tree over leaf hashes, all levels in memory: for batches, of at most some thousands. Immutable,
// hence thread-safe.
class MerkleTree {
 public:
  explicit MerkleTree(std::vector<Digest> leaf_hashes);

  uint64_t size() const { return levels_.front().size(); }

  // The root; of an empty tree, SHA-256 of nothing.
  Digest root() const;

  // The inclusion path of leaf `index`, from the leaf's sibling up. Empty in a tree of one.
  // REQUIRES: index < size().
  std::vector<Digest> Path(uint64_t index) const;

 private:
  std::vector<std::vector<Digest>> levels_;  // leaves first; never empty
};

// Whether `path` proves that `leaf_hash` is leaf `index` of the tree of `size` leaves under `root`.
// False for index >= size and for a path too short or too long.
bool VerifyInclusion(const Digest& root, const Digest& leaf_hash, uint64_t index, uint64_t size,
                     std::span<const Digest> path);

}  // namespace corridor

#endif  // CORRIDOR_CORE_CRYPTO_MERKLE_H_
