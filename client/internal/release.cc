#include "client/internal/release.h"

#include <utility>

#include "corridor/environment.h"

namespace corridor {

void ReleaseElsewhere(std::shared_ptr<void> held) {
  Environment::Default().executor->Post([held = std::move(held)]() mutable { held.reset(); });
}

}  // namespace corridor
