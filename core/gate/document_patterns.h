#ifndef CORRIDOR_CORE_GATE_DOCUMENT_PATTERNS_H_
#define CORRIDOR_CORE_GATE_DOCUMENT_PATTERNS_H_

#include "core/gate/pattern_rules.h"

namespace corridor {

// Numbers that an office, a bank or a court gave to somebody: passports and identity cards by
// cue and by the schemes whose form is their own, machine-readable zones, bank accounts, case
// and police-report numbers. For a folded view. What has no cue and no form of its own is left
// to CodeRules and NumberRules.
const PatternRules& DocumentPatterns();

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_DOCUMENT_PATTERNS_H_
