#ifndef CORRIDOR_CLIENT_IMPORT_IMPORT_REPORT_H_
#define CORRIDOR_CLIENT_IMPORT_IMPORT_REPORT_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace corridor {

// Why a row is not imported. The names (ReasonText) appear in reports: never rename one.
enum class ImportReason {
  kBadRow,        // The record cannot be read.
  kFilteredOut,   // `select` does not mean it.
  kUnknownLabel,  // A label that the mapping does not know.
  kValue,         // A cell that is no year or code where one is needed.
  kConflict,      // Two columns say different things for one field.
  kNoPublisher,   // No publisher rule applies.
  kNoAudience,    // No audience rule applies.
  kNoProfile,     // Its publisher's credentials are not here.
  kGate,          // The gate would refuse it.
  kRefused,       // The broker refused it.
  kOtherContent,  // It was published before and said something else then.
  kRowChanged,    // The row was published, and its cells have changed since.
  kHeld,          // Made of cases, and should not be released yet.
  kUndecided,     // No answer yet: run the import again.
};

// "UNKNOWN_LABEL"
std::string_view ReasonText(ImportReason reason);

// One row that is not imported.
struct RowFault {
  ImportReason reason = ImportReason::kBadRow;
  std::string column;  // Where one column is to blame.
  std::string label;   // What stood there.
  std::string detail;  // One sentence.
  bool stop = false;   // The mapping says to end here.
};

// What became of the rows. Every row read is counted once: read = already_there +
// published + would_publish + the sum of not_imported.
struct ImportCounts {
  uint64_t read = 0;
  // Sent and accepted in this run.
  uint64_t published = 0;
  // Accepted before: by an earlier run, or in this one with its answer lost on the way.
  uint64_t already_there = 0;
  // Dry run: mapped, and passed the gate.
  uint64_t would_publish = 0;
  // By name of the reason.
  std::map<std::string, uint64_t> not_imported;
  // Published, by publisher: this run, earlier ones and a dry run's alike.
  std::map<std::string, uint64_t> by_publisher;
  // How often a label of a place was mapped to an area, by "<label> -> <area>".
  std::map<std::string, uint64_t> areas;
  // Labels unknown, by "<column>: <label>".
  std::map<std::string, uint64_t> unknown_labels;
  // Refused by the broker, by reason.
  std::map<std::string, uint64_t> refused;

  uint64_t NotImported() const;
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_IMPORT_IMPORT_REPORT_H_
