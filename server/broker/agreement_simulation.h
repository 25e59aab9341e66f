#ifndef CORRIDOR_SERVER_BROKER_AGREEMENT_SIMULATION_H_
#define CORRIDOR_SERVER_BROKER_AGREEMENT_SIMULATION_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/model/facts.h"
#include "corridor/v1/federation.pb.h"
#include "server/journal/journal.h"

namespace corridor {

// How many statements are looked at, and how many changes are named.
inline constexpr size_t kSimulatedMax = 100'000;
inline constexpr int kSimulatedChangesMax = 1000;

// Which statements of the past would reach others if an agreement were in force, or were
// not: asks policy twice for each, with the facts as they are and as they would be. Takes
// time in proportion to what it looks at: not for an executor on which others wait.
// Thread-safe.
//   INVALID_ARGUMENT/REQUEST_INVALID   the draft is none, as Catalog::CheckAgreement says
//   NOT_FOUND                          `without` names no agreement
absl::StatusOr<v1::SimulateAgreementResponse> SimulateAgreement(
    const Journal& journal, const Facts& facts, const v1::SimulateAgreementRequest& request,
    absl::Time now);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_AGREEMENT_SIMULATION_H_
