#ifndef CORRIDOR_CLIENT_SUBSCRIBER_CONNECTION_H_
#define CORRIDOR_CLIENT_SUBSCRIBER_CONNECTION_H_

#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "corridor/channel.h"
#include "corridor/v1/subscriber.pb.h"

namespace corridor {

// One bidirectional call of a session. Thread-safe. Destroying it cancels the call.
class SessionStream {
 public:
  virtual ~SessionStream() = default;
  // Queues a message; dropped when the call has ended.
  virtual void Send(v1::AttachRequest request) = 0;
  // Says that nothing more will be sent, once the queue is out.
  virtual void HalfClose() = 0;
};

// What a Subscriber speaks to: a broker, or a mock (corridor/mocks). One call is
// one attempt; the Subscriber retries what is safe to repeat. Thread-safe. The
// methods wait for the answer.
class SubscriberConnection {
 public:
  virtual ~SubscriberConnection() = default;

  virtual absl::StatusOr<v1::Subscription> CreateSubscription(
      const v1::CreateSubscriptionRequest& request) = 0;
  virtual absl::StatusOr<v1::GetSubscriptionResponse> GetSubscription(
      const v1::GetSubscriptionRequest& request) = 0;
  virtual absl::StatusOr<v1::ListSubscriptionsResponse> ListSubscriptions(
      const v1::ListSubscriptionsRequest& request) = 0;
  virtual absl::StatusOr<v1::Subscription> UpdateSubscription(
      const v1::UpdateSubscriptionRequest& request) = 0;
  virtual absl::StatusOr<v1::DeleteSubscriptionResponse> DeleteSubscription(
      const v1::DeleteSubscriptionRequest& request) = 0;
  virtual absl::StatusOr<v1::Alert> GetAlert(const v1::GetAlertRequest& request) = 0;
  virtual absl::StatusOr<v1::ListAlertsResponse> ListAlerts(
      const v1::ListAlertsRequest& request) = 0;

  virtual absl::StatusOr<v1::PullResponse> Pull(const v1::PullRequest& request) = 0;
  virtual absl::StatusOr<v1::SettlementResult> Settle(const v1::SettleRequest& request) = 0;
  virtual absl::StatusOr<v1::SeekResponse> Seek(const v1::SeekRequest& request) = 0;
  virtual absl::StatusOr<v1::ListCurrentResponse> ListCurrent(
      const v1::ListCurrentRequest& request) = 0;
  virtual absl::StatusOr<v1::ListDeadLettersResponse> ListDeadLetters(
      const v1::ListDeadLettersRequest& request) = 0;
  virtual absl::StatusOr<v1::RedriveDeadLettersResponse> RedriveDeadLetters(
      const v1::RedriveDeadLettersRequest& request) = 0;
  virtual absl::StatusOr<v1::DiscardDeadLettersResponse> DiscardDeadLetters(
      const v1::DiscardDeadLettersRequest& request) = 0;

  virtual absl::StatusOr<v1::GetSigningKeysResponse> GetSigningKeys(
      const v1::GetSigningKeysRequest& request) = 0;

  struct AttachParams {
    // Called in order and one at a time, on any thread; must not block.
    absl::AnyInvocable<void(v1::AttachResponse)> on_response;
    // Called last, exactly once: how the call ended.
    absl::AnyInvocable<void(absl::Status)> on_end;
  };
  // Opens the session's call.
  virtual std::unique_ptr<SessionStream> Attach(AttachParams params) = 0;
};

std::shared_ptr<SubscriberConnection> MakeSubscriberConnection(std::shared_ptr<Channel> channel);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_SUBSCRIBER_CONNECTION_H_
