#include "core/gate/pattern_rules.h"

#include <re2/re2.h>

#include <algorithm>

#include "absl/base/internal/raw_logging.h"

namespace corridor {
namespace {

// How far behind its cue a value is looked for.
constexpr size_t kCueReachBytes = 64;
// How far from a digit or an "@" whatever has one begins and ends.
constexpr size_t kWindowBytes = 128;
// Candidates that a rule weighs in one text before it gives the text up.
constexpr int kCandidatesMax = 64;
constexpr int64_t kMemoryBytes = 4 << 20;

// Nothing found is ever written to a log, not even by RE2.
const RE2::Options& QuietOptions() {
  static const auto& options = *[] {
    auto* made = new RE2::Options;
    made->set_log_errors(false);
    made->set_max_mem(kMemoryBytes);
    return made;
  }();
  return options;
}

std::unique_ptr<const RE2> Compile(const char* expression) {
  if (expression == nullptr) return nullptr;
  auto compiled = std::make_unique<const RE2>(NormalisedLetters(expression), QuietOptions());
  // A rule that never matches would let everything pass that it is there for.
  ABSL_RAW_CHECK(compiled->ok(), expression);
  return compiled;
}

// The beginning of a text, up to the end of a code point.
std::string_view Head(std::string_view text, size_t bytes) {
  size_t until = std::min(text.size(), bytes);
  while (until < text.size() && (static_cast<unsigned char>(text[until]) & 0xC0) == 0x80) ++until;
  return text.substr(0, until);
}

uint32_t AsciiTrait(char c) {
  if (c >= '0' && c <= '9') return kHasDigit;
  if (c >= 'A' && c <= 'Z') return kHasUpper | kHasLatin;
  if (c >= 'a' && c <= 'z') return kHasLatin;
  switch (c) {
    case '@':
      return kHasAt;
    case '.':
      return kHasDot;
    case ':':
      return kHasColon;
    case '/':
      return kHasSlash;
    case '<':
      return kHasAngle;
    case '+':
      return kHasPlus;
    default:
      return kHasAny;
  }
}

// By the first bytes of a letter in UTF-8.
uint32_t ScriptTrait(unsigned char first, unsigned char second) {
  if (first >= 0xD8 && first <= 0xDB) return kHasArabic;
  if (first == 0xE0 && second >= 0xA4 && second <= 0xB7) return kHasIndic;
  if (first == 0xE0 && second >= 0xB8) return second < 0xBA ? kHasThai : kHasThai | kHasLao;
  if (first == 0xE1 && second <= 0x82) return kHasMyanmar;
  if (first == 0xE1 && second >= 0x88 && second <= 0x8E) return kHasEthiopic;
  if (first == 0xE1 && second >= 0x9E && second <= 0x9F) return kHasKhmer;
  if (first >= 0xE3 && first <= 0xE9) return kHasHan;
  return kHasLatin;
}

}  // namespace

uint32_t TraitsOf(std::string_view text) {
  uint32_t traits = kHasAny;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      traits |= AsciiTrait(text[i]);
    } else if (c >= 0xC0 && i + 1 < text.size()) {
      traits |= ScriptTrait(c, static_cast<unsigned char>(text[i + 1]));
      if (c < 0xD8) traits |= kHasUpper;  // Latin, Greek, Cyrillic: there may be capitals.
    }
  }
  return traits;
}

namespace {

// Where in a text a rule has to look.
struct Window {
  size_t begin;
  size_t end;
};

// The surroundings of each character that `is_mark` names, merged.
template <typename IsMark>
std::vector<Window> WindowsAround(std::string_view text, IsMark is_mark) {
  std::vector<Window> windows;
  for (size_t at = 0; at < text.size(); ++at) {
    if (!is_mark(text[at])) continue;
    size_t begin = at - std::min(at, kWindowBytes);
    while (begin < at && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) ++begin;
    size_t end = std::min(text.size(), at + kWindowBytes);
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
    if (windows.empty() || windows.back().end < begin) {
      windows.push_back({begin, end});
    } else {
      windows.back().end = end;
    }
  }
  return windows;
}

}  // namespace

struct PatternRules::Compiled {
  const PatternRule* rule;
  std::unique_ptr<const RE2> expression;
  std::unique_ptr<const RE2> value;

  // Adds what `found`, a part of the view's text, stands for; false where it does not hold.
  bool Add(const TextView& view, re2::StringPiece found, std::string_view original,
           Findings& findings) const {
    const std::string& text = view.text();
    const auto begin = static_cast<size_t>(found.data() - text.data());
    const size_t end = begin + found.size();
    if (begin >= end) return false;
    const size_t from = view.OriginalStart(begin);
    const PatternMatch match = {text, begin, end,
                                original.substr(from, view.OriginalEnd(end) - from)};
    if (rule->holds != nullptr && !rule->holds(match)) return false;
    findings.Add(rule->category, rule->rule, view, begin, end);
    return true;
  }

  void Find(const TextView& view, const std::vector<Window>& windows, std::string_view original,
            Findings& findings) const {
    int candidates = 0, held = 0;
    for (const Window& window : windows) {
      re2::StringPiece rest(view.text().data() + window.begin, window.end - window.begin);
      re2::StringPiece found;
      while (held < kFindingsPerRule) {
        const bool matched = value == nullptr ? RE2::FindAndConsume(&rest, *expression, &found)
                                              : RE2::FindAndConsume(&rest, *expression);
        if (!matched) break;
        if (++candidates > kCandidatesMax) {
          findings.Add(rule->category, rule->rule, 0, original.size());
          return;
        }
        if (value != nullptr && !FindValue(rest, found)) continue;
        if (Add(view, found, original, findings)) ++held;
      }
    }
  }

  bool FindValue(re2::StringPiece rest, re2::StringPiece& found) const {
    const std::string_view behind = Head({rest.data(), rest.size()}, kCueReachBytes);
    return RE2::PartialMatch(re2::StringPiece(behind.data(), behind.size()), *value, &found);
  }
};

PatternRules::PatternRules(const PatternRule* rules, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    rules_.push_back({&rules[i], Compile(rules[i].expression), Compile(rules[i].value)});
  }
}

PatternRules::~PatternRules() = default;

void PatternRules::Find(const TextView& view, uint32_t traits, std::string_view original,
                        Findings& findings) const {
  const std::string& text = view.text();
  const std::vector<Window> all = {{0, text.size()}};
  std::vector<Window> digits, ats;
  if ((traits & kHasDigit) != 0) {
    digits = WindowsAround(text, [](char c) { return c >= '0' && c <= '9'; });
  }
  if ((traits & kHasAt) != 0) ats = WindowsAround(text, [](char c) { return c == '@'; });
  for (const Compiled& compiled : rules_) {
    const uint32_t needs = compiled.rule->needs;
    if ((traits & needs) != needs) continue;
    const bool near_digit = (needs & kHasDigit) != 0, near_at = (needs & kHasAt) != 0;
    compiled.Find(view, near_digit ? digits : near_at ? ats : all, original, findings);
  }
}

}  // namespace corridor
