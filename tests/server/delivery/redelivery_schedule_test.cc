// What came to nothing comes again, later each time, and in the order of the
// lane.

#include "server/delivery/redelivery_schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace corridor {
namespace {

using ::testing::ElementsAre;

TEST(RedeliveryDelay, GrowsToItsBound) {
  const RedeliveryOptions options{.first = absl::Seconds(1), .max = absl::Minutes(10)};
  EXPECT_EQ(RedeliveryDelay(options, 1), absl::Seconds(1));
  EXPECT_EQ(RedeliveryDelay(options, 2), absl::Seconds(2));
  EXPECT_EQ(RedeliveryDelay(options, 5), absl::Seconds(16));
  EXPECT_EQ(RedeliveryDelay(options, 10), absl::Seconds(512));
  EXPECT_EQ(RedeliveryDelay(options, 11), absl::Minutes(10));
  EXPECT_EQ(RedeliveryDelay(options, std::numeric_limits<uint32_t>::max()), absl::Minutes(10));
}

TEST(RedeliverySchedule, WhatIsDueComesInTheOrderOfTheLane) {
  RedeliverySchedule schedule;
  schedule.Add(9, absl::Seconds(1));
  schedule.Add(4, absl::Seconds(2));
  schedule.Add(6, absl::Seconds(3));
  EXPECT_FALSE(schedule.HasReady());
  EXPECT_EQ(schedule.NextDue(), absl::Seconds(1));
  schedule.AdvanceTo(absl::Seconds(2));
  EXPECT_THAT(schedule.Ready(10), ElementsAre(4, 9));
  EXPECT_THAT(schedule.Ready(1), ElementsAre(4));
  EXPECT_EQ(schedule.NextDue(), absl::Seconds(3));
}

TEST(RedeliverySchedule, WhatIsRemovedDoesNotCome) {
  RedeliverySchedule schedule;
  schedule.Add(1, absl::Seconds(1));
  schedule.Add(2, absl::Seconds(1));
  schedule.Remove(1);
  schedule.Remove(17);
  schedule.AdvanceTo(absl::Seconds(1));
  EXPECT_THAT(schedule.Ready(10), ElementsAre(2));
  schedule.Remove(2);
  EXPECT_FALSE(schedule.HasReady());
  EXPECT_EQ(schedule.NextDue(), std::nullopt);
}

}  // namespace
}  // namespace corridor
