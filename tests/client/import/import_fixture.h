#ifndef CORRIDOR_TESTS_CLIENT_IMPORT_IMPORT_FIXTURE_H_
#define CORRIDOR_TESTS_CLIENT_IMPORT_IMPORT_FIXTURE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/import/csv_reader.h"
#include "client/import/import_mapping.pb.h"
#include "client/import/importer.h"
#include "core/gate/gate.h"

namespace corridor {

// A mapping of an invented file: "year,from,to,kind,who". One publisher for Kenya, one for
// Thailand; rows of kind "noise" are filtered out.
ctl::ImportMapping ExampleMapping();
inline constexpr char kExampleHeader[] = "year,from,to,kind,who\n";

// Fails the test when the text does not parse.
ctl::ImportMapping ParseMapping(std::string_view text);

CsvReader OpenCsv(std::string text, char delimiter = ',');

// A broker's part in an import: accepts each (publisher, statement id) once, answers a
// repetition with the first receipt and other content with STATEMENT_ID_REUSED.
class FakeOutlet final : public StatementOutlet {
 public:
  void Send(OutgoingStatement statement, Done done) override;
  void Flush() override {}

  using Accepted = std::map<std::pair<std::string, std::string>, OutgoingStatement>;
  const Accepted& accepted() const { return accepted_; }
  uint64_t sent() const { return sent_; }

  // Asked before each statement; not OK: it is not accepted and answered with that.
  std::function<absl::Status(const OutgoingStatement&)> refuse;
  // Accepts what comes after the n-th statement, never answers it, and interrupts the
  // import.
  uint64_t silent_after = std::numeric_limits<uint64_t>::max();
  std::atomic<bool> interrupted = false;
  // The killed import is gone, and what it waited for with it.
  void Restart() {
    unanswered_.clear();
    silent_after = std::numeric_limits<uint64_t>::max();
    interrupted = false;
  }

 private:
  Accepted accepted_;
  std::vector<Done> unanswered_;
  uint64_t sent_ = 0;
};

// One run of an import and what it said.
struct ImportResult {
  absl::Status status;
  ImportCounts counts;
  struct Line {
    uint64_t row;
    uint64_t line;
    RowFault fault;
  };
  std::vector<Line> faults;
};
ImportResult RunImport(const ctl::ImportMapping& mapping, std::string csv,
                       std::shared_ptr<ImportState> state, FakeOutlet& outlet,
                       const ImportOptions& options);

}  // namespace corridor

#endif  // CORRIDOR_TESTS_CLIENT_IMPORT_IMPORT_FIXTURE_H_
