// What a mapping makes of single rows: fields, places, publisher, audience; and the reason
// where it makes none.

#include "client/import/row_mapper.h"

#include <gmock/gmock.h>

#include "tests/client/import/import_fixture.h"

namespace corridor {
namespace {

using ::testing::ElementsAre;

class RowMapperTest : public ::testing::Test {
 protected:
  std::variant<MappedRow, RowFault> Map(const std::string& row) {
    CsvReader reader = OpenCsv(kExampleHeader + row);
    const auto mapper = RowMapper::Make(mapping_, reader.header());
    EXPECT_TRUE(mapper.ok()) << mapper.status();
    CsvRecord record;
    EXPECT_TRUE(reader.Next(record));
    return mapper->Map(record);
  }
  MappedRow Row(const std::string& row) {
    auto mapped = Map(row);
    if (const auto* fault = std::get_if<RowFault>(&mapped)) {
      ADD_FAILURE() << ReasonText(fault->reason) << " " << fault->detail;
      return {};
    }
    return std::get<MappedRow>(std::move(mapped));
  }
  RowFault Fault(const std::string& row) {
    auto mapped = Map(row);
    EXPECT_TRUE(std::holds_alternative<RowFault>(mapped));
    return std::holds_alternative<RowFault>(mapped) ? std::get<RowFault>(mapped) : RowFault{};
  }

  ctl::ImportMapping mapping_ = ExampleMapping();
};

TEST_F(RowMapperTest, ARowBecomesAnAlert) {
  const MappedRow row = Row("2015,KEN,THA,labour;home,adults");
  EXPECT_EQ(row.body.publisher(), "spiffe://sea.example/agency/th-desk");
  EXPECT_EQ(row.body.publisher_country(), "THA");
  EXPECT_EQ(row.body.tlp(), v1::TLP_GREEN);
  const v1::AlertContent& content = row.body.issue().content();
  ASSERT_EQ(content.legs_size(), 2);
  EXPECT_EQ(content.legs(0).country(), "KEN");
  EXPECT_EQ(content.legs(0).stage(), v1::ROUTE_STAGE_RECRUITMENT);
  EXPECT_EQ(content.legs(1).country(), "THA");
  EXPECT_THAT(content.pattern().purposes(), ElementsAre(v1::TRAFFICKING_PURPOSE_FORCED_LABOUR,
                                                        v1::TRAFFICKING_PURPOSE_SERVITUDE));
  EXPECT_EQ(content.observed_period().start().year(), 2015);
  EXPECT_EQ(content.observed_period().end().month(), 12);
  EXPECT_EQ(content.affected_group().age_band(), v1::AGE_BAND_ADULT);
  EXPECT_EQ(content.affected_group().group_size(), v1::GROUP_SIZE_NOT_STATED);
  EXPECT_THAT(row.routing.audience().countries().countries(), ElementsAre("KEN", "THA"));
}

TEST_F(RowMapperTest, OneCountryIsForThePublishersRegion) {
  const MappedRow row = Row("2015,KEN,the gulf,labour,");
  EXPECT_EQ(row.body.publisher_country(), "KEN");
  EXPECT_THAT(row.routing.audience().regions().regions(), ElementsAre("ea.example"));
  EXPECT_EQ(row.body.issue().content().legs(1).area(), "145");
  ASSERT_EQ(row.areas.size(), 1u);
  EXPECT_EQ(row.areas[0].first, "the gulf");
  EXPECT_FALSE(row.body.issue().content().has_affected_group());
}

TEST_F(RowMapperTest, ARuleMayMarkItsRowsOtherwise) {
  ctl::AudienceRule& rule = *mapping_.mutable_audience_rules(0);
  rule.mutable_corridor_of_row()->set_from_column("from");
  rule.mutable_corridor_of_row()->set_to_column("to");
  rule.set_tlp(v1::TLP_AMBER);
  const MappedRow both = Row("2015,KEN,THA,labour,");
  EXPECT_THAT(both.routing.audience().corridor().from_countries(), ElementsAre("KEN"));
  EXPECT_THAT(both.routing.audience().corridor().to_countries(), ElementsAre("THA"));
  EXPECT_EQ(both.body.tlp(), v1::TLP_AMBER);
  EXPECT_EQ(Row("2015,KEN,the Gulf,labour,").body.tlp(), v1::TLP_GREEN);
}

TEST_F(RowMapperTest, LabelsAreComparedWithoutCaseAndSpaces) {
  EXPECT_THAT(
      Row("2015,KEN,THA, LABOUR ; Home ,").body.issue().content().pattern().purposes(),
      ElementsAre(v1::TRAFFICKING_PURPOSE_FORCED_LABOUR, v1::TRAFFICKING_PURPOSE_SERVITUDE));
}

TEST_F(RowMapperTest, TheWholeCellIsLookedUpBeforeItsParts) {
  mapping_.mutable_columns(1)->add_codes()->set_label("adults+children");
  EXPECT_FALSE(
      Row("2015,KEN,THA,labour,adults+children").body.issue().content().has_affected_group());
}

TEST_F(RowMapperTest, ASecondLabelCanGiveWayToTheFirst) {
  // "soldier" says MINOR only where nothing was said; "children" agrees.
  EXPECT_EQ(Row("2015,KEN,THA,soldier,children").body.issue().content().affected_group().age_band(),
            v1::AGE_BAND_MINOR);
  const RowFault fault = Fault("2015,KEN,THA,soldier,adults");
  EXPECT_EQ(fault.reason, ImportReason::kConflict);
  EXPECT_EQ(fault.column, "who");
}

TEST_F(RowMapperTest, CellsCanBeValuesThemselves) {
  ctl::ColumnMapping& column = *mapping_.mutable_columns(1);
  column.clear_codes();
  column.set_field("recruitment.claimed_destination");
  column.set_cell_is_value(true);
  EXPECT_EQ(
      Row("2015,KEN,THA,labour,MMR").body.issue().content().recruitment().claimed_destination(),
      "MMR");
  EXPECT_EQ(Fault("2015,KEN,THA,labour,Burma").reason, ImportReason::kUnknownLabel);
}

TEST_F(RowMapperTest, EachReasonIsNamedWithItsColumn) {
  EXPECT_EQ(Fault("2015,KEN").reason, ImportReason::kBadRow);
  EXPECT_EQ(Fault("2015,KEN,THA,Noise,").reason, ImportReason::kFilteredOut);
  EXPECT_EQ(Fault("2015,UGA,the Gulf,labour,").reason, ImportReason::kNoPublisher);
  const RowFault year = Fault("15,KEN,THA,labour,");
  EXPECT_EQ(year.reason, ImportReason::kValue);
  EXPECT_EQ(year.column, "year");
  const RowFault place = Fault("2015,KEN,Atlantis,labour,");
  EXPECT_EQ(place.reason, ImportReason::kUnknownLabel);
  EXPECT_EQ(place.column, "to");
  EXPECT_EQ(place.label, "Atlantis");
  EXPECT_FALSE(place.stop);
  const RowFault kind = Fault("2015,KEN,THA,labour;code_11,");
  EXPECT_EQ(kind.reason, ImportReason::kUnknownLabel);
  EXPECT_EQ(kind.label, "code_11");
  mapping_.mutable_audience_rules()->RemoveLast();
  EXPECT_EQ(Fault("2015,KEN,the Gulf,labour,").reason, ImportReason::kNoAudience);
}

TEST_F(RowMapperTest, UnknownPlacesCanBecomeAnArea) {
  mapping_.mutable_legs(1)->set_unknown_label(ctl::UNKNOWN_LABEL_MAP_TO_AREA);
  mapping_.mutable_legs(1)->set_unknown_area("001");
  const MappedRow row = Row("2015,KEN,Atlantis,labour,");
  EXPECT_EQ(row.body.issue().content().legs(1).area(), "001");
  EXPECT_EQ(row.areas.size(), 1u);
}

}  // namespace
}  // namespace corridor
