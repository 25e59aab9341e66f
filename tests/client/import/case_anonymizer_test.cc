// Rows about persons become alerts about patterns: a group is described from k cases on and no
// word of it rests on fewer, columns that nobody named are not read, what is left out is said,
// and nothing that stood in a cell comes out anywhere.

#include "corridor/case_anonymizer.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "client/import/csv_reader.h"
#include "core/model/errors.h"
#include "tests/client/import/import_fixture.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_dir.h"

namespace corridor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const absl::Time kNow = absl::FromUnixSeconds(1767225600);  // 2026-01-01

// Every case is one row: "from,to,purpose,control,when,sex,age,citizen,heard".
constexpr char kMapping[] = R"(
  id: "invented"
  dataset: "invented-2025"
  publishers { spiffe_id: "spiffe://ea.example/agency/ke-desk" country: "KEN" }
  publisher_rules { spiffe_id: "spiffe://ea.example/agency/ke-desk" }
  audience_rules { countries_of_route {} }
  audience_rules { publishers_region {} }
  envelope { tlp: TLP_GREEN status: ALERT_STATUS_ACTUAL urgency: URGENCY_EXPECTED }
  validity { days: 90 }
  content { severity: SEVERITY_UNKNOWN certainty: CERTAINTY_OBSERVED }
  legs { stage: ROUTE_STAGE_RECRUITMENT label_column: "from" country_names: true
         unknown_label: UNKNOWN_LABEL_DROP_VALUE }
  legs { stage: ROUTE_STAGE_EXPLOITATION label_column: "to" country_names: true
         unknown_label: UNKNOWN_LABEL_DROP_VALUE }
  columns { column: "purpose" field: "pattern.purposes"
            codes { label: "work" value: "FORCED_LABOUR" also { field: "pattern.acts" value: "RECRUITMENT" } }
            codes { label: "sex" value: "SEXUAL_EXPLOITATION" } }
  columns { column: "control" split: ";" field: "pattern.controls"
            unknown_label: UNKNOWN_LABEL_DROP_VALUE
            codes { label: "lies" value: "FALSE_PROMISES" also { field: "pattern.means" value: "DECEPTION" } }
            codes { label: "debt" value: "DEBT_BONDAGE" } }
  cases {
    event_date_column: "when"
    recent_date_columns: "heard"
    gender { column: "sex" codes { label: "f" value: "WOMEN" } codes { label: "m" value: "MEN" } }
    age_column: "age"
    citizenship_column: "citizen"
    never { columns: "name" why: "names a person" }
  }
)";
const std::vector<std::string> kHeader = {"from", "to",  "purpose", "control", "when",
                                          "sex",  "age", "citizen", "heard"};
using Row = std::vector<std::string>;
const Row kWoman = {"KEN", "MMR", "work", "lies", "2025-02-03", "f", "22", "KEN", "2025-03-01"};

CaseAnonymizer Open(const std::string& mapping = kMapping, const Row& header = kHeader,
                    absl::Time now = kNow) {
  auto cases = CaseAnonymizer::Make(mapping, header, {.now = now});
  EXPECT_TRUE(cases.ok()) << cases.status();
  return *std::move(cases);
}
Row With(Row row, size_t column, std::string cell) {
  row[column] = std::move(cell);
  return row;
}
constexpr size_t kTo = 1, kControl = 3, kWhen = 4, kSex = 5, kAge = 6, kCitizen = 7, kHeard = 8;

CaseOutcome Of(const std::vector<Row>& rows, absl::Time now = kNow) {
  CaseAnonymizer cases = Open(kMapping, kHeader, now);
  for (const Row& row : rows) cases.Add(row);
  return cases.Finish();
}
std::vector<Row> Times(size_t count, const Row& row) { return std::vector<Row>(count, row); }
std::vector<Row> Plus(std::vector<Row> rows, const std::vector<Row>& more) {
  rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}
const v1::AlertContent& ContentOf(const CaseAlert& alert) { return alert.body.issue().content(); }
const v1::AlertContent& Only(const CaseOutcome& outcome) {
  EXPECT_THAT(outcome.alerts, SizeIs(1));
  return ContentOf(outcome.alerts.at(0));
}
std::vector<std::string> FieldsOf(const CaseOutcome& outcome, CaseNote::Action action) {
  std::vector<std::string> fields;
  for (const CaseNote& note : outcome.notes) {
    if (note.alert > 0 && note.action == action) fields.push_back(note.field);
  }
  return fields;
}
// Everything that an outcome says.
std::string TextOf(const CaseOutcome& outcome) {
  std::string text;
  for (const CaseAlert& alert : outcome.alerts) {
    absl::StrAppend(&text, alert.body.DebugString(), alert.routing.DebugString(),
                    alert.release_reason, alert.verdict.ToString(), "\n");
  }
  for (const CaseNote& note : outcome.notes) {
    absl::StrAppend(&text, note.column, " ", note.field, " ", note.why, "\n");
  }
  return text;
}

TEST(CaseAnonymizerTest, OneCaseSaysPatternRouteAndQuarterAndNobody) {
  const CaseOutcome outcome = Of({kWoman});
  const v1::AlertContent& content = Only(outcome);
  EXPECT_TRUE(outcome.alerts[0].verdict.ok()) << outcome.alerts[0].verdict;
  EXPECT_FALSE(content.has_affected_group());
  EXPECT_THAT(content.pattern().purposes(), ElementsAre(v1::TRAFFICKING_PURPOSE_FORCED_LABOUR));
  EXPECT_EQ(content.legs_size(), 2);
  EXPECT_EQ(content.observed_period().start().month(), 1);
  EXPECT_EQ(content.observed_period().end().month(), 3);
  EXPECT_THAT(FieldsOf(outcome, CaseNote::Action::kDropped), ElementsAre("affected_group"));
}

TEST(CaseAnonymizerTest, TenCasesAreNoGroupAndElevenAre) {
  EXPECT_FALSE(Only(Of(Times(10, kWoman))).has_affected_group());
  const CaseOutcome outcome = Of(Times(11, kWoman));
  const v1::AffectedGroupBlock& group = Only(outcome).affected_group();
  EXPECT_TRUE(outcome.alerts[0].verdict.ok()) << outcome.alerts[0].verdict;
  EXPECT_EQ(group.group_size(), v1::GROUP_SIZE_11_TO_24);
  EXPECT_EQ(group.gender(), v1::GENDER_WOMEN);
}

TEST(CaseAnonymizerTest, KMayBeRaisedAndNeverLowered) {
  std::string strict = kMapping;
  strict.replace(strict.find("cases {"), 7, "cases { k: 20 ");
  CaseAnonymizer cases = Open(strict);
  for (int i = 0; i < 19; ++i) cases.Add(kWoman);
  EXPECT_FALSE(Only(cases.Finish()).has_affected_group());
  cases.Add(kWoman);
  EXPECT_TRUE(Only(cases.Finish()).has_affected_group());
  std::string loose = kMapping;
  loose.replace(loose.find("cases {"), 7, "cases { k: 10 ");
  EXPECT_EQ(ViolationsOf(CaseAnonymizer::Make(loose, kHeader, {.now = kNow}).status())[0].field,
            "cases.k");
}

TEST(CaseAnonymizerTest, NoWordRestsOnFewerThanK) {
  const Row man = With(kWoman, kSex, "m"), child = With(kWoman, kAge, "15"),
            ugandan = With(kWoman, kCitizen, "Uganda");
  // One man among eleven women: no gender is said, not even that it is mixed.
  EXPECT_EQ(Only(Of(Plus(Times(11, kWoman), {man}))).affected_group().gender(),
            v1::GENDER_NOT_STATED);
  EXPECT_EQ(Only(Of(Plus(Times(11, kWoman), Times(11, man)))).affected_group().gender(),
            v1::GENDER_MIXED);
  // Ten of known age among twenty: none is said.
  EXPECT_EQ(Only(Of(Plus(Times(10, kWoman), Times(10, With(kWoman, kAge, "")))))
                .affected_group()
                .age_band(),
            v1::AGE_BAND_UNSPECIFIED);
  EXPECT_EQ(Only(Of(Plus(Times(11, kWoman), {child}))).affected_group().age_band(),
            v1::AGE_BAND_UNSPECIFIED);
  EXPECT_EQ(
      Only(Of(Plus(Times(10, kWoman), {With(kWoman, kAge, "40")}))).affected_group().age_band(),
      v1::AGE_BAND_ADULT);
  EXPECT_THAT(Only(Of(Plus(Times(11, kWoman), {ugandan}))).affected_group().citizenships(),
              ElementsAre("KEN"));
}

TEST(CaseAnonymizerTest, CountriesOfFewBecomeTheAreaThatEnoughShare) {
  const CaseOutcome outcome = Of(Plus(Times(6, kWoman), Times(6, With(kWoman, kCitizen, "TZA"))));
  const v1::AffectedGroupBlock& group = Only(outcome).affected_group();
  EXPECT_THAT(group.citizenships(), IsEmpty());
  EXPECT_THAT(group.citizenship_areas(), ElementsAre("014"));
  // Six from Kenya and six from Thailand share no area below the world.
  const CaseOutcome far = Of(Plus(Times(6, kWoman), Times(6, With(kWoman, kCitizen, "THA"))));
  EXPECT_THAT(Only(far).affected_group().citizenship_areas(), IsEmpty());
  EXPECT_THAT(FieldsOf(far, CaseNote::Action::kDropped),
              ElementsAre("affected_group.citizenships"));
}

TEST(CaseAnonymizerTest, OtherRoutesPurposesAndQuartersAreOtherAlerts) {
  const CaseOutcome outcome = Of(
      {kWoman, With(kWoman, kTo, "THA"), With(kWoman, kWhen, "2025-04-01"), With(kWoman, 2, "sex"),
       With(kWoman, kWhen, "2025-03-31"), With(kWoman, kControl, "debt")});
  EXPECT_THAT(outcome.alerts, SizeIs(4));
  EXPECT_EQ(outcome.cases, 6u);
}

TEST(CaseAnonymizerTest, CitizenshipWithoutActAndMeansIsLeftOutAsTheGateDemands) {
  const CaseOutcome outcome = Of(Times(11, With(kWoman, kControl, "")));
  EXPECT_TRUE(outcome.alerts[0].verdict.ok()) << outcome.alerts[0].verdict;
  EXPECT_THAT(Only(outcome).affected_group().citizenships(), IsEmpty());
  EXPECT_THAT(FieldsOf(outcome, CaseNote::Action::kDropped),
              ElementsAre("affected_group.citizenships"));
}

TEST(CaseAnonymizerTest, RowsOfOneCaseCountOnce) {
  std::string mapping = kMapping;
  mapping.replace(mapping.find("cases {"), 7, "cases { case_column: \"id\" ");
  Row header = kHeader;
  header.push_back("id");
  CaseAnonymizer cases = Open(mapping, header);
  Row row = kWoman;
  row.push_back("");
  for (int i = 0; i < 30; ++i) cases.Add(With(row, 9, absl::StrCat("case ", i % 10)));
  cases.Add(row);  // Says not of which case it is.
  const CaseOutcome outcome = cases.Finish();
  EXPECT_EQ(outcome.cases, 10u);
  EXPECT_EQ(outcome.rows, 31u);
  EXPECT_EQ(outcome.rows_left_out, 1u);
  EXPECT_FALSE(Only(outcome).has_affected_group());
}

TEST(CaseAnonymizerTest, AYoungCaseIsHeldAndAnOldOneIsNot) {
  const absl::Time soon = absl::FromCivil(absl::CivilDay(2025, 4, 5), absl::UTCTimeZone());
  const CaseOutcome held = Of({kWoman}, soon);
  EXPECT_EQ(absl::ToCivilDay(held.alerts.at(0).release_from, absl::UTCTimeZone()),
            absl::CivilDay(2025, 5, 1));
  EXPECT_EQ(held.notes.back().action, CaseNote::Action::kHeld);
  EXPECT_LE(Of({kWoman}).alerts.at(0).release_from, kNow);
  const CaseOutcome undated = Of({With(With(kWoman, kWhen, ""), kHeard, "")});
  EXPECT_EQ(undated.alerts.at(0).release_from, absl::InfiniteFuture());
}

TEST(CaseAnonymizerTest, NothingToWarnOfIsRefusedAndNamed) {
  const CaseOutcome outcome =
      Of({With(With({"", "", "", "lies", "", "", "", "", ""}, kTo, ""), 0, "")});
  ASSERT_THAT(outcome.alerts, SizeIs(1));
  EXPECT_FALSE(outcome.alerts[0].verdict.ok());
  EXPECT_EQ(outcome.notes.back().action, CaseNote::Action::kRefused);
}

TEST(CaseAnonymizerTest, ARowOfAnotherShapeIsCountedAndNamed) {
  const CaseOutcome outcome = Of({kWoman, {"KEN", "MMR"}});
  EXPECT_EQ(outcome.rows, 2u);
  EXPECT_EQ(outcome.rows_left_out, 1u);
  EXPECT_EQ(outcome.notes.back().row == 2 || outcome.notes[outcome.notes.size() - 2].row == 2,
            true);
}

TEST(CaseAnonymizerTest, WhatComesFromCasesCannotComeFromARow) {
  const auto faults = [](const std::string& more) {
    std::vector<std::string> fields;
    const auto made = CaseAnonymizer::Make(kMapping + more, kHeader, {.now = kNow});
    for (const FieldViolation& fault : ViolationsOf(made.status())) fields.push_back(fault.field);
    return fields;
  };
  EXPECT_THAT(faults("where_present { affected_group { gender: GENDER_WOMEN } }"),
              ElementsAre("where_present.affected_group"));
  EXPECT_THAT(faults("columns { column: 'sex' field: 'affected_group.gender' codes { label: 'f' "
                     "value: 'WOMEN' } }"),
              ElementsAre("columns[2].field"));
  EXPECT_THAT(faults("audience_rules { countries_of_row { columns: 'from' } }"),
              ElementsAre("audience_rules[2]"));
  EXPECT_THAT(faults("observed { column: 'when' }"), ElementsAre("observed"));
}

// --- Nothing of a cell comes out.

constexpr char kPlanted[] = "Zzinvented Person";

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}
std::string HtcdsMapping() { return ReadFile("client/import/mappings/htcds.textproto"); }

TEST(CaseAnonymizerTest, AValuePlantedInAnyCellOfAnyColumnNeverComesOut) {
  CsvReader reader = OpenCsv(ReadFile("tests/testdata/cases/htcds_events.csv"));
  CsvRecord record;
  ASSERT_TRUE(reader.Next(record));
  for (size_t column = 0; column < reader.header().size(); ++column) {
    CaseAnonymizer cases = Open(HtcdsMapping(), reader.header());
    for (int i = 0; i < 12; ++i) cases.Add(With(record.cells, column, kPlanted));
    Row list = With(record.cells, column, absl::StrCat(record.cells[column], ";", kPlanted));
    cases.Add(list);
    EXPECT_THAT(TextOf(cases.Finish()), Not(HasSubstr("Zzinvented"))) << reader.header()[column];
  }
}

TEST(CaseAnonymizerTest, ATableWithoutAHeaderDoesNotNameItsFirstPerson) {
  std::string mapping = kMapping;
  CaseAnonymizer cases = Open(mapping, {kPlanted, "+254 700 000 001", "Example Town"});
  cases.Add({"a", "b", "c"});
  const CaseOutcome outcome = cases.Finish();
  EXPECT_THAT(TextOf(outcome), Not(HasSubstr("Zzinvented")));
  EXPECT_THAT(TextOf(outcome), Not(HasSubstr("700")));
  EXPECT_EQ(outcome.notes.at(0).action, CaseNote::Action::kNotRead);
  EXPECT_EQ(outcome.notes[0].position, 1u);
}

// --- The example of fifteen invented cases, through the mapping that comes with Corridor.

TEST(HtcdsMappingTest, FifteenCasesBecomeThreeAlerts) {
  CsvReader reader = OpenCsv(ReadFile("tests/testdata/cases/htcds_events.csv"));
  CaseAnonymizer cases = Open(HtcdsMapping(), reader.header());
  CsvRecord record;
  while (reader.Next(record)) cases.Add(record.cells);
  const CaseOutcome outcome = cases.Finish();
  EXPECT_EQ(outcome.rows, 29u);
  EXPECT_EQ(outcome.rows_left_out, 1u);  // Not a victim.
  EXPECT_EQ(outcome.cases, 14u);
  ASSERT_THAT(outcome.alerts, SizeIs(3));
  const auto large = std::find_if(outcome.alerts.begin(), outcome.alerts.end(),
                                  [](const CaseAlert& alert) { return alert.cases == 12; });
  ASSERT_NE(large, outcome.alerts.end());
  const v1::AlertContent& content = ContentOf(*large);
  ASSERT_EQ(content.legs_size(), 2);
  EXPECT_EQ(content.legs(0).country(), "KEN");
  EXPECT_EQ(content.legs(1).country(), "MMR");
  EXPECT_THAT(content.pattern().means(), ElementsAre(v1::TRAFFICKING_MEANS_OTHER_COERCION + 0,
                                                     v1::TRAFFICKING_MEANS_DECEPTION + 0));
  EXPECT_THAT(content.affected_group().citizenships(), ElementsAre("KEN"));
  EXPECT_EQ(content.affected_group().gender(), v1::GENDER_NOT_STATED);
  EXPECT_EQ(content.affected_group().age_band(), v1::AGE_BAND_ADULT);
  for (const CaseAlert& alert : outcome.alerts) {
    EXPECT_TRUE(alert.verdict.ok()) << alert.verdict;
  }
  for (const char* cell : {"Invented", "Example", "Sample", "700", "C-0", "far country", "locks"}) {
    EXPECT_THAT(TextOf(outcome), Not(HasSubstr(cell)));
  }
}

// --- Sending them.

TEST(ImportCasesTest, RunAgainDoublesNothingAndAChangedGroupIsNamed) {
  const ctl::ImportMapping mapping = ParseMapping(kMapping);
  SeededRandom random(5);
  const std::shared_ptr<ImportState> state = ImportState::Forgetful(random);
  FakeOutlet outlet;
  const Gate gate(DefaultGatePolicy());
  const std::atomic<bool> interrupted = false;
  const auto run = [&](const CaseOutcome& outcome, ImportOptions options = {}) {
    options.now = kNow;
    Importer importer(mapping, gate, state, outlet, options);
    EXPECT_TRUE(importer.RunCases(outcome.alerts, interrupted, nullptr).ok());
    return importer.counts();
  };
  const std::vector<Row> rows = Plus(Times(3, kWoman), {With(kWoman, kTo, "THA")});
  EXPECT_EQ(run(Of(rows)).published, 2u);
  const std::vector<Row> other_order = {rows[3], rows[0], rows[1], rows[2]};
  EXPECT_EQ(run(Of(other_order)).already_there, 2u);
  EXPECT_THAT(outlet.accepted(), SizeIs(2));
  // One more case of a pattern that was published: no second alert, no revision.
  const ImportCounts changed = run(Of(Plus(rows, {kWoman})));
  EXPECT_EQ(changed.not_imported.at("ROW_CHANGED"), 1u);
  EXPECT_EQ(changed.already_there, 1u);
  EXPECT_THAT(outlet.accepted(), SizeIs(2));
}

TEST(ImportCasesTest, WhatIsRememberedAndSentHoldsNoCell) {
  CsvReader reader = OpenCsv(ReadFile("tests/testdata/cases/htcds_events.csv"));
  CaseAnonymizer cases = Open(HtcdsMapping(), reader.header());
  CsvRecord record;
  while (reader.Next(record)) cases.Add(record.cells);
  const CaseOutcome outcome = cases.Finish();
  const ctl::ImportMapping mapping = ParseMapping(HtcdsMapping());
  const TempDir dir;
  SeededRandom random(7);
  FakeOutlet outlet;
  const Gate gate(DefaultGatePolicy());
  const std::atomic<bool> interrupted = false;
  {
    const std::shared_ptr<ImportState> state =
        *ImportState::Open(dir.File("state"), mapping.id(), mapping.dataset(), random);
    Importer importer(mapping, gate, state, outlet, {.release_now = true, .now = kNow});
    ASSERT_TRUE(importer.RunCases(outcome.alerts, interrupted, nullptr).ok());
  }
  std::string said = ReadFile(dir.File("state"));
  ASSERT_THAT(said, HasSubstr("done"));
  for (const auto& [id, statement] : outlet.accepted()) {
    absl::StrAppend(&said, statement.body.SerializeAsString(),
                    statement.routing.SerializeAsString());
  }
  for (const char* cell : {"Invented", "Example", "Sample", "254", "C-0", "far country"}) {
    EXPECT_THAT(said, Not(HasSubstr(cell))) << cell;
  }
}

TEST(ImportCasesTest, WhatShouldWaitIsHeldUnlessTold) {
  const ctl::ImportMapping mapping = ParseMapping(kMapping);
  SeededRandom random(6);
  const std::shared_ptr<ImportState> state = ImportState::Forgetful(random);
  FakeOutlet outlet;
  const Gate gate(DefaultGatePolicy());
  const std::atomic<bool> interrupted = false;
  const CaseOutcome outcome = Of({With(kWoman, kHeard, "2025-12-20")});
  for (const bool now : {false, true}) {
    Importer importer(mapping, gate, state, outlet, {.release_now = now, .now = kNow});
    EXPECT_TRUE(importer.RunCases(outcome.alerts, interrupted, nullptr).ok());
    EXPECT_EQ(importer.counts().not_imported.count("HELD"), now ? 0u : 1u);
    EXPECT_THAT(outlet.accepted(), SizeIs(now ? 1 : 0));
  }
}

}  // namespace
}  // namespace corridor
