#include "core/gate/text_scan.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/gate/address_patterns.h"
#include "core/gate/code_rules.h"
#include "core/gate/date_patterns.h"
#include "core/gate/disguises.h"
#include "core/gate/document_patterns.h"
#include "core/gate/findings.h"
#include "core/gate/name_rules.h"
#include "core/gate/number_rules.h"
#include "core/gate/place_patterns.h"
#include "core/gate/text_view.h"

namespace corridor {
namespace {

// How much of either text matters where two are read as one: longer than any number
// or address that a person would split.
constexpr size_t kJointBytes = 96;

// The beginning of a text, up to the end of a code point.
std::string_view Head(std::string_view text, size_t bytes) {
  size_t until = std::min(text.size(), bytes);
  while (until < text.size() && (static_cast<unsigned char>(text[until]) & 0xC0) == 0x80) ++until;
  return text.substr(0, until);
}

// The last bytes of a text, from the beginning of a code point.
std::string_view Tail(std::string_view text, size_t bytes) {
  size_t from = text.size() - std::min(text.size(), bytes);
  while (from < text.size() && (static_cast<unsigned char>(text[from]) & 0xC0) == 0x80) ++from;
  return text.substr(from);
}

}  // namespace

std::string_view CategoryName(TextCategory category) {
  switch (category) {
    case TextCategory::kForbiddenCharacter:
      return "forbidden-character";
    case TextCategory::kEmail:
      return "email";
    case TextCategory::kUrl:
      return "url";
    case TextCategory::kMessenger:
      return "messenger";
    case TextCategory::kHandle:
      return "handle";
    case TextCategory::kPhone:
      return "phone";
    case TextCategory::kLongNumber:
      return "long-number";
    case TextCategory::kPaymentCard:
      return "payment-card";
    case TextCategory::kIban:
      return "iban";
    case TextCategory::kIpAddress:
      return "ip-address";
    case TextCategory::kDevice:
      return "device";
    case TextCategory::kCryptoAddress:
      return "crypto-address";
    case TextCategory::kCoordinates:
      return "coordinates";
    case TextCategory::kIdentityDocument:
      return "identity-document";
    case TextCategory::kBankAccount:
      return "bank-account";
    case TextCategory::kBirthDate:
      return "birth-date";
    case TextCategory::kExactDate:
      return "exact-date";
    case TextCategory::kStreetAddress:
      return "street-address";
    case TextCategory::kVehicle:
      return "vehicle";
    case TextCategory::kCaseNumber:
      return "case-number";
    case TextCategory::kPersonName:
      return "person-name";
  }
  return "unknown";
}

const std::vector<TextCategory>& AllTextCategories() {
  static const auto& categories = *new std::vector<TextCategory>{TextCategory::kForbiddenCharacter,
                                                                 TextCategory::kEmail,
                                                                 TextCategory::kUrl,
                                                                 TextCategory::kMessenger,
                                                                 TextCategory::kHandle,
                                                                 TextCategory::kPhone,
                                                                 TextCategory::kLongNumber,
                                                                 TextCategory::kPaymentCard,
                                                                 TextCategory::kIban,
                                                                 TextCategory::kIpAddress,
                                                                 TextCategory::kDevice,
                                                                 TextCategory::kCryptoAddress,
                                                                 TextCategory::kCoordinates,
                                                                 TextCategory::kIdentityDocument,
                                                                 TextCategory::kBankAccount,
                                                                 TextCategory::kBirthDate,
                                                                 TextCategory::kExactDate,
                                                                 TextCategory::kStreetAddress,
                                                                 TextCategory::kVehicle,
                                                                 TextCategory::kCaseNumber,
                                                                 TextCategory::kPersonName};
  return categories;
}

class TextScanner::Rules {
 public:
  explicit Rules(std::vector<std::string> phone_regions) : numbers_(std::move(phone_regions)) {}

  // Everything that is found in one reading of the text. Rules run from the telling to the
  // general, because whoever finds first keeps a place.
  void Find(const TextView& cased, std::string_view original, Findings& findings) const {
    const TextView folded = cased.Folded();
    const TextView plain = WriteSpokenSymbols(folded);
    const uint32_t traits = TraitsOf(plain.text());
    DatePatterns().Find(folded, traits, original, findings);
    AddressPatterns().Find(plain, traits, original, findings);
    DocumentPatterns().Find(plain, traits, original, findings);
    PlacePatterns().Find(plain, traits, original, findings);
    const uint32_t cased_traits = TraitsOf(cased.text());
    CasedAddressPatterns().Find(cased, cased_traits, original, findings);
    CasedPlacePatterns().Find(cased, cased_traits, original, findings);
    numbers_.Find(folded, findings);
    FindCodes(plain, original, findings);
    names_.Find(cased, cased_traits, original, findings);
    if (const auto spelled = WriteSpelledDigits(plain)) FindWritten(*spelled, original, findings);
    if (const auto leet = ReadLeet(cased)) FindWords(*leet, original, findings);
  }

  // Where digits that were read out are written.
  static void FindWritten(const TextView& spelled, std::string_view original, Findings& findings) {
    const uint32_t traits = TraitsOf(spelled.text());
    DatePatterns().Find(spelled, traits, original, findings);
    AddressPatterns().Find(spelled, traits, original, findings);
    DocumentPatterns().Find(spelled, traits, original, findings);
    PlacePatterns().Find(spelled, traits, original, findings);
  }

  // Where only words count.
  void FindWords(const TextView& cased, std::string_view original, Findings& findings) const {
    const TextView folded = cased.Folded();
    const uint32_t traits = TraitsOf(folded.text());
    DatePatterns().Find(folded, traits, original, findings);
    AddressPatterns().Find(folded, traits, original, findings);
    names_.Find(cased, TraitsOf(cased.text()), original, findings);
  }

  const Lookalikes& lookalikes() const { return lookalikes_; }

 private:
  const NumberRules numbers_;
  const NameRules names_;
  const Lookalikes lookalikes_;
};

namespace {

void FindForbidden(std::string_view text, Findings& findings) {
  int found = 0;
  for (size_t at = 0; at < text.size() && found < kFindingsPerRule;) {
    const size_t begin = at;
    if (!IsForbiddenCodePoint(NextCodePoint(text, at))) continue;
    findings.Add(TextCategory::kForbiddenCharacter, "forbidden.code-point", begin, at);
    ++found;
  }
}

// What crosses from one text into the next is a number or an address that was split;
// that a sentence ends where another begins is no web address.
bool CountsAcrossTexts(TextCategory category) {
  return category != TextCategory::kUrl && category != TextCategory::kPersonName &&
         category != TextCategory::kForbiddenCharacter;
}

}  // namespace

TextScanner::TextScanner(std::vector<std::string> phone_regions)
    : rules_(std::make_unique<const Rules>(std::move(phone_regions))) {
  Scan("0 @ A");  // The tables are made on first use, which no statement should wait for.
}

TextScanner::~TextScanner() = default;

std::vector<TextFinding> TextScanner::Scan(std::string_view text) const {
  if (text.empty()) return {};
  Findings findings;
  if (!IsWellFormedUtf8(text)) {
    findings.Add(TextCategory::kForbiddenCharacter, "forbidden.encoding", 0, text.size());
    return findings.Take();
  }
  FindForbidden(text, findings);
  const TextView cased(text, TextView::Case::kKeep);
  rules_->Find(cased, text, findings);
  const std::optional<TextView> latin = rules_->lookalikes().Replace(cased);
  if (latin) rules_->Find(*latin, text, findings);
  const std::optional<TextView> joined = JoinSpacedLetters(latin ? *latin : cased);
  if (joined) rules_->Find(*joined, text, findings);
  return findings.Take();
}

std::vector<TextFinding> TextScanner::ScanJoint(std::string_view first,
                                                std::string_view second) const {
  const std::string_view tail = Tail(first, kJointBytes);
  const std::string joint = std::string(tail) + std::string(Head(second, kJointBytes));
  std::vector<TextFinding> findings = Scan(joint);
  findings.erase(std::remove_if(findings.begin(), findings.end(),
                                [&tail](const TextFinding& finding) {
                                  const bool crosses =
                                      finding.start < tail.size() && finding.end > tail.size();
                                  return !crosses || !CountsAcrossTexts(finding.category);
                                }),
                 findings.end());
  return findings;
}

}  // namespace corridor
