#include "corridor/audit_client.h"

#include <algorithm>
#include <utility>

#include "client/internal/retry.h"
#include "core/base/backoff.h"
#include "core/base/status_macros.h"

namespace corridor {
namespace {

constexpr size_t kPageSize = 1000;

}  // namespace

AuditClient::AuditClient(std::shared_ptr<AuditConnection> connection, Environment environment)
    : connection_(std::move(connection)), environment_(environment) {}

absl::StatusOr<v1::QueryEntriesResponse> AuditClient::Page(const v1::QueryEntriesRequest& request) {
  return Retrying(environment_, kUnaryRetryFor, [&] { return connection_->QueryEntries(request); });
}

absl::StatusOr<std::vector<v1::StoredAuditEntry>> AuditClient::Read(v1::QueryEntriesRequest request,
                                                                    size_t limit) {
  std::vector<v1::StoredAuditEntry> entries;
  while (entries.size() < limit) {
    request.set_page_size(static_cast<int32_t>(std::min(kPageSize, limit - entries.size())));
    ASSIGN_OR_RETURN(v1::QueryEntriesResponse page, Page(request));
    for (v1::StoredAuditEntry& entry : *page.mutable_entries()) entries.push_back(std::move(entry));
    if (page.next_page_token().empty()) break;
    request.set_page_token(page.next_page_token());
  }
  return entries;
}

absl::StatusOr<std::vector<v1::StoredAuditEntry>> AuditClient::Newest(const v1::AuditFilter& filter,
                                                                      size_t limit) {
  v1::QueryEntriesRequest request;
  *request.mutable_filter() = filter;
  request.set_newest_first(true);
  return Read(std::move(request), limit);
}

absl::StatusOr<std::vector<v1::StoredAuditEntry>> AuditClient::Oldest(const v1::AuditFilter& filter,
                                                                      size_t limit) {
  v1::QueryEntriesRequest request;
  *request.mutable_filter() = filter;
  return Read(std::move(request), limit);
}

absl::StatusOr<AuditHead> AuditClient::Export(absl::FunctionRef<void(std::string_view line)> sink) {
  v1::QueryEntriesRequest request;
  request.set_page_size(kPageSize);
  AuditChain chain;
  // The log grows with each page that is read of it: the end is where it was at first.
  AuditHead end;
  do {
    ASSIGN_OR_RETURN(const v1::QueryEntriesResponse page, Page(request));
    if (request.page_token().empty()) end = {page.head_entries(), page.head()};
    for (const v1::StoredAuditEntry& entry : page.entries()) {
      if (chain.head().entries == end.entries) break;
      const absl::StatusOr<std::string> line = chain.Export(entry.entry());
      if (!line.ok()) return absl::DataLossError(line.status().message());
      sink(*line);
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && chain.head().entries < end.entries);
  if (chain.head() == end) return end;
  return absl::DataLossError("the entries do not lead to the head that the broker says");
}

absl::Status AuditClient::Tail(const v1::AuditFilter& filter, uint64_t after,
                               absl::FunctionRef<bool(const v1::StoredAuditEntry& entry)> sink) {
  v1::TailEntriesRequest request;
  *request.mutable_filter() = filter;
  if (after == 0) {  // Where "now" is must not move when the connection is lost.
    v1::QueryEntriesRequest newest;
    newest.set_newest_first(true);
    newest.set_page_size(1);
    ASSIGN_OR_RETURN(const v1::QueryEntriesResponse page, Page(newest));
    after = page.head_entries();
  }
  request.set_after_sequence(after);
  Backoff backoff({}, *environment_.random);
  while (true) {
    absl::Status end = connection_->TailEntries(request, [&](const auto& response) {
      backoff.Reset();
      for (const v1::StoredAuditEntry& entry : response.entries()) {
        request.set_after_sequence(entry.says().sequence());
        if (!sink(entry)) return false;
      }
      return true;
    });
    if (end.ok() || !IsRetryable(end)) return end;
    Pause(environment_, PauseBefore(end, backoff));
  }
}

}  // namespace corridor
