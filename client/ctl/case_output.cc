#include "client/ctl/case_output.h"

#include <map>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/ctl/wrapped_text.h"
#include "core/base/strings.h"
#include "core/model/vocabulary.h"

namespace corridor {
namespace {

constexpr size_t kAlertsShown = 20;

// Row notes with the same column, reason and action, in that order.
using RowCounts = std::map<std::pair<std::string, std::string>, uint64_t>;

RowCounts CountRows(const CaseOutcome& outcome) {
  RowCounts counts;
  for (const CaseNote& note : outcome.notes) {
    if (note.row > 0) ++counts[{note.column, note.why}];
  }
  return counts;
}

std::string Day(absl::Time time) { return absl::FormatTime("%Y-%m-%d", time, absl::UTCTimeZone()); }

// "KEN > THA (recruitment, exploitation)" in the order of travel.
std::string Route(const v1::AlertContent& content) {
  std::vector<std::string> places;
  for (const v1::RouteLeg& leg : content.legs()) {
    places.push_back(absl::StrCat(Label(leg.stage()), " ",
                                  A(PlaceName(leg.has_country() ? leg.country() : leg.area()))));
  }
  return places.empty() ? "no place" : absl::StrJoin(places, ", ");
}

std::string Purposes(const v1::AlertContent& content) {
  std::vector<std::string> purposes;
  for (int purpose : content.pattern().purposes()) {
    purposes.push_back(Label(static_cast<v1::TraffickingPurpose>(purpose)));
  }
  return purposes.empty() ? "no purpose" : absl::StrJoin(purposes, ", ");
}

std::string Period(const v1::AlertContent& content) {
  if (!content.has_observed_period()) return "no time";
  const v1::MonthPeriod& period = content.observed_period();
  const std::string year = absl::StrCat(period.start().year());
  const bool quarter = period.end().month() - period.start().month() == 2;
  return quarter ? absl::StrCat("Q", (period.start().month() + 2) / 3, " ", year) : year;
}

std::string Group(const v1::AlertContent& content) {
  if (!content.has_affected_group()) return "not described";
  const v1::AffectedGroupBlock& group = content.affected_group();
  std::vector<std::string> parts = {Label(group.group_size())};
  if (group.gender() > v1::GENDER_NOT_STATED) parts.push_back(Label(group.gender()));
  if (group.age_band() != v1::AGE_BAND_UNSPECIFIED) parts.push_back(Label(group.age_band()));
  for (const std::string& place : group.citizenships()) parts.emplace_back(PlaceName(place));
  for (const std::string& place : group.citizenship_areas()) parts.emplace_back(PlaceName(place));
  return absl::StrJoin(parts, ", ");
}

std::string Release(const CaseAlert& alert) {
  if (alert.release_from == absl::InfiniteFuture()) return "not before you decide";
  return absl::StrCat("from ", Day(alert.release_from));
}

void PrintColumns(const CaseOutcome& outcome, std::ostream& out) {
  const auto print = [&](const char* title, bool not_read) {
    bool first = true;
    for (const CaseNote& note : outcome.notes) {
      if (note.position == 0 || not_read != (note.action == CaseNote::Action::kNotRead)) continue;
      if (std::exchange(first, false)) out << title << "\n";
      PrintWrapped(absl::StrFormat("  column %d%s%s: ", note.position,
                                   note.column.empty() ? "" : ", ", note.column),
                   note.why, out);
    }
  };
  print("Columns that were not read:", true);
  print("Columns that do not leave as they are:", false);
}

void PrintAlert(const CaseAlert& alert, const CaseOutcome& outcome, std::ostream& out) {
  const v1::AlertContent& content = alert.body.issue().content();
  out << absl::StrFormat("Alert %d, of %d %s\n", alert.number, alert.cases,
                         alert.cases == 1 ? "case" : "cases");
  PrintWrapped("  says      ",
               absl::StrCat(Purposes(content), "; ", Route(content), "; ", Period(content)), out);
  PrintWrapped("  group     ", Group(content), out);
  PrintWrapped("  release   ", absl::StrCat(Release(alert), ": ", alert.release_reason), out);
  for (const CaseNote& note : outcome.notes) {
    if (note.alert != alert.number || note.action == CaseNote::Action::kHeld) continue;
    const char* head = note.action == CaseNote::Action::kDropped     ? "  left out  "
                       : note.action == CaseNote::Action::kCoarsened ? "  coarser   "
                                                                     : "  REFUSED   ";
    const std::string field = note.field.empty() ? "" : absl::StrCat(note.field, ": ");
    PrintWrapped(head, absl::StrCat(field, note.why), out);
  }
}

}  // namespace

Json NoteToJson(const CaseNote& note) {
  Json json = {{"action", std::string(CaseActionText(note.action))}};
  if (note.row > 0) json["row"] = note.row;
  if (note.alert > 0) json["alert"] = note.alert;
  if (note.position > 0) json["position"] = note.position;
  if (!note.column.empty()) json["column"] = note.column;
  if (!note.field.empty()) json["field"] = note.field;
  json["why"] = note.why;
  return json;
}

Json AlertFaultToJson(const AlertFault& fault) {
  return {{"alert", fault.alert},
          {"reason", std::string(ReasonText(fault.fault.reason))},
          {"why", fault.fault.detail}};
}

Json OutcomeToJson(const CaseOutcome& outcome, const std::vector<AlertFault>& not_sent) {
  Json faults = Json::array();
  for (const AlertFault& fault : not_sent) faults.push_back(AlertFaultToJson(fault));
  Json alerts = Json::array();
  for (const CaseAlert& alert : outcome.alerts) {
    const v1::AlertContent& content = alert.body.issue().content();
    Json json = {{"alert", alert.number},
                 {"publisher", alert.body.publisher()},
                 {"cases", alert.cases},
                 {"purposes", Purposes(content)},
                 {"route", Route(content)},
                 {"period", Period(content)},
                 {"group", Group(content)},
                 {"accepted", alert.verdict.ok()},
                 {"release_reason", alert.release_reason}};
    if (alert.release_from != absl::InfiniteFuture()) {
      json["release_from"] = Day(alert.release_from);
    }
    alerts.push_back(std::move(json));
  }
  Json notes = Json::array();
  for (const CaseNote& note : outcome.notes) {
    if (note.row == 0) notes.push_back(NoteToJson(note));
  }
  Json row_notes = Json::array();
  for (const auto& [what, count] : CountRows(outcome)) {
    row_notes.push_back({{"column", what.first}, {"why", what.second}, {"rows", count}});
  }
  return {{"rows", outcome.rows},
          {"rows_left_out", outcome.rows_left_out},
          {"rows_unreadable", outcome.rows_unreadable},
          {"cases", outcome.cases},
          {"alerts", std::move(alerts)},
          {"notes", std::move(notes)},
          {"row_notes", std::move(row_notes)},
          {"not_sent", std::move(faults)}};
}

void PrintOutcome(const CaseOutcome& outcome, const std::vector<AlertFault>& not_sent,
                  std::ostream& out) {
  out << absl::StreamFormat("%d rows (%d left out), %d cases, %d alerts\n", outcome.rows,
                            outcome.rows_left_out, outcome.cases, outcome.alerts.size());
  PrintColumns(outcome, out);
  if (const RowCounts counts = CountRows(outcome); !counts.empty()) {
    out << "Left out of rows:\n";
    for (const auto& [what, count] : counts) {
      PrintWrapped(absl::StrFormat("  %8d  ", count),
                   absl::StrCat(what.first, what.first.empty() ? "" : ": ", what.second), out);
    }
  }
  for (size_t i = 0; i < outcome.alerts.size() && i < kAlertsShown; ++i) {
    PrintAlert(outcome.alerts[i], outcome, out);
  }
  if (outcome.alerts.size() > kAlertsShown) {
    out << absl::StreamFormat("... and %d more alerts; --report and --format json name all\n",
                              outcome.alerts.size() - kAlertsShown);
  }
  if (!not_sent.empty()) out << "Not sent:\n";
  for (size_t i = 0; i < not_sent.size() && i < kAlertsShown; ++i) {
    PrintWrapped(absl::StrFormat("  alert %d  %s  ", not_sent[i].alert,
                                 std::string(ReasonText(not_sent[i].fault.reason))),
                 not_sent[i].fault.detail, out);
  }
  if (not_sent.size() > kAlertsShown) {
    out << absl::StreamFormat("  ... and %d more\n", not_sent.size() - kAlertsShown);
  }
}

}  // namespace corridor
