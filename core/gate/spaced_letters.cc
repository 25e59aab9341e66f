#include <algorithm>

#include "core/gate/disguises.h"

namespace corridor {
namespace {

constexpr size_t kLettersMin = 3;
// Where digits stand between them, as in a number plate.
constexpr size_t kMixedLettersMin = 2;
constexpr size_t kMixedUnitsMin = 6;
// Of a script that is written without spaces, where none is expected at all.
constexpr size_t kUnspacedLettersMin = 3;
// Digits alone, with the points and signs of a coordinate or an address.
constexpr size_t kDigitsMin = 6;
constexpr size_t kGapBytesMax = 3;

// A letter with its marks, a digit, or a symbol of addresses.
struct Unit {
  size_t begin = 0;
  size_t end = 0;
  int32_t code_point = 0;
};

bool IsSeparator(char c) { return std::string_view(" .-_*~|,/").find(c) != std::string_view::npos; }

bool IsUnit(int32_t code_point) {
  if (code_point < 0x80) {
    return IsLetter(code_point) || (code_point >= '0' && code_point <= '9') ||
           std::string_view("@.:/_+").find(static_cast<char>(code_point)) != std::string_view::npos;
  }
  return IsLetter(code_point) || IsUnspacedLetter(code_point);
}

class Joiner {
 public:
  explicit Joiner(const TextView& view) : text_(view.text()), editor_(view) {}

  std::optional<TextView> Join() {
    size_t at = 0;
    bool edge = true;
    while (at < text_.size()) {
      if (edge && JoinFrom(at)) continue;
      edge = !IsUnit(NextCodePoint(text_, at));
    }
    if (!editor_.changed()) return std::nullopt;
    return std::move(editor_).Finish();
  }

 private:
  // Takes a run of single units off `at`, if enough of them stand there.
  bool JoinFrom(size_t& at) {
    Collect(at);
    if (!IsEnough()) {
      // What begins within this run ends where it ends; only its last unit may begin another.
      if (units_.size() < 2) return false;
      at = units_.back().begin;
      return true;
    }
    std::string_view usual = Gap(0);
    for (size_t i = 0; i + 1 < units_.size(); ++i) {
      const std::string_view gap = Gap(i);
      const bool parts = !gap.empty() && (gap != usual || BeginsWord(i + 1));
      if (gap != usual && i + 2 < units_.size() && Gap(i + 1) == gap) usual = gap;
      editor_.Replace(units_[i].end, units_[i + 1].begin, parts ? " " : "");
    }
    at = units_.back().end;
    return true;
  }

  void Collect(size_t at) {
    units_.clear();
    while (at < text_.size()) {
      Unit unit{at, at, 0};
      unit.code_point = NextCodePoint(text_, unit.end);
      if (!IsUnit(unit.code_point)) return;
      for (size_t next = unit.end; next < text_.size(); unit.end = next) {
        if (!IsMark(NextCodePoint(text_, next))) break;
      }
      at = unit.end;
      const char separator = at < text_.size() && IsSeparator(text_[at]) ? text_[at] : '\0';
      while (at < text_.size() && text_[at] == separator && at - unit.end < kGapBytesMax) ++at;
      const bool apart = at > unit.end || at == text_.size();
      if (!apart && IsWordPart(unit.code_point) && IsWordPart(Peek(at))) {
        return;
      }
      units_.push_back(unit);
    }
  }

  static bool IsWordPart(int32_t code_point) {
    return IsUnit(code_point) &&
           (code_point >= 0x80 || IsLetter(code_point) || (code_point >= '0' && code_point <= '9'));
  }

  int32_t Peek(size_t at) const { return NextCodePoint(text_, at); }

  bool IsEnough() const {
    size_t letters = 0, unspaced = 0;
    for (const Unit& unit : units_) {
      if (IsUnspacedLetter(unit.code_point)) {
        ++unspaced;
      } else if (IsLetter(unit.code_point)) {
        ++letters;
      }
    }
    return (letters == 0 && units_.size() >= kDigitsMin) || letters >= kLettersMin ||
           unspaced >= kUnspacedLettersMin ||
           (letters >= kMixedLettersMin && units_.size() >= kMixedUnitsMin);
  }

  // A capital behind a small letter, where all around are letters: a key has digits and capitals
  // anywhere.
  bool BeginsWord(size_t i) const {
    return IsUpper(units_[i].code_point) && IsLetter(units_[i - 1].code_point) &&
           !IsUpper(units_[i - 1].code_point) &&
           std::all_of(units_.begin(), units_.end(),
                       [](const Unit& unit) { return IsLetter(unit.code_point); });
  }

  std::string_view Gap(size_t i) const {
    return std::string_view(text_).substr(units_[i].end, units_[i + 1].begin - units_[i].end);
  }

  const std::string& text_;
  TextViewEditor editor_;
  std::vector<Unit> units_;
};

}  // namespace

std::optional<TextView> JoinSpacedLetters(const TextView& cased) { return Joiner(cased).Join(); }

}  // namespace corridor
