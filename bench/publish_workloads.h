#ifndef CORRIDOR_BENCH_PUBLISH_WORKLOADS_H_
#define CORRIDOR_BENCH_PUBLISH_WORKLOADS_H_

#include "absl/status/statusor.h"
#include "bench/broker_access.h"
#include "bench/figures.h"
#include "bench/statement_source.h"

namespace corridor {

// Every result has `operations`: all statements, those of the warm-up too.
struct PublishPlan {
  double seconds = 2;     // That are measured.
  double warm_up = 0.5;   // Seconds before them.
  double rate = 200;      // Statements a second; publish_unary.
  int batch = 16;         // Statements in a request; publish_stream.
  int window = 1024;      // Statements undecided at once; publish_stream.
  bool together = false;  // One signature for each request in place of one for each statement.
  bool prepared =
      false;  // The same signed request again and again: against a server that takes it.
  Payload payload = Payload::kCoded;
};

// Lone statements through the SDK at a fixed rate, each timed from when it was due until its
// receipt.
absl::StatusOr<Figures> PublishUnary(const BrokerAccess& access, const PublishPlan& plan);

// One stream as fast as it goes, signing included: how many are acknowledged in a second, and how
// long each request took from when it was handed to the stream.
absl::StatusOr<Figures> PublishStream(const BrokerAccess& access, const PublishPlan& plan);

// Puts `count` statements into the journal as fast as it goes.
absl::StatusOr<Figures> Fill(const BrokerAccess& access, int count, Payload payload);

}  // namespace corridor

#endif  // CORRIDOR_BENCH_PUBLISH_WORKLOADS_H_
