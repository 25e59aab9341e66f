#include <algorithm>

#include "core/gate/disguises.h"

namespace corridor {
namespace {

constexpr size_t kLettersMin = 4;

struct Unit {
  size_t begin = 0;
  size_t end = 0;
  int32_t code_point = 0;
};

bool IsSeparator(int32_t code_point) {
  return code_point < 0x80 && std::string_view(" .-_*~|,/").find(static_cast<char>(code_point)) !=
                                  std::string_view::npos;
}

// A letter of a script that is written with spaces, a digit, or a symbol of addresses.
bool IsUnit(int32_t code_point) {
  if (code_point < 0x80) {
    return IsLetter(code_point) || (code_point >= '0' && code_point <= '9') ||
           std::string_view("@.:/_+").find(static_cast<char>(code_point)) != std::string_view::npos;
  }
  return IsLetter(code_point) && !IsUnspacedLetter(code_point);
}

class Joiner {
 public:
  explicit Joiner(const TextView& view) : view_(view), text_(view.text()), editor_(view) {}

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
    size_t from = at;
    size_t letters = 0;
    size_t units = 0;
    int32_t separator = 0;
    size_t separators_end = at;
    runs_.clear();
    while (from < text_.size()) {
      Unit unit{from, from, 0};
      unit.code_point = NextCodePoint(text_, unit.end);
      if (!IsUnit(unit.code_point)) break;
      size_t next = unit.end;
      const int32_t behind = next < text_.size() ? NextCodePoint(text_, next) : ' ';
      if (!IsSeparator(behind) && unit.end < text_.size() && IsUnit(behind)) break;
      runs_.push_back(unit);
      ++units;
      if (IsLetter(unit.code_point)) ++letters;
      separators_end = unit.end;
      if (unit.end >= text_.size() || !IsSeparator(behind)) break;
      if (separator == 0) separator = behind;
      if (behind != separator) break;
      from = next;
      while (behind == ' ' && from < text_.size() && text_[from] == ' ') ++from;
    }
    if (letters < kLettersMin || units < kLettersMin) {
      // What begins within this run ends where it ends; only its last unit may begin another.
      if (runs_.size() < 2) return false;
      at = runs_.back().begin;
      return true;
    }
    for (size_t i = 0; i + 1 < runs_.size(); ++i) {
      // A key has digits and capitals anywhere; a name has neither.
      const bool word = letters == units && IsUpper(runs_[i + 1].code_point) &&
                        IsLetter(runs_[i].code_point) && !IsUpper(runs_[i].code_point);
      editor_.Replace(runs_[i].end, runs_[i + 1].begin, word ? " " : "");
    }
    at = separators_end;
    return true;
  }

  const TextView& view_;
  const std::string& text_;
  TextViewEditor editor_;
  std::vector<Unit> runs_;
};

}  // namespace

std::optional<TextView> JoinSpacedLetters(const TextView& cased) { return Joiner(cased).Join(); }

}  // namespace corridor
