#include "client/ctl/check_output.h"

#include <algorithm>
#include <map>
#include <ostream>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/ctl/output.h"
#include "client/ctl/wrapped_text.h"
#include "core/base/strings.h"
#include "core/model/errors.h"

namespace corridor {
namespace {

// "is too fine; ADULT passes" is why, and what to say instead.
std::pair<std::string_view, std::string_view> Split(std::string_view description) {
  const size_t at = description.find("; ");
  if (at == std::string_view::npos) return {description, {}};
  return {description.substr(0, at), description.substr(at + 2)};
}

void PrintSide(const char* title,
               const google::protobuf::RepeatedPtrField<v1::RecipientDecision>& recipients,
               bool allowed, std::ostream& out) {
  // Rule and explanation, in the order in which they first occur.
  std::vector<std::pair<std::string, std::vector<std::string>>> rules;
  size_t count = 0;
  for (const v1::RecipientDecision& decision : recipients) {
    if (decision.allowed() != allowed) continue;
    ++count;
    const std::string rule = absl::StrCat(decision.rule(), ": ", decision.explanation());
    auto at = std::find_if(rules.begin(), rules.end(),
                           [&rule](const auto& known) { return known.first == rule; });
    if (at == rules.end()) at = rules.insert(rules.end(), {rule, {}});
    at->second.push_back(ShortMember(decision.member()));
  }
  out << title << ": " << count << "\n";
  for (const auto& [rule, members] : rules) {
    PrintWrapped("  ", Printable(rule), out);
    for (const std::string& member : members) out << "    " << member << "\n";
  }
}

}  // namespace

std::string FieldInFile(std::string_view path) {
  const auto cut = [&path](std::string_view prefix) {
    if (path.substr(0, prefix.size()) != prefix) return false;
    path.remove_prefix(prefix.size());
    return true;
  };
  if (cut("body.issue.content.")) return absl::StrCat("issue.", A(path));
  if (!cut("body.")) cut("routing.");
  return std::string(path);
}

void PrintRecipientsByRule(
    const google::protobuf::RepeatedPtrField<v1::RecipientDecision>& recipients,
    std::ostream& out) {
  if (recipients.empty()) {
    out << "No other member is known.\n";
    return;
  }
  PrintSide("Would receive it", recipients, true, out);
  PrintSide("Would not", recipients, false, out);
}

void PrintRefusal(const absl::Status& refusal, std::string_view judge, std::ostream& out) {
  const std::vector<FieldViolation> violations = ViolationsOf(refusal);
  if (violations.empty()) {
    out << "Would be refused by " << judge << ".\n" << StatusToText(refusal);
    return;
  }
  std::vector<std::string> fields;
  std::multimap<std::string, const FieldViolation*> faults;
  for (const FieldViolation& violation : violations) {
    const std::string field = FieldInFile(violation.field);
    if (!faults.contains(field)) fields.push_back(field);
    faults.emplace(field, &violation);
  }
  out << "Would be refused by " << judge << ": " << fields.size()
      << (fields.size() == 1 ? " field" : " fields") << " to change.\n";
  for (const std::string& field : fields) {
    out << "\n" << Printable(field) << "\n";
    const auto [begin, end] = faults.equal_range(field);
    for (auto fault = begin; fault != end; ++fault) {
      const std::string description = Printable(fault->second->description);
      const auto [why, instead] = Split(description);
      const std::string& rule = fault->second->rule;
      PrintWrapped("  why      ",
                   absl::StrCat(ReasonName(fault->second->reason), ": ", A(why),
                                rule.empty() ? "" : absl::StrCat(" (rule ", Printable(rule), ")")),
                   out);
      if (!instead.empty()) PrintWrapped("  instead  ", instead, out);
    }
  }
}

}  // namespace corridor
