// CTDC's Global Dataset is published with k = 11: no class of rows is smaller. Each of its classes,
// said as an affected group, passes the gate as it is. Planted among them, classes of ten do not:
// each is refused with what would pass, and what would pass does. Needs the shared data.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "core/gate/gate.h"
#include "core/model/errors.h"
#include "tests/support/seeded_random.h"
#include "tests/support/shared_dir.h"
#include "tests/support/test_statements.h"

namespace corridor {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kPublisher[] = "spiffe://eac.example/agency/ke-desk";

enum Column { kYear, kGender, kAge, kCitizenship, kForced, kSexual, kCountry, kColumns };
using Class = std::array<std::string, kColumns>;

// Each class with its number of rows, and each line once.
bool ReadClasses(std::map<Class, int>& classes, std::set<std::string>& lines) {
  const std::optional<std::string> text = ReadShared("data/ctdc/ctdc_global_kanon_subset.csv");
  if (!text) return false;
  for (const absl::string_view line : absl::StrSplit(*text, '\n', absl::SkipEmpty())) {
    const std::vector<std::string> cells = absl::StrSplit(absl::StripSuffix(line, "\r"), ',');
    if (cells.size() != 9 || cells[0] == "yearOfRegistration") continue;
    ++classes[{cells[0], cells[1], cells[2], cells[4], cells[5], cells[6], cells[8]}];
    lines.emplace(absl::StripSuffix(line, "\r"));
  }
  return true;
}

v1::GroupSize BandOf(int count) {
  if (count < 11) return v1::GROUP_SIZE_LT_11;
  if (count < 25) return v1::GROUP_SIZE_11_TO_24;
  if (count < 50) return v1::GROUP_SIZE_25_TO_49;
  if (count < 100) return v1::GROUP_SIZE_50_TO_99;
  return count < 500 ? v1::GROUP_SIZE_100_TO_499 : v1::GROUP_SIZE_GE_500;
}

v1::AgeBand AgeOf(const std::string& label) {
  static const auto& bands = *new std::map<std::string, v1::AgeBand>{
      {"0--8", v1::AGE_BAND_0_TO_8},     {"9--17", v1::AGE_BAND_9_TO_17},
      {"18--20", v1::AGE_BAND_18_TO_20}, {"21--23", v1::AGE_BAND_21_TO_23},
      {"24--26", v1::AGE_BAND_24_TO_26}, {"27--29", v1::AGE_BAND_27_TO_29},
      {"30--38", v1::AGE_BAND_30_TO_38}, {"39--47", v1::AGE_BAND_39_TO_47},
      {"48+", v1::AGE_BAND_48_PLUS}};
  const auto band = bands.find(label);
  return band == bands.end() ? v1::AGE_BAND_UNSPECIFIED : band->second;
}

void SayYear(const std::string& year, v1::MonthPeriod& period) {
  int number = 0;
  ASSERT_TRUE(absl::SimpleAtoi(year, &number)) << year;
  period.mutable_start()->set_year(number);
  period.mutable_start()->set_month(1);
  period.mutable_end()->set_year(number);
  period.mutable_end()->set_month(12);
}

// The file has neither act nor means, which a citizenship needs beside it: given here.
v1::StatementBody Said(const Class& row, int count) {
  v1::StatementBody body = ExampleIssue(kPublisher, 1);
  v1::AlertContent& content = *body.mutable_issue()->mutable_content();
  content.clear_legs();
  SayYear(row[kYear], *content.mutable_observed_period());
  if (!row[kCountry].empty()) {
    v1::RouteLeg& leg = *content.add_legs();
    leg.set_stage(v1::ROUTE_STAGE_EXPLOITATION);
    leg.set_country(row[kCountry]);
  }
  v1::PatternBlock& pattern = *content.mutable_pattern();
  pattern.clear_purposes();
  pattern.clear_forced_criminality_kinds();
  if (row[kForced] == "1") pattern.add_purposes(v1::TRAFFICKING_PURPOSE_FORCED_LABOUR);
  if (row[kSexual] == "1") pattern.add_purposes(v1::TRAFFICKING_PURPOSE_SEXUAL_EXPLOITATION);
  if (pattern.purposes().empty()) pattern.add_purposes(v1::TRAFFICKING_PURPOSE_OTHER);
  v1::AffectedGroupBlock& group = *content.mutable_affected_group();
  group.set_group_size(BandOf(count));
  group.set_gender(row[kGender] == "Female" ? v1::GENDER_WOMEN : v1::GENDER_MEN);
  group.set_age_band(AgeOf(row[kAge]));
  if (row[kCitizenship].size() == 3) group.add_citizenships(row[kCitizenship]);
  return body;
}

absl::Status Verdict(const Gate& gate, const v1::StatementBody& body) {
  SeededRandom random(1);
  return gate.Examine(Unsigned(body, RoutingToAll(), random), GateSide::kPublisher).status();
}

// Puts what the refusal says would pass in place of what was refused.
void TakeTheOffer(const std::vector<FieldViolation>& violations, v1::AffectedGroupBlock& group) {
  for (const FieldViolation& violation : violations) {
    EXPECT_EQ(violation.category, "small-group");
    EXPECT_THAT(violation.passes, Not(IsEmpty())) << violation.field;
    v1::AgeBand age = v1::AGE_BAND_UNSPECIFIED;
    v1::Gender gender = v1::GENDER_UNSPECIFIED;
    if (v1::AgeBand_Parse(violation.passes, &age)) {
      group.set_age_band(age);
    } else if (v1::Gender_Parse(violation.passes, &gender)) {
      group.set_gender(gender);
    } else {
      group.clear_citizenships();
      group.add_citizenship_areas(violation.passes);
    }
  }
}

class CtdcClassesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!ReadClasses(classes_, lines_)) {
      GTEST_SKIP() << "no shared CTDC data; set CORRIDOR_SHARED_DIR to run this test";
    }
    ASSERT_EQ(classes_.size(), 936u);
  }

  const Gate gate_{DefaultGatePolicy()};
  std::map<Class, int> classes_;
  std::set<std::string> lines_;
};

TEST_F(CtdcClassesTest, EveryClassOfElevenAndMorePassesAsItIs) {
  for (const auto& [row, count] : classes_) {
    ASSERT_GE(count, 11);
    const absl::Status verdict = Verdict(gate_, Said(row, count));
    EXPECT_TRUE(verdict.ok()) << testing::PrintToString(row) << " " << verdict;
  }
}

TEST_F(CtdcClassesTest, PlantedClassesOfTenAreRefusedAndPassAsTheyAreOffered) {
  for (const auto& [row, count] : classes_) {
    v1::StatementBody body = Said(row, 10);
    const absl::Status verdict = Verdict(gate_, body);
    ASSERT_EQ(ReasonOf(verdict), v1::ERROR_REASON_TOO_PRECISE) << testing::PrintToString(row);
    TakeTheOffer(ViolationsOf(verdict),
                 *body.mutable_issue()->mutable_content()->mutable_affected_group());
    EXPECT_TRUE(Verdict(gate_, body).ok()) << Verdict(gate_, body);
  }
}

TEST_F(CtdcClassesTest, NothingInItTripsARuleOfText) {
  for (const std::string& line : lines_) EXPECT_THAT(gate_.ScanText(line), IsEmpty()) << line;
  for (const auto& [row, count] : classes_) {
    for (const std::string& cell : row) EXPECT_THAT(gate_.ScanText(cell), IsEmpty()) << cell;
  }
}

}  // namespace
}  // namespace corridor
