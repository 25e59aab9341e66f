#ifndef CORRIDOR_CORE_GATE_NUMBER_RULES_H_
#define CORRIDOR_CORE_GATE_NUMBER_RULES_H_

#include <string>
#include <string_view>
#include <vector>

#include "core/gate/findings.h"
#include "core/gate/text_view.h"

namespace corridor {

// Digits in a folded text, whatever stands between them: seven or more pass only where
// an allowed grammar explains them (dates, years, months, times, grouped counts, sums
// of money). What is left is a payment card by its checksum, a telephone number by
// libphonenumber, or a long number. Immutable and thread-safe; linear time.
class NumberRules {
 public:
  explicit NumberRules(std::vector<std::string> phone_regions);

  void Find(const TextView& folded, Findings& findings) const;

 private:
  bool IsPhone(std::string_view digits, bool international) const;
  void Report(const TextView& folded, size_t begin, size_t end, std::string_view digits,
              bool international, bool ask_phone, Findings& findings) const;

  const std::vector<std::string> phone_regions_;
};

// The last digit of a payment card fits the others (ISO/IEC 7812-1).
bool PassesLuhn(std::string_view digits);
// An IBAN without spaces, letters in lower case, has remainder 1 (ISO 7064 MOD 97-10).
bool PassesIban(std::string_view iban);

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_NUMBER_RULES_H_
