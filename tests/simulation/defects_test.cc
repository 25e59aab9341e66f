// Proves the checkers: a broker with a mistake in it breaks, within so many worlds, the
// promise that the mistake is against.

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "absl/strings/match.h"
#include "tests/simulation/defects.h"
#include "tests/simulation/world.h"

namespace corridor {
namespace {

constexpr uint64_t kSeedsMax = 300;

class Defects : public ::testing::TestWithParam<NamedDefect> {};

TEST_P(Defects, AreCaught) {
  const NamedDefect& named = GetParam();
  for (uint64_t seed = 1; seed <= kSeedsMax; ++seed) {
    const std::unique_ptr<Defect> defect = named.make();
    const WorldReport report = RunWorld({.seed = seed, .restores = true, .defect = defect.get()});
    if (report.broken.empty()) continue;
    EXPECT_TRUE(defect->committed()) << "seed " << seed << ": " << report.broken;
    EXPECT_TRUE(std::any_of(
        named.breaks.begin(), named.breaks.end(),
        [&](const std::string& promise) { return absl::StartsWith(report.broken, promise); }))
        << "seed " << seed << ": " << report.broken;
    return;
  }
  ADD_FAILURE() << "not caught in " << kSeedsMax << " worlds";
}

INSTANTIATE_TEST_SUITE_P(All, Defects, ::testing::ValuesIn(AllDefects()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace corridor
