#include "bench/subscription_drain.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "bench/steady_time.h"

namespace corridor {
namespace {

constexpr uint32_t kWindowMessages = 10'000;
constexpr uint64_t kWindowBytes = 64 * 1024 * 1024;

v1::AttachRequest StartOf(std::string subscription) {
  v1::AttachRequest request;
  request.mutable_start()->set_subscription(std::move(subscription));
  request.mutable_start()->set_client_name("corridor-bench");
  return request;
}

v1::AttachRequest WindowOf(v1::Lane lane) {
  v1::AttachRequest request;
  request.mutable_window()->set_lane(lane);
  request.mutable_window()->set_messages(kWindowMessages);
  request.mutable_window()->set_bytes(kWindowBytes);
  return request;
}

}  // namespace

SubscriptionDrain::SubscriptionDrain(std::shared_ptr<SubscriberConnection> connection,
                                     std::string subscription, OnDelivery on_delivery,
                                     OnNotice on_notice)
    : connection_(std::move(connection)),
      on_delivery_(std::move(on_delivery)),
      on_notice_(std::move(on_notice)) {
  stream_ =
      connection_->Attach({.on_response = [this](const auto& response) { OnResponse(response); },
                           .on_end =
                               [this](absl::Status status) {
                                 absl::MutexLock lock(&mutex_);
                                 end_ = std::move(status);
                                 progress_.ended = true;
                               }});
  stream_->Send(StartOf(std::move(subscription)));
  stream_->Send(WindowOf(v1::LANE_ROUTINE));
  stream_->Send(WindowOf(v1::LANE_URGENT));
}

SubscriptionDrain::~SubscriptionDrain() {
  stream_->HalfClose();
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(&progress_.ended));
}

void SubscriptionDrain::OnResponse(const v1::AttachResponse& response) {
  if (response.has_deliveries()) return Take(response.deliveries());
  if (response.has_recall_notices()) return Erase(response.recall_notices());
  absl::MutexLock lock(&mutex_);
  progress_.started |= response.has_started();
  progress_.settled += response.settled().settled_size();
  progress_.confirmed += response.recalls_confirmed().notice_ids_size();
}

void SubscriptionDrain::Erase(const v1::RecallNotices& notices) {
  v1::AttachRequest request;
  for (const v1::RecallNotice& notice : notices.notices()) {
    on_notice_(notice);
    v1::RecallConfirmation& confirmation =
        *request.mutable_recall_confirmations()->add_confirmations();
    confirmation.set_notice_id(notice.notice_id());
    confirmation.set_outcome(v1::RECALL_OUTCOME_ERASED);
  }
  stream_->Send(std::move(request));
}

void SubscriptionDrain::Take(const v1::DeliveryBatch& batch) {
  v1::AttachRequest request;
  for (const v1::Delivery& delivery : batch.deliveries()) {
    on_delivery_(delivery);
    request.mutable_settlement()->add_acknowledged(delivery.lease());
  }
  stream_->Send(std::move(request));
  absl::MutexLock lock(&mutex_);
  progress_.delivered += batch.deliveries_size();
}

absl::Status SubscriptionDrain::Await(const char* what, int64_t deadline_ns,
                                      const std::function<bool(const Progress&)>& ready) {
  absl::MutexLock lock(&mutex_);
  const Progress* const now = &progress_;
  const auto done = [now, &ready] { return now->ended || ready(*now); };
  mutex_.AwaitWithTimeout(absl::Condition(&done), absl::Nanoseconds(deadline_ns - SteadyNs()));
  if (ready(*now)) return absl::OkStatus();
  if (now->ended) {
    return absl::UnavailableError(absl::StrCat("the session ended: ", end_.ToString()));
  }
  return absl::DeadlineExceededError(absl::StrCat(what, ": ", now->delivered, " delivered, ",
                                                  now->settled, " settled, ", now->confirmed,
                                                  " recalls confirmed"));
}

absl::Status SubscriptionDrain::AwaitStarted(int64_t deadline_ns) {
  return Await("the session does not stand", deadline_ns,
               [](const Progress& now) { return now.started; });
}

absl::Status SubscriptionDrain::AwaitDelivered(int64_t count, int64_t deadline_ns) {
  return Await("not all was delivered", deadline_ns,
               [count](const Progress& now) { return now.delivered >= count; });
}

absl::Status SubscriptionDrain::AwaitConfirmed(int64_t count, int64_t deadline_ns) {
  return Await("not every recall is confirmed", deadline_ns,
               [count](const Progress& now) { return now.confirmed >= count; });
}

absl::Status SubscriptionDrain::AwaitSettled(int64_t count, int64_t deadline_ns) {
  return Await("not all was settled", deadline_ns,
               [count](const Progress& now) { return now.settled >= count; });
}

}  // namespace corridor
