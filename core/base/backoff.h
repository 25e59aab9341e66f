#ifndef CORRIDOR_CORE_BASE_BACKOFF_H_
#define CORRIDOR_CORE_BASE_BACKOFF_H_

#include "absl/time/time.h"
#include "core/base/random.h"

namespace corridor {

struct BackoffOptions {
  absl::Duration first = absl::Milliseconds(200);
  absl::Duration max = absl::Seconds(30);
  double factor = 2.0;
};

// How long to wait before trying again: grows from `first` to `max`, each wait
// drawn evenly between half of it and all of it, so that many clients that fell
// together do not rise together. Not thread-safe.
class Backoff {
 public:
  // `random` must outlive this.
  Backoff(BackoffOptions options, Random& random);

  // The next wait.
  absl::Duration Next();
  // Starts anew; call after a success.
  void Reset();

 private:
  const BackoffOptions options_;
  Random& random_;
  absl::Duration ceiling_;
};

}  // namespace corridor

#endif  // CORRIDOR_CORE_BASE_BACKOFF_H_
