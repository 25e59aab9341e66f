#include "server/audit/audit_filter.h"

#include <algorithm>
#include <string_view>

#include "absl/time/time.h"
#include "core/base/clock.h"
#include "core/model/principal.h"

namespace corridor {
namespace {

constexpr int kValuesMax = 64;
constexpr size_t kObjectBytesMax = 512;
constexpr size_t kDigestBytes = 32;
constexpr int64_t kTimestampSecondsMin = -62'135'596'800;
constexpr int64_t kTimestampSecondsMax = 253'402'300'799;

absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

bool IsTimestamp(const google::protobuf::Timestamp& time) {
  return time.seconds() >= kTimestampSecondsMin && time.seconds() <= kTimestampSecondsMax &&
         time.nanos() >= 0 && time.nanos() < 1'000'000'000;
}

template <typename Values, typename Value>
bool IsAmong(const Values& values, const Value& value) {
  return values.empty() || std::find(values.begin(), values.end(), value) != values.end();
}

}  // namespace

std::vector<FieldViolation> CheckAuditFilter(const v1::AuditFilter& filter) {
  std::vector<FieldViolation> faults;
  const auto fault = [&faults](std::string_view field, std::string_view what) {
    faults.push_back({std::string(field), v1::ERROR_REASON_REQUEST_INVALID, std::string(what)});
  };
  const auto& actors = filter.actors();
  if (actors.size() > kValuesMax || !std::all_of(actors.begin(), actors.end(), [](const auto& id) {
        return ParsePrincipal(id).ok();
      })) {
    fault("filter.actors", "give at most 64 SPIFFE IDs of principals");
  }
  const auto& acts = filter.acts();
  if (acts.size() > kValuesMax || !std::all_of(acts.begin(), acts.end(), [](int act) {
        return act != v1::AUDIT_ACT_UNSPECIFIED && v1::AuditAct_IsValid(act);
      })) {
    fault("filter.acts", "give at most 64 acts of the list");
  }
  if (filter.object().size() > kObjectBytesMax) fault("filter.object", "give at most 512 bytes");
  if (!filter.digest().empty() && filter.digest().size() != kDigestBytes) {
    fault("filter.digest", "give 32 bytes");
  }
  if (!IsTimestamp(filter.since())) fault("filter.since", "give a time in the years 1 to 9999");
  if (!IsTimestamp(filter.until())) fault("filter.until", "give a time in the years 1 to 9999");
  return faults;
}

bool Passes(const v1::AuditFilter& filter, const v1::AuditEntry& entry) {
  if (!IsAmong(filter.actors(), entry.actor()) || !IsAmong(filter.acts(), entry.act())) {
    return false;
  }
  if (!filter.object().empty() && filter.object() != entry.object()) return false;
  if (filter.refused_only() && entry.refusal() == v1::ERROR_REASON_UNSPECIFIED) return false;
  if (!filter.digest().empty() && filter.digest() != entry.digest()) return false;
  if (filter.has_since() && entry.time_ms() < ToMillis(TimeOf(filter.since()))) return false;
  return !filter.has_until() || entry.time_ms() < ToMillis(TimeOf(filter.until()));
}

}  // namespace corridor
