#ifndef CORRIDOR_SERVER_JOURNAL_PARKING_LOT_H_
#define CORRIDOR_SERVER_JOURNAL_PARKING_LOT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "corridor/v1/error_reason.pb.h"
#include "corridor/v1/region_link.pb.h"
#include "server/journal/payload_keys.h"
#include "server/storage/commit.h"
#include "server/storage/store.h"

namespace corridor {

// Where a record of a peer stands in the peer's journal.
struct PeerRecordPlace {
  std::string origin;
  v1::Lane lane = v1::LANE_UNSPECIFIED;
  uint64_t offset = 0;
};

// A record that cannot be judged yet.
struct ParkedRecord {
  PeerRecordPlace place;
  v1::LinkRecord record;
  v1::ErrorReason reason = v1::ERROR_REASON_UNSPECIFIED;
  int64_t since_ms = 0;
  uint64_t key_number = 0;
};

// Records of peers that lack what may still come (a key, a time that is ahead), kept
// durably while the mark goes on. Sealed like payloads. Thread-safe.
class ParkingLot {
 public:
  // How many one region may have here: at the first, the longest parked are given up; at
  // the second nothing more is taken.
  static constexpr size_t kPerOriginMax = 256;
  static constexpr size_t kPerOriginLimit = 512;

  // Both must outlive this. Reads how many there are.
  static absl::StatusOr<std::unique_ptr<ParkingLot>> Open(const Store& store, KeyStore& keys);

  // Whether one more of that region is taken.
  bool HasRoom(const std::string& origin) const;
  size_t count(const std::string& origin) const;

  // The part that parks a record. An error is that of the key store.
  absl::StatusOr<BatchPart> ParkPart(const PeerRecordPlace& place, const v1::LinkRecord& record,
                                     v1::ErrorReason reason);
  // The part that lets it go: its key is to be destroyed.
  static BatchPart LeavePart(const ParkedRecord& parked);
  // Call when a batch with ParkPart is durable.
  void OnParked(const std::string& origin);

  // All, by origin, lane and offset; counts them anew. RECORD_CORRUPT: one does not open.
  absl::StatusOr<std::vector<ParkedRecord>> List();

 private:
  ParkingLot(const Store& store, KeyStore& keys) : store_(store), keys_(keys) {}

  const Store& store_;
  KeyStore& keys_;
  mutable absl::Mutex mutex_;
  std::map<std::string, size_t> counts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_JOURNAL_PARKING_LOT_H_
