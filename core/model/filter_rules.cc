#include "core/model/filter_rules.h"

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/strings.h"
#include "core/model/principal.h"
#include "core/model/vocabulary.h"
#include "google/protobuf/generated_enum_reflection.h"

namespace corridor {
namespace {

using Violations = std::vector<FieldViolation>;

void Add(Violations& violations, std::string field, std::string_view description) {
  violations.push_back(
      {std::move(field), v1::ERROR_REASON_REQUEST_INVALID, std::string(description)});
}

bool IsPlace(std::string_view code) { return IsCountryAlpha3(code) || IsM49Area(code); }

// Adds a fault for each value of a condition that `is_valid` refuses, or that is there twice.
template <typename Values, typename IsValid>
void CheckValues(const Values& values, const std::string& path, std::string_view wanted,
                 IsValid is_valid, Violations& violations) {
  if (values.size() > kFilterValuesMax) {
    Add(violations, path, absl::StrCat("give at most ", kFilterValuesMax, " values"));
    return;
  }
  std::set<typename Values::value_type> seen;
  for (int i = 0; i < values.size(); ++i) {
    const std::string element = absl::StrCat(path, "[", i, "]");
    if (!is_valid(values[i])) Add(violations, element, wanted);
    if (!seen.insert(values[i]).second) Add(violations, element, "is there twice");
  }
}

template <typename Enum>
bool IsStatedCode(int value) {
  return value != 0 &&
         google::protobuf::GetEnumDescriptor<Enum>()->FindValueByNumber(value) != nullptr;
}

constexpr std::string_view kPlaceWanted = "give an ISO 3166-1 alpha-3 code or a UN M49 area";
constexpr std::string_view kCountryWanted = "give an ISO 3166-1 alpha-3 code";
constexpr std::string_view kCodeWanted = "give a value of the list, other than UNSPECIFIED";

void CheckClause(const v1::FilterClause& clause, const std::string& path, Violations& violations) {
  const auto field = [&path](std::string_view name) { return absl::StrCat(path, ".", A(name)); };
  const auto codes = [&](const auto& values, std::string_view name, auto is_valid) {
    CheckValues(values, field(name), kCodeWanted, is_valid, violations);
  };
  const auto texts = [&](const auto& values, std::string_view name, std::string_view wanted,
                         auto is_valid) {
    CheckValues(values, field(name), wanted, is_valid, violations);
  };
  codes(clause.kinds(), "kinds", IsStatedCode<v1::StatementKind>);
  texts(clause.publishers(), "publishers", "give the SPIFFE ID of a member", IsMemberId);
  texts(clause.publisher_countries(), "publisher_countries", kCountryWanted, IsCountryAlpha3);
  texts(clause.places(), "places", kPlaceWanted, IsPlace);
  texts(clause.recruitment_places(), "recruitment_places", kPlaceWanted, IsPlace);
  texts(clause.transit_places(), "transit_places", kPlaceWanted, IsPlace);
  texts(clause.exploitation_places(), "exploitation_places", kPlaceWanted, IsPlace);
  texts(clause.claimed_destinations(), "claimed_destinations", kCountryWanted, IsCountryAlpha3);
  codes(clause.purposes(), "purposes", IsStatedCode<v1::TraffickingPurpose>);
  codes(clause.forced_criminality_kinds(), "forced_criminality_kinds",
        IsStatedCode<v1::ForcedCriminalityKind>);
  codes(clause.urgencies(), "urgencies", IsStatedCode<v1::Urgency>);
  codes(clause.tlps(), "tlps", IsStatedCode<v1::Tlp>);
  if (clause.severity_min() < v1::SEVERITY_UNSPECIFIED ||
      clause.severity_min() > v1::SEVERITY_MINOR) {
    Add(violations, field("severity_min"), "give EXTREME, SEVERE, MODERATE or MINOR, or leave it");
  }
}

}  // namespace

void CheckFilter(const v1::Filter& filter, std::string_view path, Violations& violations) {
  const std::string clauses = absl::StrCat(A(path), ".clauses");
  if (filter.clauses_size() > kFilterClausesMax) {
    Add(violations, clauses, absl::StrCat("give at most ", kFilterClausesMax, " clauses"));
    return;
  }
  for (int i = 0; i < filter.clauses_size(); ++i) {
    CheckClause(filter.clauses(i), absl::StrCat(clauses, "[", i, "]"), violations);
  }
}

}  // namespace corridor
