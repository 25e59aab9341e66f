#ifndef CORRIDOR_SERVER_RPC_PUBLISHER_SERVICE_H_
#define CORRIDOR_SERVER_RPC_PUBLISHER_SERVICE_H_

#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "core/base/executor.h"
#include "corridor/v1/publisher.grpc.pb.h"
#include "server/broker/intake.h"
#include "server/broker/region.h"
#include "server/identity/live_calls.h"
#include "server/rpc/readiness.h"

namespace corridor {

class PublishStreamCall;

// The way in, over gRPC. publisher.proto says what each method does.
class PublisherService final : public v1::Publisher::CallbackService {
 public:
  // All must outlive this. `executor` runs what reads the journal.
  PublisherService(Region& region, Executor& executor, LiveCalls& calls, const Readiness& readiness)
      : region_(region),
        intake_(region.intake()),
        executor_(executor),
        calls_(calls),
        readiness_(readiness) {}

  grpc::ServerUnaryReactor* Publish(grpc::CallbackServerContext* context,
                                    const v1::PublishRequest* request,
                                    v1::PublishResponse* response) override;
  grpc::ServerBidiReactor<v1::PublishRequest, v1::PublishResponse>* PublishStream(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* CheckStatement(grpc::CallbackServerContext* context,
                                           const v1::CheckStatementRequest* request,
                                           v1::CheckStatementResponse* response) override;
  grpc::ServerUnaryReactor* ListHeldStatements(grpc::CallbackServerContext* context,
                                               const v1::ListHeldStatementsRequest* request,
                                               v1::ListHeldStatementsResponse* response) override;
  grpc::ServerUnaryReactor* GetDeliveryReport(grpc::CallbackServerContext* context,
                                              const v1::DeliveryReportRequest* request,
                                              v1::DeliveryReport* response) override;

  // Ends the open streams, each after the answers it still owes. REQUIRES: the
  // readiness says draining.
  void Drain();

 private:
  void Remember(const std::shared_ptr<PublishStreamCall>& call);

  Region& region_;
  Intake& intake_;
  Executor& executor_;
  LiveCalls& calls_;
  const Readiness& readiness_;
  absl::Mutex mutex_;
  std::vector<std::weak_ptr<PublishStreamCall>> streams_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_RPC_PUBLISHER_SERVICE_H_
