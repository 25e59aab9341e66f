#include "server/broker/processing_record.h"

#include "core/model/errors.h"
#include "core/model/principal.h"
#include "core/policy/agreement_match.h"

namespace corridor {
namespace {

// The blocks of an alert (alert.proto), as a record of processing names them.
constexpr const char* kDataCategories[] = {
    "alert: revision, urgency, severity, certainty, marking, validity",
    "publisher: organisation, country and type; never a person",
    "route: countries, areas and stages of the pattern",
    "pattern: acts, means, purposes and indicators of trafficking",
    "recruitment: method, platform, lure and kind of offender; never a person",
    "affected group: size band, age band and gender where the gate lets them pass",
    "response: measures recommended",
    "text: short, and refused where it may identify a person",
};

}  // namespace

absl::StatusOr<v1::ProcessingRecord> ProcessingRecordOf(
    const Facts& facts, std::string_view agreement_id, const v1::GateVerdictStamp& gate,
    const std::map<v1::Tlp, absl::Duration>& validity_caps) {
  const auto found = facts.agreements.find(agreement_id);
  if (found == facts.agreements.end()) {
    return Error(v1::ERROR_REASON_NOT_FOUND, "there is no such agreement");
  }
  v1::ProcessingRecord record;
  *record.mutable_agreement() = found->second;
  for (const auto& [id, member] : facts.members) {
    if (member.state() != v1::MEMBER_STATE_ACTIVE) continue;
    if (IsParty(found->second.from(), member)) record.add_senders(id);
    if (!IsParty(found->second.to(), member)) continue;
    record.add_recipients(id);
    if (RegionOf(id) != facts.region) record.add_recipients_abroad(id);
  }
  for (const char* category : kDataCategories) record.add_data_categories(category);
  absl::Duration longest = absl::ZeroDuration();
  for (const auto& [tlp, cap] : validity_caps) {
    if (tlp <= found->second.tlp_max()) longest = std::max(longest, cap);
  }
  record.set_validity_days_max(static_cast<uint32_t>(absl::ToInt64Hours(longest) / 24));
  *record.mutable_gate() = gate;
  return record;
}

}  // namespace corridor
