#ifndef CORRIDOR_CLIENT_SUBSCRIBER_H_
#define CORRIDOR_CLIENT_SUBSCRIBER_H_

#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "corridor/environment.h"
#include "corridor/session.h"
#include "corridor/subscriber_connection.h"

namespace corridor {

// Receives and reads alerts: subscriptions, live sessions, single alerts.
//
// Thread safety: thread-safe.
//
// Errors: core/model/errors.h reads reason and fields. kNotFound stands also for
// what the caller may not see. Reads, and creation, which is safe to repeat, are
// tried again for some seconds while the broker is unavailable; other changes are
// tried once.
//
// Example: client/samples/subscribe.cc.
class Subscriber {
 public:
  explicit Subscriber(std::shared_ptr<SubscriberConnection> connection,
                      Environment environment = Environment::Default());

  // Creates it, or returns the equal one that is there.
  absl::StatusOr<v1::Subscription> CreateSubscription(v1::Subscription subscription);
  // `name` is `subscriptions/<id>`.
  absl::StatusOr<v1::GetSubscriptionResponse> GetSubscription(std::string_view name);
  // All of the caller's.
  absl::StatusOr<std::vector<v1::Subscription>> ListSubscriptions();
  absl::StatusOr<v1::Subscription> UpdateSubscription(const v1::UpdateSubscriptionRequest& request);
  // Deletes it and its cursor. With `etag`: only if that is the current one.
  absl::Status DeleteSubscription(std::string_view name, std::string_view etag = "");

  // The latest revision of an alert. `alert_id` is 16 bytes.
  absl::StatusOr<v1::Alert> GetAlert(std::string_view publisher, std::string_view alert_id);
  // One page, newest first.
  absl::StatusOr<v1::ListAlertsResponse> ListAlerts(const v1::ListAlertsRequest& request);

  // Attaches to a subscription and hands its statements to `handler` until the
  // session is destroyed, shut down, or ends.
  std::unique_ptr<Session> Start(SessionOptions options, DeliveryHandler handler);

 private:
  const std::shared_ptr<SubscriberConnection> connection_;
  const Environment environment_;
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_SUBSCRIBER_H_
