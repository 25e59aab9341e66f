#ifndef CORRIDOR_CORE_GATE_NAME_RULES_H_
#define CORRIDOR_CORE_GATE_NAME_RULES_H_

#include <cstdint>
#include <string_view>

#include "core/gate/findings.h"
#include "core/gate/pattern_rules.h"
#include "core/gate/text_view.h"

namespace corridor {

// Names of persons: by a title before them ("Mr", "Bi", "Pak", "นาย"), by a cue
// ("anaitwa", "bernama", "name:"), by an age behind them, and by a small gazetteer of common
// names (name_list.h). Found often, promised never. Immutable and thread-safe; linear time.
class NameRules {
 public:
  NameRules();

  // `cased`: a view that keeps the case.
  void Find(const TextView& cased, uint32_t traits, std::string_view original,
            Findings& findings) const;

 private:
  const PatternRules patterns_;
};

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_NAME_RULES_H_
