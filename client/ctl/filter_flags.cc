#include "client/ctl/filter_flags.h"

#include "client/ctl/output.h"
#include "client/ctl/textproto.h"
#include "core/base/status_macros.h"

namespace corridor {
namespace {

template <typename Enum, typename Field>
absl::Status AddEnums(const std::vector<std::string>& names, Field* field) {
  for (const std::string& name : names) {
    Enum value{};
    RETURN_IF_ERROR(ParseEnum(name, value));
    field->Add(value);
  }
  return absl::OkStatus();
}

void AddStrings(const std::vector<std::string>& values,
                google::protobuf::RepeatedPtrField<std::string>* field) {
  for (const std::string& value : values) *field->Add() = value;
}

}  // namespace

void FilterFlags::AddTo(CLI::App& command) {
  const auto add = [&command](const char* name, std::vector<std::string>& values,
                              const char* help) {
    command.add_option(name, values, help)->delimiter(',')->group("Filter");
  };
  add("--kind", kinds, "any of these kinds: issue, revise, sighting, ...");
  add("--from", publishers, "any of these publishers: SPIFFE IDs, or ke-desk@eastafrica.example");
  add("--from-country", publisher_countries, "any of these countries of publication (KEN, ...)");
  add("--place", places, "any leg in any of these countries or M49 areas");
  add("--recruitment-place", recruitment_places, "a recruitment leg there");
  add("--transit-place", transit_places, "a transit leg there");
  add("--exploitation-place", exploitation_places, "an exploitation leg there");
  add("--claimed-destination", claimed_destinations, "the offer names any of these countries");
  add("--purpose", purposes, "any of these purposes: forced-labour, forced-criminality, ...");
  add("--forced-criminality", forced_criminality, "any of these kinds: money-muling, ...");
  add("--urgency", urgencies, "any of these: immediate, expected, ...");
  add("--tlp", tlps, "any of these markings: clear, green, amber, amber-strict, red");
  command.add_option("--severity-min", severity_min, "at least: minor, moderate, severe, extreme")
      ->group("Filter");
}

absl::StatusOr<v1::Filter> FilterFlags::ToFilter() const {
  v1::FilterClause clause;
  RETURN_IF_ERROR(AddEnums<v1::StatementKind>(kinds, clause.mutable_kinds()));
  for (const std::string& publisher : publishers) {
    clause.add_publishers(MemberFromShort(publisher));
  }
  AddStrings(publisher_countries, clause.mutable_publisher_countries());
  AddStrings(places, clause.mutable_places());
  AddStrings(recruitment_places, clause.mutable_recruitment_places());
  AddStrings(transit_places, clause.mutable_transit_places());
  AddStrings(exploitation_places, clause.mutable_exploitation_places());
  AddStrings(claimed_destinations, clause.mutable_claimed_destinations());
  RETURN_IF_ERROR(AddEnums<v1::TraffickingPurpose>(purposes, clause.mutable_purposes()));
  RETURN_IF_ERROR(AddEnums<v1::ForcedCriminalityKind>(forced_criminality,
                                                      clause.mutable_forced_criminality_kinds()));
  RETURN_IF_ERROR(AddEnums<v1::Urgency>(urgencies, clause.mutable_urgencies()));
  RETURN_IF_ERROR(AddEnums<v1::Tlp>(tlps, clause.mutable_tlps()));
  if (!severity_min.empty()) {
    v1::Severity severity{};
    RETURN_IF_ERROR(ParseEnum(severity_min, severity));
    clause.set_severity_min(severity);
  }
  v1::Filter filter;
  if (clause.ByteSizeLong() > 0) *filter.add_clauses() = clause;
  return filter;
}

}  // namespace corridor
