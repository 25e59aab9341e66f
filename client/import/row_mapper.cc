#include "client/import/row_mapper.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "client/import/country_text.h"
#include "client/import/field_path.h"
#include "client/import/label_text.h"
#include "client/import/mapping_check.h"
#include "core/base/strings.h"
#include "core/model/errors.h"
#include "core/model/principal.h"
#include "core/model/structure_rules.h"
#include "core/model/vocabulary.h"

namespace corridor {
namespace {

using Cells = std::vector<std::string>;
using Header = std::vector<std::string>;
using MaybeFault = std::optional<RowFault>;

constexpr size_t kNoColumn = static_cast<size_t>(-1);

// Where a column stands; kNoColumn for none. The columns have been checked.
size_t IndexOf(const Header& header, const std::string& column) {
  if (column.empty()) return kNoColumn;
  return static_cast<size_t>(std::find(header.begin(), header.end(), column) - header.begin());
}

std::string_view CellAt(const Cells& cells, size_t column) {
  return column == kNoColumn ? std::string_view() : Stripped(cells[column]);
}

// --- The parts of a mapping, with columns found and labels folded.

class Condition {
 public:
  Condition(const ctl::ColumnCondition& proto, const Header& header)
      : column_(IndexOf(header, proto.column())), split_(proto.split()), negate_(proto.negate()) {
    for (const std::string& label : proto.in()) in_.insert(Folded(label));
  }

  bool Holds(const Cells& cells) const {
    const std::vector<std::string_view> labels = Labels(cells[column_], split_);
    const bool found = labels.empty() ? in_.contains("")
                                      : std::any_of(labels.begin(), labels.end(), [&](auto label) {
                                          return in_.contains(Folded(label));
                                        });
    return found != negate_;
  }

 private:
  size_t column_;
  std::string split_;
  bool negate_;
  std::set<std::string> in_;
};
using Conditions = std::vector<Condition>;

Conditions ConditionsOf(const google::protobuf::RepeatedPtrField<ctl::ColumnCondition>& protos,
                        const Header& header) {
  Conditions conditions;
  for (const ctl::ColumnCondition& proto : protos) conditions.emplace_back(proto, header);
  return conditions;
}

bool AllHold(const Conditions& conditions, const Cells& cells) {
  return std::all_of(conditions.begin(), conditions.end(),
                     [&](const Condition& condition) { return condition.Holds(cells); });
}

bool AnyHolds(const Conditions& conditions, const Cells& cells) {
  return conditions.empty() ||
         std::any_of(conditions.begin(), conditions.end(),
                     [&](const Condition& condition) { return condition.Holds(cells); });
}

// A value for a field, ready to be put.
struct Assignment {
  FieldPath field;
  FieldPath::Value value;
  bool if_unset = false;
};

// What the labels of one column say.
class Column {
 public:
  Column(const ctl::ColumnMapping& proto, const Header& header);

  MaybeFault Apply(const Cells& cells, v1::AlertContent& content, MappedRow& row) const;

 private:
  // Nothing: the label is known and was applied, or may be left out.
  MaybeFault ApplyLabel(std::string_view label, v1::AlertContent& content, MappedRow& row) const;
  MaybeFault Put(const Assignment& assignment, std::string_view label,
                 v1::AlertContent& content) const;

  std::string name_;
  size_t column_;
  std::string split_;
  ctl::UnknownLabel unknown_;
  std::optional<FieldPath> cell_field_;  // With cell_is_value.
  std::map<std::string, std::vector<Assignment>> codes_;
};

Column::Column(const ctl::ColumnMapping& proto, const Header& header)
    : name_(proto.column()),
      column_(IndexOf(header, proto.column())),
      split_(proto.split()),
      unknown_(proto.unknown_label()) {
  std::optional<FieldPath> field;
  if (!proto.field().empty()) field = *FieldPath::Resolve(proto.field());
  if (proto.cell_is_value()) cell_field_ = field;
  for (const ctl::CodeMapping& code : proto.codes()) {
    std::vector<Assignment>& assignments = codes_[Folded(code.label())];
    if (!code.value().empty()) assignments.push_back({*field, *field->Parse(code.value())});
    for (const ctl::FieldValue& also : code.also()) {
      FieldPath other = *FieldPath::Resolve(also.field());
      FieldPath::Value value = *other.Parse(also.value());
      assignments.push_back({std::move(other), std::move(value), also.if_unset()});
    }
  }
}

MaybeFault Column::Apply(const Cells& cells, v1::AlertContent& content, MappedRow& row) const {
  const std::string_view whole = CellAt(cells, column_);
  if (whole.empty()) return std::nullopt;
  if (codes_.contains(Folded(whole))) return ApplyLabel(whole, content, row);
  for (std::string_view label : Labels(whole, split_)) {
    if (MaybeFault fault = ApplyLabel(label, content, row)) return fault;
  }
  return std::nullopt;
}

MaybeFault Column::ApplyLabel(std::string_view label, v1::AlertContent& content,
                              MappedRow& row) const {
  if (const auto code = codes_.find(Folded(label)); code != codes_.end()) {
    for (const Assignment& assignment : code->second) {
      if (MaybeFault fault = Put(assignment, label, content)) return fault;
    }
    return std::nullopt;
  }
  if (cell_field_) {
    absl::StatusOr<FieldPath::Value> value = cell_field_->Parse(label);
    if (value.ok()) return Put({*cell_field_, *std::move(value)}, label, content);
  }
  if (unknown_ == ctl::UNKNOWN_LABEL_DROP_VALUE) {
    row.dropped.emplace_back(name_, label);
    return std::nullopt;
  }
  return RowFault{.reason = ImportReason::kUnknownLabel,
                  .column = name_,
                  .label = std::string(label),
                  .detail = "the mapping has no code for this label",
                  .stop = unknown_ == ctl::UNKNOWN_LABEL_STOP};
}

MaybeFault Column::Put(const Assignment& assignment, std::string_view label,
                       v1::AlertContent& content) const {
  if (assignment.if_unset && assignment.field.IsSet(content)) return std::nullopt;
  if (assignment.field.Put(assignment.value, content) == FieldPath::Outcome::kDone) {
    return std::nullopt;
  }
  return RowFault{
      .reason = ImportReason::kConflict,
      .column = name_,
      .label = std::string(label),
      .detail = absl::StrCat("the row gives ", assignment.field.name(), " two different values")};
}

using Places = std::map<std::string, std::string>;

// One leg of the route.
class Leg {
 public:
  Leg(const ctl::LegMapping& proto, const Header& header)
      : proto_(proto),
        code_column_(IndexOf(header, proto.code_column())),
        label_column_(IndexOf(header, proto.label_column())),
        when_(ConditionsOf(proto.when(), header)) {}

  MaybeFault Apply(const Cells& cells, const Places& places, v1::AlertContent& content,
                   MappedRow& row) const;

 private:
  MaybeFault ApplyLabel(std::string_view label, const Places& places, v1::AlertContent& content,
                        MappedRow& row) const;
  void Add(std::string_view place, v1::AlertContent& content) const;

  ctl::LegMapping proto_;
  size_t code_column_;
  size_t label_column_;
  Conditions when_;
};

MaybeFault Leg::Apply(const Cells& cells, const Places& places, v1::AlertContent& content,
                      MappedRow& row) const {
  if (!AllHold(when_, cells)) return std::nullopt;
  if (const std::string_view code = CellAt(cells, code_column_); !code.empty()) {
    if (!IsCountryAlpha3(code) && !IsM49Area(code)) {
      return RowFault{.reason = ImportReason::kValue,
                      .column = proto_.code_column(),
                      .label = std::string(code),
                      .detail = "is neither an ISO 3166-1 alpha-3 code nor a UN M49 area"};
    }
    Add(code, content);
    return std::nullopt;
  }
  for (std::string_view label : Labels(CellAt(cells, label_column_), proto_.split())) {
    if (MaybeFault fault = ApplyLabel(label, places, content, row)) return fault;
  }
  return std::nullopt;
}

MaybeFault Leg::ApplyLabel(std::string_view label, const Places& places, v1::AlertContent& content,
                           MappedRow& row) const {
  std::string place;
  if (const auto found = places.find(Folded(label)); found != places.end()) {
    place = found->second;
  } else if (proto_.country_names() && !CountryFromText(label).empty()) {
    place = CountryFromText(label);
  } else if (proto_.unknown_label() == ctl::UNKNOWN_LABEL_DROP_VALUE) {
    row.dropped.emplace_back(proto_.label_column(), label);
    return std::nullopt;
  } else if (proto_.unknown_label() == ctl::UNKNOWN_LABEL_MAP_TO_AREA) {
    place = proto_.unknown_area();
  } else {
    return RowFault{.reason = ImportReason::kUnknownLabel,
                    .column = proto_.label_column(),
                    .label = std::string(label),
                    .detail = "the mapping has no code or area for this place",
                    .stop = proto_.unknown_label() == ctl::UNKNOWN_LABEL_STOP};
  }
  if (IsM49Area(place)) row.areas.emplace_back(Stripped(label), place);
  Add(place, content);
  return std::nullopt;
}

void Leg::Add(std::string_view place, v1::AlertContent& content) const {
  for (const v1::RouteLeg& leg : content.legs()) {
    const std::string& there = leg.has_country() ? leg.country() : leg.area();
    if (leg.stage() == proto_.stage() && there == place) return;
  }
  v1::RouteLeg& leg = *content.add_legs();
  leg.set_stage(proto_.stage());
  if (IsCountryAlpha3(place)) {
    leg.set_country(std::string(place));
  } else {
    leg.set_area(std::string(place));
  }
}

struct PublisherChoice {
  Conditions when;
  size_t country_column = kNoColumn;
  std::string spiffe_id;
};

struct AudienceChoice {
  ctl::AudienceRule rule;
  Conditions when;
  std::vector<size_t> columns;  // Of countries_of_row and corridor_of_row.
};

// The countries in these columns, each once, in their order.
std::vector<std::string> CountriesIn(const Cells& cells, const std::vector<size_t>& columns) {
  std::vector<std::string> countries;
  for (size_t column : columns) {
    std::string country(CellAt(cells, column));
    if (!IsCountryAlpha3(country)) continue;
    if (std::find(countries.begin(), countries.end(), country) == countries.end()) {
      countries.push_back(std::move(country));
    }
  }
  return countries;
}

// The countries of the legs, each once, in their order.
std::vector<std::string> CountriesOf(const v1::AlertContent& content) {
  std::vector<std::string> countries;
  for (const v1::RouteLeg& leg : content.legs()) {
    if (!leg.has_country()) continue;
    if (std::find(countries.begin(), countries.end(), leg.country()) == countries.end()) {
      countries.push_back(leg.country());
    }
  }
  return countries;
}

bool SetCountries(const google::protobuf::RepeatedPtrField<std::string>& among,
                  const std::vector<std::string>& countries, const std::string& own,
                  v1::Audience& audience) {
  const auto counts = [&](const std::string& country) {
    return among.empty() || std::find(among.begin(), among.end(), country) != among.end();
  };
  bool somebody_else = false;
  for (const std::string& country : countries) {
    if (!counts(country)) continue;
    somebody_else = somebody_else || country != own;
    audience.mutable_countries()->add_countries(country);
  }
  return somebody_else;
}

bool SetCorridor(const Cells& cells, const std::vector<size_t>& columns, v1::Audience& audience) {
  const std::string_view from = CellAt(cells, columns[0]);
  const std::string_view to = CellAt(cells, columns[1]);
  audience.mutable_corridor()->add_from_countries(std::string(from));
  audience.mutable_corridor()->add_to_countries(std::string(to));
  return IsCountryAlpha3(from) && IsCountryAlpha3(to);
}

}  // namespace

class RowMapper::Plan {
 public:
  Plan(ctl::ImportMapping mapping, const Header& header);

  std::variant<MappedRow, RowFault> Map(const Cells& cells) const;
  bool Address(const Cells& cells, MappedRow& row) const;
  const ctl::ImportMapping& mapping() const { return mapping_; }

 private:
  const ctl::ImportPublisher* PublisherOf(const Cells& cells) const;
  bool SetAudience(const AudienceChoice& choice, const Cells& cells, const v1::StatementBody& body,
                   v1::Audience& audience) const;
  MaybeFault Fill(const Cells& cells, v1::AlertContent& content, MappedRow& row) const;
  MaybeFault SetObserved(const Cells& cells, v1::AlertContent& content) const;
  void LayUnder(v1::AlertContent& content) const;

  ctl::ImportMapping mapping_;
  Conditions any_of_;
  Conditions all_of_;
  std::vector<PublisherChoice> publisher_choices_;
  std::vector<AudienceChoice> audience_choices_;
  size_t year_column_;
  std::vector<Leg> legs_;
  Places places_;
  std::vector<Column> columns_;
};

RowMapper::Plan::Plan(ctl::ImportMapping mapping, const Header& header)
    : mapping_(std::move(mapping)),
      any_of_(ConditionsOf(mapping_.select().any_of(), header)),
      all_of_(ConditionsOf(mapping_.select().all_of(), header)),
      year_column_(IndexOf(header, mapping_.observed().column())) {
  for (const ctl::PublisherRule& rule : mapping_.publisher_rules()) {
    publisher_choices_.push_back({.when = ConditionsOf(rule.when(), header),
                                  .country_column = IndexOf(header, rule.country_column()),
                                  .spiffe_id = rule.spiffe_id()});
  }
  for (const ctl::AudienceRule& rule : mapping_.audience_rules()) {
    AudienceChoice& choice = audience_choices_.emplace_back(
        AudienceChoice{.rule = rule, .when = ConditionsOf(rule.when(), header), .columns = {}});
    for (const std::string& column : rule.countries_of_row().columns()) {
      choice.columns.push_back(IndexOf(header, column));
    }
    if (rule.has_corridor_of_row()) {
      choice.columns = {IndexOf(header, rule.corridor_of_row().from_column()),
                        IndexOf(header, rule.corridor_of_row().to_column())};
    }
  }
  for (const ctl::LegMapping& leg : mapping_.legs()) legs_.emplace_back(leg, header);
  for (const ctl::PlaceLabel& place : mapping_.places()) {
    places_[Folded(place.label())] = place.place();
  }
  for (const ctl::ColumnMapping& column : mapping_.columns()) columns_.emplace_back(column, header);
}

std::variant<MappedRow, RowFault> RowMapper::Plan::Map(const Cells& cells) const {
  if (!AnyHolds(any_of_, cells) || !AllHold(all_of_, cells)) {
    return RowFault{.reason = ImportReason::kFilteredOut, .detail = "`select` does not mean it"};
  }
  const ctl::ImportPublisher* publisher = PublisherOf(cells);
  if (publisher == nullptr) {
    return RowFault{.reason = ImportReason::kNoPublisher, .detail = "no publisher rule applies"};
  }
  MappedRow row;
  row.body.set_schema_version("1");
  row.body.set_vocabulary_version("1");
  row.body.set_publisher(publisher->spiffe_id());
  row.body.set_publisher_country(publisher->country());
  row.body.set_publisher_type(publisher->type());
  row.body.set_attribution(v1::ATTRIBUTION_NAMED);
  row.body.set_revision(1);
  row.body.set_tlp(mapping_.envelope().tlp());
  row.body.set_status(mapping_.envelope().status());
  row.body.set_urgency(mapping_.envelope().urgency());
  if (MaybeFault fault = Fill(cells, *row.body.mutable_issue()->mutable_content(), row)) {
    return *std::move(fault);
  }
  // Of cases, only what they become together has an audience.
  if (!mapping_.has_cases() && !Address(cells, row)) {
    return RowFault{.reason = ImportReason::kNoAudience, .detail = "no audience rule applies"};
  }
  return row;
}

const ctl::ImportPublisher* RowMapper::Plan::PublisherOf(const Cells& cells) const {
  for (const PublisherChoice& choice : publisher_choices_) {
    if (!AllHold(choice.when, cells)) continue;
    const std::string_view country = CellAt(cells, choice.country_column);
    for (const ctl::ImportPublisher& publisher : mapping_.publishers()) {
      const bool meant = choice.country_column == kNoColumn
                             ? publisher.spiffe_id() == choice.spiffe_id
                             : publisher.country() == country;
      if (meant) return &publisher;
    }
  }
  return nullptr;
}

bool RowMapper::Plan::Address(const Cells& cells, MappedRow& row) const {
  for (const AudienceChoice& choice : audience_choices_) {
    v1::Audience audience;
    if (!AllHold(choice.when, cells) || !SetAudience(choice, cells, row.body, audience)) continue;
    *row.routing.mutable_audience() = std::move(audience);
    if (choice.rule.tlp() != v1::TLP_UNSPECIFIED) row.body.set_tlp(choice.rule.tlp());
    return true;
  }
  return false;
}

bool RowMapper::Plan::SetAudience(const AudienceChoice& choice, const Cells& cells,
                                  const v1::StatementBody& body, v1::Audience& audience) const {
  const std::string& own = body.publisher_country();
  switch (choice.rule.choice_case()) {
    case ctl::AudienceRule::kCountriesOfRow:
      return SetCountries(choice.rule.countries_of_row().among(),
                          CountriesIn(cells, choice.columns), own, audience);
    case ctl::AudienceRule::kCountriesOfRoute:
      return SetCountries(choice.rule.countries_of_route().among(),
                          CountriesOf(body.issue().content()), own, audience);
    case ctl::AudienceRule::kCorridorOfRow:
      return SetCorridor(cells, choice.columns, audience);
    case ctl::AudienceRule::kPublishersRegion:
      audience.mutable_regions()->add_regions(std::string(RegionOf(body.publisher())));
      return true;
    case ctl::AudienceRule::kAudience:
      audience = choice.rule.audience();
      return true;
    case ctl::AudienceRule::CHOICE_NOT_SET:
      break;
  }
  return false;
}

MaybeFault RowMapper::Plan::Fill(const Cells& cells, v1::AlertContent& content,
                                 MappedRow& row) const {
  content = mapping_.content();
  if (MaybeFault fault = SetObserved(cells, content)) return fault;
  for (const Leg& leg : legs_) {
    if (MaybeFault fault = leg.Apply(cells, places_, content, row)) return fault;
  }
  for (const Column& column : columns_) {
    if (MaybeFault fault = column.Apply(cells, content, row)) return fault;
  }
  LayUnder(content);
  return std::nullopt;
}

MaybeFault RowMapper::Plan::SetObserved(const Cells& cells, v1::AlertContent& content) const {
  const std::string_view cell = CellAt(cells, year_column_);
  if (cell.empty()) return std::nullopt;
  int year = 0;
  if (cell.size() != 4 || !absl::SimpleAtoi(A(cell), &year) || year < kYearMin || year > kYearMax) {
    return RowFault{.reason = ImportReason::kValue,
                    .column = mapping_.observed().column(),
                    .label = std::string(cell),
                    .detail = absl::StrCat("is no year from ", kYearMin, " to ", kYearMax)};
  }
  v1::MonthPeriod& period = *content.mutable_observed_period();
  period.mutable_start()->set_year(year);
  period.mutable_start()->set_month(1);
  period.mutable_end()->set_year(year);
  period.mutable_end()->set_month(12);
  return std::nullopt;
}

// The blocks of `where_present`, below those that the row has.
void RowMapper::Plan::LayUnder(v1::AlertContent& content) const {
  const v1::AlertContent& under = mapping_.where_present();
  const auto& reflection = *content.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> blocks;
  under.GetReflection()->ListFields(under, &blocks);
  for (const auto* block : blocks) {
    if (!reflection.HasField(content, block)) continue;
    google::protobuf::Message* there = reflection.MutableMessage(&content, block);
    const std::unique_ptr<google::protobuf::Message> row(there->New());
    row->CopyFrom(*there);
    there->CopyFrom(reflection.GetMessage(under, block));
    there->MergeFrom(*row);
  }
}

absl::StatusOr<RowMapper> RowMapper::Make(ctl::ImportMapping mapping,
                                          const std::vector<std::string>& header) {
  std::vector<FieldViolation> faults = CheckMapping(mapping);
  for (FieldViolation& fault : CheckColumns(mapping, header)) faults.push_back(std::move(fault));
  if (!faults.empty()) return InvalidFields(faults);
  return RowMapper(std::make_shared<const Plan>(std::move(mapping), header));
}

std::variant<MappedRow, RowFault> RowMapper::Map(const CsvRecord& record) const {
  if (!record.fault.empty()) {
    return RowFault{.reason = ImportReason::kBadRow,
                    .column = {},
                    .label = {},
                    .detail = absl::StrCat("the record ", record.fault)};
  }
  return plan_->Map(record.cells);
}

bool RowMapper::Address(MappedRow& alert) const { return plan_->Address({}, alert); }

const ctl::ImportMapping& RowMapper::mapping() const { return plan_->mapping(); }

}  // namespace corridor
