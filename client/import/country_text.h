#ifndef CORRIDOR_CLIENT_IMPORT_COUNTRY_TEXT_H_
#define CORRIDOR_CLIENT_IMPORT_COUNTRY_TEXT_H_

#include <string>
#include <string_view>

namespace corridor {

// The ISO 3166-1 alpha-3 code of a country that a table writes as its code of two or three
// letters, or by its short name in English, or that of ICU in French, Swahili, Indonesian,
// Filipino, Thai or Amharic; empty when it is none. Letter case does not count. Pure: any
// thread.
std::string CountryFromText(std::string_view label);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_IMPORT_COUNTRY_TEXT_H_
