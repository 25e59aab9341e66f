#ifndef CORRIDOR_CORE_POLICY_POLICY_H_
#define CORRIDOR_CORE_POLICY_POLICY_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/model/facts.h"
#include "core/model/principal.h"
#include "core/model/statement.h"
#include "corridor/v1/publisher.pb.h"

namespace corridor {

// Who may have a statement, and by which rule. Pure functions of facts, statement
// and time: no clock, no state, any thread. Asked at publish, before a region gets
// anything, when something comes from a region, at each delivery and each read.
//
//   recipients = audience ∩ row of the TLP table ∩ agreements − exclusions
//
// Deny by default: what is unknown or absent denies. That holds for facts too: an
// agreement without `applies_from` and a member without `entitled_from` let nothing
// through (the catalog always sets both). The rules are tried in the order of
// rules.h, and the first that denies decides; no rule overrides an exclusion.

// What policy looks at in one statement. Refers to the statements it was made from,
// which must outlive it.
struct Flow {
  std::string_view publisher;
  v1::StatementKind kind = v1::STATEMENT_KIND_UNSPECIFIED;
  // For CANCEL, RECALL and same_as_target: the stricter of its own and the target's.
  v1::Tlp tlp = v1::TLP_UNSPECIFIED;
  // Its own audience; the target's for CANCEL, RECALL and same_as_target. Null while
  // it is not known: then only the publisher may have the statement.
  const v1::Audience* audience = nullptr;
  // Exclusions of the statement, and those of the target where its audience counts.
  std::vector<const v1::Exclusion*> excluded;
  // The audience is that of somebody else's alert (same_as_target).
  bool audience_is_borrowed = false;
  // Publisher of the alert that SIGHTING and RESPONSE are about; else empty.
  std::string_view target_publisher;
  // What it says about trafficking: content of its own, a proposal's, else the
  // target's. Null when there is none here.
  const v1::AlertContent* content = nullptr;
  bool content_is_targets = false;
  // When its origin accepted it, in milliseconds since the Unix epoch.
  int64_t accept_time_ms = 0;
  // The key that it was signed with (16 bytes), and when its origin first took it in: by
  // that the key is judged. An embargo may lie between that and its acceptance.
  std::string_view signing_key_id;
  int64_t said_ms = 0;
};

// `target` is the current content of the alert that a CANCEL, RECALL, SIGHTING or
// RESPONSE is about; null when it is not here.
//
// same_as_target counts only for a publisher whom the target itself addresses: for
// another it is as if the target were not here, so that nobody learns by trying who
// an alert was for.
Flow FlowOf(const ParsedStatement& statement, int64_t accept_time_ms,
            const ParsedStatement* target);

struct Decision {
  bool allowed = false;
  // The agreement's id when an agreement allowed it ("agreement/<id>"), else one of
  // the ids in rules.h. Ids never change their meaning.
  std::string rule;
  // One sentence for people.
  std::string explanation;
};

// Whether the member may have it, through at least one of its principals.
Decision DecideMember(const Facts& facts, const Flow& flow, std::string_view member,
                      absl::Time now);

// Whether this caller may have it: its member's decision, and its own grant. TLP:RED
// and, without ROLE_STRICT_READER, TLP:AMBER+STRICT reach no integration, not even
// that of the publisher.
Decision DecidePrincipal(const Facts& facts, const Flow& flow, const Principal& principal,
                         absl::Time now);

// Whether a region may have it: whether one of its members may. When none may, the
// decision for the member that came nearest.
Decision DecideRegion(const Facts& facts, const Flow& flow, std::string_view region,
                      absl::Time now);

// The decision for every member known, by SPIFFE ID, and for members that the audience
// names but nobody knows. Of a borrowed audience only the target's publisher and the
// statement's own are shown: who else an alert was for is known to brokers alone.
std::vector<v1::RecipientDecision> Explain(const Facts& facts, const Flow& flow, absl::Time now);

// Whether `sender` may hand in statements of `publisher`: its own member's, and those of
// the members that its grant names.
bool MayHandInFor(const Facts& facts, const Principal& sender, std::string_view publisher);

// Whether `sender` may hand this in: for a member of this region that is not suspended,
// for one of that member's own countries, with the grants that the marking, the urgency
// and the purposes need. MEMBER_UNKNOWN, MEMBER_SUSPENDED, PUBLISHER_MISMATCH, or POLICY_DENIED
// with the rule id in metadata `rule`.
absl::Status CheckPublish(const Facts& facts, const Principal& sender,
                          const ParsedStatement& statement);

// AUDIENCE_EMPTY, with the rule that denied last in metadata `rule`, when nobody but the
// publisher may have it. CANCEL and RECALL pass: they follow what was sent before.
absl::Status CheckAudience(const Facts& facts, const Flow& flow, absl::Time now);

}  // namespace corridor

#endif  // CORRIDOR_CORE_POLICY_POLICY_H_
