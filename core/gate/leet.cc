#include <string>

#include "core/gate/disguises.h"

namespace corridor {
namespace {

constexpr size_t kWordBytesMin = 4;
constexpr std::string_view kSigns = "01345780@$!";
constexpr std::string_view kSmall = "oieastboasi";
constexpr std::string_view kCapitals = "OIEASTBOASI";

// A name begins with a capital, whatever its first letter is written as.
char LetterFor(char sign, bool capital) {
  return (capital ? kCapitals : kSmall)[kSigns.find(sign)];
}

bool IsAsciiLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool IsPart(char c) { return IsAsciiLetter(c) || kSigns.find(c) != std::string_view::npos; }

}  // namespace

std::optional<TextView> ReadLeet(const TextView& cased) {
  const std::string& text = cased.text();
  TextViewEditor editor(cased);
  for (size_t at = 0; at < text.size(); ++at) {
    const size_t begin = at;
    size_t letters = 0, end = at;
    for (; at < text.size() && IsPart(text[at]); ++at) {
      if (!IsAsciiLetter(text[at])) continue;
      ++letters;
      end = at + 1;  // A word that ends in digits has a number behind it.
    }
    const size_t signs = end - begin - letters;
    const bool leet = end - begin >= kWordBytesMin && signs > 0 && signs < letters;
    for (size_t i = begin; leet && i < end; ++i) {
      if (IsAsciiLetter(text[i])) continue;
      const char letter = LetterFor(text[i], i == begin);
      editor.Replace(i, i + 1, {&letter, 1});
    }
  }
  if (!editor.changed()) return std::nullopt;
  return std::move(editor).Finish();
}

}  // namespace corridor
