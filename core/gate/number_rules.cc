#include "core/gate/number_rules.h"

#include <phonenumbers/logger.h>
#include <phonenumbers/phonenumber.pb.h>
#include <phonenumbers/phonenumberutil.h>

#include <algorithm>
#include <utility>

#include "core/gate/checksums.h"
#include "core/gate/digit_reader.h"

namespace corridor {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

constexpr size_t kDigitsMin = 7;
// Where a cue or a disguise says that it is a number to call.
constexpr size_t kShortDigitsMin = 6;
// Spread between numbers that are explained.
constexpr size_t kScatteredDigitsMin = 12;
// Beside what looks like a year or a sum, behind a leading zero.
constexpr size_t kTrunkDigitsMin = 3;
constexpr size_t kPhoneDigitsMax = 15;
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

// Whether what a run leaves unexplained is too much to pass.
bool IsSuspect(const NumberRun& run) {
  if (run.unexplained_together() >= kDigitsMin || run.unexplained() >= kScatteredDigitsMin) {
    return true;
  }
  if (run.digits() < kShortDigitsMin) return false;
  if (run.cued() || run.disguised()) return run.unexplained() >= kShortDigitsMin;
  if (run.digits() < kDigitsMin) return false;
  if (run.international()) return true;
  const bool trunk_prefix = run.all_digits()[0] == '0' && run.all_digits()[1] != '0';
  return trunk_prefix && run.digits() > kDigitsMin && run.unexplained() >= kTrunkDigitsMin;
}

}  // namespace

NumberRules::NumberRules(std::vector<std::string> phone_regions)
    : phone_regions_(std::move(phone_regions)) {
  PhoneLibrary();
}

void NumberRules::Find(const TextView& folded, Findings& findings) const {
  const std::string_view text = folded.text();
  const std::vector<DigitGroup> groups = ReadDigits(text);
  int questions = 0;
  for (size_t first = 0; first < groups.size();) {
    const NumberRun run(text, groups, first);
    if (!IsSuspect(run)) continue;
    Report(folded, run, questions++ < kPhoneQuestionsMax, findings);
  }
}

void NumberRules::Report(const TextView& folded, const NumberRun& run, bool ask_phone,
                         Findings& findings) const {
  const std::string& digits = run.all_digits();
  const auto add = [&](TextCategory category, std::string_view rule) {
    findings.Add(category, rule, folded, run.begin(), run.end());
  };
  if (digits.size() >= 13 && digits.size() <= 19 && PassesLuhn(digits)) {
    add(TextCategory::kPaymentCard, "card.checksum");
  } else if (ask_phone && IsPhone(digits, run.international())) {
    add(TextCategory::kPhone, "phone.valid");
  } else if (run.cued() || (run.international() && digits.size() <= kPhoneDigitsMax)) {
    add(TextCategory::kPhone, "phone.cue");
  } else {
    add(TextCategory::kLongNumber, run.disguised() ? "number.disguised" : "number.long");
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

}  // namespace corridor
