// A payload lies on disk under a key of its own. Without the key it says nothing, in another place
// it does not open, and no changed byte passes.

#include "core/crypto/payload_cipher.h"

#include <gtest/gtest.h>

#include "core/crypto/digest.h"
#include "core/crypto/system_random.h"

namespace corridor {
namespace {

PayloadKey KeyOf(char fill) { return PayloadKey::FromBytes(std::string(32, fill)).value(); }

TEST(PayloadCipherTest, OpensWhatItSealed) {
  const PayloadKey key = PayloadKey::Generate();
  for (const std::string& payload :
       {std::string(), std::string("alert"), std::string(65536, 'a')}) {
    const std::string sealed = Seal(key, "position 7", payload);
    EXPECT_EQ(sealed.size(), payload.size() + kSealOverhead);
    EXPECT_EQ(Open(key, "position 7", sealed).value(), payload);
  }
}

TEST(PayloadCipherTest, DoesNotOpenUnderAnotherKeyOrInAnotherPlace) {
  const std::string sealed = Seal(KeyOf('k'), "position 7", "alert");
  EXPECT_TRUE(absl::IsDataLoss(Open(KeyOf('l'), "position 7", sealed).status()));
  EXPECT_TRUE(absl::IsDataLoss(Open(KeyOf('k'), "position 8", sealed).status()));
}

TEST(PayloadCipherTest, EveryChangedOrMissingByteIsSeen) {
  const std::string sealed = Seal(KeyOf('k'), "", "alert");
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string wrong = sealed;
    wrong[i] = static_cast<char>(wrong[i] ^ 0x20);
    EXPECT_TRUE(absl::IsDataLoss(Open(KeyOf('k'), "", wrong).status())) << "byte " << i;
    EXPECT_TRUE(absl::IsDataLoss(Open(KeyOf('k'), "", sealed.substr(0, i)).status()));
  }
}

// A store written by one version is read by the next: the bytes are fixed.
TEST(PayloadCipherTest, TheFormatIsStable) {
  EXPECT_EQ(HexEncode(Seal(KeyOf('k'), "position 7", "alert")),
            "4faadc6c7e20dc09c83760c46c2b7a7929f5eabdb2");
}

TEST(PayloadKeyTest, HasThirtyTwoBytesOfChance) {
  EXPECT_FALSE(PayloadKey::FromBytes("short").ok());
  EXPECT_FALSE(PayloadKey::FromBytes(std::string(33, 'k')).ok());
  EXPECT_NE(PayloadKey::Generate().bytes(), PayloadKey::Generate().bytes());
}

TEST(SystemRandomTest, FillsAllAndDiffers) {
  SystemRandom random;
  std::string seen(32, '\0');
  // A byte that stays zero in 64 draws was not filled.
  for (int draw = 0; draw < 64; ++draw) {
    const std::string bytes = random.Bytes(32);
    for (size_t i = 0; i < seen.size(); ++i) seen[i] = static_cast<char>(seen[i] | bytes[i]);
  }
  EXPECT_EQ(seen.find('\0'), std::string::npos);
  EXPECT_NE(random.Bytes(32), random.Bytes(32));
}

}  // namespace
}  // namespace corridor
