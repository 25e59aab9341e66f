#ifndef CORRIDOR_CORE_GATE_CONTENT_RULES_H_
#define CORRIDOR_CORE_GATE_CONTENT_RULES_H_

#include <string_view>
#include <vector>

#include "core/gate/gate_policy.h"
#include "core/model/errors.h"
#include "corridor/v1/alert.pb.h"
#include "corridor/v1/statement.pb.h"

namespace corridor {

// What the gate decides on codes, beyond their structure: how fine they may be,
// and which combinations turn an alert against those it is to protect. Pure.

// TOO_PRECISE, each with the coarser value that passes:
//   precision.subdivision        a subdivision in a country where the policy allows none
//   precision.quasi-identifiers  more coded fields at their fine level than may stand together
//   small-group.<field>          a group that may be below the policy's k, described finely
//   rare.<name>                  a rare combination of the policy's table
// MISUSE_RULE: misuse.pattern-needed, where citizenship, entry mode or screening stands
// without act, purpose and means.
// `path` is that of `content`, which is structurally sound.
void CheckContentRules(const v1::AlertContent& content, const GatePolicy& policy,
                       std::string_view path, std::vector<FieldViolation>& violations);

// A sighting of fewer than the policy's k names an area, never a country.
void CheckSightingRules(const v1::Sighting& sighting, const GatePolicy& policy,
                        std::vector<FieldViolation>& violations);

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_CONTENT_RULES_H_
