#include "core/gate/address_patterns.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/gate/checksums.h"
#include "core/gate/disguises.h"

namespace corridor {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsUpperAscii(char c) { return c >= 'A' && c <= 'Z'; }
bool IsLowerAscii(char c) { return c >= 'a' && c <= 'z'; }

std::string Compact(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c != ' ' && c != '-') out.push_back(c);
  }
  return out;
}

bool IsIban(const PatternMatch& match) { return PassesIban(Compact(match.str())); }

bool IsBech32(const PatternMatch& match) { return PassesBech32(match.str()); }
bool IsBase58(const PatternMatch& match) { return PassesBase58Check(match.original); }

constexpr std::string_view kNoHosts[] = {
    "etc", "no",  "vs",  "mr", "mrs", "dr",  "st",  "jl",  "rp", "art", "sec", "cap", "dkk",
    "dll", "dsb", "hal", "nr", "e.g", "i.e", "a.m", "p.m", "kk", "co",  "ltd", "inc", "approx"};

bool IsVersionWord(std::string_view before) {
  while (!before.empty() && (before.back() == ' ' || before.back() == '.')) before.remove_suffix(1);
  constexpr std::array<std::string_view, 12> kWords = {"v",       "version",   "ver",     "release",
                                                       "section", "clause",    "para",    "chapter",
                                                       "annex",   "paragraph", "article", "s"};
  return std::any_of(kWords.begin(), kWords.end(), [before](std::string_view word) {
    if (before.size() < word.size()) return false;
    if (before.substr(before.size() - word.size()) != word) return false;
    return before.size() == word.size() || !IsLowerAscii(before[before.size() - word.size() - 1]);
  });
}

// "border.In 2024": a sentence ends and another begins without a space.
bool IsSentenceEnd(std::string_view original, size_t last_dot_from_end) {
  const size_t dot = original.size() - std::min(original.size(), last_dot_from_end);
  return dot + 2 < original.size() && dot > 0 && IsUpperAscii(original[dot + 1]) &&
         IsLowerAscii(original[dot + 2]) && IsLowerAscii(original[dot - 1]) &&
         !IsUpperAscii(original[0]);
}

// Two-letter domains that are words: "app.is" needs more to be an address.
bool IsWeakDomain(std::string_view last, std::string_view name) {
  constexpr std::string_view kWords[] = {
      "is",   "it",  "in",   "to",    "at",   "be",      "do",    "so",    "no",
      "us",   "am",  "as",   "de",    "se",   "es",      "sa",    "na",    "ni",
      "pa",   "si",  "mu",   "ba",    "li",   "lu",      "sh",    "gov",   "test",
      "work", "men", "live", "works", "help", "support", "trade", "today", "local"};
  if (std::find(std::begin(kWords), std::end(kWords), last) == std::end(kWords)) return false;
  return name.find_first_of("0123456789-_.") == std::string_view::npos;
}

bool HasWebCue(std::string_view before) {
  constexpr std::string_view kCues[] = {
      "site",  "web",   "url", "link", "visit", "domain",   "portal",   "tovuti",   "situs", "เว็บ",
      "trang", "sitio", "网",  "page", "http",  "apply at", "apply on", "register", "daftar"};
  const std::string_view near = before.substr(before.size() - std::min<size_t>(before.size(), 32));
  return std::any_of(std::begin(kCues), std::end(kCues),
                     [near](std::string_view cue) { return near.find(cue) != near.npos; });
}

// A name with dots whose last part is a top-level domain.
bool IsDomain(const PatternMatch& match) {
  const std::string_view all = match.str();
  const std::string_view host = all.substr(0, all.find_first_of("/:?#"));
  const bool path = host.size() < all.size();
  const size_t dot = host.rfind('.');
  const std::string_view name = host.substr(0, dot), last = host.substr(dot + 1);
  if (!IsTopLevelDomain(last)) return false;
  if (std::find(std::begin(kNoHosts), std::end(kNoHosts), name) != std::end(kNoHosts)) return false;
  if (std::all_of(name.begin(), name.end(), [](char c) { return IsDigit(c) || c == '.'; })) {
    return false;
  }
  const bool initials = last.size() <= 2 && name.substr(name.rfind('.') + 1).size() == 1;
  if (initials && !path) return false;
  if (!path && IsWeakDomain(last, name) && !HasWebCue(match.before())) return false;
  const bool sure = last == "com" || last == "org" || last == "net" || last == "info";
  return path || sure || !IsSentenceEnd(match.original, all.size() - dot);
}

// "user@host", but not "3@500".
bool HasLetter(const PatternMatch& match) {
  const std::string_view text = match.str();
  return std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x80 || IsLowerAscii(c);
  });
}

// "golden_jobs", but not a code such as "FORCED_LABOUR".
bool IsUnderscoredName(const PatternMatch& match) {
  return std::any_of(match.original.begin(), match.original.end(), IsLowerAscii);
}

bool IsIpv4(const PatternMatch& match) {
  int value = 0;
  for (char c : match.str().substr(0, match.str().find('/'))) {
    value = c == '.' ? 0 : value * 10 + (c - '0');
    if (value > 255) return false;
  }
  return !IsVersionWord(match.before());
}

// Eight groups of hex digits, or fewer around "::"; "10:30:45" is neither.
bool IsIpv6(const PatternMatch& match) {
  const std::string_view text = match.str();
  const auto colons = std::count(text.begin(), text.end(), ':');
  if (text.find("::") != std::string_view::npos) return colons <= 7 && text.size() >= 3;
  return colons == 7;
}

bool IsMac(const PatternMatch& match) {
  const std::string_view text = match.str();
  // "10-11-12-13-14-15" is a list of numbers, and judged as one.
  return text.find(':') != std::string_view::npos ||
         std::any_of(text.begin(), text.end(), IsLowerAscii);
}

// What follows the name of a messenger, but is no account.
constexpr std::string_view kNoAccounts[] = {
    "group",       "groups",      "offers",      "offer",
    "ads",         "adverts",     "posts",       "page",
    "pages",       "channel",     "channels",    "video",
    "videos",      "yes",         "none",        "account",
    "accounts",    "users",       "messages",    "message",
    "profile",     "profiles",    "chats",       "chat",
    "only",        "mainly",      "often",       "facebook",
    "telegram",    "whatsapp",    "instagram",   "tiktok",
    "viber",       "wechat",      "line",        "signal",
    "unknown",     "various",     "several",     "many",
    "recruiters",  "recruitment", "jobs",        "scams",
    "scam",        "victims",     "false",       "fake",
    "deleted",     "blocked",     "closed",      "removed",
    "reported",    "high",        "medium",      "stories",
    "marketplace", "messenger",   "live",        "calls",
    "links",       "link",        "apps",        "app",
    "kikundi",     "makundi",     "grup",        "grupo",
    "grupos",      "groupes",     "groupe",      "nhóm",
    "iklan",       "lowongan",    "matangazo",   "annonces",
    "mga",         "posting",     "advertising", "same",
    "other",       "warning",     "alert",       "alerts",
    "members",     "managers",    "manager",     "traffic",
    "reports",     "number",      "numbers",     "and",
    "or",          "the",         "used",        "job",
    "work",        "kazi",        "trabaho",     "contact",
    "contacts",    "platform",    "platforms",   "social",
    "media",       "name",        "names",       "data",
    "ajira",       "holders",     "owners",      "administrators",
    "admins",      "first",       "people",      "young",
    "online"};

bool IsAccount(const PatternMatch& match) {
  std::string_view name = match.str();
  if (!name.empty() && name[0] == '@') return true;
  return std::find(std::begin(kNoAccounts), std::end(kNoAccounts), name) == std::end(kNoAccounts);
}

// Digits, dots or underscores within the name: no word is written so. Sums and years are.
bool IsMarkedAccount(const PatternMatch& match) {
  const std::string_view name = match.str();
  const bool marked = name.find_first_of("_.@") != std::string_view::npos ||
                      std::any_of(name.begin(), name.end(), IsDigit);
  const bool lettered = std::any_of(name.begin(), name.end(), IsLowerAscii);
  return marked && lettered && IsAccount(match);
}

#define CORRIDOR_PLATFORM \
  R"((?:what'?s ?app|te[l1i]e ?gram(?:me|u|a)?|tele|tg|tee ?gee|l[il1]ne|we ?chat|wei ?xin|instagram|insta|ig|facebook|fb|messenger|tik ?tok|viber|snap ?chat|snap|signal|skype|qq|zalo|kakao(?: ?talk)?|imo|twitter|threads|linkedin|youtube|discord|botim|bigo|douyin|kuaishou|vk|reddit|onlyfans|tinder|badoo|threema|icq|kik|totok|likee|x|ไลน์|เฟซบุ๊ก|เฟซบุ๊ค|เฟสบุ๊ค|เฟส|เทเลแกรม|อินสตาแกรม|ไอจี|วีแชท|ติ๊กต็อก|微信|微博|抖音|电报|飞机|ቴሌግራም|ፌስቡክ|ዋትሳፕ|ዋትስአፕ|ቲክቶክ|टेलीग्राम|फेसबुक|व्हाट्सएप|इंस्टाग्राम|ফেসবুক|টেলিগ্রাম|টেলিগ্ৰাম|تيليجرام|تلجرام|تلغرام|تيليغرام|تيلغرام|فيسبوك|واتساب|انستغرام|ເຟສບຸກ|ໄລນ໌|តេឡេក្រាម|ហ្វេសប៊ុក|တယ်လီဂရမ်|ဖေ့စ်ဘွတ်|ဗိုင်ဘာ))"
#define CORRIDOR_ACCOUNT \
  R"((?:[il1] ?d|ids|account|acc|acct|akun|akaun|akaunti|user|username|user name|user-name|handle|contact|compte|cuenta|usuario|perfil|profile|profil|page|channel|group|nick|nickname|name|alias|jina|nama|pangalan|tài khoản|konto|konti|ไอดี|ชื่อ|บัญชี|แอคเคาท์|账号|号|帐号|用户名|መለያ|አካውንት|आईडी|আইডি|ஐடி|حساب|ໄອດີ|អាយឌី|အကောင့်))"
#define CORRIDOR_IS R"((?:is|ni|adalah|ialah|ay|est|es|é|là|nga|:|=|-|–|คือ|是|ነው|है|হল|هو)?)"
#define CORRIDOR_DOMAINS R"((?:com|net|org|info|xyz|top|vip|site|online|shop|club|biz|asia|co))"
#define CORRIDOR_NAME_OF_ACCOUNT R"((@?[\p{L}\p{M}\p{N}_][\p{L}\p{M}\p{N}_.-]{2,}))"

constexpr PatternRule kRules[] = {
    {TextCategory::kEmail, "email.address", kHasAt | kHasDot,
     R"(([^\s@<>()\[\]{}:;,"']+@+[\p{L}\p{M}\p{N}_-]+(?:\.+[\p{L}\p{M}\p{N}_-]+)+))"},
    {TextCategory::kEmail, "email.no-domain", kHasAt,
     R"(([\p{L}\p{N}._+-]{2,}@[\p{L}\p{N}_-]{3,}))", nullptr, HasLetter},
    {TextCategory::kEmail, "email.mail-host", kHasLatin,
     R"(([\p{L}\p{N}._+-]+\s*(?:at|@|\(at\)|\[at\])\s*(?:gmail|yahoo|hotmail|outlook|protonmail)\b))"},
    {TextCategory::kEmail, "email.on-host", kHasLatin,
     R"(([a-z][a-z0-9]*[\d._-][a-z0-9._-]*,?\s+(?:on|via|with|chez|sur|kwenye|ya|di|sa|en|no|na|từ|trên|provider|domain|server)?\s*(?:g ?mail|yahoo|hotmail|outlook|proton ?mail|icloud)\b))"},
    {TextCategory::kEmail, "email.on-host", kHasLatin,
     R"((?:^|[^\p{L}\p{N}])(?:g-?mail|yahoo|hotmail|outlook|e-?mail|barua pepe|surel|correo|courriel)\s*(?:account|address|id|name|yangu|yake|saya|ko)?\s*(?:is|:|=|ni|adalah|ay|est|es)\s*([a-z][a-z0-9._-]*\d[a-z0-9._-]*))"},
    {TextCategory::kEmail, "email.on-host", kHasLatin,
     R"((?:^|[^\p{L}\p{N}])(?:g-?mail|google ?mail|yahoo|hotmail|outlook|proton ?mail|icloud|e-?mail)\s+(?:account|address|id|box|mailbox|user)?\s*(?:named|called|under|registered to|for)\s+["']?([a-z0-9]+(?:[._-][a-z0-9]+)+|[a-z]+\d[a-z0-9]*))"},
    {TextCategory::kEmail, "email.on-host", kHasLatin,
     R"(([a-z][a-z0-9._-]{3,}\s*\((?:on |at |@ ?)?(?:g-?mail|google ?mail|yahoo|hotmail|outlook|proton ?mail|icloud)\)))"},
    {TextCategory::kEmail, "email.on-host", kHasLatin,
     R"(([a-z0-9._-]{4,}\s*(?:على|في|عند|ที่|แอท|แอด|በ|ላይ|पर|एट|এ|在|@)?\s*(?:جيميل|ياهو|هوتميل|จีเมล|ฮอตเมล|ยาฮู|ጂሜይል|ጂሜል|ያሁ|जीमेल|याहू|জিমেইল|谷歌邮箱)))"},
    {TextCategory::kForbiddenCharacter, "forbidden.escaped", kHasDigit,
     R"(((?:&#(?:\d{2,6}|x[0-9a-f]{2,5});\s?){2,}|(?:\\u\{?[0-9a-f]{4}\}?|\\x[0-9a-f]{2}|%[2-7][0-9a-f]){3,}))"},
    {TextCategory::kUrl, "url.entity", kHasLatin,
     R"(([a-z0-9]+&(?:#\d{2,4}|#x[0-9a-f]{2,4}|commat|period|sol|colon|lowbar);[^\s]+))"},
    {TextCategory::kUrl, "url.percent", kHasLatin | kHasDigit,
     R"((\p{L}[\p{L}\p{N}.-]*%(?:2e|2f|3a|40|5f)\p{L}[\p{L}\p{N}.%/-]+))"},
    {TextCategory::kUrl, "url.told-domain", kHasLatin,
     R"(([a-z0-9][a-z0-9-]{2,},?\s+(?:with |on |under |using |and )?(?:the )?(?:top[ -]?level[ -]?domain|tld|domain ending|domain)\s+(?:is |of |in |dot |\.)?)" CORRIDOR_DOMAINS
     R"(\b))"},
    {TextCategory::kUrl, "url.told-dot", kHasLatin,
     R"(([a-z0-9-]{3,},?\s+(?:(?:then|puis|kisha|halafu|lalu|kemudian|luego|depois|followed by)\s+)+(?:a\s+)?(?:dot|point|nukta|titik|punto|ponto),?\s+(?:(?:then|puis|kisha|halafu|lalu|kemudian|luego|depois|followed by)\s+)*)" CORRIDOR_DOMAINS
     R"(\b))"},
    {TextCategory::kUrl, "url.spaced-domain", kHasLatin,
     R"(([a-z0-9][a-z0-9-]+\s?(?:\.|dot|point)\s?(?:c o m|n e t|o r g|x y z|t o p|i n f o|v i p|s i t e)\b))"},
    {TextCategory::kUrl, "url.www", kHasLatin,
     R"((?:^|[^\p{L}\p{N}])(www\d?\s+[a-z0-9-]{3,}|www\d?(?:dot|punto|titik|nukta)[a-z0-9-]{3,}))"},
    {TextCategory::kEmail, "email.spoken-thai", kHasThai,
     R"(([\p{L}\p{N}._-]+\s*(?:แอท|แอด|แอต)\s*[\p{L}\p{N}]+\s*(?:ดอท|ดอต|จุด)\s*(?:คอม|com|เน็ต|net|ซีโอ|th|โออาร์จี|org)))"},
    {TextCategory::kEmail, "email.spoken-chinese", kHasHan,
     R"(([a-z0-9._-]+\s*(?:艾特|圈a|at)\s*[a-z0-9]+\s*(?:点|點)\s*(?:com|cn|net|org|科姆)))"},
    {TextCategory::kUrl, "url.spoken-thai", kHasThai,
     R"(([\p{L}\p{N}-]+\s*(?:ดอท|ดอต|จุด)\s*(?:คอม|com|เน็ต|net|โออาร์จี|org)))"},
    {TextCategory::kUrl, "url.spoken-chinese", kHasHan,
     R"(([a-z0-9-]+\s*(?:点|點)\s*(?:com|cn|net|org|top|vip|cc|xyz)))"},
    {TextCategory::kMessenger, "messenger.link", kHasSlash | kHasDot,
     R"(\b((?:https?://)?(?:www\.|m\.|web\.)?(?:t\s?\.\s?me|wa\s?\.\s?me|telegram\.me|telegram\.dog|chat\.whatsapp\.com|api\.whatsapp\.com|line\.me|lin\.ee|m\.me|fb\.com|fb\.me|facebook\.com|instagram\.com|ig\.me|tiktok\.com|x\.com|twitter\.com|discord\.gg|signal\.me|viber\.me|zalo\.me|u\.wechat\.com|vk\.com|linkedin\.com|youtube\.com|youtu\.be|snapchat\.com|join\.skype\.com|open\.kakao\.com)\s?/\s?[^\s]+))"},
    {TextCategory::kMessenger, "messenger.link", kHasSlash,
     R"(\b((?:t[ /]?me|t\.m\.e|wa[ /]?me|w\.a\.m\.e|m ?me|lin ?ee)\s?/\s?[a-z0-9_+]{4,}))"},
    {TextCategory::kMessenger, "messenger.scheme", kHasColon,
     R"(\b((?:tg|whatsapp|viber|line|skype|weixin|fb|sgnl|kakaotalk|zalo|imo)://?[^\s]+))"},
    {TextCategory::kMessenger, "messenger.account", kHasAny,
     "(?:^|[^\\p{L}\\p{N}_])" CORRIDOR_PLATFORM "\\s*" CORRIDOR_ACCOUNT R"(\.?\s*)" CORRIDOR_IS
     R"(\s*["']?)" CORRIDOR_NAME_OF_ACCOUNT,
     nullptr,
     [](const PatternMatch& match) {
       // "Facebook account holders": with nothing between, the name must look like one.
       const std::string_view before =
           match.before().substr(match.begin - std::min<size_t>(match.begin, 2));
       const bool told = before.find_first_of(":=-\"'") != std::string_view::npos ||
                         before == "s " || before == "i " || before == "h ";
       return told ? IsAccount(match) : IsMarkedAccount(match);
     }},
    {TextCategory::kMessenger, "messenger.account", kHasLatin,
     "(?:^|[^\\p{L}\\p{N}_])" CORRIDOR_PLATFORM
     R"(\s+(?:id|username|user name|handle|account name|user)\s*(?:is|ni|adalah|ay|:|=)?\s*["']?([a-z][a-z0-9_.-]{4,}))",
     nullptr, IsAccount},
    {TextCategory::kMessenger, "messenger.account", kHasLatin,
     "(?:^|[^\\p{L}\\p{N}_])" CORRIDOR_PLATFORM
     R"((?:\s+(?:is|ni|adalah|at|on|kwa|sa|di|us|me|ay|under|as|par|sur|en|पर|में|على|ላይ|上))?\s*[:=>-]?\s*["']?)"
     R"((@[\p{L}\p{N}_.]{2,}|[a-z0-9_.-]*[a-z][a-z0-9_.-]*[a-z0-9_]))",
     nullptr, IsMarkedAccount},
    {TextCategory::kMessenger, "messenger.slashed", kHasSlash,
     R"((?:^|[^\p{L}\p{N}_/.])(?:facebook|fb|instagram|insta|ig|tik ?tok|te[li]egram|tg|snapchat|linkedin|discord)\s?/\s?([a-z0-9_.-]*[a-z][a-z0-9_.-]*[a-z0-9_]))",
     nullptr, IsMarkedAccount},
    {TextCategory::kMessenger, "messenger.discord", kHasLatin | kHasDigit,
     R"(\bdiscord\b[^\n]{0,24}?([a-z0-9_.-]{3,}\s?(?:#|hash|hashtag)\s?\d{4})\b)"},
    {TextCategory::kMessenger, "messenger.at", kHasAt,
     R"((?:^|[^\p{L}\p{N}_]|[በየከለ])(?:te[li]egram(?:me|u|a)?|tele|tg|t\.? g\.?|tee ?gee|whats ?app|line|insta|instagram|ig|facebook|fb|tik ?tok|wechat|signal|zalo|viber|discord|snapchat|twitter|ไลน์|ቴሌግራም)\s*[:=-]?\s*(@\s?\p{L}[\p{L}\p{N}_. -]{2,20}))"},
    {TextCategory::kMessenger, "messenger.under-name", kHasLatin,
     "(?:^|[^\\p{L}\\p{N}_])" CORRIDOR_PLATFORM
     R"(,?\s+(?:under|by|with|as|using|sous|kwa|dengan|gamit|con|com|com o)\s+(?:the\s+|le\s+|el\s+|o\s+|ang\s+)?(?:name|username|nickname|handle|alias|id|nom|pseudo|jina|nama|pangalan|nombre|nome)?\s*(?:of|la|de|na)?\s*[:"']?\s*([a-z0-9_.-]*[a-z][a-z0-9_.-]*[a-z0-9_]))",
     nullptr, IsMarkedAccount},
    {TextCategory::kMessenger, "messenger.account", kHasColon, R"((?:^|[^\p{L}\p{N}_])(?:tee ?gee|t g|wickr(?: me)?|threema|session|potato|simplex|element|ig|insta|instagram|tg|telegram|snap|snapchat|fb|twitter|tiktok|skype|wechat|weixin|qq|zalo|kakao ?talk|line|discord|微信|ไลน์|ไอจี)\s*[:=]\s*([a-z][a-z0-9]{4,})\s*(?:$|[.,;)(/]|\s(?:or|and|na|dan|at|et|for|kwa|untuk|para|pour)\s))",
     nullptr, IsAccount},
    {TextCategory::kMessenger, "messenger.unspaced", kHasThai,
     R"((?:ໄລນ໌ໄອດີ|ໄອດີໄລນ໌|ໄລນ໌|แอดไลน์|ไอดีไลน์|ไลน์ไอดี|ทักไลน์|แอดไอดี|แอดเฟส|ทักแชท|ไอดีไล|ไอดี|ไลน์|ไลน|ลายน์)\s*(?:มาที่|มาหา|ที่|มา|หา)?\s*[:=]?\s*(@?[a-z0-9_.-]{3,}|\p{Thai}+[-_.]*\d+))"},
    {TextCategory::kMessenger, "messenger.unspaced", kHasThai,
     R"((?:ไลน์|ไลน|เฟส|ไอจี|เทเลแกรม|ແລ໌|ໄລນ໌)\s*(?:แอด|แอ๊ด|ทัก|เพิ่มเพื่อน|ชื่อ|ติดต่อ|ແອັດ)(?:มา|ไป|ที่|เลย|\s)*(@?[a-z][a-z0-9_.-]{3,}))",
     nullptr, IsAccount},
    {TextCategory::kMessenger, "messenger.unspaced", kHasHan,
     R"((?:微[. -]?信|v信号?|加微|微信号|(?:加|\+|➕)\s?(?:微|薇|威|vx?|wx|q)\s?信?|[威薇微]x?|薇信|威信|薇|vx|qq号?|扣扣|电报|飞机号?|蝙蝠|纸飞机)\s*(?:号|id|账号)?\s*[::=]?\s*(@?[a-z0-9_.-]{5,}))"},
    {TextCategory::kMessenger, "messenger.unspaced", kHasColon,
     R"((?:^|[^\p{L}])(?:v|vx|wx|q)[❤♥♡💚]*\s*[:]\s*([a-z][a-z0-9_.-]*\d[a-z0-9_.-]*))"},
    {TextCategory::kMessenger, "messenger.unspaced", kHasLatin,
     R"((?:^|[^\p{L}])(?:\+|➕)\s?(?:vx?|wx|qq?)\s*[:]?\s*([a-z][a-z0-9_.-]*\d[a-z0-9_.-]*))"},
    {TextCategory::kMessenger, "messenger.page", kHasLatin,
     R"((?:nhắn|inbox|message|pm|dm|ukurasa wa|page|trang|akun|akaunti ya|profile|compte|perfil)\s+)" CORRIDOR_PLATFORM
     R"(\s*[:]?\s*(["“«][^"”»\n]{3,40}["”»]))"},
    {TextCategory::kMessenger, "messenger.add-me", kHasLatin,
     R"(\b(?:add|message|dm|inbox|follow|find|hit|text|contact|write|chat|tafuta|mfuate|cari|ikuti|hanapin|i-follow|ajoutez|contactez|agrega|escribe)\s+(?:me|us|him|her|them|to|akaunti|akun|si)?\s*(?:on|via|at|sa|kwenye|di|sur|en)?\s*)" CORRIDOR_PLATFORM
     R"(\s*(?:at|as|:|,)?\s*([a-z0-9][a-z0-9_.-]{3,}))",
     nullptr, IsMarkedAccount},
    {TextCategory::kHandle, "handle.cue", kHasLatin,
     R"(\b(?:username|user name|user-name|user id|userid|screen ?name|nickname|handle|nick|jina la mtumiaji|nama pengguna|nama akun|pseudo|pseudonyme|nom d'utilisateur|usuario|nome de usuário|tên tài khoản)\s*(?:is|ni|adalah|ay|est|es|:|=)+\s*["']?(@?[\p{L}\p{N}_][\p{L}\p{N}_.-]{2,}))",
     nullptr, IsAccount},
    {TextCategory::kHandle, "handle.told-at", kHasLatin,
     R"((?:^|[^\p{L}\p{N}])(?:at[- ]sign|arobase|arobas|arrobase|arroba|a còng|alama ya at|tanda at)\s+([a-z][a-z0-9_.-]{2,}))",
     nullptr,
     [](const PatternMatch& match) { return match.str() != "language" && IsAccount(match); }},
    {TextCategory::kHandle, "handle.bracketed-at", kHasLatin | kHasDot,
     R"([\[({](?:at|@)[\])}]([a-z][a-z0-9]+[._][a-z0-9_.]+))"},
    {TextCategory::kMessenger, "messenger.latin-name", kHasEthiopic | kHasLatin,
     R"((?:ቴሌግራም|ፌስቡክ|ዋትሳፕ|ዋትስአፕ|ቲክቶክ|ኢንስታግራም|ቫይበር)\s*(?:ላይ|አካውንት|ቻናል|ግሩፕ)?\s*[:=፡]?\s*(@?[a-z][a-z0-9_.-]{4,}))",
     nullptr, IsAccount},
    {TextCategory::kHandle, "handle.at", kHasAt,
     R"((?:^|[^\p{L}\p{N}_@])(@[\p{L}\p{M}\p{N}_][\p{L}\p{M}\p{N}_.]+|@ [\p{L}]*[\d_][\p{L}\p{N}_.]+|@ [a-z]+[._][a-z0-9_.]+))",
     nullptr, HasLetter},
    {TextCategory::kHandle, "handle.after-word", kHasAt,
     R"((?:follow|account|profile|user|username|handle|contact|dm|message|tag|akun|akaunti|mtafute|tafuta|hubungi|i-follow|suivez|sigue)\s+@\s+([\p{L}\p{N}_][\p{L}\p{N}_.]{3,}))"},
    {TextCategory::kHandle, "handle.underscore", kHasLatin,
     R"((?:^|[^\p{L}\p{N}_#/.-])(_?[\p{L}\p{N}][\p{L}\p{N}.]*_[\p{L}\p{N}_.]*[\p{L}\p{N}]))",
     nullptr, IsUnderscoredName},
    {TextCategory::kUrl, "url.comma", kHasLatin,
     R"(\b([a-z0-9][a-z0-9-]{2,},(?:com|net|org)|[a-z0-9]+-[a-z0-9-]+,(?:top|xyz|online|site|club|vip|cc|info|shop|jobs|asia))\b)"},
    {TextCategory::kHandle, "handle.reddit", kHasSlash, R"((?:^|[\s(])(/?u/[a-z0-9_-]{3,}))"},
    {TextCategory::kUrl, "url.scheme", kHasSlash,
     R"(((?:h..ps?|ftp|wss?|ipfs|magnet)\s?[:;]\s?/\s?/\s?[^\s]+))"},
    {TextCategory::kUrl, "url.scheme", kHasLatin,
     R"((?:^|[^\p{L}])(h(?:xx|tt|\*\*)ps?\s+[a-z0-9-]{3,}))"},
    {TextCategory::kUrl, "url.www", kHasDot, R"((?:^|[^\p{L}\p{N}])(www\d?\s?\.\s?[^\s]+))"},
    {TextCategory::kUrl, "url.domain", kHasDot,
     R"((?:^|[^\p{L}\p{N}@.-])((?:[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N}_-]*\.)+[\p{L}\p{M}-]{2,18}(?::\d+)?(?:[/?#][^\s]*)?))",
     nullptr, IsDomain},
    {TextCategory::kUrl, "url.path", kHasDot | kHasSlash,
     R"(((?:[\p{L}\p{N}][\p{L}\p{N}-]*\.)+[a-z]{2,12}/[\p{L}\p{N}_?=&%#-]{2,}[^\s]*))"},
    {TextCategory::kUrl, "url.shortener", kHasSlash,
     R"((?:^|[^\p{L}\p{N}])((?:goo ?gl|bit ?ly|cutt ?ly|rb ?gy|tinyurl|lnkd ?in|forms ?gle|is ?gd|linktr ?ee)(?:\s?/\s?[a-z0-9_-]{2,})+))"},
    {TextCategory::kUrl, "url.localhost", kHasSlash | kHasColon, R"((localhost:\d+[^\s]*))"},
    {TextCategory::kIban, "iban.checksum", kHasDigit,
     R"((?:^|[^\p{L}\p{N}])([a-z]{2}\d{2}(?:[ -]?[a-z0-9]{4}){2,7}(?:[ -]?[a-z0-9]{1,3})?))",
     nullptr, IsIban},
    {TextCategory::kIban, "iban.cue", kHasDigit | kHasLatin,
     R"(\biban\b\s*(?:no\.?|number|is|:|n°)?\s*([a-z]{2}\s?\d{2}[\sa-z0-9-]{8,}))"},
    {TextCategory::kIban, "iban.swift", kHasLatin,
     R"(\b(?:swift|bic)(?:\s*code)?\s*(?:is|:)?\s*([a-z]{6}[a-z0-9]{2}(?:[a-z0-9]{3})?)\b)"},
    {TextCategory::kCryptoAddress, "crypto.ethereum", kHasDigit, R"((0x[0-9a-f]{16,}))"},
    {TextCategory::kCryptoAddress, "crypto.bech32", kHasDigit,
     R"((?:^|[^\p{L}\p{N}])((?:bc|ltc|tb)1[0-9a-z]{20,}))", nullptr, IsBech32},
    {TextCategory::kCryptoAddress, "crypto.base58", kHasDigit,
     R"((?:^|[^\p{L}\p{N}])([13lmdt9a][1-9a-z]{25,34})(?:[^\p{L}\p{N}]|$))", nullptr, IsBase58},
    {TextCategory::kCryptoAddress, "crypto.bech32-like", kHasDigit,
     R"((?:^|[^\p{L}\p{N}])((?:bc|ltc|tb)1[0-9a-z]{12,}))"},
    {TextCategory::kIpAddress, "ip.v4", kHasDot | kHasDigit,
     R"((?:^|[^\p{L}\d.])(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?:/\d{1,2})?)(?:[^\d.]|\.?$|\.\s))",
     nullptr, IsIpv4},
    {TextCategory::kIpAddress, "ip.v6", kHasColon,
     R"((?:^|[^0-9a-z:])((?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?:(?:\.\d{1,3}){3})?)(?:[^0-9a-z:]|$))",
     nullptr, IsIpv6},
    {TextCategory::kDevice, "device.mac", kHasDigit,
     R"((?:^|[^0-9a-z])([0-9a-f]{2}(?:[:. -][0-9a-f]{2}){5})(?:[^0-9a-z]|$))", nullptr, IsMac},
    {TextCategory::kDevice, "device.mac", kHasDot,
     R"((?:^|[^0-9a-z])([0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4})(?:[^0-9a-z]|$))"},
    {TextCategory::kDevice, "device.mac", kHasLatin | kHasDigit,
     R"(\bmac\b(?: address)?\s*(?:is|:)?\s*([0-9a-f]{12})\b)"},
};

// In a view that keeps the case.
constexpr PatternRule kCasedRules[] = {
    {TextCategory::kEmail, "email.spoken-capitals", kHasUpper,
     R"(([a-z0-9._-]{2,}AT[a-z0-9-]{2,}DOT[a-z]{2,}))"},
    {TextCategory::kCryptoAddress, "crypto.secret", kHasUpper | kHasDigit | kHasSlash,
     R"((?:^|[^\p{L}\p{N}/+.=])([A-Za-z0-9/+]{40,}={0,2})(?:[^\p{L}\p{N}/+.=]|$))", nullptr,
     [](const PatternMatch& match) {
       const std::string_view text = match.str();
       return std::any_of(text.begin(), text.end(), IsDigit) &&
              std::any_of(text.begin(), text.end(), IsUpperAscii) &&
              std::any_of(text.begin(), text.end(), IsLowerAscii);
     }},
};

}  // namespace

const PatternRules& CasedAddressPatterns() {
  static const PatternRules& rules = *new PatternRules(kCasedRules);
  return rules;
}

const PatternRules& AddressPatterns() {
  static const PatternRules& rules = *new PatternRules(kRules);
  return rules;
}

}  // namespace corridor
