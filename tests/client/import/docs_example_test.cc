// The worked example of docs/import.md does what the page says it does.

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <string>

#include "client/import/importer.h"
#include "tests/client/import/import_fixture.h"
#include "tests/support/seeded_random.h"

namespace corridor {
namespace {

// The code block of the page that begins with `start`.
std::string BlockOf(const std::string& page, const std::string& start) {
  const size_t begin = page.find("```\n" + start);
  EXPECT_NE(begin, std::string::npos) << start;
  if (begin == std::string::npos) return {};
  const size_t end = page.find("```", begin + 4);
  return page.substr(begin + 4, end - begin - 4);
}

TEST(DocsExampleTest, ThreeRowsBecomeAlertsAndOneIsNamed) {
  std::ifstream file("docs/import.md");
  const std::string page(std::istreambuf_iterator<char>(file), {});
  SeededRandom random(3);
  FakeOutlet outlet;
  const ImportResult result = RunImport(
      ParseMapping(BlockOf(page, "id: ")), BlockOf(page, "seen,"), ImportState::Forgetful(random),
      outlet, {.dry_run = true, .now = absl::FromUnixSeconds(1767225600)});
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.counts.would_publish, 3u);
  ASSERT_EQ(result.faults.size(), 1u);
  EXPECT_EQ(result.faults[0].row, 4u);
  EXPECT_EQ(result.faults[0].fault.label, "somewhere");
}

}  // namespace
}  // namespace corridor
