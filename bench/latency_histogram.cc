#include "bench/latency_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace corridor {
namespace {

constexpr int kBucketBits = 7;
constexpr int kTrackedBits = 40;
constexpr size_t kBucketsPerPower = size_t{1} << kBucketBits;

// How many low bits do not count for a time of this size.
int ShiftOf(uint64_t ns) {
  return std::max(0, static_cast<int>(std::bit_width(ns)) - kBucketBits - 1);
}

size_t BucketOf(uint64_t ns) {
  const int shift = ShiftOf(ns);
  return static_cast<size_t>(shift) * kBucketsPerPower + static_cast<size_t>(ns >> shift);
}

// The longest time of a bucket.
int64_t LongestIn(size_t bucket) {
  const size_t shift = bucket < 2 * kBucketsPerPower ? 0 : bucket / kBucketsPerPower - 1;
  const uint64_t leading = bucket - shift * kBucketsPerPower;
  return static_cast<int64_t>(((leading + 1) << shift) - 1);
}

}  // namespace

LatencyHistogram::LatencyHistogram()
    : buckets_((kTrackedBits - kBucketBits + 1) * kBucketsPerPower, 0) {}

void LatencyHistogram::Record(int64_t ns) {
  ns = std::max<int64_t>(ns, 0);
  ++buckets_[BucketOf(static_cast<uint64_t>(std::min(ns, kTrackedMax)))];
  ++count_;
  max_ = std::max(max_, ns);
}

void LatencyHistogram::Add(const LatencyHistogram& other) {
  for (size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
}

int64_t LatencyHistogram::ValueAt(double quantile) const {
  if (count_ == 0) return 0;
  const double share = std::clamp(quantile, 0.0, 1.0) * static_cast<double>(count_);
  const uint64_t wanted = std::max<uint64_t>(1, static_cast<uint64_t>(std::ceil(share)));
  uint64_t seen = 0;
  for (size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= wanted) return std::min(LongestIn(i), max_);
  }
  return max_;
}

}  // namespace corridor
