#ifndef CORRIDOR_TESTS_SIMULATION_DEFECT_H_
#define CORRIDOR_TESTS_SIMULATION_DEFECT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "corridor/v1/region_link.pb.h"
#include "corridor/v1/subscriber.pb.h"

namespace corridor {

class Region;

// Where a frame goes.
struct FrameRoute {
  std::string from;
  std::string to;
  v1::Lane lane = v1::LANE_UNSPECIFIED;
  uint64_t connection = 0;  // No two connections of a world have the same.
};

// A mistake that a broker might make, planted between the broker and the world
// around it: its disk, its links, its sessions. This one makes none; defects.h has
// those that do. What a defect does looks to the world, and to the promises, as if
// the broker had done it.
class Defect {
 public:
  virtual ~Defect() = default;

  // The broker of `region` writes `key`: true loses it.
  virtual bool Loses(const std::string& /*region*/, std::string_view /*key*/) { return false; }
  // A crash takes back what it wrote last.
  virtual bool AcknowledgesBeforeSync(const std::string& /*region*/) { return false; }

  // A key is deleted from the payload keys of `region`: true keeps it.
  virtual bool KeepsPayloadKey(const std::string& /*region*/) { return false; }

  // Bytes of its disk rot, and it does not look at checksums.
  virtual bool OverlooksRot(const std::string& /*region*/) { return false; }

  // It sends a frame: what it puts into `frames` (at first that frame) goes out. Null
  // `region`: it went down just now.
  virtual void OnSend(const FrameRoute& /*route*/, Region* /*region*/,
                      std::vector<v1::LinkFrame>& /*frames*/) {}
  // A frame arrives at it: `region` handles what is in `frames`. Null: being dialled.
  virtual void OnReceive(const FrameRoute& /*route*/, Region* /*region*/,
                         std::vector<v1::LinkFrame>& /*frames*/) {}

  // It sends to a subscriber; `session` is new with each Attach.
  virtual void OnDeliver(const std::string& /*subscription*/, uint64_t /*session*/,
                         absl::Duration /*now*/, std::vector<v1::AttachResponse>& /*responses*/) {}

  // Whether it has made its mistake yet.
  bool committed() const { return committed_; }

 protected:
  void Commit() { committed_ = true; }

 private:
  bool committed_ = false;
};

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SIMULATION_DEFECT_H_
