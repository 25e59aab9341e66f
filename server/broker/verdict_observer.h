#ifndef CORRIDOR_SERVER_BROKER_VERDICT_OBSERVER_H_
#define CORRIDOR_SERVER_BROKER_VERDICT_OBSERVER_H_

#include <functional>

#include "absl/status/status.h"

namespace corridor {

// How a statement came to be judged.
enum class StatementSource {
  kPublisher,  // A member published it.
  kCheck,      // A member asked what would be said of it.
  kPeer,       // A peer region sent it.
};

// Hears of each judgement, once, on the intake or commit executor; must not block. OK is
// an accepted statement. The status is what the sender hears: no part of any text is in it.
using VerdictObserver = std::function<void(StatementSource, const absl::Status&)>;

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_VERDICT_OBSERVER_H_
