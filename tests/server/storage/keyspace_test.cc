// Keys of different rooms, and of different names within a room, never meet, and
// numbers sort as numbers.
#include "server/storage/keyspace.h"

#include <limits>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "server/storage/store.h"

namespace corridor {
namespace {

TEST(KeyspaceTest, NumbersSortAsNumbers) {
  EXPECT_LT(KeyNumber(255), KeyNumber(256));
  EXPECT_LT(KeyNumber(0), KeyNumber(std::numeric_limits<uint64_t>::max()));
  EXPECT_EQ(ParseKeyNumber(KeyNumber(0x0123456789abcdef)), 0x0123456789abcdefu);
}

TEST(KeyspaceTest, TextsComeBackAndNoneIsThePrefixOfAnother) {
  const std::vector<std::string> texts = {
      "", "a", "ab", std::string("a\0b", 3), std::string("a\0\x01", 3), std::string("\0", 1)};
  for (const std::string& text : texts) {
    const std::string key = KeyText(text) + "rest";
    std::string_view bytes = key;
    std::string back;
    ASSERT_TRUE(TakeKeyText(bytes, back));
    EXPECT_EQ(back, text);
    EXPECT_EQ(bytes, "rest");
    for (const std::string& other : texts) {
      EXPECT_EQ(KeyText(other).starts_with(KeyText(text)), other == text);
    }
  }
}

TEST(KeyspaceTest, ATextWithoutItsEndIsRefused) {
  std::string text;
  std::string_view open = "abc";
  EXPECT_FALSE(TakeKeyText(open, text));
  std::string_view cut("abc\0", 4);
  EXPECT_FALSE(TakeKeyText(cut, text));
}

TEST(KeyspaceTest, OnePublishersIdsDoNotReachIntoAnothers) {
  EXPECT_NE(StatementIdKey("ab", "c"), StatementIdKey("a", "bc"));
  EXPECT_NE(SubscriptionKey("ab", "c"), SubscriptionKey("a", "bc"));
  EXPECT_FALSE(SubscriptionKey("owner2", "x").starts_with(SubscriptionKeyPrefix("owner")));
}

TEST(KeyspaceTest, APrefixRangeHoldsExactlyThePrefix) {
  const KeyRange range = PrefixRange("c/m/");
  EXPECT_EQ(range.begin, "c/m/");
  EXPECT_EQ(range.end, "c/m0");
  EXPECT_EQ(PrefixRange("a\xff").end, "b");
}

}  // namespace
}  // namespace corridor
