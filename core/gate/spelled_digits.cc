#include <algorithm>
#include <string>
#include <vector>

#include "core/gate/digit_reader.h"
#include "core/gate/disguises.h"
#include "core/gate/number_words.h"

namespace corridor {
namespace {

// A single small number is a count more often than anything else.
constexpr size_t kDigitsMin = 2;

struct SpokenSign {
  std::string_view word;
  std::string_view sign;
};
constexpr SpokenSign kSigns[] = {{"dot", "."},    {"point", "."}, {"punto", "."}, {"ponto", "."},
                                 {"nukta", "."},  {"titik", "."}, {"koma", "."},  {"tuldok", "."},
                                 {"จุด", "."},     {"ነጥብ", "."},   {"slash", "/"}, {"dash", "-"},
                                 {"stroke", "/"}, {"colon", ":"}, {"tiret", "-"}};

std::string_view Trimmed(std::string_view gap) {
  const size_t first = gap.find_first_not_of(' ');
  if (first == gap.npos) return {};
  return gap.substr(first, gap.find_last_not_of(' ') - first + 1);
}

class Writer {
 public:
  explicit Writer(const TextView& view)
      : text_(view.text()), groups_(ReadDigits(text_)), editor_(view) {}

  std::optional<TextView> Write() {
    for (size_t i = 0; i < groups_.size();) {
      size_t end = i + 1;
      size_t digits = groups_[i].digits.size();
      while (end < groups_.size() && Follows(end)) digits += groups_[end++].digits.size();
      const bool read_out = std::any_of(
          groups_.begin() + static_cast<ptrdiff_t>(i),
          groups_.begin() + static_cast<ptrdiff_t>(end),
          [](const DigitGroup& group) { return group.form != DigitGroup::Form::kNumeral; });
      if ((read_out || HasSpokenSign(i, end)) && digits >= kDigitsMin) WriteRun(i, end);
      i = end;
    }
    if (!editor_.changed()) return std::nullopt;
    return std::move(editor_).Finish();
  }

 private:
  void WriteRun(size_t begin, size_t end) {
    // At an edge a letter is a letter: "one two three b".
    while (begin < end && IsLetters(begin)) ++begin;
    while (end > begin && IsLetters(end - 1)) --end;
    for (size_t i = begin; i < end; ++i) {
      const DigitGroup& group = groups_[i];
      const size_t from = std::max(group.begin, written_);
      if (i > begin && written_ < from) editor_.Replace(written_, from, Sign(i));
      written_ = std::max(group.end, from);
      editor_.Replace(from, written_, group.digits);
    }
  }

  bool IsLetters(size_t i) const { return groups_[i].form == DigitGroup::Form::kLetters; }

  std::string_view Gap(size_t i) const {
    const size_t from = groups_[i - 1].end;
    return Trimmed(text_.substr(from, std::max(groups_[i].begin, from) - from));
  }

  // What is written between two groups; nothing where nothing was meant.
  std::string_view Sign(size_t i) const {
    const DigitGroup& before = groups_[i - 1];
    const NumberWord* word = FindNumberWord(text_.substr(before.begin, before.end - before.begin));
    const bool tens = word != nullptr && word->kind == NumberWordKind::kTens;
    if (tens && before.digits.size() == 1) return {};  // "ninety-nine"
    const std::string_view gap = Gap(i);
    for (const SpokenSign& sign : kSigns) {
      if (gap == sign.word) return sign.sign;
    }
    return gap;
  }

  bool HasSpokenSign(size_t begin, size_t end) const {
    for (size_t i = begin + 1; i < end; ++i) {
      const std::string_view gap = Gap(i);
      if (!gap.empty() && Sign(i) != gap) return true;
    }
    return false;
  }

  bool Follows(size_t i) const {
    const std::string_view gap = Gap(i);
    return gap.empty() || gap == "," || gap == "-" || gap == "." || gap == "/" || gap == ":" ||
           std::any_of(std::begin(kSigns), std::end(kSigns),
                       [gap](const SpokenSign& sign) { return gap == sign.word; });
  }

  const std::string_view text_;
  const std::vector<DigitGroup> groups_;
  TextViewEditor editor_;
  size_t written_ = 0;
};

}  // namespace

std::optional<TextView> WriteSpelledDigits(const TextView& folded) {
  return Writer(folded).Write();
}

}  // namespace corridor
