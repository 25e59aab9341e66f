#include "core/policy/policy.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/strings.h"
#include "core/model/errors.h"
#include "core/model/signing_key.h"
#include "core/model/vocabulary.h"
#include "core/policy/agreement_match.h"
#include "core/policy/audience.h"
#include "core/policy/rules.h"

namespace corridor {
namespace {

struct Judgement {
  Rule rule;
  const v1::Agreement* agreement = nullptr;  // For kAgreement.
};

bool Allows(Rule rule) { return rule == Rule::kOwnStatement || rule == Rule::kAgreement; }

Decision ToDecision(const Judgement& judgement) {
  const RuleText& text = TextOf(judgement.rule);
  Decision decision{Allows(judgement.rule), std::string(text.id), std::string(text.explanation)};
  if (judgement.agreement != nullptr) {
    decision.rule = absl::StrCat("agreement/", judgement.agreement->agreement_id());
    decision.explanation =
        absl::StrCat("The agreement \"", judgement.agreement->title(), "\" lets it flow.");
  }
  return decision;
}

bool RowAllows(const TlpRow& row, v1::Audience::AudienceCase form) {
  switch (form) {
    case v1::Audience::kOrganisations:
    case v1::Audience::kToPublisher:
      return row.named_members;
    case v1::Audience::kCountries:
      return row.countries;
    case v1::Audience::kCorridor:
      return row.corridor;
    case v1::Audience::kRegions:
      return row.regions;
    case v1::Audience::kAllMembers:
      return row.all_members;
    case v1::Audience::kSameAsTarget:
    case v1::Audience::AUDIENCE_NOT_SET:
      break;
  }
  return false;
}

// The rule of the TLP table that keeps this form of audience away; kAgreement for none.
Rule JudgeMarking(v1::Tlp tlp, v1::Audience::AudienceCase form) {
  for (const TlpRow& row : kTlpTable) {
    if (row.tlp == tlp) return RowAllows(row, form) ? Rule::kAgreement : row.otherwise;
  }
  return Rule::kTlpMissing;
}

bool NamesUnconfirmedPower(const v1::AlertContent& content) {
  if (content.verification() == v1::VERIFICATION_CONFIRMED) return false;
  const auto& kinds = content.recruitment().perpetrator_kinds();
  return std::any_of(kinds.begin(), kinds.end(), [](int kind) {
    return kind == v1::PERPETRATOR_KIND_OFFICIAL || kind == v1::PERPETRATOR_KIND_ARMED_GROUP;
  });
}

bool IsOnRoute(const v1::AlertContent& content, const v1::Member& member) {
  for (const v1::RouteLeg& leg : content.legs()) {
    const std::string& place = leg.has_country() ? leg.country() : leg.area();
    for (const std::string& country : member.countries()) {
      if (place == country || AreaContains(place, country)) return true;
    }
  }
  return false;
}

bool IsMisuse(const Flow& flow, const v1::Member& member) {
  if (flow.content == nullptr || !NamesUnconfirmedPower(*flow.content)) return false;
  // The publisher of the alert has said it itself.
  if (flow.content_is_targets && member.spiffe_id() == flow.target_publisher) return false;
  return flow.audience->has_all_members() || IsOnRoute(*flow.content, member);
}

bool IsEntitled(const v1::Member& member, int64_t accept_time_ms) {
  if (!member.has_entitled_from()) return false;
  const absl::Time from = absl::FromUnixSeconds(member.entitled_from().seconds()) +
                          absl::Nanoseconds(member.entitled_from().nanos());
  return absl::ToUnixMillis(from) <= accept_time_ms;
}

bool IsAddressed(const Flow& flow, const v1::Member& member) {
  if (flow.audience_is_borrowed && member.spiffe_id() == flow.target_publisher) return true;
  return Addresses(*flow.audience, member, flow.target_publisher);
}

// Who is not among those that an alert was for cannot speak to them, nor learn by trying
// who they are.
bool IsAudienceKnown(const Flow& flow, const v1::Member& publisher) {
  if (flow.audience == nullptr) return false;
  return !flow.audience_is_borrowed ||
         (IsAddressed(flow, publisher) && !IsExcluded(flow.excluded, publisher));
}

// Whether its key was in wrong hands when it was said. A key that is not known here says nothing:
// the intake asks for it.
bool IsNobodysWord(const Facts& facts, const Flow& flow) {
  const auto key = facts.signing_keys.find(flow.signing_key_id);
  return key != facts.signing_keys.end() &&
         StandingAt(key->second, absl::FromUnixMillis(flow.said_ms)) == KeyStanding::kCompromised;
}

// The rules, in the order of rules.h; the first that decides.
Judgement JudgeMember(const Facts& facts, const Flow& flow, std::string_view id, absl::Time now) {
  const v1::Member* member = facts.FindMember(id);
  if (member == nullptr) return {Rule::kMemberUnknown};
  if (member->state() != v1::MEMBER_STATE_ACTIVE) return {Rule::kMemberSuspended};
  const v1::Member* publisher = facts.FindMember(flow.publisher);
  if (publisher == nullptr) return {Rule::kPublisherUnknown};
  if (IsNobodysWord(facts, flow)) return {Rule::kKeyRevoked};
  if (member == publisher) return {Rule::kOwnStatement};
  if (!IsAudienceKnown(flow, *publisher)) return {Rule::kAudienceUnknown};
  if (IsExcluded(flow.excluded, *member)) return {Rule::kExcluded};
  if (!IsAddressed(flow, *member)) return {Rule::kNotAddressed};
  const Rule marking = JudgeMarking(flow.tlp, flow.audience->audience_case());
  if (marking != Rule::kAgreement) return {marking};
  if (IsMisuse(flow, *member)) return {Rule::kPerpetratorNeedsConfirmation};
  if (!IsEntitled(*member, flow.accept_time_ms)) return {Rule::kNotYetEntitled};
  const v1::Agreement* agreement = FindAgreement(facts, flow, *publisher, *member, now);
  if (agreement == nullptr) return {Rule::kNoAgreement};
  return {Rule::kAgreement, agreement};
}

// Whether a member denied by `a` came nearer to having it than one denied by `b`. One that
// was meant and then excluded is nearer than one that was never meant.
bool IsNearer(Rule a, Rule b) {
  if (a == Rule::kNotAddressed && b == Rule::kExcluded) return false;
  if (a == Rule::kExcluded && b == Rule::kNotAddressed) return true;
  return a > b;
}

bool HasRole(const v1::Grant* grant, v1::Role role) {
  return grant != nullptr &&
         std::find(grant->roles().begin(), grant->roles().end(), role) != grant->roles().end();
}

// The rule that keeps a principal of an allowed member away; kAgreement for none.
Rule JudgePrincipal(const Facts& facts, v1::Tlp tlp, const Principal& principal) {
  const v1::Grant* grant = facts.FindGrant(principal.spiffe_id);
  if (!HasRole(grant, v1::ROLE_READER)) return Rule::kNotAReader;
  if (principal.kind == PrincipalKind::kDesk) return Rule::kAgreement;
  if (tlp == v1::TLP_RED) return Rule::kRedNeedsAPerson;
  if (tlp == v1::TLP_AMBER_STRICT && !HasRole(grant, v1::ROLE_STRICT_READER)) {
    return Rule::kStrictNeedsAGrant;
  }
  return Rule::kAgreement;
}

void AddExclusions(const v1::StatementRouting& routing, Flow& flow) {
  for (const v1::Exclusion& exclusion : routing.excluded()) flow.excluded.push_back(&exclusion);
}

// Takes over for whom the target was.
void BorrowAudience(const ParsedStatement& target, Flow& flow) {
  flow.audience = &target.routing.audience();
  flow.tlp = std::max(flow.tlp, target.body.tlp());
  AddExclusions(target.routing, flow);
}

bool EndsAlert(v1::StatementKind kind) {
  return kind == v1::STATEMENT_KIND_CANCEL || kind == v1::STATEMENT_KIND_RECALL;
}

const v1::AlertContent* OwnContentOf(const ParsedStatement& statement) {
  if (statement.body.has_response() && statement.body.response().has_proposal()) {
    return &statement.body.response().proposal();
  }
  return statement.content();
}

v1::RecipientDecision Explained(std::string_view member, const Decision& decision) {
  v1::RecipientDecision out;
  out.set_member(std::string(member));
  out.set_region(std::string(RegionOf(member)));
  out.set_allowed(decision.allowed);
  out.set_rule(decision.rule);
  out.set_explanation(decision.explanation);
  return out;
}

// The members that an explanation speaks of, in order.
std::vector<std::string_view> ExplainedMembers(const Facts& facts, const Flow& flow) {
  std::vector<std::string_view> members;
  if (flow.audience_is_borrowed) {
    members = {flow.publisher, flow.target_publisher};
  } else {
    for (const auto& [id, member] : facts.members) members.push_back(id);
    if (flow.audience != nullptr) {
      for (const auto& id : flow.audience->organisations().members()) members.push_back(id);
    }
  }
  std::sort(members.begin(), members.end());
  members.erase(std::unique(members.begin(), members.end()), members.end());
  return members;
}

}  // namespace

Flow FlowOf(const ParsedStatement& statement, int64_t accept_time_ms,
            const ParsedStatement* target) {
  Flow flow{.publisher = statement.body.publisher(),
            .kind = statement.kind(),
            .tlp = statement.body.tlp(),
            .content = OwnContentOf(statement),
            .accept_time_ms = accept_time_ms,
            .signing_key_id = statement.bytes.proof().key_id(),
            .said_ms = accept_time_ms};
  if (const v1::AlertReference* reference = TargetOf(statement.body)) {
    flow.target_publisher = reference->publisher();
  }
  if (flow.content == nullptr && target != nullptr) {
    flow.content = target->content();
    flow.content_is_targets = true;
  }
  AddExclusions(statement.routing, flow);
  flow.audience_is_borrowed = statement.routing.audience().has_same_as_target();
  if (!flow.audience_is_borrowed && !EndsAlert(flow.kind)) {
    if (statement.routing.has_audience()) flow.audience = &statement.routing.audience();
  } else if (target != nullptr) {
    BorrowAudience(*target, flow);
  }
  return flow;
}

Decision DecideMember(const Facts& facts, const Flow& flow, std::string_view member,
                      absl::Time now) {
  return ToDecision(JudgeMember(facts, flow, member, now));
}

Decision DecidePrincipal(const Facts& facts, const Flow& flow, const Principal& principal,
                         absl::Time now) {
  if (!principal.is_member()) return ToDecision({Rule::kPrincipalNotOfMember});
  const Judgement judgement = JudgeMember(facts, flow, principal.member, now);
  if (!Allows(judgement.rule)) return ToDecision(judgement);
  const Rule own = JudgePrincipal(facts, flow.tlp, principal);
  return ToDecision(own == Rule::kAgreement ? judgement : Judgement{own});
}

Decision DecideRegion(const Facts& facts, const Flow& flow, std::string_view region,
                      absl::Time now) {
  Judgement nearest{Rule::kRegionWithoutMembers};
  const std::string prefix = absl::StrCat("spiffe://", A(region), "/");
  for (auto it = facts.members.lower_bound(prefix);
       it != facts.members.end() && RegionOf(it->first) == region; ++it) {
    const Judgement judgement = JudgeMember(facts, flow, it->first, now);
    if (Allows(judgement.rule)) return ToDecision(judgement);
    if (IsNearer(judgement.rule, nearest.rule)) nearest = judgement;
  }
  return ToDecision(nearest);
}

std::vector<v1::RecipientDecision> Explain(const Facts& facts, const Flow& flow, absl::Time now) {
  std::vector<v1::RecipientDecision> decisions;
  for (std::string_view member : ExplainedMembers(facts, flow)) {
    decisions.push_back(Explained(member, DecideMember(facts, flow, member, now)));
  }
  return decisions;
}

absl::Status CheckAudience(const Facts& facts, const Flow& flow, absl::Time now) {
  if (EndsAlert(flow.kind)) return absl::OkStatus();
  Judgement nearest{Rule::kMemberUnknown};
  for (const auto& [id, member] : facts.members) {
    if (id == flow.publisher) continue;
    const Judgement judgement = JudgeMember(facts, flow, id, now);
    if (Allows(judgement.rule)) return absl::OkStatus();
    const bool may_be_told = !flow.audience_is_borrowed || id == flow.target_publisher;
    if (may_be_told && IsNearer(judgement.rule, nearest.rule)) nearest = judgement;
  }
  const Decision decision = ToDecision(nearest);
  return Error(v1::ERROR_REASON_AUDIENCE_EMPTY,
               absl::StrCat("nobody but the publisher would receive it: ", decision.explanation),
               "rule", decision.rule);
}

}  // namespace corridor
