#include "server/rpc/administration_service.h"

#include <utility>

#include "server/rpc/unary_answer.h"

namespace corridor {

AdministrationService::Reactor* AdministrationService::CreateMember(
    Context* context, const v1::CreateMemberRequest* request, v1::Member* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal& caller, const auto& request, auto answer) {
                   catalog_.CreateMember(caller, request.member(), std::move(answer));
                 });
}

AdministrationService::Reactor* AdministrationService::GetMember(
    Context* context, const v1::GetMemberRequest* request, v1::Member* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal&, const auto& request, auto answer) {
                   answer(catalog_.GetMember(request.spiffe_id()));
                 });
}

AdministrationService::Reactor* AdministrationService::ListMembers(
    Context* context, const v1::ListMembersRequest* request, v1::ListMembersResponse* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal&, const auto& request, auto answer) {
                   answer(catalog_.ListMembers(request));
                 });
}

AdministrationService::Reactor* AdministrationService::UpdateMember(
    Context* context, const v1::UpdateMemberRequest* request, v1::Member* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal& caller, const auto& request, auto answer) {
                   catalog_.UpdateMember(caller, request.member(), std::move(answer));
                 });
}

AdministrationService::Reactor* AdministrationService::SetGrant(Context* context,
                                                                const v1::SetGrantRequest* request,
                                                                v1::Grant* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal& caller, const auto& request, auto answer) {
                   catalog_.SetGrant(caller, request.grant(), std::move(answer));
                 });
}

AdministrationService::Reactor* AdministrationService::DeleteGrant(
    Context* context, const v1::DeleteGrantRequest* request, v1::DeleteGrantResponse* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal& caller, const auto& request, auto answer) {
                   catalog_.DeleteGrant(caller, request.principal(),
                                        AnswerEmpty(std::move(answer)));
                 });
}

AdministrationService::Reactor* AdministrationService::ListGrants(
    Context* context, const v1::ListGrantsRequest* request, v1::ListGrantsResponse* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal&, const auto& request, auto answer) {
                   answer(catalog_.ListGrants(request));
                 });
}

AdministrationService::Reactor* AdministrationService::RegisterSigningKey(
    Context* context, const v1::RegisterSigningKeyRequest* request, v1::SigningKey* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal& caller, const auto& request, auto answer) {
                   catalog_.RegisterSigningKey(caller, request.certificate_chain_pem(),
                                               std::move(answer));
                 });
}

AdministrationService::Reactor* AdministrationService::RetireSigningKey(
    Context* context, const v1::RetireSigningKeyRequest* request, v1::SigningKey* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal& caller, const auto& request, auto answer) {
                   catalog_.RetireSigningKey(caller, request.key_id(), std::move(answer));
                 });
}

AdministrationService::Reactor* AdministrationService::ListSigningKeys(
    Context* context, const v1::ListSigningKeysRequest* request,
    v1::ListSigningKeysResponse* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal&, const auto& request, auto answer) {
                   answer(catalog_.ListSigningKeys(request));
                 });
}

AdministrationService::Reactor* AdministrationService::CreateAgreement(
    Context* context, const v1::CreateAgreementRequest* request, v1::Agreement* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal& caller, const auto& request, auto answer) {
                   catalog_.CreateAgreement(caller, request.agreement(), std::move(answer));
                 });
}

AdministrationService::Reactor* AdministrationService::GetAgreement(
    Context* context, const v1::GetAgreementRequest* request, v1::Agreement* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal&, const auto& request, auto answer) {
                   answer(catalog_.GetAgreement(request.agreement_id()));
                 });
}

AdministrationService::Reactor* AdministrationService::ListAgreements(
    Context* context, const v1::ListAgreementsRequest* request,
    v1::ListAgreementsResponse* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal&, const auto& request, auto answer) {
                   answer(catalog_.ListAgreements(request));
                 });
}

AdministrationService::Reactor* AdministrationService::EndAgreement(
    Context* context, const v1::EndAgreementRequest* request, v1::Agreement* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal& caller, const auto& request, auto answer) {
                   catalog_.EndAgreement(caller, request, std::move(answer));
                 });
}

AdministrationService::Reactor* AdministrationService::ListLinks(
    Context* context, const v1::ListLinksRequest* request, v1::ListLinksResponse* response) {
  return ServeOn(
      executor_, context, request, response,
      [this](const Principal&, const auto&, auto answer) { region_.ListLinks(std::move(answer)); });
}

AdministrationService::Reactor* AdministrationService::GetStatus(
    Context* context, const v1::GetStatusRequest* request, v1::GetStatusResponse* response) {
  return ServeOn(
      executor_, context, request, response,
      [this](const Principal&, const auto&, auto answer) { region_.GetStatus(std::move(answer)); });
}

}  // namespace corridor
