#include "server/rpc/call_observer.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "core/model/errors.h"
#include "server/identity/caller_check.h"
#include "server/rpc/grpc_status.h"

namespace corridor {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::Interceptor;
using grpc::experimental::InterceptorBatchMethods;
using grpc::experimental::ServerRpcInfo;

using OnCall = std::function<void(const std::string& peer)>;

// What an operator should look at, rather than what a caller did wrong.
bool IsFaultOfOurs(const absl::Status& status) {
  return status.code() == absl::StatusCode::kInternal ||
         status.code() == absl::StatusCode::kUnknown ||
         status.code() == absl::StatusCode::kDataLoss ||
         status.code() == absl::StatusCode::kDeadlineExceeded;
}

class CallObserver final : public Interceptor {
 public:
  CallObserver(ServerRpcInfo* info, Log& log, const Clock& clock, const OnCall& on_call)
      : info_(info), log_(log), clock_(clock), on_call_(on_call), began_(clock.Steady()) {}

  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_INITIAL_METADATA)) {
      on_call_(info_->server_context()->peer());
    }
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
      Note(FromGrpcStatus(methods->GetSendStatus()));
    }
    methods->Proceed();
  }

 private:
  void Note(const absl::Status& status) {
    auto caller = CallerOf(*info_->server_context());
    const v1::ErrorReason reason = ReasonOf(status);
    log_.Write(IsFaultOfOurs(status) ? LogLevel::kError : LogLevel::kInfo, "call",
               {{"method", std::string(info_->method())},
                {"caller", caller.ok() ? caller->spiffe_id : std::string()},
                {"code", absl::StatusCodeToString(status.code())},
                {"reason", reason == v1::ERROR_REASON_UNSPECIFIED ? "" : ReasonName(reason)},
                {"duration_us", absl::ToInt64Microseconds(clock_.Steady() - began_)}});
  }

  ServerRpcInfo* const info_;
  Log& log_;
  const Clock& clock_;
  const OnCall& on_call_;
  const absl::Duration began_;
};

class Factory final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  Factory(Log& log, const Clock& clock, OnCall on_call)
      : log_(log), clock_(clock), on_call_(std::move(on_call)) {}
  Interceptor* CreateServerInterceptor(ServerRpcInfo* info) override {
    return new CallObserver(info, log_, clock_, on_call_);
  }

 private:
  Log& log_;
  const Clock& clock_;
  const OnCall on_call_;
};

}  // namespace

std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> MakeCallObserver(
    Log& log, const Clock& clock, std::function<void(const std::string& peer)> on_call) {
  return std::make_unique<Factory>(log, clock, std::move(on_call));
}

}  // namespace corridor
