#ifndef CORRIDOR_CLIENT_IMPORT_CASE_RELEASE_H_
#define CORRIDOR_CLIENT_IMPORT_CASE_RELEASE_H_

#include <optional>
#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace corridor {

// How long after the youngest case an alert should wait: who reads it soon after an
// interview, a rescue or a report knows who talked. Longer where few could have talked.
inline constexpr int kReleaseDaysSmall = 60;  // Fewer than k cases.
inline constexpr int kReleaseDaysLarge = 30;

struct SuggestedRelease {
  absl::Time from;  // A first of a month, so that the day betrays nothing.
  std::string reason;
};

// `youngest` is the latest date of these cases, `quarter_end` the last day that the alert
// speaks of. Pure.
SuggestedRelease SuggestRelease(std::optional<absl::CivilDay> youngest,
                                std::optional<absl::CivilDay> quarter_end, bool small,
                                absl::Time now);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_IMPORT_CASE_RELEASE_H_
