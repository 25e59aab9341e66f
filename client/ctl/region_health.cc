#include "client/ctl/region_health.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/ctl/output.h"
#include "core/base/strings.h"

namespace corridor {
namespace {

using Findings = std::vector<HealthFinding>;

// "36h" or "5d": as coarse as a person needs it.
std::string Span(absl::Duration span) {
  if (span >= absl::Hours(48)) return absl::StrCat(span / absl::Hours(24), " days");
  if (span >= absl::Hours(2)) return absl::StrCat(span / absl::Hours(1), " hours");
  if (span >= absl::Minutes(2)) return absl::StrCat(span / absl::Minutes(1), " minutes");
  return absl::StrCat(span / absl::Seconds(1), " seconds");
}

void JudgeLane(const std::string& peer, const v1::LinkLaneStatus& lane, const HealthLimits& limits,
               Findings& findings) {
  const bool urgent = lane.lane() == v1::LANE_URGENT;
  const std::string name =
      absl::StrCat("link to ", Printable(peer), ", ", urgent ? "urgent" : "routine", " lane");
  const auto add = [&](Health health, std::string_view what) {
    findings.push_back({health, absl::StrCat(name, ": ", A(what))});
  };
  switch (lane.state()) {
    case v1::LINK_STATE_UP:
      break;
    case v1::LINK_STATE_PAUSED:
      add(Health::kWarning, "paused by an operator of this region");
      break;
    case v1::LINK_STATE_REINCARNATED:
      add(Health::kCritical, "the peer's journal is another one; see admin links reconcile");
      break;
    case v1::LINK_STATE_GAP_PENDING:
      add(Health::kCritical, "a gap waits for an operator; see admin links accept-gap");
      break;
    default:
      add(Health::kWarning,
          absl::StrCat("down", lane.detail().empty() ? "" : ": ", Printable(lane.detail())));
  }
  const absl::Duration lag = absl::Milliseconds(lane.lag_ms());
  if (lag > (urgent ? limits.urgent_lag : limits.routine_lag)) {
    add(urgent ? Health::kCritical : Health::kWarning,
        absl::StrCat(lane.lag_records(), " records wait, the oldest for ", Span(lag)));
  }
  const absl::Duration ahead = absl::Milliseconds(lane.clock_ahead_ms());
  if (absl::AbsDuration(ahead) > limits.clock_ahead) {
    add(Health::kWarning, absl::StrCat("the clocks differ by ", Span(absl::AbsDuration(ahead))));
  }
}

void JudgeExpiry(const v1::ExpiringItem& item, const HealthLimits& limits, absl::Time now,
                 Findings& findings) {
  const absl::Duration left = TimeOf(item.expires_at()) - now;
  const absl::Duration limit = item.kind() == "root"  ? limits.root_left
                               : item.kind() == "crl" ? limits.crl_left
                                                      : limits.certificate_left;
  if (left > limit) return;
  const std::string what =
      absl::StrCat(Printable(item.kind()), " of ", Printable(item.trust_domain()));
  if (left <= absl::ZeroDuration()) {
    findings.push_back({Health::kCritical, what + " has ended"});
  } else {
    findings.push_back({left < absl::Hours(24) ? Health::kCritical : Health::kWarning,
                        absl::StrCat(what, " ends in ", Span(left))});
  }
}

void JudgeSubscription(const v1::OwnedSubscriptionStatus& owned, const HealthLimits& limits,
                       Findings& findings) {
  uint64_t backlog = 0;
  for (const v1::LaneProgress& lane : owned.status().lanes()) {
    backlog = std::max(backlog, lane.backlog());
  }
  if (backlog <= limits.backlog) return;
  findings.push_back(
      {Health::kWarning,
       absl::StrCat("subscription ", Printable(owned.status().name()), " of ",
                    Printable(ShortMember(owned.owner())), " is up to ", backlog,
                    " records behind, ", owned.status().sessions() > 0 ? "attached" : "detached")});
}

}  // namespace

std::string_view HealthName(Health health) {
  switch (health) {
    case Health::kOk:
      return "OK";
    case Health::kWarning:
      return "WARNING";
    case Health::kCritical:
      return "CRITICAL";
    case Health::kUnknown:
      return "UNKNOWN";
  }
  return "";
}

Findings JudgeRegion(const v1::GetStatusResponse& status, const std::vector<v1::LinkStatus>& links,
                     const std::vector<v1::ExpiringItem>& expiring, const HealthLimits& limits,
                     absl::Time now) {
  Findings findings;
  if (status.draining()) findings.push_back({Health::kWarning, "the broker drains"});
  if (status.disk() == v1::DISK_STATE_LOW) {
    findings.push_back({Health::kWarning, "the disk of the data folder fills up; make room"});
  }
  if (status.disk() == v1::DISK_STATE_REFUSING) {
    findings.push_back({Health::kCritical,
                        "the disk of the data folder is nearly full: nothing but recalls is taken "
                        "until there is room"});
  }
  for (const v1::LinkStatus& link : links) {
    for (const v1::LinkLaneStatus& lane : link.lanes()) {
      JudgeLane(link.peer_region(), lane, limits, findings);
    }
  }
  for (const v1::ExpiringItem& item : expiring) JudgeExpiry(item, limits, now, findings);
  for (const v1::OwnedSubscriptionStatus& owned : status.subscriptions()) {
    JudgeSubscription(owned, limits, findings);
  }
  std::stable_sort(
      findings.begin(), findings.end(),
      [](const HealthFinding& a, const HealthFinding& b) { return a.health > b.health; });
  return findings;
}

}  // namespace corridor
