#include <memory>
#include <utility>

#include "client/internal/attach_call.h"
#include "client/internal/grpc_channel.h"
#include "client/internal/live_stub.h"
#include "client/internal/unary_call.h"
#include "corridor/subscriber_connection.h"

namespace corridor {
namespace {

class GrpcSessionStream final : public SessionStream {
 public:
  explicit GrpcSessionStream(std::shared_ptr<AttachCall> call) : call_(std::move(call)) {}
  ~GrpcSessionStream() override { call_->Cancel(); }

  void Send(v1::AttachRequest request) override { call_->Send(std::move(request)); }
  void HalfClose() override { call_->HalfClose(); }

 private:
  const std::shared_ptr<AttachCall> call_;
};

// Each method is one call to the stub, with the deadline and the errors of UnaryCall().
class GrpcSubscriberConnection final : public SubscriberConnection {
 public:
  explicit GrpcSubscriberConnection(std::shared_ptr<GrpcChannel> channel)
      : channel_(std::move(channel)), stub_(channel_) {}

  absl::StatusOr<v1::GetSigningKeysResponse> GetSigningKeys(
      const v1::GetSigningKeysRequest& request) override {
    return UnaryCall<v1::GetSigningKeysResponse>(*channel_, *stub_.Now(), &Stub::GetSigningKeys,
                                                 request);
  }
  absl::StatusOr<v1::Subscription> CreateSubscription(
      const v1::CreateSubscriptionRequest& request) override {
    return UnaryCall<v1::Subscription>(*channel_, *stub_.Now(), &Stub::CreateSubscription, request);
  }
  absl::StatusOr<v1::GetSubscriptionResponse> GetSubscription(
      const v1::GetSubscriptionRequest& request) override {
    return UnaryCall<v1::GetSubscriptionResponse>(*channel_, *stub_.Now(), &Stub::GetSubscription,
                                                  request);
  }
  absl::StatusOr<v1::ListSubscriptionsResponse> ListSubscriptions(
      const v1::ListSubscriptionsRequest& request) override {
    return UnaryCall<v1::ListSubscriptionsResponse>(*channel_, *stub_.Now(),
                                                    &Stub::ListSubscriptions, request);
  }
  absl::StatusOr<v1::Subscription> UpdateSubscription(
      const v1::UpdateSubscriptionRequest& request) override {
    return UnaryCall<v1::Subscription>(*channel_, *stub_.Now(), &Stub::UpdateSubscription, request);
  }
  absl::StatusOr<v1::DeleteSubscriptionResponse> DeleteSubscription(
      const v1::DeleteSubscriptionRequest& request) override {
    return UnaryCall<v1::DeleteSubscriptionResponse>(*channel_, *stub_.Now(),
                                                     &Stub::DeleteSubscription, request);
  }
  absl::StatusOr<v1::Alert> GetAlert(const v1::GetAlertRequest& request) override {
    return UnaryCall<v1::Alert>(*channel_, *stub_.Now(), &Stub::GetAlert, request);
  }
  absl::StatusOr<v1::ListAlertsResponse> ListAlerts(const v1::ListAlertsRequest& request) override {
    return UnaryCall<v1::ListAlertsResponse>(*channel_, *stub_.Now(), &Stub::ListAlerts, request);
  }

  absl::StatusOr<v1::PullResponse> Pull(const v1::PullRequest& request) override {
    return UnaryCall<v1::PullResponse>(*channel_, *stub_.Now(), &Stub::Pull, request,
                                       absl::Milliseconds(request.wait_ms()));
  }
  absl::StatusOr<v1::SettlementResult> Settle(const v1::SettleRequest& request) override {
    return UnaryCall<v1::SettlementResult>(*channel_, *stub_.Now(), &Stub::Settle, request);
  }
  absl::StatusOr<v1::SeekResponse> Seek(const v1::SeekRequest& request) override {
    return UnaryCall<v1::SeekResponse>(*channel_, *stub_.Now(), &Stub::Seek, request);
  }
  absl::StatusOr<v1::ListCurrentResponse> ListCurrent(
      const v1::ListCurrentRequest& request) override {
    return UnaryCall<v1::ListCurrentResponse>(*channel_, *stub_.Now(), &Stub::ListCurrent, request);
  }
  absl::StatusOr<v1::ListDeadLettersResponse> ListDeadLetters(
      const v1::ListDeadLettersRequest& request) override {
    return UnaryCall<v1::ListDeadLettersResponse>(*channel_, *stub_.Now(), &Stub::ListDeadLetters,
                                                  request);
  }
  absl::StatusOr<v1::RedriveDeadLettersResponse> RedriveDeadLetters(
      const v1::RedriveDeadLettersRequest& request) override {
    return UnaryCall<v1::RedriveDeadLettersResponse>(*channel_, *stub_.Now(),
                                                     &Stub::RedriveDeadLetters, request);
  }
  absl::StatusOr<v1::DiscardDeadLettersResponse> DiscardDeadLetters(
      const v1::DiscardDeadLettersRequest& request) override {
    return UnaryCall<v1::DiscardDeadLettersResponse>(*channel_, *stub_.Now(),
                                                     &Stub::DiscardDeadLetters, request);
  }

  std::unique_ptr<SessionStream> Attach(AttachParams params) override {
    return std::make_unique<GrpcSessionStream>(AttachCall::Begin(*stub_.Now(), std::move(params)));
  }

 private:
  using Stub = v1::Subscriber::Stub;

  const std::shared_ptr<GrpcChannel> channel_;
  LiveStub<v1::Subscriber> stub_;
};

}  // namespace

std::shared_ptr<SubscriberConnection> MakeSubscriberConnection(std::shared_ptr<Channel> channel) {
  return std::make_shared<GrpcSubscriberConnection>(GrpcChannel::Of(std::move(channel)));
}

}  // namespace corridor
