#ifndef CORRIDOR_CORE_MODEL_STRUCTURE_RULES_H_
#define CORRIDOR_CORE_MODEL_STRUCTURE_RULES_H_

#include <cstddef>
#include <string_view>
#include <vector>

#include "core/model/errors.h"
#include "corridor/v1/alert.pb.h"
#include "google/protobuf/message.h"

namespace corridor {

// The shape of alert content: what alert.proto says beside each field about
// presence, range, count and grammar. Pure; any thread. Every fault is reported,
// with its path and what would pass; no description repeats a value.
//
// Not here: whether text is well-formed or identifies somebody, small groups,
// rules against misuse and policy per country (core/gate), and the time.

inline constexpr int kLegsMax = 16;
inline constexpr int kCodesMax = 64;  // Values in one list of codes.
inline constexpr int kCitizenshipsMax = 32;
inline constexpr int kCitizenshipAreasMax = 16;
inline constexpr int kLanguagesSoughtMax = 16;
inline constexpr int kTextLanguagesMax = 8;
inline constexpr size_t kLanguageTagBytesMax = 16;
inline constexpr size_t kHeadlineCodePointsMax = 160;
inline constexpr size_t kNoteCodePointsMax = 1000;
inline constexpr int kYearMin = 1990;
inline constexpr int kYearMax = 2100;
inline constexpr int kCodeNumberMax = 4095;

// What to do with an enum number that this version does not know.
enum class UnknownCodes {
  kRefuse,  // A publisher's own broker, and a link whose vocabulary is not newer.
  kKeep,    // A link whose vocabulary is newer than ours: kept up to kCodeNumberMax.
};

// All faults of `content`, whose own path is `path` ("body.issue.content"); empty
// when its structure is sound.
std::vector<FieldViolation> CheckStructure(const v1::AlertContent& content, UnknownCodes unknown,
                                           std::string_view path);

// The part of it that holds for any message: every enum value in `message` and
// below is known (or kept), a list of codes holds no UNSPECIFIED, no value twice
// and at most kCodesMax. REQUIRES: `message` nests no message within its own type.
void CheckCodes(const google::protobuf::Message& message, UnknownCodes unknown,
                std::string_view path, std::vector<FieldViolation>& violations);

// A month or a place that stands outside content, as in a sighting. A place is
// an alpha-3 code or a UN M49 area.
void CheckMonth(const v1::Month& month, std::string_view path,
                std::vector<FieldViolation>& violations);
void CheckPlace(std::string_view place, std::string_view path,
                std::vector<FieldViolation>& violations);

// Code points in `text`, which must be well-formed UTF-8 (a parsed proto3 string is).
size_t CodePointCount(std::string_view text);

}  // namespace corridor

#endif  // CORRIDOR_CORE_MODEL_STRUCTURE_RULES_H_
