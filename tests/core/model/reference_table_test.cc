// The country and area tables were written from the standards. Where the shared
// reference table is present, every row of it must agree with ours, and ours may
// hold nothing more than Kosovo.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "core/model/country_table.h"
#include "core/model/vocabulary.h"
#include "gtest/gtest.h"

namespace corridor {
namespace {

namespace fs = std::filesystem;

fs::path ReferenceFile() {
  const char* dir = std::getenv("CORRIDOR_SHARED_DIR");
  return fs::path(dir != nullptr ? dir : "../shared") / "data/reference/iso3166_m49_regions.csv";
}

std::vector<std::string> Cells(const std::string& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      cells.emplace_back();
    } else if (c != '\r') {
      cells.back().push_back(c);
    }
  }
  return cells;
}

TEST(ReferenceTable, AgreesWithOurs) {
  std::ifstream file(ReferenceFile());
  if (!file) GTEST_SKIP() << "shared data is not here; set CORRIDOR_SHARED_DIR to compare";
  std::string line;
  std::getline(file, line);
  std::map<std::string, std::vector<std::string>> rows;
  while (std::getline(file, line)) {
    const auto cells = Cells(line);
    ASSERT_EQ(cells.size(), 11u) << line;
    rows[cells[2]] = cells;
  }
  for (const auto& [alpha3, cells] : rows) {
    EXPECT_EQ(Alpha2FromAlpha3(alpha3), cells[1]) << alpha3;
    for (const size_t column : {8u, 9u, 10u}) {  // Region, sub-region, intermediate region.
      // The Channel Islands (830) are part of Northern Europe here.
      if (cells[column].empty() || cells[column] == "830") continue;
      EXPECT_TRUE(AreaContains(cells[column], alpha3)) << alpha3 << " in " << cells[column];
    }
  }
  EXPECT_GT(rows.size(), 240u);
  for (const CountryRow& country : kCountries) {
    const bool expected = country.alpha3 != "XKX";
    EXPECT_EQ(rows.count(std::string(country.alpha3)) == 1, expected) << country.alpha3;
  }
}

}  // namespace
}  // namespace corridor
