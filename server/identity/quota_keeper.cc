#include "server/identity/quota_keeper.h"

#include <algorithm>
#include <utility>

#include "core/model/errors.h"

namespace corridor {
namespace {

constexpr uint32_t kStatementsPerSecond = 50'000;
constexpr uint64_t kBytesPerSecond = 256 * 1024 * 1024;
constexpr uint32_t kCallsPerSecond = 1000;
constexpr uint32_t kSessions = 256;
constexpr uint32_t kSubscriptions = 1000;
constexpr absl::Duration kSessionsRetry = absl::Seconds(10);

TokenBucket BucketOf(double per_second) {
  return {per_second, per_second * absl::ToDoubleSeconds(QuotaUse::kSavedFor)};
}

absl::Status Exceeded(std::string_view what, absl::Duration wait) {
  return WithRetry(Error(v1::ERROR_REASON_QUOTA, what), wait);
}

}  // namespace

v1::Quota QuotaOf(const Facts& facts, std::string_view principal) {
  const auto found = facts.quotas.find(principal);
  v1::Quota quota = found == facts.quotas.end() ? v1::Quota() : found->second;
  quota.set_principal(std::string(principal));
  if (quota.statements_per_second() == 0) quota.set_statements_per_second(kStatementsPerSecond);
  if (quota.bytes_per_second() == 0) quota.set_bytes_per_second(kBytesPerSecond);
  if (quota.calls_per_second() == 0) quota.set_calls_per_second(kCallsPerSecond);
  if (quota.sessions() == 0) quota.set_sessions(kSessions);
  if (quota.subscriptions() == 0) quota.set_subscriptions(kSubscriptions);
  return quota;
}

QuotaUse::Use QuotaUse::New(const v1::Quota& quota) {
  return {.quota = quota.etag(),
          .statements = BucketOf(quota.statements_per_second()),
          .bytes = BucketOf(static_cast<double>(quota.bytes_per_second())),
          .calls = BucketOf(quota.calls_per_second())};
}

void QuotaUse::Forget(absl::Duration now) {
  std::erase_if(uses_, [now](auto& use) {
    return use.second.statements.IsFull(now) && use.second.bytes.IsFull(now) &&
           use.second.calls.IsFull(now);
  });
  if (uses_.size() >= kPrincipalsMax) uses_.erase(uses_.begin());
}

absl::Duration QuotaUse::Take(const v1::Quota& quota, What what, uint64_t bytes,
                              absl::Duration now) {
  auto found = uses_.find(quota.principal());
  if (found == uses_.end()) {
    if (uses_.size() >= kPrincipalsMax) Forget(now);
    found = uses_.emplace(quota.principal(), New(quota)).first;
  }
  Use& use = found->second;
  if (use.quota != quota.etag()) use = New(quota);
  if (what == What::kCall) {
    const absl::Duration wait = use.calls.WaitFor(1, now);
    if (wait == absl::ZeroDuration()) use.calls.Take(1);
    return wait;
  }
  const auto size = static_cast<double>(bytes);
  const absl::Duration wait =
      std::max(use.bytes.WaitFor(size, now), use.statements.WaitFor(1, now));
  if (wait == absl::ZeroDuration()) {
    use.bytes.Take(size);
    use.statements.Take(1);
  }
  return wait;
}

absl::Status QuotaKeeper::Take(const Principal& caller, QuotaUse::What what, uint64_t bytes) {
  if (!caller.is_member()) return absl::OkStatus();
  const v1::Quota quota = QuotaOf(*facts_(), caller.spiffe_id);
  absl::MutexLock lock(&mutex_);
  const absl::Duration wait = use_.Take(quota, what, bytes, clock_.Steady());
  if (wait == absl::ZeroDuration()) return absl::OkStatus();
  return Exceeded(what == QuotaUse::What::kCall
                      ? "the caller's quota of calls is used up; try again later"
                      : "the caller's quota of statements is used up; try again later",
                  wait);
}

absl::Status QuotaKeeper::TakeStatement(const Principal& caller, uint64_t bytes) {
  return Take(caller, QuotaUse::What::kStatement, bytes);
}

absl::Status QuotaKeeper::TakeCall(const Principal& caller) {
  return Take(caller, QuotaUse::What::kCall, 0);
}

absl::Status QuotaKeeper::CheckSessions(const Principal& caller, size_t open) const {
  if (!caller.is_member() || open < QuotaOf(*facts_(), caller.spiffe_id).sessions()) {
    return absl::OkStatus();
  }
  return Exceeded("the caller has as many streams open as its quota allows", kSessionsRetry);
}

}  // namespace corridor
