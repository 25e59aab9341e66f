// Runs simulated worlds from the command line: ./dev simulate --help

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "tests/simulation/world.h"

namespace corridor {
namespace {

struct Totals {
  size_t broken = 0;
  size_t events = 0;
  size_t statements = 0;
  uint64_t imports = 0;
  uint64_t deliveries = 0;
  uint64_t notices = 0;
  std::map<std::string, size_t> spoken;
  std::map<std::string, size_t> faults;

  void Add(const WorldReport& report) {
    broken += report.broken.empty() ? 0 : 1;
    events += report.events;
    statements += report.statements;
    imports += report.imports;
    deliveries += report.deliveries;
    notices += report.notices;
    for (const auto& [kind, count] : report.spoken) spoken[kind] += count;
    for (const auto& [kind, count] : report.faults) faults[kind] += count;
  }
};

void Print(const std::string& line) { std::printf("%s\n", line.c_str()); }

void PrintBroken(const WorldReport& report, size_t regions_asked) {
  Print(absl::StrCat("seed ", report.seed, ": ", report.broken,
                     "\n  replay: ./dev simulate --first ", report.seed, " --seeds 1 --log",
                     regions_asked > 0 ? absl::StrCat(" --regions ", regions_asked) : ""));
}

int Run(int argc, char** argv) {
  CLI::App app("Simulated worlds: regions that exchange warnings while things go wrong.",
               "simulate");
  uint64_t first = 1;
  uint64_t seeds = 100;
  bool log = false;
  WorldOptions options;
  app.add_option("--first", first, "First seed")->capture_default_str();
  app.add_option("--seeds", seeds, "How many worlds")->capture_default_str();
  app.add_option("--regions", options.regions, "Regions in each; 0: two to four, by the seed")
      ->check(CLI::IsMember({0}) | CLI::Range(2, 99))
      ->capture_default_str();
  app.add_option("--events", options.events_max, "Events after which faults end")
      ->capture_default_str();
  app.add_flag("--restores", options.restores, "In some of them a backup is put back");
  app.add_flag("--log", log, "Print all that happened");
  CLI11_PARSE(app, argc, argv);

  if (log) options.log_lines_kept = 0;
  Totals totals;
  for (uint64_t seed = first; seed < first + seeds; ++seed) {
    options.seed = seed;
    const WorldReport report = RunWorld(options);
    totals.Add(report);
    if (log) Print(report.log);
    if (!report.broken.empty()) PrintBroken(report, options.regions);
    if (log) Print(absl::StrCat("seed ", seed, " hash ", absl::Hex(report.hash)));
  }
  Print(absl::StrCat(seeds, " worlds, ", totals.broken, " broken; ", totals.events, " events, ",
                     totals.statements, " statements, ", totals.imports,
                     " carried to other regions, ", totals.deliveries, " handed to subscribers, ",
                     totals.notices, " told to be erased"));
  Print(absl::StrCat("said: ", absl::StrJoin(totals.spoken, ", ", absl::PairFormatter(" "))));
  Print(absl::StrCat("faults: ", absl::StrJoin(totals.faults, ", ", absl::PairFormatter(" "))));
  return totals.broken > 0 ? 1 : 0;
}

}  // namespace
}  // namespace corridor

int main(int argc, char** argv) { return corridor::Run(argc, argv); }
