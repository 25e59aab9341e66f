#ifndef CORRIDOR_CORE_MODEL_VOCABULARY_H_
#define CORRIDOR_CORE_MODEL_VOCABULARY_H_

#include <string>
#include <string_view>

#include "absl/container/inlined_vector.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/generated_enum_reflection.h"

namespace corridor {

// The code lists that are not enums (countries, areas, languages), and readable
// names for all codes. Pure functions over constant tables: any thread, no
// failure; what is unknown gives false or an empty answer. Names serve
// recognition and imply no opinion on the status of a territory.

// ISO 3166-1, upper case only. XKX and XK (Kosovo) count as assigned.
bool IsCountryAlpha3(std::string_view code);
// "KEN" for "KE", and back. Empty when unknown.
std::string_view Alpha3FromAlpha2(std::string_view alpha2);
std::string_view Alpha2FromAlpha3(std::string_view alpha3);
// Short English name: "Kenya". Empty when unknown.
std::string_view CountryName(std::string_view alpha3);

// A UN M49 geographic area above countries, from sub-region ("014") to world ("001").
bool IsM49Area(std::string_view code);
// "South-eastern Asia". Empty when unknown.
std::string_view AreaName(std::string_view code);

// The areas that contain a place, finest first and the world last: for "KEN" 014, 202,
// 002, 001. `place` is an alpha-3 code or an area, which is not listed itself.
// Empty when unknown.
using AreaList = absl::InlinedVector<std::string_view, 4>;
AreaList AreasContaining(std::string_view place);
// Whether `place` (alpha-3 or area) is `area` or lies in it.
bool AreaContains(std::string_view area, std::string_view place);
// Name of a country or an area; the code itself when unknown.
std::string_view PlaceName(std::string_view place);

// Whether `code` has the form of ISO 639-3: three lower-case letters.
bool IsIso639_3(std::string_view code);
// Whether `tag` has the form of a BCP 47 tag of language, optional script and optional
// region: "en", "swa", "zh-Hans", "pt-BR", "es-419".
bool IsLanguageTag(std::string_view tag);
// Whether `code` has the form of an ISO 3166-2 subdivision of `country` (alpha-3):
// "TH-63" of "THA".
bool IsIso3166_2(std::string_view code, std::string_view country);

// Text for people, made from the name of the value: "Job or task scam". "Not
// stated" for 0; "Code 57" where this version does not know the number.
std::string EnumLabel(const google::protobuf::EnumDescriptor& type, int number);
std::string EnumLabel(const google::protobuf::EnumValueDescriptor& value);

// The same for a generated enum.
template <typename Enum>
std::string Label(Enum value) {
  return EnumLabel(*google::protobuf::GetEnumDescriptor<Enum>(), static_cast<int>(value));
}

}  // namespace corridor

#endif  // CORRIDOR_CORE_MODEL_VOCABULARY_H_
