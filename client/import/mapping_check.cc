#include "client/import/mapping_check.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/import/field_path.h"
#include "client/import/label_text.h"
#include "core/base/strings.h"
#include "core/gate/envelope_rules.h"
#include "core/model/principal.h"
#include "core/model/structure_rules.h"
#include "core/model/vocabulary.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace corridor {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::RepeatedPtrField;

constexpr size_t kDatasetBytesMax = 128;

std::string Sub(std::string_view parent, std::string_view field) {
  return absl::StrCat(A(parent), parent.empty() ? "" : ".", A(field));
}
std::string At(std::string_view list, int index) { return absl::StrCat(A(list), "[", index, "]"); }

class Checker {
 public:
  std::vector<FieldViolation> Check(const ctl::ImportMapping& mapping);

 private:
  void Add(std::string path, std::string_view what) {
    faults_.push_back({std::move(path), v1::ERROR_REASON_REQUEST_INVALID, std::string(what)});
  }
  void Needs(bool there, std::string path) {
    if (!there) Add(std::move(path), "is missing");
  }

  void CheckIdentity(const ctl::ImportMapping& mapping);
  void CheckConditions(const RepeatedPtrField<ctl::ColumnCondition>& conditions,
                       std::string_view path);
  void CheckPublishers(const ctl::ImportMapping& mapping);
  void CheckPublisherRule(const ctl::PublisherRule& rule, std::string_view path);
  void CheckAudienceRule(const ctl::AudienceRule& rule, std::string_view path);
  void CheckConstantAudience(const v1::Audience& audience, std::string_view path);
  void CheckCountriesOfRow(const ctl::CountriesOfRow& choice, std::string_view path);
  void CheckEnvelopeAndValidity(const ctl::ImportMapping& mapping);
  void CheckContent(const ctl::ImportMapping& mapping);
  void CheckWherePresent(const v1::AlertContent& content);
  void CheckLeg(const ctl::LegMapping& leg, std::string_view path);
  void CheckPlaces(const RepeatedPtrField<ctl::PlaceLabel>& places);
  void CheckColumn(const ctl::ColumnMapping& column, std::string_view path);
  void CheckCode(const ctl::CodeMapping& code, const FieldPath* field, std::string_view path);
  void CheckCases(const ctl::ImportMapping& mapping);
  void CheckNothingFiner(const ctl::ImportMapping& mapping);
  void CheckCodeColumn(const ctl::CodeColumn& column, const FieldPath& field,
                       std::string_view path);
  void CheckValue(const FieldPath& field, std::string_view value, std::string path);

  std::vector<FieldViolation> faults_;
  std::set<std::string> publishers_;
};

bool IsPrintableAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::vector<FieldViolation> Checker::Check(const ctl::ImportMapping& mapping) {
  CheckIdentity(mapping);
  CheckConditions(mapping.select().any_of(), "select.any_of");
  CheckConditions(mapping.select().all_of(), "select.all_of");
  CheckPublishers(mapping);
  for (int i = 0; i < mapping.publisher_rules_size(); ++i) {
    CheckPublisherRule(mapping.publisher_rules(i), At("publisher_rules", i));
  }
  Needs(mapping.publisher_rules_size() > 0, "publisher_rules");
  for (int i = 0; i < mapping.audience_rules_size(); ++i) {
    CheckAudienceRule(mapping.audience_rules(i), At("audience_rules", i));
  }
  Needs(mapping.audience_rules_size() > 0, "audience_rules");
  CheckEnvelopeAndValidity(mapping);
  CheckContent(mapping);
  CheckWherePresent(mapping.where_present());
  for (int i = 0; i < mapping.legs_size(); ++i) CheckLeg(mapping.legs(i), At("legs", i));
  CheckPlaces(mapping.places());
  for (int i = 0; i < mapping.columns_size(); ++i) {
    CheckColumn(mapping.columns(i), At("columns", i));
  }
  if (mapping.has_cases()) CheckCases(mapping);
  return std::move(faults_);
}

void Checker::CheckIdentity(const ctl::ImportMapping& mapping) {
  if (!IsSimpleName(mapping.id())) {
    Add("id", "is not 1 to 63 of a-z, 0-9 and hyphen, beginning with a letter or digit");
  }
  if (mapping.dataset().empty() || mapping.dataset().size() > kDatasetBytesMax ||
      !IsPrintableAscii(mapping.dataset())) {
    Add("dataset", "is not 1 to 128 printable ASCII characters; give the data a name that stays");
  }
  const std::string& delimiter = mapping.csv().delimiter();
  if (!delimiter.empty() && (delimiter.size() != 1 || !absl::StrContains(",;|\t", delimiter))) {
    Add("csv.delimiter", "is none of , ; | and tab");
  }
}

void Checker::CheckConditions(const RepeatedPtrField<ctl::ColumnCondition>& conditions,
                              std::string_view path) {
  for (int i = 0; i < conditions.size(); ++i) {
    Needs(!conditions[i].column().empty(), Sub(At(path, i), "column"));
    Needs(conditions[i].in_size() > 0, Sub(At(path, i), "in"));
  }
}

void Checker::CheckPublishers(const ctl::ImportMapping& mapping) {
  const auto& publishers = mapping.publishers();
  if (publishers.empty()) Add("publishers", "is empty; name at least one member");
  if (publishers.size() > kPublishersMax) Add("publishers", "holds too many; give at most 64");
  std::set<std::string> countries;
  for (int i = 0; i < publishers.size(); ++i) {
    const std::string path = At("publishers", i);
    if (!IsMemberId(publishers[i].spiffe_id())) {
      Add(Sub(path, "spiffe_id"), "is not a member; give spiffe://<trust-domain>/agency/<id>");
    }
    if (!publishers_.insert(publishers[i].spiffe_id()).second) {
      Add(Sub(path, "spiffe_id"), "occurs twice");
    }
    if (!IsCountryAlpha3(publishers[i].country())) {
      Add(Sub(path, "country"), "is not an ISO 3166-1 alpha-3 code such as KEN");
    }
    if (!countries.insert(publishers[i].country()).second) {
      Add(Sub(path, "country"), "occurs twice; rows are given to one publisher for a country");
    }
  }
}

void Checker::CheckPublisherRule(const ctl::PublisherRule& rule, std::string_view path) {
  CheckConditions(rule.when(), Sub(path, "when"));
  switch (rule.choice_case()) {
    case ctl::PublisherRule::kCountryColumn:
      Needs(!rule.country_column().empty(), Sub(path, "country_column"));
      break;
    case ctl::PublisherRule::kSpiffeId:
      if (!publishers_.contains(rule.spiffe_id())) {
        Add(Sub(path, "spiffe_id"), "is none of `publishers`");
      }
      break;
    case ctl::PublisherRule::CHOICE_NOT_SET:
      Add(std::string(path), "chooses nobody; give country_column or spiffe_id");
      break;
  }
}

void Checker::CheckAudienceRule(const ctl::AudienceRule& rule, std::string_view path) {
  CheckConditions(rule.when(), Sub(path, "when"));
  if (!v1::Tlp_IsValid(rule.tlp())) Add(Sub(path, "tlp"), "is no marking");
  switch (rule.choice_case()) {
    case ctl::AudienceRule::kCountriesOfRow:
      CheckCountriesOfRow(rule.countries_of_row(), Sub(path, "countries_of_row"));
      break;
    case ctl::AudienceRule::kCountriesOfRoute:
    case ctl::AudienceRule::kPublishersRegion:
      break;
    case ctl::AudienceRule::kAudience:
      CheckConstantAudience(rule.audience(), path);
      break;
    case ctl::AudienceRule::kCorridorOfRow:
      Needs(!rule.corridor_of_row().from_column().empty(),
            Sub(path, "corridor_of_row.from_column"));
      Needs(!rule.corridor_of_row().to_column().empty(), Sub(path, "corridor_of_row.to_column"));
      break;
    case ctl::AudienceRule::CHOICE_NOT_SET:
      Add(std::string(path),
          "means nobody; give countries_of_row, countries_of_route, corridor_of_row, "
          "publishers_region or audience");
      break;
  }
}

// What the gate would say of it in every row.
void Checker::CheckConstantAudience(const v1::Audience& audience, std::string_view path) {
  v1::StatementRouting routing;
  *routing.mutable_audience() = audience;
  v1::StatementBody body;
  body.mutable_issue();
  std::vector<FieldViolation> found;
  CheckRouting(routing, body, found);
  for (FieldViolation& fault : found) {
    Add(Sub(path, S(absl::StripPrefix(fault.field, "routing."))), fault.description);
  }
}

void Checker::CheckCountriesOfRow(const ctl::CountriesOfRow& choice, std::string_view path) {
  Needs(choice.columns_size() > 0, Sub(path, "columns"));
  for (int i = 0; i < choice.among_size(); ++i) {
    if (!IsCountryAlpha3(choice.among(i))) {
      Add(At(Sub(path, "among"), i), "is not an ISO 3166-1 alpha-3 code such as KEN");
    }
  }
}

void Checker::CheckEnvelopeAndValidity(const ctl::ImportMapping& mapping) {
  const ctl::ImportEnvelope& envelope = mapping.envelope();
  const bool marked = envelope.tlp() != v1::TLP_UNSPECIFIED && v1::Tlp_IsValid(envelope.tlp());
  if (!marked) Add("envelope.tlp", "is missing; give a marking such as TLP_GREEN");
  if (envelope.status() == v1::ALERT_STATUS_UNSPECIFIED ||
      !v1::AlertStatus_IsValid(envelope.status())) {
    Add("envelope.status", "is missing; give ALERT_STATUS_ACTUAL or another");
  }
  if (envelope.urgency() == v1::URGENCY_UNSPECIFIED || !v1::Urgency_IsValid(envelope.urgency())) {
    Add("envelope.urgency", "is missing; give URGENCY_PAST or another");
  }
  if (envelope.urgency() == v1::URGENCY_IMMEDIATE) {
    Add("envelope.urgency", "is IMMEDIATE; an import is no emergency, publish such an alert alone");
  }
  const int days = mapping.validity().days();
  if (days < 1 || days > kValidityDaysMax) {
    Add("validity.days", absl::StrCat("is outside 1 to ", kValidityDaysMax));
  }
  if (mapping.has_observed()) Needs(!mapping.observed().column().empty(), "observed.column");
}

// Sound as far as it goes: rows bring the rest.
void Checker::CheckContent(const ctl::ImportMapping& mapping) {
  v1::AlertContent content = mapping.content();
  const bool rows_say_where_or_what = mapping.legs_size() > 0 || mapping.columns_size() > 0;
  if (content.legs().empty() && rows_say_where_or_what) {
    v1::RouteLeg& leg = *content.add_legs();
    leg.set_stage(v1::ROUTE_STAGE_TRANSIT);
    leg.set_area("001");
  }
  for (FieldViolation& fault : CheckStructure(content, UnknownCodes::kRefuse, "content")) {
    Add(std::move(fault.field), fault.description);
  }
}

void Checker::CheckWherePresent(const v1::AlertContent& content) {
  std::vector<const FieldDescriptor*> blocks;
  content.GetReflection()->ListFields(content, &blocks);
  for (const FieldDescriptor* block : blocks) {
    const std::string path = Sub("where_present", block->name());
    if (block->is_repeated() || block->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      Add(path, "is no block; what every alert says stands in `content`");
      continue;
    }
    const Message& values = content.GetReflection()->GetMessage(content, block);
    std::vector<const FieldDescriptor*> fields;
    values.GetReflection()->ListFields(values, &fields);
    for (const FieldDescriptor* field : fields) {
      if (field->is_repeated()) Add(Sub(path, field->name()), "is a list; give single fields");
    }
  }
}

void Checker::CheckLeg(const ctl::LegMapping& leg, std::string_view path) {
  if (leg.stage() == v1::ROUTE_STAGE_UNSPECIFIED || !v1::RouteStage_IsValid(leg.stage())) {
    Add(Sub(path, "stage"), "is missing; give ROUTE_STAGE_RECRUITMENT, TRANSIT or EXPLOITATION");
  }
  if (leg.code_column().empty() && leg.label_column().empty()) {
    Add(std::string(path), "has no column; give code_column, label_column or both");
  }
  CheckConditions(leg.when(), Sub(path, "when"));
  const bool to_area = leg.unknown_label() == ctl::UNKNOWN_LABEL_MAP_TO_AREA;
  if (!ctl::UnknownLabel_IsValid(leg.unknown_label())) {
    Add(Sub(path, "unknown_label"), "is no such choice");
  }
  if (to_area && !IsM49Area(leg.unknown_area())) {
    Add(Sub(path, "unknown_area"), "is not a UN M49 area such as 001");
  }
  if (!to_area && !leg.unknown_area().empty()) {
    Add(Sub(path, "unknown_area"), "stands only beside UNKNOWN_LABEL_MAP_TO_AREA");
  }
}

void Checker::CheckPlaces(const RepeatedPtrField<ctl::PlaceLabel>& places) {
  std::set<std::string> seen;
  for (int i = 0; i < places.size(); ++i) {
    const std::string path = At("places", i);
    const std::string label = Folded(places[i].label());
    Needs(!label.empty(), Sub(path, "label"));
    if (!seen.insert(label).second) Add(Sub(path, "label"), "occurs twice");
    if (!IsCountryAlpha3(places[i].place()) && !IsM49Area(places[i].place())) {
      Add(Sub(path, "place"), "is neither an ISO 3166-1 alpha-3 code nor a UN M49 area");
    }
  }
}

void Checker::CheckColumn(const ctl::ColumnMapping& column, std::string_view path) {
  Needs(!column.column().empty(), Sub(path, "column"));
  if (column.codes().empty() && !column.cell_is_value()) {
    Add(std::string(path), "says nothing about any label; give codes or cell_is_value");
  }
  if (!ctl::UnknownLabel_IsValid(column.unknown_label()) ||
      column.unknown_label() == ctl::UNKNOWN_LABEL_MAP_TO_AREA) {
    Add(Sub(path, "unknown_label"), "is neither STOP nor SKIP_AND_COUNT nor DROP_VALUE");
  }
  absl::StatusOr<FieldPath> field = FieldPath::Resolve(column.field());
  if (!column.field().empty() && !field.ok()) {
    Add(Sub(path, "field"), S(field.status().message()));
  }
  if (column.field().empty() && column.cell_is_value()) {
    Add(Sub(path, "field"), "is missing, which cell_is_value needs");
  }
  std::set<std::string> seen;
  for (int i = 0; i < column.codes_size(); ++i) {
    const std::string code_path = At(Sub(path, "codes"), i);
    CheckCode(column.codes(i), field.ok() ? &*field : nullptr, code_path);
    if (!seen.insert(Folded(column.codes(i).label())).second) {
      Add(Sub(code_path, "label"), "occurs twice");
    }
    if (column.field().empty() && !column.codes(i).value().empty()) {
      Add(Sub(code_path, "value"), "has no field; give the column a `field`, or use `also`");
    }
  }
}

void Checker::CheckCode(const ctl::CodeMapping& code, const FieldPath* field,
                        std::string_view path) {
  Needs(!Stripped(code.label()).empty(), Sub(path, "label"));
  if (field != nullptr && !code.value().empty()) {
    CheckValue(*field, code.value(), Sub(path, "value"));
  }
  for (int i = 0; i < code.also_size(); ++i) {
    const std::string also = At(Sub(path, "also"), i);
    const absl::StatusOr<FieldPath> other = FieldPath::Resolve(code.also(i).field());
    if (!other.ok()) {
      Add(Sub(also, "field"), S(other.status().message()));
    } else {
      CheckValue(*other, code.also(i).value(), Sub(also, "value"));
    }
  }
}

void Checker::CheckCases(const ctl::ImportMapping& mapping) {
  const ctl::CaseRules& cases = mapping.cases();
  CheckNothingFiner(mapping);
  if (cases.k() != 0 && (cases.k() < kCaseGroupMin || cases.k() > kCaseGroupMax)) {
    Add("cases.k", absl::StrCat("is not from ", kCaseGroupMin, " to ", kCaseGroupMax));
  }
  const FieldPath gender = *FieldPath::Resolve("affected_group.gender");
  const FieldPath age = *FieldPath::Resolve("affected_group.age_band");
  if (cases.has_gender()) CheckCodeColumn(cases.gender(), gender, "cases.gender");
  if (cases.has_age_band()) CheckCodeColumn(cases.age_band(), age, "cases.age_band");
  for (int i = 0; i < cases.never_size(); ++i) {
    Needs(!cases.never(i).why().empty(), Sub(At("cases.never", i), "why"));
  }
}

// What is made of all cases of an alert cannot come from a row.
void Checker::CheckNothingFiner(const ctl::ImportMapping& mapping) {
  constexpr char kFromCases[] = "comes from `cases` alone";
  const auto group = [](const std::string& field) { return field.rfind("affected_group", 0) == 0; };
  if (mapping.content().has_affected_group()) Add("content.affected_group", kFromCases);
  if (mapping.where_present().has_affected_group()) Add("where_present.affected_group", kFromCases);
  if (mapping.has_observed()) Add("observed", "is not used with `cases`; see event_date_column");
  for (int i = 0; i < mapping.columns_size(); ++i) {
    const ctl::ColumnMapping& column = mapping.columns(i);
    if (group(column.field())) Add(Sub(At("columns", i), "field"), kFromCases);
    for (int k = 0; k < column.codes_size(); ++k) {
      for (int j = 0; j < column.codes(k).also_size(); ++j) {
        if (!group(column.codes(k).also(j).field())) continue;
        Add(Sub(At(Sub(At(Sub(At("columns", i), "codes"), k), "also"), j), "field"), kFromCases);
      }
    }
  }
  for (int i = 0; i < mapping.audience_rules_size(); ++i) {
    const ctl::AudienceRule& rule = mapping.audience_rules(i);
    if (rule.when().empty() && !rule.has_countries_of_row() && !rule.has_corridor_of_row()) {
      continue;
    }
    Add(At("audience_rules", i),
        "speaks of a row, and an alert stands for many; use countries_of_route, "
        "publishers_region or audience");
  }
}

void Checker::CheckCodeColumn(const ctl::CodeColumn& column, const FieldPath& field,
                              std::string_view path) {
  Needs(!column.column().empty(), Sub(path, "column"));
  for (int i = 0; i < column.codes_size(); ++i) {
    const std::string code = At(Sub(path, "codes"), i);
    CheckCode(column.codes(i), &field, code);
    if (!column.codes(i).also().empty()) Add(Sub(code, "also"), "is not used here");
  }
}

void Checker::CheckValue(const FieldPath& field, std::string_view value, std::string path) {
  const absl::Status status = field.Parse(value).status();
  if (!status.ok()) Add(std::move(path), S(status.message()));
}

// Calls `visit` with each column that is named, and its path.
template <typename Visit>
void ForEachColumn(const ctl::ImportMapping& mapping, Visit visit) {
  const auto conditions = [&](const auto& list, std::string_view path) {
    for (int i = 0; i < list.size(); ++i) visit(list[i].column(), Sub(At(path, i), "column"));
  };
  conditions(mapping.select().any_of(), "select.any_of");
  conditions(mapping.select().all_of(), "select.all_of");
  for (int i = 0; i < mapping.publisher_rules_size(); ++i) {
    const std::string path = At("publisher_rules", i);
    conditions(mapping.publisher_rules(i).when(), Sub(path, "when"));
    visit(mapping.publisher_rules(i).country_column(), Sub(path, "country_column"));
  }
  for (int i = 0; i < mapping.audience_rules_size(); ++i) {
    const ctl::AudienceRule& rule = mapping.audience_rules(i);
    const std::string path = At("audience_rules", i);
    conditions(rule.when(), Sub(path, "when"));
    for (int j = 0; j < rule.countries_of_row().columns_size(); ++j) {
      visit(rule.countries_of_row().columns(j), At(Sub(path, "countries_of_row.columns"), j));
    }
    visit(rule.corridor_of_row().from_column(), Sub(path, "corridor_of_row.from_column"));
    visit(rule.corridor_of_row().to_column(), Sub(path, "corridor_of_row.to_column"));
  }
  visit(mapping.observed().column(), std::string("observed.column"));
  for (int i = 0; i < mapping.legs_size(); ++i) {
    visit(mapping.legs(i).code_column(), Sub(At("legs", i), "code_column"));
    visit(mapping.legs(i).label_column(), Sub(At("legs", i), "label_column"));
    conditions(mapping.legs(i).when(), Sub(At("legs", i), "when"));
  }
  for (int i = 0; i < mapping.columns_size(); ++i) {
    visit(mapping.columns(i).column(), Sub(At("columns", i), "column"));
  }
  const ctl::CaseRules& cases = mapping.cases();
  visit(cases.case_column(), std::string("cases.case_column"));
  visit(cases.event_date_column(), std::string("cases.event_date_column"));
  for (int i = 0; i < cases.recent_date_columns_size(); ++i) {
    visit(cases.recent_date_columns(i), At("cases.recent_date_columns", i));
  }
  visit(cases.gender().column(), std::string("cases.gender.column"));
  visit(cases.age_band().column(), std::string("cases.age_band.column"));
  visit(cases.age_column(), std::string("cases.age_column"));
  visit(cases.citizenship_column(), std::string("cases.citizenship_column"));
}

}  // namespace

std::vector<FieldViolation> CheckMapping(const ctl::ImportMapping& mapping) {
  return Checker().Check(mapping);
}

std::vector<std::string> NamedColumns(const ctl::ImportMapping& mapping) {
  std::vector<std::string> named;
  ForEachColumn(mapping, [&](const std::string& column, const std::string& /*path*/) {
    if (column.empty() || std::find(named.begin(), named.end(), column) != named.end()) return;
    named.push_back(column);
  });
  return named;
}

std::vector<FieldViolation> CheckColumns(const ctl::ImportMapping& mapping,
                                         const std::vector<std::string>& header) {
  std::vector<FieldViolation> faults;
  ForEachColumn(mapping, [&](const std::string& column, std::string path) {
    if (column.empty() || std::find(header.begin(), header.end(), column) != header.end()) return;
    faults.push_back({std::move(path), v1::ERROR_REASON_REQUEST_INVALID,
                      absl::StrCat("names the column \"", column, "\", which the file has not")});
  });
  return faults;
}

}  // namespace corridor
