#include "corridor/subscriber.h"

#include <utility>

#include "client/internal/delivery_check.h"
#include "client/internal/paging.h"
#include "client/internal/rejection_note.h"
#include "client/internal/retry.h"
#include "client/internal/session_core.h"
#include "client/internal/signer_check.h"
#include "core/base/status_macros.h"

namespace corridor {
namespace {

absl::StatusOr<Delivery> Verified(v1::Delivery in, SignerCheck& signers, PublisherProof proof_min) {
  ASSIGN_OR_RETURN(Delivery delivery, OpenDelivery(std::move(in)));
  ASSIGN_OR_RETURN(delivery.publisher_proof, signers.Check(delivery));
  if (delivery.publisher_proof < proof_min) {
    return absl::DataLossError("it cannot be proved who said it");
  }
  return delivery;
}

}  // namespace

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

absl::StatusOr<std::vector<v1::Subscription>> Subscriber::ListSubscriptions(size_t limit) {
  return AllPages<v1::Subscription>(
      environment_, v1::ListSubscriptionsRequest(), limit,
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

absl::StatusOr<Pulled> Subscriber::Pull(const PullOptions& options) {
  v1::PullRequest request;
  request.set_subscription(options.subscription);
  request.set_messages_max(options.messages_max);
  request.set_wait_ms(static_cast<uint32_t>(absl::ToInt64Milliseconds(options.wait)));
  ASSIGN_OR_RETURN(v1::PullResponse response, connection_->Pull(request));
  SignerCheck signers(connection_, *environment_.clock, options.publisher_trust);
  Pulled pulled;
  v1::Settlement refused;
  for (v1::Delivery& delivery : *response.mutable_deliveries()) {
    std::string lease = delivery.lease();
    absl::StatusOr<Delivery> verified =
        Verified(std::move(delivery), signers, options.publisher_proof_min);
    if (verified.ok()) {
      pulled.items.push_back({*std::move(verified), std::move(lease)});
    } else {
      refused.add_released(std::move(lease));
    }
  }
  pulled.refused = static_cast<size_t>(refused.released_size());
  // Where it is not answered the leases run out, which comes to the same.
  if (pulled.refused > 0) Settle(options.subscription, std::move(refused)).IgnoreError();
  pulled.lease_holds = absl::Milliseconds(response.lease_ms());
  pulled.status = std::move(*response.mutable_status());
  return pulled;
}

absl::StatusOr<v1::SettlementResult> Subscriber::Settle(std::string_view subscription,
                                                        v1::Settlement settlement) {
  for (v1::RejectedDelivery& rejected : *settlement.mutable_rejected()) {
    rejected.set_note(RejectionNote(rejected.note()));
  }
  v1::SettleRequest request;
  request.set_subscription(std::string(subscription));
  *request.mutable_settlement() = std::move(settlement);
  return connection_->Settle(request);
}

absl::StatusOr<v1::SeekResponse> Subscriber::Seek(const v1::SeekRequest& request) {
  return Retrying(environment_, kUnaryRetryFor, [&] { return connection_->Seek(request); });
}

absl::StatusOr<v1::Position> Subscriber::Resynchronise(
    std::string_view subscription,
    absl::FunctionRef<absl::Status(const v1::Alert&, const Delivery&)> each) {
  SignerCheck signers(connection_, *environment_.clock, std::nullopt);
  v1::ListCurrentRequest request;
  request.set_subscription(std::string(subscription));
  v1::SeekRequest seek;
  seek.set_subscription(request.subscription());
  do {
    ASSIGN_OR_RETURN(
        const v1::ListCurrentResponse page,
        Retrying(environment_, kUnaryRetryFor, [&] { return connection_->ListCurrent(request); }));
    for (const v1::Alert& alert : page.alerts()) {
      if (!alert.has_current()) continue;  // Erased just now.
      v1::Delivery in;
      *in.mutable_statement() = alert.current();
      ASSIGN_OR_RETURN(const Delivery delivery,
                       Verified(std::move(in), signers, PublisherProof::kKeyUnknown));
      RETURN_IF_ERROR(each(alert, delivery));
    }
    *seek.mutable_position() = page.as_of();
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  RETURN_IF_ERROR(Seek(seek).status());
  return seek.position();
}

absl::StatusOr<v1::ListDeadLettersResponse> Subscriber::ListDeadLetters(
    const v1::ListDeadLettersRequest& request) {
  return Retrying(environment_, kUnaryRetryFor,
                  [&] { return connection_->ListDeadLetters(request); });
}

absl::StatusOr<uint32_t> Subscriber::RedriveDeadLetters(std::string_view subscription,
                                                        const v1::DeadLetterSelection& selection) {
  v1::RedriveDeadLettersRequest request;
  request.set_subscription(std::string(subscription));
  *request.mutable_selection() = selection;
  ASSIGN_OR_RETURN(const auto response, connection_->RedriveDeadLetters(request));
  return response.redriven();
}

absl::StatusOr<uint32_t> Subscriber::DiscardDeadLetters(std::string_view subscription,
                                                        const v1::DeadLetterSelection& selection) {
  v1::DiscardDeadLettersRequest request;
  request.set_subscription(std::string(subscription));
  *request.mutable_selection() = selection;
  ASSIGN_OR_RETURN(const auto response, connection_->DiscardDeadLetters(request));
  return response.discarded();
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
