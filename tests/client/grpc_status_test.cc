// An error crosses the wire: the reason, the faulty fields and the retry delay that a
// broker put in arrive, and nothing that contradicts the code itself does.
#include "client/internal/grpc_status.h"

#include "core/model/errors.h"
#include "gtest/gtest.h"

namespace corridor {
namespace {

grpc::Status OnTheWire(const absl::Status& status) {
  return {static_cast<grpc::StatusCode>(status.code()), std::string(status.message()),
          ToRpcStatus(status).SerializeAsString()};
}

TEST(GrpcStatusTest, ReasonFieldsAndRetryDelayArrive) {
  const absl::Status quota = FromGrpcStatus(
      OnTheWire(WithRetry(Error(v1::ERROR_REASON_QUOTA, "slow down"), absl::Seconds(3))));
  EXPECT_EQ(quota.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(quota), v1::ERROR_REASON_QUOTA);
  EXPECT_EQ(RetryDelayOf(quota), absl::Seconds(3));

  const absl::Status fields = FromGrpcStatus(OnTheWire(InvalidFields(
      {{.field = "body.tlp", .reason = v1::ERROR_REASON_VOCABULARY, .description = "say one"}})));
  ASSERT_EQ(ViolationsOf(fields).size(), 1);
  EXPECT_EQ(ViolationsOf(fields)[0].field, "body.tlp");
}

TEST(GrpcStatusTest, ATransportErrorKeepsItsCodeAndHasNoReason) {
  const absl::Status status =
      FromGrpcStatus(grpc::Status(grpc::StatusCode::UNAVAILABLE, "Socket closed"));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(status.message(), "Socket closed");
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_UNSPECIFIED);
}

TEST(GrpcStatusTest, AReasonThatOnlyTheMessageNamesArrivesWhereTheCodeIsItsOwn) {
  const std::string message = "REACH_SUSPENDED: the data-protection officer holds back";
  const absl::Status named = FromGrpcStatus({grpc::StatusCode::PERMISSION_DENIED, message});
  EXPECT_EQ(ReasonOf(named), v1::ERROR_REASON_REACH_SUSPENDED);
  EXPECT_EQ(named.message(), "the data-protection officer holds back") << "once is enough";
  EXPECT_EQ(ReasonOf(FromGrpcStatus({grpc::StatusCode::UNAVAILABLE, message})),
            v1::ERROR_REASON_UNSPECIFIED);
}

TEST(GrpcStatusTest, DetailsThatContradictTheCodeArePassedOver) {
  // A status that says OK inside must not make a failure look like success.
  const grpc::Status lying(grpc::StatusCode::PERMISSION_DENIED, "no",
                           ToRpcStatus(absl::OkStatus()).SerializeAsString());
  EXPECT_EQ(FromGrpcStatus(lying).code(), absl::StatusCode::kPermissionDenied);
  const grpc::Status garbage(grpc::StatusCode::NOT_FOUND, "none", "\xff\xff\xff");
  EXPECT_EQ(FromGrpcStatus(garbage).code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace corridor
