#ifndef CORRIDOR_CLIENT_ENVIRONMENT_H_
#define CORRIDOR_CLIENT_ENVIRONMENT_H_

#include "core/base/clock.h"
#include "core/base/executor.h"
#include "core/base/random.h"

namespace corridor {

// Where time, chance and threads come from. Programs use Default(); tests give
// fakes. What it points to must outlive everything made with it.
struct Environment {
  const Clock* clock;
  Random* random;
  // Runs protocols, timers and publish callbacks: one task at a time, in order.
  Executor* executor;
  // Runs the handlers of sessions. Null: each session has a thread of its own.
  Executor* handlers = nullptr;

  // The machine's clock, a secure generator, and one thread ("corridor-sdk") that
  // lives as long as the process.
  static Environment Default();
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_ENVIRONMENT_H_
