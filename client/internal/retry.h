#ifndef CORRIDOR_CLIENT_INTERNAL_RETRY_H_
#define CORRIDOR_CLIENT_INTERNAL_RETRY_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/base/backoff.h"
#include "corridor/environment.h"
#include "corridor/errors.h"

namespace corridor {

// How long to wait before the next attempt: what backoff says, and no less than what
// the broker asked for.
absl::Duration PauseBefore(const absl::Status& status, Backoff& backoff);

// Waits on the environment's executor. Not from one of its tasks.
void Pause(const Environment& environment, absl::Duration delay);

// How long calls that wait for an answer are tried again.
inline constexpr absl::Duration kUnaryRetryFor = absl::Seconds(5);

// Calls `attempt` until it answers something that trying again cannot mend, or
// `retry_for` is over. Only for calls that are safe to repeat.
template <typename Attempt>
auto Retrying(const Environment& environment, absl::Duration retry_for, Attempt attempt) {
  Backoff backoff({}, *environment.random);
  const absl::Duration end = environment.clock->Steady() + retry_for;
  while (true) {
    auto result = attempt();
    if (result.ok() || !IsRetryable(result.status())) return result;
    const absl::Duration pause = PauseBefore(result.status(), backoff);
    if (environment.clock->Steady() + pause > end) return result;
    Pause(environment, pause);
  }
}

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_INTERNAL_RETRY_H_
