#ifndef CORRIDOR_CORE_GATE_TEXT_SCAN_H_
#define CORRIDOR_CORE_GATE_TEXT_SCAN_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace corridor {

// What a piece of text looks like.
enum class TextCategory {
  kForbiddenCharacter,  // A control, bidirectional control, private-use, unassigned or tag
                        // code point, or ill-formed UTF-8.
  kEmail,
  kUrl,
  kMessenger,  // A link or an account of a messenger or social network.
  kHandle,     // @name
  kPhone,
  kLongNumber,  // Seven digits or more that no allowed grammar explains.
  kPaymentCard,
  kIban,
  kIpAddress,
  kDevice,  // A MAC address or an IMEI.
  kCryptoAddress,
  kCoordinates,
  kIdentityDocument,  // Also any code of letters and digits that nothing explains.
  kBankAccount,
  kBirthDate,
  kExactDate,      // A day, where it may tell about a person.
  kStreetAddress,  // Also a plot or a house in a village.
  kVehicle,        // A number plate, a flight, a vessel.
  kCaseNumber,     // Of a court, a police station, a file.
  kPersonName,     // By a title or a cue: found often, promised never.
};

// "person-name"; for verdicts, metrics and reports.
std::string_view CategoryName(TextCategory category);
// Every category, in the order above.
const std::vector<TextCategory>& AllTextCategories();

// One place in a text that may not pass. It never holds the text itself.
struct TextFinding {
  TextCategory category = TextCategory::kLongNumber;
  std::string_view rule;  // A constant: "email.spoken".
  size_t start = 0;       // Bytes of the text that was given, end excluded.
  size_t end = 0;
};

// Looks for what identifies a person in free text. Immutable and thread-safe;
// pure; time is linear in the text. It keeps no text.
//
// Each text is looked at in several views: with its case and folded (TextView), with spoken
// and bracketed symbols of addresses written as symbols, and, where there is reason to, with
// spaced-out letters joined and letters of other scripts that look like Latin ones replaced
// (disguises.h). Digits are read out of words and look-alike letters (digit_reader.h).
// Findings are given in bytes of the original.
class TextScanner {
 public:
  // `phone_regions`: as in GatePolicy.
  explicit TextScanner(std::vector<std::string> phone_regions);
  ~TextScanner();
  TextScanner(const TextScanner&) = delete;
  TextScanner& operator=(const TextScanner&) = delete;

  // All findings, by ascending start. `text` may have line breaks.
  std::vector<TextFinding> Scan(std::string_view text) const;

  // What only shows when `second` is read right behind `first`: a number or an
  // address split over two fields. Only findings that lie in both.
  std::vector<TextFinding> ScanJoint(std::string_view first, std::string_view second) const;

 private:
  class Rules;
  std::unique_ptr<const Rules> rules_;
};

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_TEXT_SCAN_H_
