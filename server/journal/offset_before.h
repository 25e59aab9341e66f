#ifndef CORRIDOR_SERVER_JOURNAL_OFFSET_BEFORE_H_
#define CORRIDOR_SERVER_JOURNAL_OFFSET_BEFORE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "server/journal/journal.h"

namespace corridor {

// The last offset of a lane before which everything was appended earlier than `time_ms`
// (milliseconds since the Unix epoch), by halving: append times rise with offsets, but for
// steps of the clock back, where it may lie too low. Any thread. Errors are those of
// Journal::Read.
absl::StatusOr<uint64_t> OffsetBefore(const Journal& journal, v1::Lane lane, int64_t time_ms);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_JOURNAL_OFFSET_BEFORE_H_
