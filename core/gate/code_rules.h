#ifndef CORRIDOR_CORE_GATE_CODE_RULES_H_
#define CORRIDOR_CORE_GATE_CODE_RULES_H_

#include <string_view>

#include "core/gate/findings.h"
#include "core/gate/text_view.h"

namespace corridor {

// Codes of letters and digits: what no abbreviation, quantity or provision looks like is
// taken for a document ("AK0123456", "S1234567D", "B-123-456"), a place or a key. Sums
// ("USD5000"), units ("100km"), years ("FY2024") and numbers of laws ("RA10364") pass.
// `folded` is a folded view of `original`. Linear time; thread-safe.
void FindCodes(const TextView& folded, std::string_view original, Findings& findings);

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_CODE_RULES_H_
