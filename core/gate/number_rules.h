#ifndef CORRIDOR_CORE_GATE_NUMBER_RULES_H_
#define CORRIDOR_CORE_GATE_NUMBER_RULES_H_

#include <string>
#include <string_view>
#include <vector>

#include "core/gate/findings.h"
#include "core/gate/number_run.h"
#include "core/gate/text_view.h"

namespace corridor {

// Digits in a folded text, whatever stands between them: seven or more pass only where
// an allowed grammar of NumberRun explains them; six where a cue announces a telephone
// or they are disguised. What is left is a payment card by its checksum, a telephone number by
// libphonenumber, or a long number. Immutable and thread-safe; linear time.
class NumberRules {
 public:
  explicit NumberRules(std::vector<std::string> phone_regions);

  void Find(const TextView& folded, Findings& findings) const;

 private:
  bool IsPhone(std::string_view digits, bool international) const;
  void Report(const TextView& folded, const NumberRun& run, bool ask_phone,
              Findings& findings) const;

  const std::vector<std::string> phone_regions_;
};

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_NUMBER_RULES_H_
