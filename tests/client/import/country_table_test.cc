// Countries and areas are those of ICU: each ISO 3166-1 country has the codes and lies in the
// UN M49 sub-region that ICU (CLDR) says, so that a table in error is noticed here.

#include <gtest/gtest.h>
#include <unicode/locid.h>
#include <unicode/region.h>

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/import/country_text.h"
#include "core/model/vocabulary.h"

namespace corridor {
namespace {

// Three digits of the sub-region.
std::string SubRegionOf(const char* alpha2) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Region* country = icu::Region::getInstance(alpha2, error);
  if (U_FAILURE(error) || country == nullptr) return "";
  const icu::Region* area = country->getContainingRegion(URGN_SUBCONTINENT);
  std::string code = area == nullptr ? "" : absl::StrCat(area->getNumericCode());
  return code.empty() ? code : std::string(3 - code.size(), '0') + code;
}

// What ICU lists beside ISO 3166-1: Diego Garcia, Ceuta and Melilla, the Canary Islands, and
// Kosovo, for which it writes XKK where XKX is in general use.
bool IsOwnToIcu(const std::string& alpha2) {
  return std::set<std::string>{"DG", "EA", "IC", "XK"}.contains(alpha2);
}

TEST(CountryTableTest, EveryCountryOfIcuIsKnownByItsCodes) {
  int countries = 0;
  for (const char* const* code = icu::Locale::getISOCountries(); *code != nullptr; ++code) {
    if (IsOwnToIcu(*code)) continue;
    const std::string alpha3 = icu::Locale("und", *code).getISO3Country();
    EXPECT_EQ(Alpha3FromAlpha2(*code), alpha3) << *code;
    EXPECT_EQ(CountryFromText(*code), alpha3);
    ++countries;
  }
  EXPECT_EQ(countries, 249);
}

TEST(CountryTableTest, EveryCountryLiesInTheSubRegionThatIcuSays) {
  for (const char* const* code = icu::Locale::getISOCountries(); *code != nullptr; ++code) {
    // Antarctica is in no sub-region of M49; ICU has one of its own.
    if (IsOwnToIcu(*code) || std::string_view(*code) == "AQ") continue;
    const AreaList areas = AreasContaining(Alpha3FromAlpha2(*code));
    ASSERT_FALSE(areas.empty()) << *code;
    EXPECT_EQ(areas.front(), SubRegionOf(*code)) << *code;
  }
}

}  // namespace
}  // namespace corridor
