#ifndef CORRIDOR_BENCH_MACHINE_LIMITS_H_
#define CORRIDOR_BENCH_MACHINE_LIMITS_H_

#include <string>

#include "absl/status/statusor.h"
#include "bench/figures.h"

namespace corridor {

// How long one 4 KiB append to a growing file and its fdatasync take, over and over for `seconds`,
// on the disk of `folder`. kUnavailable: the file cannot be written.
absl::StatusOr<Figures> SyncLimit(const std::string& folder, double seconds);

// Ed25519 on one core: signatures made, and verified, in a second.
Figures SignatureLimit(double seconds);

// What the gate takes for one statement: coded, with a headline, with a note.
absl::StatusOr<Figures> GateCost(double seconds);

}  // namespace corridor

#endif  // CORRIDOR_BENCH_MACHINE_LIMITS_H_
