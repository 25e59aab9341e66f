#include "server/rpc/publisher_service.h"
#include "server/broker/held_statements.h"

#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "core/model/errors.h"
#include "server/identity/caller_check.h"
#include "server/rpc/publish_batch.h"
#include "server/rpc/stream_call.h"
#include "server/rpc/unary_answer.h"

namespace corridor {
namespace {

constexpr int kUndecidedMax = 1024;

// Who calls, once the broker takes new work.
absl::StatusOr<Principal> Admitted(const grpc::CallbackServerContext& context,
                                   const Readiness& readiness) {
  if (absl::Status ready = readiness.Check(); !ready.ok()) return ready;
  return CallerOf(context);
}

}  // namespace

// A pipeline of requests. It ends when the client has closed its side and all
// is answered, or when the broker drains.
class PublishStreamCall final : public StreamCall<v1::PublishRequest, v1::PublishResponse> {
 public:
  PublishStreamCall(grpc::CallbackServerContext* context, Intake& intake, QuotaKeeper& quotas,
                    const Readiness& readiness, Principal caller)
      : StreamCall(context),
        intake_(intake),
        quotas_(quotas),
        readiness_(readiness),
        caller_(std::move(caller)) {}

  // No more requests; the stream ends, with `why`, after the last answer.
  void Over(absl::Status why) {
    {
      absl::MutexLock lock(&mutex_);
      if (over_) return;
      over_ = true;
      why_ = std::move(why);
    }
    Settle(0);
  }

 private:
  void OnRequest(v1::PublishRequest request) override {
    absl::Status fault = readiness_.Check();
    if (fault.ok()) fault = CheckPublishRequest(request);
    if (!fault.ok()) return Over(std::move(fault));
    const int count = request.statements_size();
    {
      absl::MutexLock lock(&mutex_);
      if (over_) return;  // As if it had never been read.
      undecided_ += count;
    }
    auto self = std::static_pointer_cast<PublishStreamCall>(shared_from_this());
    PublishAll(intake_, quotas_, caller_, std::move(request),
               [self, count](v1::PublishResponse response) {
                 self->Push(std::move(response));
                 self->Settle(count);
               });
  }

  void OnClientClosed() override { Over(absl::OkStatus()); }

  // Room for another request of any size.
  bool WantsRequest() const override {
    absl::MutexLock lock(&mutex_);
    return !over_ && undecided_ <= kUndecidedMax - kPublishStatementsMax;
  }

  void Settle(int count) {
    absl::ReleasableMutexLock lock(&mutex_);
    undecided_ -= count;
    const bool over = over_;
    const bool all_answered = undecided_ == 0;
    const absl::Status why = why_;
    lock.Release();
    if (!over) return ReadOn();
    if (all_answered) End(why);
  }

  Intake& intake_;
  QuotaKeeper& quotas_;
  const Readiness& readiness_;
  const Principal caller_;
  mutable absl::Mutex mutex_;
  bool over_ ABSL_GUARDED_BY(mutex_) = false;
  int undecided_ ABSL_GUARDED_BY(mutex_) = 0;  // Statements.
  absl::Status why_ ABSL_GUARDED_BY(mutex_);
};

grpc::ServerUnaryReactor* PublisherService::Publish(grpc::CallbackServerContext* context,
                                                    const v1::PublishRequest* request,
                                                    v1::PublishResponse* response) {
  UnaryAnswer<v1::PublishResponse> answer(context, response);
  grpc::ServerUnaryReactor* reactor = answer.reactor();
  auto caller = Admitted(*context, readiness_);
  absl::Status fault = caller.ok() ? CheckPublishRequest(*request) : caller.status();
  if (!fault.ok()) {
    answer(std::move(fault));
  } else {
    PublishAll(intake_, calls_.quotas(), *caller, *request, std::move(answer));
  }
  return reactor;
}

grpc::ServerBidiReactor<v1::PublishRequest, v1::PublishResponse>* PublisherService::PublishStream(
    grpc::CallbackServerContext* context) {
  auto caller = Admitted(*context, readiness_);
  auto call = std::make_shared<PublishStreamCall>(context, intake_, calls_.quotas(), readiness_,
                                                  caller.ok() ? *caller : Principal());
  absl::Status fault = caller.status();
  if (fault.ok()) fault = call->Enlist(calls_, "/corridor.v1.Publisher/PublishStream");
  call->Begin();
  if (fault.ok()) {
    Remember(call);
  } else {
    call->End(std::move(fault));
  }
  return call.get();
}

void PublisherService::Remember(const std::shared_ptr<PublishStreamCall>& call) {
  absl::MutexLock lock(&mutex_);
  std::erase_if(streams_, [](const auto& stream) { return stream.expired(); });
  streams_.push_back(call);
}

void PublisherService::Drain() {
  std::vector<std::weak_ptr<PublishStreamCall>> streams;
  {
    absl::MutexLock lock(&mutex_);
    streams.swap(streams_);
  }
  for (const auto& stream : streams) {
    if (auto call = stream.lock()) call->Over(readiness_.Check());
  }
}

grpc::ServerUnaryReactor* PublisherService::CheckStatement(grpc::CallbackServerContext* context,
                                                           const v1::CheckStatementRequest* request,
                                                           v1::CheckStatementResponse* response) {
  UnaryAnswer<v1::CheckStatementResponse> answer(context, response);
  grpc::ServerUnaryReactor* reactor = answer.reactor();
  auto caller = Admitted(*context, readiness_);
  absl::Status fault = caller.status();
  if (fault.ok()) {
    fault = calls_.quotas().TakeStatement(*caller, request->statement().ByteSizeLong());
  }
  if (!fault.ok()) {
    answer(std::move(fault));
  } else {
    intake_.Check(*caller, request->statement(), std::move(answer));
  }
  return reactor;
}

grpc::ServerUnaryReactor* PublisherService::ListHeldStatements(
    grpc::CallbackServerContext* context, const v1::ListHeldStatementsRequest* request,
    v1::ListHeldStatementsResponse* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal& caller, const auto& request, auto answer) {
                   answer(ListHeld(region_.journal(), caller, request));
                 });
}

// Of the caller's own; what somebody else said is as if it were not there.
grpc::ServerUnaryReactor* PublisherService::GetDeliveryReport(
    grpc::CallbackServerContext* context, const v1::DeliveryReportRequest* request,
    v1::DeliveryReport* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal& caller, v1::DeliveryReportRequest asked, auto answer) {
                   asked.set_publisher(caller.member);
                   region_.Explain(std::move(asked), std::move(answer));
                 });
}

}  // namespace corridor
