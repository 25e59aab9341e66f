#ifndef CORRIDOR_CORE_POLICY_AGREEMENT_MATCH_H_
#define CORRIDOR_CORE_POLICY_AGREEMENT_MATCH_H_

#include "absl/time/time.h"
#include "core/model/facts.h"
#include "core/policy/policy.h"

namespace corridor {

// Whether a party to an agreement includes the member.
bool IsParty(const v1::Party& party, const v1::Member& member);

// The first agreement, by id, that lets `flow` pass from `publisher` to `recipient`
// at `now`; null when none does. CANCEL and RECALL pass wherever the agreement names
// them, ISSUE or REVISE: the end of an alert goes wherever the alert went.
const v1::Agreement* FindAgreement(const Facts& facts, const Flow& flow,
                                   const v1::Member& publisher, const v1::Member& recipient,
                                   absl::Time now);

}  // namespace corridor

#endif  // CORRIDOR_CORE_POLICY_AGREEMENT_MATCH_H_
