#ifndef CORRIDOR_SERVER_RPC_UNARY_ANSWER_H_
#define CORRIDOR_SERVER_RPC_UNARY_ANSWER_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <utility>

#include "absl/status/statusor.h"
#include "core/base/executor.h"
#include "core/model/errors.h"
#include "core/model/principal.h"
#include "server/identity/caller_check.h"
#include "server/rpc/grpc_status.h"

namespace corridor {

// Finishes one unary call, from any thread, once. Move-only. Dropped without an
// answer, which happens to what an executor did not run before it stopped, it
// finishes the call as NOT_READY: a call that is never finished would keep the
// server from stopping.
template <typename Response>
class UnaryAnswer {
 public:
  // `response` is gRPC's own; it lives until the call is finished.
  UnaryAnswer(grpc::CallbackServerContext* context, Response* response)
      : reactor_(context->DefaultReactor()), response_(response) {}
  UnaryAnswer(UnaryAnswer&& other) noexcept
      : reactor_(std::exchange(other.reactor_, nullptr)), response_(other.response_) {}
  UnaryAnswer& operator=(UnaryAnswer&&) = delete;
  ~UnaryAnswer() {
    if (reactor_ != nullptr) Finish(Error(v1::ERROR_REASON_NOT_READY, "the broker is stopping"));
  }

  grpc::ServerUnaryReactor* reactor() const { return reactor_; }

  void operator()(absl::StatusOr<Response> result) {
    const absl::Status status = result.status();
    if (status.ok()) *response_ = *std::move(result);
    Finish(status);
  }

 private:
  void Finish(const absl::Status& status) {
    std::exchange(reactor_, nullptr)->Finish(ToGrpcStatus(status));
  }

  grpc::ServerUnaryReactor* reactor_;
  Response* response_;
};

// Answers a call with what `act` makes of it, on `executor`: act(caller,
// request, answer), where `answer` may be kept and called later.
template <typename Request, typename Response, typename Act>
grpc::ServerUnaryReactor* ServeOn(Executor& executor, grpc::CallbackServerContext* context,
                                  const Request* request, Response* response, Act act) {
  UnaryAnswer<Response> answer(context, response);
  grpc::ServerUnaryReactor* reactor = answer.reactor();
  auto caller = CallerOf(*context);
  if (!caller.ok()) {
    answer(caller.status());
    return reactor;
  }
  executor.Post(
      [act = std::move(act), caller = *std::move(caller), request,
       answer = std::move(answer)]() mutable { act(caller, *request, std::move(answer)); });
  return reactor;
}

// An answer to a call that returns nothing but success.
template <typename Response>
auto AnswerEmpty(UnaryAnswer<Response> answer) {
  return [answer = std::move(answer)](const absl::Status& status) mutable {
    if (status.ok()) return answer(Response());
    answer(status);
  };
}

}  // namespace corridor

#endif  // CORRIDOR_SERVER_RPC_UNARY_ANSWER_H_
