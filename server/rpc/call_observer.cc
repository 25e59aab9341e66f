#include "server/rpc/call_observer.h"

#include <atomic>
#include <memory>
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

// What an operator should look at, rather than what a caller did wrong.
bool IsFaultOfOurs(const absl::Status& status) {
  return status.code() == absl::StatusCode::kInternal ||
         status.code() == absl::StatusCode::kUnknown ||
         status.code() == absl::StatusCode::kDataLoss ||
         status.code() == absl::StatusCode::kDeadlineExceeded;
}

class CallObserver final : public Interceptor {
 public:
  CallObserver(ServerRpcInfo* info, Log& log, const Clock& clock, const CallEvents& events)
      : info_(info), log_(log), clock_(clock), events_(events), began_(clock.Steady()) {}

  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_INITIAL_METADATA)) {
      active_ = events_.on_call(*info_->server_context());
    }
    // Null: a read ended, and brought none.
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_MESSAGE) &&
        methods->GetRecvMessage() != nullptr) {
      if (active_ != nullptr) *active_ = true;
      if (!std::exchange(had_message_, true)) events_.on_message(*info_->server_context());
    }
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_CLOSE) &&
        info_->server_context()->IsCancelled()) {
      events_.on_reset(*info_->server_context());
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
  const CallEvents& events_;
  const absl::Duration began_;
  std::shared_ptr<std::atomic<bool>> active_;
  bool had_message_ = false;
};

class Factory final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  Factory(Log& log, const Clock& clock, CallEvents events)
      : log_(log), clock_(clock), events_(std::move(events)) {}
  Interceptor* CreateServerInterceptor(ServerRpcInfo* info) override {
    return new CallObserver(info, log_, clock_, events_);
  }

 private:
  Log& log_;
  const Clock& clock_;
  const CallEvents events_;
};

}  // namespace

std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> MakeCallObserver(
    Log& log, const Clock& clock, CallEvents events) {
  return std::make_unique<Factory>(log, clock, std::move(events));
}

}  // namespace corridor
