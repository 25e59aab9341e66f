#include <unicode/uchar.h>
#include <unicode/uspoof.h>
#include <unicode/ustring.h>

#include <algorithm>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "core/gate/disguises.h"

namespace corridor {
namespace {

struct Range {
  int32_t first;
  int32_t last;
};
// Where letters live that are taken for Latin ones.
constexpr Range kRanges[] = {
    {0x0131, 0x0131}, {0x0180, 0x02AF}, {0x0370, 0x03FF}, {0x0400, 0x052F}, {0x0531, 0x0587},
    {0x10A0, 0x10FF}, {0x13A0, 0x13FD}, {0x1D00, 0x1D7F}, {0x2C60, 0x2CFF}, {0xA4D0, 0xA4FD},
    {0xA640, 0xA69F}, {0xA720, 0xA7FF}, {0xAB30, 0xABBF},
};

// Small capitals, which the confusables leave out in part.
constexpr std::string_view kSmallCapitals[] = {"aᴀ", "bʙ", "cᴄ", "dᴅ", "eᴇ", "fꜰ", "gɢ", "hʜ", "iɪ",
                                               "jᴊ", "kᴋ", "lʟ", "mᴍ", "nɴ", "oᴏ", "pᴘ", "qǫ", "rʀ",
                                               "sꜱ", "tᴛ", "uᴜ", "vᴠ", "wᴡ", "yʏ", "zᴢ"};

constexpr int32_t kFirstLookalike = 0xD8;

// Letters with a stroke or a hook, which are no confusables. The horned ones are Vietnamese.
constexpr Range kHooked = {0x0180, 0x024F};
constexpr int32_t kHorned[] = {0x01A0, 0x01A1, 0x01AF, 0x01B0};
constexpr std::string_view kStroked[] = {"OØ", "oø", "lł", "LŁ", "hħ", "HĦ"};

// Alphabets of symbols, A first.
constexpr int32_t kLetterSymbols[] = {0x1F130, 0x1F150, 0x1F170, 0x1F1E6};

struct SpoofCloser {
  void operator()(USpoofChecker* checker) const { uspoof_close(checker); }
};

}  // namespace

struct Lookalikes::Table {
  absl::flat_hash_map<int32_t, char> latin;

  // Every ASCII letter under its skeleton; then whatever has the same one.
  void AddConfusables() {
    UErrorCode status = U_ZERO_ERROR;
    const std::unique_ptr<USpoofChecker, SpoofCloser> checker(uspoof_open(&status));
    absl::flat_hash_map<std::u16string, char> letters;
    // Of letters that look the same the first one stays: "l" for "I" and "1".
    for (const char c : std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHJKLMNOPQRSTUVWXYZI")) {
      letters.emplace(Skeleton(checker.get(), c), c);
    }
    for (const Range& range : kRanges) {
      for (int32_t code_point = range.first; code_point <= range.last; ++code_point) {
        const auto letter = letters.find(Skeleton(checker.get(), code_point));
        if (letter != letters.end()) latin.emplace(code_point, letter->second);
      }
    }
  }

  // By their names: "LATIN CAPITAL LETTER P WITH HOOK".
  void AddHooked() {
    constexpr std::string_view kCapital = "LATIN CAPITAL LETTER ", kSmall = "LATIN SMALL LETTER ";
    for (int32_t code_point = kHooked.first; code_point <= kHooked.last; ++code_point) {
      if (std::find(std::begin(kHorned), std::end(kHorned), code_point) != std::end(kHorned)) {
        continue;
      }
      char buffer[96];
      UErrorCode status = U_ZERO_ERROR;
      const int32_t size =
          u_charName(code_point, U_UNICODE_CHAR_NAME, buffer, sizeof(buffer), &status);
      const std::string_view name(buffer, U_SUCCESS(status) ? static_cast<size_t>(size) : 0);
      for (const std::string_view prefix : {kCapital, kSmall}) {
        if (name.substr(0, prefix.size()) != prefix) continue;
        const std::string_view letter = name.substr(prefix.size());
        if (letter.size() < 2 || letter[1] != ' ') continue;
        latin.emplace(code_point,
                      prefix == kCapital ? letter[0] : static_cast<char>(letter[0] - 'A' + 'a'));
      }
    }
    for (const std::string_view pair : kStroked) {
      size_t at = 1;
      latin[NextCodePoint(pair, at)] = pair[0];
    }
  }

  void AddSymbols() {
    for (const std::string_view pair : kSmallCapitals) {
      size_t at = 1;
      latin[NextCodePoint(pair, at)] = pair[0];
    }
    for (const int32_t first : kLetterSymbols) {
      for (int i = 0; i < 26; ++i) latin[first + i] = static_cast<char>('a' + i);
    }
  }

  static std::u16string Skeleton(const USpoofChecker* checker, int32_t code_point) {
    UErrorCode status = U_ZERO_ERROR;
    char16_t text[2];
    int32_t size = 0;
    u_strFromUTF32(text, 2, &size, &code_point, 1, &status);
    char16_t skeleton[32];
    const int32_t length = uspoof_getSkeleton(checker, 0, text, size, skeleton, 32, &status);
    return U_SUCCESS(status) && length <= 32 ? std::u16string(skeleton, length) : std::u16string();
  }
};

Lookalikes::Lookalikes() {
  auto table = std::make_unique<Table>();
  table->AddConfusables();
  table->AddHooked();
  table->AddSymbols();
  table_ = std::move(table);
}

Lookalikes::~Lookalikes() = default;

std::optional<TextView> Lookalikes::Replace(const TextView& cased) const {
  const std::string& text = cased.text();
  TextViewEditor editor(cased);
  for (size_t at = 0; at < text.size();) {
    const size_t begin = at;
    const int32_t code_point = NextCodePoint(text, at);
    if (code_point < kFirstLookalike) continue;
    const auto found = table_->latin.find(code_point);
    if (found != table_->latin.end()) editor.Replace(begin, at, {&found->second, 1});
  }
  if (!editor.changed()) return std::nullopt;
  return std::move(editor).Finish();
}

}  // namespace corridor
