#include "core/model/structure_rules.h"

#include <algorithm>
#include <array>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/strings.h"
#include "core/model/vocabulary.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/reflection.h"

namespace corridor {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::RepeatedPtrField;
using Violations = std::vector<FieldViolation>;

// Adds faults at one path. The path is spelled out only when there is a fault, so a
// Report borrows its parent, which must outlive it.
class Report {
 public:
  Report(std::string_view path, Violations& violations) : name_(path), violations_(violations) {}

  Report Field(std::string_view name) const { return {this, name, -1}; }
  Report Element(int index) const { return {this, {}, index}; }

  void Missing(std::string_view what) const { Add(v1::ERROR_REASON_STATEMENT_MALFORMED, what); }
  void OutOfBounds(std::string_view what) const { Add(v1::ERROR_REASON_OUT_OF_BOUNDS, what); }
  void Vocabulary(std::string_view what) const { Add(v1::ERROR_REASON_VOCABULARY, what); }

  // False, and a fault, when a list is too long to be looked at.
  bool CountAtMost(int count, int max) const {
    if (count <= max) return true;
    OutOfBounds(absl::StrCat("holds ", count, " entries; give at most ", max));
    return false;
  }

 private:
  Report(const Report* parent, std::string_view name, int index)
      : parent_(parent), name_(name), index_(index), violations_(parent->violations_) {}

  std::string Path() const {
    const std::string parent = parent_ != nullptr ? parent_->Path() : "";
    if (index_ >= 0) return absl::StrCat(parent, "[", index_, "]");
    return absl::StrCat(parent, parent.empty() ? "" : ".", A(name_));
  }

  void Add(v1::ErrorReason reason, std::string_view what) const {
    violations_.push_back({Path(), reason, std::string(what)});
  }

  const Report* parent_ = nullptr;
  std::string_view name_;
  int index_ = -1;
  Violations& violations_;
};

// --- Codes, by reflection.

// A field that is a code, or a message with codes within.
struct CodedField {
  const FieldDescriptor* field = nullptr;
  bool repeated = false;
  std::vector<CodedField> nested;         // Of a message: its coded fields.
  const EnumDescriptor* codes = nullptr;  // Of a code.
  int dense = 0;  // The values 0 to `dense` - 1 are codes: no search for those.
};
using CodedFields = std::vector<CodedField>;

int DenseCount(const EnumDescriptor& codes) {
  int count = 0;
  while (count < codes.value_count() && codes.FindValueByNumber(count) != nullptr) ++count;
  return count;
}

// The coded fields of a type of message. For what every statement holds they are found once, as
// going through all fields each time would take longer than all other rules.
CodedFields CodedFieldsOf(const Descriptor& type) {
  CodedFields coded;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    CodedField found = {.field = &field, .repeated = field.is_repeated()};
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      found.codes = field.enum_type();
      found.dense = DenseCount(*found.codes);
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      found.nested = CodedFieldsOf(*field.message_type());
    }
    if (found.codes != nullptr || !found.nested.empty()) coded.push_back(std::move(found));
  }
  return coded;
}

void CheckNumber(const CodedField& field, int number, UnknownCodes unknown, const Report& report) {
  if (number >= 0 && number < field.dense) return;
  if (field.codes->FindValueByNumber(number) != nullptr) return;
  if (number < 0 || number > kCodeNumberMax) {
    report.Vocabulary(absl::StrCat("is not a code; codes are 0 to ", kCodeNumberMax));
  } else if (unknown == UnknownCodes::kRefuse) {
    report.Vocabulary(absl::StrCat("is not a value of ", field.codes->name(),
                                   " in this vocabulary; use one that is, or OTHER"));
  }
}

// A message and how to ask it.
struct Asked {
  const Message& message;
  const Reflection& reflection;
};

void CheckCodeList(const Asked& asked, const CodedField& field, UnknownCodes unknown,
                   const Report& report) {
  const int count = asked.reflection.FieldSize(asked.message, field.field);
  if (count == 0 || !report.CountAtMost(count, kCodesMax)) return;
  std::array<int, kCodesMax> seen;
  for (int i = 0; i < count; ++i) {
    const int number = asked.reflection.GetRepeatedEnumValue(asked.message, field.field, i);
    const Report element = report.Element(i);
    if (number == 0) element.Vocabulary("is UNSPECIFIED; leave it out of the list");
    if (std::find(seen.begin(), seen.begin() + i, number) != seen.begin() + i) {
      element.OutOfBounds("occurs twice; give each value once");
    }
    seen[static_cast<size_t>(i)] = number;
    CheckNumber(field, number, unknown, element);
  }
}

void CheckAllCodes(const Message& message, const CodedFields& fields, UnknownCodes unknown,
                   const Report& report);

void CheckNested(const Asked& asked, const CodedField& field, UnknownCodes unknown,
                 const Report& report) {
  const auto& [message, reflection] = asked;
  if (!field.repeated) {
    if (!reflection.HasField(message, field.field)) return;
    return CheckAllCodes(reflection.GetMessage(message, field.field), field.nested, unknown,
                         report);
  }
  // Longer lists are refused by their own rule; this bounds the work on them.
  const int count = std::min(reflection.FieldSize(message, field.field), kCodesMax);
  for (int i = 0; i < count; ++i) {
    CheckAllCodes(reflection.GetRepeatedMessage(message, field.field, i), field.nested, unknown,
                  report.Element(i));
  }
}

void CheckAllCodes(const Message& message, const CodedFields& fields, UnknownCodes unknown,
                   const Report& report) {
  const Asked asked = {message, *message.GetReflection()};
  for (const CodedField& field : fields) {
    const Report here = report.Field(field.field->name());
    if (field.codes == nullptr) {
      CheckNested(asked, field, unknown, here);
    } else if (field.repeated) {
      CheckCodeList(asked, field, unknown, here);
    } else {
      CheckNumber(field, asked.reflection.GetEnumValue(message, field.field), unknown, here);
    }
  }
}

// --- Lists of coded text.

void CheckCodedStrings(const RepeatedPtrField<std::string>& values, int max,
                       bool (*valid)(std::string_view), std::string_view expected,
                       const Report& report) {
  if (!report.CountAtMost(values.size(), max)) return;
  for (int i = 0; i < values.size(); ++i) {
    if (!valid(values[i])) report.Element(i).Vocabulary(expected);
    if (std::find(values.begin(), values.begin() + i, values[i]) != values.begin() + i) {
      report.Element(i).OutOfBounds("occurs twice; give each value once");
    }
  }
}

constexpr std::string_view kWantsCountry =
    "is not a country; use an ISO 3166-1 alpha-3 code such as KEN";
constexpr std::string_view kWantsArea =
    "is not an area; use the three digits of a UN M49 region such as 035";
constexpr std::string_view kWantsPlace =
    "is not a place; use an ISO 3166-1 alpha-3 code such as KEN or a UN M49 area such as 035";

// --- Time.

void CheckMonthAt(const v1::Month& month, const Report& report) {
  if (month.year() < kYearMin || month.year() > kYearMax) {
    report.Field("year").OutOfBounds(
        absl::StrCat("is outside ", kYearMin, " to ", kYearMax, "; give the year of observation"));
  }
  if (month.month() < 1 || month.month() > 12) {
    report.Field("month").OutOfBounds("is not a month; give 1 to 12");
  }
}

void CheckPeriod(const v1::MonthPeriod& period, const Report& report) {
  if (!period.has_start()) report.Field("start").Missing("is missing; give year and month");
  if (!period.has_end()) report.Field("end").Missing("is missing; give year and month");
  if (!period.has_start() || !period.has_end()) return;
  CheckMonthAt(period.start(), report.Field("start"));
  CheckMonthAt(period.end(), report.Field("end"));
  const auto key = [](const v1::Month& m) { return std::tuple(m.year(), m.month()); };
  if (key(period.end()) < key(period.start())) {
    report.Field("end").OutOfBounds("is before the start; give the later month last");
  }
}

// --- Route.

void CheckAdmin1(const v1::RouteLeg& leg, const Report& report) {
  if (leg.admin1().empty()) return;
  if (!leg.has_country()) return report.Missing("needs `country`; leave it out beside an area");
  if (!IsIso3166_2(leg.admin1(), leg.country())) {
    report.Vocabulary("is not a subdivision of the leg's country; use ISO 3166-2, such as TH-63");
  }
}

void CheckLeg(const v1::RouteLeg& leg, const Report& report) {
  if (leg.stage() == v1::ROUTE_STAGE_UNSPECIFIED) {
    report.Field("stage").Missing("is missing; say RECRUITMENT, TRANSIT or EXPLOITATION");
  }
  if (leg.has_country()) {
    if (!IsCountryAlpha3(leg.country())) report.Field("country").Vocabulary(kWantsCountry);
  } else if (!leg.has_area()) {
    report.Missing("has no place; give `country` or `area`");
  } else if (!IsM49Area(leg.area())) {
    report.Field("area").Vocabulary(kWantsArea);
  }
  CheckAdmin1(leg, report.Field("admin1"));
}

// Equal whatever numbers of a newer vocabulary the legs carry.
auto LegKey(const v1::RouteLeg& leg) {
  return std::tuple<int, std::string_view, std::string_view, std::string_view, int, int>(
      leg.stage(), leg.country(), leg.area(), leg.admin1(), leg.venue(), leg.entry_mode());
}

void CheckLegs(const RepeatedPtrField<v1::RouteLeg>& legs, const Report& report) {
  if (!report.CountAtMost(legs.size(), kLegsMax)) return;
  for (int i = 0; i < legs.size(); ++i) {
    CheckLeg(legs[i], report.Element(i));
    const auto same = [&](const v1::RouteLeg& leg) { return LegKey(leg) == LegKey(legs[i]); };
    if (std::any_of(legs.begin(), legs.begin() + i, same)) {
      report.Element(i).OutOfBounds("repeats an earlier leg; give each leg once");
    }
  }
}

// --- Blocks.

void CheckNotEmpty(const Message& block, const Report& report) {
  if (block.ByteSizeLong() == 0) report.Missing("is empty; fill it or leave it out");
}

void CheckRecruitment(const v1::RecruitmentBlock& block, const Report& report) {
  CheckNotEmpty(block, report);
  if (!block.claimed_destination().empty() && !IsCountryAlpha3(block.claimed_destination())) {
    report.Field("claimed_destination").Vocabulary(kWantsCountry);
  }
  CheckCodedStrings(block.languages_sought(), kLanguagesSoughtMax, IsIso639_3,
                    "is not a language; use an ISO 639-3 code such as eng",
                    report.Field("languages_sought"));
}

void CheckGroup(const v1::AffectedGroupBlock& group, const Report& report) {
  if (group.group_size() == v1::GROUP_SIZE_UNSPECIFIED) {
    report.Field("group_size").Missing("is missing; give a band or NOT_STATED");
  }
  if (group.gender() == v1::GENDER_UNSPECIFIED) {
    report.Field("gender").Missing("is missing; give a value or NOT_STATED");
  }
  CheckCodedStrings(group.citizenships(), kCitizenshipsMax, IsCountryAlpha3, kWantsCountry,
                    report.Field("citizenships"));
  CheckCodedStrings(group.citizenship_areas(), kCitizenshipAreasMax, IsM49Area, kWantsArea,
                    report.Field("citizenship_areas"));
}

// --- Response and text.

void CheckActions(const v1::AlertContent& content, const Report& report) {
  const auto& actions = content.recommended_actions();
  const bool none =
      std::find(actions.begin(), actions.end(), v1::RECOMMENDED_ACTION_NONE) != actions.end();
  if (none && actions.size() > 1) report.OutOfBounds("holds NONE beside others; NONE stands alone");
}

void CheckText(const v1::LocalizedText& text, size_t max, const Report& report) {
  if (text.language().size() > kLanguageTagBytesMax || !IsLanguageTag(text.language())) {
    report.Field("language")
        .Vocabulary(
            "is not a language tag; use BCP 47 language, script and region, such as en or zh-Hans");
  }
  const size_t count = CodePointCount(text.text());
  if (count == 0) report.Field("text").Missing("is empty; write it or leave the entry out");
  if (count > max) {
    report.Field("text").OutOfBounds(
        absl::StrCat("has ", count, " characters; shorten it to ", max));
  }
}

void CheckTexts(const RepeatedPtrField<v1::LocalizedText>& texts, size_t max,
                const Report& report) {
  if (!report.CountAtMost(texts.size(), kTextLanguagesMax)) return;
  for (int i = 0; i < texts.size(); ++i) {
    CheckText(texts[i], max, report.Element(i));
    const auto same = [&](const v1::LocalizedText& text) {
      return text.language() == texts[i].language();
    };
    if (std::any_of(texts.begin(), texts.begin() + i, same)) {
      report.Element(i).Field("language").OutOfBounds("occurs twice; give one text per language");
    }
  }
}

void CheckRequired(const v1::AlertContent& content, const Report& report) {
  if (content.severity() == v1::SEVERITY_UNSPECIFIED) {
    report.Field("severity").Missing("is missing; give a value or UNKNOWN");
  }
  if (content.certainty() == v1::CERTAINTY_UNSPECIFIED) {
    report.Field("certainty").Missing("is missing; give a value or UNKNOWN");
  }
  if (content.legs().empty() && !content.has_pattern()) {
    report.Missing("says neither where nor what; give at least one leg or a pattern");
  }
}

}  // namespace

size_t CodePointCount(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](unsigned char byte) {
    return (byte & 0xC0) != 0x80;  // Every code point has one byte that continues none.
  }));
}

void CheckMonth(const v1::Month& month, std::string_view path, Violations& violations) {
  CheckMonthAt(month, Report(path, violations));
}

void CheckPlace(std::string_view place, std::string_view path, Violations& violations) {
  if (IsCountryAlpha3(place) || IsM49Area(place)) return;
  Report(path, violations).Vocabulary(kWantsPlace);
}

void CheckCodes(const Message& message, UnknownCodes unknown, std::string_view path,
                Violations& violations) {
  CheckAllCodes(message, CodedFieldsOf(*message.GetDescriptor()), unknown,
                Report(path, violations));
}

Violations CheckStructure(const v1::AlertContent& content, UnknownCodes unknown,
                          std::string_view path) {
  Violations violations;
  const Report report(path, violations);
  CheckRequired(content, report);
  static const CodedFields& coded =
      *new CodedFields(CodedFieldsOf(*v1::AlertContent::descriptor()));
  CheckAllCodes(content, coded, unknown, report);
  if (content.has_observed_period()) {
    CheckPeriod(content.observed_period(), report.Field("observed_period"));
  }
  CheckLegs(content.legs(), report.Field("legs"));
  if (content.has_pattern()) CheckNotEmpty(content.pattern(), report.Field("pattern"));
  if (content.has_recruitment()) {
    CheckRecruitment(content.recruitment(), report.Field("recruitment"));
  }
  if (content.has_affected_group()) {
    CheckGroup(content.affected_group(), report.Field("affected_group"));
  }
  CheckActions(content, report.Field("recommended_actions"));
  CheckTexts(content.headlines(), kHeadlineCodePointsMax, report.Field("headlines"));
  CheckTexts(content.notes(), kNoteCodePointsMax, report.Field("notes"));
  return violations;
}

}  // namespace corridor
