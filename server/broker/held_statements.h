#ifndef CORRIDOR_SERVER_BROKER_HELD_STATEMENTS_H_
#define CORRIDOR_SERVER_BROKER_HELD_STATEMENTS_H_

#include "absl/status/statusor.h"
#include "core/model/principal.h"
#include "corridor/v1/publisher.pb.h"
#include "server/journal/journal.h"

namespace corridor {

// A page of what an embargo holds of the caller's member, by time of release.
// REQUEST_INVALID: a wrong size or token. Thread-safe.
absl::StatusOr<v1::ListHeldStatementsResponse> ListHeld(
    const Journal& journal, const Principal& publisher,
    const v1::ListHeldStatementsRequest& request);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_HELD_STATEMENTS_H_
