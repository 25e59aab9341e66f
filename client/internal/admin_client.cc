#include "corridor/admin_client.h"

#include <string>
#include <utility>

#include "client/internal/paging.h"
#include "client/internal/retry.h"
#include "core/base/status_macros.h"

namespace corridor {

AdminClient::AdminClient(std::shared_ptr<AdminConnection> connection, Environment environment)
    : connection_(std::move(connection)), environment_(environment) {}

absl::StatusOr<v1::Member> AdminClient::CreateMember(v1::Member member) {
  v1::CreateMemberRequest request;
  *request.mutable_member() = std::move(member);
  return Retrying(environment_, kUnaryRetryFor, [&] { return connection_->CreateMember(request); });
}

absl::StatusOr<v1::Member> AdminClient::GetMember(std::string_view spiffe_id) {
  v1::GetMemberRequest request;
  request.set_spiffe_id(std::string(spiffe_id));
  return Retrying(environment_, kUnaryRetryFor, [&] { return connection_->GetMember(request); });
}

absl::StatusOr<std::vector<v1::Member>> AdminClient::ListMembers(bool include_linked_regions,
                                                                 size_t limit) {
  v1::ListMembersRequest request;
  request.set_include_linked_regions(include_linked_regions);
  return AllPages<v1::Member>(
      environment_, std::move(request), limit,
      [&](const auto& page) { return connection_->ListMembers(page); },
      [](auto& page) { return page.mutable_members(); });
}

absl::StatusOr<v1::Member> AdminClient::UpdateMember(v1::Member member) {
  v1::UpdateMemberRequest request;
  *request.mutable_member() = std::move(member);
  return connection_->UpdateMember(request);
}

absl::StatusOr<v1::Grant> AdminClient::SetGrant(v1::Grant grant) {
  v1::SetGrantRequest request;
  // With an etag, a repetition would find its own change in the way.
  const bool repeatable = grant.etag().empty();
  *request.mutable_grant() = std::move(grant);
  return Retrying(environment_, repeatable ? kUnaryRetryFor : absl::ZeroDuration(),
                  [&] { return connection_->SetGrant(request); });
}

absl::Status AdminClient::DeleteGrant(std::string_view principal) {
  v1::DeleteGrantRequest request;
  request.set_principal(std::string(principal));
  return connection_->DeleteGrant(request).status();
}

absl::StatusOr<std::vector<v1::Grant>> AdminClient::ListGrants(size_t limit) {
  return AllPages<v1::Grant>(
      environment_, v1::ListGrantsRequest(), limit,
      [&](const auto& request) { return connection_->ListGrants(request); },
      [](auto& page) { return page.mutable_grants(); });
}

absl::StatusOr<v1::SigningKey> AdminClient::RegisterSigningKey(
    std::string_view certificate_chain_pem) {
  v1::RegisterSigningKeyRequest request;
  request.set_certificate_chain_pem(std::string(certificate_chain_pem));
  return Retrying(environment_, kUnaryRetryFor,
                  [&] { return connection_->RegisterSigningKey(request); });
}

absl::StatusOr<v1::SigningKey> AdminClient::RetireSigningKey(std::string_view key_id) {
  v1::RetireSigningKeyRequest request;
  request.set_key_id(std::string(key_id));
  return connection_->RetireSigningKey(request);
}

absl::StatusOr<std::vector<v1::SigningKey>> AdminClient::ListSigningKeys(std::string_view member,
                                                                         size_t limit) {
  v1::ListSigningKeysRequest request;
  request.set_member(std::string(member));
  return AllPages<v1::SigningKey>(
      environment_, std::move(request), limit,
      [&](const auto& page) { return connection_->ListSigningKeys(page); },
      [](auto& page) { return page.mutable_signing_keys(); });
}

absl::StatusOr<v1::Agreement> AdminClient::CreateAgreement(v1::Agreement agreement) {
  v1::CreateAgreementRequest request;
  *request.mutable_agreement() = std::move(agreement);
  return Retrying(environment_, kUnaryRetryFor,
                  [&] { return connection_->CreateAgreement(request); });
}

absl::StatusOr<v1::Agreement> AdminClient::GetAgreement(std::string_view agreement_id) {
  v1::GetAgreementRequest request;
  request.set_agreement_id(std::string(agreement_id));
  return Retrying(environment_, kUnaryRetryFor, [&] { return connection_->GetAgreement(request); });
}

absl::StatusOr<std::vector<v1::Agreement>> AdminClient::ListAgreements(size_t limit) {
  return AllPages<v1::Agreement>(
      environment_, v1::ListAgreementsRequest(), limit,
      [&](const auto& request) { return connection_->ListAgreements(request); },
      [](auto& page) { return page.mutable_agreements(); });
}

absl::StatusOr<v1::Agreement> AdminClient::EndAgreement(std::string_view agreement_id,
                                                        std::string_view etag) {
  v1::EndAgreementRequest request;
  request.set_agreement_id(std::string(agreement_id));
  request.set_etag(std::string(etag));
  return connection_->EndAgreement(request);
}

absl::StatusOr<std::vector<v1::LinkStatus>> AdminClient::ListLinks() {
  auto response =
      Retrying(environment_, kUnaryRetryFor, [&] { return connection_->ListLinks({}); });
  if (!response.ok()) return response.status();
  return std::vector<v1::LinkStatus>(response->links().begin(), response->links().end());
}

absl::StatusOr<v1::GetStatusResponse> AdminClient::GetStatus() {
  v1::GetStatusRequest request;
  ASSIGN_OR_RETURN(v1::GetStatusResponse status, Retrying(environment_, kUnaryRetryFor, [&] {
                     return connection_->GetStatus(request);
                   }));
  while (!status.next_page_token().empty()) {
    request.set_page_token(status.next_page_token());
    ASSIGN_OR_RETURN(v1::GetStatusResponse page, Retrying(environment_, kUnaryRetryFor, [&] {
                       return connection_->GetStatus(request);
                     }));
    for (auto& owned : *page.mutable_subscriptions()) {
      *status.add_subscriptions() = std::move(owned);
    }
    status.set_next_page_token(page.next_page_token());
  }
  return status;
}

absl::StatusOr<std::vector<v1::OpenSession>> AdminClient::ListSessions(size_t limit) {
  return AllPages<v1::OpenSession>(
      environment_, v1::ListSessionsRequest(), limit,
      [&](const auto& request) { return connection_->ListSessions(request); },
      [](auto& page) { return page.mutable_sessions(); });
}

absl::StatusOr<uint32_t> AdminClient::EndSessions(const v1::EndSessionsRequest& which) {
  auto response = connection_->EndSessions(which);
  if (!response.ok()) return response.status();
  return response->ended();
}

absl::StatusOr<std::vector<v1::TrustMistake>> AdminClient::ReloadTrust() {
  auto response =
      Retrying(environment_, kUnaryRetryFor, [&] { return connection_->ReloadTrust({}); });
  if (!response.ok()) return response.status();
  return std::vector<v1::TrustMistake>(response->mistakes().begin(), response->mistakes().end());
}

absl::StatusOr<std::vector<v1::ExpiringItem>> AdminClient::ListExpiring() {
  auto response =
      Retrying(environment_, kUnaryRetryFor, [&] { return connection_->ListExpiring({}); });
  if (!response.ok()) return response.status();
  return std::vector<v1::ExpiringItem>(response->items().begin(), response->items().end());
}

absl::StatusOr<v1::SigningKey> AdminClient::RevokeSigningKey(std::string_view key_id,
                                                             absl::Time compromised_at) {
  v1::RevokeSigningKeyRequest request;
  request.set_key_id(std::string(key_id));
  if (compromised_at != absl::InfiniteFuture()) {
    request.mutable_compromised_at()->set_seconds(absl::ToUnixSeconds(compromised_at));
  }
  // Again: it can only move the time back, and the same time changes nothing.
  return Retrying(environment_, kUnaryRetryFor,
                  [&] { return connection_->RevokeSigningKey(request); });
}

absl::StatusOr<v1::Quota> AdminClient::SetQuota(v1::Quota quota) {
  v1::SetQuotaRequest request;
  // With an etag, a repetition would find its own change in the way.
  const bool repeatable = quota.etag().empty();
  *request.mutable_quota() = std::move(quota);
  return Retrying(environment_, repeatable ? kUnaryRetryFor : absl::ZeroDuration(),
                  [&] { return connection_->SetQuota(request); });
}

absl::Status AdminClient::DeleteQuota(std::string_view principal) {
  v1::DeleteQuotaRequest request;
  request.set_principal(std::string(principal));
  return connection_->DeleteQuota(request).status();
}

absl::StatusOr<std::vector<v1::Quota>> AdminClient::ListQuotas(size_t limit) {
  return AllPages<v1::Quota>(
      environment_, v1::ListQuotasRequest(), limit,
      [&](const auto& request) { return connection_->ListQuotas(request); },
      [](auto& page) { return page.mutable_quotas(); });
}

absl::StatusOr<std::vector<v1::StatementDisclosure>> AdminClient::ReportAlertDisclosures(
    std::string_view publisher, std::string_view alert_id) {
  v1::ReportAlertDisclosuresRequest request;
  request.set_publisher(std::string(publisher));
  request.set_alert_id(std::string(alert_id));
  auto report = Retrying(environment_, kUnaryRetryFor,
                         [&] { return connection_->ReportAlertDisclosures(request); });
  if (!report.ok()) return report.status();
  return std::vector<v1::StatementDisclosure>(report->statements().begin(),
                                              report->statements().end());
}

absl::StatusOr<std::vector<v1::StatementDisclosure>> AdminClient::ReportHolderDisclosures(
    std::string_view holder) {
  v1::ReportHolderDisclosuresRequest request;
  request.set_holder(std::string(holder));
  std::vector<v1::StatementDisclosure> statements;
  do {
    auto page = Retrying(environment_, kUnaryRetryFor,
                         [&] { return connection_->ReportHolderDisclosures(request); });
    if (!page.ok()) return page.status();
    for (auto& statement : *page->mutable_statements()) statements.push_back(std::move(statement));
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return statements;
}

absl::StatusOr<v1::ProcessingRecord> AdminClient::GetProcessingRecord(
    std::string_view agreement_id) {
  v1::GetProcessingRecordRequest request;
  request.set_agreement_id(std::string(agreement_id));
  return Retrying(environment_, kUnaryRetryFor,
                  [&] { return connection_->GetProcessingRecord(request); });
}

absl::StatusOr<v1::SuspendedReach> AdminClient::SuspendReach(std::string_view member) {
  v1::SuspendReachRequest request;
  request.set_member(std::string(member));
  return Retrying(environment_, kUnaryRetryFor, [&] { return connection_->SuspendReach(request); });
}

absl::Status AdminClient::RestoreReach(std::string_view member) {
  v1::RestoreReachRequest request;
  request.set_member(std::string(member));
  return connection_->RestoreReach(request).status();
}

absl::StatusOr<std::vector<v1::SuspendedReach>> AdminClient::ListSuspendedReach(size_t limit) {
  return AllPages<v1::SuspendedReach>(
      environment_, v1::ListSuspendedReachRequest(), limit,
      [&](const auto& request) { return connection_->ListSuspendedReach(request); },
      [](auto& page) { return page.mutable_suspended(); });
}

absl::StatusOr<std::vector<v1::PendingAct>> AdminClient::ListPendingActs(size_t limit) {
  return AllPages<v1::PendingAct>(
      environment_, v1::ListPendingActsRequest(), limit,
      [&](const auto& request) { return connection_->ListPendingActs(request); },
      [](auto& page) { return page.mutable_acts(); });
}

absl::StatusOr<v1::PendingAct> AdminClient::ApproveAct(std::string_view approval_id) {
  v1::ApproveActRequest request;
  request.set_approval_id(std::string(approval_id));
  return connection_->ApproveAct(request);
}

absl::StatusOr<v1::PendingAct> AdminClient::RefuseAct(std::string_view approval_id) {
  v1::RefuseActRequest request;
  request.set_approval_id(std::string(approval_id));
  return connection_->RefuseAct(request);
}

}  // namespace corridor
