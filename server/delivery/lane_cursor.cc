#include "server/delivery/lane_cursor.h"

#include <algorithm>
#include <iterator>

namespace corridor {

void LaneCursor::Settle(uint64_t first, uint64_t last) {
  first = std::max(first, floor_ + 1);
  if (last < first) return;
  auto range = above_.upper_bound(first);
  if (range != above_.begin() && std::prev(range)->second + 1 >= first) --range;
  while (range != above_.end() && range->first <= last + 1) {
    first = std::min(first, range->first);
    last = std::max(last, range->second);
    range = above_.erase(range);
  }
  if (first == floor_ + 1) {
    floor_ = last;
  } else {
    above_.emplace_hint(range, first, last);
  }
}

bool LaneCursor::Contains(uint64_t offset) const {
  if (offset <= floor_) return true;
  auto range = above_.upper_bound(offset);
  return range != above_.begin() && offset <= std::prev(range)->second;
}

uint64_t LaneCursor::EndOfStretchAfter(uint64_t offset) const {
  if (offset < floor_) return floor_;
  auto range = above_.upper_bound(offset + 1);
  if (range == above_.begin()) return offset;
  return std::max(offset, std::prev(range)->second);
}

}  // namespace corridor
