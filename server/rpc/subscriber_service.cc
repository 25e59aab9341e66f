#include "server/rpc/subscriber_service.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/model/errors.h"
#include "server/identity/caller_check.h"
#include "server/rpc/attach_call.h"
#include "server/rpc/unary_answer.h"

namespace corridor {
namespace {

constexpr int kKeyIdsMax = 100;
constexpr size_t kKeyIdBytes = 16;

}  // namespace

// Every answer says how many recall notices wait: who only calls learns of them too.
template <typename Request, typename Response, typename Call>
grpc::ServerUnaryReactor* SubscriberService::Serve(grpc::CallbackServerContext* context,
                                                   const Request* request, Response* response,
                                                   Call call) {
  return ServeOn(executor_, context, request, response,
                 [this, context, call = std::move(call)](const Principal& caller, const auto& asked,
                                                         auto answer) mutable {
                   absl::Status quota = calls_.quotas().TakeCall(caller);
                   if (!quota.ok()) return answer(std::move(quota));
                   const size_t pending = region_.recalls().CountFor(caller);
                   if (pending > 0) {
                     context->AddTrailingMetadata("corridor-recalls-pending",
                                                  std::to_string(pending));
                   }
                   call(caller, asked, std::move(answer));
                 });
}

grpc::ServerUnaryReactor* SubscriberService::CreateSubscription(
    grpc::CallbackServerContext* context, const v1::CreateSubscriptionRequest* request,
    v1::Subscription* response) {
  return Serve(context, request, response,
               [this](const Principal& caller, const auto& request, auto answer) {
                 region_.CreateSubscription(caller, request.subscription(), std::move(answer));
               });
}

grpc::ServerUnaryReactor* SubscriberService::GetSubscription(
    grpc::CallbackServerContext* context, const v1::GetSubscriptionRequest* request,
    v1::GetSubscriptionResponse* response) {
  return Serve(context, request, response,
               [this](const Principal& caller, const auto& request, auto answer) {
                 auto found = region_.catalog().GetSubscription(caller.spiffe_id, request.name());
                 if (!found.ok()) return answer(found.status());
                 region_.sessions().StatusOf(
                     {{caller.spiffe_id, *found}},
                     [subscription = *found, answer = std::move(answer)](
                         absl::StatusOr<std::vector<v1::SubscriptionStatus>> statuses) mutable {
                       if (!statuses.ok()) return answer(statuses.status());
                       v1::GetSubscriptionResponse response;
                       *response.mutable_subscription() = std::move(subscription);
                       *response.mutable_status() = std::move(statuses->front());
                       answer(std::move(response));
                     });
               });
}

grpc::ServerUnaryReactor* SubscriberService::ListSubscriptions(
    grpc::CallbackServerContext* context, const v1::ListSubscriptionsRequest* request,
    v1::ListSubscriptionsResponse* response) {
  return Serve(context, request, response,
               [this](const Principal& caller, const auto& request, auto answer) {
                 answer(region_.catalog().ListSubscriptions(caller.spiffe_id, request));
               });
}

grpc::ServerUnaryReactor* SubscriberService::UpdateSubscription(
    grpc::CallbackServerContext* context, const v1::UpdateSubscriptionRequest* request,
    v1::Subscription* response) {
  return Serve(context, request, response,
               [this](const Principal& caller, const auto& request, auto answer) {
                 region_.catalog().UpdateSubscription(caller, request, region_.journal().head(),
                                                      std::move(answer));
               });
}

grpc::ServerUnaryReactor* SubscriberService::DeleteSubscription(
    grpc::CallbackServerContext* context, const v1::DeleteSubscriptionRequest* request,
    v1::DeleteSubscriptionResponse* response) {
  return Serve(context, request, response,
               [this](const Principal& caller, const auto& request, auto answer) {
                 region_.DeleteSubscription(caller, request, AnswerEmpty(std::move(answer)));
               });
}

grpc::ServerBidiReactor<v1::AttachRequest, v1::AttachResponse>* SubscriberService::Attach(
    grpc::CallbackServerContext* context) {
  if (absl::Status ready = readiness_.Check(); !ready.ok()) {
    return AttachCall::Refuse(context, ready);
  }
  auto caller = CallerOf(*context);
  if (!caller.ok()) return AttachCall::Refuse(context, caller.status());
  return AttachCall::Open(context, region_.sessions(), calls_, *caller);
}

grpc::ServerUnaryReactor* SubscriberService::GetAlert(grpc::CallbackServerContext* context,
                                                      const v1::GetAlertRequest* request,
                                                      v1::Alert* response) {
  return Serve(context, request, response,
               [this](const Principal& caller, const auto& request, auto answer) {
                 region_.reader().GetAlert(caller, request, std::move(answer));
               });
}

grpc::ServerUnaryReactor* SubscriberService::ListAlerts(grpc::CallbackServerContext* context,
                                                        const v1::ListAlertsRequest* request,
                                                        v1::ListAlertsResponse* response) {
  return Serve(context, request, response,
               [this](const Principal& caller, const auto& request, auto answer) {
                 region_.reader().ListAlerts(caller, request, std::move(answer));
               });
}

grpc::ServerUnaryReactor* SubscriberService::ListRecallNotices(
    grpc::CallbackServerContext* context, const v1::ListRecallNoticesRequest* request,
    v1::ListRecallNoticesResponse* response) {
  return Serve(context, request, response,
               [this](const Principal& caller, const auto& request, auto answer) {
                 answer(region_.recalls().List(caller, request));
               });
}

grpc::ServerUnaryReactor* SubscriberService::ConfirmRecalls(
    grpc::CallbackServerContext* context, const v1::ConfirmRecallsRequest* request,
    v1::ConfirmRecallsResponse* response) {
  return Serve(context, request, response,
               [this](const Principal& caller, const auto& request, auto answer) {
                 region_.recalls().Confirm(caller, request.confirmations(),
                                           AnswerEmpty(std::move(answer)));
               });
}

grpc::ServerUnaryReactor* SubscriberService::Pull(grpc::CallbackServerContext* context,
                                                  const v1::PullRequest* request,
                                                  v1::PullResponse* response) {
  return Serve(context, request, response,
               [this](const Principal& caller, const auto& request, auto answer) {
                 region_.sessions().Pull(caller, request, std::move(answer));
               });
}

grpc::ServerUnaryReactor* SubscriberService::Settle(grpc::CallbackServerContext* context,
                                                    const v1::SettleRequest* request,
                                                    v1::SettlementResult* response) {
  return Serve(context, request, response,
               [this](const Principal& caller, const auto& request, auto answer) {
                 region_.sessions().Settle(caller, request, std::move(answer));
               });
}

grpc::ServerUnaryReactor* SubscriberService::Seek(grpc::CallbackServerContext* context,
                                                  const v1::SeekRequest* request,
                                                  v1::SeekResponse* response) {
  return Serve(context, request, response,
               [this](const Principal& caller, const auto& request, auto answer) {
                 region_.sessions().Seek(caller, request, std::move(answer));
               });
}

grpc::ServerUnaryReactor* SubscriberService::ListCurrent(grpc::CallbackServerContext* context,
                                                         const v1::ListCurrentRequest* request,
                                                         v1::ListCurrentResponse* response) {
  return Serve(context, request, response,
               [this](const Principal& caller, const auto& request, auto answer) {
                 region_.reader().ListCurrent(caller, request, std::move(answer));
               });
}

grpc::ServerUnaryReactor* SubscriberService::ListDeadLetters(
    grpc::CallbackServerContext* context, const v1::ListDeadLettersRequest* request,
    v1::ListDeadLettersResponse* response) {
  return Serve(context, request, response,
               [this](const Principal& caller, const auto& request, auto answer) {
                 region_.reader().ListDeadLetters(caller, request, std::move(answer));
               });
}

grpc::ServerUnaryReactor* SubscriberService::RedriveDeadLetters(
    grpc::CallbackServerContext* context, const v1::RedriveDeadLettersRequest* request,
    v1::RedriveDeadLettersResponse* response) {
  return Serve(context, request, response,
               [this](const Principal& caller, const auto& request, auto answer) {
                 region_.sessions().RedriveDeadLetters(caller, request, std::move(answer));
               });
}

grpc::ServerUnaryReactor* SubscriberService::DiscardDeadLetters(
    grpc::CallbackServerContext* context, const v1::DiscardDeadLettersRequest* request,
    v1::DiscardDeadLettersResponse* response) {
  return Serve(context, request, response,
               [this](const Principal& caller, const auto& request, auto answer) {
                 region_.sessions().DiscardDeadLetters(caller, request, std::move(answer));
               });
}

grpc::ServerUnaryReactor* SubscriberService::GetSigningKeys(
    grpc::CallbackServerContext* context, const v1::GetSigningKeysRequest* request,
    v1::GetSigningKeysResponse* response) {
  return Serve(
      context, request, response, [this](const Principal&, const auto& request, auto answer) {
        const auto& ids = request.key_ids();
        if (ids.empty() || ids.size() > kKeyIdsMax ||
            !std::all_of(ids.begin(), ids.end(),
                         [](const std::string& id) { return id.size() == kKeyIdBytes; })) {
          return answer(InvalidFields(
              {{"key_ids", v1::ERROR_REASON_REQUEST_INVALID, "give 1 to 100 ids of 16 bytes"}}));
        }
        const std::shared_ptr<const Facts> facts = region_.catalog().facts();
        v1::GetSigningKeysResponse found;
        for (const std::string& id : std::set<std::string>(ids.begin(), ids.end())) {
          const auto key = facts->signing_keys.find(id);
          if (key != facts->signing_keys.end()) *found.add_signing_keys() = key->second;
        }
        answer(std::move(found));
      });
}

}  // namespace corridor
