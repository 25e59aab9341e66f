#ifndef CORRIDOR_BENCH_LATENCY_HISTOGRAM_H_
#define CORRIDOR_BENCH_LATENCY_HISTOGRAM_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace corridor {

// How often each time was measured, in buckets that grow with the time: each power of two has 128
// of them, so that what is read off is at most 1/128 above what was measured, from nanoseconds to
// 18 minutes, in memory that does not grow. A plain value; thread-compatible.
class LatencyHistogram {
 public:
  // Longer times count as this one, but for max().
  static constexpr int64_t kTrackedMax = (int64_t{1} << 40) - 1;

  LatencyHistogram();

  // `ns` below 0 counts as 0.
  void Record(int64_t ns);
  void Add(const LatencyHistogram& other);

  uint64_t count() const { return count_; }
  // The longest, exactly; 0 where nothing was recorded.
  int64_t max() const { return max_; }
  // The time that the share `quantile` (0 to 1) of all did not exceed; 0 where nothing was
  // recorded.
  int64_t ValueAt(double quantile) const;

 private:
  std::vector<uint64_t> buckets_;
  uint64_t count_ = 0;
  int64_t max_ = 0;
};

}  // namespace corridor

#endif  // CORRIDOR_BENCH_LATENCY_HISTOGRAM_H_
