#ifndef CORRIDOR_CLIENT_CASE_ANONYMIZER_H_
#define CORRIDOR_CLIENT_CASE_ANONYMIZER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "corridor/v1/statement.pb.h"

namespace corridor {

// Something that was in the table and is not in the alerts as it was. Notes hold names of
// columns and fields that the mapping knows, numbers and reasons; never what a cell said.
struct CaseNote {
  enum class Action {
    kNotRead,    // A column that the mapping does not read.
    kDropped,    // A value, a field or a row that is left out.
    kCoarsened,  // Said less finely.
    kHeld,       // An alert that should not be released yet.
    kRefused,    // An alert that the gate would refuse; it must not be sent.
  };
  Action action = Action::kDropped;
  // What is meant; 0 and empty where it does not apply.
  uint64_t row = 0;     // Row below the header, from 1.
  uint64_t alert = 0;   // CaseAlert::number.
  size_t position = 0;  // Column of the table, from 1.
  std::string column;   // Its name, only where the mapping has it.
  std::string field;    // Path in corridor.v1.AlertContent.
  std::string why;      // One sentence.
};

// "NOT_READ", "DROPPED", "COARSENED", "HELD", "REFUSED"
std::string_view CaseActionText(CaseNote::Action action);

// An alert made of cases with the same publisher, route, purposes and quarter.
struct CaseAlert {
  uint64_t number = 0;  // From 1.
  // The same for the same (mapping id, data set, publisher, route, purposes, quarter).
  uint64_t key = 0;
  // As for StatementDraft; ids and times are not set.
  v1::StatementBody body;
  v1::StatementRouting routing;
  // How many cases stand behind it: for the publisher's eyes, no part of the alert.
  uint64_t cases = 0;
  // The suggested day of release (a first of a month), and why. In the past, or now: at
  // once. InfiniteFuture: no case has a date, so that nobody can tell.
  absl::Time release_from;
  std::string release_reason;
  // What the gate says: OK, or the refusal with its fields (core/model/errors.h), which
  // repeats no text. An alert that is refused must not be sent.
  absl::Status verdict;
};

// What became of a table.
struct CaseOutcome {
  uint64_t rows = 0;
  uint64_t rows_left_out = 0;    // Each has a note.
  uint64_t rows_unreadable = 0;  // Among those left out.
  uint64_t cases = 0;
  std::vector<CaseAlert> alerts;
  std::vector<CaseNote> notes;  // Columns, then rows, then alerts.
};

// Turns rows about persons into alerts about patterns, on the machine where the rows are.
//
// What it promises:
//   - Only columns that the mapping names are read. Of all others not even the name is
//     repeated, since a table without a header would have a person there.
//   - Cells become codes or nothing: no text of a cell is in an alert, a note or an error.
//   - Pattern, recruitment and route come from any case. The affected group is described
//     only where at least k cases (11 or more) stand behind each word of it.
//   - Days become quarters.
//   - Each alert has been judged by the same gate as the broker runs; what the gate finds
//     too fine is said more coarsely, and what it still refuses is named.
//   - Each alert carries a suggested day of release, because an alert soon after an
//     interview tells traffickers who talked.
// What it cannot promise: that an alert is anonymous in the sense of a law. Who knows a case
// may recognise its pattern. docs/anonymising.md says what was measured.
//
// Thread safety: thread-compatible: one thread at a time. No network, no clock, no file.
//
// Errors: kInvalidArgument (core/model/errors.h) with every mistake of the mapping by its path.
//   Rows are no errors: what cannot be used is left out and noted.
//
// Sources: IOM's Human Trafficking Case Data Standard 2.0 (CC BY 4.0) and CTDC's k-anonymised
// data set, for which mappings are installed in share/corridor/mappings; UN M49 for areas.
//
// Example:
//   auto cases = CaseAnonymizer::Make(mapping_text, {"case_id", "hte_Country", ...}, options);
//   for (const auto& row : rows) cases->Add(row);
//   CaseOutcome outcome = cases->Finish();
//   for (CaseAlert& alert : outcome.alerts) {
//     if (!alert.verdict.ok() || alert.release_from > now) continue;
//     publisher.Publish(StatementDraft{.body = alert.body, .routing = alert.routing});
//   }
// The draft still needs valid_until.
class CaseAnonymizer {
 public:
  struct Options {
    // Today, for the suggested release.
    absl::Time now;
  };

  // `mapping` is a corridor.ctl.ImportMapping with `cases`, in text form; `header` the names
  // of the table's columns. Columns that the mapping names and the table has not are as if
  // empty, but for case_column and the columns of publisher rules.
  static absl::StatusOr<CaseAnonymizer> Make(std::string_view mapping,
                                             const std::vector<std::string>& header,
                                             Options options);
  ~CaseAnonymizer();
  CaseAnonymizer(CaseAnonymizer&&) noexcept;
  CaseAnonymizer& operator=(CaseAnonymizer&&) noexcept;

  // One row, as many cells as the header. Another number leaves the row out.
  void Add(const std::vector<std::string>& cells);
  // A row that could not be read; counted and noted.
  void AddUnreadable();

  // The alerts of all rows so far.
  CaseOutcome Finish() const;

 private:
  class Impl;
  explicit CaseAnonymizer(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CASE_ANONYMIZER_H_
