#ifndef CORRIDOR_CLIENT_ERRORS_H_
#define CORRIDOR_CLIENT_ERRORS_H_

#include "absl/status/status.h"
#include "core/model/errors.h"

namespace corridor {

// What an error of this SDK says, beside its code and message:
//
//   ReasonOf(status)      why, as error_reason.proto lists it
//   ViolationsOf(status)  which fields are at fault, and what would pass
//   RetryDelayOf(status)  how long the broker asks to wait at least
//
// Thread safety: pure functions.

// Whether the same request, sent again, may succeed: the broker was not reached, the
// outcome is unknown, or the broker said when to come again. A statement sent again must
// keep its id; then it counts once.
bool IsRetryable(const absl::Status& status);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_ERRORS_H_
