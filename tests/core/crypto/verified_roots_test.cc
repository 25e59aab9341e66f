// What has verified once need not be computed again. What is remembered must be exactly what was
// computed: nothing else may ever pass on its account, and it must not grow.

#include "core/crypto/verified_roots.h"

#include <gtest/gtest.h>

#include <string>

#include "core/crypto/signature.h"

namespace corridor {
namespace {

class VerifiedRootsTest : public ::testing::Test {
 protected:
  bool Verify(const std::string& message) {
    return roots_.Verify(BytesOf(key_.public_key()), message, ToString(key_.Sign(message)));
  }

  const SigningKey key_ = SigningKey::Generate();
  VerifiedRoots roots_{8};
};

TEST_F(VerifiedRootsTest, TheSameSignatureIsComputedOnce) {
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(Verify("root"));
  EXPECT_EQ(roots_.computed(), 1U);
  EXPECT_EQ(roots_.size(), 1U);
}

TEST_F(VerifiedRootsTest, AnotherKeyMessageOrSignatureIsComputedAnewAndRefused) {
  const std::string signature = ToString(key_.Sign("root"));
  ASSERT_TRUE(Verify("root"));
  const SigningKey stranger = SigningKey::Generate();
  EXPECT_FALSE(roots_.Verify(BytesOf(stranger.public_key()), "root", signature));
  EXPECT_FALSE(roots_.Verify(BytesOf(key_.public_key()), "another root", signature));
  for (size_t i = 0; i < signature.size(); ++i) {
    std::string wrong = signature;
    wrong[i] = static_cast<char>(wrong[i] ^ 1);
    EXPECT_FALSE(roots_.Verify(BytesOf(key_.public_key()), "root", wrong)) << "byte " << i;
  }
  EXPECT_EQ(roots_.computed(), 1U + 2U + signature.size());
  // A good signature of another key under the same root is no less computed.
  EXPECT_TRUE(
      roots_.Verify(BytesOf(stranger.public_key()), "root", ToString(stranger.Sign("root"))));
  EXPECT_EQ(roots_.computed(), 1U + 2U + signature.size() + 1U);
}

// Key, signature and message must not be able to lend one another bytes.
TEST_F(VerifiedRootsTest, WhatHasAnotherLengthIsRefused) {
  const std::string key = std::string(BytesOf(key_.public_key()));
  const std::string signature = ToString(key_.Sign("root"));
  ASSERT_TRUE(roots_.Verify(key, "root", signature));
  EXPECT_FALSE(roots_.Verify(key + signature.substr(0, 1), "root", signature.substr(1)));
  EXPECT_FALSE(roots_.Verify(key, "oot", signature + "r"));
  EXPECT_FALSE(roots_.Verify("", "root", signature));
  EXPECT_FALSE(roots_.Verify(key, "root", ""));
}

TEST_F(VerifiedRootsTest, WhatDoesNotVerifyIsNotRemembered) {
  const std::string wrong(64, '\0');
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(roots_.Verify(BytesOf(key_.public_key()), "root", wrong));
  }
  EXPECT_EQ(roots_.computed(), 3U);
  EXPECT_EQ(roots_.size(), 0U);
}

TEST_F(VerifiedRootsTest, KeepsWithinItsBoundAndForgetsWhatIsNotAskedFor) {
  ASSERT_TRUE(Verify("asked for again and again"));
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(Verify("root " + std::to_string(i)));
    ASSERT_TRUE(Verify("asked for again and again"));
    ASSERT_LE(roots_.size(), 8U);
  }
  EXPECT_EQ(roots_.computed(), 101U) << "what is in use is never forgotten";
  ASSERT_TRUE(Verify("root 0"));
  EXPECT_EQ(roots_.computed(), 102U) << "what was not asked for is";
}

}  // namespace
}  // namespace corridor
