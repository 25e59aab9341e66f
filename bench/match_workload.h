#ifndef CORRIDOR_BENCH_MATCH_WORKLOAD_H_
#define CORRIDOR_BENCH_MATCH_WORKLOAD_H_

#include "absl/status/statusor.h"
#include "bench/figures.h"

namespace corridor {

// Which of `subscriptions` want a statement, by server/routing alone: each filter is asked, as
// dispatch asks it. Filters and statements are drawn with a fixed seed; a filter has one clause of
// four to six conditions, and what is common is asked for oftener. Times one statement against all
// of them, for `seconds` at least and one statement at least; taking up one subscription; and what
// one takes in memory.
absl::StatusOr<Figures> Match(int subscriptions, double seconds);

}  // namespace corridor

#endif  // CORRIDOR_BENCH_MATCH_WORKLOAD_H_
