// The head marker's file: replaced whole, and a torn one is not believed.
#include "server/journal/head_marker.h"

#include <fstream>
#include <string>

#include "gtest/gtest.h"
#include "tests/support/temp_dir.h"

namespace corridor {
namespace {

TEST(FileHeadMarkerTest, NoFileIsNoMark) {
  TempDir dir;
  EXPECT_FALSE(MakeFileHeadMarker(dir.File("head"))->Read()->has_value());
}

TEST(FileHeadMarkerTest, ReadsBackTheLastMark) {
  TempDir dir;
  const auto marker = MakeFileHeadMarker(dir.File("head"));
  ASSERT_TRUE(marker->Write({7, 1}).ok());
  ASSERT_TRUE(marker->Write({7, 123456789012}).ok());
  const auto mark = MakeFileHeadMarker(dir.File("head"))->Read();
  ASSERT_TRUE(mark.ok());
  EXPECT_EQ(**mark, (HeadMark{7, 123456789012}));
}

TEST(FileHeadMarkerTest, ADamagedFileIsSaidToBe) {
  TempDir dir;
  const auto marker = MakeFileHeadMarker(dir.File("head"));
  for (const char* content : {"", "x", "something else entirely, and not short either"}) {
    std::ofstream(dir.File("head"), std::ios::binary | std::ios::trunc) << content;
    EXPECT_EQ(marker->Read().status().code(), absl::StatusCode::kDataLoss);
  }
}

TEST(FileHeadMarkerTest, AFolderThatIsNotThereIsAnError) {
  TempDir dir;
  EXPECT_FALSE(MakeFileHeadMarker(dir.File("no/head"))->Write({1, 1}).ok());
}

}  // namespace
}  // namespace corridor
