// Which errors are worth another try: the broker's absence, an unknown outcome, and a
// refusal that says when to come again.
#include "corridor/errors.h"

#include "gtest/gtest.h"

namespace corridor {
namespace {

TEST(ErrorsTest, WhatTimeMayMendIsRetryable) {
  EXPECT_TRUE(IsRetryable(absl::UnavailableError("no connection")));
  EXPECT_TRUE(IsRetryable(Error(v1::ERROR_REASON_DRAINING, "draining")));
  EXPECT_TRUE(IsRetryable(Error(v1::ERROR_REASON_OUTCOME_UNKNOWN, "unknown")));
}

TEST(ErrorsTest, AnExhaustedQuotaIsRetryableWhereItSaysWhen) {
  const absl::Status quota = Error(v1::ERROR_REASON_QUOTA, "too much");
  EXPECT_FALSE(IsRetryable(quota));
  EXPECT_TRUE(IsRetryable(WithRetry(quota, absl::Seconds(3))));
}

TEST(ErrorsTest, WhatOnlyAPersonCanMendIsNot) {
  EXPECT_FALSE(IsRetryable(absl::OkStatus()));
  EXPECT_FALSE(IsRetryable(Error(v1::ERROR_REASON_PERSONAL_DATA, "a name")));
  EXPECT_FALSE(IsRetryable(Error(v1::ERROR_REASON_POLICY_DENIED, "not granted")));
  EXPECT_FALSE(IsRetryable(Error(v1::ERROR_REASON_ETAG_MISMATCH, "changed meanwhile")));
  EXPECT_FALSE(IsRetryable(Error(v1::ERROR_REASON_RECORD_CORRUPT, "corrupt")));
}

}  // namespace
}  // namespace corridor
