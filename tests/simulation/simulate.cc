// Runs simulated worlds from the command line: ./dev simulate --help

#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/time/time.h"
#include "tests/simulation/world.h"

int main(int argc, char** argv) {
  corridor::WorldOptions options;
  const uint64_t first = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
  const uint64_t seeds = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  int failed = 0;
  for (uint64_t seed = first; seed < first + seeds; ++seed) {
    options.seed = seed;
    const corridor::WorldReport report = corridor::RunWorld(options);
    std::printf("seed %lu regions %zu events %zu statements %zu imports %lu deliveries %lu %s %s\n",
                seed, report.regions, report.events, report.statements, report.imports,
                report.deliveries, absl::FormatDuration(report.simulated).c_str(),
                report.broken.c_str());
    if (!report.broken.empty()) {
      ++failed;
      if (seeds == 1) std::printf("%s\n", report.log.c_str());
    }
  }
  return failed > 0;
}
