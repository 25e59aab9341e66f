#ifndef CORRIDOR_SERVER_LINK_LINK_VALUES_H_
#define CORRIDOR_SERVER_LINK_LINK_VALUES_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "corridor/v1/administration.pb.h"
#include "corridor/v1/error_reason.pb.h"
#include "corridor/v1/region_link.pb.h"

namespace corridor {

// Plain values that the parts of a link hand each other.

// A place in a peer's journal. As a mark: everything of a lane up to here is
// durable here. {0, 0}: nothing yet.
struct PeerPosition {
  uint64_t epoch = 0;
  uint64_t offset = 0;

  friend bool operator==(const PeerPosition&, const PeerPosition&) = default;
};

// How a record travels; for Record and OutletRecord alike.
template <typename AnyRecord>
v1::LinkRecord LinkRecordOf(const AnyRecord& record) {
  v1::LinkRecord out;
  *out.mutable_statement() = record.statement->bytes;
  *out.mutable_acceptance() = record.acceptance;
  *out.mutable_gate() = record.gate;
  if (record.held_acceptance) *out.mutable_held_acceptance() = *record.held_acceptance;
  return out;
}

// Both clocks at one moment.
struct LinkTime {
  absl::Duration steady;
  absl::Time wall;
};

// How much a receiver takes at once, beyond what is persisted.
struct LinkWindowLevel {
  uint32_t records = 1024;
  uint64_t bytes = 8 * 1024 * 1024;

  friend bool operator==(const LinkWindowLevel&, const LinkWindowLevel&) = default;
};

struct LinkLimits {
  LinkWindowLevel window;
  // One frame of records is at most this large; one record always fits.
  size_t frame_bytes_max = 64 * 1024;
  size_t frame_records_max = 64;
  // Routine bytes sent and not persisted: what the link moved in the last
  // second, but at least this.
  uint64_t routine_bytes_min = 64 * 1024;
  absl::Duration heartbeat_interval = absl::Seconds(5);
  int heartbeats_missed_max = 3;
};

// Protocol versions this build speaks. From the second on there are the frames that are
// not about the order of records; from the third on what is refused is noted, and told until
// it is.
inline constexpr uint32_t kLinkProtocolMin = 1;
inline constexpr uint32_t kLinkProtocolMax = 3;
inline constexpr uint32_t kLinkProtocolWithDesk = 2;
inline constexpr uint32_t kLinkProtocolWithRefusedNoted = 3;

// What is told again on each stream until it is answered, and what tells one from
// another: told once on a stream.
struct LinkNotice {
  std::string key;
  v1::LinkFrame frame;
};

// Who is linked, constant for the life of a link.
struct LinkOptions {
  std::string region;
  std::string peer_region;
  uint32_t protocol_min = kLinkProtocolMin;
  uint32_t protocol_max = kLinkProtocolMax;
  LinkLimits limits;
};

// What this region says of itself when a stream begins.
struct LinkGreeting {
  uint64_t epoch = 0;        // Of our journal.
  uint64_t head_offset = 0;  // Its last offset in the lane.
  PeerPosition mark;         // What we hold durably of the peer's.
  std::vector<std::string> features;
  std::string schema_version;
  std::string vocabulary_version;
  std::string gate_policy_version;
  uint64_t policy_generation = 0;
  // Earlier incarnations of our journal; see LinkHello.
  std::vector<v1::LinkIncarnation> previous;
  v1::SignedDirectory directory;
  v1::LinkInterest interest;
};

// What rides in heartbeats.
struct LinkFigures {
  std::string audit_head;
  uint64_t audit_entries = 0;
  uint64_t policy_generation = 0;
};

// What a link protocol wants done, in order.
struct SendFrame {
  v1::LinkFrame frame;
};
// A record for the inbox. To be answered by one of OnPersisted,
// OnRefusedDurably, OnParked, OnTryAgain with the same `at`.
struct DeliverRecord {
  PeerPosition at;
  std::shared_ptr<const v1::LinkRecord> record;
  // The mark to write in the batch that decides on the record. It stays behind
  // while earlier records are undecided.
  uint64_t mark_after = 0;
};
// To be answered by OnDirectoryAccepted or OnDirectoryRefused with `token`.
struct TakeOverDirectory {
  uint64_t token = 0;
  v1::SignedDirectory directory;
};
// To be answered by OnMarkMoved or OnMarkMoveFailed with the same `mark`.
struct MoveMarkThrough {
  PeerPosition mark;
};
// The stream is over for the protocol; OnClosed need not follow.
struct CloseStream {
  absl::Status status;
};
// The peer refused a record of ours for good.
struct RefusedByPeer {
  v1::LinkRefused refused;
};
// A frame that is not about the order of records came: for the desk. An Ask, a Backfill,
// a Query, a Canary, a Withdrawal, a RecallApplied, or an answer to one of these.
struct HandToDesk {
  v1::LinkFrame frame;
};
// The peer said what it wants.
struct InterestHeard {
  v1::LinkInterest interest;
};
struct StateChanged {
  v1::LinkState state;
  std::string detail;  // For people; empty when it moves.
};
// An operator should look.
struct RaiseAlarm {
  v1::ErrorReason reason;
  std::string detail;
};
using LinkAction =
    std::variant<SendFrame, DeliverRecord, TakeOverDirectory, MoveMarkThrough, CloseStream,
                 RefusedByPeer, HandToDesk, InterestHeard, StateChanged, RaiseAlarm>;
using LinkActions = std::vector<LinkAction>;

}  // namespace corridor

#endif  // CORRIDOR_SERVER_LINK_LINK_VALUES_H_
