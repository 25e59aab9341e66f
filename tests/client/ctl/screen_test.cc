// What is shown fits where it is shown: lines are cut between characters, tables drop what matters
// least, and what does not fit below is counted.
#include "client/ctl/screen.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace corridor {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(ScreenTest, ALineIsCutBetweenCharacters) {
  EXPECT_EQ(Clipped("abcdef", 4), "abcd");
  EXPECT_EQ(Clipped("abc", 4), "abc");
  EXPECT_EQ(Clipped("กขค", 2), "กข");
  EXPECT_EQ(Clipped("abc", 0), "abc");
}

TEST(ScreenTest, ATableLeavesOutWhatMattersLeastWhereThereIsNoRoom) {
  const std::vector<FittedColumn> heads = {{"PEER", 9}, {"NOTE", 1}, {"LAG", 5, true}};
  const std::vector<std::vector<std::string>> rows = {{"sea.example", "quiet", "7"},
                                                      {"ea.example", "", "120"}};
  EXPECT_THAT(FittedTable(heads, rows, 0), ElementsAre("PEER         NOTE   LAG",  //
                                                       "sea.example  quiet    7",  //
                                                       "ea.example          120"));
  EXPECT_THAT(FittedTable(heads, rows, 20), ElementsAre("PEER         LAG",  //
                                                        "sea.example    7",  //
                                                        "ea.example   120"));
  EXPECT_THAT(FittedTable(heads, rows, 6), ElementsAre("PEER", "sea.ex", "ea.exa"));
}

TEST(ScreenTest, ASampleIsPaintedOverTheOneBefore) {
  const Screen screen{.terminal = true, .columns = 5, .rows = 4};
  EXPECT_EQ(Painted("one\ntwo and more\n", screen),
            "\x1b[H"
            "one\x1b[K\n"
            "two a\x1b[K\n"
            "\x1b[J");
}

TEST(ScreenTest, WhatDoesNotFitBelowIsCounted) {
  const std::string painted =
      Painted("1st\n2nd\n3rd\n4th\n5th\n", {.terminal = true, .columns = 40, .rows = 4});
  EXPECT_THAT(painted, HasSubstr("2nd\x1b[K\n... 3 lines more\x1b[K\n"));
  EXPECT_THAT(painted, Not(HasSubstr("3rd")));
}

}  // namespace
}  // namespace corridor
