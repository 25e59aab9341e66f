#ifndef CORRIDOR_CLIENT_CTL_CASE_OUTPUT_H_
#define CORRIDOR_CLIENT_CTL_CASE_OUTPUT_H_

#include <cstdint>
#include <iosfwd>
#include <vector>

#include "client/ctl/output.h"
#include "client/import/import_report.h"
#include "corridor/case_anonymizer.h"

namespace corridor {

// How an import of cases shows what it made of them. Nothing here repeats a cell.

// One note, as a line of the report.
Json NoteToJson(const CaseNote& note);

// An alert that was not sent: refused, held, published before and changed since.
struct AlertFault {
  uint64_t alert = 0;
  RowFault fault;
};
Json AlertFaultToJson(const AlertFault& fault);

// The whole outcome; notes of rows with the same column and reason are counted together.
Json OutcomeToJson(const CaseOutcome& outcome, const std::vector<AlertFault>& not_sent);
// The same for people: the first alerts in full, and how many more there are.
void PrintOutcome(const CaseOutcome& outcome, const std::vector<AlertFault>& not_sent,
                  std::ostream& out);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CTL_CASE_OUTPUT_H_
