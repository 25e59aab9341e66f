#ifndef CORRIDOR_TESTS_SERVER_LINK_LINK_FRAMES_H_
#define CORRIDOR_TESTS_SERVER_LINK_LINK_FRAMES_H_

#include <cstdint>
#include <initializer_list>
#include <string>

#include "corridor/v1/region_link.pb.h"
#include "server/link/link_values.h"

namespace corridor {

// Two example regions; the first has the smaller id.
inline constexpr char kEast[] = "east.example";
inline constexpr char kWest[] = "west.example";
inline constexpr uint64_t kEastEpoch = 0xe1;
inline constexpr uint64_t kWestEpoch = 0x31;

inline uint64_t EpochOf(const std::string& region) {
  return region == kEast ? kEastEpoch : kWestEpoch;
}

// A record of `region`'s journal, with a body of `bytes`.
inline v1::LinkRecord RecordOf(const std::string& region, uint64_t epoch, v1::Lane lane,
                               uint64_t offset, size_t bytes = 100) {
  v1::LinkRecord record;
  record.mutable_statement()->set_body(std::string(bytes, 'b'));
  record.mutable_acceptance()->mutable_position()->set_region(region);
  record.mutable_acceptance()->mutable_position()->set_epoch(epoch);
  record.mutable_acceptance()->mutable_position()->set_offset(offset);
  record.mutable_acceptance()->set_lane(lane);
  return record;
}

// The frames that west sends to east in these tests, all in the routine lane.
inline v1::LinkFrame HelloFrame() {
  v1::LinkFrame frame;
  v1::LinkHello& hello = *frame.mutable_hello();
  hello.set_region(kWest);
  hello.set_lane(v1::LANE_ROUTINE);
  hello.set_protocol_min(1);
  hello.set_protocol_max(1);
  hello.set_epoch(kWestEpoch);
  hello.set_head_offset(1000);
  return frame;
}

inline v1::LinkFrame DirectoryFrame(const std::string& directory = "directory") {
  v1::LinkFrame frame;
  frame.mutable_directory()->set_directory(directory);
  return frame;
}

inline v1::LinkFrame InterestFrame(uint64_t generation = 1) {
  v1::LinkFrame frame;
  frame.mutable_interest()->set_generation(generation);
  frame.mutable_interest()->set_everything(true);
  return frame;
}

inline v1::LinkFrame WindowFrame(uint32_t records, uint64_t bytes) {
  v1::LinkFrame frame;
  frame.mutable_window()->set_records(records);
  frame.mutable_window()->set_bytes(bytes);
  return frame;
}

inline v1::LinkFrame RecordsFrame(uint64_t predecessor, std::initializer_list<uint64_t> offsets,
                                  size_t bytes = 100) {
  v1::LinkFrame frame;
  frame.mutable_records()->set_predecessor(predecessor);
  for (const uint64_t offset : offsets) {
    *frame.mutable_records()->add_records() =
        RecordOf(kWest, kWestEpoch, v1::LANE_ROUTINE, offset, bytes);
  }
  return frame;
}

inline v1::LinkFrame SkippedFrame(uint64_t predecessor, uint64_t through) {
  v1::LinkFrame frame;
  frame.mutable_skipped_through()->set_predecessor(predecessor);
  frame.mutable_skipped_through()->set_through_offset(through);
  return frame;
}

inline v1::LinkFrame GapFrame(uint64_t predecessor, uint64_t through) {
  v1::LinkFrame frame;
  frame.mutable_gap()->set_predecessor(predecessor);
  frame.mutable_gap()->set_through_offset(through);
  return frame;
}

inline v1::LinkFrame PersistedFrame(uint64_t offset) {
  v1::LinkFrame frame;
  frame.mutable_persisted()->set_offset(offset);
  return frame;
}

inline v1::LinkFrame RefusedFrame(uint64_t offset) {
  v1::LinkFrame frame;
  frame.mutable_refused()->set_offset(offset);
  frame.mutable_refused()->set_reason(v1::ERROR_REASON_POLICY_DENIED);
  frame.mutable_refused()->set_digest(std::string(32, 'd'));
  return frame;
}

inline v1::LinkFrame HeartbeatFrame(uint64_t sent, int64_t time_ms = 0) {
  v1::LinkFrame frame;
  frame.mutable_heartbeat()->set_sent_offset(sent);
  frame.mutable_heartbeat()->set_time_ms(time_ms);
  frame.mutable_heartbeat()->set_head_offset(2000);
  return frame;
}

inline LinkGreeting GreetingOf(const std::string& region, uint64_t head, PeerPosition mark) {
  LinkGreeting greeting;
  greeting.epoch = EpochOf(region);
  greeting.head_offset = head;
  greeting.mark = mark;
  greeting.schema_version = "1";
  greeting.vocabulary_version = "1";
  greeting.gate_policy_version = "test";
  greeting.policy_generation = 4;
  greeting.directory.set_directory("directory of " + region);
  greeting.interest.set_generation(1);
  greeting.interest.set_everything(true);
  return greeting;
}

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SERVER_LINK_LINK_FRAMES_H_
