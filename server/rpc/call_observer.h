#ifndef CORRIDOR_SERVER_RPC_CALL_OBSERVER_H_
#define CORRIDOR_SERVER_RPC_CALL_OBSERVER_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_interceptor.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "core/base/clock.h"
#include "server/ops/log.h"

namespace corridor {

// What the transport is told of calls.
struct CallEvents {
  // It has begun. What this answers with is set at each message of the call; may be null.
  std::function<std::shared_ptr<std::atomic<bool>>(const grpc::ServerContextBase&)> on_call;
  // Its first message came.
  std::function<void(const grpc::ServerContextBase&)> on_message;
  // Its client gave it up.
  std::function<void(const grpc::ServerContextBase&)> on_reset;
};

// Makes what writes one log line for each call that reached its service, once for
// all services: method, caller, code, reason, duration. No content. All must outlive
// the server.
std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> MakeCallObserver(
    Log& log, const Clock& clock, CallEvents events);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_RPC_CALL_OBSERVER_H_
