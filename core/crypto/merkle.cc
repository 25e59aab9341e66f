#include "core/crypto/merkle.h"

#include <array>
#include <cassert>

namespace corridor {
namespace {

constexpr std::array<uint8_t, 1> kLeafPrefix = {0x00};
constexpr std::array<uint8_t, 1> kNodePrefix = {0x01};

std::vector<Digest> LevelAbove(const std::vector<Digest>& level) {
  std::vector<Digest> above;
  above.reserve((level.size() + 1) / 2);
  for (size_t i = 0; i + 1 < level.size(); i += 2) {
    above.push_back(NodeHash(level[i], level[i + 1]));
  }
  if (level.size() % 2 == 1) above.push_back(level.back());
  return above;
}

}  // namespace

Digest LeafHash(std::string_view data) { return Sha256(kLeafPrefix, data); }

Digest NodeHash(const Digest& left, const Digest& right) {
  return Sha256(kNodePrefix, left, right);
}

MerkleTree::MerkleTree(std::vector<Digest> leaf_hashes) {
  levels_.push_back(std::move(leaf_hashes));
  while (levels_.back().size() > 1) levels_.push_back(LevelAbove(levels_.back()));
}

Digest MerkleTree::root() const { return size() == 0 ? Sha256() : levels_.back().front(); }

std::vector<Digest> MerkleTree::Path(uint64_t index) const {
  assert(index < size());
  std::vector<Digest> path;
  for (const std::vector<Digest>& level : levels_) {
    const uint64_t sibling = index ^ 1;
    if (sibling < level.size()) path.push_back(level[sibling]);
    index >>= 1;
  }
  return path;
}

// RFC 9162, section 2.1.3.2.
bool VerifyInclusion(const Digest& root, const Digest& leaf_hash, uint64_t index, uint64_t size,
                     std::span<const Digest> path) {
  if (index >= size) return false;
  uint64_t node = index;
  uint64_t last = size - 1;
  Digest hash = leaf_hash;
  for (const Digest& sibling : path) {
    if (last == 0) return false;
    if ((node & 1) == 1 || node == last) {
      hash = NodeHash(sibling, hash);
      // Levels where this node had no right neighbour add nothing to the path.
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash = NodeHash(hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && hash == root;
}

}  // namespace corridor
