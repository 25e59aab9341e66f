#include "client/import/case_group.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/strings.h"
#include "core/model/vocabulary.h"

namespace corridor {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// --- Merging.

void UniteCodes(const Message& other, const FieldDescriptor* field, Message& into) {
  const auto& reflection = *into.GetReflection();
  std::set<int> codes;
  for (const Message* message : {static_cast<const Message*>(&into), &other}) {
    for (int i = 0; i < reflection.FieldSize(*message, field); ++i) {
      codes.insert(reflection.GetRepeatedEnumValue(*message, field, i));
    }
  }
  reflection.ClearField(&into, field);
  for (int code : codes) reflection.AddEnumValue(&into, field, code);
}

void UniteStrings(const Message& other, const FieldDescriptor* field, Message& into) {
  const auto& reflection = *into.GetReflection();
  std::set<std::string> texts;
  for (const Message* message : {static_cast<const Message*>(&into), &other}) {
    for (int i = 0; i < reflection.FieldSize(*message, field); ++i) {
      texts.insert(reflection.GetRepeatedString(*message, field, i));
    }
  }
  reflection.ClearField(&into, field);
  for (const std::string& text : texts) reflection.AddString(&into, field, text);
}

// Messages in lists: legs, and the texts of the mapping.
void UniteMessages(const Message& other, const FieldDescriptor* field, Message& into) {
  const auto& reflection = *into.GetReflection();
  for (int i = 0; i < reflection.FieldSize(other, field); ++i) {
    const Message& element = reflection.GetRepeatedMessage(other, field, i);
    const std::string bytes = element.SerializeAsString();
    bool there = false;
    for (int k = 0; k < reflection.FieldSize(into, field) && !there; ++k) {
      there = reflection.GetRepeatedMessage(into, field, k).SerializeAsString() == bytes;
    }
    if (!there) reflection.AddMessage(&into, field)->CopyFrom(element);
  }
}

bool SameValue(const Message& a, const Message& b, const FieldDescriptor* field) {
  const auto& reflection = *a.GetReflection();
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    return reflection.GetEnumValue(a, field) == reflection.GetEnumValue(b, field);
  }
  return reflection.GetString(a, field) == reflection.GetString(b, field);
}

void CopyValue(const Message& from, const FieldDescriptor* field, Message& to) {
  const auto& reflection = *to.GetReflection();
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    reflection.SetEnumValue(&to, field, reflection.GetEnumValue(from, field));
  } else {
    reflection.SetString(&to, field, reflection.GetString(from, field));
  }
}

void Merge(const Message& other, const std::string& path, Message& into,
           std::set<std::string>& differing) {
  const auto& reflection = *other.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(other, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string name = path.empty() ? field->name() : absl::StrCat(path, ".", field->name());
    const bool message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (field->is_repeated()) {
      if (message) {
        UniteMessages(other, field, into);
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
        UniteCodes(other, field, into);
      } else {
        UniteStrings(other, field, into);
      }
    } else if (message) {
      Merge(reflection.GetMessage(other, field), name, *reflection.MutableMessage(&into, field),
            differing);
    } else if (differing.contains(name)) {
      continue;
    } else if (!reflection.HasField(into, field)) {
      CopyValue(other, field, into);
    } else if (!SameValue(other, into, field)) {
      reflection.ClearField(&into, field);
      differing.insert(name);
    }
  }
}

// --- The affected group.

v1::GroupSize BandOfSize(uint64_t size) {
  if (size >= 500) return v1::GROUP_SIZE_GE_500;
  if (size >= 100) return v1::GROUP_SIZE_100_TO_499;
  if (size >= 50) return v1::GROUP_SIZE_50_TO_99;
  return size >= 25 ? v1::GROUP_SIZE_25_TO_49 : v1::GROUP_SIZE_11_TO_24;
}

bool IsMinor(v1::AgeBand age) {
  return age == v1::AGE_BAND_0_TO_8 || age == v1::AGE_BAND_9_TO_17 || age == v1::AGE_BAND_MINOR;
}

constexpr char kGroupField[] = "affected_group";

// --- Coarser values.

// Legs as areas: the finest M49 area around each country.
void LegsToAreas(v1::AlertContent& content) {
  v1::AlertContent coarser;
  for (const v1::RouteLeg& leg : content.legs()) {
    v1::RouteLeg area;
    area.set_stage(leg.stage());
    area.set_area(leg.area());
    if (leg.has_country()) {
      const AreaList areas = AreasContaining(leg.country());
      area.set_area(areas.empty() ? "001" : std::string(areas.front()));
    }
    v1::AlertContent one;
    *one.add_legs() = area;
    UniteMessages(one, one.GetDescriptor()->FindFieldByName("legs"), coarser);
  }
  *content.mutable_legs() = std::move(*coarser.mutable_legs());
}

bool HasCountryLeg(const v1::AlertContent& content) {
  return std::any_of(content.legs().begin(), content.legs().end(),
                     [](const v1::RouteLeg& leg) { return leg.has_country(); });
}

// The quarter becomes its year; the year cannot be said less finely.
bool PeriodToYear(v1::MonthPeriod& period) {
  if (period.start().month() == 1 && period.end().month() == 12) return false;
  period.mutable_start()->set_month(1);
  period.mutable_end()->set_month(12);
  return true;
}

}  // namespace

void MergeContent(const v1::AlertContent& other, v1::AlertContent& content,
                  std::set<std::string>& differing) {
  // A period is one value, not two months.
  v1::AlertContent rest = other;
  rest.clear_observed_period();
  Merge(rest, "", content, differing);
  if (other.has_observed_period() && !content.has_observed_period()) {
    *content.mutable_observed_period() = other.observed_period();
  }
}

void CaseGroup::Add(const v1::AlertContent& content, const CaseFacts& facts) {
  ++size_;
  MergeContent(content, content_, differing_);
  if (facts.youngest && (!youngest_ || *youngest_ < *facts.youngest)) youngest_ = facts.youngest;
  if (facts.gender > v1::GENDER_NOT_STATED) ++genders_[facts.gender];
  if (facts.age_band != v1::AGE_BAND_UNSPECIFIED) ++ages_[facts.age_band];
  for (const std::string& country : facts.citizenships) ++citizenships_[country];
}

v1::AlertContent CaseGroup::Content(uint64_t k, std::vector<FieldNote>& notes) const {
  v1::AlertContent content = content_;
  for (const std::string& field : differing_) {
    notes.push_back({true, field, "the cases say different things"});
  }
  if (size_ >= k) {
    Describe(k, *content.mutable_affected_group(), notes);
  } else {
    notes.push_back(
        {true, kGroupField, absl::StrCat("too few cases: a group is described from ", k, " on")});
  }
  return content;
}

void CaseGroup::Describe(uint64_t k, v1::AffectedGroupBlock& block,
                         std::vector<FieldNote>& notes) const {
  block.set_group_size(BandOfSize(size_));
  notes.push_back({false, "affected_group.group_size", "the number of cases becomes its band"});
  DescribeGender(k, block, notes);
  DescribeAge(k, block, notes);
  DescribeCitizenship(k, block, notes);
}

void CaseGroup::DescribeGender(uint64_t k, v1::AffectedGroupBlock& block,
                               std::vector<FieldNote>& notes) const {
  block.set_gender(v1::GENDER_NOT_STATED);
  if (genders_.empty()) return;
  const bool all_large = std::all_of(genders_.begin(), genders_.end(),
                                     [k](const auto& count) { return count.second >= k; });
  if (!all_large) {
    notes.push_back({true, "affected_group.gender",
                     absl::StrCat("fewer than ", k, " share one of those among them")});
    return;
  }
  block.set_gender(genders_.size() == 1 ? genders_.begin()->first : v1::GENDER_MIXED);
}

void CaseGroup::DescribeAge(uint64_t k, v1::AffectedGroupBlock& block,
                            std::vector<FieldNote>& notes) const {
  constexpr char kField[] = "affected_group.age_band";
  if (ages_.empty()) return;
  uint64_t minors = 0, adults = 0;
  for (const auto& [age, count] : ages_) (IsMinor(age) ? minors : adults) += count;
  if (ages_.size() == 1 && ages_.begin()->second >= k) {
    block.set_age_band(ages_.begin()->first);
  } else if (adults == 0 && minors >= k) {
    block.set_age_band(v1::AGE_BAND_MINOR);
    notes.push_back({false, kField, "several bands become MINOR"});
  } else if (minors == 0 && adults >= k) {
    block.set_age_band(v1::AGE_BAND_ADULT);
    notes.push_back({false, kField, "several bands become ADULT"});
  } else {
    notes.push_back({true, kField,
                     minors > 0 && adults > 0 ? "minors and adults are among them"
                                              : absl::StrCat("fewer than ", k, " have one")});
  }
}

void CaseGroup::DescribeCitizenship(uint64_t k, v1::AffectedGroupBlock& block,
                                    std::vector<FieldNote>& notes) const {
  // What is too few at one level is counted at the next larger one.
  std::map<std::string, uint64_t> left;
  bool coarser = false, dropped = false;
  for (const auto& [country, count] : citizenships_) {
    if (count >= k) {
      block.add_citizenships(country);
    } else if (const AreaList areas = AreasContaining(country); !areas.empty()) {
      left[std::string(areas.front())] += count;
    } else {
      dropped = true;
    }
  }
  while (!left.empty()) {
    std::map<std::string, uint64_t> larger;
    for (const auto& [area, count] : left) {
      if (count >= k) {
        block.add_citizenship_areas(area);
        coarser = true;
      } else if (const AreaList areas = AreasContaining(area); areas.size() > 1) {
        larger[std::string(areas.front())] += count;  // Below the world.
      } else {
        dropped = true;
      }
    }
    left = std::move(larger);
  }
  if (coarser) {
    notes.push_back({false, "affected_group.citizenship_areas",
                     absl::StrCat("countries of fewer than ", k, " cases become areas of UN M49")});
  }
  if (dropped) {
    notes.push_back(
        {true, "affected_group.citizenships",
         absl::StrCat("some, because fewer than ", k, " cases share even their region")});
  }
}

std::optional<FieldNote> CoarsenFor(const FieldViolation& violation, v1::AlertContent& content) {
  const std::string why = absl::StrCat("the gate: ", violation.description);
  const auto about = [&](std::string_view part) {
    return absl::StrContains(violation.field, A(part));
  };
  if (about("citizenship") && content.has_affected_group()) {
    content.mutable_affected_group()->clear_citizenships();
    content.mutable_affected_group()->clear_citizenship_areas();
    return FieldNote{true, "affected_group.citizenships", why};
  }
  if (about(kGroupField) && content.has_affected_group()) {
    content.clear_affected_group();
    return FieldNote{true, kGroupField, why};
  }
  if (about("legs") && HasCountryLeg(content)) {
    LegsToAreas(content);
    return FieldNote{false, "legs", why};
  }
  if (about("observed_period") && content.has_observed_period()) {
    if (PeriodToYear(*content.mutable_observed_period())) {
      return FieldNote{false, "observed_period", why};
    }
    content.clear_observed_period();
    return FieldNote{true, "observed_period", why};
  }
  // Too much together: the group goes first, then the time, then the places.
  if (violation.reason != v1::ERROR_REASON_TOO_PRECISE) return std::nullopt;
  if (content.has_affected_group()) {
    content.clear_affected_group();
    return FieldNote{true, kGroupField, why};
  }
  if (content.has_observed_period() && PeriodToYear(*content.mutable_observed_period())) {
    return FieldNote{false, "observed_period", why};
  }
  if (!HasCountryLeg(content)) return std::nullopt;
  LegsToAreas(content);
  return FieldNote{false, "legs", why};
}

}  // namespace corridor
