#ifndef CORRIDOR_BENCH_DELIVERY_WORKLOADS_H_
#define CORRIDOR_BENCH_DELIVERY_WORKLOADS_H_

#include "absl/status/statusor.h"
#include "bench/broker_access.h"
#include "bench/figures.h"
#include "bench/statement_source.h"

namespace corridor {

struct EndToEndPlan {
  double seconds = 2;    // That are measured.
  double warm_up = 0.5;  // Seconds before them.
  double rate = 1000;    // Statements a second.
  int subscribers = 1;   // Each with a connection and a subscription of its own.
  Payload payload = Payload::kCoded;
};

// Statements at a fixed rate on one stream, each timed from when it was due until the callback of
// each subscriber, and until its receipt. Signing is in it; what a reader verifies is not.
absl::StatusOr<Figures> EndToEnd(const BrokerAccess& access, const EndToEndPlan& plan);

// `subscribers` at once take the `stored` statements of a journal from its start and settle each:
// deliveries in a second, all together, from the first session's start to the last delivery.
absl::StatusOr<Figures> FanOut(const BrokerAccess& access, int subscribers, int stored);
// The same from a bare server, which needs no subscription.
absl::StatusOr<Figures> BareFanOut(const BrokerAccess& access, int subscribers, int stored);

// A subscriber has `alerts` alerts; then all of them are recalled, each by a statement of its own,
// as fast as one stream takes them: how many recalls in a second, from the first until the last
// one's confirmation is durable, and how long each took until the subscriber was told.
absl::StatusOr<Figures> RecallWave(const BrokerAccess& access, int alerts);

// Opens so many sessions, each on its own connection, says so on standard output, and keeps them
// until standard input ends. `create` is false against a bare server.
absl::Status HoldIdleSessions(const BrokerAccess& access, int sessions, bool create);

}  // namespace corridor

#endif  // CORRIDOR_BENCH_DELIVERY_WORKLOADS_H_
