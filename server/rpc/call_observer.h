#ifndef CORRIDOR_SERVER_RPC_CALL_OBSERVER_H_
#define CORRIDOR_SERVER_RPC_CALL_OBSERVER_H_

#include <grpcpp/support/server_interceptor.h>

#include <memory>

#include "core/base/clock.h"
#include "server/ops/log.h"

namespace corridor {

// Makes what writes one log line for each call that reached its service, once for
// all services: method, caller, code, reason, duration. No content. Both must
// outlive the server.
std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> MakeCallObserver(
    Log& log, const Clock& clock);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_RPC_CALL_OBSERVER_H_
