#ifndef CORRIDOR_CLIENT_CTL_REGION_VIEW_H_
#define CORRIDOR_CLIENT_CTL_REGION_VIEW_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/ctl/output.h"
#include "client/ctl/region_health.h"
#include "client/ctl/screen.h"
#include "corridor/v1/administration.pb.h"

namespace corridor {

// How a region stood at one moment.
struct RegionSample {
  absl::Time time;
  absl::Duration steady;       // Clock::Steady() at the same moment, for rates.
  absl::Duration answered_in;  // How long the broker took to say so, the way included.
  v1::GetStatusResponse status;
  std::vector<v1::LinkStatus> links;
  std::vector<v1::ExpiringItem> expiring;
};

// The region on one screen: what moves in a second, what is wrong, how each link stands, and
// the subscriptions that are behind, the worst first. No line is wider than the screen and
// there are no more lines than it has rows; what did not fit is counted. Rates are what lies
// between the two samples; without `before`, or where the broker started anew between them,
// they show as "-". Pure.
std::string RegionView(const RegionSample& now, const RegionSample* before,
                       const HealthLimits& limits, const Screen& screen, absl::TimeZone zone);

// The same, whole, for programs; a rate that is not known is null. Pure.
Json RegionViewToJson(const RegionSample& now, const RegionSample* before,
                      const HealthLimits& limits);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CTL_REGION_VIEW_H_
