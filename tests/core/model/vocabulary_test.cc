// A focal point writes codes; the broker must know every country and area, say
// which area holds which country, and show codes as words.
#include "core/model/vocabulary.h"

#include <cctype>
#include <set>
#include <string>

#include "core/model/country_table.h"
#include "corridor/v1/alert.pb.h"
#include "corridor/v1/statement.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace corridor {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Countries, AreKnownByBothCodes) {
  EXPECT_TRUE(IsCountryAlpha3("KEN"));
  EXPECT_TRUE(IsCountryAlpha3("XKX"));
  EXPECT_EQ(Alpha3FromAlpha2("TH"), "THA");
  EXPECT_EQ(Alpha2FromAlpha3("ZWE"), "ZW");
  EXPECT_EQ(CountryName("CIV"), "Côte d'Ivoire");
}

TEST(Countries, UnknownAndLowerCaseAreRefused) {
  for (const char* code : {"", "KE", "ken", "KENY", "ZZZ", "014"}) {
    EXPECT_FALSE(IsCountryAlpha3(code)) << code;
    EXPECT_EQ(CountryName(code), "") << code;
  }
  EXPECT_EQ(Alpha3FromAlpha2("UK"), "");
}

TEST(Countries, EveryRowIsUniqueAndLiesInTheWorld) {
  std::set<std::string_view> alpha2, names;
  for (const CountryRow& country : kCountries) {
    EXPECT_EQ(country.alpha3.size(), 3u);
    EXPECT_TRUE(alpha2.insert(country.alpha2).second) << country.alpha2;
    EXPECT_TRUE(names.insert(country.name).second) << country.name;
    EXPECT_EQ(Alpha3FromAlpha2(country.alpha2), country.alpha3);
    ASSERT_FALSE(AreasContaining(country.alpha3).empty()) << country.alpha3;
    EXPECT_EQ(AreasContaining(country.alpha3).back(), "001") << country.alpha3;
  }
}

TEST(Areas, HoldTheFoundingCountries) {
  EXPECT_THAT(AreasContaining("KEN"), ElementsAre("014", "202", "002", "001"));
  EXPECT_THAT(AreasContaining("THA"), ElementsAre("035", "142", "001"));
  for (const char* country : {"KEN", "UGA", "BDI", "ETH", "TZA"}) {
    EXPECT_TRUE(AreaContains("014", country)) << country;
    EXPECT_FALSE(AreaContains("035", country)) << country;
  }
  for (const char* country : {"THA", "IDN", "PHL"}) {
    EXPECT_TRUE(AreaContains("035", country)) << country;
  }
}

TEST(Areas, ContainThemselvesAndSmallerAreas) {
  EXPECT_TRUE(AreaContains("002", "014"));
  EXPECT_TRUE(AreaContains("014", "014"));
  EXPECT_FALSE(AreaContains("014", "002"));
  EXPECT_THAT(AreasContaining("035"), ElementsAre("142", "001"));
  EXPECT_THAT(AreasContaining("001"), IsEmpty());
}

TEST(Areas, UnknownOnesContainNothing) {
  EXPECT_FALSE(IsM49Area("404"));  // Kenya's own number is a country, not an area.
  EXPECT_FALSE(IsM49Area(""));
  EXPECT_FALSE(AreaContains("404", "404"));
  EXPECT_FALSE(AreaContains("KEN", "KEN"));
  EXPECT_FALSE(AreaContains("", ""));
  EXPECT_THAT(AreasContaining("nowhere"), IsEmpty());
}

TEST(Areas, PlaceNameServesBothAndFallsBackToTheCode) {
  EXPECT_EQ(PlaceName("MMR"), "Myanmar");
  EXPECT_EQ(PlaceName("145"), "Western Asia");
  EXPECT_EQ(PlaceName("Q99"), "Q99");
}

TEST(Languages, FollowTheirGrammars) {
  EXPECT_TRUE(IsIso639_3("swa"));
  for (const char* code : {"", "sw", "SWA", "swah", "s1a"}) EXPECT_FALSE(IsIso639_3(code)) << code;
  for (const char* tag : {"en", "swa", "zh-Hans", "pt-BR", "es-419", "sr-Latn-RS"}) {
    EXPECT_TRUE(IsLanguageTag(tag)) << tag;
  }
  for (const char* tag :
       {"", "e", "EN", "en-", "-en", "en-gb", "en-GB-x-secret", "en_GB", "zh-HANS"}) {
    EXPECT_FALSE(IsLanguageTag(tag)) << tag;
  }
}

TEST(Subdivisions, MustBeOfTheCountry) {
  EXPECT_TRUE(IsIso3166_2("TH-63", "THA"));
  EXPECT_TRUE(IsIso3166_2("KE-30", "KEN"));
  EXPECT_TRUE(IsIso3166_2("GB-ENG", "GBR"));
  for (const char* code : {"TH-63", "KE", "KE-", "KE-1234", "KE-a1", "KE 30", ""}) {
    EXPECT_FALSE(IsIso3166_2(code, "KEN")) << code;
  }
  EXPECT_FALSE(IsIso3166_2("-1", "ZZZ"));
}

TEST(Labels, ReadAsWords) {
  EXPECT_EQ(Label(v1::FORCED_CRIMINALITY_KIND_JOB_OR_TASK_SCAM), "Job or task scam");
  EXPECT_EQ(Label(v1::TLP_AMBER_STRICT), "TLP:AMBER+STRICT");
  EXPECT_EQ(Label(v1::SOURCE_RELIABILITY_B_USUALLY_RELIABLE), "B usually reliable");
  EXPECT_EQ(Label(v1::LABOUR_SECTOR_C_MANUFACTURING), "Manufacturing");
  EXPECT_EQ(Label(v1::FEE_BAND_500_TO_1999), "500 to 1,999 USD");
  EXPECT_EQ(Label(v1::AGE_BAND_9_TO_17), "9 to 17");
  EXPECT_EQ(Label(v1::VENUE_UNSPECIFIED), "Not stated");
}

TEST(Labels, ShowTheNumberOfACodeFromANewerVocabulary) {
  EXPECT_EQ(Label(static_cast<v1::Venue>(777)), "Code 777");
}

// "ROUTE_STAGE_" for RouteStage.
std::string PrefixOf(const google::protobuf::EnumDescriptor& type) {
  std::string prefix;
  for (const char c : type.name()) {
    if (c >= 'A' && c <= 'Z' && !prefix.empty()) prefix += '_';
    prefix += static_cast<char>(std::toupper(c));
  }
  return prefix + '_';
}

// A value without its prefix would be read out whole to people.
TEST(Labels, EveryEnumValueHasItsPrefixAndAShortLabel) {
  for (const auto* file :
       {v1::AlertContent::descriptor()->file(), v1::Issue::descriptor()->file()}) {
    for (int i = 0; i < file->enum_type_count(); ++i) {
      const auto& type = *file->enum_type(i);
      EXPECT_EQ(type.value(0)->name(), PrefixOf(type) + "UNSPECIFIED");
      for (int j = 1; j < type.value_count(); ++j) {
        EXPECT_THAT(type.value(j)->name(), testing::StartsWith(PrefixOf(type)));
        EXPECT_LT(EnumLabel(*type.value(j)).size(), 50u) << type.value(j)->name();
      }
    }
  }
}

}  // namespace
}  // namespace corridor
