#include "core/gate/content_rules.h"

#include <algorithm>
#include <string>

#include "core/gate/coded_fields.h"
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

template <typename List>
bool HoldsFor(const List& wanted, int value) {
  return wanted.empty() || Contains(wanted, value);
}
template <typename List, typename Values>
bool HoldsForAny(const List& wanted, const Values& values) {
  return wanted.empty() || std::any_of(values.begin(), values.end(),
                                       [&](const auto& value) { return Contains(wanted, value); });
}

bool HoldsForLegs(const config::RareCombination& rare, const v1::AlertContent& content) {
  const auto any = [&](auto&& matches) {
    return std::any_of(content.legs().begin(), content.legs().end(), matches);
  };
  const bool countries = rare.countries().empty() || any([&](const v1::RouteLeg& leg) {
                           return Contains(rare.countries(), leg.country());
                         });
  const bool venues = rare.venues().empty() || any([&](const v1::RouteLeg& leg) {
                        return Contains(rare.venues(), leg.venue());
                      });
  return countries && venues;
}

bool IsRare(const config::RareCombination& rare, const v1::AlertContent& content) {
  const v1::AffectedGroupBlock& group = content.affected_group();
  const bool size = rare.group_below() == v1::GROUP_SIZE_UNSPECIFIED ||
                    SmallestOf(group.group_size()) < SmallestOf(rare.group_below());
  return size && HoldsFor(rare.genders(), group.gender()) &&
         HoldsFor(rare.age_bands(), group.age_band()) &&
         HoldsForAny(rare.citizenships(), group.citizenships()) &&
         HoldsForAny(rare.purposes(), content.pattern().purposes()) &&
         HoldsForAny(rare.perpetrator_kinds(), content.recruitment().perpetrator_kinds()) &&
         HoldsForLegs(rare, content);
}

// How fine an alert may be. A field is asked to be coarser once, by the first rule.
class Precision {
 public:
  Precision(const v1::AlertContent& content, const GatePolicy& policy, std::string_view path,
            Faults& faults)
      : content_(content), policy_(policy), path_(path), faults_(faults) {}

  void Check() {
    CheckSmallGroup();
    CheckRareCombinations();
    CheckQuasiIdentifiers();
  }

 private:
  // Beside a small group only MINOR or ADULT and areas may stand.
  void CheckSmallGroup() {
    if (!content_.has_affected_group()) return;
    if (SmallestOf(content_.affected_group().group_size()) >= policy_.group_size_min) return;
    constexpr std::string_view kWhy = "is too fine for a small group";
    Ask(config::CODED_FIELD_AGE_BAND, "small-group.age-band", kWhy);
    Ask(config::CODED_FIELD_GENDER, "small-group.gender", kWhy);
    Ask(config::CODED_FIELD_CITIZENSHIP, "small-group.citizenship", kWhy);
    Ask(config::CODED_FIELD_SUBDIVISION, "small-group.subdivision", kWhy);
  }

  void CheckRareCombinations() {
    for (const config::RareCombination& rare : policy_.rare_combinations) {
      if (!IsRare(rare, content_)) continue;
      const std::string rule = absl::StrCat("rare.", rare.name());
      for (int field : rare.coarser()) {
        Ask(static_cast<config::CodedField>(field), rule, "is too fine in so rare a combination");
      }
    }
  }

  // Too many in company: as many must be coarser as are too many, the least telling first.
  void CheckQuasiIdentifiers() {
    std::vector<config::CodedField> fine = FineFields(content_);
    std::erase_if(fine, [this](config::CodedField field) { return Contains(asked_, field); });
    const size_t max = policy_.quasi_identifiers_max;
    if (fine.size() <= max) return;
    const std::string why =
        absl::StrCat("is one of ", fine.size(), " details that together may point to somebody; ",
                     max, " of them may stand");
    for (size_t i = 0; i < fine.size() - max; ++i) Ask(fine[i], "precision.quasi-identifiers", why);
  }

  void Ask(config::CodedField field, std::string_view rule, std::string_view why) {
    if (Contains(asked_, field) || !IsFine(content_, field)) return;
    asked_.push_back(field);
    AskCoarser(content_, field, path_, rule, why, faults_);
  }

  const v1::AlertContent& content_;
  const GatePolicy& policy_;
  const std::string_view path_;
  Faults& faults_;
  std::vector<config::CodedField> asked_;
};

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
  Precision(content, policy, path, faults).Check();
  CheckAgainstInterdiction(content, path, faults);
}

void CheckSightingRules(const v1::Sighting& sighting, const GatePolicy& policy,
                        std::vector<FieldViolation>& violations) {
  const int smallest = SmallestOf(sighting.size());
  if (smallest == 0 || smallest >= policy.group_size_min || !IsCountryAlpha3(sighting.place())) {
    return;
  }
  const std::string_view area = CoarserArea(sighting.place());
  Faults(violations)
      .TooPrecise("small-group.place", "body.sighting.place",
                  absl::StrCat("is too fine for so small a group; give ",
                               area.empty() ? "the M49 sub-region" : A(area), " or leave size out"),
                  area);
}

}  // namespace corridor
