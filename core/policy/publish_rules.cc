#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/model/errors.h"
#include "core/policy/policy.h"

namespace corridor {
namespace {

absl::Status Denied(std::string_view rule, std::string_view message) {
  return Error(v1::ERROR_REASON_POLICY_DENIED, message, "rule", rule);
}

template <typename Values, typename Value>
bool Contains(const Values& values, const Value& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

// Whether an alert's purposes lie within those granted.
bool IsWithinPurposes(const v1::Grant& grant, const v1::AlertContent& content) {
  const auto& granted = grant.publish_purposes();
  const auto& purposes = content.pattern().purposes();
  if (granted.empty()) return true;
  return !purposes.empty() && std::all_of(purposes.begin(), purposes.end(),
                                          [&](int purpose) { return Contains(granted, purpose); });
}

absl::Status CheckGrant(const v1::Grant* grant, const ParsedStatement& statement) {
  const v1::StatementBody& body = statement.body;
  if (grant == nullptr || !Contains(grant->roles(), v1::ROLE_PUBLISHER)) {
    return Denied("grant/not-a-publisher", "the caller has no grant to publish");
  }
  if (body.tlp() > grant->publish_tlp_max()) {
    return Denied("grant/tlp-above-ceiling",
                  "the marking is above what the caller's grant lets it publish");
  }
  if (body.urgency() == v1::URGENCY_IMMEDIATE &&
      !Contains(grant->roles(), v1::ROLE_IMMEDIATE_PUBLISHER)) {
    return Denied("grant/not-an-immediate-publisher",
                  "IMMEDIATE urgency needs a grant of its own; use EXPECTED, or ask an operator");
  }
  const v1::AlertContent* content = statement.content();
  if (content != nullptr && !IsWithinPurposes(*grant, *content)) {
    return Denied("grant/purpose-not-granted",
                  "the caller's grant is for alerts about other purposes of trafficking");
  }
  if (!body.recall().on_behalf_of().empty() && !Contains(grant->roles(), v1::ROLE_OFFICE)) {
    return Denied("grant/not-the-office",
                  "only the region's office recalls on behalf of another publisher");
  }
  return absl::OkStatus();
}

// A member of this region that is not suspended.
absl::Status CheckMember(const Facts& facts, std::string_view id, std::string_view who) {
  const v1::Member* member = facts.FindMember(id);
  if (member == nullptr || RegionOf(id) != facts.region) {
    return Error(v1::ERROR_REASON_MEMBER_UNKNOWN, absl::StrCat(A(who), " is not registered here"));
  }
  if (member->state() != v1::MEMBER_STATE_ACTIVE) {
    return Error(v1::ERROR_REASON_MEMBER_SUSPENDED, absl::StrCat(A(who), " is suspended"));
  }
  return absl::OkStatus();
}

}  // namespace

bool MayHandInFor(const Facts& facts, const Principal& sender, std::string_view publisher) {
  if (publisher == sender.member) return true;
  const v1::Grant* grant = facts.FindGrant(sender.spiffe_id);
  return grant != nullptr && Contains(grant->publish_on_behalf_of(), publisher);
}

absl::Status CheckPublish(const Facts& facts, const Principal& sender,
                          const ParsedStatement& statement) {
  const v1::StatementBody& body = statement.body;
  RETURN_IF_ERROR(CheckMember(facts, sender.member, "the caller's member"));
  if (!MayHandInFor(facts, sender, body.publisher())) {
    return Error(v1::ERROR_REASON_PUBLISHER_MISMATCH,
                 "body.publisher must be the caller's own member, or one that its grant names");
  }
  RETURN_IF_ERROR(CheckMember(facts, body.publisher(), "the publisher"));
  const auto& countries = facts.FindMember(body.publisher())->countries();
  if (!Contains(countries, body.publisher_country())) {
    return Denied("publisher/country-not-its-own",
                  "body.publisher_country must be a country that the member stands for");
  }
  return CheckGrant(facts.FindGrant(sender.spiffe_id), statement);
}

}  // namespace corridor
