#include "core/gate/text_scan.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/gate/findings.h"
#include "core/gate/name_rules.h"
#include "core/gate/number_rules.h"
#include "core/gate/text_view.h"

namespace corridor {
namespace {

// How much of either text matters where two are read as one: longer than any number
// or address that a person would split.
constexpr size_t kJointBytes = 96;

// --- Checks on what a pattern has matched.

bool Always(std::string_view /*match*/) { return true; }

std::string Compact(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c != ' ' && c != '-') out.push_back(c);
  }
  return out;
}

bool IsIban(std::string_view match) { return PassesIban(Compact(match)); }

// Neither "us$" nor "rp150000": a currency and a sum.
bool IsNoSum(std::string_view match) {
  constexpr std::array<std::string_view, 6> kCurrencies = {"rp", "rm", "ks", "fb", "sh", "rs"};
  return std::none_of(kCurrencies.begin(), kCurrencies.end(),
                      [match](std::string_view cue) { return match.substr(0, 2) == cue; });
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Letters and digits mixed as no word and no number is.
bool IsKeyLike(std::string_view match) {
  const auto digits = std::count_if(match.begin(), match.end(), IsDigit);
  return digits >= 4 && static_cast<size_t>(digits) + 4 <= match.size();
}

bool IsIpv4(std::string_view match) {
  int value = 0;
  for (char c : match) {
    value = c == '.' ? 0 : value * 10 + (c - '0');
    if (value > 255) return false;
  }
  return true;
}

// --- Patterns over the folded view. A finding is the first group, or all of it.

struct Pattern {
  TextCategory category;
  std::string_view rule;
  const char* expression;
  bool (*holds)(std::string_view) = Always;
};

#define CORRIDOR_EDGE R"((?:^|[^\p{L}\p{N}]))"
#define CORRIDOR_AT R"((?:@|\(\s*(?:at|@)\s*\)|\[\s*(?:at|@)\s*\]|\{\s*(?:at|@)\s*\}|<\s*at\s*>))"
#define CORRIDOR_DOT R"((?:\.|\(\s*(?:dot|\.)\s*\)|\[\s*(?:dot|\.)\s*\]|\{\s*(?:dot|\.)\s*\}))"
#define CORRIDOR_SPOKEN_DOT R"((?:dot|point|punto|nukta|titik|tuldok|จุด))"
#define CORRIDOR_DATE \
  R"((?:\d{1,2}(?:st|nd|rd|th)?\s*[-/., ]\s*(?:of\s+|de\s+|ya\s+|mwezi wa\s+)?(?:\d{1,2}|\p{L}{3,12})\s*[-/., ]\s*\d{2,4}|\d{4}\s*[-/.]\s*\d{1,2}\s*[-/.]\s*\d{1,2}|\p{L}{3,12}\s+\d{1,2},?\s+\d{4}|\d{1,2}\s*\p{Thai}+\.?\p{Thai}*\.?\s*(?:พ\.ศ\.)?\s*\d{4}|\p{Ethiopic}+\s+\d{1,2}\s*(?:ቀን)?\s*,?\s*\d{4}))"

constexpr Pattern kPatterns[] = {
    {TextCategory::kEmail, "email.plain",
     R"(([^\s@<>()\[\]:;,]+\s?)" CORRIDOR_AT R"(\s?[\p{L}\p{N}-]+(?:\s?)" CORRIDOR_DOT
     R"(\s?[\p{L}\p{N}-]{2,})+))"},
    {TextCategory::kEmail, "email.spoken",
     R"(([\p{L}\p{N}._+-]+\s+(?:at|arobase|sa|kwenye|แอท)\s+[\p{L}\p{N}-]+(?:\s+)" CORRIDOR_SPOKEN_DOT
     R"(\s+[\p{L}\p{N}-]{2,})+))"},
    {TextCategory::kEmail, "email.spoken",
     R"(([\p{L}\p{N}._+-]+\s*)" CORRIDOR_AT R"(\s*[\p{L}\p{N}-]+(?:\s+)" CORRIDOR_SPOKEN_DOT
     R"(\s+[\p{L}\p{N}-]{2,})+))"},
    {TextCategory::kMessenger, "messenger.link",
     R"(((?:https?://)?(?:www\.)?(?:t\.me|wa\.me|telegram\.me|chat\.whatsapp\.com|api\.whatsapp\.com|line\.me|lin\.ee|m\.me|fb\.com|fb\.me|facebook\.com|instagram\.com|tiktok\.com|x\.com|twitter\.com|discord\.gg|signal\.me|viber\.me|zalo\.me|u\.wechat\.com|vk\.com|linkedin\.com)\s?/\s?[^\s]+))"},
    {TextCategory::kMessenger, "messenger.scheme",
     R"(((?:tg|whatsapp|viber|line|skype|weixin)://?[^\s]+))"},
    {TextCategory::kMessenger, "messenger.account",
     CORRIDOR_EDGE
     R"((?:whatsapp|telegram|line|wechat|weixin|instagram|insta|ig|facebook|fb|messenger|tiktok|viber|snapchat|signal|skype|qq|zalo|kakao|ไลน์|เฟซบุ๊ก)\s*(?:id|account|acc|akun|akaunti|user|username|user name|handle|contact|ไอดี)\s*(?:is|ni|adalah|ay|คือ)?\s*[:=]?\s*(@?[\p{L}\p{N}_.-]{3,}))"},
    {TextCategory::kMessenger, "messenger.account",
     CORRIDOR_EDGE
     R"((?:whatsapp|telegram|line|wechat|weixin|instagram|insta|ig|facebook|fb|tiktok|viber|snapchat|signal|skype|qq|zalo|kakao|ไลน์)\s*(?:[:=]|is|ni|adalah|ay|คือ|\s)\s*(@?[\p{L}._-]*[\d_.@][\p{L}\p{N}_.-]*[\p{L}\p{N}]))"},
    {TextCategory::kUrl, "url.scheme", R"(((?:https?|hxxps?|ftp|wss?)\s?:\s?/\s?/\s?[^\s]+))"},
    {TextCategory::kUrl, "url.www", CORRIDOR_EDGE R"((www\d?\s?\.\s?[^\s]+))"},
    {TextCategory::kUrl, "url.domain",
     R"(((?:[\p{L}\p{N}][\p{L}\p{N}-]*)" CORRIDOR_DOT
     R"()+(?:com|net|org|info|biz|xyz|top|online|shop|site|club|vip|app|asia|icu|click|jobs|io|gov|edu|onion|ly|(?:co|or|go|ac|gov|com|net|org|web|my)\.(?:ke|ug|tz|th|id|ph|et|bi|rw|my|sg|vn|kh|la|mm|ng|in|cn|uk|za))(?:/[^\s]*)?)(?:[^\p{L}\p{N}-]|$))"},
    {TextCategory::kUrl, "url.path",
     R"(((?:[\p{L}\p{N}][\p{L}\p{N}-]*\.)+[a-z]{2,12}/[\p{L}\p{N}_?=&%#-]{2,}[^\s]*))"},
    {TextCategory::kHandle, "handle.at",
     R"((?:^|[^\p{L}\p{N}_.@/])(@[\p{L}\p{N}_][\p{L}\p{N}_.]{2,}|@ [\p{L}]*[\d_][\p{L}\p{N}_.]+))"},
    {TextCategory::kIban, "iban.checksum",
     CORRIDOR_EDGE R"(([a-z]{2}\d{2}(?:[ -]?[a-z0-9]{4}){2,7}(?:[ -]?[a-z0-9]{1,3})?))", IsIban},
    {TextCategory::kIdentityDocument, "document.machine-readable",
     R"(([a-z0-9<]{2,}<<[a-z0-9<]{3,}))"},
    {TextCategory::kIdentityDocument, "document.national-id",
     CORRIDOR_EDGE R"((c[fm]\d{5,9}[0-9a-z]{3,7}))"},
    {TextCategory::kCryptoAddress, "crypto.ethereum", R"((0x[0-9a-f]{24,}))"},
    {TextCategory::kCryptoAddress, "crypto.bech32",
     CORRIDOR_EDGE R"(((?:bc|ltc|tb)1[0-9a-z]{20,}))"},
    {TextCategory::kCryptoAddress, "crypto.key-like", CORRIDOR_EDGE R"(([0-9a-z]{25,}))",
     IsKeyLike},
    {TextCategory::kIpAddress, "ip.v4",
     R"((?:^|[^\p{L}\d.])(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?:[^\d.]|\.?$|\.\s))", IsIpv4},
    {TextCategory::kIpAddress, "ip.mac",
     R"((?:^|[^0-9a-z])([0-9a-f]{2}(?:[:-][0-9a-f]{2}){5})(?:[^0-9a-z]|$))"},
    {TextCategory::kIpAddress, "ip.v6",
     R"((?:^|[^0-9a-z:])((?:[0-9a-f]{1,4}:){4,7}[0-9a-f]{1,4}|(?:[0-9a-f]{1,4}:){1,6}:(?:[0-9a-f]{1,4}:?)+))"},
    {TextCategory::kCoordinates, "coordinates.decimal",
     R"((-?\d{1,3}\.\d{3,}\s*°?\s*[nsew]?\s*[,;/ ]\s*-?\d{1,3}\.\d{3,}))"},
    {TextCategory::kCoordinates, "coordinates.decimal",
     R"((-?\d{1,3}\.\d{2,}\s*°?\s*[ns]\s*[,;/ ]\s*-?\d{1,3}\.\d{2,}\s*°?\s*[ew]))"},
    {TextCategory::kCoordinates, "coordinates.degrees",
     R"((\d{1,3}\s*°\s*\d{1,2}(?:\.\d+)?\s*['"]))"},
    {TextCategory::kCoordinates, "coordinates.label",
     R"((?:lat|latitude|lintang|latitudo)\s*[:=]?\s*(-?\d{1,2}\.\d+))"},
    {TextCategory::kCoordinates, "coordinates.plus-code",
     CORRIDOR_EDGE
     R"(([23456789cfghjmpqrvwx]{4,8}\+[23456789cfghjmpqrvwx]{2,3})(?:[^\p{L}\p{N}]|$))"},
    {TextCategory::kIdentityDocument, "document.passport",
     R"((?:^|[^\p{L}\p{N}])([a-z]{1,2}-?\d{6,9}[a-z]?)(?:[^\p{L}\p{N}]|$))", IsNoSum},
};

// --- A cue, and what may not stand soon behind it.

struct CuePattern {
  TextCategory category;
  std::string_view rule;
  const char* cue;
  const char* value;  // The finding is its first group.
};

// How far behind its cue a value is looked for.
constexpr size_t kCueReachBytes = 64;

constexpr CuePattern kCuePatterns[] = {
    {TextCategory::kBirthDate, "birth-date.cue",
     R"((?:^|[^\p{L}])(?:born(?: on)?|d\.?o\.?b|d \. o \. b|date of birth|birth ?date|birthday|née? le|date de naissance|tarehe ya kuzaliwa|kuzaliwa|alizaliwa|tanggal lahir|tgl\.? lahir|lahir|ipinanganak|kaarawan|petsa ng kapanganakan|ngày sinh|sinh ngày|yavutse|itariki y'amavuko)(?:[^\p{L}]|$)|วันเกิด|เกิดวันที่|เกิดเมื่อ|เกิด[ :]|የትውልድ ቀን|የተወለደ)",
     R"(^[^\d\n]*?\b()" CORRIDOR_DATE ")"},
    {TextCategory::kIdentityDocument, "document.cue",
     R"((?:^|[^\p{L}\p{N}])(?:passport|passeport|paspor|pasipoti|pasaporte|pasporti|travel document|visa no|id card|id no|id number|national id|nin|nik|nida|ktp|kitambulisho|philsys|philid|fayda|huduma|maisha|alien id|matricule|cni|hộ chiếu|cccd)(?:[^\p{L}]|$)|หนังสือเดินทาง|พาสปอร์ต|บัตรประชาชน|ፓስፖርት|መታወቂያ|护照)",
     R"(^(?:[^\d\n]*[^\p{L}\d\n])?([a-z]{1,3}-?\d{5,9}[a-z]?|\d{6,9}[a-z]?)(?:[^\p{L}\d]|$))"},
};

// Nothing found is ever written to a log, not even by RE2.
const RE2::Options& QuietOptions() {
  static const auto& options = *[] {
    auto* made = new RE2::Options;
    made->set_log_errors(false);
    return made;
  }();
  return options;
}

std::unique_ptr<const RE2> Compile(const char* expression) {
  return std::make_unique<const RE2>(expression, QuietOptions());
}

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
    case TextCategory::kCryptoAddress:
      return "crypto-address";
    case TextCategory::kCoordinates:
      return "coordinates";
    case TextCategory::kIdentityDocument:
      return "identity-document";
    case TextCategory::kBirthDate:
      return "birth-date";
    case TextCategory::kPersonName:
      return "person-name";
  }
  return "unknown";
}

const std::vector<TextCategory>& AllTextCategories() {
  static const auto& categories = *new std::vector<TextCategory>{
      TextCategory::kForbiddenCharacter, TextCategory::kEmail,         TextCategory::kUrl,
      TextCategory::kMessenger,          TextCategory::kHandle,        TextCategory::kPhone,
      TextCategory::kLongNumber,         TextCategory::kPaymentCard,   TextCategory::kIban,
      TextCategory::kIpAddress,          TextCategory::kCryptoAddress, TextCategory::kCoordinates,
      TextCategory::kIdentityDocument,   TextCategory::kBirthDate,     TextCategory::kPersonName};
  return categories;
}

class TextScanner::Rules {
 public:
  explicit Rules(std::vector<std::string> phone_regions) : numbers_(std::move(phone_regions)) {
    for (const Pattern& pattern : kPatterns) {
      patterns_.push_back({&pattern, Compile(pattern.expression)});
    }
    for (const CuePattern& pattern : kCuePatterns) {
      cues_.push_back({&pattern, Compile(pattern.cue), Compile(pattern.value)});
    }
  }

  void FindAddresses(const TextView& folded, Findings& findings) const {
    for (const auto& [pattern, expression] : patterns_) {
      re2::StringPiece rest(folded.text());
      re2::StringPiece match;
      for (int n = 0; n < kFindingsPerRule && RE2::FindAndConsume(&rest, *expression, &match);
           ++n) {
        if (!pattern->holds({match.data(), match.size()})) continue;
        const auto begin = static_cast<size_t>(match.data() - folded.text().data());
        findings.Add(pattern->category, pattern->rule, folded, begin, begin + match.size());
      }
    }
  }

  void FindCues(const TextView& folded, Findings& findings) const {
    const std::string_view text = folded.text();
    for (const auto& [pattern, cue, value] : cues_) {
      re2::StringPiece rest(text.data(), text.size());
      for (int n = 0; n < kFindingsPerRule && RE2::FindAndConsume(&rest, *cue); ++n) {
        const std::string_view behind = Head({rest.data(), rest.size()}, kCueReachBytes);
        re2::StringPiece match;
        if (!RE2::PartialMatch(re2::StringPiece(behind.data(), behind.size()), *value, &match)) {
          continue;
        }
        const auto begin = static_cast<size_t>(match.data() - text.data());
        findings.Add(pattern->category, pattern->rule, folded, begin, begin + match.size());
      }
    }
  }

  const NumberRules& numbers() const { return numbers_; }
  const NameRules& names() const { return names_; }

 private:
  struct Compiled {
    const Pattern* pattern;
    std::unique_ptr<const RE2> expression;
  };
  struct CompiledCue {
    const CuePattern* pattern;
    std::unique_ptr<const RE2> cue;
    std::unique_ptr<const RE2> value;
  };
  std::vector<Compiled> patterns_;
  std::vector<CompiledCue> cues_;
  NumberRules numbers_;
  NameRules names_;
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
    : rules_(std::make_unique<const Rules>(std::move(phone_regions))) {}

TextScanner::~TextScanner() = default;

std::vector<TextFinding> TextScanner::Scan(std::string_view text) const {
  if (text.empty()) return {};
  Findings findings;
  if (!IsWellFormedUtf8(text)) {
    findings.Add(TextCategory::kForbiddenCharacter, "forbidden.encoding", 0, text.size());
    return findings.Take();
  }
  FindForbidden(text, findings);
  const TextView folded(text, TextView::Case::kFold);
  rules_->FindCues(folded, findings);
  rules_->FindAddresses(folded, findings);
  rules_->numbers().Find(folded, findings);
  rules_->names().Find(TextView(text, TextView::Case::kKeep), findings);
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
