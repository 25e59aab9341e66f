#ifndef CORRIDOR_CORE_GATE_DATE_PATTERNS_H_
#define CORRIDOR_CORE_GATE_DATE_PATTERNS_H_

#include "core/gate/pattern_rules.h"

namespace corridor {

// Dates of birth by cue, in the Gregorian, Buddhist-era and Ethiopian calendars; and days of the
// calendar that nothing but a person's life explains: written in figures, or in words and long
// ago. Months, years and the dates of laws pass. For a folded view.
const PatternRules& DatePatterns();

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_DATE_PATTERNS_H_
