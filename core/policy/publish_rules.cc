#include <algorithm>

#include "core/model/errors.h"
#include "core/policy/policy.h"

namespace corridor {
namespace {

absl::Status Denied(std::string_view rule, std::string_view message) {
  return Error(v1::ERROR_REASON_POLICY_DENIED, message, "rule", rule);
}

bool Has(const v1::Grant& grant, v1::Role role) {
  return std::find(grant.roles().begin(), grant.roles().end(), role) != grant.roles().end();
}

absl::Status CheckGrant(const v1::Grant* grant, const v1::StatementBody& body) {
  if (grant == nullptr || !Has(*grant, v1::ROLE_PUBLISHER)) {
    return Denied("grant/not-a-publisher", "the caller has no grant to publish");
  }
  if (body.tlp() > grant->publish_tlp_max()) {
    return Denied("grant/tlp-above-ceiling",
                  "the marking is above what the caller's grant lets it publish");
  }
  if (body.urgency() == v1::URGENCY_IMMEDIATE && !Has(*grant, v1::ROLE_IMMEDIATE_PUBLISHER)) {
    return Denied("grant/not-an-immediate-publisher",
                  "IMMEDIATE urgency needs a grant of its own; use EXPECTED, or ask an operator");
  }
  if (!body.recall().on_behalf_of().empty() && !Has(*grant, v1::ROLE_OFFICE)) {
    return Denied("grant/not-the-office",
                  "only the region's office recalls on behalf of another publisher");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckPublish(const Facts& facts, const Principal& sender,
                          const ParsedStatement& statement) {
  const v1::StatementBody& body = statement.body;
  const v1::Member* member = facts.FindMember(sender.member);
  if (member == nullptr || sender.region != facts.region) {
    return Error(v1::ERROR_REASON_MEMBER_UNKNOWN, "the caller's member is not registered here");
  }
  if (member->state() != v1::MEMBER_STATE_ACTIVE) {
    return Error(v1::ERROR_REASON_MEMBER_SUSPENDED, "the caller's member is suspended");
  }
  if (body.publisher() != sender.member) {
    return Error(v1::ERROR_REASON_PUBLISHER_MISMATCH,
                 "body.publisher must be the caller's own member");
  }
  const auto& countries = member->countries();
  if (std::find(countries.begin(), countries.end(), body.publisher_country()) == countries.end()) {
    return Denied("publisher/country-not-its-own",
                  "body.publisher_country must be a country that the member stands for");
  }
  return CheckGrant(facts.FindGrant(sender.spiffe_id), body);
}

}  // namespace corridor
