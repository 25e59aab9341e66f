#ifndef CORRIDOR_BENCH_HANDSHAKE_WORKLOAD_H_
#define CORRIDOR_BENCH_HANDSHAKE_WORKLOAD_H_

#include "absl/status/statusor.h"
#include "bench/broker_access.h"
#include "bench/figures.h"

namespace corridor {

struct HandshakePlan {
  double seconds = 2;    // That are measured.
  double warm_up = 0.5;  // Seconds before them.
  int parallel = 1;      // Connections that are made at the same time.
};

// New connections, one wave of `parallel` after the other, each closed once it is ready for calls:
// how many in a second, and how long each took. Mutual TLS without resumption, as after an outage.
absl::StatusOr<Figures> Handshakes(const BrokerAccess& access, const HandshakePlan& plan);

}  // namespace corridor

#endif  // CORRIDOR_BENCH_HANDSHAKE_WORKLOAD_H_
