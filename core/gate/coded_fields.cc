#include "core/gate/coded_fields.h"

#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/strings.h"
#include "core/model/vocabulary.h"

namespace corridor {
namespace {

constexpr int kQuarterMonths = 3;
constexpr int kUnbounded = std::numeric_limits<int>::max();

struct Band {
  v1::GroupSize size;
  int smallest;
  int largest;
};
constexpr Band kBands[] = {
    {v1::GROUP_SIZE_LT_11, 1, 10},         {v1::GROUP_SIZE_11_TO_24, 11, 24},
    {v1::GROUP_SIZE_25_TO_49, 25, 49},     {v1::GROUP_SIZE_50_TO_99, 50, 99},
    {v1::GROUP_SIZE_100_TO_499, 100, 499}, {v1::GROUP_SIZE_GE_500, 500, kUnbounded},
};

// The least telling first.
constexpr config::CodedField kAllFields[] = {
    config::CODED_FIELD_PERIOD,      config::CODED_FIELD_ENTRY_MODE, config::CODED_FIELD_VENUE,
    config::CODED_FIELD_SUBDIVISION, config::CODED_FIELD_GENDER,     config::CODED_FIELD_AGE_BAND,
    config::CODED_FIELD_CITIZENSHIP, config::CODED_FIELD_PLACE};

int MonthsOf(const v1::MonthPeriod& period) {
  return (period.end().year() - period.start().year()) * 12 + period.end().month() -
         period.start().month() + 1;
}

bool IsFineAge(v1::AgeBand age) {
  return age != v1::AGE_BAND_UNSPECIFIED && age != v1::AGE_BAND_MINOR && age != v1::AGE_BAND_ADULT;
}

bool IsStated(v1::Gender gender) {
  return gender != v1::GENDER_UNSPECIFIED && gender != v1::GENDER_NOT_STATED;
}

bool IsFineLeg(const v1::RouteLeg& leg, config::CodedField field) {
  switch (field) {
    case config::CODED_FIELD_PLACE:
      return leg.has_country();
    case config::CODED_FIELD_SUBDIVISION:
      return !leg.admin1().empty();
    case config::CODED_FIELD_VENUE:
      return leg.venue() != v1::VENUE_UNSPECIFIED;
    case config::CODED_FIELD_ENTRY_MODE:
      return leg.entry_mode() != v1::ENTRY_MODE_UNSPECIFIED;
    default:
      return false;
  }
}

std::string_view LegFieldName(config::CodedField field) {
  switch (field) {
    case config::CODED_FIELD_PLACE:
      return "country";
    case config::CODED_FIELD_SUBDIVISION:
      return "admin1";
    case config::CODED_FIELD_VENUE:
      return "venue";
    default:
      return "entry_mode";
  }
}

std::string Described(std::string_view area) {
  return area.empty() ? "the M49 sub-region" : absl::StrCat(A(area), " (", A(AreaName(area)), ")");
}

// The faults of one field, all with the same rule and reason.
class Asker {
 public:
  Asker(std::string_view rule, std::string_view why, Faults& faults)
      : rule_(rule), why_(why), faults_(faults) {}

  void Add(std::string path, std::string_view instead, std::string_view passes = "") {
    faults_.TooPrecise(rule_, std::move(path), absl::StrCat(A(why_), "; ", A(instead)), passes);
  }

 private:
  const std::string_view rule_;
  const std::string_view why_;
  Faults& faults_;
};

void AskLegs(const v1::AlertContent& content, config::CodedField field, std::string_view path,
             Asker& asker) {
  for (int i = 0; i < content.legs_size(); ++i) {
    if (!IsFineLeg(content.legs(i), field)) continue;
    std::string at = Path(Element(Path(path, "legs"), i), LegFieldName(field));
    if (field != config::CODED_FIELD_PLACE) {
      asker.Add(std::move(at), "leave it out");
      continue;
    }
    const std::string_view area = CoarserArea(content.legs(i).country());
    asker.Add(std::move(at), absl::StrCat("give ", Described(area), " as area instead"), area);
  }
}

void AskGroup(const v1::AffectedGroupBlock& group, config::CodedField field, std::string_view path,
              Asker& asker) {
  switch (field) {
    case config::CODED_FIELD_GENDER:
      return asker.Add(Path(path, "gender"), "NOT_STATED passes", "GENDER_NOT_STATED");
    case config::CODED_FIELD_AGE_BAND:
      return IsMinor(group.age_band())
                 ? asker.Add(Path(path, "age_band"), "MINOR passes", "AGE_BAND_MINOR")
                 : asker.Add(Path(path, "age_band"), "ADULT passes", "AGE_BAND_ADULT");
    default:
      for (int i = 0; i < group.citizenships_size(); ++i) {
        const std::string_view area = CoarserArea(group.citizenships(i));
        asker.Add(Element(Path(path, "citizenships"), i),
                  absl::StrCat("leave it out and give ", Described(area), " in citizenship_areas"),
                  area);
      }
  }
}

}  // namespace

bool IsFine(const v1::AlertContent& content, config::CodedField field) {
  const v1::AffectedGroupBlock& group = content.affected_group();
  switch (field) {
    case config::CODED_FIELD_PERIOD:
      return content.has_observed_period() && MonthsOf(content.observed_period()) < kQuarterMonths;
    case config::CODED_FIELD_GENDER:
      return IsStated(group.gender());
    case config::CODED_FIELD_AGE_BAND:
      return IsFineAge(group.age_band());
    case config::CODED_FIELD_CITIZENSHIP:
      return !group.citizenships().empty();
    default:
      break;
  }
  for (const v1::RouteLeg& leg : content.legs()) {
    if (IsFineLeg(leg, field)) return true;
  }
  return false;
}

std::vector<config::CodedField> FineFields(const v1::AlertContent& content) {
  std::vector<config::CodedField> fields;
  for (config::CodedField field : kAllFields) {
    if (IsFine(content, field)) fields.push_back(field);
  }
  return fields;
}

void AskCoarser(const v1::AlertContent& content, config::CodedField field, std::string_view path,
                std::string_view rule, std::string_view why, Faults& faults) {
  if (!IsFine(content, field)) return;
  Asker asker(rule, why, faults);
  switch (field) {
    case config::CODED_FIELD_PERIOD:
      return asker.Add(Path(path, "observed_period"), "a period of three months or more passes");
    case config::CODED_FIELD_GENDER:
    case config::CODED_FIELD_AGE_BAND:
    case config::CODED_FIELD_CITIZENSHIP:
      return AskGroup(content.affected_group(), field, Path(path, "affected_group"), asker);
    default:
      return AskLegs(content, field, path, asker);
  }
}

std::string_view CoarserArea(std::string_view country) {
  const AreaList areas = AreasContaining(country);
  return areas.empty() ? std::string_view() : areas.front();
}

int SmallestOf(v1::GroupSize size) {
  for (const Band& band : kBands) {
    if (band.size == size) return band.smallest;
  }
  return 0;
}

int LargestOf(v1::GroupSize size) {
  for (const Band& band : kBands) {
    if (band.size == size) return band.largest;
  }
  return kUnbounded;
}

bool IsMinor(v1::AgeBand age) {
  return age == v1::AGE_BAND_0_TO_8 || age == v1::AGE_BAND_9_TO_17 || age == v1::AGE_BAND_MINOR;
}

}  // namespace corridor
