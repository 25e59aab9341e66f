#include "core/gate/content_rules.h"

#include <algorithm>
#include <string>

#include "core/gate/faults.h"
#include "core/model/vocabulary.h"

namespace corridor {
namespace {

template <typename List, typename Value>
bool Contains(const List& list, Value value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// --- Precision.

void CheckSubdivisions(const v1::AlertContent& content, const GatePolicy& policy,
                       std::string_view path, Faults& faults) {
  for (int i = 0; i < content.legs_size(); ++i) {
    const v1::RouteLeg& leg = content.legs(i);
    if (leg.admin1().empty() || policy.admin1_countries.contains(leg.country())) continue;
    faults.TooPrecise("precision.subdivision", Path(Element(Path(path, "legs"), i), "admin1"),
                      "is finer than this region's gate policy allows for the country; leave it "
                      "out, the country alone passes");
  }
}

bool IsSmall(v1::GroupSize size) {
  return size == v1::GROUP_SIZE_NOT_STATED || size == v1::GROUP_SIZE_LT_11;
}

bool IsCoarseAge(v1::AgeBand age) {
  return age == v1::AGE_BAND_UNSPECIFIED || age == v1::AGE_BAND_MINOR || age == v1::AGE_BAND_ADULT;
}

bool IsMinor(v1::AgeBand age) {
  return age == v1::AGE_BAND_0_TO_8 || age == v1::AGE_BAND_9_TO_17 || age == v1::AGE_BAND_MINOR;
}

// The M49 sub-region that stands in for a country; its own name where none is known.
std::string_view CoarserArea(std::string_view country) {
  const AreaList areas = AreasContaining(country);
  return areas.empty() ? std::string_view() : areas.front();
}
std::string Describe(std::string_view area) {
  return area.empty() ? "the M49 sub-region" : absl::StrCat(A(area), " (", A(AreaName(area)), ")");
}

// Beside a small group only MINOR or ADULT and areas may stand.
void CheckSmallGroup(const v1::AffectedGroupBlock& group, std::string_view path, Faults& faults) {
  if (!IsSmall(group.group_size())) return;
  if (!IsCoarseAge(group.age_band())) {
    const bool minor = IsMinor(group.age_band());
    faults.TooPrecise("small-group.age-band", Path(path, "age_band"),
                      minor ? "is too fine for a small group; MINOR passes"
                            : "is too fine for a small group; ADULT passes",
                      minor ? "AGE_BAND_MINOR" : "AGE_BAND_ADULT");
  }
  if (group.gender() != v1::GENDER_NOT_STATED) {
    faults.TooPrecise("small-group.gender", Path(path, "gender"),
                      "is too fine for a small group; NOT_STATED passes", "GENDER_NOT_STATED");
  }
  for (int i = 0; i < group.citizenships_size(); ++i) {
    const std::string_view area = CoarserArea(group.citizenships(i));
    faults.TooPrecise("small-group.citizenship", Element(Path(path, "citizenships"), i),
                      absl::StrCat("is too fine for a small group; leave it out and give ",
                                   Describe(area), " in citizenship_areas"),
                      area);
  }
}

// --- Misuse.

bool ConcernsMinors(const v1::AlertContent& content) {
  return IsMinor(content.affected_group().age_band()) ||
         Contains(content.pattern().purposes(), v1::TRAFFICKING_PURPOSE_CHILD_LABOUR);
}

bool ShowsTrafficking(const v1::AlertContent& content) {
  const v1::PatternBlock& pattern = content.pattern();
  return !pattern.acts().empty() && !pattern.purposes().empty() &&
         (!pattern.means().empty() || ConcernsMinors(content));
}

// Rule 1 of the rules against misuse: an alert is about trafficking, never a list of
// people to be turned back.
void CheckAgainstInterdiction(const v1::AlertContent& content, std::string_view path,
                              Faults& faults) {
  if (ShowsTrafficking(content)) return;
  const auto refuse = [&faults](std::string field) {
    faults.ByRule(
        v1::ERROR_REASON_MISUSE_RULE, "misuse.pattern-needed", std::move(field),
        "needs act, purpose and (unless minors are concerned) means in the pattern of the "
        "same alert; add them or leave it out");
  };
  const v1::AffectedGroupBlock& group = content.affected_group();
  const std::string group_path = Path(path, "affected_group");
  if (!group.citizenships().empty()) refuse(Path(group_path, "citizenships"));
  if (!group.citizenship_areas().empty()) refuse(Path(group_path, "citizenship_areas"));
  for (int i = 0; i < content.legs_size(); ++i) {
    if (content.legs(i).entry_mode() == v1::ENTRY_MODE_UNSPECIFIED) continue;
    refuse(Path(Element(Path(path, "legs"), i), "entry_mode"));
  }
  if (Contains(content.recommended_actions(), v1::RECOMMENDED_ACTION_SCREEN_AT_DEPARTURE)) {
    refuse(Path(path, "recommended_actions"));
  }
}

}  // namespace

void CheckContentRules(const v1::AlertContent& content, const GatePolicy& policy,
                       std::string_view path, std::vector<FieldViolation>& violations) {
  Faults faults(violations);
  CheckSubdivisions(content, policy, path, faults);
  if (content.has_affected_group()) {
    CheckSmallGroup(content.affected_group(), Path(path, "affected_group"), faults);
  }
  CheckAgainstInterdiction(content, path, faults);
}

void CheckSightingRules(const v1::Sighting& sighting, std::vector<FieldViolation>& violations) {
  if (sighting.size() != v1::GROUP_SIZE_LT_11 || !IsCountryAlpha3(sighting.place())) return;
  const std::string_view area = CoarserArea(sighting.place());
  Faults(violations)
      .TooPrecise("small-group.place", "body.sighting.place",
                  absl::StrCat("is too fine for fewer than eleven; give ", Describe(area),
                               " or leave size out"),
                  area);
}

}  // namespace corridor
