#include "server/journal/offset_before.h"

#include <vector>

#include "core/base/status_macros.h"

namespace corridor {

absl::StatusOr<uint64_t> OffsetBefore(const Journal& journal, v1::Lane lane, int64_t time_ms) {
  uint64_t before = 0;
  uint64_t behind = journal.head(lane);
  while (before < behind) {
    const uint64_t middle = before + (behind - before) / 2;
    ASSIGN_OR_RETURN(const std::vector<RecordPtr> next,
                     journal.Read(lane, middle, /*records_max=*/1, /*bytes_max=*/0));
    if (!next.empty() && next.front()->append_time_ms < time_ms) {
      before = next.front()->offset;
    } else {
      behind = middle;
    }
  }
  return before;
}

}  // namespace corridor
