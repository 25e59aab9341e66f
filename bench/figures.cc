#include "bench/figures.h"

#include <nlohmann/json.hpp>

namespace corridor {
namespace {

double Us(int64_t ns) { return static_cast<double>(ns) / 1000; }

}  // namespace

void AddLatencies(const std::string& prefix, const LatencyHistogram& histogram, Figures& figures) {
  figures[prefix + "_p50_us"] = Us(histogram.ValueAt(0.5));
  figures[prefix + "_p90_us"] = Us(histogram.ValueAt(0.9));
  figures[prefix + "_p99_us"] = Us(histogram.ValueAt(0.99));
  figures[prefix + "_p999_us"] = Us(histogram.ValueAt(0.999));
  figures[prefix + "_max_us"] = Us(histogram.max());
  figures[prefix + "_count"] = static_cast<double>(histogram.count());
}

std::string ToJson(const std::string& workload, const Figures& figures) {
  return nlohmann::json{{"workload", workload}, {"figures", figures}}.dump();
}

}  // namespace corridor
