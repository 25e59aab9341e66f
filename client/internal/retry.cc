#include "client/internal/retry.h"

#include <algorithm>

#include "absl/synchronization/notification.h"
#include "core/model/errors.h"

namespace corridor {

bool MaySucceedLater(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return true;
    case absl::StatusCode::kResourceExhausted:
      return RetryDelayOf(status).has_value();
    default:
      return false;
  }
}

absl::Duration PauseBefore(const absl::Status& status, Backoff& backoff) {
  return std::max(backoff.Next(), RetryDelayOf(status).value_or(absl::ZeroDuration()));
}

void Pause(const Environment& environment, absl::Duration delay) {
  absl::Notification over;
  environment.executor->PostAfter(delay, [&over] { over.Notify(); });
  over.WaitForNotification();
}

}  // namespace corridor
