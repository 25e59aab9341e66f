#ifndef CORRIDOR_SERVER_DELIVERY_REDELIVERY_SCHEDULE_H_
#define CORRIDOR_SERVER_DELIVERY_REDELIVERY_SCHEDULE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace corridor {

struct RedeliveryOptions {
  absl::Duration first = absl::Seconds(1);
  absl::Duration max = absl::Minutes(10);
};

// How long to wait after the `attempt`-th handing-over (from 1) came to
// nothing: `first`, then twice as long each time, up to `max`.
absl::Duration RedeliveryDelay(const RedeliveryOptions& options, uint32_t attempt);

// Offsets of one lane that are to be handed over again, and when. Those that
// are due come in the order of the lane, whatever the order in which they fell
// due. A plain value.
class RedeliverySchedule {
 public:
  // `offset` is due at `due` (monotonic time). REQUIRES: not scheduled.
  void Add(uint64_t offset, absl::Duration due);
  // Forgets `offset`. Nothing when it is not scheduled.
  void Remove(uint64_t offset);

  // Makes ready what falls due at `now` or before.
  void AdvanceTo(absl::Duration now);
  // The lowest `limit` offsets that are ready. They stay until removed.
  std::vector<uint64_t> Ready(size_t limit) const;
  // Whether any is ready.
  bool HasReady() const { return !ready_.empty(); }
  // When the next one falls due that is not ready yet.
  std::optional<absl::Duration> NextDue() const;

 private:
  std::map<uint64_t, absl::Duration> waiting_;
  std::set<std::pair<absl::Duration, uint64_t>> by_due_;  // The same, by time.
  std::set<uint64_t> ready_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_DELIVERY_REDELIVERY_SCHEDULE_H_
