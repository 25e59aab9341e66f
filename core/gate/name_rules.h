#ifndef CORRIDOR_CORE_GATE_NAME_RULES_H_
#define CORRIDOR_CORE_GATE_NAME_RULES_H_

#include <memory>

#include "core/gate/findings.h"
#include "core/gate/text_view.h"

namespace corridor {

// Names of persons, by a title before them ("Mr", "Bi", "Pak", "นาย") or a cue
// ("anaitwa", "bernama", "name:"). Names without either are not found; that needs a
// gazetteer. Immutable and thread-safe; linear time.
class NameRules {
 public:
  NameRules();
  ~NameRules();
  NameRules(const NameRules&) = delete;
  NameRules& operator=(const NameRules&) = delete;

  // `cased`: a view that keeps the case.
  void Find(const TextView& cased, Findings& findings) const;

 private:
  struct Rule;
  std::unique_ptr<const Rule[]> rules_;
};

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_NAME_RULES_H_
