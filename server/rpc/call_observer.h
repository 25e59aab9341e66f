#ifndef CORRIDOR_SERVER_RPC_CALL_OBSERVER_H_
#define CORRIDOR_SERVER_RPC_CALL_OBSERVER_H_

#include <grpcpp/support/server_interceptor.h>

#include <functional>
#include <memory>
#include <string>

#include "core/base/clock.h"
#include "server/ops/log.h"

namespace corridor {

// Makes what writes one log line for each call that reached its service, once for
// all services: method, caller, code, reason, duration. No content. `on_call` is
// told the peer of each call as it begins. All must outlive the server.
std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> MakeCallObserver(
    Log& log, const Clock& clock, std::function<void(const std::string& peer)> on_call);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_RPC_CALL_OBSERVER_H_
