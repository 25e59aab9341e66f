// A batch is signed once, under its root; each record then carries a path. Every leaf of every
// small tree must prove itself, and no path may prove anything else.

#include "core/crypto/merkle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace corridor {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<Digest> Leaves(uint64_t count) {
  std::vector<Digest> leaves;
  for (uint64_t i = 0; i < count; ++i) leaves.push_back(LeafHash("leaf " + std::to_string(i)));
  return leaves;
}

TEST(MerkleTreeTest, TheEmptyTreeHasTheDigestOfNothing) {
  EXPECT_EQ(MerkleTree({}).root(), Sha256());
}

TEST(MerkleTreeTest, OneLeafIsItsOwnRoot) {
  const MerkleTree tree(Leaves(1));
  EXPECT_EQ(tree.root(), Leaves(1)[0]);
  EXPECT_THAT(tree.Path(0), IsEmpty());
}

// The picture in the header, with a fifth leaf.
TEST(MerkleTreeTest, TheShapeIsThatOfTheStandard) {
  const std::vector<Digest> leaf = Leaves(5);
  const MerkleTree tree(leaf);
  const Digest a = NodeHash(leaf[0], leaf[1]);
  const Digest b = NodeHash(leaf[2], leaf[3]);
  EXPECT_EQ(tree.root(), NodeHash(NodeHash(a, b), leaf[4]));
  EXPECT_THAT(tree.Path(2), ElementsAre(leaf[3], a, leaf[4]));
  EXPECT_THAT(tree.Path(4), ElementsAre(NodeHash(a, b)));
}

TEST(MerkleTreeTest, ALeafIsNoNode) {
  const std::vector<Digest> leaf = Leaves(2);
  EXPECT_NE(NodeHash(leaf[0], leaf[1]), LeafHash(ToString(leaf[0]) + ToString(leaf[1])));
}

TEST(VerifyInclusionTest, EveryLeafProvesItselfAtItsPlaceOnly) {
  for (uint64_t size = 1; size <= 33; ++size) {
    const std::vector<Digest> leaf = Leaves(size);
    const MerkleTree tree(leaf);
    for (uint64_t i = 0; i < size; ++i) {
      const std::vector<Digest> path = tree.Path(i);
      for (uint64_t claimed = 0; claimed < size + 2; ++claimed) {
        EXPECT_EQ(VerifyInclusion(tree.root(), leaf[i], claimed, size, path), claimed == i)
            << "leaf " << i << " claimed as " << claimed << " of " << size;
      }
      EXPECT_FALSE(VerifyInclusion(tree.root(), LeafHash("stranger"), i, size, path));
    }
  }
}

TEST(VerifyInclusionTest, RefusesAPathThatIsChangedShortenedOrLengthened) {
  const std::vector<Digest> leaf = Leaves(7);
  const MerkleTree tree(leaf);
  const std::vector<Digest> path = tree.Path(3);
  for (size_t step = 0; step < path.size(); ++step) {
    std::vector<Digest> wrong = path;
    wrong[step][31] ^= 1;
    EXPECT_FALSE(VerifyInclusion(tree.root(), leaf[3], 3, 7, wrong));
    wrong = path;
    wrong.erase(wrong.begin() + static_cast<ptrdiff_t>(step));
    EXPECT_FALSE(VerifyInclusion(tree.root(), leaf[3], 3, 7, wrong));
  }
  std::vector<Digest> longer = path;
  longer.push_back(tree.root());
  EXPECT_FALSE(VerifyInclusion(tree.root(), leaf[3], 3, 7, longer));
}

TEST(VerifyInclusionTest, NothingIsInAnEmptyTree) {
  EXPECT_FALSE(VerifyInclusion(Sha256(), LeafHash(""), 0, 0, {}));
}

TEST(VerifyInclusionTest, HugeTreesDoNotOverflow) {
  const std::vector<Digest> path(64, LeafHash("x"));
  EXPECT_FALSE(VerifyInclusion(Sha256(), LeafHash(""), UINT64_MAX - 1, UINT64_MAX, path));
  EXPECT_FALSE(VerifyInclusion(Sha256(), LeafHash(""), UINT64_MAX, UINT64_MAX, path));
}

}  // namespace
}  // namespace corridor
