#ifndef CORRIDOR_SERVER_IDENTITY_CALL_FLOOD_H_
#define CORRIDOR_SERVER_IDENTITY_CALL_FLOOD_H_

#include <cstddef>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "core/base/clock.h"

namespace corridor {

// Counts, for each certificate, calls that began and of which no message came: they
// are reset at once, or were never meant to be made. The library takes them in faster
// than they can be wound up, so they are refused where they begin, and handshakes with
// the certificate too meanwhile. Thread-safe.
class CallFlood {
 public:
  // So many in a second are forgotten; ten times as many may come in a row, then
  // none is let through until half of these are forgotten. `clock` must outlive this.
  CallFlood(int per_second, const Clock& clock) : per_second_(per_second), clock_(clock) {}

  // A call began. False: it is one of too many, to be refused.
  bool Begin(std::string_view chain_pem);
  // The first message of a call came.
  void MessageCame(std::string_view chain_pem);
  // Whether none is let through now.
  bool IsFlooding(std::string_view chain_pem) const;

 private:
  struct Count {
    double calls = 0;
    absl::Duration as_of = absl::ZeroDuration();
    bool flooding = false;
  };

  double CallsOf(const Count& count, absl::Duration now) const;
  bool IsFlooding(const Count& count, absl::Duration now) const;

  const double per_second_;
  const Clock& clock_;
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<size_t, Count> counts_ ABSL_GUARDED_BY(mutex_);  // By hash of the leaf.
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_IDENTITY_CALL_FLOOD_H_
