// How long content is kept, by rule.

#include "core/policy/retention.h"

#include <gtest/gtest.h>

namespace corridor {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);
constexpr int64_t kDayMs = 24 * 3600 * 1000;

Retained Issue(v1::Tlp tlp) {
  return {.tlp = tlp,
          .kind = v1::STATEMENT_KIND_ISSUE,
          .origin = "east.example",
          .append_ms = 10 * kDayMs,
          .valid_until_ms = 40 * kDayMs};
}

TEST(Retention, WithoutRulesContentIsKeptAYearBeyondItsEnd) {
  const RetentionTimes times = TimesOf({}, Issue(v1::TLP_GREEN));
  EXPECT_EQ(times.may_go, absl::InfiniteFuture());
  EXPECT_EQ(times.must_go, absl::UnixEpoch() + (40 + 366) * kDay);
}

TEST(Retention, WhatHasNoEndCountsFromItsAppend) {
  Retained cancel = Issue(v1::TLP_GREEN);
  cancel.kind = v1::STATEMENT_KIND_CANCEL;
  cancel.valid_until_ms = 0;
  EXPECT_EQ(TimesOf({}, cancel).must_go, absl::UnixEpoch() + (10 + 366) * kDay);
}

TEST(Retention, TheFirstRuleThatFitsDecides) {
  const RetentionPolicy policy{
      .rules = {{.tlp = v1::TLP_RED, .after_end = kDay},
                {.kind = v1::STATEMENT_KIND_SIGHTING, .after_end = 2 * kDay},
                {.origin = "west.example", .after_end = 3 * kDay},
                {.after_append = 5 * kDay, .after_end = 4 * kDay}}};
  EXPECT_EQ(TimesOf(policy, Issue(v1::TLP_RED)).must_go, absl::UnixEpoch() + 41 * kDay);
  const RetentionTimes other = TimesOf(policy, Issue(v1::TLP_GREEN));
  EXPECT_EQ(other.may_go, absl::UnixEpoch() + 15 * kDay);
  EXPECT_EQ(other.must_go, absl::UnixEpoch() + 44 * kDay);
  Retained sighting = Issue(v1::TLP_GREEN);
  sighting.kind = v1::STATEMENT_KIND_SIGHTING;
  EXPECT_EQ(TimesOf(policy, sighting).must_go, absl::UnixEpoch() + 42 * kDay);
  Retained foreign = Issue(v1::TLP_GREEN);
  foreign.origin = "west.example";
  EXPECT_EQ(TimesOf(policy, foreign).must_go, absl::UnixEpoch() + 43 * kDay);
}

}  // namespace
}  // namespace corridor
