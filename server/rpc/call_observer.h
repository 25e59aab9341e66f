#ifndef CORRIDOR_SERVER_RPC_CALL_OBSERVER_H_
#define CORRIDOR_SERVER_RPC_CALL_OBSERVER_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_interceptor.h>

#include <functional>
#include <memory>
#include <string>

#include "core/base/clock.h"
#include "server/ops/log.h"

namespace corridor {

using OnCall = std::function<void(const grpc::ServerContextBase& context)>;

// What the transport is told of calls.
struct CallEvents {
  OnCall on_call;   // It has begun.
  OnCall on_reset;  // Its client gave it up.
};

// Makes what writes one log line for each call that reached its service, once for
// all services: method, caller, code, reason, duration. No content. All must outlive
// the server.
std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> MakeCallObserver(
    Log& log, const Clock& clock, CallEvents events);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_RPC_CALL_OBSERVER_H_
