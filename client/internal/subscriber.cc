#include "corridor/subscriber.h"

#include <utility>

#include "client/internal/paging.h"
#include "client/internal/retry.h"
#include "client/internal/session_core.h"

namespace corridor {

Subscriber::Subscriber(std::shared_ptr<SubscriberConnection> connection, Environment environment)
    : connection_(std::move(connection)), environment_(environment) {}

absl::StatusOr<v1::Subscription> Subscriber::CreateSubscription(v1::Subscription subscription) {
  v1::CreateSubscriptionRequest request;
  *request.mutable_subscription() = std::move(subscription);
  return Retrying(environment_, kUnaryRetryFor,
                  [&] { return connection_->CreateSubscription(request); });
}

absl::StatusOr<v1::GetSubscriptionResponse> Subscriber::GetSubscription(std::string_view name) {
  v1::GetSubscriptionRequest request;
  request.set_name(std::string(name));
  return Retrying(environment_, kUnaryRetryFor,
                  [&] { return connection_->GetSubscription(request); });
}

absl::StatusOr<std::vector<v1::Subscription>> Subscriber::ListSubscriptions() {
  return AllPages<v1::Subscription>(
      environment_, v1::ListSubscriptionsRequest(),
      [&](const auto& request) { return connection_->ListSubscriptions(request); },
      [](auto& page) { return page.mutable_subscriptions(); });
}

absl::StatusOr<v1::Subscription> Subscriber::UpdateSubscription(
    const v1::UpdateSubscriptionRequest& request) {
  return connection_->UpdateSubscription(request);
}

absl::Status Subscriber::DeleteSubscription(std::string_view name, std::string_view etag) {
  v1::DeleteSubscriptionRequest request;
  request.set_name(std::string(name));
  request.set_etag(std::string(etag));
  return connection_->DeleteSubscription(request).status();
}

absl::StatusOr<v1::Alert> Subscriber::GetAlert(std::string_view publisher,
                                               std::string_view alert_id) {
  v1::GetAlertRequest request;
  request.set_publisher(std::string(publisher));
  request.set_alert_id(std::string(alert_id));
  return Retrying(environment_, kUnaryRetryFor, [&] { return connection_->GetAlert(request); });
}

absl::StatusOr<v1::ListAlertsResponse> Subscriber::ListAlerts(
    const v1::ListAlertsRequest& request) {
  return Retrying(environment_, kUnaryRetryFor, [&] { return connection_->ListAlerts(request); });
}

std::unique_ptr<Session> Subscriber::Start(SessionOptions options, DeliveryHandler handler) {
  std::shared_ptr<ThreadExecutor> own_thread;
  std::shared_ptr<Executor> handlers;
  if (environment_.handlers == nullptr) {
    handlers = own_thread = std::make_shared<ThreadExecutor>("corridor-handle", 1);
  } else {
    handlers = std::shared_ptr<Executor>(std::shared_ptr<void>(), environment_.handlers);
  }
  auto core = std::make_shared<SessionCore>(connection_, environment_, std::move(handlers),
                                            std::move(options), std::move(handler));
  core->Begin();
  return std::make_unique<Session>(std::move(core), std::move(own_thread));
}

}  // namespace corridor
