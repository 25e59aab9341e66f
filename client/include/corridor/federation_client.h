#ifndef CORRIDOR_CLIENT_FEDERATION_CLIENT_H_
#define CORRIDOR_CLIENT_FEDERATION_CLIENT_H_

#include <memory>

#include "absl/status/statusor.h"
#include "corridor/channel.h"
#include "corridor/v1/federation.pb.h"

namespace corridor {

// What crosses between regions and what is taken back: links paused, asked again and
// reconciled, agreements tried out, alerts withheld and held, recalls seen. The caller is
// an operator. federation.proto says what each act does, and its errors.
//
// Thread safety: thread-safe. Each call is one attempt and waits for the answer, at most
// the channel's deadline. All but AcceptLinkGap may be repeated.
//
// Lists come by the page, as the requests say.
class FederationClient {
 public:
  explicit FederationClient(std::shared_ptr<Channel> channel);
  ~FederationClient();

  absl::StatusOr<v1::LinkStatus> PauseLink(const v1::PauseLinkRequest& request);
  absl::StatusOr<v1::LinkStatus> ResumeLink(const v1::ResumeLinkRequest& request);
  absl::StatusOr<v1::BackfillReport> AcceptLinkGap(const v1::AcceptLinkGapRequest& request);
  absl::StatusOr<v1::ListRefusedRecordsResponse> ListRefusedRecords(
      const v1::ListRefusedRecordsRequest& request);
  absl::StatusOr<v1::BackfillReport> AskAgain(const v1::AskAgainRequest& request);
  absl::StatusOr<v1::ReconcileLinkResponse> ReconcileLink(const v1::ReconcileLinkRequest& request);
  absl::StatusOr<v1::SimulateAgreementResponse> SimulateAgreement(
      const v1::SimulateAgreementRequest& request);
  absl::StatusOr<v1::ListRecallsResponse> ListRecalls(const v1::ListRecallsRequest& request);
  absl::StatusOr<v1::Quarantine> QuarantineAlert(const v1::QuarantineAlertRequest& request);
  absl::StatusOr<v1::ListQuarantinesResponse> ListQuarantines(
      const v1::ListQuarantinesRequest& request);
  absl::StatusOr<v1::LegalHold> SetLegalHold(const v1::SetLegalHoldRequest& request);
  absl::StatusOr<v1::ListLegalHoldsResponse> ListLegalHolds(
      const v1::ListLegalHoldsRequest& request);
  absl::StatusOr<v1::DeliveryReport> ExplainStatement(const v1::DeliveryReportRequest& request);

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_FEDERATION_CLIENT_H_
