#include "core/gate/text_view.h"

#include <unicode/bytestream.h>
#include <unicode/edits.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>

namespace corridor {
namespace {

constexpr int32_t kFirstTag = 0xE0000;
constexpr int32_t kLastTag = 0xE007F;
constexpr int32_t kCombiningKeycap = 0x20E3;
constexpr int32_t kMinusSign = 0x2212;

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
  if (code_point == kMinusSign || u_charType(code_point) == U_DASH_PUNCTUATION) return '-';
  if (IsApostrophe(code_point)) return '\'';
  if (u_isUWhiteSpace(code_point)) return ' ';
  return -1;
}

bool IsBidiControl(int32_t code_point) {
  return u_hasBinaryProperty(code_point, UCHAR_BIDI_CONTROL);
}

}  // namespace

TextView::TextView(std::string_view original, Case letters) {
  if (IsAscii(original)) {
    text_ = original;
    for (uint32_t i = 0; i < original.size(); ++i) {
      starts_.push_back(i);
      ends_.push_back(i + 1);
      char& c = text_[i];
      if (letters == Case::kFold && c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
      if (c == '\t' || c == '\r') c = ' ';
    }
    return;
  }
  Normalise(original, letters);
  FoldSymbols();
}

void TextView::Normalise(std::string_view original, Case letters) {
  UErrorCode status = U_ZERO_ERROR;
  icu::Edits edits;
  icu::StringByteSink<std::string> sink(&text_, static_cast<int32_t>(original.size()));
  Normalizer(letters)->normalizeUTF8(
      0, icu::StringPiece(original.data(), static_cast<int32_t>(original.size())), sink, &edits,
      status);
  if (U_FAILURE(status)) text_.clear();  // Out of memory: nothing was written that counts.
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
  std::string text;
  std::vector<uint32_t> starts, ends;
  text.reserve(text_.size());
  for (size_t at = 0; at < text_.size();) {
    const size_t begin = at;
    const int symbol = SymbolFor(NextCodePoint(text_, at));
    if (symbol == '\0') continue;
    if (symbol > 0) {
      text.push_back(static_cast<char>(symbol));
      starts.push_back(starts_[begin]);
      ends.push_back(ends_[at - 1]);
      continue;
    }
    text.append(text_, begin, at - begin);
    starts.insert(starts.end(), starts_.begin() + begin, starts_.begin() + at);
    ends.insert(ends.end(), ends_.begin() + begin, ends_.begin() + at);
  }
  text_ = std::move(text);
  starts_ = std::move(starts);
  ends_ = std::move(ends);
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
      return IsBidiControl(code_point);
  }
}

int32_t NextCodePoint(std::string_view text, size_t& position) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  auto at = static_cast<int32_t>(position);
  UChar32 code_point;
  U8_NEXT_UNSAFE(bytes, at, code_point);
  position = static_cast<size_t>(at);
  return code_point;
}

bool IsLetter(int32_t code_point) { return u_isalpha(code_point) != 0; }

}  // namespace corridor
