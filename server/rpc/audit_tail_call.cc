#include "server/rpc/audit_tail_call.h"

#include <algorithm>
#include <utility>

#include "server/rpc/grpc_status.h"

namespace corridor {
namespace {

constexpr size_t kEntriesMax = 100;

}  // namespace

void AuditTailCall::Enlist(LiveCalls::Place place) {
  absl::MutexLock lock(&mutex_);
  place_ = std::move(place);
}

void AuditTailCall::Follow(v1::AuditFilter filter, uint64_t after) {
  filter_ = std::move(filter);
  {
    absl::MutexLock lock(&mutex_);
    next_ = after + 1;
  }
  Look();
}

void AuditTailCall::LookLater(absl::Duration delay) {
  executor_.PostAfter(delay, [call = weak_from_this()] {
    if (const auto self = call.lock()) self->Look();
  });
}

void AuditTailCall::Look() {
  uint64_t from;
  {
    absl::MutexLock lock(&mutex_);
    if (ended_) return;
    from = next_;
  }
  auto page = log_.Find({.filter = filter_, .from = from, .entries_max = kEntriesMax});
  if (!page.ok()) return End(page.status());
  absl::MutexLock lock(&mutex_);
  if (ended_) return;
  next_ = page->next.value_or(std::max(from, page->head.entries + 1));
  if (page->entries.empty()) {
    return LookLater(page->next.has_value() ? absl::ZeroDuration() : kLookPeriod);
  }
  outgoing_.Clear();
  for (v1::StoredAuditEntry& entry : page->entries) *outgoing_.add_entries() = std::move(entry);
  StartWrite(&outgoing_);
}

void AuditTailCall::End(const absl::Status& why) {
  absl::MutexLock lock(&mutex_);
  if (std::exchange(ended_, true)) return;
  Finish(ToGrpcStatus(why));
}

void AuditTailCall::OnWriteDone(bool ok) {
  if (!ok) return End(absl::CancelledError("the client is gone"));
  LookLater(absl::ZeroDuration());
}

void AuditTailCall::OnCancel() { End(absl::CancelledError("the client is gone")); }

void AuditTailCall::OnDone() {
  LiveCalls::Place place;
  {
    absl::MutexLock lock(&mutex_);
    place = std::move(place_);
  }
  const std::shared_ptr<AuditTailCall> self = std::move(self_);
}

}  // namespace corridor
