// A disk fills up and is cleared again: an operator is warned, then no more content is taken, and
// service returns by itself, without going to and fro at a mark.

#include "server/ops/disk_watermarks.h"

#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace corridor {
namespace {

constexpr uint64_t kMiB = 1 << 20;
constexpr uint64_t kGiB = 1 << 30;

class DiskWatermarksTest : public testing::Test {
 protected:
  DiskLevel At(uint64_t free_mib) { return marks_.Judge({free_mib * kMiB, 100 * kGiB}); }

  DiskWatermarks marks_{{.warn_free = 400 * kMiB, .refuse_free = 100 * kMiB}};
};

TEST_F(DiskWatermarksTest, WarnsThenRefusesAndRecoversByItself) {
  EXPECT_EQ(At(5000), DiskLevel::kEnough);
  EXPECT_EQ(At(399), DiskLevel::kLow);
  EXPECT_EQ(At(100), DiskLevel::kLow);
  EXPECT_EQ(At(99), DiskLevel::kRefusing);
  EXPECT_EQ(At(200), DiskLevel::kLow);
  EXPECT_EQ(At(600), DiskLevel::kEnough);
}

TEST_F(DiskWatermarksTest, ALevelEndsOnlyWhenAQuarterMoreIsFree) {
  At(99);
  EXPECT_EQ(At(100), DiskLevel::kRefusing);
  EXPECT_EQ(At(124), DiskLevel::kRefusing);
  EXPECT_EQ(At(125), DiskLevel::kLow);
  EXPECT_EQ(At(100), DiskLevel::kLow) << "it is not below the mark again";
  EXPECT_EQ(At(499), DiskLevel::kLow);
  EXPECT_EQ(At(500), DiskLevel::kEnough);
  EXPECT_EQ(At(400), DiskLevel::kEnough);
}

TEST_F(DiskWatermarksTest, ADiskThatIsFullAtOnceSkipsTheWarning) {
  EXPECT_EQ(At(0), DiskLevel::kRefusing);
  EXPECT_EQ(At(10'000), DiskLevel::kEnough);
}

// A share of a small disk; of a large one no more than it takes to have time.
TEST(DiskWatermarkDefaultsTest, FollowTheSizeOfTheDisk) {
  const auto level = [](uint64_t free, uint64_t size) {
    return DiskWatermarks({}).Judge({free, size});
  };
  EXPECT_EQ(level(16 * kMiB, 100 * kMiB), DiskLevel::kEnough);
  EXPECT_EQ(level(14 * kMiB, 100 * kMiB), DiskLevel::kLow);
  EXPECT_EQ(level(4 * kMiB, 100 * kMiB), DiskLevel::kRefusing);
  EXPECT_EQ(level(11 * kGiB, 4000 * kGiB), DiskLevel::kEnough);
  EXPECT_EQ(level(9 * kGiB, 4000 * kGiB), DiskLevel::kLow);
  EXPECT_EQ(level(1 * kGiB, 4000 * kGiB), DiskLevel::kRefusing);
}

TEST(DiskWatermarkDefaultsTest, AWarningIsNeverBelowTheRefusal) {
  DiskWatermarks marks({.refuse_free = 50 * kGiB});
  EXPECT_EQ(marks.Judge({51 * kGiB, 100 * kGiB}), DiskLevel::kEnough);
  EXPECT_EQ(marks.Judge({49 * kGiB, 100 * kGiB}), DiskLevel::kRefusing);
}

TEST(FileSystemGaugeTest, ReadsAFolderThatIsThere) {
  const TempDir folder;
  const auto space = MakeFileSystemGauge(folder.path())->Read();
  ASSERT_TRUE(space.ok()) << space.status();
  EXPECT_GE(space->size, space->free);
  EXPECT_GT(space->size, 0u);
  EXPECT_FALSE(MakeFileSystemGauge(folder.path() + "/absent")->Read().ok());
}

}  // namespace
}  // namespace corridor
