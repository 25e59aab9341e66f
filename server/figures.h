#ifndef CORRIDOR_SERVER_FIGURES_H_
#define CORRIDOR_SERVER_FIGURES_H_

#include <functional>

#include "corridor/v1/administration.pb.h"
#include "server/broker/region.h"
#include "server/ops/disk_watermarks.h"
#include "server/ops/metrics.h"

namespace corridor {

// Reads how the broker stands and sets the gauges for it: journal, sessions,
// subscriptions, connections, disk, and what expires.
class Figures {
 public:
  // All must outlive this; the functions may be called from any thread.
  struct Parts {
    Metrics& metrics;
    Region& region;
    const DiskGauge& disk;
    std::function<bool()> ready;
    std::function<size_t()> connections;
    std::function<v1::ListExpiringResponse()> expiring;
  };
  explicit Figures(Parts parts) : parts_(std::move(parts)) {}

  // Sets them all; those of the region come a moment later, from the flow executor.
  void Read();

 private:
  void ReadDisk();
  void ReadExpiry();

  const Parts parts_;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_FIGURES_H_
