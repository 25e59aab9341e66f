#ifndef CORRIDOR_SERVER_JOURNAL_REFUSALS_H_
#define CORRIDOR_SERVER_JOURNAL_REFUSALS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "corridor/v1/error_reason.pb.h"
#include "corridor/v1/region_link.pb.h"
#include "server/journal/parking_lot.h"
#include "server/storage/commit.h"
#include "server/storage/store.h"

namespace corridor {

// What was refused for good on a link, without content: here of a peer's, and by a peer of
// ours. Any thread.

// A refusal, and where its record stands at its origin.
struct Refusal {
  v1::Lane lane = v1::LANE_UNSPECIFIED;
  uint64_t offset = 0;
  uint64_t epoch = 0;
  v1::ErrorReason reason = v1::ERROR_REASON_UNSPECIFIED;
  std::string rule;    // May be empty.
  std::string digest;  // 32 bytes.
  int64_t time_ms = 0;
};

// The part that remembers a refusal of ours, and the one that forgets it. Its origin is told until
// it has noted that.
BatchPart RefusedHerePart(const PeerRecordPlace& place, uint64_t epoch, v1::ErrorReason reason,
                          std::string rule, std::string digest);
BatchPart NoLongerRefusedPart(const PeerRecordPlace& place);
// The part that remembers what `peer` refused of this region's journal.
BatchPart RefusedByPeerPart(const std::string& peer, v1::Lane lane, uint64_t epoch,
                            const v1::LinkRefused& refused);

// What was refused here of `origin`, by lane and offset, behind `after` (lane UNSPECIFIED:
// from the first).
absl::StatusOr<std::vector<Refusal>> ListRefusedHere(const Store& store, std::string_view origin,
                                                     const Refusal& after, size_t limit);
// What `origin` is yet to be told of, up to `through`; it has noted one of a record of that
// `epoch`, which may not be the one that stands at that offset by now.
absl::StatusOr<std::vector<Refusal>> ListUntoldRefusals(const Store& store, std::string_view origin,
                                                        v1::Lane lane, uint64_t through,
                                                        size_t limit);
BatchPart RefusalToldPart(const PeerRecordPlace& place, uint64_t epoch);
// The refusal by `peer` of that record of ours; absent: it did not refuse it.
absl::StatusOr<std::optional<Refusal>> FindRefusedByPeer(const Store& store, std::string_view peer,
                                                         v1::Lane lane, uint64_t offset);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_JOURNAL_REFUSALS_H_
