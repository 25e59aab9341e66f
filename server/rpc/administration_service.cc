#include "server/rpc/administration_service.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/model/errors.h"
#include "server/catalog/paging.h"
#include "server/rpc/unary_answer.h"

namespace corridor {
namespace {

void Describe(const LiveCalls::Call& call, v1::ListSessionsResponse& sessions) {
  v1::OpenSession& session = *sessions.add_sessions();
  session.set_session_id(call.id);
  session.set_principal(call.peer.principal.spiffe_id);
  session.set_method(call.method);
  session.set_peer_address(call.peer_address);
  session.set_certificate_serial(call.peer.serial);
  session.mutable_opened_at()->set_seconds(absl::ToUnixSeconds(call.opened));
  session.mutable_certificate_expires_at()->set_seconds(absl::ToUnixSeconds(call.peer.not_after));
}

absl::StatusOr<v1::ListSessionsResponse> PageOf(const LiveCalls& calls,
                                                const v1::ListSessionsRequest& request) {
  ASSIGN_OR_RETURN(const PageRequest page,
                   ReadPageRequest(request.page_size(), request.page_token()));
  uint64_t after = 0;
  if (!page.after.empty() && !absl::SimpleAtoi(page.after, &after)) return WrongPageToken();
  const std::vector<LiveCalls::Call> listed = calls.List(after, page.size + 1);
  v1::ListSessionsResponse sessions;
  for (size_t i = 0; i < std::min(listed.size(), page.size); ++i) {
    if (!listed[i].peer.principal.spiffe_id.empty()) Describe(listed[i], sessions);
  }
  if (listed.size() > page.size) {
    sessions.set_next_page_token(PageTokenAfter(absl::StrCat(listed[page.size - 1].id)));
  }
  return sessions;
}

// Leaves of all subscriptions, which are sorted by owner and name, the page that was asked for.
absl::StatusOr<v1::GetStatusResponse> PageOf(v1::GetStatusResponse status,
                                             const v1::GetStatusRequest& request) {
  constexpr int32_t kSubscriptionsMax = 1000;
  ASSIGN_OR_RETURN(
      const PageRequest page,
      ReadPageRequest(request.page_size() == 0 ? kSubscriptionsMax : request.page_size(),
                      request.page_token()));
  std::map<std::string, v1::OwnedSubscriptionStatus*> all;
  for (v1::OwnedSubscriptionStatus& owned : *status.mutable_subscriptions()) {
    all[absl::StrCat(owned.owner(), " ", owned.status().name())] = &owned;
  }
  google::protobuf::RepeatedPtrField<v1::OwnedSubscriptionStatus> kept;
  status.set_next_page_token(FillPage(
      all, page, [&kept](v1::OwnedSubscriptionStatus* owned) { *kept.Add() = std::move(*owned); }));
  status.mutable_subscriptions()->Swap(&kept);
  return status;
}

}  // namespace

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

AdministrationService::Reactor* AdministrationService::RevokeSigningKey(
    Context* context, const v1::RevokeSigningKeyRequest* request, v1::SigningKey* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal& caller, const auto& request, auto answer) {
                   catalog_.RevokeSigningKey(caller, request, std::move(answer));
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
  return ServeOn(executor_, context, request, response,
                 [this](const Principal&, const v1::GetStatusRequest& request, auto answer) {
                   region_.GetStatus([request, answer = std::move(answer)](
                                         absl::StatusOr<v1::GetStatusResponse> status) mutable {
                     if (!status.ok()) return answer(status.status());
                     answer(PageOf(*std::move(status), request));
                   });
                 });
}

AdministrationService::Reactor* AdministrationService::ListSessions(
    Context* context, const v1::ListSessionsRequest* request, v1::ListSessionsResponse* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal&, const auto& request, auto answer) {
                   answer(PageOf(calls_, request));
                 });
}

AdministrationService::Reactor* AdministrationService::EndSessions(
    Context* context, const v1::EndSessionsRequest* request, v1::EndSessionsResponse* response) {
  return ServeOn(
      executor_, context, request, response,
      [this](const Principal& caller, const v1::EndSessionsRequest& request, auto answer) {
        const bool by_id = request.session_id() != 0;
        if (by_id != request.principal().empty()) {
          return answer(InvalidFields(
              {{"session_id", v1::ERROR_REASON_REQUEST_INVALID, "exactly one field must be set"}}));
        }
        auto principal = ParsePrincipal(request.principal());
        if (!by_id && !principal.ok()) return answer(principal.status());
        const std::string object = by_id ? absl::StrCat(request.session_id()) : request.principal();
        Audit(caller, v1::AUDIT_ACT_SESSION, object,
              [this, by_id, request,
               answer = std::move(answer)](const absl::Status& written) mutable {
                if (!written.ok()) return answer(written);
                v1::EndSessionsResponse ended;
                ended.set_ended(static_cast<uint32_t>(calls_.End(
                    [&](const LiveCalls::Call& call) {
                      return by_id ? call.id == request.session_id()
                                   : call.peer.principal.spiffe_id == request.principal();
                    },
                    Error(v1::ERROR_REASON_DRAINING,
                          "an operator ended this stream; open it again"))));
                answer(std::move(ended));
              });
      });
}

AdministrationService::Reactor* AdministrationService::ReloadTrust(
    Context* context, const v1::ReloadTrustRequest* request, v1::ReloadTrustResponse* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal& caller, const auto&, auto answer) {
                   v1::ReloadTrustResponse result;
                   for (const FieldViolation& mistake : trust_.reload()) {
                     v1::TrustMistake& said = *result.add_mistakes();
                     said.set_field(mistake.field);
                     said.set_description(mistake.description);
                   }
                   calls_.Review();
                   Audit(caller, v1::AUDIT_ACT_TRUST, "",
                         [result = std::move(result),
                          answer = std::move(answer)](const absl::Status& written) mutable {
                           if (!written.ok()) return answer(written);
                           answer(std::move(result));
                         });
                 });
}

AdministrationService::Reactor* AdministrationService::ListExpiring(
    Context* context, const v1::ListExpiringRequest* request, v1::ListExpiringResponse* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal&, const auto&, auto answer) { answer(trust_.expiring()); });
}

void AdministrationService::Audit(const Principal& actor, v1::AuditAct act,
                                  const std::string& object,
                                  absl::AnyInvocable<void(absl::Status)> done) {
  v1::AuditEntry entry;
  entry.set_actor(actor.spiffe_id);
  entry.set_act(act);
  entry.set_object(object);
  std::vector<BatchPart> parts;
  parts.push_back(region_.audit().Entry(std::move(entry)));
  region_.journal().Commit(std::move(parts), std::move(done));
}

}  // namespace corridor
