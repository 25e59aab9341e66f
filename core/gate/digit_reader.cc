#include "core/gate/digit_reader.h"

#include <algorithm>
#include <utility>

#include "core/gate/number_words.h"
#include "core/gate/text_view.h"

namespace corridor {
namespace {

// Letters that are taken for digits, and the digits they are taken for.
constexpr std::string_view kLookalikeLetters = "oilsbzgqeatdu";
constexpr std::string_view kLookalikeDigits = "0115829934700";
// Of these, the ones that stand for a digit also in a word without any.
constexpr std::string_view kSureLookalikes = "oil";
// And those that do where one stands alone between digits.
constexpr std::string_view kSingleLookalikes = "oilsbzgq";

constexpr size_t kLetterWordMax = 4;      // "OO", "l": longer ones are words.
constexpr size_t kGluedWordBytesMin = 9;  // "sevenonetwo"
constexpr size_t kNumberWordBytesMax = 18;

constexpr std::string_view kAnds[] = {"and", "na", "dan", "at", "et", "y",
                                      "e",   "và", "ug",  "እና", "ne", "ni"};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsAsciiLetter(char c) { return c >= 'a' && c <= 'z'; }

char LookalikeOf(char c) {
  const size_t at = kLookalikeLetters.find(c);
  return at == std::string_view::npos ? '\0' : kLookalikeDigits[at];
}

bool IsYearWithS(std::string_view word) { return word.size() == 5 && word[4] == 's'; }

// "O7I2" read as digits; empty where it is something else, as "h1n1" or "500km".
std::string ReadLookalikes(std::string_view word) {
  std::string digits;
  size_t letters = 0;
  for (char c : word) {
    const char digit = IsDigit(c) ? c : LookalikeOf(c);
    if (digit == '\0') return "";
    if (!IsDigit(c)) ++letters;
    digits.push_back(digit);
  }
  if (word.size() >= 2 && word[word.size() - 2] == 'q') return "";  // "Q1", "2021Q3"
  const bool few = letters <= word.size() / 2;
  return few && !IsYearWithS(word) ? digits : "";
}

// "0712x345x678", "07xx12xx34": one and the same letter twice or more between digits.
bool IsSeparatedByOneLetter(std::string_view word) {
  const size_t first = word.find_first_not_of("0123456789");
  if (first == 0 || first == word.npos || !IsDigit(word.back())) return false;
  const char letter = word[first];
  return std::count(word.begin(), word.end(), letter) >= 2 &&
         std::all_of(word.begin(), word.end(),
                     [letter](char c) { return IsDigit(c) || c == letter; }) &&
         word.find(std::string(3, letter)) == word.npos;
}

bool IsLettersForDigits(std::string_view word, bool alone) {
  if (word.size() == 1 && alone) return kSingleLookalikes.find(word[0]) != std::string_view::npos;
  return word.size() <= kLetterWordMax &&
         word.find_first_not_of(kSureLookalikes) == std::string_view::npos &&
         word.find_first_not_of(word[0]) == std::string_view::npos;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::vector<DigitGroup> Read() {
    while (at_ < text_.size()) {
      const size_t begin = at_;
      const int32_t code_point = NextCodePoint(text_, at_);
      if (code_point == '+') {
        plus_ = true;
      } else if (IsUnspacedLetter(code_point)) {
        ReadUnspaced(begin);
      } else if (IsDigit(text_[begin]) || IsLetter(code_point)) {
        ReadWord(begin);
      } else if (code_point != ' ' && code_point != '(') {
        plus_ = false;
      }
    }
    FinishTens();
    return std::move(groups_);
  }

 private:
  // A word: letters, marks within it, and digits.
  void ReadWord(size_t begin) {
    while (at_ < text_.size()) {
      size_t next = at_;
      const int32_t code_point = NextCodePoint(text_, next);
      const bool inside = code_point < 0x80
                              ? IsDigit(text_[at_]) || IsAsciiLetter(text_[at_])
                              : !IsUnspacedLetter(code_point) && IsWordPart(code_point);
      if (!inside) break;
      at_ = next;
    }
    const std::string_view word = text_.substr(begin, at_ - begin);
    const bool has_digit = std::any_of(word.begin(), word.end(), IsDigit);
    if (has_digit) return ReadMixed(begin, word);
    ReadLetters(begin, word, /*alone=*/true);
  }

  void ReadMixed(size_t begin, std::string_view word) {
    if (std::all_of(word.begin(), word.end(), IsDigit)) {
      return AddGroup(begin, at_, std::string(word), DigitGroup::Form::kNumeral);
    }
    if (const std::string digits = ReadLookalikes(word); !digits.empty()) {
      return AddGroup(begin, at_, digits, DigitGroup::Form::kLookalike);
    }
    const bool separated = IsSeparatedByOneLetter(word);
    for (size_t from = 0; from < word.size();) {
      const bool digits = IsDigit(word[from]);
      size_t until = from;
      while (until < word.size() && IsDigit(word[until]) == digits) ++until;
      const std::string_view part = word.substr(from, until - from);
      if (digits) {
        AddGroup(begin + from, begin + until, std::string(part), DigitGroup::Form::kNumeral);
      } else if (!separated) {
        ReadLetters(begin + from, part, /*alone=*/false);
      }
      from = until;
    }
  }

  // "năm 2024": Vietnamese has one word for "five" and "year".
  bool IsWordForYear(std::string_view word) const {
    if (word != "năm") return false;
    const std::string_view behind = text_.substr(at_, 6);
    return behind.size() >= 5 && behind[0] == ' ' && (behind[1] == '1' || behind[1] == '2') &&
           std::all_of(behind.begin() + 1, behind.begin() + 5, IsDigit) &&
           (behind.size() == 5 || !IsDigit(behind[5]));
  }

  void ReadLetters(size_t begin, std::string_view word, bool alone) {
    if (alone && IsWordForYear(word)) return Break();
    if (const NumberWord* meaning = FindNumberWord(word)) {
      return Apply(*meaning, begin, begin + word.size());
    }
    if (std::find(std::begin(kAnds), std::end(kAnds), word) != std::end(kAnds)) {
      and_ = true;
      return;
    }
    if (IsLettersForDigits(word, alone)) {
      return AddGroup(begin, begin + word.size(), std::string(word.size(), LookalikeOf(word[0])),
                      DigitGroup::Form::kLetters);
    }
    if (!ReadGlued(begin, word)) Break();
  }

  // "sevenonetwo": number words without spaces, and nothing else.
  bool ReadGlued(size_t begin, std::string_view word) {
    if (word.size() < kGluedWordBytesMin) return false;
    std::vector<std::pair<size_t, const NumberWord*>> parts;  // End of each.
    for (size_t from = 0; from < word.size();) {
      size_t size = std::min(kNumberWordBytesMax, word.size() - from);
      const NumberWord* meaning = nullptr;
      while (size >= 2 && (meaning = FindNumberWord(word.substr(from, size))) == nullptr) --size;
      if (meaning == nullptr) return false;
      from += size;
      parts.emplace_back(from, meaning);
    }
    size_t from = begin;
    for (const auto& [end, meaning] : parts) {
      Apply(*meaning, from, begin + end);
      from = begin + end;
    }
    return true;
  }

  void ReadUnspaced(size_t begin) {
    size_t size = 0;
    const NumberWord* meaning = FindNumberPrefix(text_.substr(begin), size);
    if (meaning == nullptr) return Break();
    at_ = begin + size;
    Apply(*meaning, begin, at_);
  }

  void Apply(const NumberWord& meaning, size_t begin, size_t end) {
    switch (meaning.kind) {
      case NumberWordKind::kSeparator:
        return;
      case NumberWordKind::kHundred:
        FinishTens();
        hundred_end_ = end;
        return;
      case NumberWordKind::kPlus:
        plus_ = true;
        return;
      case NumberWordKind::kRepeat:
        repeat_ = meaning.digits[0] - '0';
        repeat_begin_ = begin;
        return;
      case NumberWordKind::kTens:
        adding_tens_ = true;
        AddGroup(begin, end, std::string(meaning.digits), DigitGroup::Form::kSpelled);
        adding_tens_ = false;
        tens_ = true;
        return;
      case NumberWordKind::kDigits:
        AddGroup(begin, end, std::string(meaning.digits), DigitGroup::Form::kSpelled);
        return;
    }
  }

  void AddGroup(size_t begin, size_t end, std::string digits, DigitGroup::Form form) {
    if (hundred_end_ > 0) FinishHundred(begin, digits, form);
    if (tens_ && (form != DigitGroup::Form::kSpelled || digits.size() != 1)) FinishTens();
    tens_ = false;
    if (repeat_ > 1) {
      const std::string once = digits.substr(0, 1);
      for (int i = 1; i < repeat_; ++i) digits.insert(0, once);
      begin = repeat_begin_;
    }
    groups_.push_back({begin, end, std::move(digits), form, plus_, !broken_, and_});
    plus_ = broken_ = and_ = false;
    repeat_ = 1;
  }

  // "three hundred and forty" goes on; "three hundred, forty" are two numbers.
  void FinishHundred(size_t begin, std::string& digits, DigitGroup::Form form) {
    const std::string_view gap = text_.substr(hundred_end_, begin - hundred_end_);
    const bool goes_on =
        form == DigitGroup::Form::kSpelled && gap.find_first_of(",.;:()") == std::string_view::npos;
    hundred_end_ = 0;
    if (!goes_on) return Break();
    and_ = false;
    // Of tens the zero comes later.
    if (!adding_tens_ && digits.size() == 1) digits.insert(0, "0");
  }

  void FinishTens() {
    if (tens_) groups_.back().digits.push_back('0');
    tens_ = false;
  }

  // A word that is no number: what stands on its two sides is not one number.
  void Break() {
    FinishTens();
    broken_ = true;
    plus_ = and_ = false;
    hundred_end_ = 0;
    repeat_ = 1;
  }

  // Letters, and the vowel signs of Indic and other scripts.
  static bool IsWordPart(int32_t code_point) {
    return IsLetter(code_point) || (code_point >= 0x0900 && code_point <= 0x0DFF);
  }

  const std::string_view text_;
  size_t at_ = 0;
  std::vector<DigitGroup> groups_;
  bool broken_ = true;
  bool plus_ = false;
  bool and_ = false;
  bool tens_ = false;
  bool adding_tens_ = false;
  size_t hundred_end_ = 0;  // Of "hundred", while nothing stands behind it.
  int repeat_ = 1;
  size_t repeat_begin_ = 0;
};

}  // namespace

std::vector<DigitGroup> ReadDigits(std::string_view folded) { return Reader(folded).Read(); }

}  // namespace corridor
