#ifndef CORRIDOR_CLIENT_CTL_REGION_HEALTH_H_
#define CORRIDOR_CLIENT_CTL_REGION_HEALTH_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "corridor/v1/administration.pb.h"

namespace corridor {

// How a region stands, as monitoring systems ask for it; the numbers are exit codes.
enum class Health { kOk = 0, kWarning = 1, kCritical = 2, kUnknown = 3 };

std::string_view HealthName(Health health);

struct HealthFinding {
  Health health;
  std::string what;  // For people; no content.
};

// From when on something is worth a word.
struct HealthLimits {
  absl::Duration urgent_lag = absl::Seconds(60);
  absl::Duration routine_lag = absl::Hours(1);
  absl::Duration clock_ahead = absl::Seconds(30);
  absl::Duration certificate_left = absl::Hours(14 * 24);
  absl::Duration crl_left = absl::Hours(3 * 24);
  absl::Duration root_left = absl::Hours(180 * 24);
  uint64_t backlog = 1000;
};

// What is wrong, the gravest first; empty where all is well. Pure.
std::vector<HealthFinding> JudgeRegion(const v1::GetStatusResponse& status,
                                       const std::vector<v1::LinkStatus>& links,
                                       const std::vector<v1::ExpiringItem>& expiring,
                                       const HealthLimits& limits, absl::Time now);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CTL_REGION_HEALTH_H_
