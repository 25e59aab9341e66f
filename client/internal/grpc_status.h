#ifndef CORRIDOR_CLIENT_INTERNAL_GRPC_STATUS_H_
#define CORRIDOR_CLIENT_INTERNAL_GRPC_STATUS_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace corridor {

// What a call ended with, as core/model/errors.h reads it: code, message, and the
// reason, fields and retry delay from `grpc-status-details-bin`. Details that do not
// parse, or contradict the code, are passed over.
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_INTERNAL_GRPC_STATUS_H_
