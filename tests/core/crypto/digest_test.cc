// Digests name statements across regions: one must come out the same however the bytes arrive, and
// what is not a digest must not pass for one.

#include "core/crypto/digest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace corridor {
namespace {

using namespace std::string_view_literals;

constexpr char kAbc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Sha256Test, GivesThePublishedValues) {
  EXPECT_EQ(HexEncode(Sha256("abc")), kAbc);
  EXPECT_EQ(HexEncode(Sha256()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha256Test, PartsAreConcatenated) {
  const std::array<uint8_t, 1> b = {'b'};
  EXPECT_EQ(HexEncode(Sha256("a", b, std::string("c"))), kAbc);
  Sha256Hasher hasher;
  hasher.Update("ab");
  hasher.Update("");
  hasher.Update("c");
  EXPECT_EQ(HexEncode(hasher.Finish()), kAbc);
}

TEST(Sha256Test, ANulByteCounts) { EXPECT_NE(Sha256("a\0b"sv), Sha256("ab"sv)); }

TEST(DigestTest, TakesThirtyTwoBytesOnly) {
  const Digest digest = Sha256("abc");
  EXPECT_EQ(DigestFrom(ToString(digest)).value(), digest);
  EXPECT_FALSE(DigestFrom(std::string(31, 'x')).ok());
  EXPECT_FALSE(DigestFrom(std::string(33, 'x')).ok());
  EXPECT_FALSE(DigestFrom("").ok());
}

TEST(DigestTest, ReadsARangeAllOrNothing) {
  const Digest digest = Sha256("abc");
  EXPECT_THAT(DigestsFrom(std::vector<std::string>{ToString(digest), ToString(digest)}).value(),
              testing::ElementsAre(digest, digest));
  EXPECT_FALSE(DigestsFrom(std::vector<std::string>{ToString(digest), "short"}).ok());
}

TEST(HexTest, ReadsBothCasesAndNothingElse) {
  EXPECT_EQ(HexDecode("00fF10").value(), "\x00\xff\x10"sv);
  EXPECT_EQ(HexEncode("\x00\xff\x10"sv), "00ff10");
  EXPECT_FALSE(HexDecode("0").ok());
  EXPECT_FALSE(HexDecode("0g").ok());
  EXPECT_FALSE(HexDecode("0x").ok());
}

TEST(ConstantTimeEqualsTest, ComparesContentAndLength) {
  EXPECT_TRUE(ConstantTimeEquals("secret", "secret"));
  EXPECT_TRUE(ConstantTimeEquals("", ""));
  EXPECT_FALSE(ConstantTimeEquals("secret", "secreT"));
  EXPECT_FALSE(ConstantTimeEquals("secret", "secret "));
}

}  // namespace
}  // namespace corridor
