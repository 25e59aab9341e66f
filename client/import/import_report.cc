#include "client/import/import_report.h"

namespace corridor {

std::string_view ReasonText(ImportReason reason) {
  switch (reason) {
    case ImportReason::kBadRow:
      return "BAD_ROW";
    case ImportReason::kFilteredOut:
      return "FILTERED_OUT";
    case ImportReason::kUnknownLabel:
      return "UNKNOWN_LABEL";
    case ImportReason::kValue:
      return "VALUE";
    case ImportReason::kConflict:
      return "CONFLICT";
    case ImportReason::kNoPublisher:
      return "NO_PUBLISHER";
    case ImportReason::kNoAudience:
      return "NO_AUDIENCE";
    case ImportReason::kNoProfile:
      return "NO_PROFILE";
    case ImportReason::kGate:
      return "GATE";
    case ImportReason::kRefused:
      return "REFUSED";
    case ImportReason::kOtherContent:
      return "OTHER_CONTENT";
    case ImportReason::kRowChanged:
      return "ROW_CHANGED";
    case ImportReason::kHeld:
      return "HELD";
    case ImportReason::kUndecided:
      return "UNDECIDED";
  }
  return "";
}

uint64_t ImportCounts::NotImported() const {
  uint64_t sum = 0;
  for (const auto& [reason, count] : not_imported) sum += count;
  return sum;
}

}  // namespace corridor
