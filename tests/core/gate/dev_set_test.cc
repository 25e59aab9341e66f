// How good is the text scan? Each line of the development set is scanned; the run prints per
// category what was caught, missed and wrongly refused, and the figures in floors.tsv may rise but
// never fall.

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "core/gate/gate_policy.h"
#include "core/gate/text_scan.h"

namespace corridor {
namespace {

// Tests run in the root of the source tree.
constexpr char kLines[] = "tests/testdata/gate/dev_set.tsv";
constexpr char kFloors[] = "tests/testdata/gate/floors.tsv";

std::vector<std::vector<std::string>> ReadTable(const char* path) {
  std::vector<std::vector<std::string>> rows;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::vector<std::string> row;
    std::stringstream cells(line);
    for (std::string cell; std::getline(cells, cell, '\t');) row.push_back(cell);
    rows.push_back(row);
  }
  return rows;
}

struct Tally {
  int refused = 0;
  int passed = 0;
};

// By category and form.
using Report = std::map<std::pair<std::string, std::string>, Tally>;

Report Measure() {
  const TextScanner scanner(DefaultGatePolicy().phone_regions);
  Report report;
  int number = 1;  // The first line is the heading.
  for (const auto& row : ReadTable(kLines)) {
    ++number;
    if (row.size() != 4) {
      ADD_FAILURE() << kLines << ":" << number << ": not four cells";
      continue;
    }
    Tally& tally = report[{row[0], row[1]}];
    const auto findings = scanner.Scan(row[3]);
    ++(findings.empty() ? tally.passed : tally.refused);
    const bool wrong = findings.empty() != (row[1] == "clean");
    if (wrong) {
      std::printf("  line %d (%s, %s) %s\n", number, row[0].c_str(), row[1].c_str(),
                  findings.empty() ? "missed" : std::string(findings[0].rule).c_str());
    }
  }
  return report;
}

void Print(const Report& report) {
  std::printf("%-20s %-10s %8s %8s %16s\n", "category", "form", "caught", "missed",
              "wrongly refused");
  for (const auto& [key, tally] : report) {
    const bool clean = key.second == "clean";
    std::printf("%-20s %-10s %8d %8d %16d\n", key.first.c_str(), key.second.c_str(),
                clean ? 0 : tally.refused, clean ? 0 : tally.passed, clean ? tally.refused : 0);
  }
}

TEST(DevSetTest, FiguresNeverFall) {
  const Report report = Measure();
  Print(report);
  ASSERT_FALSE(report.empty());
  std::map<std::pair<std::string, std::string>, int> floors;
  for (const auto& row : ReadTable(kFloors)) {
    ASSERT_EQ(row.size(), 3u) << kFloors;
    floors[{row[0], row[1]}] = std::stoi(row[2]);
  }
  for (const auto& [key, tally] : report) {
    const auto floor = floors.find(key);
    ASSERT_NE(floor, floors.end())
        << kFloors << " has no row for " << key.first << " " << key.second;
    const bool clean = key.second == "clean";
    const int right = clean ? tally.passed : tally.refused;
    EXPECT_GE(right, floor->second) << key.first << " " << key.second << " got worse";
    EXPECT_LE(right, floor->second)
        << key.first << " " << key.second << " got better: raise its figure in " << kFloors;
  }
}

}  // namespace
}  // namespace corridor
