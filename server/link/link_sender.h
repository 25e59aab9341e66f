#ifndef CORRIDOR_SERVER_LINK_LINK_SENDER_H_
#define CORRIDOR_SERVER_LINK_LINK_SENDER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "corridor/v1/record.pb.h"
#include "corridor/v1/region_link.pb.h"
#include "server/delivery/outlet.h"
#include "server/link/link_values.h"

namespace corridor {

// The sending half of one lane: our journal, towards the peer. Knows what was
// sent, what is persisted there, and how much more may be sent:
//
//   persisted          named            looked_through
//   ----|------ in flight ---|---- skipped, unsaid --|---- to be read ->
//
// Pure. Used by LinkProtocol only.
class LinkSender {
 public:
  LinkSender(v1::Lane lane, const LinkLimits& limits) : lane_(lane), limits_(limits) {}

  // A stream begins, the peer holds everything up to `peer_mark`.
  void Begin(uint64_t peer_mark);
  // The stream is over; nothing is wanted until Begin.
  void End() { open_ = false; }

  // From the peer.
  void OnWindow(const v1::LinkWindow& window);
  absl::Status OnPersisted(uint64_t offset, absl::Duration now);
  absl::Status OnRefused(const v1::LinkRefused& refused);

  // From dispatch; see Outlet.
  OutletDemand Demand() const;
  bool OfferRecord(uint64_t after, v1::LinkRecord record);
  bool OfferSkip(uint64_t after, uint64_t through);
  bool OfferGap(uint64_t after, uint64_t through);

  // Old speed is forgotten; skipped stretches are announced.
  void OnTick(absl::Duration now);
  // Moves the frames that are ready to the end of `actions`.
  void TakeFrames(LinkActions& actions);

  // Everything up to here was sent or announced as skipped, on this stream.
  uint64_t named() const { return named_; }
  uint64_t persisted() const { return persisted_; }
  bool gap_pending() const { return gap_through_ > persisted_; }
  uint64_t records_sent() const { return records_sent_; }
  uint64_t records_withheld() const { return records_withheld_; }
  uint64_t records_refused() const { return records_refused_; }

 private:
  struct InFlight {
    uint64_t offset;
    size_t bytes;
  };

  uint64_t BytesLimit() const;
  void AnnounceSkipped();
  void CloseBatch();

  const v1::Lane lane_;
  const LinkLimits limits_;

  bool open_ = false;
  LinkWindowLevel window_{0, 0};
  uint64_t persisted_ = 0;
  uint64_t named_ = 0;
  uint64_t looked_through_ = 0;
  uint64_t gap_through_ = 0;
  std::deque<InFlight> in_flight_;
  uint64_t in_flight_bytes_ = 0;
  bool no_room_ = false;  // For the next record, until something is persisted.
  // What was persisted in the last second: when, bytes.
  std::deque<std::pair<absl::Duration, size_t>> moved_;
  uint64_t moved_bytes_ = 0;

  v1::LinkRecords batch_;
  size_t batch_bytes_ = 0;
  std::deque<v1::LinkFrame> ready_;

  uint64_t records_sent_ = 0;
  uint64_t records_withheld_ = 0;
  uint64_t records_refused_ = 0;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_LINK_LINK_SENDER_H_
