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
// Both kinds are in ICU's NFKC form with default-ignorable code points and stray combining
// marks dropped, the digits of every script written as 0 to 9, dashes as "-",
// apostrophes as "'", Ethiopic numerals as the number that they make, full stops of every
// script as "." and white space as " " or "\n".
// The folded kind has its case folded too.
class TextView {
 public:
  enum class Case { kKeep, kFold };

  // `original` must be well-formed UTF-8 (IsWellFormedUtf8).
  TextView(std::string_view original, Case letters);

  // This view with its case folded.
  TextView Folded() const;

  const std::string& text() const { return text_; }
  // Where bytes [begin, end) of text() stand in the original, as [first, second).
  size_t OriginalStart(size_t begin) const { return starts_[begin]; }
  size_t OriginalEnd(size_t end) const { return end == 0 ? 0 : ends_[end - 1]; }

 private:
  friend class TextViewEditor;
  TextView() = default;
  void Normalise(std::string_view original, Case letters);
  void FoldSymbols();

  std::string text_;
  std::vector<uint32_t> starts_;  // One for each byte of text_.
  std::vector<uint32_t> ends_;
};

// Makes a view from another, from front to back: what is not replaced is kept. Offsets
// lead on to the same original.
class TextViewEditor {
 public:
  // `from` must outlive the editor.
  explicit TextViewEditor(const TextView& from);

  // Bytes [begin, end) of `from` become `with`; begin is not before the last end.
  void Replace(size_t begin, size_t end, std::string_view with);
  bool changed() const { return changed_; }
  TextView Finish() &&;

 private:
  void KeepUntil(size_t end);

  const TextView& from_;
  TextView to_;
  size_t at_ = 0;
  bool changed_ = false;
};

// A word with its case folded, as a folded view has it; `word` is of a view.
std::string FoldedWord(std::string_view word);

// An expression or a word with its letters as a view has them, whatever key was typed;
// symbols and case stay as they are.
std::string NormalisedLetters(std::string_view text);

bool IsWellFormedUtf8(std::string_view text);

// Whether text may not hold this code point at all: controls (but for the line
// break), bidirectional controls, private use, unassigned, tags.
bool IsForbiddenCodePoint(int32_t code_point);

// The code point that begins at `position` of well-formed UTF-8, which is moved
// behind it.
inline int32_t NextCodePoint(std::string_view text, size_t& position) {
  const auto next = [&] { return static_cast<unsigned char>(text[position++]); };
  const auto more = [&next](uint32_t bits) { return bits << 6 | (next() & 0x3F); };
  const uint32_t first = next();
  if (first < 0x80) return static_cast<int32_t>(first);
  if (first < 0xE0) return static_cast<int32_t>(more(first & 0x1F));
  if (first < 0xF0) return static_cast<int32_t>(more(more(first & 0x0F)));
  return static_cast<int32_t>(more(more(more(first & 0x07))));
}

bool IsLetter(int32_t code_point);
// A vowel sign, tone or accent that belongs to the letter before it.
bool IsMark(int32_t code_point);
// A letter of a script with two cases, as a capital.
bool IsUpper(int32_t code_point);
// A letter of a script that is written without spaces between words.
bool IsUnspacedLetter(int32_t code_point);

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_TEXT_VIEW_H_
