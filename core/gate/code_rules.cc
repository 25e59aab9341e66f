#include "core/gate/code_rules.h"

#include <algorithm>
#include <vector>

#include "core/gate/number_cues.h"

namespace corridor {
namespace {

constexpr size_t kKeySizeMin = 20;
constexpr size_t kCaselessKeySizeMin = 24;  // Without a digit, told by its changes of case.
constexpr int kCaseChangesMin = 6;
constexpr size_t kGroupedKeySizeMin = 16;
constexpr size_t kGroupsMin = 4;
constexpr size_t kGroupSizeMax = 8;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return c >= 'a' && c <= 'z'; }
bool IsAlnum(char c) { return IsDigit(c) || IsLetter(c); }

// A run of ASCII letters and digits, and what it is made of.
struct Token {
  size_t begin = 0;
  size_t end = 0;
  size_t letters = 0;
  size_t digits = 0;
  size_t longest_digits = 0;
  size_t changes = 0;  // Between letters and digits.

  size_t size() const { return end - begin; }
  bool mixed() const { return letters > 0 && digits > 0; }
};

class Finder {
 public:
  Finder(const TextView& view, std::string_view original, Findings& findings)
      : view_(view), text_(view.text()), original_(original), findings_(findings) {}

  void Find() {
    Cut();
    FindGroupedKeys();
    for (const Token& token : tokens_) Judge(token);
    FindHyphenated();
  }

 private:
  void Cut() {
    for (size_t at = 0; at < text_.size();) {
      if (!IsAlnum(text_[at])) {
        ++at;
        continue;
      }
      Token token;
      token.begin = at;
      size_t digits = 0;
      for (; at < text_.size() && IsAlnum(text_[at]); ++at) {
        const bool digit = IsDigit(text_[at]);
        if (at > token.begin && digit != IsDigit(text_[at - 1])) ++token.changes;
        digits = digit ? digits + 1 : 0;
        token.longest_digits = std::max(token.longest_digits, digits);
        ++(digit ? token.digits : token.letters);
      }
      token.end = at;
      // A piece of a word in another script is no code.
      if (!TouchesLetter(token)) tokens_.push_back(token);
    }
  }

  bool TouchesLetter(const Token& token) const {
    const auto other = [this](size_t at) {
      return (static_cast<unsigned char>(text_[at]) & 0x80) != 0;
    };
    const bool latin_before = token.begin > 0 && other(token.begin - 1) && token.digits == 0;
    const bool latin_behind = token.end < text_.size() && other(token.end) && token.digits == 0;
    return latin_before || latin_behind;
  }

  std::string_view Str(const Token& token) const { return text_.substr(token.begin, token.size()); }

  void Judge(const Token& token) {
    if (IsKey(token))
      return Add(TextCategory::kCryptoAddress, "crypto.key-like", token.begin, token.end);
    if (!token.mixed() || IsExplained(token)) return;
    const bool number = token.longest_digits >= 5;
    const bool mixture = token.digits >= 4 && token.changes >= 2 && token.size() >= 8;
    const bool alternating = token.changes >= 3 && token.size() >= 7;
    if (!number && !mixture && !alternating) return;
    Add(TextCategory::kIdentityDocument, number ? "document.code" : "document.mixture", token.begin,
        token.end);
  }

  bool IsKey(const Token& token) const {
    if (token.size() >= kKeySizeMin && token.digits >= 2 && token.letters >= 2) return true;
    return token.digits == 0 && token.size() >= kCaselessKeySizeMin &&
           CaseChanges(token) >= kCaseChangesMin;
  }

  int CaseChanges(const Token& token) const {
    const size_t begin = view_.OriginalStart(token.begin), end = view_.OriginalEnd(token.end);
    int changes = 0;
    for (size_t i = begin + 1; i < end; ++i) {
      const bool upper = original_[i] >= 'A' && original_[i] <= 'Z';
      const bool before = original_[i - 1] >= 'A' && original_[i - 1] <= 'Z';
      if (upper != before) ++changes;
    }
    return changes;
  }

  // "EsLJ", "LKw": a capital behind a small letter, or small letters between capitals, as only keys
  // and few names are written.
  bool HasOddCase(const Token& token) const { return token.digits == 0 && CaseChanges(token) >= 2; }

  // "usd5000", "100km", "fy2024", "ra10364", "1h30m45s", "24x7x365".
  bool IsExplained(const Token& token) const {
    const std::string_view text = Str(token);
    const size_t digit = text.find_first_of("0123456789");
    const size_t behind = std::min(text.size(), text.find_first_not_of("0123456789", digit));
    if (IsDuration(text)) return true;
    if (digit > 0) {
      const std::string_view prefix = text.substr(0, digit);
      if (EndsWithCurrency(prefix) ||
          (EndsWithProvision(prefix) && token.digits <= 5 && prefix.size() >= 2)) {
        return behind == text.size() || BeginsWithCurrency(text.substr(behind)) ||
               BeginsWithUnit(text.substr(behind));
      }
    } else if (behind < text.size() && token.changes == 1 && text[0] != '0') {
      const std::string_view suffix = text.substr(behind);
      if (suffix.size() > 1 || token.digits <= 6) {
        if (BeginsWithCurrency(suffix) || BeginsWithUnit(suffix)) return true;
      }
    }
    const std::string_view number = text.substr(digit, behind - digit);
    const bool year =
        number.size() == 4 && (number.substr(0, 2) == "19" || number.substr(0, 2) == "20");
    return year && token.letters <= 4;
  }

  static bool IsDuration(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) {
                         return IsDigit(c) ||
                                std::string_view("hmsdxapkt").find(c) != std::string_view::npos;
                       }) &&
           IsDigit(text[0]);
  }

  // "bc1q xy2k gdyg jrsq": a key that was cut into groups.
  void FindGroupedKeys() {
    for (size_t i = 0; i < tokens_.size();) {
      size_t last = i, size = 0, mixed = 0;
      for (size_t k = i; k < tokens_.size() && IsGroup(tokens_[k]) && (k == i || Near(k)); ++k) {
        size += tokens_[k].size();
        mixed += tokens_[k].mixed() || HasOddCase(tokens_[k]) ? 1 : 0;
        last = k;
      }
      const size_t count = last - i + 1;
      if (count >= kGroupsMin && size >= kGroupedKeySizeMin && mixed * 3 >= count * 2) {
        Add(TextCategory::kCryptoAddress, "crypto.grouped-key", tokens_[i].begin,
            tokens_[last].end);
      }
      i = last + 1;
    }
  }

  static bool IsGroup(const Token& token) {
    return token.size() >= 2 && token.size() <= kGroupSizeMax;
  }
  bool Near(size_t k) const { return tokens_[k].begin - tokens_[k - 1].end == 1; }

  // "b-123-456", "en-123/456": letters and six digits or more in groups.
  void FindHyphenated() {
    for (size_t i = 0; i < tokens_.size();) {
      size_t last = i, letters = tokens_[i].letters, digits = Uncommon(tokens_[i]);
      while (last + 1 < tokens_.size() && Near(last + 1) && IsJoint(text_[tokens_[last].end])) {
        ++last;
        letters += tokens_[last].letters;
        digits += Uncommon(tokens_[last]);
      }
      const bool code = last > i && letters >= 1 && letters <= 6 && digits >= 6;
      if (code)
        Add(TextCategory::kIdentityDocument, "document.hyphenated", tokens_[i].begin,
            tokens_[last].end);
      i = last + 1;
    }
  }

  static bool IsJoint(char c) { return c == '-' || c == '/' || c == '_'; }

  // Digits of a token that are neither a year nor a quantity.
  size_t Uncommon(const Token& token) const {
    const std::string_view text = Str(token);
    const bool year =
        token.letters == 0 && text.size() == 4 &&
        (text.substr(0, 2) == "19" || text.substr(0, 2) == "20" || text.substr(0, 2) == "25");
    const bool round =
        token.letters == 0 && text.size() > 2 && text.substr(text.size() - 2) == "00";
    return year || round || (token.mixed() && IsExplained(token)) ? 0 : token.digits;
  }

  void Add(TextCategory category, std::string_view rule, size_t begin, size_t end) {
    if (found_++ < kFindingsPerRule) findings_.Add(category, rule, view_, begin, end);
  }

  const TextView& view_;
  const std::string_view text_;
  const std::string_view original_;
  Findings& findings_;
  std::vector<Token> tokens_;
  int found_ = 0;
};

}  // namespace

void FindCodes(const TextView& folded, std::string_view original, Findings& findings) {
  Finder(folded, original, findings).Find();
}

}  // namespace corridor
