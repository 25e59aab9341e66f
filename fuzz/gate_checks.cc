#include "fuzz/gate_checks.h"

#include <string>
#include <vector>

#include "absl/base/internal/raw_logging.h"
#include "core/gate/disguises.h"
#include "core/gate/gate.h"
#include "core/gate/gate_policy.h"
#include "core/gate/text_scan.h"
#include "core/gate/text_view.h"
#include "core/model/errors.h"

namespace corridor {
namespace {

#define FUZZ_CHECK(condition) ABSL_RAW_CHECK(condition, "")

const Gate& TheGate() {
  static const Gate& gate = *new Gate(DefaultGatePolicy());
  return gate;
}

bool IsEdge(std::string_view text, size_t at) {
  return at == text.size() || (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
}

void CheckView(const TextView& view, std::string_view original) {
  FUZZ_CHECK(IsWellFormedUtf8(view.text()));
  for (size_t i = 0; i < view.text().size(); ++i) {
    FUZZ_CHECK(view.OriginalStart(i) < view.OriginalEnd(i + 1));
    FUZZ_CHECK(view.OriginalEnd(i + 1) <= original.size());
    FUZZ_CHECK(i == 0 || view.OriginalStart(i - 1) <= view.OriginalStart(i));
  }
}

void CheckViews(std::string_view text) {
  const TextView cased(text, TextView::Case::kKeep);
  CheckView(cased, text);
  const TextView folded = cased.Folded();
  CheckView(folded, text);
  CheckView(WriteSpokenSymbols(folded), text);
  if (const auto spelled = WriteSpelledDigits(folded)) CheckView(*spelled, text);
  if (const auto joined = JoinSpacedLetters(cased)) CheckView(*joined, text);
  if (const auto leet = ReadLeet(cased)) CheckView(*leet, text);
}

bool Same(const std::vector<TextFinding>& a, const std::vector<TextFinding>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i].category != b[i].category || a[i].start != b[i].start || a[i].end != b[i].end) {
      return false;
    }
  }
  return true;
}

}  // namespace

void CheckTextScan(std::string_view bytes) {
  const std::vector<TextFinding> findings = TheGate().ScanText(bytes);
  if (!IsWellFormedUtf8(bytes)) {
    FUZZ_CHECK(!findings.empty());
    FUZZ_CHECK(findings[0].category == TextCategory::kForbiddenCharacter);
    return;
  }
  size_t last = 0;
  for (const TextFinding& finding : findings) {
    FUZZ_CHECK(finding.start < finding.end && finding.end <= bytes.size());
    FUZZ_CHECK(finding.start >= last);
    FUZZ_CHECK(IsEdge(bytes, finding.start) && IsEdge(bytes, finding.end));
    last = finding.end;
  }
  CheckViews(bytes);
  FUZZ_CHECK(Same(findings, TheGate().ScanText(bytes)));
}

void CheckStatement(std::string_view bytes) {
  v1::SignedStatement statement;
  if (!statement.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  for (const GateSide side : {GateSide::kPublisher, GateSide::kLink}) {
    const auto accepted = TheGate().Examine(statement, side);
    if (accepted.ok()) {
      FUZZ_CHECK(accepted->statement()->bytes.body() == statement.body());
      FUZZ_CHECK(accepted->statement()->bytes.routing() == statement.routing());
    } else {
      FUZZ_CHECK(ReasonOf(accepted.status()) != v1::ERROR_REASON_UNSPECIFIED);
    }
  }
}

}  // namespace corridor
