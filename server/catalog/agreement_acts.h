#ifndef CORRIDOR_SERVER_CATALOG_AGREEMENT_ACTS_H_
#define CORRIDOR_SERVER_CATALOG_AGREEMENT_ACTS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "corridor/v1/agreement.pb.h"
#include "server/storage/commit.h"

namespace corridor {

// Writes an agreement that is not there, in the batch; false where it is there with equal
// values, and then `agreement` becomes what is there. ALREADY_EXISTS: with others.
absl::StatusOr<bool> WriteNewAgreement(v1::Agreement& agreement, CommitContext& context,
                                       uint64_t generation);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_CATALOG_AGREEMENT_ACTS_H_
