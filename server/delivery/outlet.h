#ifndef CORRIDOR_SERVER_DELIVERY_OUTLET_H_
#define CORRIDOR_SERVER_DELIVERY_OUTLET_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "core/model/statement.h"
#include "corridor/v1/record.pb.h"

namespace corridor {

// The order in which lanes are served: what is urgent overtakes.
inline constexpr std::array<v1::Lane, 2> kLanesUrgentFirst = {v1::LANE_URGENT, v1::LANE_ROUTINE};

// 0 for the urgent lane, 1 for the routine one. REQUIRES: one of the two.
inline constexpr size_t LaneIndex(v1::Lane lane) { return lane == v1::LANE_URGENT ? 0 : 1; }

// How much an outlet could take now in one lane, and from where.
struct OutletDemand {
  uint64_t after = 0;  // Reads go on behind this offset.
  size_t records = 0;  // 0: nothing wanted now.
  size_t bytes = 0;    // One record always fits, however large.

  bool wants() const { return records > 0; }
};

// One record of the journal on its way to an outlet. The references hold for
// the duration of the call; the statement may be kept.
struct OutletRecord {
  v1::Lane lane;
  // The offset read before this one in the lane: where the outlet stood when
  // the read began, or the record before.
  uint64_t after;
  uint64_t offset;
  const std::shared_ptr<const ParsedStatement>& statement;
  const v1::Acceptance& acceptance;
  const v1::GateVerdictStamp& gate;
  // Where an embargo held it, for brokers only.
  const std::optional<v1::Acceptance>& held_acceptance;
};

// Whatever drains the journal at its own pace: a subscriber's session or the
// link to a peer region. Dispatch reads on behind what the outlet asks for,
// decides what it may have, and calls Hand or Skip for each record, in the order
// of the lane. Both are refused (false, nothing changed) when `after` is no
// longer where the outlet stands, because a link began anew meanwhile, or when
// the room is used up: then dispatch asks for the demand again.
//
// Called on the flow executor only.
class Outlet {
 public:
  virtual ~Outlet() = default;

  // What it could take now.
  virtual OutletDemand Demand(v1::Lane lane) const = 0;

  // Hands over one record that the outlet may have. The disclosure MUST be on
  // durable record before this is called.
  virtual bool Hand(const OutletRecord& record) = 0;

  // Nothing for this outlet in (after, through]: filtered, withheld or
  // superseded.
  virtual bool Skip(v1::Lane lane, uint64_t after, uint64_t through) = 0;
};

// Who serves outlets: broker/dispatch.
class OutletSource {
 public:
  virtual ~OutletSource() = default;

  // `outlet` could take records of `lane`, and there are some behind where it
  // stands. Called on the flow executor, again and again while that holds, also
  // during a read: the source remembers it and need not act at once. It may
  // call back into the outlet from within.
  virtual void OnWanted(Outlet& outlet, v1::Lane lane) = 0;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_DELIVERY_OUTLET_H_
