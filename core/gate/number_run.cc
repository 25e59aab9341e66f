#include "core/gate/number_run.h"

#include <algorithm>
#include <cstdlib>

#include "core/gate/number_cues.h"
#include "core/gate/text_view.h"

namespace corridor {
namespace {

constexpr size_t kGapSymbolsMax = 10;
constexpr size_t kGroupedDigitsMax = 12;
constexpr size_t kDialCodeDigitsMax = 4;
constexpr size_t kContextBytes = 64;
constexpr std::string_view kParting[] = {"%", "$", "€", "£", "¥"};

bool AllOf(std::string_view text, std::string_view characters) {
  return text.find_first_not_of(characters) == std::string_view::npos;
}

size_t TrailingZeros(std::string_view digits) {
  const size_t last = digits.find_last_not_of('0');
  return last == std::string_view::npos ? digits.size() : digits.size() - last - 1;
}

std::string_view Between(std::string_view text, const DigitGroup& before, const DigitGroup& after) {
  return after.begin <= before.end ? std::string_view()
                                   : text.substr(before.end, after.begin - before.end);
}

// Symbols that are no letter; words that are read as separators do not count.
size_t CountSymbols(std::string_view gap) {
  size_t count = 0;
  for (size_t at = 0; at < gap.size();) {
    if (!IsLetter(NextCodePoint(gap, at))) ++count;
  }
  return count;
}

// What the first group says of those behind it.
enum class Start {
  kAny,
  kNumber,   // Behind a cue, or with a plus or a zero in front: a number rather than counts.
  kDialled,  // "0712": as only a number to call begins.
};

Start StartOf(const DigitGroup& group, bool cued) {
  if (group.digits[0] == '0' && group.digits.size() >= 3 && group.digits[1] != '0') {
    return Start::kDialled;
  }
  return cued || group.plus || group.digits[0] == '0' ? Start::kNumber : Start::kAny;
}

// A gap that parts a list of numbers rather than one number: "18, 19, 21".
bool PartsList(std::string_view gap, const DigitGroup& before, const DigitGroup& after) {
  if (gap.find_first_of(",;\n") == std::string_view::npos) return false;
  if (gap.size() < 2 && gap != "\n") return false;
  const auto plain = [](const DigitGroup& group) {
    return group.form == DigitGroup::Form::kNumeral && group.digits.size() <= 4 &&
           group.digits[0] != '0';
  };
  return plain(before) && plain(after);
}

// "+66, +855": each a number of its own.
bool PartsDialCodes(std::string_view gap, const DigitGroup& before, const DigitGroup& after) {
  return after.plus && before.digits.size() <= kDialCodeDigitsMax &&
         gap.find_first_of(",/;|") != std::string_view::npos;
}

// "116, 1195": short numbers to call, one by one.
bool PartsShortNumbers(const DigitGroup& before, const DigitGroup& after) {
  return before.digits.size() != after.digits.size() || after.digits.size() == 4;
}

// "07 12 and 34 and 56", "0712 and 288 and 419": pieces of a number, linked by a word.
bool AreLinked(const DigitGroup& before, const DigitGroup& after, Start start) {
  if (before.digits.size() == 2 && after.digits.size() == 2) return start != Start::kAny;
  return start == Start::kDialled && before.digits.size() <= 4 && after.digits.size() == 3;
}

bool Joins(std::string_view text, const DigitGroup& before, const DigitGroup& after, Start start) {
  const bool number = start != Start::kAny;
  if (!after.follows) return false;
  const bool spelled =
      before.form == DigitGroup::Form::kSpelled && after.form == DigitGroup::Form::kSpelled;
  if (after.and_before && !spelled && !AreLinked(before, after, start)) return false;
  const std::string_view gap = Between(text, before, after);
  if (std::any_of(std::begin(kParting), std::end(kParting),
                  [gap](std::string_view sign) { return gap.find(sign) != gap.npos; })) {
    return false;
  }
  if (CountSymbols(gap) > kGapSymbolsMax) return false;
  if (PartsDialCodes(gap, before, after)) return false;
  if (!PartsList(gap, before, after)) return true;
  return number && !PartsShortNumbers(before, after);
}

bool IsOneDigit(const DigitGroup& group) {
  return group.form == DigitGroup::Form::kNumeral && group.digits.size() == 1;
}

// "7, 2, 2, 3, 4, 5, 1": a number given digit by digit, where a list of levels would rise. Says how
// many groups from `first` on are one; 0 where there is none.
size_t CountOneByOne(std::string_view text, const std::vector<DigitGroup>& groups, size_t first) {
  constexpr size_t kDigitsMin = 7;
  size_t next = first;
  bool rises = true;
  while (next < groups.size() && IsOneDigit(groups[next])) {
    if (next > first) {
      const std::string_view gap = Between(text, groups[next - 1], groups[next]);
      if (!groups[next].follows || gap.size() > 4 || !AllOf(gap, ", ;-")) break;
      rises = rises && groups[next].digits > groups[next - 1].digits;
    }
    ++next;
  }
  return next - first >= kDigitsMin && !rises ? next - first : 0;
}

bool IsLetters(const DigitGroup& group) { return group.form == DigitGroup::Form::kLetters; }

// "E.O. 13818"
bool IsInitial(std::string_view text, const DigitGroup& letter, const DigitGroup& next) {
  return Between(text, letter, next) == ". " || (letter.begin > 0 && text[letter.begin - 1] == '.');
}

}  // namespace

NumberRun::NumberRun(std::string_view text, const std::vector<DigitGroup>& groups, size_t& first)
    : text_(text) {
  const DigitGroup& start = groups[first];
  cued_ = HasPhoneCue(text.substr(0, start.begin));
  const Start kind = StartOf(start, cued_);
  size_t next = first + std::max<size_t>(1, CountOneByOne(text, groups, first));
  while (next < groups.size() && Joins(text, groups[next - 1], groups[next], kind)) ++next;
  size_t from = first, until = next;
  while (from < until && IsLetters(groups[from]) &&
         (from + 1 == until || IsInitial(text, groups[from], groups[from + 1]))) {
    ++from;
  }
  while (until > from && IsLetters(groups[until - 1]) &&
         !(kind != Start::kAny && groups[until - 1].digits.size() > 1)) {
    --until;
  }
  first = next;
  for (size_t i = from; i < until; ++i) parts_.push_back({&groups[i]});
  if (parts_.empty()) return;
  for (const Part& part : parts_) {
    digits_ += part.group->digits;
    disguised_ = disguised_ || part.group->form != DigitGroup::Form::kNumeral;
  }
  Explain();
  Count();
}

size_t NumberRun::begin() const { return parts_.front().group->begin; }
size_t NumberRun::end() const { return parts_.back().group->end; }

void NumberRun::Explain() {
  for (size_t i = 0; i < parts_.size();) {
    const size_t count = IsNumeral(i) ? ExplainFrom(i) : 0;
    for (size_t k = i; k < i + count; ++k) parts_[k].explained = true;
    i += std::max<size_t>(1, count);
  }
}

void NumberRun::Count() {
  size_t together = 0;
  for (size_t i = 0; i < parts_.size(); ++i) {
    if (parts_[i].explained) {
      together = 0;
      continue;
    }
    unexplained_ += Size(i);
    together += Size(i);
    unexplained_together_ = std::max(unexplained_together_, together);
  }
  const bool plus = parts_.front().group->plus;
  const bool zeros = Digits(0).substr(0, 2) == "00" && Size(0) > 2;
  international_ = (plus || zeros) && unexplained_ > 0;
}

bool NumberRun::IsNumeral(size_t i) const {
  return i < parts_.size() && parts_[i].group->form == DigitGroup::Form::kNumeral;
}

bool NumberRun::IsPlain(size_t i) const { return IsNumeral(i) && Digits(i)[0] != '0'; }

int NumberRun::Number(size_t i) const {
  return Size(i) > 8 ? -1 : std::atoi(parts_[i].group->digits.c_str());
}

// Gregorian and Ethiopian, or Buddhist era.
bool NumberRun::IsYear(size_t i) const {
  if (!IsNumeral(i) || Size(i) != 4) return false;
  const int year = Number(i);
  return (year >= 1900 && year <= 2100) || (year >= 2480 && year <= 2600);
}

bool NumberRun::InRange(size_t i, int min, int max) const {
  return IsNumeral(i) && Size(i) <= 2 && Number(i) >= min && Number(i) <= max;
}

std::string_view NumberRun::Gap(size_t i) const {
  if (i == 0 || i >= parts_.size()) return {};
  return Between(text_, *parts_[i - 1].group, *parts_[i].group);
}

bool NumberRun::HasGap(size_t i, std::string_view one_of) const {
  const std::string_view gap = Gap(i);
  return gap.size() == 1 && one_of.find(gap[0]) != std::string_view::npos;
}

std::string_view NumberRun::Before(size_t i) const {
  const size_t begin = parts_[i].group->begin;
  const size_t reach = std::min(begin, kContextBytes);
  return text_.substr(begin - reach, reach);
}

std::string_view NumberRun::After(size_t i) const {
  return text_.substr(parts_[i].group->end, kContextBytes);
}

// Marks nothing; says how many parts from `i` on one grammar explains.
size_t NumberRun::ExplainFrom(size_t i) const {
  for (const auto grammar :
       {&NumberRun::DateAt, &NumberRun::TimeAt, &NumberRun::StatuteAt, &NumberRun::FractionAt,
        &NumberRun::GroupedAt, &NumberRun::SpacedThousandsAt, &NumberRun::IndianGroupedAt,
        &NumberRun::RangeAt, &NumberRun::DecimalAt, &NumberRun::SingleAt}) {
    if (const size_t count = (this->*grammar)(i)) return count;
  }
  return 0;
}

// Months pass; days are for the rules of dates to judge, who know the words around them.
size_t NumberRun::DateAt(size_t i) const {
  constexpr std::string_view kDateGaps = "-/.";
  if (!HasGap(i + 1, kDateGaps)) return 0;
  const bool three = IsNumeral(i + 2) && Gap(i + 2) == Gap(i + 1);
  if (three && IsYear(i) && InRange(i + 1, 1, 12) && InRange(i + 2, 1, 31)) return 3;
  if (three && IsYear(i + 2) && InRange(i, 1, 31) && InRange(i + 1, 1, 31)) return 3;
  if (three) return 0;
  if (IsYear(i) && InRange(i + 1, 0, 99)) return 2;  // A month, or the second of two years.
  if (InRange(i, 1, 12) && IsYear(i + 1)) return 2;
  if (IsYear(i) && IsYear(i + 1)) return 2;
  return 0;
}

// "08:00", "10:00:30", "0800-1700".
size_t NumberRun::TimeAt(size_t i) const {
  if (!IsNumeral(i + 1)) return 0;
  // Four parts or more are a number with colons in it.
  const bool chain = HasGap(i + 1, ":") && HasGap(i + 2, ":") && HasGap(i + 3, ":");
  const bool chained = i > 1 && HasGap(i, ":") && HasGap(i + 1, ":");
  if (chain || chained) return 0;
  if (HasGap(i + 1, ":h")) {
    return InRange(i, 0, 24) && InRange(i + 1, 0, 59) && Size(i + 1) == 2 ? 2 : 0;
  }
  const auto dotted = [this](size_t k) {
    return InRange(k, 0, 24) && InRange(k + 1, 0, 59) && Size(k + 1) == 2 && HasGap(k + 1, ".");
  };
  const std::string_view gap = Gap(i + 2);
  const bool to = gap.find('-') != gap.npos && AllOf(gap, " -");
  if (to && dotted(i) && dotted(i + 2)) return 4;
  const auto hours = [this](size_t k) {
    return Size(k) == 4 && Number(k) <= 2400 && Number(k) % 15 == 0 && Number(k) % 100 < 60;
  };
  const bool alone = parts_.size() == 2;
  return alone && HasGap(i + 1, "-") && hours(i) && hours(i + 1) ? 2 : 0;
}

// "1,500,000" or "1.500.000" or "1 500 000".
size_t NumberRun::GroupedAt(size_t i) const {
  if (Size(i) > 3 || !IsPlain(i) || !HasGap(i + 1, ",.' ")) return 0;
  size_t last = i;
  size_t digits = Size(i);
  while (digits <= kGroupedDigitsMax && IsNumeral(last + 1) && Gap(last + 1) == Gap(i + 1) &&
         Size(last + 1) == 3) {
    digits += Size(++last);
  }
  if (last == i || digits > kGroupedDigitsMax) return 0;
  // The same gap goes on, to either side: not a grouped count but a number with gaps.
  if (last + 1 < parts_.size() && Gap(last + 1) == Gap(i + 1)) return 0;
  if (i > 0 && IsNumeral(i - 1) && Gap(i + 1) == " " && Gap(i) == " ") return 0;
  const bool commas = HasGap(i + 1, ",");
  const bool dialled = parts_[i].group->plus && !commas;
  if (!dialled && HasMoneyCue(i, last)) return last - i + 1;
  if (!dialled && !cued_ && BeginsWithUnit(After(last))) return last - i + 1;
  if ((cued_ || parts_[i].group->plus) && !commas) return 0;
  const bool round = TrailingZeros(Digits(last)) == 3;
  const bool short_enough = digits <= 7 && !HasGap(i + 1, " ");
  return round || short_enough ? last - i + 1 : 0;
}

// "750, 000": thousands that were parted from their comma.
size_t NumberRun::SpacedThousandsAt(size_t i) const {
  const bool thousands = Size(i) <= 3 && IsPlain(i) && IsNumeral(i + 1) && Gap(i + 1) == ", " &&
                         Digits(i + 1) == "000";
  if (!thousands || (i > 0 && Gap(i) == ", ")) return 0;
  return i + 2 < parts_.size() && Gap(i + 2) == ", " ? 0 : 2;
}

// "1,50,000" or "12,34,567": lakhs and crores.
size_t NumberRun::IndianGroupedAt(size_t i) const {
  if (Size(i) > 2 || !IsPlain(i) || cued_) return 0;
  size_t last = i;
  while (IsNumeral(last + 1) && HasGap(last + 1, ",") && Size(last + 1) == 2 && last < i + 3) {
    ++last;
  }
  if (last == i || !IsNumeral(last + 1) || !HasGap(last + 1, ",") || Size(last + 1) != 3) return 0;
  return last + 2 - i;
}

// "1/2", "24/7/365", "50/50"; "4/1/1/1/2" is a number with strokes in it.
size_t NumberRun::FractionAt(size_t i) const {
  size_t last = i;
  size_t digits = Size(i);
  while (last < i + 3 && IsPlain(last + 1) && HasGap(last + 1, "/:") && Size(last + 1) <= 3) {
    digits += Size(++last);
  }
  const bool chained = HasGap(last + 1, "/") || (i > 0 && HasGap(i, "/"));
  const bool short_enough = last > i && last <= i + 2 && Size(i) <= 3 && digits <= 6;
  return IsPlain(i) && short_enough && !chained ? last - i + 1 : 0;
}

// "18-25", "1500 - 2000 USD".
size_t NumberRun::RangeAt(size_t i) const {
  if (!IsPlain(i) || !IsPlain(i + 1) || Size(i) > 6 || Size(i + 1) > 6) return 0;
  const auto dash = [this](size_t k) {
    const std::string_view gap = Gap(k);
    return !gap.empty() && AllOf(gap, " -~") && gap.find_first_of("-~") != std::string_view::npos;
  };
  if (!dash(i + 1) || dash(i) || dash(i + 2)) return 0;
  if (HasMoneyCue(i, i + 1) || BeginsWithUnit(After(i + 1))) return 2;
  if (cued_ || Number(i) >= Number(i + 1)) return 0;
  // "555-1234" is rather a number to call than from one count to another.
  const bool round = Digits(i).back() == '0' && Digits(i + 1).back() == '0';
  if (Size(i) == 3 && Size(i + 1) > 3) return round && Size(i + 1) == 4 ? 2 : 0;
  return Size(i) <= 3 || (Size(i) <= 4 && Size(i + 1) <= 4 && parts_.size() == 2) ? 2 : 0;
}

// "12.50", "0,5".
size_t NumberRun::DecimalAt(size_t i) const {
  if (cued_ || !HasGap(i + 1, ".,") || !IsNumeral(i + 1) || Size(i) > 4 || Size(i + 1) > 2) {
    return 0;
  }
  if (Gap(i + 2) == Gap(i + 1) || (i > 0 && Gap(i) == Gap(i + 1))) return 0;
  return IsPlain(i) || Digits(i) == "0" ? 2 : 0;
}

// "Act 1178/2012", "2011/36", "Section 4.1.2", "Article 3-5".
size_t NumberRun::StatuteAt(size_t i) const {
  if (!IsPlain(i) || Size(i) > 5) return 0;
  if (HasGap(i + 1, "/") && IsYear(i + 1) && Size(i) <= 4 && Gap(i + 2) != "/") return 2;
  if (cued_ || !EndsWithProvision(Before(i))) return 0;
  size_t last = i;
  while (last < i + 3 && IsPlain(last + 1) && HasGap(last + 1, ".-/(") &&
         (Size(last + 1) <= 3 || (Size(last + 1) == 4 && HasGap(last + 1, "/")))) {
    ++last;
  }
  const bool goes_on = IsNumeral(last + 1) && AllOf(Gap(last + 1), " -./");
  return goes_on ? 0 : last - i + 1;
}

// A year, a sum, a quantity, a round count, a dial code.
size_t NumberRun::SingleAt(size_t i) const {
  if (IsYear(i)) return 1;
  const bool dial_code =
      parts_[i].group->plus && Size(i) <= kDialCodeDigitsMax &&
      (i + 1 == parts_.size() || Gap(i + 1).find_first_of(",/;)") != std::string_view::npos);
  if (dial_code) return 1;
  if (!IsPlain(i) || Size(i) > 9) return 0;
  const bool fine = Size(i) > 7 && TrailingZeros(Digits(i)) < 3;
  if (!fine && HasMoneyCue(i, i)) return 1;
  if (Size(i) <= 6 && BeginsWithUnit(After(i))) return 1;
  if (cued_) return 0;
  const size_t zeros = Size(i) > 4 ? 3 : 2;
  return Size(i) >= 4 && TrailingZeros(Digits(i)) >= zeros ? 1 : 0;
}

bool NumberRun::HasMoneyCue(size_t first, size_t last) const {
  // The second half of a range shares the cue of the first, and the other way round. In
  // "784-1990-2884190-1" the part before is explained as a year, and no range.
  const bool range = first > 0 && parts_[first - 1].explained && HasGap(first, "-") &&
                     !HasGap(last + 1, "-") &&
                     (!IsYear(first - 1) || EndsWithCurrency(Before(first - 1)));
  return range || EndsWithCurrency(Before(first)) || BeginsWithCurrency(After(last)) ||
         (HasGap(last + 1, "-") && BeginsWithCurrency(After(last + 1)));
}

}  // namespace corridor
