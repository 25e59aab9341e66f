#ifndef CORRIDOR_CORE_BASE_TOKEN_BUCKET_H_
#define CORRIDOR_CORE_BASE_TOKEN_BUCKET_H_

#include <algorithm>

#include "absl/time/time.h"

namespace corridor {

// How much may pass in a second on average, with what was saved up in the seconds before.
// Times are of a monotonic clock, and never go back. Thread-compatible.
class TokenBucket {
 public:
  // Begins full.
  TokenBucket(double per_second, double burst)
      : per_second_(per_second), burst_(burst), tokens_(burst) {}

  // How long until `amount` may pass; zero: now. More than the burst passes when the
  // bucket is full, and is paid for afterwards.
  absl::Duration WaitFor(double amount, absl::Duration now) {
    Refill(now);
    const double needed = std::min(amount, burst_);
    if (tokens_ >= needed) return absl::ZeroDuration();
    return absl::Seconds((needed - tokens_) / per_second_);
  }
  // It passes.
  void Take(double amount) { tokens_ -= amount; }

  // Whether it is as good as new.
  bool IsFull(absl::Duration now) const { return TokensAt(now) >= burst_; }

 private:
  double TokensAt(absl::Duration now) const {
    return std::min(burst_, tokens_ + absl::ToDoubleSeconds(now - filled_at_) * per_second_);
  }
  void Refill(absl::Duration now) {
    tokens_ = TokensAt(now);
    filled_at_ = now;
  }

  double per_second_;
  double burst_;
  double tokens_;
  absl::Duration filled_at_ = absl::ZeroDuration();
};

}  // namespace corridor

#endif  // CORRIDOR_CORE_BASE_TOKEN_BUCKET_H_
