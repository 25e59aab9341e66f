#ifndef CORRIDOR_SERVER_DELIVERY_LANE_CURSOR_H_
#define CORRIDOR_SERVER_DELIVERY_LANE_CURSOR_H_

#include <cstddef>
#include <cstdint>
#include <map>

namespace corridor {

// What of one lane is done with, for one subscription: the durable part of its
// state. Everything up to `floor` is settled, and so is what lies in `above`.
//
//   offset   1 2 3 4 5 6 7 8 9
//            s s s . s s . s .        floor = 3, above = {5..6, 8..8}
//
// "Settled" means: acknowledged, or not for this subscription. Only grows. It
// has at most one range more than there are holes, so the bound on unsettled
// deliveries bounds it too. A plain value.
class LaneCursor {
 public:
  // Everything up to `floor` is settled, nothing above.
  explicit LaneCursor(uint64_t floor = 0) : floor_(floor) {}

  // Settles [first, last]. Settling again changes nothing. REQUIRES: 1 <= first
  // <= last.
  void Settle(uint64_t first, uint64_t last);

  bool Contains(uint64_t offset) const;
  // The last offset of the settled stretch that follows `offset` at once;
  // `offset` itself when the next one is not settled.
  uint64_t EndOfStretchAfter(uint64_t offset) const;

  uint64_t floor() const { return floor_; }
  // Ranges above the floor: first -> last. They neither touch nor overlap.
  const std::map<uint64_t, uint64_t>& above() const { return above_; }

  friend bool operator==(const LaneCursor&, const LaneCursor&) = default;

 private:
  uint64_t floor_;
  std::map<uint64_t, uint64_t> above_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_DELIVERY_LANE_CURSOR_H_
