#ifndef CORRIDOR_CLIENT_INTERNAL_RELEASE_H_
#define CORRIDOR_CLIENT_INTERNAL_RELEASE_H_

#include <memory>

namespace corridor {

// Lets go of `held` on the thread "corridor-sdk" (corridor/environment.h). Every gRPC call goes
// through here when it is done: gRPC 1.51 aborts the process when its last channel goes inside one
// of its own callbacks, since the threads that run callbacks would then wait for themselves. The
// caller's own reference must be moved in, or it may be the last one after all. Thread-safe.
void ReleaseElsewhere(std::shared_ptr<void> held);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_INTERNAL_RELEASE_H_
