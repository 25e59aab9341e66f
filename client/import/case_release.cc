#include "client/import/case_release.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace corridor {

SuggestedRelease SuggestRelease(std::optional<absl::CivilDay> youngest,
                                std::optional<absl::CivilDay> quarter_end, bool small,
                                absl::Time now) {
  if (!youngest) {
    return {absl::InfiniteFuture(),
            "no case has a date, so nobody can tell how young they are; decide by hand"};
  }
  const int days = small ? kReleaseDaysSmall : kReleaseDaysLarge;
  const absl::CivilDay rested = *youngest + days;
  const bool waits_for_quarter = quarter_end && *quarter_end >= rested;
  const absl::CivilDay earliest = waits_for_quarter ? *quarter_end + 1 : rested;
  // The first of a month on or after it.
  absl::CivilMonth month(earliest);
  if (absl::CivilDay(month) < earliest) ++month;
  const absl::Time from = absl::FromCivil(month, absl::UTCTimeZone());
  if (from <= now) {
    return {from, absl::StrCat("the youngest case is over ", days, " days old")};
  }
  if (waits_for_quarter) return {from, "the time that the alert speaks of is not over"};
  return {from, absl::StrCat("a case is less than ", days,
                             " days old, or was until this month: an alert so soon tells "
                             "traffickers who talked",
                             small ? "; few could have" : "")};
}

}  // namespace corridor
