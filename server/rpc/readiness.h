#ifndef CORRIDOR_SERVER_RPC_READINESS_H_
#define CORRIDOR_SERVER_RPC_READINESS_H_

#include <atomic>

#include "absl/status/status.h"

namespace corridor {

// Whether the broker takes new work. Thread-safe.
class Readiness {
 public:
  // kDrained: an operator has sent members away; kDraining: the broker stops.
  enum class State { kStarting, kServing, kDrained, kDraining };

  void Set(State state) { state_ = state; }

  // Between serving and drained; false where the broker starts or stops, and nothing
  // changes. Repeating is no error.
  bool Drain() { return Move(State::kServing, State::kDrained); }
  bool Undrain() { return Move(State::kDrained, State::kServing); }

  // For members: OK while it serves; NOT_READY or DRAINING, with a time to try again,
  // before and after.
  absl::Status Check() const;
  // For peers and operators, whose work goes on while members are sent away.
  absl::Status CheckOffice() const;

 private:
  bool Move(State from, State to) {
    State found = from;
    return state_.compare_exchange_strong(found, to) || found == to;
  }

  std::atomic<State> state_ = State::kStarting;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_RPC_READINESS_H_
