#include <algorithm>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_split.h"
#include "core/base/strings.h"
#include "core/gate/disguises.h"

namespace corridor {
namespace {

// A symbol and its names; the first row's names need an address around them anywhere but in
// brackets.
struct SymbolNames {
  char symbol;
  std::string_view names;
};
constexpr SymbolNames kSymbolNames[] = {
    {'@',
     "at arobase arrobase arobas arroba kwenye sa pada kepada di tại acong apak ät aat att atsign "
     "katika chez kuri ku et እት አት ऐट एट at-the-rate এট ஆட் ات آت แอท แอด แอต ແອັດ អេត 艾特 爱特 圈a "
     "собака klammeraffe"},
    {'.',
     "dot d0t point punto ponto nukta titik tuldok chấm cham dott doot period tuqaa dhibic akadomo "
     "akatonnyeze utudomo kadomo ነጥብ ዶት डॉट বিন্দু ডট டாட் புள்ளி دوت نقطة จุด ดอท ดอต ຈຸດ ດອດ ចុច ដត "
     "အစက် ဒေါ့ 点 點 точка punkt"},
    {'/', "slash slosh barre barra mkwaju miring stroke ทับ สแลช ແສລັດ 斜杠 ስላሽ स्लैश"},
    {'_', "underscore underskor 下划线 อันเดอร์สกอร์ ขีดล่าง"},
    {'-', "dash hyphen tiret strip kistari guion gitling ขีด"},
    {':', "colon titik-dua deux-points"},
};

constexpr std::string_view kTopLevelDomains =
    "com net org info biz xyz top online shop site club vip app asia icu click jobs io gov edu "
    "onion "
    "dev mobi tv cc ws pro tel work works world website store tech live life link email agency "
    "group "
    "company careers job services solutions center chat support help news media social space fun "
    "win "
    "bid loan men date trade today cloud digital host press pw one page web blog ltd int mil "
    "museum "
    "example test invalid localhost local bot me ly gl gd to co us uk eu de fr es it pt nl be ch "
    "at "
    "se no fi dk pl cz sk hu ro bg gr tr ru ua by kz cn hk tw jp kr in pk bd lk np mm th la kh vn "
    "my sg "
    "id ph bn tl au nz fj ke ug tz rw bi et er so dj sd ss cd cg cm ng gh za zm zw mw mz mg mu na "
    "bw "
    "ao sn ci ml bf ne tg bj ga gq eg ma dz tn sa ae qa kw bh om ye jo lb sy iq ir il ps ca mx br "
    "ar "
    "cl pe ve ec bo py uy cr pa gt hn sv ni cu do ht jm tt is ie lt lv ee ge am az uz kg tj tm mn "
    "af "
    "al ba hr me mk rs si cy mt li lu mc sm va nu st sh ac vg ai ag gg je im nf cx tk ml ga cf gq "
    "kom ኮም ኔት ኦርግ คอม เน็ต ຄອມ कॉम कोम नेट কম নেট كوم نت ком нет";
// Of these, the ones that no sentence has behind a spoken dot or a dot with spaces.
constexpr std::string_view kSureDomains =
    "com net org info biz xyz online site club shop top co gov edu io app asia ke ug tz rw et th "
    "ph id "
    "vn kh mm sg cn example onion jobs dev tk ru uk fr br mx mz ao ae qa za ng gh rw np bd lk eu "
    "info cc ኮም ኔት ኦርግ คอม ຄອມ कॉम कोम কম كوم";
// And behind a dot that a space follows.
constexpr std::string_view kSurestDomains = "com org xyz io edu co";
// Names of "@" that are small words too: they need a domain behind them.
constexpr std::string_view kWeakAts = "et na e y";
// Words that link others and name no host.
constexpr std::string_view kLinkWords =
    "with and or the a an in on of to for by from as like use uses using both either end ends dan "
    "atau na au et ou y o e sa ng at ay và hoặc de des les la le kwa ya kama seperti dengan";
constexpr std::string_view kMailHosts =
    "gmail gmial yahoo ymail hotmail outlook protonmail proton icloud tutanota yandex rediffmail "
    "gmx aol "
    "mail googlemail zoho qq 163 126 ยาฮู จีเมล ጂሜይል ጂሜል ያሁ ຈີເມວ जीमेल याहू জিমেইল জিমেল جيميل جميل "
    "ياهو";

using Words = absl::flat_hash_set<std::string>;

Words Split(std::string_view words) {
  Words made;
  for (absl::string_view word : absl::StrSplit(A(words), ' ', absl::SkipEmpty())) {
    made.insert(TextView(S(word), TextView::Case::kFold).text());
  }
  return made;
}

const Words& TopLevel() {
  static const Words& words = *new Words(Split(kTopLevelDomains));
  return words;
}

char SymbolOf(std::string_view word) {
  static const auto& symbols = *[] {
    auto* made = new absl::flat_hash_map<std::string, char>;
    for (const SymbolNames& row : kSymbolNames) {
      for (const std::string& name : Split(row.names)) made->emplace(name, row.symbol);
    }
    return made;
  }();
  const auto found = symbols.find(A(word));
  return found == symbols.end() ? '\0' : found->second;
}

enum class Kind { kWord, kSpace, kSymbol };

struct Token {
  Kind kind = Kind::kSpace;
  size_t begin = 0;
  size_t end = 0;
  char symbol = '\0';   // Of a symbol, or the one that a word names.
  bool tail = false;    // A word that a top-level domain is or leads to.
  bool domain = false;  // A word with a tail behind it: "mail" of "mail.com".
};

struct Edit {
  size_t begin;
  size_t end;
  char symbol;
};

class Writer {
 public:
  explicit Writer(const TextView& view) : view_(view), text_(view.text()) { Cut(); }

  TextView Write() {
    // From the end: what a dot means depends on what stands behind it.
    for (size_t i = tokens_.size(); i-- > 0;) Judge(i);
    std::sort(edits_.begin(), edits_.end(),
              [](const Edit& a, const Edit& b) { return a.begin < b.begin; });
    TextViewEditor editor(view_);
    size_t at = 0;
    for (const Edit& edit : edits_) {
      if (edit.begin < at) continue;
      editor.Replace(edit.begin, edit.end, {&edit.symbol, 1});
      at = edit.end;
    }
    return std::move(editor).Finish();
  }

 private:
  static constexpr size_t kNone = static_cast<size_t>(-1);

  void Cut() {
    for (size_t at = 0; at < text_.size();) {
      const size_t begin = at;
      const int32_t first = NextCodePoint(text_, at);
      if (!IsWordPart(first)) {
        const bool space = first == ' ' || first == '\n';
        tokens_.push_back({space ? Kind::kSpace : Kind::kSymbol, begin, at,
                           first < 0x80 && !space ? static_cast<char>(first) : '\0'});
        continue;
      }
      const bool unspaced = IsUnspacedLetter(first);
      for (size_t next = at; at < text_.size(); at = next) {
        const int32_t code_point = NextCodePoint(text_, next);
        if (!IsWordPart(code_point) || IsUnspacedLetter(code_point) != unspaced) break;
      }
      tokens_.push_back({Kind::kWord, begin, at, SymbolOf(text_.substr(begin, at - begin))});
    }
  }

  static bool IsWordPart(int32_t code_point) {
    if (code_point < 0x80) {
      return IsLetter(code_point) || (code_point >= '0' && code_point <= '9');
    }
    return IsLetter(code_point) || IsMark(code_point) || IsUnspacedLetter(code_point);
  }

  std::string_view Str(size_t i) const {
    return text_.substr(tokens_[i].begin, tokens_[i].end - tokens_[i].begin);
  }
  size_t Next(size_t i) const {
    for (++i; i < tokens_.size(); ++i) {
      if (tokens_[i].kind != Kind::kSpace) return i;
    }
    return kNone;
  }
  size_t Previous(size_t i) const {
    while (i-- > 0) {
      if (tokens_[i].kind != Kind::kSpace) return i;
    }
    return kNone;
  }
  bool IsWord(size_t i) const { return i != kNone && tokens_[i].kind == Kind::kWord; }
  bool IsSymbol(size_t i, std::string_view one_of) const {
    return i != kNone && tokens_[i].kind == Kind::kSymbol && tokens_[i].symbol != '\0' &&
           one_of.find(tokens_[i].symbol) != std::string_view::npos;
  }
  bool SpaceBefore(size_t i) const { return i > 0 && tokens_[i - 1].kind == Kind::kSpace; }
  bool SpaceBehind(size_t i) const {
    return i + 1 < tokens_.size() && tokens_[i + 1].kind == Kind::kSpace;
  }

  void Judge(size_t i) {
    Token& token = tokens_[i];
    if (token.kind == Kind::kSpace) return;
    if (Bracketed(i)) return;
    if (token.kind == Kind::kWord && token.symbol == '\0') return JudgeName(i);
    if (token.kind == Kind::kWord) {
      JudgeName(i);
      if (token.tail) return;  // "at" and "di" are also what a domain may be called.
      return JudgeSpoken(i);
    }
    if (token.symbol == '@' || token.symbol == '.') JudgeSpacedSymbol(i);
  }

  // A word that may be a label of a domain.
  void JudgeName(size_t i) {
    Token& token = tokens_[i];
    const size_t dot = Next(i);
    const size_t behind = dot == kNone ? kNone : Next(dot);
    const auto bracketed = bracketed_.find(i);
    const bool dotted = bracketed != bracketed_.end()
                            ? tokens_[bracketed->second].tail
                            : dot != kNone && IsDot(dot) && IsWord(behind) && tokens_[behind].tail;
    token.domain = dotted;
    token.tail = dotted || (TopLevel().contains(A(Str(i))) && !StandsBeforeWord(i));
  }

  // "com" of "com munity" is none; neither is "in" of "in the".
  bool StandsBeforeWord(size_t i) const {
    static const Words& sure = *new Words(Split(kSureDomains));
    return !sure.contains(A(Str(i))) && i + 2 < tokens_.size() &&
           tokens_[i + 1].kind == Kind::kSpace && IsWord(i + 2) && tokens_[i + 2].symbol != '/';
  }

  // A dot that was written tight, or one that was judged to be one.
  bool IsDot(size_t i) const {
    if (dots_.contains(i)) return true;
    return IsSymbol(i, ".") && !SpaceBefore(i) && !SpaceBehind(i);
  }

  void JudgeSpoken(size_t i) {
    const size_t before = Previous(i), behind = Next(i);
    if (!IsWord(before) || behind == kNone) return;
    switch (tokens_[i].symbol) {
      case '.':
        if (IsWord(behind) && FollowsSpokenDot(i, behind)) WriteDot(i);
        return;
      case '@':
        if (IsWord(behind) && (IsWeakAt(i) ? tokens_[behind].domain : IsHost(behind))) Write(i);
        return;
      case '/':
        if (Str(i) == "slash") Write(i);
        return;
      case '_':
        if (!IsVerb(before, behind)) Write(i);
        return;
      default:
        return;
    }
  }

  // "figures underscore the need", "to underscore risks"
  bool IsVerb(size_t before, size_t behind) const {
    static const Words& subjects =
        *new Words(Split("to we they which that and also must should "
                         "further again cases reports figures findings "
                         "numbers trends events data"));
    static const Words& objects = *new Words(
        Split("the a an that how why what this these those their its our his her need needs both "
              "continued ongoing persistent growing"));
    return subjects.contains(A(Str(before))) || objects.contains(A(Str(behind)));
  }

  bool FollowsSpokenDot(size_t dot, size_t name) const {
    static const Words& sure = *new Words(Split(kSureDomains));
    if (!tokens_[name].tail) return false;
    const std::string_view word = Str(dot);
    const size_t label = Previous(dot);
    const size_t at = label == kNone ? kNone : Previous(label);
    if (at != kNone && tokens_[at].symbol == '@') return true;
    return tokens_[name].domain || sure.contains(A(Str(name))) || word == "dot" || word == "d0t";
  }

  bool IsWeakAt(size_t i) const {
    static const Words& words = *new Words(Split(kWeakAts));
    return words.contains(A(Str(i)));
  }

  bool IsHost(size_t i) const {
    static const Words& hosts = *new Words(Split(kMailHosts));
    return tokens_[i].domain || hosts.contains(A(Str(i)));
  }

  // "jobs @ mail . com"
  void JudgeSpacedSymbol(size_t i) {
    if (!SpaceBefore(i) && !SpaceBehind(i)) return;
    const size_t before = Previous(i), behind = Next(i);
    if (!IsWord(before) || !IsWord(behind)) return;
    if (tokens_[i].symbol == '@') {
      if (IsHost(behind)) Write(i);
      return;
    }
    static const Words& sure = *new Words(Split(kSureDomains));
    static const Words& surest = *new Words(Split(kSurestDomains));
    if (!tokens_[behind].tail) return;
    const bool apart = SpaceBefore(i);
    static const Words& links = *new Words(Split(kLinkWords));
    if (apart && links.contains(A(Str(before)))) return;  // "addresses with .com"
    const bool certain = (apart ? sure : surest).contains(A(Str(behind)));
    if (certain || (apart && tokens_[behind].domain)) WriteDot(i);
  }

  // "(at)", "[dot]", "{@}", "-at-", "//at//", "<.>".
  bool Bracketed(size_t i) {
    const char symbol = tokens_[i].symbol;
    if (symbol == '\0' && Str(i) != "a") return false;
    const size_t open = Previous(i), close = Next(i);
    if (open == kNone || close == kNone) return false;
    constexpr std::string_view kOpening = "([{<", kClosing = ")]}>", kFences = "-_*~|/\"#";
    const bool brackets = IsSymbol(open, kOpening) && IsSymbol(close, kClosing);
    const bool fences = IsSymbol(open, kFences) && IsSymbol(close, kFences) &&
                        tokens_[open].symbol == tokens_[close].symbol &&
                        tokens_[i].kind == Kind::kWord && (symbol == '@' || symbol == '.');
    if (!brackets && !fences) return false;
    const size_t before = BeyondFence(open, fences, &Writer::Previous);
    const size_t behind = BeyondFence(close, fences, &Writer::Next);
    if (!IsWord(before) || !IsWord(behind)) return false;
    if (symbol == '\0' && !IsHost(behind)) return false;  // "3(a) mail" but "jobs(a)mail.com".
    const char written = symbol == '\0' ? '@' : symbol;
    if (fences && written == '@' && !IsHost(behind)) return false;
    edits_.push_back({tokens_[before].end, tokens_[behind].begin, written});
    if (written == '.') bracketed_.emplace(before, behind);
    return true;
  }

  // What stands behind "/", or behind "//" where a fence may be doubled.
  size_t BeyondFence(size_t fence, bool doubled, size_t (Writer::*step)(size_t) const) const {
    const size_t beyond = (this->*step)(fence);
    const bool again = doubled && beyond != kNone && tokens_[beyond].kind == Kind::kSymbol &&
                       tokens_[beyond].symbol == tokens_[fence].symbol;
    return again ? (this->*step)(beyond) : beyond;
  }

  void WriteDot(size_t i) {
    dots_.insert(i);
    Write(i);
  }
  void Write(size_t i) {
    edits_.push_back({tokens_[Previous(i)].end, tokens_[Next(i)].begin, tokens_[i].symbol});
  }

  const TextView& view_;
  const std::string_view text_;
  std::vector<Token> tokens_;
  std::vector<Edit> edits_;
  absl::flat_hash_set<size_t> dots_;
  absl::flat_hash_map<size_t, size_t> bracketed_;  // Words with a dot in brackets between them.
};

}  // namespace

TextView WriteSpokenSymbols(const TextView& folded) { return Writer(folded).Write(); }

bool IsTopLevelDomain(std::string_view label) { return TopLevel().contains(A(label)); }

}  // namespace corridor
