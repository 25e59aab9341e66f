#ifndef CORRIDOR_CLIENT_INTERNAL_UNARY_CALL_H_
#define CORRIDOR_CLIENT_INTERNAL_UNARY_CALL_H_

#include <grpcpp/client_context.h>

#include "absl/status/statusor.h"
#include "client/internal/grpc_channel.h"
#include "client/internal/grpc_status.h"

namespace corridor {

// One blocking call: the deadline of the channel's options and `longer`, errors decoded.
template <typename Response, typename Stub, typename Request>
absl::StatusOr<Response> UnaryCall(const GrpcChannel& channel, Stub& stub,
                                   grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                                const Request&, Response*),
                                   const Request& request,
                                   absl::Duration longer = absl::ZeroDuration()) {
  grpc::ClientContext context;
  channel.Prepare(context, longer);
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (!status.ok()) return FromGrpcStatus(status);
  return response;
}

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_INTERNAL_UNARY_CALL_H_
