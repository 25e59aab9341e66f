// What single cells of a case become: never a day, never an age, and a country however a
// table writes it.

#include "client/import/case_facts.h"

#include <gtest/gtest.h>

#include "client/import/case_release.h"
#include "client/import/country_text.h"

namespace corridor {
namespace {

std::string PeriodOf(std::string_view text) {
  const std::optional<TableDate> date = ReadTableDate(text);
  if (!date) return "none";
  const v1::MonthPeriod period = CoarsePeriod(*date);
  return std::to_string(period.start().year()) + "-" + std::to_string(period.start().month()) +
         ".." + std::to_string(period.end().month());
}

TEST(CaseFactsTest, ADateBecomesItsQuarterAndAYearStaysAYear) {
  EXPECT_EQ(PeriodOf("2024-01-01"), "2024-1..3");
  EXPECT_EQ(PeriodOf("2024-03-31"), "2024-1..3");
  EXPECT_EQ(PeriodOf("2024-04-01T09:30:00Z"), "2024-4..6");
  EXPECT_EQ(PeriodOf("2024-12"), "2024-10..12");
  EXPECT_EQ(PeriodOf(" 2024 "), "2024-1..12");
  EXPECT_EQ(PeriodOf("2024-02-29"), "2024-1..3");
}

TEST(CaseFactsTest, WhatIsNoIsoDateIsNone) {
  for (const char* text :
       {"", "17/03/2024", "03-17-2024", "2023-02-29", "2024-13-01", "2024-00", "2024-3-1",
        "1989-01-01", "2101", "20240317", "2024-03-1x", "yesterday", "2024/03/17", "2024-03-17x"}) {
    EXPECT_EQ(PeriodOf(text), "none") << text;
  }
}

TEST(CaseFactsTest, AnAgeBecomesItsBand) {
  EXPECT_EQ(BandOfAge("0"), v1::AGE_BAND_0_TO_8);
  EXPECT_EQ(BandOfAge("8"), v1::AGE_BAND_0_TO_8);
  EXPECT_EQ(BandOfAge("9"), v1::AGE_BAND_9_TO_17);
  EXPECT_EQ(BandOfAge(" 17 "), v1::AGE_BAND_9_TO_17);
  EXPECT_EQ(BandOfAge("18"), v1::AGE_BAND_18_TO_20);
  EXPECT_EQ(BandOfAge("47"), v1::AGE_BAND_39_TO_47);
  EXPECT_EQ(BandOfAge("48"), v1::AGE_BAND_48_PLUS);
  for (const char* text : {"", "-1", "121", "twenty", "17.5", "2007"}) {
    EXPECT_EQ(BandOfAge(text), v1::AGE_BAND_UNSPECIFIED) << text;
  }
}

TEST(CaseFactsTest, ACountryIsReadInTheFieldsLanguages) {
  const std::string thai = "\u0e40\u0e04\u0e19\u0e22\u0e32";
  for (const std::string& text :
       {std::string("KE"), std::string("ken"), std::string(" Kenya "), thai}) {
    EXPECT_EQ(CountryFromText(text), "KEN") << text;
  }
  EXPECT_EQ(CountryFromText("Myanmar"), "MMR");
  EXPECT_EQ(CountryFromText("Tha\xC3\xAFlande"), "THA");
  EXPECT_EQ(CountryFromText("Ufilipino"), "PHL");
  for (const char* text : {"", "ZZ", "Atlantis", "Example Town", "KENYAN"}) {
    EXPECT_EQ(CountryFromText(text), "") << text;
  }
}

// --- When to release.

absl::Time Noon(int year, int month, int day) {
  return absl::FromCivil(absl::CivilHour(year, month, day, 12), absl::UTCTimeZone());
}
std::string DayOf(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d", time, absl::UTCTimeZone());
}

TEST(CaseReleaseTest, AnAlertWaitsToTheFirstOfAMonthAndLongerForFewCases) {
  const absl::CivilDay interview(2025, 4, 10), quarter_end(2025, 3, 31);
  EXPECT_EQ(DayOf(SuggestRelease(interview, quarter_end, false, Noon(2025, 4, 11)).from),
            "2025-06-01");
  EXPECT_EQ(DayOf(SuggestRelease(interview, quarter_end, true, Noon(2025, 4, 11)).from),
            "2025-07-01");
}

TEST(CaseReleaseTest, TheDayTellsNothingOfTheDayOfTheInterview) {
  const absl::Time now = Noon(2025, 4, 30);
  const absl::Time first =
      SuggestRelease(absl::CivilDay(2025, 4, 3), std::nullopt, false, now).from;
  for (int day = 3; day <= 30; ++day) {
    EXPECT_EQ(SuggestRelease(absl::CivilDay(2025, 4, day), std::nullopt, false, now).from, first)
        << day;
  }
}

TEST(CaseReleaseTest, AnAlertDoesNotSpeakOfAQuarterThatIsNotOver) {
  const SuggestedRelease release = SuggestRelease(
      absl::CivilDay(2025, 1, 5), absl::CivilDay(2025, 3, 31), false, Noon(2025, 2, 20));
  EXPECT_EQ(DayOf(release.from), "2025-04-01");
  EXPECT_NE(release.reason.find("not over"), std::string::npos);
}

TEST(CaseReleaseTest, WithoutAnyDateAPersonDecides) {
  EXPECT_EQ(SuggestRelease(std::nullopt, std::nullopt, false, Noon(2025, 2, 20)).from,
            absl::InfiniteFuture());
}

}  // namespace
}  // namespace corridor
