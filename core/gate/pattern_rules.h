#ifndef CORRIDOR_CORE_GATE_PATTERN_RULES_H_
#define CORRIDOR_CORE_GATE_PATTERN_RULES_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/gate/findings.h"
#include "core/gate/text_scan.h"
#include "core/gate/text_view.h"

namespace corridor {

// What a text has, as bits: a rule that needs more than a text has is not asked.
enum TextTrait : uint32_t {
  kHasAny = 0,
  kHasDigit = 1 << 0,
  kHasAt = 1 << 1,
  kHasDot = 1 << 2,
  kHasColon = 1 << 3,
  kHasSlash = 1 << 4,
  kHasAngle = 1 << 5,
  kHasPlus = 1 << 6,
  kHasLatin = 1 << 7,
  kHasUpper = 1 << 8,
  kHasThai = 1 << 9,  // And Lao.
  kHasMyanmar = 1 << 10,
  kHasKhmer = 1 << 11,
  kHasEthiopic = 1 << 12,
  kHasIndic = 1 << 13,
  kHasArabic = 1 << 14,
  kHasHan = 1 << 15,
  kHasLao = 1 << 16,
};
uint32_t TraitsOf(std::string_view text);

// What a pattern has matched, for checks that an expression cannot make.
struct PatternMatch {
  std::string_view text;  // All of the view.
  size_t begin = 0;
  size_t end = 0;
  std::string_view original;  // The bytes it came from, case kept.

  std::string_view str() const { return text.substr(begin, end - begin); }
  std::string_view before() const { return text.substr(0, begin); }
  std::string_view after() const { return text.substr(end); }
};

// One row of a table of rules. The finding is the first group of `expression`; where
// `value` is given, `expression` is a cue and the finding the first group of `value`
// within the next 64 bytes. A rule that needs a digit or an "@" is asked around those only.
struct PatternRule {
  TextCategory category;
  std::string_view rule;
  uint32_t needs;
  const char* expression;
  const char* value = nullptr;
  bool (*holds)(const PatternMatch&) = nullptr;
};

// A table of rules over one kind of view. Immutable and thread-safe. Time is linear in
// the text: each rule reads it once, and looks at a bounded number of candidates; a text
// with more candidates than that is refused by the rule rather than read to the end.
class PatternRules {
 public:
  // `rules` must outlive this.
  template <size_t N>
  explicit PatternRules(const PatternRule (&rules)[N]) : PatternRules(rules, N) {}
  ~PatternRules();
  PatternRules(const PatternRules&) = delete;
  PatternRules& operator=(const PatternRules&) = delete;

  void Find(const TextView& view, uint32_t traits, std::string_view original,
            Findings& findings) const;

 private:
  struct Compiled;
  PatternRules(const PatternRule* rules, size_t count);

  std::vector<Compiled> rules_;
};

// Shared pieces of expressions.
#define CORRIDOR_EDGE R"((?:^|[^\p{L}\p{N}]))"
#define CORRIDOR_END R"((?:[^\p{L}\p{N}]|$))"

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_PATTERN_RULES_H_
