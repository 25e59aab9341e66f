#ifndef CORRIDOR_CLIENT_MOCKS_MOCK_SUBSCRIBER_CONNECTION_H_
#define CORRIDOR_CLIENT_MOCKS_MOCK_SUBSCRIBER_CONNECTION_H_

#include "corridor/subscriber_connection.h"
#include "gmock/gmock.h"

namespace corridor {

// For tests of programs that use the SDK: stands in for a broker. Needs GoogleMock.
class MockSubscriberConnection : public SubscriberConnection {
 public:
  MOCK_METHOD(absl::StatusOr<v1::Subscription>, CreateSubscription,
              (const v1::CreateSubscriptionRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::GetSubscriptionResponse>, GetSubscription,
              (const v1::GetSubscriptionRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::ListSubscriptionsResponse>, ListSubscriptions,
              (const v1::ListSubscriptionsRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::Subscription>, UpdateSubscription,
              (const v1::UpdateSubscriptionRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::DeleteSubscriptionResponse>, DeleteSubscription,
              (const v1::DeleteSubscriptionRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::Alert>, GetAlert, (const v1::GetAlertRequest& request),
              (override));
  MOCK_METHOD(absl::StatusOr<v1::ListAlertsResponse>, ListAlerts,
              (const v1::ListAlertsRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::PullResponse>, Pull, (const v1::PullRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::SettlementResult>, Settle, (const v1::SettleRequest& request),
              (override));
  MOCK_METHOD(absl::StatusOr<v1::SeekResponse>, Seek, (const v1::SeekRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::ListCurrentResponse>, ListCurrent,
              (const v1::ListCurrentRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::ListDeadLettersResponse>, ListDeadLetters,
              (const v1::ListDeadLettersRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::RedriveDeadLettersResponse>, RedriveDeadLetters,
              (const v1::RedriveDeadLettersRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::DiscardDeadLettersResponse>, DiscardDeadLetters,
              (const v1::DiscardDeadLettersRequest& request), (override));
  MOCK_METHOD(absl::StatusOr<v1::GetSigningKeysResponse>, GetSigningKeys,
              (const v1::GetSigningKeysRequest& request), (override));
  MOCK_METHOD(std::unique_ptr<SessionStream>, Attach, (AttachParams params), (override));
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_MOCKS_MOCK_SUBSCRIBER_CONNECTION_H_
