#ifndef CORRIDOR_SERVER_IDENTITY_QUOTA_KEEPER_H_
#define CORRIDOR_SERVER_IDENTITY_QUOTA_KEEPER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "core/base/token_bucket.h"
#include "core/model/facts.h"
#include "core/model/principal.h"
#include "server/identity/call_judge.h"

namespace corridor {

// The quota of a principal with the defaults of quota.proto filled in.
v1::Quota QuotaOf(const Facts& facts, std::string_view principal);

// How much each principal has used of its quota lately. Pure, given the time, which is
// monotonic. Thread-compatible. A principal that asked for nothing in ten seconds costs
// nothing; of more than kPrincipalsMax at once, one begins anew.
class QuotaUse {
 public:
  static constexpr size_t kPrincipalsMax = 16384;
  // What was saved up for this long may be used at once.
  static constexpr absl::Duration kSavedFor = absl::Seconds(10);

  enum class What { kStatement, kCall };
  // Zero, and it is counted; or how long to wait.
  absl::Duration Take(const v1::Quota& quota, What what, uint64_t bytes, absl::Duration now);

  size_t principals() const { return uses_.size(); }

 private:
  struct Use {
    std::string quota;  // By which its buckets were made.
    TokenBucket statements, bytes, calls;
  };
  static Use New(const v1::Quota& quota);
  void Forget(absl::Duration now);

  std::map<std::string, Use, std::less<>> uses_;
};

// The same on the clock, with the quotas that the facts say. Thread-safe. Operators and
// brokers have no quota: they are few, and named in the configuration.
class QuotaKeeper {
 public:
  // `clock` must outlive this; `facts` must not block.
  QuotaKeeper(FactsSource facts, const Clock& clock) : facts_(std::move(facts)), clock_(clock) {}

  // RESOURCE_EXHAUSTED (QUOTA) with RetryInfo, or OK, and it is counted.
  absl::Status TakeStatement(const Principal& caller, uint64_t bytes);
  absl::Status TakeCall(const Principal& caller);
  // The same where `open` streams of the caller are open already.
  absl::Status CheckSessions(const Principal& caller, size_t open) const;

 private:
  absl::Status Take(const Principal& caller, QuotaUse::What what, uint64_t bytes);

  const FactsSource facts_;
  const Clock& clock_;
  absl::Mutex mutex_;
  QuotaUse use_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_IDENTITY_QUOTA_KEEPER_H_
