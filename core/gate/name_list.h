#ifndef CORRIDOR_CORE_GATE_NAME_LIST_H_
#define CORRIDOR_CORE_GATE_NAME_LIST_H_

#include <string_view>

namespace corridor {

// How telling a word is as a part of somebody's name.
enum class NameStrength {
  kNone,
  kWeak,    // Also an ordinary word or a place: "Grace", "Baraka", "Santiago".
  kStrong,  // Hardly anything else: "Otieno", "Nurhayati".
};

// A small gazetteer of common given names and surnames of the field's languages, general
// knowledge without persons behind it. `word` is case-folded, in Latin or Ethiopic letters,
// Devanagari, Bengali or Arabic. Thread-safe.
NameStrength NameStrengthOf(std::string_view word);

// "beatriceauma": two strong names of four letters or more.
bool IsNameCompound(std::string_view word);

// A word that belongs to organisations and places, not to a name: "ministry", "road".
bool IsOrganisationWord(std::string_view word);
// A word that makes a place or a thing of the name behind it: "lake", "saint".
bool MakesPlace(std::string_view word);
// One that does so without a capital too, and is nothing else: "mlima".
bool MakesPlaceInSmallLetters(std::string_view word);
// Folded words, a blank between two, that name a place though persons are called so.
bool IsPlace(std::string_view words);
// A word that links parts of one name: "de", "bin", "wa".
bool IsNameParticle(std::string_view word);

// The number of bytes of the Thai given name that `text` begins with; 0 where there is none.
size_t ThaiNamePrefix(std::string_view text);

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_NAME_LIST_H_
