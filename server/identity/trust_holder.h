#ifndef CORRIDOR_SERVER_IDENTITY_TRUST_HOLDER_H_
#define CORRIDOR_SERVER_IDENTITY_TRUST_HOLDER_H_

#include <cstdint>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "core/crypto/peer_verification.h"

namespace corridor {

// Whom this broker believes now: roots and CRLs, replaced whole while it runs.
// What was admitted under an earlier generation must be judged again.
// Thread-safe.
class TrustHolder {
 public:
  struct Snapshot {
    TrustStore trust;
    uint64_t generation = 0;  // 1, 2, 3, ...
  };

  explicit TrustHolder(TrustStore trust) : now_{std::move(trust), 1} {}

  Snapshot Now() const {
    absl::MutexLock lock(&mutex_);
    return now_;
  }
  void Replace(TrustStore trust) {
    absl::MutexLock lock(&mutex_);
    now_ = {std::move(trust), now_.generation + 1};
  }

 private:
  mutable absl::Mutex mutex_;
  Snapshot now_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_IDENTITY_TRUST_HOLDER_H_
