#ifndef CORRIDOR_SERVER_RPC_SUBSCRIBER_SERVICE_H_
#define CORRIDOR_SERVER_RPC_SUBSCRIBER_SERVICE_H_

#include "core/base/executor.h"
#include "corridor/v1/subscriber.grpc.pb.h"
#include "server/broker/region.h"
#include "server/identity/live_calls.h"
#include "server/rpc/readiness.h"

namespace corridor {

// The way out, over gRPC. subscriber.proto says what each method does.
class SubscriberService final : public v1::Subscriber::CallbackService {
 public:
  // All must outlive this. `executor` runs what reads the catalog.
  SubscriberService(Region& region, Executor& executor, LiveCalls& calls,
                    const Readiness& readiness)
      : region_(region), executor_(executor), calls_(calls), readiness_(readiness) {}

  grpc::ServerUnaryReactor* CreateSubscription(grpc::CallbackServerContext* context,
                                               const v1::CreateSubscriptionRequest* request,
                                               v1::Subscription* response) override;
  grpc::ServerUnaryReactor* GetSubscription(grpc::CallbackServerContext* context,
                                            const v1::GetSubscriptionRequest* request,
                                            v1::GetSubscriptionResponse* response) override;
  grpc::ServerUnaryReactor* ListSubscriptions(grpc::CallbackServerContext* context,
                                              const v1::ListSubscriptionsRequest* request,
                                              v1::ListSubscriptionsResponse* response) override;
  grpc::ServerUnaryReactor* UpdateSubscription(grpc::CallbackServerContext* context,
                                               const v1::UpdateSubscriptionRequest* request,
                                               v1::Subscription* response) override;
  grpc::ServerUnaryReactor* DeleteSubscription(grpc::CallbackServerContext* context,
                                               const v1::DeleteSubscriptionRequest* request,
                                               v1::DeleteSubscriptionResponse* response) override;
  grpc::ServerBidiReactor<v1::AttachRequest, v1::AttachResponse>* Attach(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* GetAlert(grpc::CallbackServerContext* context,
                                     const v1::GetAlertRequest* request,
                                     v1::Alert* response) override;
  grpc::ServerUnaryReactor* ListAlerts(grpc::CallbackServerContext* context,
                                       const v1::ListAlertsRequest* request,
                                       v1::ListAlertsResponse* response) override;
  grpc::ServerUnaryReactor* ListRecallNotices(grpc::CallbackServerContext* context,
                                              const v1::ListRecallNoticesRequest* request,
                                              v1::ListRecallNoticesResponse* response) override;
  grpc::ServerUnaryReactor* ConfirmRecalls(grpc::CallbackServerContext* context,
                                           const v1::ConfirmRecallsRequest* request,
                                           v1::ConfirmRecallsResponse* response) override;
  grpc::ServerUnaryReactor* Pull(grpc::CallbackServerContext* context,
                                 const v1::PullRequest* request,
                                 v1::PullResponse* response) override;
  grpc::ServerUnaryReactor* Settle(grpc::CallbackServerContext* context,
                                   const v1::SettleRequest* request,
                                   v1::SettlementResult* response) override;
  grpc::ServerUnaryReactor* Seek(grpc::CallbackServerContext* context,
                                 const v1::SeekRequest* request,
                                 v1::SeekResponse* response) override;
  grpc::ServerUnaryReactor* ListCurrent(grpc::CallbackServerContext* context,
                                        const v1::ListCurrentRequest* request,
                                        v1::ListCurrentResponse* response) override;
  grpc::ServerUnaryReactor* ListDeadLetters(grpc::CallbackServerContext* context,
                                            const v1::ListDeadLettersRequest* request,
                                            v1::ListDeadLettersResponse* response) override;
  grpc::ServerUnaryReactor* RedriveDeadLetters(grpc::CallbackServerContext* context,
                                               const v1::RedriveDeadLettersRequest* request,
                                               v1::RedriveDeadLettersResponse* response) override;
  grpc::ServerUnaryReactor* DiscardDeadLetters(grpc::CallbackServerContext* context,
                                               const v1::DiscardDeadLettersRequest* request,
                                               v1::DiscardDeadLettersResponse* response) override;
  grpc::ServerUnaryReactor* GetSigningKeys(grpc::CallbackServerContext* context,
                                           const v1::GetSigningKeysRequest* request,
                                           v1::GetSigningKeysResponse* response) override;

 private:
  template <typename Request, typename Response, typename Call>
  grpc::ServerUnaryReactor* Serve(grpc::CallbackServerContext* context, const Request* request,
                                  Response* response, Call call);

  Region& region_;
  Executor& executor_;
  LiveCalls& calls_;
  const Readiness& readiness_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_RPC_SUBSCRIBER_SERVICE_H_
