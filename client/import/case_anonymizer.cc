#include "corridor/case_anonymizer.h"

#include <google/protobuf/text_format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "client/import/case_facts.h"
#include "client/import/case_group.h"
#include "client/import/case_release.h"
#include "client/import/mapping_check.h"
#include "client/import/row_mapper.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/crypto/digest.h"
#include "core/gate/canonical_bytes.h"
#include "core/gate/gate.h"
#include "core/model/errors.h"
#include "core/model/statement.h"

namespace corridor {
namespace {

using Action = CaseNote::Action;

// How often an alert is said more coarsely before the gate's answer stands.
constexpr int kCoarserMax = 8;

constexpr char kNotNamed[] = "the mapping does not name it";

// A case: what its rows say together.
struct Case {
  MappedRow mapped;
  CaseFacts facts;
};

std::string CellKey(uint64_t row) { return absl::StrCat("row ", row); }

// What alerts are told apart by: everything that an aggregate may not blur.
std::string GroupKey(const Case& one) {
  const v1::AlertContent& content = one.mapped.body.issue().content();
  std::vector<std::string> parts;
  for (const v1::RouteLeg& leg : content.legs()) {
    parts.push_back(
        absl::StrCat("leg ", static_cast<int>(leg.stage()), " ", leg.country(), " ", leg.area()));
  }
  for (int purpose : content.pattern().purposes()) {
    parts.push_back(absl::StrCat("purpose ", purpose));
  }
  std::sort(parts.begin(), parts.end());
  if (one.facts.event) {
    const v1::MonthPeriod period = CoarsePeriod(*one.facts.event);
    parts.push_back(absl::StrCat("period ", period.start().year(), " ", period.start().month(), " ",
                                 period.end().month()));
  }
  std::string key = one.mapped.body.publisher();
  for (const std::string& part : parts) absl::StrAppend(&key, "\n", part);
  return key;
}

// 63 bits that name a group in whatever order the table has its rows.
uint64_t NumberOf(const std::string& key) {
  const std::string digest = ToString(Sha256("corridor/import/v1/case-group", key));
  uint64_t number = 0;
  for (size_t i = 0; i < 8; ++i) number = number << 8 | static_cast<unsigned char>(digest[i]);
  return number >> 1;
}

std::optional<absl::CivilDay> LastDay(const v1::AlertContent& content) {
  if (!content.has_observed_period()) return std::nullopt;
  const v1::Month& end = content.observed_period().end();
  return absl::CivilDay(absl::CivilMonth(end.year(), end.month()) + 1) - 1;
}

// Names a column only where the mapping does.
std::map<std::string, std::string> KnownReasons(const ctl::ImportMapping& mapping) {
  std::map<std::string, std::string> reasons;
  for (const ctl::NeverRead& never : mapping.cases().never()) {
    for (const std::string& column : never.columns()) reasons[column] = never.why();
  }
  return reasons;
}

}  // namespace

std::string_view CaseActionText(CaseNote::Action action) {
  switch (action) {
    case Action::kNotRead:
      return "NOT_READ";
    case Action::kDropped:
      return "DROPPED";
    case Action::kCoarsened:
      return "COARSENED";
    case Action::kHeld:
      return "HELD";
    case Action::kRefused:
      return "REFUSED";
  }
  return "";
}

class CaseAnonymizer::Impl {
 public:
  Impl(RowMapper mapper, std::vector<std::string> columns, const std::vector<std::string>& header,
       Options options);

  void Add(const std::vector<std::string>& cells);
  void AddUnreadable();
  CaseOutcome Finish() const;

 private:
  void NoteColumns(const std::vector<std::string>& header);
  void NoteUses();
  void NoteRow(const std::string& column, std::string why);
  void LeaveOut(const std::string& column, std::string_view why);
  std::vector<std::string> Project(const std::vector<std::string>& cells) const;
  std::string CaseOf(const std::vector<std::string>& projected) const;
  void Put(const std::string& name, MappedRow mapped, const std::vector<std::string>& projected);
  CaseAlert MakeAlert(const std::string& key, const Case& first, const CaseGroup& group,
                      CaseOutcome& outcome) const;
  void Judge(CaseAlert& alert, CaseOutcome& outcome) const;
  absl::Status AskGate(CaseAlert& alert) const;

  const RowMapper mapper_;
  const std::vector<std::string> columns_;  // Those that the mapping names.
  const CaseFactReader facts_;
  const Gate gate_{DefaultGatePolicy()};
  const Options options_;
  const uint64_t k_;
  size_t table_columns_;
  std::vector<size_t> positions_;  // Of each of columns_ in the table; beyond it: absent.
  uint64_t rows_ = 0;
  uint64_t left_out_ = 0;
  uint64_t unreadable_ = 0;
  std::map<std::string, Case> cases_;
  std::vector<CaseNote> notes_;
};

CaseAnonymizer::Impl::Impl(RowMapper mapper, std::vector<std::string> columns,
                           const std::vector<std::string>& header, Options options)
    : mapper_(std::move(mapper)),
      columns_(std::move(columns)),
      facts_(mapper_.mapping().cases(), columns_),
      options_(options),
      k_(static_cast<uint64_t>(std::max(mapper_.mapping().cases().k(), kCaseGroupMin))),
      table_columns_(header.size()) {
  for (const std::string& column : columns_) {
    positions_.push_back(
        static_cast<size_t>(std::find(header.begin(), header.end(), column) - header.begin()));
  }
  NoteColumns(header);
  NoteUses();
}

void CaseAnonymizer::Impl::NoteColumns(const std::vector<std::string>& header) {
  const std::map<std::string, std::string> reasons = KnownReasons(mapper_.mapping());
  for (size_t i = 0; i < header.size(); ++i) {
    if (std::find(columns_.begin(), columns_.end(), header[i]) != columns_.end()) continue;
    const auto known = reasons.find(header[i]);
    notes_.push_back({.action = Action::kNotRead,
                      .position = i + 1,
                      .column = known == reasons.end() ? "" : known->first,
                      .why = known == reasons.end() ? kNotNamed : known->second});
  }
}

// What is read and does not leave as it is.
void CaseAnonymizer::Impl::NoteUses() {
  const ctl::CaseRules& rules = mapper_.mapping().cases();
  const auto note = [this](Action action, const std::string& column, const char* why) {
    if (column.empty()) return;
    const auto at = std::find(columns_.begin(), columns_.end(), column) - columns_.begin();
    const size_t position = positions_[static_cast<size_t>(at)];
    if (position >= table_columns_) return;
    notes_.push_back({.action = action, .position = position + 1, .column = column, .why = why});
  };
  note(Action::kDropped, rules.case_column(), "tells cases apart while they are counted");
  for (const std::string& column : rules.recent_date_columns()) {
    note(Action::kDropped, column, "only says how long an alert should wait");
  }
  note(Action::kCoarsened, rules.event_date_column(), "a date becomes its quarter");
  constexpr char kGroup[] = "said of a group of k cases or more, never of one";
  note(Action::kCoarsened, rules.gender().column(), kGroup);
  note(Action::kCoarsened, rules.age_band().column(), kGroup);
  note(Action::kCoarsened, rules.age_column(), kGroup);
  note(Action::kCoarsened, rules.citizenship_column(), kGroup);
}

void CaseAnonymizer::Impl::NoteRow(const std::string& column, std::string why) {
  notes_.push_back(
      {.action = Action::kDropped, .row = rows_, .column = column, .why = std::move(why)});
}

void CaseAnonymizer::Impl::LeaveOut(const std::string& column, std::string_view why) {
  ++left_out_;
  NoteRow(column, absl::StrCat("the row is left out: ", A(why)));
}

std::vector<std::string> CaseAnonymizer::Impl::Project(
    const std::vector<std::string>& cells) const {
  std::vector<std::string> projected;
  for (size_t position : positions_) {
    projected.push_back(position < cells.size() ? cells[position] : "");
  }
  return projected;
}

std::string CaseAnonymizer::Impl::CaseOf(const std::vector<std::string>& projected) const {
  const std::string& column = mapper_.mapping().cases().case_column();
  if (column.empty()) return CellKey(rows_);
  const auto at = std::find(columns_.begin(), columns_.end(), column) - columns_.begin();
  return projected[static_cast<size_t>(at)];
}

void CaseAnonymizer::Impl::AddUnreadable() {
  ++rows_;
  ++unreadable_;
  LeaveOut("", "it cannot be read as a row of this table");
}

void CaseAnonymizer::Impl::Add(const std::vector<std::string>& cells) {
  if (cells.size() != table_columns_) return AddUnreadable();
  ++rows_;
  CsvRecord record{.row = rows_, .line = 0, .cells = Project(cells), .fault = {}};
  const std::string name = CaseOf(record.cells);
  if (name.empty()) {
    return LeaveOut(mapper_.mapping().cases().case_column(), "it does not say of which case it is");
  }
  std::variant<MappedRow, RowFault> mapped = mapper_.Map(record);
  if (const auto* fault = std::get_if<RowFault>(&mapped)) {
    return LeaveOut(fault->column, fault->detail);
  }
  Put(name, std::get<MappedRow>(std::move(mapped)), record.cells);
}

void CaseAnonymizer::Impl::Put(const std::string& name, MappedRow mapped,
                               const std::vector<std::string>& projected) {
  for (const auto& [column, label] : mapped.dropped) {
    NoteRow(column, "a label that the mapping does not explain");
  }
  const auto [at, added] = cases_.try_emplace(name);
  Case& one = at->second;
  for (const std::string& column : facts_.Read(projected, one.facts)) {
    NoteRow(column, "cannot be read; dates are ISO 8601, ages whole years, others as mapped");
  }
  if (added) {
    one.mapped = std::move(mapped);
    return;
  }
  std::set<std::string> differing;
  MergeContent(mapped.body.issue().content(), *one.mapped.body.mutable_issue()->mutable_content(),
               differing);
  for (const std::string& field : differing) {
    NoteRow("", absl::StrCat("another row of the same case says something else for ", field));
  }
}

CaseOutcome CaseAnonymizer::Impl::Finish() const {
  CaseOutcome outcome{.rows = rows_,
                      .rows_left_out = left_out_,
                      .rows_unreadable = unreadable_,
                      .cases = cases_.size()};
  outcome.notes = notes_;
  std::map<std::string, std::pair<const Case*, CaseGroup>> groups;
  for (const auto& [name, one] : cases_) {
    const auto at = groups.try_emplace(GroupKey(one), &one, CaseGroup()).first;
    v1::AlertContent content = one.mapped.body.issue().content();
    if (one.facts.event) *content.mutable_observed_period() = CoarsePeriod(*one.facts.event);
    at->second.second.Add(content, one.facts);
  }
  for (const auto& [key, group] : groups) {
    outcome.alerts.push_back(MakeAlert(key, *group.first, group.second, outcome));
  }
  return outcome;
}

CaseAlert CaseAnonymizer::Impl::MakeAlert(const std::string& key, const Case& first,
                                          const CaseGroup& group, CaseOutcome& outcome) const {
  CaseAlert alert{.number = outcome.alerts.size() + 1, .key = NumberOf(key)};
  alert.cases = group.size();
  alert.body = first.mapped.body;
  std::vector<FieldNote> notes;
  *alert.body.mutable_issue()->mutable_content() = group.Content(k_, notes);
  for (FieldNote& note : notes) {
    outcome.notes.push_back({.action = note.dropped ? Action::kDropped : Action::kCoarsened,
                             .alert = alert.number,
                             .field = std::move(note.field),
                             .why = std::move(note.why)});
  }
  SuggestedRelease release = SuggestRelease(group.youngest(), LastDay(alert.body.issue().content()),
                                            group.size() < k_, options_.now);
  alert.release_from = release.from;
  alert.release_reason = std::move(release.reason);
  Judge(alert, outcome);
  if (alert.verdict.ok() && alert.release_from > options_.now) {
    outcome.notes.push_back(
        {.action = Action::kHeld, .alert = alert.number, .why = alert.release_reason});
  }
  return alert;
}

// Asks the gate, says less where it finds the alert too fine, and keeps its last word.
void CaseAnonymizer::Impl::Judge(CaseAlert& alert, CaseOutcome& outcome) const {
  v1::AlertContent& content = *alert.body.mutable_issue()->mutable_content();
  for (int attempt = 0;; ++attempt) {
    alert.verdict = AskGate(alert);
    if (alert.verdict.ok()) return;
    const std::vector<FieldViolation> violations = ViolationsOf(alert.verdict);
    std::optional<FieldNote> note;
    for (const FieldViolation& violation : violations) {
      if (attempt < kCoarserMax && !note) note = CoarsenFor(violation, content);
    }
    if (!note) break;
    outcome.notes.push_back({.action = note->dropped ? Action::kDropped : Action::kCoarsened,
                             .alert = alert.number,
                             .field = std::move(note->field),
                             .why = std::move(note->why)});
  }
  outcome.notes.push_back({.action = Action::kRefused,
                           .alert = alert.number,
                           .why = std::string(alert.verdict.message())});
}

absl::Status CaseAnonymizer::Impl::AskGate(CaseAlert& alert) const {
  const v1::AlertContent& content = alert.body.issue().content();
  if (content.legs().empty() && content.pattern().purposes().empty()) {
    return InvalidFields({{"body.issue.content", v1::ERROR_REASON_STATEMENT_MALFORMED,
                           "says neither a place nor a purpose: nothing to warn of"}});
  }
  MappedRow addressed{.body = alert.body};
  if (!mapper_.Address(addressed)) {
    return InvalidFields({{"routing.audience", v1::ERROR_REASON_AUDIENCE_EMPTY,
                           "no audience rule of the mapping applies"}});
  }
  alert.body = addressed.body;
  alert.routing = addressed.routing;
  // Ids, times and salts of the right form stand in for those that it will have.
  v1::StatementBody body = alert.body;
  body.set_statement_id(std::string(kIdBytes, '\x01'));
  body.set_alert_id(std::string(kIdBytes, '\x02'));
  body.mutable_published_at()->set_seconds(absl::ToUnixSeconds(options_.now));
  body.mutable_valid_until()->set_seconds(absl::ToUnixSeconds(options_.now + absl::Hours(24)));
  v1::SignedStatement bytes;
  bytes.set_routing(CanonicalBytes(alert.routing));
  bytes.set_routing_salt(std::string(kIdBytes, '\x03'));
  bytes.set_body(CanonicalBytes(body));
  bytes.set_body_salt(std::string(kIdBytes, '\x04'));
  return gate_.Examine(std::move(bytes), GateSide::kPublisher).status();
}

absl::StatusOr<CaseAnonymizer> CaseAnonymizer::Make(std::string_view mapping,
                                                    const std::vector<std::string>& header,
                                                    Options options) {
  ctl::ImportMapping rules;
  if (!google::protobuf::TextFormat::ParseFromString(std::string(mapping), &rules)) {
    return InvalidFields({{"mapping", v1::ERROR_REASON_REQUEST_INVALID,
                           "is no corridor.ctl.ImportMapping in text form"}});
  }
  if (!rules.has_cases()) {
    return InvalidFields(
        {{"cases", v1::ERROR_REASON_REQUEST_INVALID, "is missing: this mapping is not of cases"}});
  }
  std::vector<std::string> columns = NamedColumns(rules);
  std::vector<FieldViolation> missing;
  const auto needs = [&](const std::string& column, const std::string& path) {
    if (column.empty() || std::find(header.begin(), header.end(), column) != header.end()) return;
    missing.push_back({path, v1::ERROR_REASON_REQUEST_INVALID,
                       absl::StrCat("names the column \"", column, "\", which the table has not")});
  };
  needs(rules.cases().case_column(), "cases.case_column");
  for (const ctl::PublisherRule& rule : rules.publisher_rules()) {
    needs(rule.country_column(), "publisher_rules.country_column");
  }
  ASSIGN_OR_RETURN(RowMapper mapper, RowMapper::Make(std::move(rules), columns));
  if (!missing.empty()) return InvalidFields(missing);
  return CaseAnonymizer(
      std::make_unique<Impl>(std::move(mapper), std::move(columns), header, options));
}

CaseAnonymizer::CaseAnonymizer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CaseAnonymizer::~CaseAnonymizer() = default;
CaseAnonymizer::CaseAnonymizer(CaseAnonymizer&&) noexcept = default;
CaseAnonymizer& CaseAnonymizer::operator=(CaseAnonymizer&&) noexcept = default;

void CaseAnonymizer::Add(const std::vector<std::string>& cells) { impl_->Add(cells); }
void CaseAnonymizer::AddUnreadable() { impl_->AddUnreadable(); }
CaseOutcome CaseAnonymizer::Finish() const { return impl_->Finish(); }

}  // namespace corridor
