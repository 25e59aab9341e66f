#ifndef CORRIDOR_SERVER_RPC_READINESS_H_
#define CORRIDOR_SERVER_RPC_READINESS_H_

#include <atomic>

#include "absl/status/status.h"

namespace corridor {

// Whether the broker takes new work. Thread-safe.
class Readiness {
 public:
  enum class State { kStarting, kServing, kDraining };

  void Set(State state) { state_ = state; }

  // OK while it serves; NOT_READY or DRAINING, with a time to try again, before
  // and after.
  absl::Status Check() const;

 private:
  std::atomic<State> state_ = State::kStarting;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_RPC_READINESS_H_
