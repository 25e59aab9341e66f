#ifndef CORRIDOR_CLIENT_CTL_IMPORT_OUTPUT_H_
#define CORRIDOR_CLIENT_CTL_IMPORT_OUTPUT_H_

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "client/ctl/output.h"
#include "client/import/import_report.h"
#include "core/base/clock.h"

namespace corridor {

// How an import shows what it does.

// One line that is written over, for a terminal. Not thread-safe.
class ImportProgress {
 public:
  // `file_bytes` is the whole. `shown` false: shows nothing.
  ImportProgress(std::ostream& err, const Clock& clock, size_t file_bytes, bool shown)
      : err_(err), clock_(clock), file_bytes_(file_bytes), shown_(shown), begin_(clock.Steady()) {}

  void Show(const ImportCounts& counts, size_t position);
  // Takes the line away.
  void Clear();

 private:
  std::ostream& err_;
  const Clock& clock_;
  const size_t file_bytes_;
  const bool shown_;
  const absl::Duration begin_;
  absl::Duration last_ = -absl::InfiniteDuration();
};

// One row that is not imported, as a line of the report.
Json FaultToJson(uint64_t row, uint64_t line, const RowFault& fault);

Json CountsToJson(const ImportCounts& counts);
// The same for people. `unit` is what was counted: "rows", or "alerts" made of cases.
void PrintCounts(const ImportCounts& counts, std::string_view unit, std::ostream& out);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CTL_IMPORT_OUTPUT_H_
