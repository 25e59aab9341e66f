#include "core/policy/agreement_match.h"

#include <algorithm>

#include "core/model/principal.h"
#include "core/policy/audience.h"

namespace corridor {
namespace {

bool Names(const v1::Agreement& agreement, v1::StatementKind kind) {
  return std::find(agreement.kinds().begin(), agreement.kinds().end(), kind) !=
         agreement.kinds().end();
}

bool CoversKind(const v1::Agreement& agreement, v1::StatementKind kind) {
  if (agreement.kinds().empty() || Names(agreement, kind)) return true;
  const bool ends_alert = kind == v1::STATEMENT_KIND_CANCEL || kind == v1::STATEMENT_KIND_RECALL;
  return ends_alert && (Names(agreement, v1::STATEMENT_KIND_ISSUE) ||
                        Names(agreement, v1::STATEMENT_KIND_REVISE));
}

bool CoversPurpose(const v1::Agreement& agreement, const v1::AlertContent* content) {
  if (agreement.purposes().empty()) return true;
  if (content == nullptr) return false;
  const auto& named = content->pattern().purposes();
  return std::any_of(named.begin(), named.end(), [&agreement](int purpose) {
    return std::find(agreement.purposes().begin(), agreement.purposes().end(), purpose) !=
           agreement.purposes().end();
  });
}

absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

bool IsInForce(const v1::Agreement& agreement, int64_t accept_time_ms, absl::Time now) {
  return agreement.state() == v1::AGREEMENT_STATE_ACTIVE && agreement.has_applies_from() &&
         absl::ToUnixMillis(TimeOf(agreement.applies_from())) <= accept_time_ms &&
         (!agreement.has_valid_until() || now < TimeOf(agreement.valid_until()));
}

}  // namespace

bool IsParty(const v1::Party& party, const v1::Member& member) {
  if (party.region() != RegionOf(member.spiffe_id())) return false;
  if (!party.countries().empty() && !StandsForOneOf(member, party.countries())) return false;
  return party.members().empty() || std::find(party.members().begin(), party.members().end(),
                                              member.spiffe_id()) != party.members().end();
}

const v1::Agreement* FindAgreement(const Facts& facts, const Flow& flow,
                                   const v1::Member& publisher, const v1::Member& recipient,
                                   absl::Time now) {
  for (const auto& [id, agreement] : facts.agreements) {
    if (flow.tlp <= agreement.tlp_max() && IsInForce(agreement, flow.accept_time_ms, now) &&
        IsParty(agreement.from(), publisher) && IsParty(agreement.to(), recipient) &&
        CoversKind(agreement, flow.kind) && CoversPurpose(agreement, flow.content)) {
      return &agreement;
    }
  }
  return nullptr;
}

}  // namespace corridor
