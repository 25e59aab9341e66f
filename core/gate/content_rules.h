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

// Subdivisions beyond what the policy allows (TOO_PRECISE), a small group that is
// described too finely (TOO_PRECISE, with the coarser value), and citizenship, entry
// mode or screening without act and purpose (MISUSE_RULE). `path` is that of
// `content`, which is structurally sound.
void CheckContentRules(const v1::AlertContent& content, const GatePolicy& policy,
                       std::string_view path, std::vector<FieldViolation>& violations);

// A sighting of fewer than eleven names an area, never a country.
void CheckSightingRules(const v1::Sighting& sighting, std::vector<FieldViolation>& violations);

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_CONTENT_RULES_H_
