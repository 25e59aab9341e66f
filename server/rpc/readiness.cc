#include "server/rpc/readiness.h"

#include "core/model/errors.h"

namespace corridor {

absl::Status Readiness::Check() const {
  switch (state_.load()) {
    case State::kServing:
      return absl::OkStatus();
    case State::kDrained:
    case State::kDraining:
      return WithRetry(Error(v1::ERROR_REASON_DRAINING, "the broker is draining; try again later"),
                       absl::Seconds(2));
    case State::kStarting:
      break;
  }
  return WithRetry(Error(v1::ERROR_REASON_NOT_READY, "the broker is starting; try again"),
                   absl::Seconds(1));
}

absl::Status Readiness::CheckOffice() const {
  return state_ == State::kDrained ? absl::OkStatus() : Check();
}

}  // namespace corridor
