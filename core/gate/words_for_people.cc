#include "core/gate/words_for_people.h"

#include <vector>

#include "core/gate/gate_policy.h"
#include "core/gate/text_scan.h"

namespace corridor {
namespace {

// The rules that find a name without title or cue, and a domain that is no more than one.
constexpr std::string_view kNameKnown = "name.known";
constexpr std::string_view kBareDomain = "url.domain";

const TextScanner& Scanner() {
  static const TextScanner& scanner = *new TextScanner(DefaultGatePolicy().phone_regions);
  return scanner;
}

}  // namespace

std::string_view IdentifierInTitle(std::string_view text) {
  for (const TextFinding& finding : Scanner().Scan(text)) {
    if (finding.rule != kNameKnown && finding.rule != kBareDomain) {
      return CategoryName(finding.category);
    }
  }
  return {};
}

std::string_view IdentifierInRemark(std::string_view text) {
  const std::vector<TextFinding> findings = Scanner().Scan(text);
  return findings.empty() ? std::string_view() : CategoryName(findings.front().category);
}

}  // namespace corridor
