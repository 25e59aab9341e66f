// Times go in, quantiles come out: exact where they are short, at most 1/128 too long where not.
#include "bench/latency_histogram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace corridor {
namespace {

TEST(LatencyHistogramTest, NothingRecordedIsNothing) {
  const LatencyHistogram histogram;
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.max(), 0);
  EXPECT_EQ(histogram.ValueAt(0.5), 0);
}

TEST(LatencyHistogramTest, ShortTimesAreExact) {
  LatencyHistogram histogram;
  for (int64_t ns = 1; ns <= 200; ++ns) histogram.Record(ns);
  EXPECT_EQ(histogram.count(), 200u);
  EXPECT_EQ(histogram.ValueAt(0), 1);
  EXPECT_EQ(histogram.ValueAt(0.5), 100);
  EXPECT_EQ(histogram.ValueAt(0.99), 198);
  EXPECT_EQ(histogram.ValueAt(1), 200);
}

TEST(LatencyHistogramTest, EveryTimeIsReadOffAtMostOnePartIn128TooLong) {
  for (int64_t ns = 1; ns < LatencyHistogram::kTrackedMax / 3; ns = ns * 3 / 2 + 1) {
    LatencyHistogram histogram;
    histogram.Record(ns);
    histogram.Record(LatencyHistogram::kTrackedMax);
    const int64_t read = histogram.ValueAt(0.5);
    EXPECT_GE(read, ns);
    EXPECT_LE(read - ns, ns / 128);
  }
}

TEST(LatencyHistogramTest, NeighbouringBucketsDoNotOverlap) {
  for (int64_t power = 256; power < (int64_t{1} << 30); power *= 2) {
    LatencyHistogram histogram;
    histogram.Record(power - 1);
    histogram.Record(power);
    histogram.Record(4 * power);
    EXPECT_EQ(histogram.ValueAt(0.3), power - 1);
    EXPECT_GE(histogram.ValueAt(0.6), power);
  }
}

TEST(LatencyHistogramTest, NoQuantileExceedsTheLongest) {
  LatencyHistogram histogram;
  histogram.Record(1'000'001);
  EXPECT_EQ(histogram.ValueAt(0.5), 1'000'001);
  EXPECT_EQ(histogram.max(), 1'000'001);
}

TEST(LatencyHistogramTest, WhatIsTooLongCountsAsTheLongestTracked) {
  LatencyHistogram histogram;
  histogram.Record(LatencyHistogram::kTrackedMax + 1000);
  EXPECT_EQ(histogram.max(), LatencyHistogram::kTrackedMax + 1000);
  EXPECT_EQ(histogram.ValueAt(1), LatencyHistogram::kTrackedMax);
}

TEST(LatencyHistogramTest, ATimeBelowZeroCountsAsZero) {
  LatencyHistogram histogram;
  histogram.Record(-5);
  EXPECT_EQ(histogram.count(), 1u);
  EXPECT_EQ(histogram.max(), 0);
  EXPECT_EQ(histogram.ValueAt(1), 0);
}

TEST(LatencyHistogramTest, SumsAreAsIfRecordedInOne) {
  LatencyHistogram even;
  LatencyHistogram odd;
  LatencyHistogram both;
  for (int64_t ns = 0; ns < 100'000; ns += 7) {
    (ns % 2 == 0 ? even : odd).Record(ns);
    both.Record(ns);
  }
  even.Add(odd);
  EXPECT_EQ(even.count(), both.count());
  EXPECT_EQ(even.max(), both.max());
  for (double quantile : {0.0, 0.1, 0.5, 0.9, 0.999, 1.0}) {
    EXPECT_EQ(even.ValueAt(quantile), both.ValueAt(quantile));
  }
}

}  // namespace
}  // namespace corridor
