#ifndef CORRIDOR_CORE_POLICY_RULES_H_
#define CORRIDOR_CORE_POLICY_RULES_H_

#include <array>
#include <cstddef>
#include <string_view>

#include "corridor/v1/alert.pb.h"
#include "corridor/v1/statement.pb.h"

namespace corridor {

// The fixed rules of policy, in the order they are tried. Their ids appear in
// explanations, audit entries and people's scripts: never reuse or rename one.
enum class Rule {
  kRegionWithoutMembers,
  kMemberUnknown,
  kMemberSuspended,
  kPublisherUnknown,
  kKeyRevoked,
  kOwnStatement,  // Allows.
  kAudienceUnknown,
  kExcluded,
  kNotAddressed,
  kTlpMissing,
  kRedNeedsNamedMember,
  kStrictNeedsNamedMemberOrCountry,
  kAmberNotToAllMembers,
  kPerpetratorNeedsConfirmation,
  kNotYetEntitled,
  kNoAgreement,
  kAgreement,  // Allows.
  // For one principal of a member that may have it.
  kPrincipalNotOfMember,
  kNotAReader,
  kRedNeedsAPerson,
  kStrictNeedsAGrant,
};

struct RuleText {
  Rule rule;
  std::string_view id;
  std::string_view explanation;
};

inline constexpr std::array<RuleText, 21> kRules = {{
    {Rule::kRegionWithoutMembers, "region/no-members",
     "This region has no member that is known here."},
    {Rule::kMemberUnknown, "member/unknown", "No such member is known here."},
    {Rule::kMemberSuspended, "member/suspended",
     "The member is suspended, so it receives nothing."},
    {Rule::kPublisherUnknown, "publisher/unknown",
     "The publisher is not a member that is known here."},
    {Rule::kKeyRevoked, "publisher/key-revoked",
     "It was signed with a key that was in wrong hands by then, so it is nobody's word."},
    {Rule::kOwnStatement, "own-statement", "A member may always read what it said itself."},
    {Rule::kAudienceUnknown, "audience/unknown",
     "The alert that this is about is not here, so it is not known who it is for."},
    {Rule::kExcluded, "excluded", "The publisher excluded this member or its country."},
    {Rule::kNotAddressed, "audience/not-addressed", "The audience does not include this member."},
    {Rule::kTlpMissing, "tlp/missing", "The statement has no TLP marking that is known here."},
    {Rule::kRedNeedsNamedMember, "tlp/red-needs-named-member",
     "TLP:RED goes only to members named one by one, never to a country, a region or all members."},
    {Rule::kStrictNeedsNamedMemberOrCountry, "tlp/strict-needs-named-member-or-country",
     "TLP:AMBER+STRICT goes only to members named one by one or to the members of named "
     "countries."},
    {Rule::kAmberNotToAllMembers, "tlp/amber-not-to-all-members",
     "TLP:AMBER needs a narrower audience than all members."},
    {Rule::kPerpetratorNeedsConfirmation, "misuse/perpetrator-needs-confirmation",
     "Officials or an armed group are named as perpetrators: unless verification is CONFIRMED, "
     "this goes neither to all members nor to members of a country on the route."},
    {Rule::kNotYetEntitled, "member/not-yet-entitled",
     "The statement was accepted before the time from which this member is entitled."},
    {Rule::kNoAgreement, "agreement/none",
     "No active agreement lets this statement flow from its publisher to this member."},
    {Rule::kAgreement, "agreement", "This agreement lets it flow."},
    {Rule::kPrincipalNotOfMember, "principal/not-of-a-member",
     "Only a member's desk and its integrations receive statements."},
    {Rule::kNotAReader, "grant/not-a-reader", "The caller has no grant to read."},
    {Rule::kRedNeedsAPerson, "tlp/red-needs-a-person",
     "TLP:RED is for persons at the member's desk, never for an integration."},
    {Rule::kStrictNeedsAGrant, "tlp/strict-needs-a-grant",
     "TLP:AMBER+STRICT reaches an integration only with a grant for it."},
}};

// Who a marking may reach: one row for each TLP marking, one column for each form of
// audience. Where the form is not allowed, the row says by which rule.
struct TlpRow {
  v1::Tlp tlp;
  bool named_members;
  bool countries;
  bool corridor;
  bool regions;
  bool all_members;
  Rule otherwise;
};

// clang-format off
inline constexpr std::array<TlpRow, 5> kTlpTable = {{
    // marking             named  countries corridor regions all    otherwise
    {v1::TLP_RED,          true,  false,    false,   false,  false, Rule::kRedNeedsNamedMember},
    {v1::TLP_AMBER_STRICT, true,  true,     false,   false,  false, Rule::kStrictNeedsNamedMemberOrCountry},
    {v1::TLP_AMBER,        true,  true,     true,    true,   false, Rule::kAmberNotToAllMembers},
    {v1::TLP_GREEN,        true,  true,     true,    true,   true,  Rule::kTlpMissing},
    {v1::TLP_CLEAR,        true,  true,     true,    true,   true,  Rule::kTlpMissing},
}};
// clang-format on

constexpr const RuleText& TextOf(Rule rule) { return kRules[static_cast<size_t>(rule)]; }

constexpr bool RulesAreInOrder() {
  for (size_t i = 0; i < kRules.size(); ++i) {
    if (static_cast<size_t>(kRules[i].rule) != i) return false;
  }
  return true;
}
static_assert(RulesAreInOrder(), "a rule is looked up by its place");

}  // namespace corridor

#endif  // CORRIDOR_CORE_POLICY_RULES_H_
