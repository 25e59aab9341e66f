#ifndef CORRIDOR_CLIENT_IMPORT_IMPORTER_H_
#define CORRIDOR_CLIENT_IMPORT_IMPORTER_H_

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/import/csv_reader.h"
#include "client/import/import_report.h"
#include "client/import/import_state.h"
#include "client/import/row_mapper.h"
#include "core/gate/gate.h"
#include "corridor/case_anonymizer.h"
#include "corridor/v1/record.pb.h"
#include "corridor/v1/statement.pb.h"

namespace corridor {

// A row as it leaves: all but the signature.
struct OutgoingStatement {
  v1::StatementBody body;
  v1::StatementRouting routing;
  std::string routing_salt;
  std::string body_salt;
};

// Where statements go: one publisher for each member, or a test's own.
class StatementOutlet {
 public:
  using Done = absl::AnyInvocable<void(absl::StatusOr<v1::Receipt>)>;
  virtual ~StatementOutlet() = default;
  // Signs and sends; may wait for room. `done` is called exactly once, on any thread,
  // perhaps before this returns.
  virtual void Send(OutgoingStatement statement, Done done) = 0;
  // Sends what still waits for company.
  virtual void Flush() = 0;
};

struct ImportOptions {
  // Only these rows, both included.
  uint64_t first_row = 1;
  uint64_t last_row = std::numeric_limits<uint64_t>::max();
  // At most this many rows are sent, or would be.
  uint64_t limit = std::numeric_limits<uint64_t>::max();
  // Only rows of these members (NO_PROFILE for others). Empty: of all.
  std::set<std::string> publishers;
  // Map and ask the gate, and send nothing.
  bool dry_run = false;
  // Of cases: send also what should wait (HELD).
  bool release_now = false;
  // The time of this run: what rows sent for the first time say.
  absl::Time now;
  // How long to wait for answers after an interruption.
  absl::Duration patience = absl::Seconds(5);
};

// Where the rows go that are not imported, each as soon as that is known; on any thread,
// one at a time.
using FaultSink = absl::AnyInvocable<void(uint64_t row, uint64_t line, const RowFault& fault)>;

// Takes the rows of a file one after another through mapping and gate to an outlet, and
// counts what becomes of each. Not thread-safe; answers may come on any thread, also
// after this has gone.
//
// A row that an earlier run saw accepted is not sent again. One whose outcome is not known
// is sent with the same ids, salts and times, hence the same bytes.
class Importer {
 public:
  // The arguments must outlive this; `state` is shared with answers that come late.
  Importer(const ctl::ImportMapping& mapping, const Gate& gate, std::shared_ptr<ImportState> state,
           StatementOutlet& outlet, const ImportOptions& options);

  // Runs to the end of `reader`, or until `interrupted`, and waits for the answers.
  // `progress` is called now and then. kOk also when rows were not imported: the counts say so.
  // kInvalidArgument: a label that the mapping says to stop at. kUnavailable: an outlet gave
  // up, so that going on would only wait. kCancelled: interrupted. Others: the state file.
  absl::Status Run(CsvReader& reader, const RowMapper& mapper, const std::atomic<bool>& interrupted,
                   FaultSink on_fault, absl::FunctionRef<void(const ImportCounts&)> progress);

  // The same for alerts made of cases: an alert takes the place of a row, known by its key;
  // faults name its number.
  absl::Status RunCases(const std::vector<CaseAlert>& alerts, const std::atomic<bool>& interrupted,
                        FaultSink on_fault);

  // What became of the rows so far.
  ImportCounts counts() const;

 private:
  class Ledger;  // What the answers change.
  struct Ready {
    uint64_t row = 0;
    uint64_t number = 0;
    uint64_t line = 0;
    std::string fingerprint;
    OutgoingStatement statement;
  };

  // What stands at a place: a row of a file, or an alert made of cases.
  struct Place {
    uint64_t row = 0;     // What it is known by.
    uint64_t number = 0;  // What faults call it.
    uint64_t line = 0;
    std::string fingerprint;
  };

  absl::Status Take(const CsvRecord& record, const RowMapper& mapper, std::vector<Ready>& ready);
  void TakeAlert(const CaseAlert& alert, std::vector<Ready>& ready);
  void TakeMapped(Place place, MappedRow mapped, std::vector<Ready>& ready);
  absl::Status Finish(absl::Status status, std::vector<Ready>& ready,
                      const std::atomic<bool>& interrupted);
  OutgoingStatement Complete(uint64_t row, MappedRow mapped, absl::Time sent) const;
  absl::Status SendAll(std::vector<Ready>& ready);

  const ctl::ImportMapping& mapping_;
  const Gate& gate_;
  const std::shared_ptr<ImportState> state_;
  StatementOutlet& outlet_;
  const ImportOptions options_;
  const std::shared_ptr<Ledger> ledger_;
  uint64_t handed_ = 0;  // Rows that count against the limit.
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_IMPORT_IMPORTER_H_
