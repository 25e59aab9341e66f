#ifndef CORRIDOR_CORE_GATE_NUMBER_CUES_H_
#define CORRIDOR_CORE_GATE_NUMBER_CUES_H_

#include <string_view>

namespace corridor {

// What the words around a number in a folded text say about it, in the languages of the
// field. Each looks at `text` only as far as a short word reaches. Thread-safe.

// `before` ends with a currency, `after` begins with one.
bool EndsWithCurrency(std::string_view before);
bool BeginsWithCurrency(std::string_view after);
// `after` begins with a unit or with what is counted: "km", "people", "%".
bool BeginsWithUnit(std::string_view after);
// `before` ends with the word for a provision, a page or a version: "section", "no."
bool EndsWithProvision(std::string_view before);
// A word that announces a telephone number stands in `before`.
bool HasPhoneCue(std::string_view before);

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_NUMBER_CUES_H_
