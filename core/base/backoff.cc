#include "core/base/backoff.h"

#include <algorithm>

namespace corridor {

Backoff::Backoff(BackoffOptions options, Random& random)
    : options_(options), random_(random), ceiling_(options.first) {}

absl::Duration Backoff::Next() {
  const absl::Duration wait = ceiling_ * (0.5 + 0.5 * random_.Fraction());
  ceiling_ = std::min(ceiling_ * options_.factor, options_.max);
  return wait;
}

void Backoff::Reset() { ceiling_ = options_.first; }

}  // namespace corridor
