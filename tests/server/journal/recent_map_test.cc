// A bounded memory keeps what is used and forgets what is not.
#include "server/journal/recent_map.h"

#include <string>

#include "gtest/gtest.h"

namespace corridor {
namespace {

TEST(RecentMapTest, StaysWithinItsBoundAndKeepsWhatIsUsed) {
  RecentMap<int> map(10);
  map.Put("used", 1);
  for (int i = 0; i < 1000; ++i) {
    map.Put("key " + std::to_string(i), i);
    ASSERT_NE(map.Find("used"), nullptr);
    ASSERT_LE(map.size(), 12u);
  }
  EXPECT_EQ(*map.Find("used"), 1);
  EXPECT_EQ(map.Find("key 0"), nullptr);
  EXPECT_EQ(*map.Find("key 999"), 999);
}

TEST(RecentMapTest, ANewValueReplacesTheOldWhereverItStood) {
  RecentMap<int> map(4);
  map.Put("a", 1);
  for (int i = 0; i < 3; ++i) map.Put(std::to_string(i), i);
  map.Put("a", 2);
  EXPECT_EQ(*map.Find("a"), 2);
}

}  // namespace
}  // namespace corridor
