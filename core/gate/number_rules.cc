#include "core/gate/number_rules.h"

#include <phonenumbers/logger.h>
#include <phonenumbers/phonenumber.pb.h>
#include <phonenumbers/phonenumberutil.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace corridor {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

constexpr size_t kDigitsMin = 7;
constexpr size_t kGapCodePointsMax = 4;
constexpr size_t kPhoneDigitsMax = 15;
constexpr size_t kGroupedDigitsMax = 12;
// Telephone numbers are asked for this often in one text; later runs stay long numbers.
constexpr int kPhoneQuestionsMax = 8;

// libphonenumber would write what it cannot read to standard output.
class SilentLogger : public i18n::phonenumbers::Logger {
 public:
  void WriteLevel() override {}
  void WriteMessage(const std::string& /*message*/) override {}
};

const PhoneNumberUtil& PhoneLibrary() {
  static const PhoneNumberUtil& library = []() -> const PhoneNumberUtil& {
    PhoneNumberUtil& instance = *PhoneNumberUtil::GetInstance();
    instance.SetLogger(new SilentLogger);  // Takes ownership.
    return instance;
  }();
  return library;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// One unbroken group of digits.
struct Group {
  size_t begin = 0;
  size_t end = 0;
  bool explained = false;
  size_t size() const { return end - begin; }
};

// --- Money, by what stands beside a number.

constexpr std::string_view kBefore[] = {
    "$",   "usd", "us$", "kes", "ksh", "kshs", "sh",  "shs", "tsh", "tzs",  "ugx",  "ush",
    "etb", "br",  "bif", "fbu", "thb", "php",  "p",   "idr", "rp",  "rm",   "myr",  "mmk",
    "vnd", "khr", "lak", "eur", "gbp", "cny",  "rmb", "inr", "rs",  "ngn",  "sgd",  "aed",
    "฿",   "₱",   "€",   "£",   "¥",   "₹",    "₦",   "₫",   "៛",   "baht", "birr", "shs.",
};
constexpr std::string_view kAfter[] = {
    "usd",  "dollar", "shilling", "baht",    "peso",  "rupiah", "birr",  "franc", "kyat",
    "dong", "riel",   "kip",      "ringgit", "yuan",  "euro",   "pound", "ribu",  "juta",
    "บาท",  "ብር",     "kes",      "ugx",     "tzs",   "thb",    "php",   "idr",   "mmk",
    "vnd",  "dola",   "shilingi", "pesos",   "dolar", "etb",    "bif",   "/=",
};

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

bool IsAsciiLetter(char c) { return c >= 'a' && c <= 'z'; }

bool MoneyBefore(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '.' || text.back() == ':')) {
    text.remove_suffix(1);
  }
  return std::any_of(std::begin(kBefore), std::end(kBefore), [text](std::string_view cue) {
    if (!EndsWith(text, cue)) return false;
    const bool word = IsAsciiLetter(cue.front());
    return !word || text.size() == cue.size() || !IsAsciiLetter(text[text.size() - cue.size() - 1]);
  });
}

bool MoneyAfter(std::string_view text) {
  if (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return std::any_of(std::begin(kAfter), std::end(kAfter),
                     [text](std::string_view cue) { return text.substr(0, cue.size()) == cue; });
}

// --- One run of groups, and what explains them.

class Run {
 public:
  Run(std::string_view text, std::vector<Group> groups) : text_(text), groups_(std::move(groups)) {}

  void Explain() {
    for (size_t i = 0; i < groups_.size();) i += std::max<size_t>(1, ExplainFrom(i));
  }

  size_t digits() const { return Count(false); }
  size_t unexplained() const { return Count(true); }
  size_t begin() const { return groups_.front().begin; }
  size_t end() const { return groups_.back().end; }

  std::string AllDigits() const {
    std::string digits;
    for (const Group& group : groups_) digits.append(text_, group.begin, group.size());
    return digits;
  }

  // "+254 ..." or "00254 ...".
  bool international() const {
    size_t at = begin();
    while (at > 0 && (text_[at - 1] == ' ' || text_[at - 1] == '(')) --at;
    if (at > 0 && text_[at - 1] == '+') return true;
    return groups_.front().size() >= 2 && text_.substr(begin(), 2) == "00";
  }

 private:
  std::string_view Text(size_t i) const {
    return text_.substr(groups_[i].begin, groups_[i].size());
  }
  int Number(size_t i) const {
    return groups_[i].size() > 8 ? -1 : std::atoi(std::string(Text(i)).c_str());
  }
  // What stands before group i; empty where there is none.
  std::string_view Gap(size_t i) const {
    if (i == 0 || i >= groups_.size()) return {};
    return text_.substr(groups_[i - 1].end, groups_[i].begin - groups_[i - 1].end);
  }
  bool HasGap(size_t i, std::string_view one_of) const {
    const std::string_view gap = Gap(i);
    return gap.size() == 1 && one_of.find(gap[0]) != std::string_view::npos;
  }

  size_t Count(bool unexplained_only) const {
    size_t count = 0;
    for (const Group& group : groups_) {
      if (!unexplained_only || !group.explained) count += group.size();
    }
    return count;
  }

  // Gregorian, or Buddhist era.
  bool IsYear(size_t i) const {
    if (groups_[i].size() != 4) return false;
    const int year = Number(i);
    return (year >= 1900 && year <= 2100) || (year >= 2480 && year <= 2600);
  }
  bool InRange(size_t i, int min, int max) const {
    return groups_[i].size() <= 2 && Number(i) >= min && Number(i) <= max;
  }

  size_t Mark(size_t from, size_t count) {
    for (size_t i = from; i < from + count; ++i) groups_[i].explained = true;
    return count;
  }

  // Marks what group i and those behind it are, and says how many.
  size_t ExplainFrom(size_t i) {
    if (const size_t count = DateAt(i)) return Mark(i, count);
    if (const size_t count = TimeAt(i)) return Mark(i, count);
    if (const size_t count = GroupedAt(i)) return Mark(i, count);
    if (IsYear(i) || IsMoney(i)) return Mark(i, 1);
    return 0;
  }

  size_t DateAt(size_t i) const {
    constexpr std::string_view kDateGaps = "-/.";
    if (i + 1 >= groups_.size() || !HasGap(i + 1, kDateGaps)) return 0;
    const bool three = i + 2 < groups_.size() && Gap(i + 2) == Gap(i + 1);
    if (three && IsYear(i) && InRange(i + 1, 1, 12) && InRange(i + 2, 1, 31)) return 3;
    if (three && IsYear(i + 2) && InRange(i, 1, 31) && InRange(i + 1, 1, 31)) return 3;
    if (IsYear(i) && InRange(i + 1, 1, 12)) return 2;
    if (InRange(i, 1, 12) && IsYear(i + 1)) return 2;
    return 0;
  }

  size_t TimeAt(size_t i) const {
    if (i + 1 >= groups_.size() || !HasGap(i + 1, ":")) return 0;
    return InRange(i, 0, 24) && InRange(i + 1, 0, 59) && groups_[i + 1].size() == 2 ? 2 : 0;
  }

  // "1,500,000" or "1.500.000" or "1 500 000".
  size_t GroupedAt(size_t i) const {
    if (groups_[i].size() > 3 || Text(i)[0] == '0') return 0;
    if (i + 1 >= groups_.size() || !HasGap(i + 1, ",.' ")) return 0;
    size_t last = i;
    size_t digits = groups_[i].size();
    while (digits <= kGroupedDigitsMax && last + 1 < groups_.size() &&
           Gap(last + 1) == Gap(i + 1) && groups_[last + 1].size() == 3) {
      digits += groups_[++last].size();
    }
    if (last == i || digits > kGroupedDigitsMax) return 0;
    const bool round = Text(last) == "000";
    const bool spaced = Gap(i + 1) == " ";
    const bool short_enough = digits <= 7 && !spaced;
    return round || short_enough || HasMoneyCue(i, last) ? last - i + 1 : 0;
  }

  bool IsMoney(size_t i) const {
    const std::string_view number = Text(i);
    if (number[0] == '0' || number.size() > 9) return false;
    if (number.size() > 7 && !EndsWith(number, "000")) return false;
    return HasMoneyCue(i, i);
  }

  bool HasMoneyCue(size_t first, size_t last) const {
    // The second half of a range shares the cue of the first.
    const bool range = first > 0 && groups_[first - 1].explained && HasGap(first, "-");
    const size_t begin = groups_[first].begin;
    return range ||
           MoneyBefore(
               text_.substr(begin - std::min<size_t>(begin, 8), std::min<size_t>(begin, 8))) ||
           MoneyAfter(text_.substr(groups_[last].end, 16)) ||
           (last + 1 < groups_.size() && HasGap(last + 1, "-") &&
            MoneyAfter(text_.substr(groups_[last + 1].end, 16)));
  }

  std::string_view text_;
  std::vector<Group> groups_;
};

// A gap that parts a list of numbers rather than one number: "18, 19, 21".
bool PartsList(std::string_view text, const Group& before, const Group& after) {
  const std::string_view gap = text.substr(before.end, after.begin - before.end);
  if (gap.size() < 2 && gap != "\n") return false;
  if (gap.find_first_of("%$") != std::string_view::npos) return true;
  if (gap.find_first_of(",;\n") == std::string_view::npos) return false;
  const auto plain = [text](const Group& group) {
    return group.size() >= 2 && group.size() <= 4 && text[group.begin] != '0';
  };
  return plain(before) && plain(after);
}

// Whether two groups may be pieces of one number: a short gap without a letter.
bool Joins(std::string_view text, const Group& before, const Group& after) {
  size_t count = 0;
  for (size_t at = before.end; at < after.begin;) {
    if (++count > kGapCodePointsMax || IsLetter(NextCodePoint(text, at))) return false;
  }
  return !PartsList(text, before, after);
}

std::vector<Group> GroupsIn(std::string_view text) {
  std::vector<Group> groups;
  for (size_t at = 0; at < text.size(); ++at) {
    if (!IsDigit(text[at])) continue;
    const size_t begin = at;
    while (at < text.size() && IsDigit(text[at])) ++at;
    groups.push_back({begin, at});
  }
  return groups;
}

}  // namespace

NumberRules::NumberRules(std::vector<std::string> phone_regions)
    : phone_regions_(std::move(phone_regions)) {
  PhoneLibrary();
}

void NumberRules::Find(const TextView& folded, Findings& findings) const {
  const std::string_view text = folded.text();
  const std::vector<Group> groups = GroupsIn(text);
  int questions = 0;
  for (size_t first = 0; first < groups.size();) {
    size_t next = first + 1;
    while (next < groups.size() && Joins(text, groups[next - 1], groups[next])) ++next;
    Run run(text, {groups.begin() + static_cast<ptrdiff_t>(first),
                   groups.begin() + static_cast<ptrdiff_t>(next)});
    first = next;
    if (run.digits() < kDigitsMin) continue;
    run.Explain();
    if (run.unexplained() < kDigitsMin && !run.international()) continue;
    Report(folded, run.begin(), run.end(), run.AllDigits(), run.international(),
           questions++ < kPhoneQuestionsMax, findings);
  }
}

void NumberRules::Report(const TextView& folded, size_t begin, size_t end, std::string_view digits,
                         bool international, bool ask_phone, Findings& findings) const {
  if (digits.size() >= 13 && digits.size() <= 19 && PassesLuhn(digits)) {
    findings.Add(TextCategory::kPaymentCard, "card.checksum", folded, begin, end);
  } else if (ask_phone && IsPhone(digits, international)) {
    findings.Add(TextCategory::kPhone, "phone.valid", folded, begin, end);
  } else {
    findings.Add(TextCategory::kLongNumber, "number.long", folded, begin, end);
  }
}

bool NumberRules::IsPhone(std::string_view digits, bool international) const {
  if (digits.size() > kPhoneDigitsMax) return false;
  const PhoneNumberUtil& library = PhoneLibrary();
  const auto valid = [&library](const std::string& number, const std::string& region) {
    PhoneNumber parsed;
    return library.Parse(number, region, &parsed) == PhoneNumberUtil::NO_PARSING_ERROR &&
           library.IsValidNumber(parsed);
  };
  while (international && digits.substr(0, 1) == "0") digits.remove_prefix(1);
  if (valid("+" + std::string(digits), "ZZ")) return true;
  return !international &&
         std::any_of(phone_regions_.begin(), phone_regions_.end(),
                     [&](const std::string& region) { return valid(std::string(digits), region); });
}

bool PassesLuhn(std::string_view digits) {
  int sum = 0;
  for (size_t i = 0; i < digits.size(); ++i) {
    int digit = digits[digits.size() - 1 - i] - '0';
    if (i % 2 == 1) digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
    sum += digit;
  }
  return sum % 10 == 0;
}

bool PassesIban(std::string_view iban) {
  if (iban.size() < 15) return false;
  int remainder = 0;
  for (const std::string_view part : {iban.substr(4), iban.substr(0, 4)}) {
    for (char c : part) {
      const int value = IsDigit(c) ? c - '0' : c - 'a' + 10;
      remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
    }
  }
  return remainder == 1;
}

}  // namespace corridor
