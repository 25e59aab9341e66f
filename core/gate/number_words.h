#ifndef CORRIDOR_CORE_GATE_NUMBER_WORDS_H_
#define CORRIDOR_CORE_GATE_NUMBER_WORDS_H_

#include <string_view>

namespace corridor {

// What one word can be within a number that is read out.
enum class NumberWordKind {
  kDigits,     // "seven", "kumi", "ศูนย์": stands for digits.
  kTens,       // "twenty": its zero gives way to a unit behind it.
  kHundred,    // "hundred": its zeros give way to what stands behind it.
  kRepeat,     // "double", "triple": says the next digit again.
  kSeparator,  // "dash", "then", "tiret": says nothing.
  kPlus,       // "plus": what follows is an international number.
};

struct NumberWord {
  NumberWordKind kind = NumberWordKind::kSeparator;
  std::string_view digits;  // kDigits, kTens; for kRepeat "2" or "3".
};

// What a whole word of a folded text means, or null. English, French, Swahili,
// Indonesian, Malay, Tagalog, Cebuano, Vietnamese, Spanish, Portuguese, Oromo, Somali,
// Kinyarwanda and Kirundi, Luganda, Amharic, Tigrinya, Hindi and Nepali, Bengali, Tamil,
// Arabic. Thread-safe.
const NumberWord* FindNumberWord(std::string_view word);

// The same for scripts without spaces (Thai, Lao, Khmer, Burmese, Chinese): the longest
// number word that `text` begins with; its length in bytes in `size`.
const NumberWord* FindNumberPrefix(std::string_view text, size_t& size);

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_NUMBER_WORDS_H_
