// CTDC's k-anonymised file through the mapping that comes with Corridor: every row is counted,
// every alert passes the gate, and no group that is described is smaller than eleven. Needs
// the shared data.

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "client/import/csv_reader.h"
#include "corridor/case_anonymizer.h"
#include "tests/client/import/import_fixture.h"
#include "tests/support/shared_dir.h"

namespace corridor {
namespace {

TEST(CtdcTest, TheFileBecomesAlertsThatPassAndDescribeNoSmallGroup) {
  std::optional<std::string> text = ReadShared("data/ctdc/ctdc_global_kanon_subset.csv");
  if (!text) GTEST_SKIP() << "no shared CTDC data; set CORRIDOR_SHARED_DIR to run this test";
  std::ifstream file("client/import/mappings/ctdc_kanon.textproto");
  const std::string mapping(std::istreambuf_iterator<char>(file), {});
  CsvReader reader = OpenCsv(*std::move(text));
  auto cases =
      CaseAnonymizer::Make(mapping, reader.header(), {.now = absl::FromUnixSeconds(1767225600)});
  ASSERT_TRUE(cases.ok()) << cases.status();
  CsvRecord record;
  while (reader.Next(record)) cases->Add(record.cells);
  const CaseOutcome outcome = cases->Finish();
  EXPECT_EQ(outcome.rows, 48773u);
  EXPECT_EQ(outcome.rows_left_out, 33359u);
  uint64_t in_alerts = 0, described = 0, nothing_left = 0;
  for (const CaseAlert& alert : outcome.alerts) {
    in_alerts += alert.cases;
    const v1::AlertContent& content = alert.body.issue().content();
    const bool empty = content.legs().empty() && content.pattern().purposes().empty();
    // What CTDC suppressed leaves some rows without place and purpose; they are named.
    EXPECT_EQ(alert.verdict.ok(), !empty) << alert.verdict;
    nothing_left += empty ? alert.cases : 0;
    const bool group = content.has_affected_group();
    described += group ? 1 : 0;
    EXPECT_TRUE(!group || alert.cases >= 11) << alert.cases;
  }
  EXPECT_EQ(in_alerts, outcome.cases);
  EXPECT_EQ(in_alerts + outcome.rows_left_out, outcome.rows);
  EXPECT_EQ(outcome.alerts.size(), 58u);
  EXPECT_EQ(nothing_left, 7242u);
  RecordProperty("described", static_cast<int>(described));
  EXPECT_GT(described, 0u);
}

}  // namespace
}  // namespace corridor
