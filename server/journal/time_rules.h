#ifndef CORRIDOR_SERVER_JOURNAL_TIME_RULES_H_
#define CORRIDOR_SERVER_JOURNAL_TIME_RULES_H_

#include <map>
#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/model/statement.h"
#include "corridor/v1/alert.pb.h"

namespace corridor {

inline constexpr absl::Duration kValidityCapDefault = absl::Hours(24 * 92);

// How long an embargo may hold a statement.
inline constexpr absl::Duration kEmbargoMax = absl::Hours(24 * 30);

// When it is to be released; absent where no embargo holds it at `now`.
std::optional<absl::Time> ReleaseTimeOf(const ParsedStatement& statement, absl::Time now);

// Whether the times a statement names stand at `now`, the time of its acceptance.
// `caps` says how far ahead `valid_until` may lie, by marking; kValidityCapDefault
// for a marking it does not name. Pure.
//   INVALID_ARGUMENT/VALIDITY      not now < valid_until <= now + cap, valid_until not
//                                  behind the release, or valid_from > valid_until
//   INVALID_ARGUMENT/OUT_OF_BOUNDS release_not_before is over kEmbargoMax ahead
absl::Status CheckTimes(const ParsedStatement& statement, absl::Time now,
                        const std::map<v1::Tlp, absl::Duration>& caps);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_JOURNAL_TIME_RULES_H_
