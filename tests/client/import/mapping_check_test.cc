// A mapping is checked whole before the first row: every mistake with the path of its field.

#include "client/import/mapping_check.h"

#include <gmock/gmock.h>

#include <fstream>
#include <functional>
#include <iterator>

#include "client/import/row_mapper.h"
#include "tests/client/import/import_fixture.h"

namespace corridor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Paths(const ctl::ImportMapping& mapping) {
  std::vector<std::string> paths;
  for (const FieldViolation& fault : CheckMapping(mapping)) paths.push_back(fault.field);
  return paths;
}

TEST(MappingCheckTest, TheExampleIsSound) { EXPECT_THAT(Paths(ExampleMapping()), IsEmpty()); }

TEST(MappingCheckTest, TheShippedMappingIsSound) {
  std::ifstream file("client/import/mappings/du_routes.textproto");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const ctl::ImportMapping mapping = ParseMapping(text);
  EXPECT_THAT(Paths(mapping), IsEmpty());
  EXPECT_EQ(mapping.publishers_size(), 8);
}

TEST(MappingCheckTest, AnEmptyMappingLacksWhatEveryImportNeeds) {
  EXPECT_THAT(Paths({}),
              ElementsAre("id", "dataset", "publishers", "publisher_rules", "audience_rules",
                          "envelope.tlp", "envelope.status", "envelope.urgency", "validity.days",
                          "content.severity", "content.certainty", "content"));
}

struct Mistake {
  std::string path;
  std::function<void(ctl::ImportMapping&)> make;
};

TEST(MappingCheckTest, EachMistakeIsNamedByItsPath) {
  using Mapping = ctl::ImportMapping;
  const std::vector<Mistake> mistakes = {
      {"id", [](Mapping& m) { m.set_id("With Spaces"); }},
      {"dataset", [](Mapping& m) { m.set_dataset("caf\xC3\xA9"); }},
      {"csv.delimiter", [](Mapping& m) { m.mutable_csv()->set_delimiter("x"); }},
      {"select.all_of[0].in",
       [](Mapping& m) { m.mutable_select()->mutable_all_of(0)->clear_in(); }},
      {"publishers[1].spiffe_id",
       [](Mapping& m) { m.mutable_publishers(1)->set_spiffe_id(m.publishers(0).spiffe_id()); }},
      {"publishers[1].country", [](Mapping& m) { m.mutable_publishers(1)->set_country("KEN"); }},
      {"publisher_rules[0].spiffe_id",
       [](Mapping& m) {
         m.mutable_publisher_rules(0)->set_spiffe_id("spiffe://ea.example/agency/nobody");
       }},
      {"publisher_rules[1]", [](Mapping& m) { m.mutable_publisher_rules(1)->clear_choice(); }},
      {"audience_rules[0].countries_of_row.among[1]",
       [](Mapping& m) {
         m.mutable_audience_rules(0)->mutable_countries_of_row()->set_among(1, "TH");
       }},
      {"audience_rules[1]", [](Mapping& m) { m.mutable_audience_rules(1)->clear_choice(); }},
      {"audience_rules[1].audience.regions.regions",
       [](Mapping& m) { m.mutable_audience_rules(1)->mutable_audience()->mutable_regions(); }},
      {"audience_rules[1].corridor_of_row.to_column",
       [](Mapping& m) {
         m.mutable_audience_rules(1)->mutable_corridor_of_row()->set_from_column("from");
       }},
      {"envelope.urgency",
       [](Mapping& m) { m.mutable_envelope()->set_urgency(v1::URGENCY_IMMEDIATE); }},
      {"validity.days", [](Mapping& m) { m.mutable_validity()->set_days(732); }},
      {"content.severity", [](Mapping& m) { m.mutable_content()->clear_severity(); }},
      {"where_present.basis",
       [](Mapping& m) { m.mutable_where_present()->set_basis(v1::BASIS_NGO); }},
      {"where_present.pattern.purposes",
       [](Mapping& m) {
         m.mutable_where_present()->mutable_pattern()->add_purposes(
             v1::TRAFFICKING_PURPOSE_SERVITUDE);
       }},
      {"legs[0].stage", [](Mapping& m) { m.mutable_legs(0)->clear_stage(); }},
      {"legs[1].unknown_area",
       [](Mapping& m) { m.mutable_legs(1)->set_unknown_label(ctl::UNKNOWN_LABEL_MAP_TO_AREA); }},
      {"places[1].label", [](Mapping& m) { m.mutable_places(1)->set_label(" tha "); }},
      {"places[2].place", [](Mapping& m) { m.mutable_places(2)->set_place("Gulf"); }},
      {"columns[0].field", [](Mapping& m) { m.mutable_columns(0)->set_field("notes"); }},
      {"columns[0].field", [](Mapping& m) { m.mutable_columns(0)->set_field("legs.country"); }},
      {"columns[0].codes[0].value",
       [](Mapping& m) { m.mutable_columns(0)->mutable_codes(0)->set_value("FORCED_LABOR"); }},
      {"columns[0].codes[3].also[0].value",
       [](Mapping& m) {
         m.mutable_columns(0)->mutable_codes(3)->mutable_also(0)->set_value("17");
       }},
      {"columns[0].codes[1].label",
       [](Mapping& m) { m.mutable_columns(0)->mutable_codes(1)->set_label("LABOUR"); }},
      {"columns[1].unknown_label",
       [](Mapping& m) { m.mutable_columns(1)->set_unknown_label(ctl::UNKNOWN_LABEL_MAP_TO_AREA); }},
  };
  for (const Mistake& mistake : mistakes) {
    ctl::ImportMapping mapping = ExampleMapping();
    mistake.make(mapping);
    EXPECT_THAT(Paths(mapping), ElementsAre(mistake.path));
  }
}

TEST(MappingCheckTest, ColumnsThatTheFileLacksAreNamed) {
  std::vector<std::string> paths;
  for (const FieldViolation& fault : CheckColumns(ExampleMapping(), {"year", "from", "kind"})) {
    paths.push_back(fault.field);
  }
  EXPECT_THAT(paths, ElementsAre("publisher_rules[0].country_column",
                                 "audience_rules[0].countries_of_row.columns[1]",
                                 "legs[1].label_column", "columns[1].column"));
}

TEST(MappingCheckTest, NoRowIsReadWithAMistake) {
  ctl::ImportMapping mapping = ExampleMapping();
  mapping.mutable_validity()->set_days(0);
  const auto mapper = RowMapper::Make(mapping, {"year", "from", "to", "kind"});
  const std::vector<FieldViolation> faults = ViolationsOf(mapper.status());
  ASSERT_EQ(faults.size(), 2u);
  EXPECT_EQ(faults[0].field, "validity.days");
  EXPECT_EQ(faults[1].field, "columns[1].column");
}

}  // namespace
}  // namespace corridor
