#ifndef CORRIDOR_CLIENT_CTL_CASE_OUTPUT_H_
#define CORRIDOR_CLIENT_CTL_CASE_OUTPUT_H_

#include <iosfwd>

#include "client/ctl/output.h"
#include "corridor/case_anonymizer.h"

namespace corridor {

// How an import of cases shows what it made of them. Nothing here repeats a cell.

// One note, as a line of the report.
Json NoteToJson(const CaseNote& note);

// The whole outcome; notes of rows with the same column and reason are counted together.
Json OutcomeToJson(const CaseOutcome& outcome);
// The same for people: the first alerts in full, and how many more there are.
void PrintOutcome(const CaseOutcome& outcome, std::ostream& out);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CTL_CASE_OUTPUT_H_
