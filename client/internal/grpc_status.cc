#include "client/internal/grpc_status.h"

#include <string>

#include "core/model/errors.h"
#include "corridor/v1/error_details.pb.h"

namespace corridor {

namespace {

// The broker's connection check can send no details, so its message begins with the
// reason. OK where it does not.
absl::Status NamedByMessage(const grpc::Status& status) {
  const std::string& message = status.error_message();
  const size_t end = message.find(": ");
  if (end == std::string::npos) return absl::OkStatus();
  const v1::ErrorReason reason = ReasonFromName(message.substr(0, end));
  if (reason == v1::ERROR_REASON_UNSPECIFIED) return absl::OkStatus();
  absl::Status named = Error(reason, message.substr(end + 2));
  return named.raw_code() == status.error_code() ? named : absl::OkStatus();
}

}  // namespace

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  v1::RpcStatus details;
  if (!status.error_details().empty() && details.ParseFromString(status.error_details()) &&
      details.code() == status.error_code()) {
    return FromRpcStatus(details);
  }
  if (absl::Status named = NamedByMessage(status); !named.ok()) return named;
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

}  // namespace corridor
