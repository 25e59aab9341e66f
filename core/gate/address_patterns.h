#ifndef CORRIDOR_CORE_GATE_ADDRESS_PATTERNS_H_
#define CORRIDOR_CORE_GATE_ADDRESS_PATTERNS_H_

#include "core/gate/pattern_rules.h"

namespace corridor {

// Where somebody can be reached or paid: e-mail, web, messengers, handles, IP and MAC
// addresses, IBANs, wallets. For a folded view whose spoken symbols are written as symbols.
const PatternRules& AddressPatterns();
// The same over a view that keeps the case.
const PatternRules& CasedAddressPatterns();

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_ADDRESS_PATTERNS_H_
