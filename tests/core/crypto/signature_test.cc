// A publisher's signature is the proof that survives the brokers in between. It must be the
// standard one, must fit nothing else, and must have no second spelling.

#include "core/crypto/signature.h"

#include <gtest/gtest.h>

#include <utility>

#include "core/crypto/digest.h"
#include "tests/support/test_certs.h"

namespace corridor {
namespace {

// RFC 8032, section 7.1, test 3.
constexpr char kSeed[] = "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7";
constexpr char kPublicKey[] = "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025";
constexpr char kSignature[] =
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
    "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a";

SigningKey TestKey() { return SigningKey::FromSeed(HexDecode(kSeed).value()).value(); }

TEST(SigningKeyTest, SignsAsTheStandardDoes) {
  const SigningKey key = TestKey();
  EXPECT_EQ(HexEncode(key.public_key()), kPublicKey);
  EXPECT_EQ(HexEncode(key.Sign("\xaf\x82")), kSignature);
  EXPECT_TRUE(
      VerifyEd25519(HexDecode(kPublicKey).value(), "\xaf\x82", HexDecode(kSignature).value()));
}

TEST(SigningKeyTest, KeyIdIsTheHeadOfTheDigest) {
  const SigningKey key = TestKey();
  EXPECT_EQ(HexEncode(key.key_id()), HexEncode(Sha256(key.public_key())).substr(0, 32));
}

TEST(SigningKeyTest, SurvivesThePemAndAMove) {
  SigningKey key = SigningKey::Generate();
  const Signature signature = key.Sign("message");
  const SigningKey moved = std::move(key);
  EXPECT_EQ(moved.Sign("message"), signature);
  const SigningKey read = SigningKey::FromPkcs8Pem(moved.ToPkcs8Pem()).value();
  EXPECT_EQ(read.Sign("message"), signature);
}

TEST(SigningKeyTest, TwoGeneratedKeysDiffer) {
  EXPECT_NE(SigningKey::Generate().public_key(), SigningKey::Generate().public_key());
}

TEST(SigningKeyTest, RefusesWhatIsNoEd25519Key) {
  EXPECT_FALSE(SigningKey::FromSeed("short").ok());
  EXPECT_FALSE(SigningKey::FromPkcs8Pem("").ok());
  EXPECT_FALSE(SigningKey::FromPkcs8Pem("-----BEGIN PRIVATE KEY-----\nAAAA\n"
                                        "-----END PRIVATE KEY-----\n")
                   .ok());
  // A P-256 key, which is what a transport certificate has.
  const IssuedCertificate transport = TestPki("a.example").Agency("x");
  EXPECT_FALSE(SigningKey::FromPkcs8Pem(transport.private_key_pem).ok());
}

TEST(VerifyEd25519Test, FitsOneMessageAndOneKey) {
  const SigningKey key = TestKey();
  const Signature signature = key.Sign("message");
  const std::string_view bytes = BytesOf(signature);
  EXPECT_TRUE(VerifyEd25519(key.public_key(), "message", bytes));
  EXPECT_FALSE(VerifyEd25519(key.public_key(), "Message", bytes));
  EXPECT_FALSE(VerifyEd25519(SigningKey::Generate().public_key(), "message", bytes));
  EXPECT_FALSE(VerifyEd25519(key.public_key(), "message", bytes.substr(1)));
  EXPECT_FALSE(VerifyEd25519(key.public_key(), "message", ""));
  EXPECT_FALSE(VerifyEd25519("", "message", bytes));
}

TEST(VerifyEd25519Test, EveryFlippedBitIsSeen) {
  const SigningKey key = TestKey();
  const Signature signature = key.Sign("message");
  for (size_t bit = 0; bit < signature.size() * 8; ++bit) {
    Signature wrong = signature;
    wrong[bit / 8] ^= static_cast<uint8_t>(1 << (bit % 8));
    EXPECT_FALSE(VerifyEd25519(key.public_key(), "message", BytesOf(wrong))) << "bit " << bit;
  }
}

// S and S + L satisfy the same equation; only the smaller is a signature.
TEST(VerifyEd25519Test, RefusesTheSecondSpelling) {
  const SigningKey key = TestKey();
  Signature signature = key.Sign("message");
  const std::string order =
      HexDecode("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010").value();
  int carry = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    const int sum = signature[32 + i] + static_cast<uint8_t>(order[i]) + carry;
    signature[32 + i] = static_cast<uint8_t>(sum);
    carry = sum >> 8;
  }
  ASSERT_EQ(carry, 0);
  EXPECT_FALSE(VerifyEd25519(key.public_key(), "message", BytesOf(signature)));
}

// With the neutral element as key and commitment and S = 0, the equation holds for any message.
TEST(VerifyEd25519Test, RefusesAKeyThatFitsEveryMessage) {
  PublicKey neutral = {1};
  Signature signature = {1};
  EXPECT_FALSE(VerifyEd25519(neutral, "any message", BytesOf(signature)));
}

TEST(SecretBytesTest, AMoveLeavesNothingBehind) {
  SecretBytes<4> secret;
  secret.data()[0] = 7;
  const SecretBytes<4> moved = std::move(secret);
  EXPECT_EQ(moved.data()[0], 7);
  EXPECT_EQ(secret.data()[0], 0);  // NOLINT(bugprone-use-after-move): that is what is tested
}

TEST(PublicKeyTest, HasThirtyTwoBytes) {
  EXPECT_EQ(HexEncode(PublicKeyFrom(HexDecode(kPublicKey).value()).value()), kPublicKey);
  EXPECT_FALSE(PublicKeyFrom("").ok());
  EXPECT_FALSE(PublicKeyFrom(std::string(33, 'k')).ok());
}

}  // namespace
}  // namespace corridor
