#include "client/internal/retry.h"

#include <algorithm>

#include "absl/synchronization/notification.h"

namespace corridor {

absl::Duration PauseBefore(const absl::Status& status, Backoff& backoff) {
  return std::max(backoff.Next(), RetryDelayOf(status).value_or(absl::ZeroDuration()));
}

void Pause(const Environment& environment, absl::Duration delay) {
  absl::Notification over;
  environment.executor->PostAfter(delay, [&over] { over.Notify(); });
  over.WaitForNotification();
}

}  // namespace corridor
