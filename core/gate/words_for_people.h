#ifndef CORRIDOR_CORE_GATE_WORDS_FOR_PEOPLE_H_
#define CORRIDOR_CORE_GATE_WORDS_FOR_PEOPLE_H_

#include <string_view>

namespace corridor {

// Words that are written for people and stand in no alert: what the gate finds in them, as the name
// of a category ("phone"), empty for nothing. They belong to no statement, so they are judged with
// the default policy's telephone regions. Pure; thread-safe; nothing of the text is kept.

// In the name of an organisation or the title of a rule. Organisations bear names of persons ("Jomo
// Kenyatta Centre") and regions those of domains ("ea.example"): there a name counts behind a title
// or a cue only, and a bare domain does not.
std::string_view IdentifierInTitle(std::string_view text);

// In a remark: as in a note of an alert.
std::string_view IdentifierInRemark(std::string_view text);

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_WORDS_FOR_PEOPLE_H_
