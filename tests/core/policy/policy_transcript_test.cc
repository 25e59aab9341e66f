// Policy as tables that a focal point could read: each file in tests/testdata/policies is
// a story, and each command in it gives the answer written below its line of hyphens.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include "gtest/gtest.h"
#include "tests/core/policy/policy_script.h"

namespace corridor {
namespace {

constexpr char kFolder[] = "tests/testdata/policies";

std::vector<std::string> Stories() {
  std::vector<std::string> stories;
  std::error_code absent;  // Then there are none, which a test below reports.
  for (const auto& entry : std::filesystem::directory_iterator(kFolder, absent)) {
    if (entry.path().extension() == ".txt") stories.push_back(entry.path().stem().string());
  }
  std::sort(stories.begin(), stories.end());
  return stories;
}

std::vector<std::string> LinesOf(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::string Joined(const std::vector<std::string>& lines) {
  std::ostringstream text;
  for (const std::string& line : lines) text << line << '\n';
  return text.str();
}

// The story as it is told now: comments and commands as they stand, answers anew.
std::string Retold(const std::vector<std::string>& lines) {
  PolicyScript script;
  std::vector<std::string> out;
  bool in_answer = false;
  std::vector<std::string> commands;
  for (const std::string& line : lines) {
    if (line.empty()) in_answer = false;
    if (in_answer) continue;
    out.push_back(line);
    if (line.empty() || line.front() == '#') continue;
    if (line != "----") {
      commands.push_back(line);
      continue;
    }
    std::string answer;
    for (const std::string& command : commands) answer = script.Run(command);
    commands.clear();
    out.push_back(answer);
    in_answer = true;
  }
  return Joined(out);
}

TEST(PolicyStoriesTest, AreThere) {
  EXPECT_GE(Stories().size(), 6u) << "run it in the root of the repository";
}

class PolicyTranscriptTest : public testing::TestWithParam<std::string> {};

TEST_P(PolicyTranscriptTest, IsToldAsWritten) {
  const std::vector<std::string> lines = LinesOf(std::string(kFolder) + "/" + GetParam() + ".txt");
  EXPECT_EQ(Retold(lines), Joined(lines));
}

INSTANTIATE_TEST_SUITE_P(Stories, PolicyTranscriptTest, testing::ValuesIn(Stories()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace corridor
