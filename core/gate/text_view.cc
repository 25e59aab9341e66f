#include "core/gate/text_view.h"

#include <unicode/bytestream.h>
#include <unicode/edits.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "absl/strings/str_replace.h"
#include "core/base/strings.h"

namespace corridor {
namespace {

constexpr int32_t kFirstTag = 0xE0000;
constexpr int32_t kLastTag = 0xE007F;
constexpr int32_t kCombiningKeycap = 0x20E3;
constexpr int32_t kMinusSign = 0x2212;
constexpr int32_t kLongVowelSign = 0x30FC;  // Kana; typed for a dash.

const icu::Normalizer2* Normalizer(TextView::Case letters) {
  UErrorCode status = U_ZERO_ERROR;
  return letters == TextView::Case::kFold ? icu::Normalizer2::getNFKCCasefoldInstance(status)
                                          : icu::Normalizer2::getNFKCInstance(status);
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x80; });
}

// 0 to 9 for whatever is one digit somewhere (Thai, Khmer, circled, Ethiopic); else -1.
int DigitOf(int32_t code_point) {
  const int8_t category = u_charType(code_point);
  if (category != U_DECIMAL_DIGIT_NUMBER && category != U_OTHER_NUMBER) return -1;
  const double value = u_getNumericValue(code_point);
  const int digit = static_cast<int>(value);
  return value == digit && digit >= 0 && digit <= 9 ? digit : -1;
}

bool IsApostrophe(int32_t code_point) {
  return code_point == 0x2018 || code_point == 0x2019 || code_point == 0x02BC ||
         code_point == 0x2032;
}

bool IsFullStop(int32_t code_point) {
  return code_point == 0x3002 || code_point == 0x2024 || code_point == 0x00B7 ||
         code_point == 0x2219 || code_point == 0x22C5 || code_point == 0x30FB ||
         code_point == 0x2022 || code_point == 0xFF65 || code_point == 0x06D4;
}

// What is laid over digits and letters to hide them from machines: strokes, rings, rows of accents.
// Marks that belong to a letter were composed with it before.
bool IsStrayMark(int32_t code_point) {
  return (code_point >= 0x0300 && code_point <= 0x036F) ||
         (code_point >= 0x20D0 && code_point <= 0x20FF) ||
         (code_point >= 0x1AB0 && code_point <= 0x1AFF);
}

// The fill character of machine-readable zones, in other dress.
bool IsGuillemet(int32_t code_point) { return code_point == 0x2039 || code_point == 0x00AB; }

// 1 to 100 for an Ethiopic numeral, which are written one by one or as a sum: ፲፱፻፺፩ is 1991; else
// 0.
int EthiopicValue(int32_t code_point) {
  if (code_point >= 0x1369 && code_point <= 0x1371) return code_point - 0x1368;
  if (code_point >= 0x1372 && code_point <= 0x137A) return (code_point - 0x1371) * 10;
  return code_point == 0x137B ? 100 : 0;
}

// The value of the numeral at `at`, or 0.
int EthiopicAt(std::string_view text, size_t at) {
  return at < text.size() ? EthiopicValue(NextCodePoint(text, at)) : 0;
}

// Tens and a unit, either of which may be missing.
int ReadEthiopicPair(std::string_view text, size_t& at) {
  int pair = 0;
  for (const int scale : {10, 1}) {
    const int value = EthiopicAt(text, at);
    if (value < scale || value >= 10 * scale) continue;
    pair += value;
    NextCodePoint(text, at);
  }
  return pair;
}

// Up to 9999; digits that were written one by one are none.
int ReadEthiopic(std::string_view text, size_t& at) {
  size_t end = at;
  int number = ReadEthiopicPair(text, end);
  if (EthiopicAt(text, end) == 100) {
    NextCodePoint(text, end);
    number = std::max(number, 1) * 100;
    number += ReadEthiopicPair(text, end);
  }
  if (number >= 10) at = end;
  return number;
}

// The ASCII that stands for a symbol: one character, '\0' for "drop it", or -1 for
// "keep it as it is".
int SymbolFor(int32_t code_point) {
  if (code_point < 0x80) {
    return code_point == '\t' || code_point == '\r' ? ' ' : -1;
  }
  if (code_point == kCombiningKeycap ||
      u_hasBinaryProperty(code_point, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) {
    return '\0';
  }
  if (const int digit = DigitOf(code_point); digit >= 0) return '0' + digit;
  switch (u_charType(code_point)) {
    case U_LOWERCASE_LETTER:
    case U_UPPERCASE_LETTER:
    case U_OTHER_LETTER:
      return -1;
    case U_DASH_PUNCTUATION:
      return '-';
    case U_NON_SPACING_MARK:
    case U_ENCLOSING_MARK:
      return IsStrayMark(code_point) ? '\0' : -1;
    default:
      break;
  }
  if (code_point == kMinusSign || code_point == kLongVowelSign) return '-';
  if (IsFullStop(code_point)) return '.';
  if (IsApostrophe(code_point)) return '\'';
  if (IsGuillemet(code_point)) return '<';
  if (u_isUWhiteSpace(code_point)) return ' ';
  return -1;
}

void AppendFolded(int32_t code_point, std::string& text) {
  if (code_point < 0x80) {
    const bool upper = code_point >= 'A' && code_point <= 'Z';
    text.push_back(static_cast<char>(upper ? code_point - 'A' + 'a' : code_point));
    return;
  }
  char bytes[U8_MAX_LENGTH];
  int32_t size = 0;
  U8_APPEND_UNSAFE(bytes, size, u_foldCase(code_point, U_FOLD_CASE_DEFAULT));
  text.append(bytes, static_cast<size_t>(size));
}

bool IsForbidden(int32_t code_point) {
  if (code_point == '\n') return false;
  if (code_point >= 0x20 && code_point < 0x7F) return false;
  if (code_point >= kFirstTag && code_point <= kLastTag) return true;
  switch (u_charType(code_point)) {
    case U_CONTROL_CHAR:
    case U_PRIVATE_USE_CHAR:
    case U_UNASSIGNED:
    case U_SURROGATE:
      return true;
    default:
      return u_hasBinaryProperty(code_point, UCHAR_BIDI_CONTROL) != 0;
  }
}

// What is asked of every code point of every text, as bits.
enum Property : uint8_t {
  kLetter = 1 << 0,
  kMark = 1 << 1,
  kUpper = 1 << 2,
  kCased = 1 << 3,   // Folds to another one.
  kSymbol = 1 << 4,  // SymbolFor() does not keep it.
  kForbidden = 1 << 5,
};

uint8_t AskProperties(int32_t code_point) {
  const bool letter = code_point < 0x80 ? (code_point | 0x20) >= 'a' && (code_point | 0x20) <= 'z'
                                        : u_isalpha(code_point) != 0;
  const bool mark = code_point >= 0x80 && (U_GET_GC_MASK(code_point) & U_GC_M_MASK) != 0;
  const bool upper = u_isupper(code_point) != 0 || u_istitle(code_point) != 0;
  const bool cased = u_foldCase(code_point, U_FOLD_CASE_DEFAULT) != code_point;
  return static_cast<uint8_t>(
      (letter ? kLetter : 0) | (mark ? kMark : 0) | (upper ? kUpper : 0) | (cased ? kCased : 0) |
      (SymbolFor(code_point) != -1 || EthiopicValue(code_point) != 0 ? kSymbol : 0) |
      (IsForbidden(code_point) ? kForbidden : 0));
}

// ICU is asked once for each code point of the plane that nearly all text is of.
uint8_t PropertiesOf(int32_t code_point) {
  constexpr int32_t kPlane = 0x10000;
  static const auto& table = *[] {
    auto* made = new std::array<uint8_t, kPlane>;
    for (int32_t i = 0; i < kPlane; ++i) (*made)[static_cast<size_t>(i)] = AskProperties(i);
    return made;
  }();
  return code_point < kPlane ? table[static_cast<size_t>(code_point)] : AskProperties(code_point);
}

}  // namespace

TextView::TextView(std::string_view original, Case letters) {
  if (IsAscii(original)) {
    text_ = original;
    starts_.resize(original.size());
    ends_.resize(original.size());
    std::iota(starts_.begin(), starts_.end(), 0);
    std::iota(ends_.begin(), ends_.end(), 1);
    for (char& c : text_) {
      if (letters == Case::kFold && c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
      if (c == '\t' || c == '\r') c = ' ';
    }
    return;
  }
  Normalise(original, letters);
  FoldSymbols();
}

TextView TextView::Folded() const {
  TextViewEditor editor(*this);
  std::string folded;
  for (size_t at = 0; at < text_.size();) {
    const size_t begin = at;
    const int32_t code_point = NextCodePoint(text_, at);
    if ((PropertiesOf(code_point) & kCased) == 0) continue;
    folded.clear();
    AppendFolded(code_point, folded);
    editor.Replace(begin, at, folded);
  }
  return std::move(editor).Finish();
}

std::string FoldedWord(std::string_view word) {
  std::string folded;
  folded.reserve(word.size());
  for (size_t at = 0; at < word.size();) AppendFolded(NextCodePoint(word, at), folded);
  return folded;
}

void TextView::Normalise(std::string_view original, Case letters) {
  UErrorCode status = U_ZERO_ERROR;
  icu::Edits edits;
  icu::StringByteSink<std::string> sink(&text_, static_cast<int32_t>(original.size()));
  Normalizer(letters)->normalizeUTF8(
      0, icu::StringPiece(original.data(), static_cast<int32_t>(original.size())), sink, &edits,
      status);
  if (U_FAILURE(status)) text_.clear();  // Out of memory: nothing was written that counts.
  starts_.reserve(text_.size());
  ends_.reserve(text_.size());
  auto edit = edits.getFineIterator();
  while (edit.next(status)) {
    const auto from = static_cast<uint32_t>(edit.sourceIndex());
    const auto until = from + static_cast<uint32_t>(edit.oldLength());
    for (uint32_t i = 0; i < static_cast<uint32_t>(edit.newLength()); ++i) {
      starts_.push_back(edit.hasChange() ? from : from + i);
      ends_.push_back(edit.hasChange() ? until : from + i + 1);
    }
  }
}

void TextView::FoldSymbols() {
  TextViewEditor editor(*this);
  for (size_t at = 0; at < text_.size();) {
    const size_t begin = at;
    const int32_t code_point = NextCodePoint(text_, at);
    if ((PropertiesOf(code_point) & kSymbol) == 0) continue;
    at = begin;
    if (const int value = ReadEthiopic(text_, at); value >= 10) {
      editor.Replace(begin, at, std::to_string(value));
      continue;
    }
    at = begin;
    const int symbol = SymbolFor(NextCodePoint(text_, at));
    const char written = static_cast<char>(symbol);
    if (symbol != -1) editor.Replace(begin, at, {&written, symbol == '\0' ? 0U : 1U});
  }
  *this = std::move(editor).Finish();
}

std::string NormalisedLetters(std::string_view text) {
  // The vowels AM of Thai and Lao and the Lao digraphs HO NO and HO MO are the only letters in use
  // here that NFKC takes apart and NFC does not.
  std::string parted = absl::StrReplaceAll(A(text), {{"\u0E33", "\u0E4D\u0E32"},
                                                     {"\u0EB3", "\u0ECD\u0EB2"},
                                                     {"\u0EDC", "\u0EAB\u0E99"},
                                                     {"\u0EDD", "\u0EAB\u0EA1"}});
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* normalizer = icu::Normalizer2::getNFCInstance(status);
  if (U_FAILURE(status)) return parted;
  std::string normalised;
  icu::StringByteSink<std::string> sink(&normalised);
  normalizer->normalizeUTF8(0, parted, sink, nullptr, status);
  return U_SUCCESS(status) ? normalised : parted;
}

bool IsWellFormedUtf8(std::string_view text) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  const auto size = static_cast<int32_t>(text.size());
  for (int32_t at = 0; at < size;) {
    UChar32 code_point;
    U8_NEXT(bytes, at, size, code_point);
    if (code_point < 0) return false;
  }
  return true;
}

bool IsForbiddenCodePoint(int32_t code_point) {
  return (PropertiesOf(code_point) & kForbidden) != 0;
}

bool IsLetter(int32_t code_point) { return (PropertiesOf(code_point) & kLetter) != 0; }
bool IsMark(int32_t code_point) { return (PropertiesOf(code_point) & kMark) != 0; }
bool IsUpper(int32_t code_point) { return (PropertiesOf(code_point) & kUpper) != 0; }

bool IsUnspacedLetter(int32_t code_point) {
  return (code_point >= 0x0E00 && code_point <= 0x0EFF) ||  // Thai, Lao
         (code_point >= 0x1000 && code_point <= 0x109F) ||  // Myanmar
         (code_point >= 0x1780 && code_point <= 0x17FF) ||  // Khmer
         (code_point >= 0x3007 && code_point <= 0x30FF) ||  // Ideographic zero, kana
         (code_point >= 0x3400 && code_point <= 0x9FFF);    // Han
}

TextViewEditor::TextViewEditor(const TextView& from) : from_(from) {
  to_.text_.reserve(from.text_.size());
  to_.starts_.reserve(from.text_.size());
  to_.ends_.reserve(from.text_.size());
}

void TextViewEditor::KeepUntil(size_t end) {
  to_.text_.append(from_.text_, at_, end - at_);
  const auto begin = static_cast<ptrdiff_t>(at_);
  const auto until = static_cast<ptrdiff_t>(end);
  to_.starts_.insert(to_.starts_.end(), from_.starts_.begin() + begin,
                     from_.starts_.begin() + until);
  to_.ends_.insert(to_.ends_.end(), from_.ends_.begin() + begin, from_.ends_.begin() + until);
  at_ = end;
}

void TextViewEditor::Replace(size_t begin, size_t end, std::string_view with) {
  KeepUntil(begin);
  to_.text_.append(with);
  to_.starts_.insert(to_.starts_.end(), with.size(), from_.OriginalStart(begin));
  to_.ends_.insert(to_.ends_.end(), with.size(), from_.OriginalEnd(end));
  at_ = end;
  changed_ = true;
}

TextView TextViewEditor::Finish() && {
  KeepUntil(from_.text_.size());
  return std::move(to_);
}

}  // namespace corridor
