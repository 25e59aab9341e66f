#include "server/rpc/rpc_server.h"

#include <grpc/grpc.h>
#include <grpc/support/log.h>
#include <grpc/support/time.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/server_builder.h>

#include <atomic>
#include <utility>

#include "core/base/status_macros.h"
#include "server/identity/caller_check.h"
#include "server/rpc/call_observer.h"
#include "server/rpc/sandbox_mark.h"

namespace corridor {
namespace {

// A client that fell silent is noticed after the sum of these.
constexpr int kKeepaliveTimeMs = 20'000;
constexpr int kKeepaliveTimeoutMs = 10'000;
// Clients may ping this often; the SDK pings less often.
constexpr int kPingIntervalMinMs = 4'000;

std::atomic<Log*> grpc_log_target{nullptr};

void OnGrpcLog(gpr_log_func_args* args) {
  Log* log = grpc_log_target.load();
  if (log == nullptr) return;
  const LogLevel level = args->severity == GPR_LOG_SEVERITY_ERROR  ? LogLevel::kWarning
                         : args->severity == GPR_LOG_SEVERITY_INFO ? LogLevel::kInfo
                                                                   : LogLevel::kDebug;
  log->Write(level, "grpc", {{"message", std::string(args->message)}});
}

void Configure(grpc::ServerBuilder& builder, const RpcServerOptions& options) {
  const int handshake_ms = static_cast<int>(absl::ToInt64Milliseconds(options.handshake_timeout));
  builder.SetMaxReceiveMessageSize(options.message_bytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, options.metadata_bytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, options.streams_per_connection);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, handshake_ms);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveTimeMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kPingIntervalMinMs);
  // The message limit is checked after decompression: small bombs would pass it.
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
}

CallEvents EventsFor(ConnectionAcceptor& acceptor, const RpcServerOptions& options) {
  return {.on_call =
              [&acceptor](const grpc::ServerContextBase& context) {
                return acceptor.MarkProven(context.peer(),
                                           [&] { return ChainOf(*context.auth_context()); });
              },
          .on_message =
              [told = options.on_first_message](const grpc::ServerContextBase& context) {
                told(ChainOf(*context.auth_context()));
              },
          .on_reset =
              [&acceptor](const grpc::ServerContextBase& context) {
                acceptor.NoteReset(context.peer());
              }};
}

}  // namespace

absl::StatusOr<std::unique_ptr<RpcServer>> RpcServer::Start(
    const RpcServerOptions& options, const std::vector<grpc::Service*>& services, Log& log,
    const Clock& clock) {
  grpc::EnableDefaultHealthCheckService(true);
  auto server = std::unique_ptr<RpcServer>(new RpcServer());
  ASSIGN_OR_RETURN(server->acceptor_,
                   ConnectionAcceptor::Listen(options.addresses, options.connections, clock));
  server->ports_ = server->acceptor_->ports();
  grpc::ServerBuilder builder;
  Configure(builder, options);
  auto gate = builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD, options.credentials);
  for (grpc::Service* service : services) builder.RegisterService(service);
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> observers;
  observers.push_back(MakeCallObserver(log, clock, EventsFor(*server->acceptor_, options)));
  if (options.sandbox) observers.push_back(MakeSandboxMark());
  builder.experimental().SetInterceptorCreators(std::move(observers));
  server->server_ = builder.BuildAndStart();
  if (server->server_ == nullptr) return absl::UnavailableError("gRPC does not start");
  server->acceptor_->Start(std::move(gate));
  return server;
}

RpcServer::~RpcServer() { Stop(absl::ZeroDuration()); }

void RpcServer::SetServing(bool serving) {
  server_->GetHealthCheckService()->SetServingStatus(serving);
}

void RpcServer::SetServing(const std::string& service, bool serving) {
  server_->GetHealthCheckService()->SetServingStatus(service, serving);
}

void RpcServer::Stop(absl::Duration grace) {
  if (server_ == nullptr || std::exchange(stopped_, true)) return;
  acceptor_->Stop();
  server_->Shutdown(gpr_time_from_millis(absl::ToInt64Milliseconds(grace), GPR_TIMESPAN));
  server_->Wait();
}

void RouteGrpcLog(Log* log, bool everything) {
  grpc_log_target = log;
  gpr_set_log_function(OnGrpcLog);
  gpr_set_log_verbosity(everything ? GPR_LOG_SEVERITY_DEBUG : GPR_LOG_SEVERITY_ERROR);
}

}  // namespace corridor
