// What went wrong crosses the wire with everything a program needs, and comes back the same.

#include "server/rpc/grpc_status.h"

#include <gtest/gtest.h>

#include "core/model/errors.h"

namespace corridor {
namespace {

TEST(GrpcStatusTest, EveryDetailTravelsAndComesBack) {
  const absl::Status sent =
      WithRetry(InvalidFields({{"body.issue", v1::ERROR_REASON_TOO_PRECISE, "a month would pass"}}),
                absl::Seconds(3));
  const grpc::Status wire = ToGrpcStatus(sent);
  EXPECT_EQ(wire.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  const absl::Status back = FromGrpcStatus(wire);
  EXPECT_EQ(back, sent);
  EXPECT_EQ(ReasonOf(back), v1::ERROR_REASON_TOO_PRECISE);
  EXPECT_EQ(RetryDelayOf(back), absl::Seconds(3));
  EXPECT_EQ(ViolationsOf(back).at(0).field, "body.issue");
}

TEST(GrpcStatusTest, EveryReasonHasTheCodeItNames) {
  for (int number = 1; number <= 100; ++number) {
    if (!v1::ErrorReason_IsValid(number)) continue;
    const auto status = Error(static_cast<v1::ErrorReason>(number), "x");
    EXPECT_NE(ToGrpcStatus(status).error_code(), grpc::StatusCode::UNKNOWN) << number;
  }
}

TEST(GrpcStatusTest, OkIsOkAndForeignDetailsAreNoHarm) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
  const grpc::Status foreign(grpc::StatusCode::UNAVAILABLE, "gone", "\xff not a proto");
  EXPECT_EQ(FromGrpcStatus(foreign), absl::UnavailableError("gone"));
}

}  // namespace
}  // namespace corridor
