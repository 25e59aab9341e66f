#include "server/catalog/field_rules.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/strings.h"
#include "core/gate/words_for_people.h"
#include "core/model/filter_rules.h"
#include "core/model/principal.h"
#include "core/model/structure_rules.h"
#include "core/model/vocabulary.h"
#include "google/protobuf/generated_enum_reflection.h"

namespace corridor {
namespace {

constexpr size_t kDisplayNameMax = 120;
constexpr size_t kTitleMax = 200;
constexpr int kMemberCountriesMax = 16;
constexpr int kPartyCountriesMax = 256;
constexpr int kPartyMembersMax = 256;
constexpr int kOnBehalfOfMax = 64;
constexpr uint64_t kRateMax = 100'000;
constexpr uint64_t kBytesPerSecondMax = 1'000'000'000;
constexpr uint64_t kSubscriptionsMax = 1000;
constexpr int64_t kAckTimeoutSecondsMin = 10;
constexpr int64_t kAckTimeoutSecondsMax = 600;
constexpr uint32_t kUnsettledMax = 100000;
constexpr uint32_t kFailuresMax = 1000;
constexpr int32_t kNanosPerSecond = 1'000'000'000;
// 0001-01-01 and the end of 9999, as protobuf's Timestamp has it.
constexpr int64_t kTimestampSecondsMin = -62135596800;
constexpr int64_t kTimestampSecondsMax = 253402300799;

template <typename Enum>
bool IsKnown(int value) {
  return google::protobuf::GetEnumDescriptor<Enum>()->FindValueByNumber(value) != nullptr;
}

template <typename Enum>
bool IsStated(int value) {
  return value != 0 && IsKnown<Enum>(value);
}

constexpr std::string_view kStatedWanted = "give a value of the list, other than UNSPECIFIED";
constexpr std::string_view kCountryWanted = "give an ISO 3166-1 alpha-3 code";

// Faults of the values in one list: what `is_valid` refuses, and what is there twice.
template <typename Values, typename IsValid>
void CheckSet(const Values& values, std::string_view path, std::string_view wanted,
              IsValid is_valid, Violations& violations) {
  std::set<typename Values::value_type> seen;
  for (int i = 0; i < values.size(); ++i) {
    const std::string element = absl::StrCat(A(path), "[", i, "]");
    if (!is_valid(values[i])) AddViolation(violations, element, wanted);
    if (!seen.insert(values[i]).second) AddViolation(violations, element, "is there twice");
  }
}

void CheckText(const std::string& text, size_t max, std::string_view path, Violations& violations) {
  const bool has_control =
      std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (text.empty() || CodePointCount(text) > max || has_control) {
    AddViolation(violations, path,
                 absl::StrCat("give 1 to ", max, " characters, without control characters"));
    return;
  }
  const std::string category(IdentifierInTitle(text));
  if (category.empty()) return;
  violations.push_back({std::string(path), v1::ERROR_REASON_PERSONAL_DATA,
                        absl::StrCat(category, "; name an organisation or a rule, and no person"),
                        category});
}

void CheckTime(bool is_there, const google::protobuf::Timestamp& time, std::string_view path,
               Violations& violations) {
  if (is_there && !IsTimestamp(time)) {
    AddViolation(violations, path, "give a time in the years 1 to 9999");
  }
}

bool IsBefore(const google::protobuf::Timestamp& a, const google::protobuf::Timestamp& b) {
  return a.seconds() != b.seconds() ? a.seconds() < b.seconds() : a.nanos() < b.nanos();
}

void CheckParty(bool is_there, const v1::Party& party, const std::string& path,
                Violations& violations) {
  if (!is_there) return AddViolation(violations, path, "is required");
  if (!IsRegionId(party.region())) {
    AddViolation(violations, path + ".region", "give a region id (trust domain)");
  }
  if (party.countries_size() > kPartyCountriesMax || party.members_size() > kPartyMembersMax) {
    return AddViolation(violations, path, "give at most 256 countries and 256 members");
  }
  CheckSet(party.countries(), path + ".countries", kCountryWanted, IsCountryAlpha3, violations);
  CheckSet(
      party.members(), path + ".members", "give the SPIFFE ID of a member of the party's region",
      [&party](const std::string& id) { return IsMemberId(id) && RegionOf(id) == party.region(); },
      violations);
}

bool HasRole(const v1::Grant& grant, v1::Role role) {
  return std::find(grant.roles().begin(), grant.roles().end(), role) != grant.roles().end();
}

void CheckRoles(const v1::Grant& grant, Violations& violations) {
  constexpr std::string_view kRoles = "grant.roles";
  if (grant.roles().empty()) AddViolation(violations, kRoles, "give at least one role");
  CheckSet(grant.roles(), kRoles, kStatedWanted, IsStated<v1::Role>, violations);
  if (HasRole(grant, v1::ROLE_IMMEDIATE_PUBLISHER) && !HasRole(grant, v1::ROLE_PUBLISHER)) {
    AddViolation(violations, kRoles, "IMMEDIATE_PUBLISHER needs PUBLISHER beside it");
  }
  if (HasRole(grant, v1::ROLE_STRICT_READER) && !HasRole(grant, v1::ROLE_READER)) {
    AddViolation(violations, kRoles, "STRICT_READER needs READER beside it");
  }
  if (!IsKnown<v1::Tlp>(grant.publish_tlp_max())) {
    AddViolation(violations, "grant.publish_tlp_max", "give a TLP marking");
  } else if (HasRole(grant, v1::ROLE_PUBLISHER) && grant.publish_tlp_max() == v1::TLP_UNSPECIFIED) {
    AddViolation(violations, "grant.publish_tlp_max", "is required with PUBLISHER");
  }
}

void CheckPublishLimits(const v1::Grant& grant, std::string_view region, Violations& violations) {
  CheckSet(grant.publish_purposes(), "grant.publish_purposes", kStatedWanted,
           IsStated<v1::TraffickingPurpose>, violations);
  if (grant.publish_on_behalf_of_size() > kOnBehalfOfMax) {
    return AddViolation(violations, "grant.publish_on_behalf_of", "give at most 64 members");
  }
  CheckSet(
      grant.publish_on_behalf_of(), "grant.publish_on_behalf_of",
      "give the SPIFFE ID of a member of this region",
      [region](const std::string& id) { return IsMemberId(id) && RegionOf(id) == region; },
      violations);
  const bool limits = !grant.publish_purposes().empty() || !grant.publish_on_behalf_of().empty();
  if (limits && !HasRole(grant, v1::ROLE_PUBLISHER)) {
    AddViolation(violations, "grant.roles", "limits of publishing need PUBLISHER");
  }
}

void CheckAckTimeout(const v1::Subscription& subscription, Violations& violations) {
  if (!subscription.has_ack_timeout()) return;
  const int64_t seconds = subscription.ack_timeout().seconds();
  const int32_t nanos = subscription.ack_timeout().nanos();
  const bool in_range = seconds >= kAckTimeoutSecondsMin && seconds <= kAckTimeoutSecondsMax &&
                        nanos >= 0 && nanos < kNanosPerSecond &&
                        (seconds < kAckTimeoutSecondsMax || nanos == 0);
  if (!in_range) AddViolation(violations, "subscription.ack_timeout", "give 10 s to 600 s");
}

}  // namespace

bool IsTimestamp(const google::protobuf::Timestamp& time) {
  return time.seconds() >= kTimestampSecondsMin && time.seconds() <= kTimestampSecondsMax &&
         time.nanos() >= 0 && time.nanos() < kNanosPerSecond;
}

void AddViolation(Violations& violations, std::string_view field, std::string_view description) {
  violations.push_back(
      {std::string(field), v1::ERROR_REASON_REQUEST_INVALID, std::string(description)});
}

Violations CheckMember(const v1::Member& member, std::string_view region) {
  Violations violations;
  if (!IsMemberId(member.spiffe_id()) || RegionOf(member.spiffe_id()) != region) {
    AddViolation(violations, "member.spiffe_id",
                 absl::StrCat("give spiffe://", A(region), "/agency/<id>"));
  }
  CheckText(member.display_name(), kDisplayNameMax, "member.display_name", violations);
  if (member.countries().empty() || member.countries_size() > kMemberCountriesMax) {
    AddViolation(violations, "member.countries", "give 1 to 16 countries");
  } else {
    CheckSet(member.countries(), "member.countries", kCountryWanted, IsCountryAlpha3, violations);
  }
  if (!IsKnown<v1::PublisherType>(member.type())) {
    AddViolation(violations, "member.type", "give a value of the list");
  }
  if (!IsKnown<v1::MemberState>(member.state())) {
    AddViolation(violations, "member.state", "give ACTIVE or SUSPENDED");
  }
  CheckTime(member.has_entitled_from(), member.entitled_from(), "member.entitled_from", violations);
  return violations;
}

Violations CheckGrant(const v1::Grant& grant, std::string_view region) {
  Violations violations;
  const absl::StatusOr<Principal> principal = ParsePrincipal(grant.principal());
  if (!principal.ok() || !principal->is_member() || principal->region != region) {
    AddViolation(violations, "grant.principal",
                 "give the SPIFFE ID of a member of this region, or of one of its integrations");
  } else if (principal->kind == PrincipalKind::kDesk && HasRole(grant, v1::ROLE_STRICT_READER)) {
    AddViolation(violations, "grant.roles", "STRICT_READER is for integrations; a desk needs none");
  }
  CheckRoles(grant, violations);
  CheckPublishLimits(grant, region, violations);
  return violations;
}

Violations CheckQuota(const v1::Quota& quota, std::string_view region) {
  Violations violations;
  const absl::StatusOr<Principal> principal = ParsePrincipal(quota.principal());
  if (!principal.ok() || !principal->is_member() || principal->region != region) {
    AddViolation(violations, "quota.principal",
                 "give the SPIFFE ID of a member of this region, or of one of its integrations");
  }
  const auto bounded = [&](std::string_view field, uint64_t value, uint64_t min, uint64_t max) {
    if (value == 0 || (value >= min && value <= max)) return;
    AddViolation(violations, field, absl::StrCat("give ", min, " to ", max, ", or 0"));
  };
  bounded("quota.statements_per_second", quota.statements_per_second(), 1, kRateMax);
  bounded("quota.bytes_per_second", quota.bytes_per_second(), 1024, kBytesPerSecondMax);
  bounded("quota.calls_per_second", quota.calls_per_second(), 1, kRateMax);
  bounded("quota.sessions", quota.sessions(), 1, kRateMax);
  bounded("quota.subscriptions", quota.subscriptions(), 1, kSubscriptionsMax);
  return violations;
}

Violations CheckAgreement(const v1::Agreement& agreement, std::string_view region) {
  Violations violations;
  if (!IsSimpleName(agreement.agreement_id())) {
    AddViolation(violations, "agreement.agreement_id",
                 "give 1 to 63 of a-z 0-9 and hyphen, not beginning with a hyphen");
  }
  CheckText(agreement.title(), kTitleMax, "agreement.title", violations);
  CheckParty(agreement.has_from(), agreement.from(), "agreement.from", violations);
  CheckParty(agreement.has_to(), agreement.to(), "agreement.to", violations);
  if (agreement.has_from() && agreement.has_to() && agreement.from().region() != region &&
      agreement.to().region() != region) {
    AddViolation(violations, "agreement.to.region",
                 absl::StrCat("one side must be this region, ", A(region)));
  }
  CheckSet(agreement.kinds(), "agreement.kinds", kStatedWanted, IsStated<v1::StatementKind>,
           violations);
  if (!IsStated<v1::Tlp>(agreement.tlp_max())) {
    AddViolation(violations, "agreement.tlp_max", "give the highest marking that flows");
  }
  CheckSet(agreement.purposes(), "agreement.purposes", kStatedWanted,
           IsStated<v1::TraffickingPurpose>, violations);
  if (!IsStated<v1::UsePurpose>(agreement.use())) {
    AddViolation(violations, "agreement.use", "say what recipients may use it for");
  }
  CheckSet(agreement.excluded_uses(), "agreement.excluded_uses", kStatedWanted,
           IsStated<v1::ExcludedUse>, violations);
  CheckTime(agreement.has_applies_from(), agreement.applies_from(), "agreement.applies_from",
            violations);
  CheckTime(agreement.has_valid_until(), agreement.valid_until(), "agreement.valid_until",
            violations);
  if (agreement.has_applies_from() && agreement.has_valid_until() &&
      !IsBefore(agreement.applies_from(), agreement.valid_until())) {
    AddViolation(violations, "agreement.valid_until", "must be after applies_from");
  }
  if (agreement.state() != v1::AGREEMENT_STATE_UNSPECIFIED &&
      agreement.state() != v1::AGREEMENT_STATE_ACTIVE) {
    AddViolation(violations, "agreement.state",
                 "a new agreement is ACTIVE; end it by EndAgreement");
  }
  return violations;
}

Violations CheckSubscription(const v1::Subscription& subscription) {
  Violations violations;
  if (!IsSubscriptionName(subscription.name())) {
    AddViolation(violations, "subscription.name",
                 "give subscriptions/<id>, id being 1 to 63 of a-z 0-9 and hyphen");
  }
  CheckFilter(subscription.filter(), "subscription.filter", violations);
  CheckAckTimeout(subscription, violations);
  if (subscription.unsettled_max() > kUnsettledMax) {
    AddViolation(violations, "subscription.unsettled_max", "give 1 to 100,000, or 0 for 10,000");
  }
  if (subscription.failures_max() > kFailuresMax) {
    AddViolation(violations, "subscription.failures_max", "give 1 to 1,000, or 0 for no limit");
  }
  if (!IsKnown<v1::SessionSharing>(subscription.session_sharing())) {
    AddViolation(violations, "subscription.session_sharing", "give TAKEOVER, SHARED or STANDBY");
  }
  if (!IsKnown<v1::StartFrom>(subscription.start_from())) {
    AddViolation(violations, "subscription.start_from", "give NOW or OLDEST");
  }
  return violations;
}

bool IsClientName(std::string_view text) {
  constexpr size_t kSizeMax = 64;
  constexpr int kDigitsMax = 6;
  if (text.empty() || text.size() > kSizeMax || !absl::ascii_isalpha(text.front())) return false;
  int digits = 0;
  for (const char c : text) {
    digits = absl::ascii_isdigit(c) ? digits + 1 : 0;
    if (digits > kDigitsMax) return false;
    if (!absl::ascii_isalnum(c) && !absl::StrContains("._-+/", c)) return false;
  }
  return true;
}

bool IsSubscriptionName(std::string_view name) {
  constexpr std::string_view kPrefix = "subscriptions/";
  return absl::StartsWith(A(name), A(kPrefix)) && IsSimpleName(name.substr(kPrefix.size()));
}

}  // namespace corridor
