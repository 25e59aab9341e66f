#include "core/gate/revision_rules.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "core/gate/coded_fields.h"
#include "core/gate/faults.h"
#include "core/model/vocabulary.h"

namespace corridor {
namespace {

constexpr std::string_view kGroup = "body.revise.content.affected_group";

using Codes = std::set<std::string_view>;

Codes CitizenshipsOf(const v1::AlertContent& content) {
  const auto& list = content.affected_group().citizenships();
  return {list.begin(), list.end()};
}

Codes PlacesOf(const v1::AlertContent& content) {
  Codes places;
  for (const v1::RouteLeg& leg : content.legs()) {
    if (leg.stage() != v1::ROUTE_STAGE_TRANSIT && leg.has_country()) places.insert(leg.country());
  }
  return places;
}

Codes AreasOf(const v1::AlertContent& content) {
  Codes areas;
  for (const v1::RouteLeg& leg : content.legs()) {
    if (leg.has_area()) areas.insert(leg.area());
  }
  return areas;
}

// Whether `all` holds everything in `part` and a code more that no area covers.
bool HasOneMore(const Codes& all, const Codes& part, const Codes& areas) {
  if (!std::includes(all.begin(), all.end(), part.begin(), part.end())) return false;
  return std::any_of(all.begin(), all.end(), [&](std::string_view code) {
    return !part.contains(code) &&
           std::none_of(areas.begin(), areas.end(),
                        [&](std::string_view area) { return AreaContains(area, code); });
  });
}

bool IsFinelyDescribed(const v1::AlertContent& content) {
  return IsFine(content, config::CODED_FIELD_GENDER) ||
         IsFine(content, config::CODED_FIELD_AGE_BAND) ||
         IsFine(content, config::CODED_FIELD_CITIZENSHIP);
}

// How far the numbers of two groups are apart at the least.
int LeastDifference(v1::GroupSize a, v1::GroupSize b) {
  if (SmallestOf(a) > LargestOf(b)) return SmallestOf(a) - LargestOf(b);
  if (SmallestOf(b) > LargestOf(a)) return SmallestOf(b) - LargestOf(a);
  return 0;
}

void Add(std::string_view rule, std::string path, std::string_view what, std::string_view passes,
         std::vector<FieldViolation>& violations) {
  Faults(violations).ByRule(v1::ERROR_REASON_DIFFERENCING, rule, std::move(path), what, passes);
}

void CheckCodesKept(const v1::AlertContent& before, const v1::AlertContent& after,
                    std::vector<FieldViolation>& violations) {
  const Codes was = CitizenshipsOf(before), is = CitizenshipsOf(after);
  const auto& list = after.affected_group().citizenship_areas();
  const Codes areas = {list.begin(), list.end()};
  if (!was.empty() && !is.empty() && (HasOneMore(was, is, areas) || HasOneMore(is, was, {}))) {
    Add("differencing.citizenship", Path(kGroup, "citizenships"),
        "would show how many have one citizenship; keep the earlier list, or give areas alone", "",
        violations);
  }
  const v1::Gender gender_was = before.affected_group().gender();
  const v1::Gender gender_is = after.affected_group().gender();
  if (gender_was != gender_is && gender_is != v1::GENDER_NOT_STATED &&
      gender_was != v1::GENDER_NOT_STATED &&
      (gender_was == v1::GENDER_MIXED || gender_is == v1::GENDER_MIXED)) {
    Add("differencing.gender", Path(kGroup, "gender"),
        "would show how many are of one gender; NOT_STATED passes", "GENDER_NOT_STATED",
        violations);
  }
  if (!PlacesOf(after).empty() && HasOneMore(PlacesOf(before), PlacesOf(after), AreasOf(after))) {
    Add("differencing.place", "body.revise.content.legs",
        "would show how many were in one country; keep the leg, give its area, or leave the "
        "group out",
        "", violations);
  }
}

}  // namespace

void CheckDifference(const v1::AlertContent& before, const v1::AlertContent& after,
                     int group_size_min, std::vector<FieldViolation>& violations) {
  if (!before.has_affected_group() || !after.has_affected_group()) return;
  const v1::GroupSize was = before.affected_group().group_size();
  const v1::GroupSize is = after.affected_group().group_size();
  if (SmallestOf(was) < group_size_min || SmallestOf(is) == 0) return;
  if (SmallestOf(is) < group_size_min) {
    if (!IsFinelyDescribed(before)) return;
    return Add("differencing.to-small", Path(kGroup, "group_size"),
               "would show that a group described before is small; NOT_STATED passes",
               "GROUP_SIZE_NOT_STATED", violations);
  }
  if (LeastDifference(was, is) >= group_size_min) return;
  if (was != is && IsFinelyDescribed(after)) {
    Add("differencing.count-band", Path(kGroup, "group_size"),
        "may differ by a few people from what was said before; keep the earlier band, or "
        "describe the group by ADULT or MINOR and areas",
        v1::GroupSize_Name(was), violations);
  }
  CheckCodesKept(before, after, violations);
}

}  // namespace corridor
