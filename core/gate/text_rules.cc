#include "core/gate/text_rules.h"

#include <string>

#include "core/gate/faults.h"

namespace corridor {
namespace {

using google::protobuf::RepeatedPtrField;

struct Piece {
  std::string path;
  std::string_view text;
  bool one_line = false;
};

void AddPieces(const RepeatedPtrField<v1::LocalizedText>& texts, std::string_view path,
               bool one_line, std::vector<Piece>& pieces) {
  for (int i = 0; i < texts.size(); ++i) {
    pieces.push_back({Path(Element(path, i), "text"), texts[i].text(), one_line});
  }
}

FieldViolation Report(const TextFinding& finding, const std::string& path, std::string_view where) {
  const bool forbidden = finding.category == TextCategory::kForbiddenCharacter;
  const std::string_view category = CategoryName(finding.category);
  return {path, forbidden ? v1::ERROR_REASON_TEXT_FORBIDDEN : v1::ERROR_REASON_PERSONAL_DATA,
          absl::StrCat(A(category), " ", A(where),
                       forbidden ? "; leave these characters out"
                                 : "; leave it out, or say it in codes or in general words"),
          std::string(category), std::string(finding.rule)};
}

void CheckPiece(const Piece& piece, const TextScanner& scanner,
                std::vector<FieldViolation>& violations) {
  for (const TextFinding& finding : scanner.Scan(piece.text)) {
    violations.push_back(
        Report(finding, piece.path, absl::StrCat("at bytes ", finding.start, " to ", finding.end)));
  }
  const size_t line_break = piece.one_line ? piece.text.find('\n') : std::string_view::npos;
  if (line_break != std::string_view::npos) {
    violations.push_back(Report(
        {TextCategory::kForbiddenCharacter, "forbidden.line-break", line_break, line_break + 1},
        piece.path, "in a headline"));
  }
}

}  // namespace

void CheckTexts(const v1::AlertContent& content, v1::Tlp tlp, const GatePolicy& policy,
                const TextScanner& scanner, std::string_view path,
                std::vector<FieldViolation>& violations) {
  if (content.headlines().empty() && content.notes().empty()) return;
  if (tlp > policy.text_tlp_max) {
    const std::string_view field = content.headlines().empty() ? "notes" : "headlines";
    Faults(violations)
        .ByRule(v1::ERROR_REASON_TEXT_NOT_ALLOWED, "text.marking", Path(path, field),
                absl::StrCat("may stand up to ", v1::Tlp_Name(policy.text_tlp_max),
                             " in this region; leave headlines and notes out, or mark it lower"));
  }
  std::vector<Piece> pieces;
  AddPieces(content.headlines(), Path(path, "headlines"), true, pieces);
  AddPieces(content.notes(), Path(path, "notes"), false, pieces);
  for (size_t i = 0; i < pieces.size(); ++i) {
    CheckPiece(pieces[i], scanner, violations);
    if (i == 0) continue;
    for (const TextFinding& finding : scanner.ScanJoint(pieces[i - 1].text, pieces[i].text)) {
      violations.push_back(Report(finding, pieces[i].path, "together with the text before it"));
    }
  }
}

}  // namespace corridor
