#ifndef CORRIDOR_SERVER_RPC_SANDBOX_MARK_H_
#define CORRIDOR_SERVER_RPC_SANDBOX_MARK_H_

#include <grpcpp/support/server_interceptor.h>

#include <memory>

namespace corridor {

// Makes what puts `corridor-sandbox: true` into the initial metadata of every answer, whichever
// service gives it and however it ends, so that nobody takes a sandbox for a region.
std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> MakeSandboxMark();

}  // namespace corridor

#endif  // CORRIDOR_SERVER_RPC_SANDBOX_MARK_H_
