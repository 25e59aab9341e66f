#ifndef CORRIDOR_CORE_GATE_NUMBER_RUN_H_
#define CORRIDOR_CORE_GATE_NUMBER_RUN_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/gate/digit_reader.h"

namespace corridor {

// Groups of digits that stand so close that they may be one number, and the grammars
// that explain them away: years, months, dates, times, fractions, ranges, sums of money,
// grouped and round counts, percentages, quantities with a unit, numbers of statutes,
// dial codes. A plain value over a folded text; linear time.
class NumberRun {
 public:
  // Takes the run that begins at `first` of `groups` and moves `first` behind it.
  // `text` and `groups` must outlive the run.
  NumberRun(std::string_view text, const std::vector<DigitGroup>& groups, size_t& first);

  // Digits that no grammar explains: in the whole run, and in the longest stretch.
  size_t unexplained() const { return unexplained_; }
  size_t unexplained_together() const { return unexplained_together_; }
  // Digits of the whole run, and the number of digits without any doubt on how it is read.
  size_t digits() const { return digits_.size(); }
  const std::string& all_digits() const { return digits_; }
  // "+254 ..." or "00254 ...", and not only a dial code.
  bool international() const { return international_; }
  // A word such as "call" or "WhatsApp" stands before it.
  bool cued() const { return cued_; }
  // Read out or dressed up, as nobody writes a quantity.
  bool disguised() const { return disguised_; }

  size_t begin() const;
  size_t end() const;

 private:
  struct Part {
    const DigitGroup* group;
    bool explained = false;
  };

  void Explain();
  void Count();
  size_t ExplainFrom(size_t i) const;
  size_t DateAt(size_t i) const;
  size_t TimeAt(size_t i) const;
  size_t GroupedAt(size_t i) const;
  size_t SpacedThousandsAt(size_t i) const;
  size_t IndianGroupedAt(size_t i) const;
  size_t FractionAt(size_t i) const;
  size_t RangeAt(size_t i) const;
  size_t DecimalAt(size_t i) const;
  size_t StatuteAt(size_t i) const;
  size_t SingleAt(size_t i) const;

  std::string_view Digits(size_t i) const { return parts_[i].group->digits; }
  size_t Size(size_t i) const { return Digits(i).size(); }
  bool IsNumeral(size_t i) const;
  bool IsPlain(size_t i) const;  // No leading zero.
  int Number(size_t i) const;
  bool IsYear(size_t i) const;
  bool InRange(size_t i, int min, int max) const;
  // What stands before part i; empty at the beginning and behind the end.
  std::string_view Gap(size_t i) const;
  bool HasGap(size_t i, std::string_view one_of) const;
  std::string_view Before(size_t i) const;
  std::string_view After(size_t i) const;
  bool HasMoneyCue(size_t first, size_t last) const;

  std::string_view text_;
  std::vector<Part> parts_;
  std::string digits_;
  size_t unexplained_ = 0;
  size_t unexplained_together_ = 0;
  bool international_ = false;
  bool cued_ = false;
  bool disguised_ = false;
};

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_NUMBER_RUN_H_
