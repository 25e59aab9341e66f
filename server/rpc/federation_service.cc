#include "server/rpc/federation_service.h"

#include <utility>

#include "server/rpc/unary_answer.h"

namespace corridor {

template <typename Request, typename Response, typename Act>
FederationService::Reactor* FederationService::ServeOnLinks(Context* context,
                                                            const Request* request,
                                                            Response* response, Act act) {
  return ServeOn(executor_, context, request, response,
                 [this, act](const Principal& caller, const Request& asked, auto answer) {
                   region_.OnLinks([act, caller, asked,
                                    answer = std::move(answer)](LinkAdministration& links) mutable {
                     act(links, caller, asked, std::move(answer));
                   });
                 });
}

FederationService::Reactor* FederationService::PauseLink(Context* context,
                                                         const v1::PauseLinkRequest* request,
                                                         v1::LinkStatus* response) {
  return ServeOnLinks(
      context, request, response,
      [](LinkAdministration& links, const Principal& caller, const auto& asked, auto answer) {
        links.SetPaused(caller, asked.peer_region(), true, std::move(answer));
      });
}

FederationService::Reactor* FederationService::ResumeLink(Context* context,
                                                          const v1::ResumeLinkRequest* request,
                                                          v1::LinkStatus* response) {
  return ServeOnLinks(
      context, request, response,
      [](LinkAdministration& links, const Principal& caller, const auto& asked, auto answer) {
        links.SetPaused(caller, asked.peer_region(), false, std::move(answer));
      });
}

FederationService::Reactor* FederationService::AcceptLinkGap(
    Context* context, const v1::AcceptLinkGapRequest* request, v1::BackfillReport* response) {
  return ServeOnLinks(context, request, response,
                      [](LinkAdministration& links, const Principal& caller, const auto& asked,
                         auto answer) { links.AcceptGap(caller, asked, std::move(answer)); });
}

FederationService::Reactor* FederationService::ListRefusedRecords(
    Context* context, const v1::ListRefusedRecordsRequest* request,
    v1::ListRefusedRecordsResponse* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal&, const auto& asked, auto answer) {
                   answer(region_.link_administration().ListRefused(asked));
                 });
}

FederationService::Reactor* FederationService::AskAgain(Context* context,
                                                        const v1::AskAgainRequest* request,
                                                        v1::BackfillReport* response) {
  return ServeOnLinks(context, request, response,
                      [](LinkAdministration& links, const Principal& caller, const auto& asked,
                         auto answer) { links.AskAgain(caller, asked, std::move(answer)); });
}

FederationService::Reactor* FederationService::ReconcileLink(
    Context* context, const v1::ReconcileLinkRequest* request,
    v1::ReconcileLinkResponse* response) {
  return ServeOnLinks(context, request, response,
                      [](LinkAdministration& links, const Principal& caller, const auto& asked,
                         auto answer) { links.Reconcile(caller, asked, std::move(answer)); });
}

FederationService::Reactor* FederationService::SimulateAgreement(
    Context* context, const v1::SimulateAgreementRequest* request,
    v1::SimulateAgreementResponse* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal&, const auto& asked, auto answer) {
                   region_.SimulateAgreement(asked, std::move(answer));
                 });
}

FederationService::Reactor* FederationService::ListRecalls(Context* context,
                                                           const v1::ListRecallsRequest* request,
                                                           v1::ListRecallsResponse* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal&, const auto& asked, auto answer) {
                   answer(region_.protection_desk().ListRecalls(asked));
                 });
}

FederationService::Reactor* FederationService::QuarantineAlert(
    Context* context, const v1::QuarantineAlertRequest* request, v1::Quarantine* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal& caller, const auto& asked, auto answer) {
                   region_.protection_desk().Quarantine(caller, asked, std::move(answer));
                 });
}

FederationService::Reactor* FederationService::ListQuarantines(
    Context* context, const v1::ListQuarantinesRequest* request,
    v1::ListQuarantinesResponse* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal&, const auto& asked, auto answer) {
                   answer(region_.protection_desk().ListQuarantines(asked));
                 });
}

FederationService::Reactor* FederationService::SetLegalHold(Context* context,
                                                            const v1::SetLegalHoldRequest* request,
                                                            v1::LegalHold* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal& caller, const auto& asked, auto answer) {
                   region_.protection_desk().SetLegalHold(caller, asked, std::move(answer));
                 });
}

FederationService::Reactor* FederationService::ListLegalHolds(
    Context* context, const v1::ListLegalHoldsRequest* request,
    v1::ListLegalHoldsResponse* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal&, const auto& asked, auto answer) {
                   answer(region_.protection_desk().ListLegalHolds(asked));
                 });
}

FederationService::Reactor* FederationService::ExplainStatement(
    Context* context, const v1::DeliveryReportRequest* request, v1::DeliveryReport* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal&, const auto& asked, auto answer) {
                   region_.Explain(asked, std::move(answer));
                 });
}

}  // namespace corridor
