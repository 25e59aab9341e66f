#include "server/rpc/audit_log_service.h"

#include <limits>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/model/errors.h"
#include "server/audit/audit_filter.h"
#include "server/identity/caller_check.h"
#include "server/rpc/audit_tail_call.h"
#include "server/rpc/unary_answer.h"

namespace corridor {
namespace {

constexpr int kPageSizeMax = 1000;
constexpr size_t kPageSizeDefault = 100;
constexpr absl::Duration kTailsRetry = absl::Seconds(10);

absl::StatusOr<AuditLog::Query> QueryOf(const v1::QueryEntriesRequest& request) {
  std::vector<FieldViolation> faults = CheckAuditFilter(request.filter());
  AuditLog::Query query{.filter = request.filter()};
  if (request.newest_first()) {
    query.from = std::numeric_limits<uint64_t>::max();
    query.order = ScanOrder::kDescending;
  }
  if (request.page_size() < 0 || request.page_size() > kPageSizeMax) {
    faults.push_back({"page_size", v1::ERROR_REASON_REQUEST_INVALID, "give 1 to 1,000, or 0"});
  }
  query.entries_max =
      request.page_size() == 0 ? kPageSizeDefault : static_cast<size_t>(request.page_size());
  if (!request.page_token().empty() && !absl::SimpleAtoi(request.page_token(), &query.from)) {
    faults.push_back({"page_token", v1::ERROR_REASON_REQUEST_INVALID,
                      "give the next_page_token of the page before, or nothing"});
  }
  if (!faults.empty()) return InvalidFields(faults);
  return query;
}

std::string Describe(const AuditLog::Query& query) {
  if (query.order == ScanOrder::kAscending) return absl::StrCat("from ", query.from, " on");
  if (query.from == std::numeric_limits<uint64_t>::max()) return "from the newest back";
  return absl::StrCat("from ", query.from, " back");
}

absl::StatusOr<v1::QueryEntriesResponse> Answer(const AuditLog& log,
                                                const v1::QueryEntriesRequest& request) {
  ASSIGN_OR_RETURN(const AuditLog::Query query, QueryOf(request));
  ASSIGN_OR_RETURN(AuditLog::Page page, log.Find(query));
  v1::QueryEntriesResponse response;
  for (v1::StoredAuditEntry& entry : page.entries) *response.add_entries() = std::move(entry);
  if (page.next.has_value()) response.set_next_page_token(absl::StrCat(*page.next));
  response.set_head_entries(page.head.entries);
  response.set_head(page.head.hash);
  return response;
}

}  // namespace

void AuditLogService::NoteReading(const Principal& reader, std::string what,
                                  absl::AnyInvocable<void(absl::Status)> then) {
  v1::AuditEntry entry;
  entry.set_actor(reader.spiffe_id);
  entry.set_act(v1::AUDIT_ACT_AUDIT_READ);
  entry.set_object(std::move(what));
  std::vector<BatchPart> parts;
  parts.push_back(AuditLog::Entry(std::move(entry)));
  parts_.commits.Commit(std::move(parts), std::move(then));
}

grpc::ServerUnaryReactor* AuditLogService::QueryEntries(grpc::CallbackServerContext* context,
                                                        const v1::QueryEntriesRequest* request,
                                                        v1::QueryEntriesResponse* response) {
  return ServeOn(
      parts_.executor, context, request, response,
      [this](const Principal& caller, const v1::QueryEntriesRequest& request, auto answer) {
        const auto query = QueryOf(request);
        if (!query.ok()) return answer(query.status());
        NoteReading(caller, Describe(*query),
                    [this, &request, answer = std::move(answer)](absl::Status noted) mutable {
                      if (!noted.ok()) return answer(std::move(noted));
                      parts_.executor.Post([this, &request, answer = std::move(answer)]() mutable {
                        answer(Answer(parts_.log, request));
                      });
                    });
      });
}

grpc::ServerWriteReactor<v1::TailEntriesResponse>* AuditLogService::TailEntries(
    grpc::CallbackServerContext* context, const v1::TailEntriesRequest* request) {
  auto call = std::make_shared<AuditTailCall>(parts_.log, parts_.executor);
  call->Keep();
  if (const absl::Status begun = Begin(call, *context, *request); !begun.ok()) call->End(begun);
  return call.get();
}

absl::Status AuditLogService::Begin(const std::shared_ptr<AuditTailCall>& call,
                                    grpc::CallbackServerContext& context,
                                    const v1::TailEntriesRequest& request) {
  RETURN_IF_ERROR(parts_.readiness.CheckOffice());
  ASSIGN_OR_RETURN(const Principal caller, CallerOf(context));
  const std::vector<FieldViolation> faults = CheckAuditFilter(request.filter());
  if (!faults.empty()) return InvalidFields(faults);
  {
    absl::MutexLock lock(&mutex_);
    std::erase_if(tails_, [](const auto& tail) { return tail.expired(); });
    if (tails_.size() >= kTailsMax) {
      return WithRetry(Error(v1::ERROR_REASON_QUOTA, "32 tails of the audit log are open"),
                       kTailsRetry);
    }
    tails_.push_back(call);
  }
  ASSIGN_OR_RETURN(LiveCalls::Place place,
                   parts_.calls.Add("/corridor.v1.AuditLog/TailEntries", context.peer(),
                                    ChainOf(*context.auth_context()),
                                    [tail = std::weak_ptr(call)](const absl::Status& why) {
                                      if (const auto call = tail.lock()) call->End(why);
                                    }));
  call->Enlist(std::move(place));
  ASSIGN_OR_RETURN(const AuditLog::Head head, parts_.log.head());
  const uint64_t after = request.after_sequence() == 0 ? head.entries : request.after_sequence();
  NoteReading(caller, absl::StrCat("from ", after, " on, as they come"),
              [call, filter = request.filter(), after](const absl::Status& noted) mutable {
                if (!noted.ok()) return call->End(noted);
                call->Follow(std::move(filter), after);
              });
  return absl::OkStatus();
}

void AuditLogService::Drain() {
  std::vector<std::weak_ptr<AuditTailCall>> tails;
  {
    absl::MutexLock lock(&mutex_);
    tails.swap(tails_);
  }
  for (const auto& tail : tails) {
    if (const auto call = tail.lock()) call->End(parts_.readiness.Check());
  }
}

}  // namespace corridor
