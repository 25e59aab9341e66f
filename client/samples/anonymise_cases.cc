// Shows what a table of cases becomes, without sending anything.
//
//   anonymise_cases MAPPING.textproto CASES.csv      (no quotes in the table)
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "core/base/clock.h"
#include "corridor/case_anonymizer.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "anonymise_cases MAPPING.textproto CASES.csv\n";
    return 2;
  }
  std::ifstream mapping_file(argv[1]), table(argv[2]);
  const std::string mapping(std::istreambuf_iterator<char>(mapping_file), {});
  std::string line;
  std::getline(table, line);
  const std::vector<std::string> header = absl::StrSplit(line, ',');
  auto cases =
      corridor::CaseAnonymizer::Make(mapping, header, {.now = corridor::SystemClock().Now()});
  if (!cases.ok()) {
    std::cerr << cases.status().message() << "\n";
    return 2;
  }
  while (std::getline(table, line)) cases->Add(absl::StrSplit(line, ','));

  const corridor::CaseOutcome outcome = cases->Finish();
  for (const corridor::CaseNote& note : outcome.notes) {
    std::cout << corridor::CaseActionText(note.action) << " " << note.column << note.field << ": "
              << note.why << "\n";
  }
  for (const corridor::CaseAlert& alert : outcome.alerts) {
    std::cout << "alert " << alert.number << " of " << alert.cases << " cases, "
              << (alert.verdict.ok() ? "passes" : "refused") << ", " << alert.release_reason
              << "\n";
  }
  return 0;
}
