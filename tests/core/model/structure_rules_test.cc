// A publisher's form can be wrong in many small ways. Each fault must be named at
// its place, with what would pass, all of them at once, and sound content must pass.
#include "core/model/structure_rules.h"

#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace corridor {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::SizeIs;

// Valid content, with every block; a test spoils one thing in it.
v1::AlertContent Sound() {
  v1::AlertContent content;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(
        severity: SEVERITY_SEVERE
        certainty: CERTAINTY_LIKELY
        observed_period {
          start { year: 2024 month: 11 }
          end { year: 2025 month: 2 }
        }
        legs { stage: ROUTE_STAGE_RECRUITMENT country: "KEN" }
        legs { stage: ROUTE_STAGE_EXPLOITATION country: "THA" admin1: "TH-63" }
        legs { stage: ROUTE_STAGE_TRANSIT area: "145" }
        pattern {
          acts: [ TRAFFICKING_ACT_RECRUITMENT, TRAFFICKING_ACT_RECEIPT ]
          purposes: TRAFFICKING_PURPOSE_FORCED_CRIMINALITY
        }
        recruitment { claimed_destination: "THA" languages_sought: "eng" }
        affected_group {
          group_size: GROUP_SIZE_25_TO_49
          gender: GENDER_MIXED
          citizenships: [ "KEN", "UGA" ]
        }
        recommended_actions: RECOMMENDED_ACTION_WARN_JOBSEEKERS
        headlines { language: "en" text: "Job offers lead to a guarded compound" })pb",
      &content));
  return content;
}

using Fault = std::pair<std::string, v1::ErrorReason>;

std::vector<Fault> Faults(const v1::AlertContent& content,
                          UnknownCodes unknown = UnknownCodes::kRefuse) {
  std::vector<Fault> faults;
  for (const auto& violation : CheckStructure(content, unknown, "content")) {
    EXPECT_THAT(violation.description, Not(IsEmpty())) << violation.field;
    faults.emplace_back(violation.field, violation.reason);
  }
  return faults;
}

constexpr auto kMissing = v1::ERROR_REASON_STATEMENT_MALFORMED;
constexpr auto kBounds = v1::ERROR_REASON_OUT_OF_BOUNDS;
constexpr auto kCode = v1::ERROR_REASON_VOCABULARY;

TEST(Structure, SoundContentPasses) { EXPECT_THAT(Faults(Sound()), IsEmpty()); }

TEST(Structure, OnePatternOrOneLegIsEnough) {
  v1::AlertContent content;
  content.set_severity(v1::SEVERITY_UNKNOWN);
  content.set_certainty(v1::CERTAINTY_UNKNOWN);
  EXPECT_THAT(Faults(content), ElementsAre(Pair("content", kMissing)));
  content.mutable_pattern()->add_acts(v1::TRAFFICKING_ACT_TRANSFER);
  EXPECT_THAT(Faults(content), IsEmpty());
}

TEST(Structure, EmptyContentNamesAllThatIsMissing) {
  EXPECT_THAT(Faults({}),
              ElementsAre(Pair("content.severity", kMissing), Pair("content.certainty", kMissing),
                          Pair("content", kMissing)));
}

TEST(Structure, SaysWhatToDoAndNeverRepeatsTheValue) {
  auto content = Sound();
  content.mutable_legs(0)->set_country("Atlantis");
  const auto violations = CheckStructure(content, UnknownCodes::kRefuse, "body.issue.content");
  ASSERT_THAT(violations, SizeIs(1));
  EXPECT_EQ(violations[0].field, "body.issue.content.legs[0].country");
  EXPECT_THAT(violations[0].description, HasSubstr("alpha-3"));
  EXPECT_THAT(violations[0].description, Not(HasSubstr("Atlantis")));
}

TEST(Legs, NeedStageAndPlace) {
  auto content = Sound();
  content.mutable_legs(2)->Clear();
  EXPECT_THAT(Faults(content), ElementsAre(Pair("content.legs[2].stage", kMissing),
                                           Pair("content.legs[2]", kMissing)));
}

TEST(Legs, PlacesAreOfTheStandards) {
  auto content = Sound();
  content.mutable_legs(0)->set_country("");
  content.mutable_legs(1)->set_admin1("KE-30");
  content.mutable_legs(2)->set_area("404");
  EXPECT_THAT(Faults(content), ElementsAre(Pair("content.legs[0].country", kCode),
                                           Pair("content.legs[1].admin1", kCode),
                                           Pair("content.legs[2].area", kCode)));
}

TEST(Legs, ASubdivisionNeedsItsCountry) {
  auto content = Sound();
  content.mutable_legs(2)->set_admin1("TH-63");
  EXPECT_THAT(Faults(content), ElementsAre(Pair("content.legs[2].admin1", kMissing)));
}

TEST(Legs, AreNotRepeatedAndNotTooMany) {
  auto content = Sound();
  *content.add_legs() = content.legs(0);
  EXPECT_THAT(Faults(content), ElementsAre(Pair("content.legs[3]", kBounds)));
  while (content.legs_size() <= kLegsMax) content.add_legs();
  EXPECT_THAT(Faults(content), ElementsAre(Pair("content.legs", kBounds)));
}

TEST(Period, HasBothEndsInOrderAndRange) {
  auto content = Sound();
  content.mutable_observed_period()->mutable_end()->set_year(2023);
  EXPECT_THAT(Faults(content), ElementsAre(Pair("content.observed_period.end", kBounds)));
  content.mutable_observed_period()->clear_end();
  EXPECT_THAT(Faults(content), ElementsAre(Pair("content.observed_period.end", kMissing)));
  content = Sound();
  content.mutable_observed_period()->mutable_start()->set_year(1850);
  content.mutable_observed_period()->mutable_end()->set_month(13);
  EXPECT_THAT(Faults(content), ElementsAre(Pair("content.observed_period.start.year", kBounds),
                                           Pair("content.observed_period.end.month", kBounds)));
}

TEST(Period, MayBeOneMonth) {
  auto content = Sound();
  *content.mutable_observed_period()->mutable_end() = content.observed_period().start();
  EXPECT_THAT(Faults(content), IsEmpty());
}

TEST(Codes, UnknownOnesAreRefusedOrKept) {
  auto content = Sound();
  content.mutable_legs(0)->set_venue(static_cast<v1::Venue>(700));
  content.mutable_pattern()->add_means(static_cast<v1::TraffickingMeans>(4095));
  EXPECT_THAT(Faults(content), ElementsAre(Pair("content.legs[0].venue", kCode),
                                           Pair("content.pattern.means[0]", kCode)));
  EXPECT_THAT(Faults(content, UnknownCodes::kKeep), IsEmpty());
}

TEST(Codes, BeyondTheLargestNumberAreNeverKept) {
  auto content = Sound();
  content.set_basis(static_cast<v1::Basis>(4096));
  content.add_handling(static_cast<v1::HandlingCode>(-1));
  EXPECT_THAT(Faults(content, UnknownCodes::kKeep),
              ElementsAre(Pair("content.basis", kCode), Pair("content.handling[0]", kCode)));
}

TEST(Codes, AListIsASetWithoutUnspecified) {
  auto content = Sound();
  content.mutable_pattern()->add_acts(v1::TRAFFICKING_ACT_RECEIPT);
  content.mutable_recruitment()->add_lures(v1::LURE_UNSPECIFIED);
  EXPECT_THAT(Faults(content), ElementsAre(Pair("content.pattern.acts[2]", kBounds),
                                           Pair("content.recruitment.lures[0]", kCode)));
}

TEST(Codes, ALongListIsCountedNotRead) {
  auto content = Sound();
  for (int i = 0; i <= kCodesMax; ++i) {
    content.mutable_pattern()->add_controls(v1::CONTROL_METHOD_UNSPECIFIED);
  }
  EXPECT_THAT(Faults(content), ElementsAre(Pair("content.pattern.controls", kBounds)));
}

TEST(Blocks, EmptyOnesAreRefused) {
  auto content = Sound();
  content.mutable_pattern()->Clear();
  content.mutable_recruitment()->Clear();
  content.mutable_affected_group()->Clear();
  EXPECT_THAT(Faults(content),
              ElementsAre(Pair("content.pattern", kMissing), Pair("content.recruitment", kMissing),
                          Pair("content.affected_group.group_size", kMissing),
                          Pair("content.affected_group.gender", kMissing)));
}

TEST(Blocks, CodedTextsFollowTheirLists) {
  auto content = Sound();
  content.mutable_recruitment()->set_claimed_destination("Thailand");
  content.mutable_recruitment()->add_languages_sought("English");
  content.mutable_affected_group()->add_citizenships("KEN");
  content.mutable_affected_group()->add_citizenship_areas("14");
  EXPECT_THAT(Faults(content),
              ElementsAre(Pair("content.recruitment.claimed_destination", kCode),
                          Pair("content.recruitment.languages_sought[1]", kCode),
                          Pair("content.affected_group.citizenships[2]", kBounds),
                          Pair("content.affected_group.citizenship_areas[0]", kCode)));
}

TEST(Actions, NoneStandsAlone) {
  auto content = Sound();
  content.add_recommended_actions(v1::RECOMMENDED_ACTION_NONE);
  EXPECT_THAT(Faults(content), ElementsAre(Pair("content.recommended_actions", kBounds)));
}

std::string Repeat(std::string_view text, size_t times) {
  std::string all;
  for (size_t i = 0; i < times; ++i) all += text;
  return all;
}

TEST(Text, IsMeasuredInCodePoints) {
  auto content = Sound();
  content.mutable_headlines(0)->set_text(Repeat("ไ", kHeadlineCodePointsMax));
  EXPECT_THAT(Faults(content), IsEmpty());
  content.mutable_headlines(0)->set_text(Repeat("ไ", kHeadlineCodePointsMax + 1));
  auto* note = content.add_notes();
  note->set_language("en");
  note->set_text(Repeat("x", kNoteCodePointsMax + 1));
  EXPECT_THAT(Faults(content), ElementsAre(Pair("content.headlines[0].text", kBounds),
                                           Pair("content.notes[0].text", kBounds)));
}

TEST(Text, HasOneEntryPerLanguage) {
  auto content = Sound();
  content.add_headlines()->set_language("en");
  content.add_headlines()->set_language("English");
  EXPECT_THAT(Faults(content), ElementsAre(Pair("content.headlines[1].text", kMissing),
                                           Pair("content.headlines[1].language", kBounds),
                                           Pair("content.headlines[2].language", kCode),
                                           Pair("content.headlines[2].text", kMissing)));
}

TEST(Standalone, MonthsAndPlacesOfASighting) {
  std::vector<FieldViolation> violations;
  CheckPlace("KEN", "place", violations);
  CheckPlace("014", "place", violations);
  EXPECT_THAT(violations, IsEmpty());
  CheckPlace("Nairobi", "place", violations);
  CheckMonth({}, "month", violations);
  ASSERT_THAT(violations, SizeIs(3));
  EXPECT_EQ(violations[0].field, "place");
  EXPECT_EQ(violations[2].field, "month.month");
}

}  // namespace
}  // namespace corridor
