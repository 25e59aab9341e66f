#ifndef CORRIDOR_CORE_GATE_TEXT_RULES_H_
#define CORRIDOR_CORE_GATE_TEXT_RULES_H_

#include <string_view>
#include <vector>

#include "core/gate/gate_policy.h"
#include "core/gate/text_scan.h"
#include "core/model/errors.h"
#include "corridor/v1/alert.pb.h"

namespace corridor {

// Headlines and notes: whether the marking lets there be any (TEXT_NOT_ALLOWED), and
// what is found in each and across two that stand side by side (PERSONAL_DATA,
// TEXT_FORBIDDEN). A description names category and rule, never the text. Pure.
void CheckTexts(const v1::AlertContent& content, v1::Tlp tlp, const GatePolicy& policy,
                const TextScanner& scanner, std::string_view path,
                std::vector<FieldViolation>& violations);

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_TEXT_RULES_H_
