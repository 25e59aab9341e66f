#include "server/rpc/data_protection_service.h"

#include <map>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/model/errors.h"
#include "core/model/principal.h"
#include "server/catalog/paging.h"
#include "server/rpc/unary_answer.h"

namespace corridor {
namespace {

// What a question is about, for the log: of the caller's own text nothing but well-formed names.
std::string ObjectOf(const v1::ReportAlertDisclosuresRequest& request) {
  return absl::StrCat(request.publisher(), " ", absl::BytesToHexString(request.alert_id()));
}
std::string ObjectOf(const v1::ReportHolderDisclosuresRequest& request) { return request.holder(); }
std::string ObjectOf(const v1::GetProcessingRecordRequest& request) {
  return request.agreement_id();
}

absl::StatusOr<v1::ListSuspendedReachResponse> PageOf(
    const Facts& facts, const v1::ListSuspendedReachRequest& request) {
  ASSIGN_OR_RETURN(const PageRequest page,
                   ReadPageRequest(request.page_size(), request.page_token()));
  std::map<std::string, const v1::SuspendedReach*> all;
  for (const auto& [member, reach] : facts.suspended_reach) all[member] = &reach;
  v1::ListSuspendedReachResponse suspended;
  suspended.set_next_page_token(FillPage(all, page, [&suspended](const v1::SuspendedReach* reach) {
    *suspended.add_suspended() = *reach;
  }));
  return suspended;
}

}  // namespace

template <typename Request, typename Response, typename Find>
DataProtectionService::Reactor* DataProtectionService::Report(Context* context,
                                                              const Request* request,
                                                              Response* response, Find find) {
  return ServeOn(executor_, context, request, response,
                 [this, find = std::move(find)](const Principal& caller, const Request& request,
                                                auto answer) mutable {
                   absl::StatusOr<Response> found = find(request);
                   v1::AuditEntry entry;
                   entry.set_actor(caller.spiffe_id);
                   entry.set_act(v1::AUDIT_ACT_DISCLOSURE_REPORT);
                   if (!found.ok()) entry.set_refusal(ReasonOf(found.status()));
                   if (!absl::IsInvalidArgument(found.status()))
                     entry.set_object(ObjectOf(request));
                   std::vector<BatchPart> parts;
                   parts.push_back(AuditLog::Entry(std::move(entry)));
                   region_.journal().Commit(std::move(parts),
                                            [found = std::move(found), answer = std::move(answer)](
                                                const absl::Status& noted) mutable {
                                              if (!noted.ok()) return answer(noted);
                                              answer(std::move(found));
                                            });
                 });
}

DataProtectionService::Reactor* DataProtectionService::ReportAlertDisclosures(
    Context* context, const v1::ReportAlertDisclosuresRequest* request,
    v1::ReportAlertDisclosuresResponse* response) {
  return Report(context, request, response, [this](const auto& request) {
    return region_.disclosure_report().OfAlert(request);
  });
}

DataProtectionService::Reactor* DataProtectionService::ReportHolderDisclosures(
    Context* context, const v1::ReportHolderDisclosuresRequest* request,
    v1::ReportHolderDisclosuresResponse* response) {
  return Report(context, request, response, [this](const auto& request) {
    return region_.disclosure_report().OfHolder(request);
  });
}

DataProtectionService::Reactor* DataProtectionService::GetProcessingRecord(
    Context* context, const v1::GetProcessingRecordRequest* request,
    v1::ProcessingRecord* response) {
  return Report(context, request, response,
                [this](const auto& request) -> absl::StatusOr<v1::ProcessingRecord> {
                  if (!IsSimpleName(request.agreement_id())) {
                    return InvalidFields({{"agreement_id", v1::ERROR_REASON_REQUEST_INVALID,
                                           "give 1 to 63 of a-z 0-9 and hyphen"}});
                  }
                  return region_.GetProcessingRecord(request.agreement_id());
                });
}

DataProtectionService::Reactor* DataProtectionService::SuspendReach(
    Context* context, const v1::SuspendReachRequest* request, v1::SuspendedReach* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal& caller, const auto& request, auto answer) {
                   region_.catalog().SuspendReach(caller, request.member(), std::move(answer));
                 });
}

DataProtectionService::Reactor* DataProtectionService::RestoreReach(
    Context* context, const v1::RestoreReachRequest* request, v1::RestoreReachResponse* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal& caller, const auto& request, auto answer) {
                   region_.catalog().RestoreReach(caller, request.member(),
                                                  AnswerEmpty(std::move(answer)));
                 });
}

DataProtectionService::Reactor* DataProtectionService::ListSuspendedReach(
    Context* context, const v1::ListSuspendedReachRequest* request,
    v1::ListSuspendedReachResponse* response) {
  return ServeOn(executor_, context, request, response,
                 [this](const Principal&, const auto& request, auto answer) {
                   answer(PageOf(*region_.catalog().facts(), request));
                 });
}

}  // namespace corridor
