#ifndef CORRIDOR_CORE_GATE_DISGUISES_H_
#define CORRIDOR_CORE_GATE_DISGUISES_H_

#include <memory>
#include <optional>
#include <string_view>

#include "core/gate/text_view.h"

namespace corridor {

// Views that take off what people put on an address or a name so that machines miss it.
// All in linear time; offsets lead on to the original text.

// "j o h n @ m a i l", "T-e-l-e-g-r-a-m", "K.D.A 1 2 3 B", "น า ย": single letters and digits with
// symbols between them, written together; where the symbols change, and at a capital behind a small
// letter, begins a new word. None where nothing is spaced out. `cased`: a view that keeps the case.
std::optional<TextView> JoinSpacedLetters(const TextView& cased);

// "one nine two dot one six eight", "fourteen": what is read out, two digits or more, as numerals.
// None where nothing is. `folded`: a view with its case folded.
std::optional<TextView> WriteSpelledDigits(const TextView& folded);

// "J0hn 0t1eno", "Te1egr@m": digits and symbols within words as the letters they stand for. For
// rules about words only. None where there are none.
std::optional<TextView> ReadLeet(const TextView& cased);

// Reads letters of other scripts that look like Latin ones as those (ICU's confusables:
// Cyrillic, Greek, Armenian, Cherokee, small capitals, letters in boxes).
// Immutable and thread-safe.
class Lookalikes {
 public:
  Lookalikes();
  ~Lookalikes();
  Lookalikes(const Lookalikes&) = delete;
  Lookalikes& operator=(const Lookalikes&) = delete;

  // None where the view has no such letter.
  std::optional<TextView> Replace(const TextView& cased) const;

 private:
  struct Table;
  std::unique_ptr<const Table> table_;
};

// Writes spoken and bracketed symbols of addresses as symbols, in the languages of the
// field: "jobs [at] mail (dot) com", "jobs arobase mail point com", "t dot me slash jobs",
// "jobs @ mail . com". What no address follows stays as it is.
TextView WriteSpokenSymbols(const TextView& folded);

// Whether a label of a domain is a top-level domain (lower case).
bool IsTopLevelDomain(std::string_view label);

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_DISGUISES_H_
