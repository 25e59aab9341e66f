#include "client/import/country_text.h"

#include <unicode/locid.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <unordered_map>

#include "absl/strings/ascii.h"
#include "client/import/label_text.h"
#include "core/base/strings.h"
#include "core/model/vocabulary.h"

namespace corridor {
namespace {

using Names = std::unordered_map<std::string, std::string>;

icu::UnicodeString FromUtf8(std::string_view text) {
  return icu::UnicodeString::fromUTF8({text.data(), static_cast<int32_t>(text.size())});
}

std::string FoldedName(icu::UnicodeString name) {
  std::string folded;
  name.foldCase().toUTF8String(folded);
  return folded;
}

Names MakeNames() {
  Names names;
  for (const char* const* alpha2 = icu::Locale::getISOCountries(); *alpha2 != nullptr; ++alpha2) {
    const icu::Locale country("und", *alpha2);
    std::string alpha3(Alpha3FromAlpha2(*alpha2));
    if (alpha3.empty()) continue;
    names.emplace(FoldedName(FromUtf8(CountryName(alpha3))), alpha3);
    for (const char* language : {"en", "fr", "sw", "id", "fil", "th", "am"}) {
      icu::UnicodeString name;
      country.getDisplayCountry(icu::Locale(language), name);
      names.emplace(FoldedName(name), alpha3);
      // "Myanmar (Burma)" is known by its first name too.
      if (const int32_t more = name.indexOf(u" ("); more > 0) {
        names.emplace(FoldedName(name.tempSubString(0, more)), alpha3);
      }
    }
  }
  return names;
}

}  // namespace

std::string CountryFromText(std::string_view label) {
  static const Names* const names = new Names(MakeNames());
  const std::string_view text = Stripped(label);
  std::string upper = absl::AsciiStrToUpper(A(text));
  if (IsCountryAlpha3(upper)) return upper;
  if (upper.size() == 2) return std::string(Alpha3FromAlpha2(upper));
  const auto found = names->find(FoldedName(FromUtf8(text)));
  return found == names->end() ? "" : found->second;
}

}  // namespace corridor
