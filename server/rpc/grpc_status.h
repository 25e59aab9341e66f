#ifndef CORRIDOR_SERVER_RPC_GRPC_STATUS_H_
#define CORRIDOR_SERVER_RPC_GRPC_STATUS_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace corridor {

// The only way from absl::Status to grpc::Status. Codes are the same numbers;
// reason, field violations and retry delay travel as details.
grpc::Status ToGrpcStatus(const absl::Status& status);

// The way back, for statuses that came from a broker.
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_RPC_GRPC_STATUS_H_
