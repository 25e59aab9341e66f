#include "core/model/describe.h"

#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "core/base/strings.h"
#include "core/model/vocabulary.h"

namespace corridor {
namespace {

using Parts = std::vector<std::string>;

// A label inside a sentence: a capital stays where it is part of a name ("TLP:RED").
std::string Lower(std::string label) {
  if (label.size() > 1 && absl::ascii_islower(label[1])) label[0] = absl::ascii_tolower(label[0]);
  return label;
}

template <typename Enum>
void Add(Parts& parts, Enum value) {
  if (static_cast<int>(value) != 0) parts.push_back(Lower(Label(value)));
}

template <typename Enum>
std::string Codes(const google::protobuf::RepeatedField<int>& values) {
  Parts parts;
  for (const int value : values) parts.push_back(Lower(Label(static_cast<Enum>(value))));
  return absl::StrJoin(parts, ", ");
}

void AddText(Parts& parts, std::string text) {
  if (!text.empty()) parts.push_back(std::move(text));
}

std::string MonthText(const v1::Month& month) {
  return absl::StrFormat("%04d-%02d", month.year(), month.month());
}

std::string PeriodText(const v1::MonthPeriod& period) {
  const std::string start = MonthText(period.start());
  const std::string end = MonthText(period.end());
  return start == end ? start : absl::StrCat(start, " to ", end);
}

std::string LegText(const v1::RouteLeg& leg) {
  std::string text(PlaceName(leg.has_country() ? leg.country() : leg.area()));
  if (!leg.admin1().empty()) absl::StrAppend(&text, " ", leg.admin1());
  Parts details;
  Add(details, leg.venue());
  Add(details, leg.entry_mode());
  if (!details.empty()) absl::StrAppend(&text, " (", absl::StrJoin(details, ", "), ")");
  return text;
}

// Recruitment, transit and exploitation legs, in this order whatever theirs is.
std::string RouteText(const v1::AlertContent& content) {
  Parts stages;
  for (const v1::RouteStage stage :
       {v1::ROUTE_STAGE_RECRUITMENT, v1::ROUTE_STAGE_TRANSIT, v1::ROUTE_STAGE_EXPLOITATION}) {
    Parts legs;
    for (const v1::RouteLeg& leg : content.legs()) {
      if (leg.stage() == stage) legs.push_back(LegText(leg));
    }
    const bool in_turn = stage == v1::ROUTE_STAGE_TRANSIT;
    AddText(stages, absl::StrJoin(legs, in_turn ? " > " : " or "));
  }
  return absl::StrJoin(stages, " > ");
}

// "Forced criminality (job or task scam)"; the acts where no purpose is stated.
std::string PatternText(const v1::PatternBlock& pattern) {
  std::string text = Codes<v1::TraffickingPurpose>(pattern.purposes());
  if (text.empty()) text = Codes<v1::TraffickingAct>(pattern.acts());
  if (text.empty()) text = "pattern";
  Parts kinds;
  AddText(kinds, Codes<v1::ForcedCriminalityKind>(pattern.forced_criminality_kinds()));
  AddText(kinds, Codes<v1::LabourSector>(pattern.forced_labour_sectors()));
  AddText(kinds, Codes<v1::SexualExploitationKind>(pattern.sexual_exploitation_kinds()));
  if (!kinds.empty()) absl::StrAppend(&text, " (", absl::StrJoin(kinds, ", "), ")");
  return text;
}

std::string OfferText(const v1::RecruitmentBlock& recruitment) {
  std::string text = Codes<v1::Lure>(recruitment.lures());
  if (!recruitment.claimed_destination().empty()) {
    absl::StrAppend(&text, text.empty() ? "offer" : "", " said to be in ",
                    A(PlaceName(recruitment.claimed_destination())));
  }
  Parts ways;
  AddText(ways, Codes<v1::RecruitmentMethod>(recruitment.recruitment_methods()));
  for (const int platform : recruitment.platforms()) {
    ways.push_back(Label(static_cast<v1::Platform>(platform)));  // Proper names.
  }
  if (!ways.empty())
    absl::StrAppend(&text, text.empty() ? "" : " ", "via ", absl::StrJoin(ways, ", "));
  return text;
}

std::string GroupText(const v1::AffectedGroupBlock& group) {
  Parts parts;
  if (group.group_size() != v1::GROUP_SIZE_NOT_STATED) Add(parts, group.group_size());
  if (group.gender() != v1::GENDER_NOT_STATED) Add(parts, group.gender());
  Add(parts, group.age_band());
  for (const std::string& country : group.citizenships()) parts.emplace_back(PlaceName(country));
  for (const std::string& area : group.citizenship_areas()) parts.emplace_back(PlaceName(area));
  return parts.empty() ? "" : absl::StrCat("affected: ", absl::StrJoin(parts, ", "));
}

std::string GradeText(const v1::AlertContent& content) {
  Parts parts;
  Add(parts, content.severity());
  Add(parts, content.certainty());
  Add(parts, content.verification());
  if (content.has_observed_period()) parts.push_back(PeriodText(content.observed_period()));
  return absl::StrJoin(parts, ", ");
}

std::string SightingText(const v1::Sighting& sighting) {
  Parts parts;
  Add(parts, sighting.kind());
  if (!sighting.place().empty()) parts.emplace_back(PlaceName(sighting.place()));
  if (sighting.has_month()) parts.push_back(MonthText(sighting.month()));
  if (sighting.size() != v1::GROUP_SIZE_NOT_STATED) Add(parts, sighting.size());
  return absl::StrJoin(parts, ", ");
}

std::string ResponseText(const v1::Response& response) {
  Parts parts;
  Add(parts, response.kind());
  Add(parts, response.channel());
  if (response.has_proposal()) parts.push_back(Describe(response.proposal()));
  return absl::StrJoin(parts, ", ");
}

struct KindAndText {
  std::string_view kind;
  std::string text;
};

KindAndText KindAndTextOf(const v1::StatementBody& body) {
  switch (body.kind_case()) {
    case v1::StatementBody::kIssue:
      return {"Issue", Describe(body.issue().content())};
    case v1::StatementBody::kRevise:
      return {"Revise", Describe(body.revise().content())};
    case v1::StatementBody::kCancel:
      return {"Cancel", Lower(Label(body.cancel().reason()))};
    case v1::StatementBody::kRecall:
      return {"Recall", Lower(Label(body.recall().reason()))};
    case v1::StatementBody::kSighting:
      return {"Sighting", SightingText(body.sighting())};
    case v1::StatementBody::kResponse:
      return {"Response", ResponseText(body.response())};
    case v1::StatementBody::KIND_NOT_SET:
      break;
  }
  return {"Statement", ""};
}

}  // namespace

std::string Describe(const v1::AlertContent& content) {
  const std::string route = RouteText(content);
  std::string what = content.has_pattern() ? PatternText(content.pattern()) : "";
  if (!route.empty()) absl::StrAppend(&what, what.empty() ? "" : ": ", route);
  Parts parts;
  AddText(parts, std::move(what));
  AddText(parts, OfferText(content.recruitment()));
  AddText(parts, GroupText(content.affected_group()));
  AddText(parts, GradeText(content));
  std::string line = absl::StrJoin(parts, "; ");
  if (!line.empty()) line[0] = absl::ascii_toupper(line[0]);
  return line;
}

std::string Describe(const v1::StatementBody& body) {
  const auto [kind, text] = KindAndTextOf(body);
  Parts parts = {std::string(kind)};
  if (body.revision() > 1) parts.push_back(absl::StrCat("revision ", body.revision()));
  if (body.status() != v1::ALERT_STATUS_ACTUAL) Add(parts, body.status());
  Add(parts, body.tlp());
  if (body.urgency() != v1::URGENCY_UNKNOWN) Add(parts, body.urgency());
  if (!body.publisher_country().empty()) {
    parts.push_back(absl::StrCat("from ", A(PlaceName(body.publisher_country()))));
  }
  const std::string head = absl::StrJoin(parts, ", ");
  return text.empty() ? head : absl::StrCat(head, ": ", text);
}

}  // namespace corridor
