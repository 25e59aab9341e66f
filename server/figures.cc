#include "server/figures.h"

#include <algorithm>
#include <cstdint>

namespace corridor {
namespace {

void SetRegion(Metrics& metrics, const v1::GetStatusResponse& status) {
  size_t attached = 0;
  uint64_t furthest = 0;
  for (const v1::OwnedSubscriptionStatus& owned : status.subscriptions()) {
    if (owned.status().sessions() > 0) ++attached;
    // The lanes share their offsets: the larger backlog holds the other.
    for (const v1::LaneProgress& lane : owned.status().lanes()) {
      furthest = std::max(furthest, lane.backlog());
    }
  }
  const auto all = static_cast<size_t>(status.subscriptions_size());
  metrics.Set(Metric::kJournalHead, {}, static_cast<double>(status.head_offset()));
  metrics.Set(Metric::kSessions, {}, status.sessions());
  // 0, 1, 2; the states begin at ENOUGH.
  metrics.Set(Metric::kDiskState, {}, status.disk() - v1::DISK_STATE_ENOUGH);
  metrics.Set(Metric::kSubscriptions, {"attached"}, static_cast<double>(attached));
  metrics.Set(Metric::kSubscriptions, {"detached"}, static_cast<double>(all - attached));
  metrics.Set(Metric::kSubscriptionBacklogMax, {}, static_cast<double>(furthest));
}

}  // namespace

void Figures::Read() {
  parts_.metrics.Set(Metric::kReady, {}, parts_.ready() ? 1 : 0);
  parts_.metrics.Set(Metric::kConnections, {}, static_cast<double>(parts_.connections()));
  ReadDisk();
  ReadExpiry();
  parts_.region.GetStatus([&metrics = parts_.metrics](const auto& status) {
    if (status.ok()) SetRegion(metrics, *status);
  });
}

void Figures::ReadDisk() {
  const absl::StatusOr<DiskSpace> space = parts_.disk.Read();
  if (!space.ok()) return;
  parts_.metrics.Set(Metric::kDiskFree, {}, static_cast<double>(space->free));
  parts_.metrics.Set(Metric::kDiskSize, {}, static_cast<double>(space->size));
}

void Figures::ReadExpiry() {
  const v1::ListExpiringResponse expiring = parts_.expiring();
  // The soonest last, so that it stands where there are several.
  for (int i = expiring.items_size() - 1; i >= 0; --i) {
    const v1::ExpiringItem& item = expiring.items(i);
    parts_.metrics.Set(Metric::kExpires, {item.kind(), item.trust_domain()},
                       static_cast<double>(item.expires_at().seconds()));
  }
}

}  // namespace corridor
