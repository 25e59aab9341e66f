#ifndef CORRIDOR_CORE_GATE_PLACE_PATTERNS_H_
#define CORRIDOR_CORE_GATE_PLACE_PATTERNS_H_

#include "core/gate/pattern_rules.h"

namespace corridor {

// Places finer than a one-degree cell: coordinates in decimals or degrees and minutes,
// geohash, plus codes, MGRS, three words; street addresses, plots, houses in a village. And what
// moves between places: number plates, flights, vessels. For a folded view.
const PatternRules& PlacePatterns();

// The same, where capitals tell: "12 Moi Avenue", "House 12". For a view that keeps the case.
const PatternRules& CasedPlacePatterns();

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_PLACE_PATTERNS_H_
