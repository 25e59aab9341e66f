#include "server/delivery/redelivery_schedule.h"

#include <algorithm>

namespace corridor {

absl::Duration RedeliveryDelay(const RedeliveryOptions& options, uint32_t attempt) {
  absl::Duration delay = options.first;
  for (uint32_t i = 1; i < attempt && delay < options.max; ++i) delay *= 2;
  return std::min(delay, options.max);
}

void RedeliverySchedule::Add(uint64_t offset, absl::Duration due) {
  waiting_.emplace(offset, due);
  by_due_.emplace(due, offset);
}

void RedeliverySchedule::Remove(uint64_t offset) {
  ready_.erase(offset);
  auto found = waiting_.find(offset);
  if (found == waiting_.end()) return;
  by_due_.erase({found->second, offset});
  waiting_.erase(found);
}

void RedeliverySchedule::AdvanceTo(absl::Duration now) {
  while (!by_due_.empty() && by_due_.begin()->first <= now) {
    const uint64_t offset = by_due_.begin()->second;
    by_due_.erase(by_due_.begin());
    waiting_.erase(offset);
    ready_.insert(offset);
  }
}

std::vector<uint64_t> RedeliverySchedule::Ready(size_t limit) const {
  std::vector<uint64_t> offsets;
  for (auto next = ready_.begin(); next != ready_.end() && offsets.size() < limit; ++next) {
    offsets.push_back(*next);
  }
  return offsets;
}

std::optional<absl::Duration> RedeliverySchedule::NextDue() const {
  if (by_due_.empty()) return std::nullopt;
  return by_due_.begin()->first;
}

}  // namespace corridor
