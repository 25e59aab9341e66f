#ifndef CORRIDOR_SERVER_RPC_RPC_SERVER_H_
#define CORRIDOR_SERVER_RPC_RPC_SERVER_H_

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/clock.h"
#include "server/ops/log.h"
#include "server/rpc/connection_acceptor.h"

namespace corridor {

struct RpcServerOptions {
  std::vector<std::string> addresses;
  std::shared_ptr<grpc::ServerCredentials> credentials;
  int streams_per_connection = 256;
  absl::Duration handshake_timeout = absl::Seconds(10);
  int message_bytes = 17 * 1024 * 1024;
  int metadata_bytes = 8 * 1024;
  ConnectionLimits connections;
  // Marks every answer of a service as one of a sandbox; sandbox_mark.h says how.
  bool sandbox = false;
  // Told of the first message of each call, with the certificates that its caller showed.
  std::function<void(const std::string& chain_pem)> on_first_message = [](const std::string&) {};
};

// The broker's ports: every service behind the same credentials, no other way
// in. Beside the services given it answers grpc.health.v1.
class RpcServer {
 public:
  // Listens on every address, or on none. `services`, `log` and `clock` must
  // outlive this. kUnavailable names the address that could not be had.
  static absl::StatusOr<std::unique_ptr<RpcServer>> Start(
      const RpcServerOptions& options, const std::vector<grpc::Service*>& services, Log& log,
      const Clock& clock);
  ~RpcServer();  // Stops at once.

  // The ports, in the order of the addresses.
  const std::vector<int>& ports() const { return ports_; }

  // Shuts one connection down; `peer` as a server context's peer() says it.
  void CloseConnection(const std::string& peer) { acceptor_->Close(peer); }
  // Closes connections, with or without a stream, whose certificates `judge` refused
  // the last time already, and still does. How many it closed.
  size_t CloseRefused(absl::FunctionRef<absl::Status(const std::string& chain_pem)> judge) {
    return acceptor_->CloseRefused(judge);
  }
  // How many are open.
  size_t connections() { return acceptor_->open(); }

  // What health answers from now on. Any thread; also when it is stopped.
  void SetServing(bool serving);
  // The same for one service, by its full name ("corridor.v1.Publisher").
  void SetServing(const std::string& service, bool serving);

  // Takes no new calls, waits `grace` for those in progress, then cancels them.
  // Waits until each is finished: what answers them must still run. Not from a
  // reaction.
  void Stop(absl::Duration grace);

 private:
  RpcServer() = default;

  std::vector<int> ports_;
  std::unique_ptr<ConnectionAcceptor> acceptor_;
  std::unique_ptr<grpc::Server> server_;
  bool stopped_ = false;
};

// Sends gRPC's own log lines (errors; all with `everything`) to `log`, until
// `log` ends: call it with null before that. gRPC's log is one for the process.
void RouteGrpcLog(Log* log, bool everything);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_RPC_RPC_SERVER_H_
