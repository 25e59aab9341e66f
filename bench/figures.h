#ifndef CORRIDOR_BENCH_FIGURES_H_
#define CORRIDOR_BENCH_FIGURES_H_

#include <map>
#include <string>

#include "bench/latency_histogram.h"

namespace corridor {

// What a run found, by name; units stand in the names.
using Figures = std::map<std::string, double>;

// PREFIX_p50_us, p90, p99, p999, max, and PREFIX_count.
void AddLatencies(const std::string& prefix, const LatencyHistogram& histogram, Figures& figures);

// One line of JSON.
std::string ToJson(const std::string& workload, const Figures& figures);

}  // namespace corridor

#endif  // CORRIDOR_BENCH_FIGURES_H_
