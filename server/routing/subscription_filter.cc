#include "server/routing/subscription_filter.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/model/errors.h"
#include "core/model/filter_rules.h"
#include "core/model/vocabulary.h"

namespace corridor {
namespace {

// Which conditions are asked.
enum class Scope {
  kContent,   // All.
  kEnvelope,  // What every kind of statement has.
  kIdentity,  // What no revision can change.
};

// What is asked of a statement.
struct Question {
  const ParsedStatement& statement;
  v1::StatementKind kind;  // Of the statement delivered, which may be the end of this one.
  Scope scope;
};

bool EndsAlert(v1::StatementKind kind) {
  return kind == v1::STATEMENT_KIND_CANCEL || kind == v1::STATEMENT_KIND_RECALL;
}

template <typename Values, typename Value>
bool Has(const Values& values, const Value& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

// A condition holds when it is not asked, or one of its values is there.
template <typename Values, typename Value>
bool IsAnyOf(const Values& wanted, const Value& value) {
  return wanted.empty() || Has(wanted, value);
}

template <typename Values, typename Present>
bool Meets(const Values& wanted, const Present& present) {
  return wanted.empty() || std::any_of(present.begin(), present.end(),
                                       [&wanted](const auto& value) { return Has(wanted, value); });
}

bool KindMatches(const v1::FilterClause& clause, v1::StatementKind kind) {
  if (IsAnyOf(clause.kinds(), kind)) return true;
  return EndsAlert(kind) && (Has(clause.kinds(), v1::STATEMENT_KIND_ISSUE) ||
                             Has(clause.kinds(), v1::STATEMENT_KIND_REVISE));
}

// A country matches the areas that contain it, and an area the countries in it.
bool PlaceMatches(const v1::RouteLeg& leg, std::string_view wanted) {
  const std::string& place = leg.has_country() ? leg.country() : leg.area();
  return place == wanted || AreaContains(wanted, place) || AreaContains(place, wanted);
}

template <typename Places>
bool PassesThrough(const Places& wanted, const v1::AlertContent& content, v1::RouteStage stage) {
  if (wanted.empty()) return true;
  for (const v1::RouteLeg& leg : content.legs()) {
    if (stage != v1::ROUTE_STAGE_UNSPECIFIED && leg.stage() != stage) continue;
    for (const std::string& place : wanted) {
      if (PlaceMatches(leg, place)) return true;
    }
  }
  return false;
}

// EXTREME is 1 and MINOR 4; UNKNOWN is at least nothing.
bool IsSevereEnough(v1::Severity severity, v1::Severity least) {
  if (least == v1::SEVERITY_UNSPECIFIED) return true;
  return severity != v1::SEVERITY_UNSPECIFIED && severity <= least;
}

// The condition on content that fails; empty when none does.
std::string_view FailedInContent(const v1::FilterClause& clause, const v1::AlertContent& content) {
  if (!PassesThrough(clause.places(), content, v1::ROUTE_STAGE_UNSPECIFIED)) return "places";
  if (!PassesThrough(clause.recruitment_places(), content, v1::ROUTE_STAGE_RECRUITMENT)) {
    return "recruitment_places";
  }
  if (!PassesThrough(clause.transit_places(), content, v1::ROUTE_STAGE_TRANSIT)) {
    return "transit_places";
  }
  if (!PassesThrough(clause.exploitation_places(), content, v1::ROUTE_STAGE_EXPLOITATION)) {
    return "exploitation_places";
  }
  if (!IsAnyOf(clause.claimed_destinations(), content.recruitment().claimed_destination())) {
    return "claimed_destinations";
  }
  if (!Meets(clause.purposes(), content.pattern().purposes())) return "purposes";
  if (!Meets(clause.forced_criminality_kinds(), content.pattern().forced_criminality_kinds())) {
    return "forced_criminality_kinds";
  }
  if (!IsSevereEnough(content.severity(), clause.severity_min())) return "severity_min";
  return {};
}

std::string_view FailedIn(const v1::FilterClause& clause, const Question& question) {
  const v1::StatementBody& body = question.statement.body;
  if (!KindMatches(clause, question.kind)) return "kinds";
  if (!IsAnyOf(clause.publishers(), body.publisher())) return "publishers";
  if (!IsAnyOf(clause.publisher_countries(), body.publisher_country())) {
    return "publisher_countries";
  }
  if (question.scope == Scope::kIdentity) return {};
  if (!IsAnyOf(clause.urgencies(), body.urgency())) return "urgencies";
  if (!IsAnyOf(clause.tlps(), body.tlp())) return "tlps";
  const v1::AlertContent* content = question.statement.content();
  if (question.scope == Scope::kEnvelope || content == nullptr) return {};
  return FailedInContent(clause, *content);
}

Question QuestionOf(const ParsedStatement& statement, const ParsedStatement* target) {
  const v1::StatementKind kind = statement.kind();
  if (EndsAlert(kind)) {
    if (target == nullptr) return {statement, kind, Scope::kIdentity};
    const bool was_revised = target->body.revision() > 1;
    return {*target, kind, was_revised ? Scope::kIdentity : Scope::kContent};
  }
  return {statement, kind, statement.content() != nullptr ? Scope::kContent : Scope::kEnvelope};
}

}  // namespace

absl::StatusOr<SubscriptionFilter> SubscriptionFilter::Compile(v1::Filter filter) {
  std::vector<FieldViolation> violations;
  CheckFilter(filter, "filter", violations);
  if (!violations.empty()) return InvalidFields(violations);
  return SubscriptionFilter(std::move(filter));
}

bool SubscriptionFilter::Matches(const ParsedStatement& statement,
                                 const ParsedStatement* target) const {
  if (filter_.clauses().empty()) return true;
  const Question question = QuestionOf(statement, target);
  return std::any_of(
      filter_.clauses().begin(), filter_.clauses().end(),
      [&question](const auto& clause) { return FailedIn(clause, question).empty(); });
}

std::string SubscriptionFilter::WhyNot(const ParsedStatement& statement,
                                       const ParsedStatement* target) const {
  const Question question = QuestionOf(statement, target);
  std::vector<std::string> reasons;
  for (const v1::FilterClause& clause : filter_.clauses()) {
    const std::string_view failed = FailedIn(clause, question);
    if (failed.empty()) return "";
    reasons.push_back(absl::StrCat("clause ", reasons.size() + 1, ": ", std::string(failed)));
  }
  return absl::StrJoin(reasons, "; ");
}

}  // namespace corridor
