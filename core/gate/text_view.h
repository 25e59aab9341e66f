#ifndef CORRIDOR_CORE_GATE_TEXT_VIEW_H_
#define CORRIDOR_CORE_GATE_TEXT_VIEW_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace corridor {

// A text rewritten for detectors, that knows which bytes of the original each of
// its own bytes came from. A plain value, made in linear time.
//
// Both kinds are in ICU's NFKC form with default-ignorable code points dropped, the
// digits of every script written as 0 to 9, dashes as "-", apostrophes as "'"
// and white space as " " or "\n". The folded kind has its case folded too.
class TextView {
 public:
  enum class Case { kKeep, kFold };

  // `original` must be well-formed UTF-8 (IsWellFormedUtf8).
  TextView(std::string_view original, Case letters);

  const std::string& text() const { return text_; }
  // Where bytes [begin, end) of text() stand in the original, as [first, second).
  size_t OriginalStart(size_t begin) const { return starts_[begin]; }
  size_t OriginalEnd(size_t end) const { return end == 0 ? 0 : ends_[end - 1]; }

 private:
  void Normalise(std::string_view original, Case letters);
  void FoldSymbols();

  std::string text_;
  std::vector<uint32_t> starts_;  // One for each byte of text_.
  std::vector<uint32_t> ends_;
};

bool IsWellFormedUtf8(std::string_view text);

// Whether text may not hold this code point at all: controls (but for the line
// break), bidirectional controls, private use, unassigned, tags.
bool IsForbiddenCodePoint(int32_t code_point);

// The code point that begins at `position` of well-formed UTF-8, which is moved
// behind it.
int32_t NextCodePoint(std::string_view text, size_t& position);

bool IsLetter(int32_t code_point);

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_TEXT_VIEW_H_
