// Two thousand worlds of two to four regions in which connections break, machines
// stop and agreements change, and in each fourth hundred backups are put back: no
// promise is ever broken in any of them. A failing one says its seed, and ./dev simulate replays
// it.

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/simulation/world.h"

namespace corridor {
namespace {

constexpr uint64_t kSeedsPerShard = 100;
constexpr uint64_t kShards = 20;

class Worlds : public ::testing::TestWithParam<uint64_t> {};

TEST_P(Worlds, KeepTheirPromises) {
  const bool restores = GetParam() % 4 == 3;
  for (uint64_t i = 1; i <= kSeedsPerShard; ++i) {
    const uint64_t seed = GetParam() * kSeedsPerShard + i;
    const WorldReport report = RunWorld({.seed = seed, .restores = restores});
    EXPECT_EQ(report.broken, "") << "seed " << seed << "; replay it with ./dev simulate --first "
                                 << seed << " --seeds 1 --log" << (restores ? " --restores" : "")
                                 << "\n"
                                 << report.log;
  }
}

INSTANTIATE_TEST_SUITE_P(Shard, Worlds, ::testing::Range<uint64_t>(0, kShards));

TEST(World, TheSameSeedIsTheSameWorld) {
  const WorldReport once = RunWorld({.seed = 7});
  const WorldReport again = RunWorld({.seed = 7});
  EXPECT_GT(once.events, 100u);
  EXPECT_EQ(once.hash, again.hash);
  EXPECT_EQ(once.events, again.events);
}

TEST(World, AnotherSeedIsAnotherWorld) {
  EXPECT_NE(RunWorld({.seed = 7}).hash, RunWorld({.seed = 8}).hash);
}

}  // namespace
}  // namespace corridor
