#ifndef CORRIDOR_CLIENT_CTL_INTERRUPT_H_
#define CORRIDOR_CLIENT_CTL_INTERRUPT_H_

#include "absl/time/time.h"

namespace corridor {

// From now on Ctrl-C and SIGTERM only note that an end is wanted; a second one ends the
// program at once.
void HoldInterrupts();
bool Interrupted();
// Waits for that long. False: interrupted, before or meanwhile.
bool PauseUnlessInterrupted(absl::Duration time);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CTL_INTERRUPT_H_
