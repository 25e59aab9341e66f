#ifndef CORRIDOR_SERVER_RPC_DATA_PROTECTION_SERVICE_H_
#define CORRIDOR_SERVER_RPC_DATA_PROTECTION_SERVICE_H_

#include <string>

#include "core/base/executor.h"
#include "corridor/v1/data_protection.grpc.pb.h"
#include "server/broker/region.h"

namespace corridor {

// What the data-protection officer does, over gRPC. data_protection.proto says what each
// method does.
class DataProtectionService final : public v1::DataProtection::CallbackService {
 public:
  // Both must outlive this. `executor` runs what reads the journal.
  DataProtectionService(Region& region, Executor& executor)
      : region_(region), executor_(executor) {}

  using Context = grpc::CallbackServerContext;
  using Reactor = grpc::ServerUnaryReactor;

  Reactor* ReportAlertDisclosures(Context* context,
                                  const v1::ReportAlertDisclosuresRequest* request,
                                  v1::ReportAlertDisclosuresResponse* response) override;
  Reactor* ReportHolderDisclosures(Context* context,
                                   const v1::ReportHolderDisclosuresRequest* request,
                                   v1::ReportHolderDisclosuresResponse* response) override;
  Reactor* GetProcessingRecord(Context* context, const v1::GetProcessingRecordRequest* request,
                               v1::ProcessingRecord* response) override;
  Reactor* SuspendReach(Context* context, const v1::SuspendReachRequest* request,
                        v1::SuspendedReach* response) override;
  Reactor* RestoreReach(Context* context, const v1::RestoreReachRequest* request,
                        v1::RestoreReachResponse* response) override;
  Reactor* ListSuspendedReach(Context* context, const v1::ListSuspendedReachRequest* request,
                              v1::ListSuspendedReachResponse* response) override;

 private:
  // Answers with what `find` finds, once it is durable that the officer asked about
  // `object`. A question that is answered with an error is on record as refused.
  template <typename Request, typename Response, typename Find>
  Reactor* Report(Context* context, const Request* request, Response* response, Find find);

  Region& region_;
  Executor& executor_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_RPC_DATA_PROTECTION_SERVICE_H_
