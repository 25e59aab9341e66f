#include "core/gate/name_rules.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

#include "core/gate/name_list.h"

namespace corridor {
namespace {

// --- Titles and cues.

// A name as it is written: up to five words that begin with a capital.
#define CORRIDOR_NAME \
  R"(((?:\p{Lu}\.\s*){0,2}\p{Lu}[\p{L}\p{M}'-]+(?:\s+(?:(?:de|dela|del|bin|binti|wa|van|al|el|ole|arap|a/l|a/p)\s+)?\p{Lu}[\p{L}\p{M}'.-]*){0,4}))"
// Two words or more.
#define CORRIDOR_FULL_NAME \
  R"((\p{Lu}[\p{L}\p{M}'-]+(?:\s+(?:(?:de|dela|del|bin|binti|wa|van|al|el|ole|arap|a/l|a/p)\s+)?\p{Lu}[\p{L}\p{M}'.-]+){1,3}))"

// A syllable of Chinese in Latin letters that begins with a capital.
#define CORRIDOR_PINYIN \
  R"((?:(?:[BPMFDTNLGKHJQXRZCSYW]|Zh|Ch|Sh)(?:ai|ang|an|ao|a|ei|eng|en|e|iang|iong|iao|ian|ing|in|ia|ie|iu|i|ong|ou|o|uang|uai|uan|ua|ue|ui|un|uo|u)|An|Ai|Ao|En|Er|Ou))"

// Syllables that Burmese names are made of.
#define CORRIDOR_BURMESE                                                                                                                                                                                                                                                                                                               \
  "အောင်|ကျော်|မိုး|ဇော်|ထွန်း|သန္တာ|ဝင်း|ခင်|မြင့်|လှ|စန်း|ဇင်|သီတာ|နီလာ|ဖြူ|မြ|ရီ|အေး|စု|ယု|ထက်|နိုင်|စိုး|ဌေး|ကြည်|"                            \
  "ညွန့်|လွင်|ဟန်|သိန်း|သက်|ဝေ|ဇာ|ချို|ဖြိုး|ထူး|သန်း|တင်|မင်း|ဟိန်း|လင်း|ဆွေ|နွယ်|ယမင်း|သူဇာ|ပြုံး|အိ|ငြိမ်း|ဇေယျာ|သီရိ|ခိုင်|" \
  "နန္ဒာ|မာလာ|နှင်း|သော်|ထိုက်|ဇွဲ"

// Capitalised words that follow a title or a cue and begin no name, beside those of
// organisations and places.
constexpr std::string_view kNoNames[] = {"african",
                                         "april",
                                         "asian",
                                         "august",
                                         "bangkok",
                                         "burundi",
                                         "burundian",
                                         "cambodia",
                                         "cambodian",
                                         "china",
                                         "chinese",
                                         "congo",
                                         "congolese",
                                         "december",
                                         "english",
                                         "ethiopia",
                                         "ethiopian",
                                         "february",
                                         "filipino",
                                         "filipina",
                                         "filipinos",
                                         "friday",
                                         "french",
                                         "india",
                                         "indian",
                                         "indonesia",
                                         "indonesian",
                                         "interpol",
                                         "january",
                                         "jakarta",
                                         "july",
                                         "june",
                                         "kenya",
                                         "kenyan",
                                         "kenyans",
                                         "kiswahili",
                                         "laos",
                                         "lao",
                                         "malaysia",
                                         "malaysian",
                                         "manila",
                                         "march",
                                         "may",
                                         "monday",
                                         "myanmar",
                                         "nairobi",
                                         "november",
                                         "october",
                                         "philippine",
                                         "philippines",
                                         "sister",
                                         "brother",
                                         "pertiwi",
                                         "poa",
                                         "presidente",
                                         "driver",
                                         "cook",
                                         "guard",
                                         "nurse",
                                         "teacher",
                                         "chef",
                                         "supervisor",
                                         "leader",
                                         "model",
                                         "client",
                                         "customer",
                                         "directorate",
                                         "justice",
                                         "world",
                                         "universe",
                                         "earth",
                                         "assembly",
                                         "commissioner",
                                         "superintendent",
                                         "secretary",
                                         "staff",
                                         "commander",
                                         "manager",
                                         "executive",
                                         "surgeon",
                                         "electoral",
                                         "elections",
                                         "state",
                                         "nations",
                                         "public",
                                         "private",
                                         "national",
                                         "international",
                                         "local",
                                         "foreign",
                                         "security",
                                         "support",
                                         "services",
                                         "presiden",
                                         "president",
                                         "menteri",
                                         "minister",
                                         "gubernur",
                                         "governor",
                                         "bupati",
                                         "wali",
                                         "camat",
                                         "lurah",
                                         "rt",
                                         "rw",
                                         "kades",
                                         "kadus",
                                         "kapolsek",
                                         "kapolres",
                                         "kapolda",
                                         "kapolri",
                                         "danramil",
                                         "mayor",
                                         "vice",
                                         "kapitan",
                                         "konsehal",
                                         "kagawad",
                                         "gobernador",
                                         "senador",
                                         "punong",
                                         "kongresista",
                                         "kalihim",
                                         "pangulo",
                                         "attorney",
                                         "ambassador",
                                         "ambassadeur",
                                         "balozi",
                                         "gavana",
                                         "spika",
                                         "procureur",
                                         "supérieur",
                                         "gouverneur",
                                         "préfet",
                                         "maire",
                                         "juge",
                                         "mwenyekiti",
                                         "katibu",
                                         "kamishna",
                                         "mkurugenzi",
                                         "inspekta",
                                         "duta",
                                         "kepala",
                                         "ketua",
                                         "jenderal",
                                         "speaker",
                                         "chair",
                                         "chairman",
                                         "ministre",
                                         "rais",
                                         "waziri",
                                         "bandar",
                                         "hakim",
                                         "jaksa",
                                         "director",
                                         "directeur",
                                         "titles",
                                         "title",
                                         "right",
                                         "rwanda",
                                         "rwandan",
                                         "saturday",
                                         "september",
                                         "somali",
                                         "somalia",
                                         "sunday",
                                         "swahili",
                                         "tanzania",
                                         "tanzanian",
                                         "thai",
                                         "thailand",
                                         "thursday",
                                         "tuesday",
                                         "uganda",
                                         "ugandan",
                                         "ugandans",
                                         "united",
                                         "vietnam",
                                         "vietnamese",
                                         "viet",
                                         "wednesday",
                                         "telegram",
                                         "whatsapp",
                                         "facebook",
                                         "tiktok",
                                         "guru",
                                         "mboga",
                                         "wa",
                                         "dubai",
                                         "kampala",
                                         "kigali",
                                         "bujumbura",
                                         "addis",
                                         "dar",
                                         "phnom",
                                         "yangon",
                                         "vientiane",
                                         "hanoi",
                                         "singapore",
                                         "wakili",
                                         "mkuu",
                                         "ya",
                                         "la",
                                         "victims",
                                         "victim",
                                         "the",
                                         "a",
                                         "an",
                                         "this",
                                         "all",
                                         "no",
                                         "none",
                                         "unknown",
                                         "withheld",
                                         "vehicles",
                                         "networks",
                                         "kita",
                                         "muda",
                                         "tiri",
                                         "angkat",
                                         "negara",
                                         "rumah",
                                         "besar",
                                         "dan",
                                         "yang",
                                         "di",
                                         "ke",
                                         "atau",
                                         "mikono",
                                         "bodaboda",
                                         "ntilie",
                                         "lishe",
                                         "afrika",
                                         "and",
                                         "or",
                                         "of",
                                         "in",
                                         "at",
                                         "for",
                                         "to",
                                         "from",
                                         "who",
                                         "was",
                                         "is",
                                         "madame",
                                         "madam",
                                         "sir",
                                         "mr",
                                         "mrs",
                                         "ms",
                                         "dr",
                                         "job",
                                         "jobs",
                                         "agents",
                                         "recruiters",
                                         "recruiter",
                                         "agent",
                                         "broker",
                                         "european",
                                         "advocate",
                                         "first",
                                         "second",
                                         "arab",
                                         "gulf",
                                         "saudi",
                                         "oman",
                                         "qatar",
                                         "kuwait",
                                         "western",
                                         "eastern",
                                         "northern",
                                         "southern",
                                         "south",
                                         "north",
                                         "east",
                                         "west",
                                         "central",
                                         "mobile",
                                         "online",
                                         "visa",
                                         "passport",
                                         "passports",
                                         "sahib",
                                         "tuan",
                                         "perusahaan",
                                         "company",
                                         "golden",
                                         "asia",
                                         "africa",
                                         "tagapagligtas",
                                         "kampuni",
                                         "shirika",
                                         "pt",
                                         "cv",
                                         "yayasan",
                                         "société",
                                         "entreprise",
                                         "ong",
                                         "un",
                                         "une",
                                         "le",
                                         "les",
                                         "des",
                                         "nhà",
                                         "công",
                                         "con",
                                         "em",
                                         "anh",
                                         "chị",
                                         "are",
                                         "were",
                                         "have",
                                         "has",
                                         "not",
                                         "with",
                                         "will",
                                         "can",
                                         "tout",
                                         "toutes",
                                         "bangsa",
                                         "tenaga",
                                         "kerja"};

bool BeginsNoName(std::string_view name) {
  const size_t end = name.find_first_of(" \n-");
  const std::string word = FoldedWord(name.substr(0, end));
  if (std::find(std::begin(kNoNames), std::end(kNoNames), word) != std::end(kNoNames)) return true;
  if (IsOrganisationWord(word) || MakesPlace(word))
    return NameStrengthOf(word) == NameStrength::kNone;
  return false;
}

// "Golden Jobs Agency": some word of it belongs to an organisation, or the next one does.
bool NamesOrganisation(const PatternMatch& match) {
  std::string_view rest = match.str();
  size_t words = 0;
  while (!rest.empty()) {
    const size_t end = std::min(rest.size(), rest.find_first_of(" \n"));
    if (end > 0 && words++ > 0 && IsOrganisationWord(FoldedWord(rest.substr(0, end)))) return true;
    rest.remove_prefix(std::min(rest.size(), end + 1));
  }
  std::string_view after = match.after();
  if (after.empty() || after[0] != ' ') return false;
  after.remove_prefix(1);
  // "known as Loverboy method"
  constexpr std::string_view kManners[] = {"method", "methods", "route", "scheme", "schemes",
                                           "scam",   "scams",   "trick", "model",  "pattern",
                                           "tactic", "trap",    "offer", "script", "app"};
  const std::string next = FoldedWord(after.substr(0, after.find_first_of(" ,.;:\n")));
  return IsOrganisationWord(next) ||
         std::find(std::begin(kManners), std::end(kManners), next) != std::end(kManners);
}

// "Jalan Tun Razak": a street or a square has the name, title and all.
bool NamesPlace(const PatternMatch& match) {
  constexpr size_t kReach = 24;
  constexpr int kWords = 2;
  size_t from = match.begin - std::min(match.begin, kReach);
  while (from < match.begin && (static_cast<unsigned char>(match.text[from]) & 0xC0) == 0x80)
    ++from;
  std::string_view before = match.text.substr(from, match.begin - from);
  for (int i = 0; i < kWords && !before.empty(); ++i) {
    before.remove_suffix(before.size() - (before.find_last_not_of(" .") + 1));
    const size_t space = before.find_last_of(" .,;:(");
    const std::string_view word = before.substr(space == before.npos ? 0 : space + 1);
    // "lake" in small letters is Swahili for "his" and "her".
    const std::string folded = FoldedWord(word.substr(word.find('\'') + 1));
    if (word != "lake" && MakesPlace(folded)) return true;
    const std::string_view first = match.str().substr(0, match.str().find_first_of(" ,."));
    if (i == 0 && IsPlace(folded + " " + FoldedWord(first))) return true;  // "General Santos"
    if (space == before.npos || before[space] != ' ') return false;
    before = before.substr(0, space);
  }
  return false;
}

// "a 100 ms RTT": a unit.
bool FollowsNumber(const PatternMatch& match) {
  const std::string_view before = match.before();
  const size_t word = before.find_last_not_of(" .");
  if (word == before.npos) return false;
  const size_t space = before.find_last_of(' ', word);
  return space != before.npos && space > 0 && before[space - 1] >= '0' &&
         before[space - 1] <= '9' && before.substr(space + 1, word - space) == "ms";
}

// "Si Nanay": a word of kinship alone names nobody.
bool IsKinAlone(const PatternMatch& match) {
  constexpr std::string_view kKin[] = {"nanay", "tatay", "inay", "itay",  "ate",   "kuya",
                                       "lolo",  "lola",  "tito", "misis", "mister"};
  return std::find(std::begin(kKin), std::end(kKin), FoldedWord(match.str())) != std::end(kKin);
}

// Behind "my name is" these are given names, whatever else they mean in one language or another.
bool IsNamesakeOfAWord(const PatternMatch& match) {
  constexpr std::string_view kNames[] = {"dan",  "will",   "april", "may",
                                         "june", "august", "guru",  "justice"};
  const std::string first = FoldedWord(match.str().substr(0, match.str().find(' ')));
  return std::find(std::begin(kNames), std::end(kNames), first) != std::end(kNames);
}

bool IsName(const PatternMatch& match) {
  return !IsKinAlone(match) && !FollowsNumber(match) && !BeginsNoName(match.str()) &&
         !NamesOrganisation(match) && !NamesPlace(match) && !IsPlace(FoldedWord(match.str()));
}

// "Ông Chủ", "Anh Quốc", "Bà Con": two words that are one, capitals and all.
bool IsVietnameseTitled(const PatternMatch& match) {
  constexpr std::string_view kCompounds[] = {
      "chủ",  "quốc", "giáo", "con",   "bà",   "em", "sĩ",  "dâu",  "rể",  "mẹ", "gái",
      "trùm", "trai", "nội",  "ngoại", "cháu", "tổ", "lão", "hàng", "thợ", "vợ", "chồng"};
  const std::string first = FoldedWord(match.str().substr(0, match.str().find(' ')));
  return std::find(std::begin(kCompounds), std::end(kCompounds), first) == std::end(kCompounds) &&
         IsName(match);
}

bool BeginsWithAny(std::string_view name, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [name](std::string_view word) { return name.substr(0, word.size()) == word; });
}

// "company named Mitra Kerja": the cue gives the name of an organisation.
bool SpeaksOfOrganisation(const PatternMatch& match) {
  constexpr std::string_view kWords[] = {
      "perusahaan", "kampuni", "shirika",    "agency",    "company", "firm",     "compound",
      "casino",     "hotel",   "group",      "operation", "scheme",  "kompleks", "yayasan",
      "société",    "agence",  "entreprise", "empresa",   "agencia", "kumpanya", "ahensya",
      "syarikat",   "công ty", "website",    "page",      "channel", "app ",     "aplikasi",
      "town",       "village", "city"};
  // From the edge of a code point, which a cut in bytes may miss.
  size_t from = match.begin - std::min<size_t>(match.begin, 40);
  while (from < match.begin && (static_cast<unsigned char>(match.text[from]) & 0xC0) == 0x80)
    ++from;
  const std::string before = FoldedWord(match.text.substr(from, match.begin - from));
  return std::any_of(std::begin(kWords), std::end(kWords),
                     [&](std::string_view word) { return before.find(word) != before.npos; });
}

// Where no spaces part words, a name is written apart from what follows; a longer run of letters
// is a sentence that begins with what is also a title.
bool IsShortRun(std::string_view run) {
  constexpr int kLettersMax = 16;
  int letters = 0;
  for (size_t at = 0; at < run.size();) {
    const int32_t code_point = NextCodePoint(run, at);
    if (code_point == ' ') break;
    if (!IsMark(code_point)) ++letters;
  }
  return letters <= kLettersMax;
}

// The second word of `name`, or all of it where there is one.
std::string_view SecondWord(std::string_view name) {
  const size_t space = name.find(' ');
  if (space == name.npos) return name;
  name.remove_prefix(std::min(name.size(), name.find_first_not_of(' ', space)));
  return name;
}

bool BeginsNormalised(std::string_view name, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [name](std::string_view word) {
    const std::string start = NormalisedLetters(word);
    return name.substr(0, start.size()) == start;
  });
}

// "ឈ្មោះ" is also the name of a company, a shop, a page.
bool IsKhmerNamed(const PatternMatch& match) {
  return IsShortRun(match.str()) &&
         !BeginsWithAny(match.str(),
                        {"ក្រុមហ៊ុន", "អង្គការ", "ក្លែង", "គេហទំព័រ", "រៀងរាល់", "ដូច", "របស់", "ថា",  "នៅ",
                         "ផ្សេង",  "ល្អ",     "ថ្មី",   "ជាច្រើន", "ទាំង",    "និង", "ហាង", "ទំព័រ", "កន្លែង",
                         "បញ្ជី",   "ទីក្រុង",   "សាលា", "ប្រទេស",  "ខេត្ត",   "ពិត", "មិន"}) &&
         !BeginsWithAny(SecondWord(match.str()),
                        {"និង", "ដែល", "ត្រូវ", "របស់", "នៅ", "ក្នុង", "ឬ", "មិន", "បាន"});
}

bool IsKhmerName(const PatternMatch& match) {
  return !BeginsWithAny(
             match.str(),
             {"សូម",          "អាច",    "មិន",   "ឬ",   "ត្រូវ",  "លោក",     "អ្នក",   "ទាំង",
              "ដែល",         "បាន",    "និង",   "ជា",  "នាយក", "រដ្ឋមន្ត្រី", "ប្រធាន", "ឯកឧត្តម",
              "អភិបាល",       "គ្រូ",     "មេ",   "នឹង",  "កំពុង",  "ចៅក្រម",   "ទូត",    "វេជ្ជ",
              "ព្រះរាជអាជ្ញា", "ស្នងការ", "ឧត្តម", "ឪពុក", "ម្តាយ", "ប្អូន",     "គួរ"}) &&
         IsShortRun(match.str());
}

// Titles are words too, where there are no capitals: "اللقب السيد أو السيدة", "श्री और श्रीमती".
bool IsTitledName(const PatternMatch& match) {
  return !BeginsWithAny(
             match.str(),
             {"እና ", "ወይም ", "ወይ ",  "የሚሉ",  "የሚል",   "የሚሆኑ",   "ለመሆን",    "ነው",       "ናቸው",
              "መሆን", "ሥራ",   "ስራ",   "አቶ",   "ወይዘሮ",  "والسيد", "والآنسة", "والأستاذ", "والدكتور",
              "أو ", "في ",  "على ", "من ",  "إلى ",  "और",     "या ",     "तथा",      "एवं",
              "शब्द", "श्री",  "এবং",  "ও ",   "বা ",   "மற்றும்",  "அல்லது",   "जैसे",       "የሚ",
              "የተ",  "ተብ",   "ነኝ",   "ነን",   "በሚል",   "ብሎ",     "ብለው",     "ብላ",       "ሆኖ",
              "ሆነው", "के ",   "जी ",  "की ",  "का ",   "को ",    "से ",      "में ",       "पर ",
              "ने ",  "नाम ", "होने ", "बनकर", "নামে ", "হিসেবে"}) &&
         match.str() != "እና" && match.str() != "ወይም" && match.str() != "أو";
}

// A word in small letters behind a cue: only what the gazetteer knows.
bool IsKnownName(const PatternMatch& match) {
  return NameStrengthOf(FoldedWord(match.str().substr(0, match.str().find(' ')))) !=
         NameStrength::kNone;
}

// Behind a title that is also a trade ("መምህር"): a name that is known, or two words of
// which one is.
bool IsKnownPair(const PatternMatch& match) {
  const std::string_view second = SecondWord(match.str());
  return IsKnownName(match) ||
         NameStrengthOf(FoldedWord(second.substr(0, second.find(' ')))) != NameStrength::kNone;
}

// "ስሙ ያልተገለጸ": a cue needs a name that is known, or what says that it was one.
bool IsEthiopicNamed(const PatternMatch& match) {
  if (IsKnownPair(match)) return true;
  if (BeginsWithAny(match.str(), {"የ"})) return false;  // "Of", and what is said of somebody.
  std::string_view after = match.after();
  after.remove_prefix(std::min(after.size(), after.find_first_not_of(' ')));
  return BeginsWithAny(after, {"ነው", "ናት", "ይባላል", "ትባላለች", "እዩ", "እያ", "ይበሃል"});
}

// "اسمها كل ثلاثة أشهر", "تدعى الأفق": words with an article and little words are no names.
bool IsArabicName(const PatternMatch& match) {
  constexpr std::string_view kNone[] = {
      "كل",   "هو",    "هي",     "ما",    "لم",   "لا",    "غير",  "بعد",   "قبل",   "عند",
      "حسب",  "مجهول", "مجهولة", "معروف", "من",   "في",    "على",  "إلى",   "عن",    "أو",
      "و",    "أن",    "قد",     "كما",   "ثم",   "بين",   "حتى",  "مع",    "رقم",   "شركة",
      "باسم", "اسم",   "مستعار", "مزيف",  "وهمي", "كاملا", "كامل", "أي",    "هنا",   "لدى",
      "صاحب", "صاحبة", "مدير",   "مديرة", "رب",   "ربة",   "رئيس", "رئيسة", "وزير",  "وزيرة",
      "مالك", "مالكة", "والي",   "محافظ", "سفير", "سفيرة", "قاضي", "عضو",   "مسؤول", "مسؤولة"};
  const std::string_view first = match.str().substr(0, match.str().find(' '));
  if (std::find(std::begin(kNone), std::end(kNone), first) != std::end(kNone)) return false;
  if (IsKnownPair(match)) return true;
  const std::string_view before = match.before();
  const std::string_view near = before.substr(before.size() - std::min<size_t>(before.size(), 72));
  constexpr std::string_view kBodies[] = {"شركة",  "الشركة", "وكالة", "الوكالة", "منظمة", "مجموعة",
                                          "مؤسسة", "مكتب",   "منصة",  "تطبيق",   "صفحة",  "جمعية"};
  const bool body =
      std::any_of(std::begin(kBodies), std::end(kBodies),
                  [near](std::string_view word) { return near.find(word) != near.npos; });
  return !body && !BeginsWithAny(first, {"ال", "وال", "بال", "لل"});
}

// "Workers named long hours": a name that is a word of everyday English needs its capital.
bool IsKnownSmallName(const PatternMatch& match) {
  constexpr std::string_view kWords[] = {"long", "than",  "young", "white", "green", "brown",
                                         "king", "hill",  "stone", "win",   "may",   "mark",
                                         "made", "moore", "imam",  "lucky", "gift",  "prince"};
  const std::string_view word = match.str();
  return IsKnownName(match) &&
         std::find(std::begin(kWords), std::end(kWords), word) == std::end(kWords);
}

// "Contact Hope Foundation": more words with capitals, which other rules know better.
bool IsFollowedByCapital(const PatternMatch& match) {
  const std::string_view after = match.after();
  if (after.size() < 2 || after[0] != ' ') return false;
  size_t at = 1;
  return IsUpper(NextCodePoint(after, at));
}

// "C. Wanjala", "G. Bayani Macaraeg"
bool IsInitialAndName(const PatternMatch& match) {
  std::string_view name = match.str();
  name.remove_prefix(name.find_last_of('.') + 1);
  name.remove_prefix(std::min(name.size(), name.find_first_not_of(' ')));
  const size_t space = name.find(' ');
  if (NameStrengthOf(FoldedWord(name.substr(0, space))) != NameStrength::kNone) return true;
  return space != std::string_view::npos && !BeginsNoName(name) && !NamesOrganisation(match) &&
         !IsOrganisationWord(FoldedWord(name.substr(space + 1)));
}

// Thai words that begin with what is also a title: employer, broker, model ...
constexpr std::string_view kNoThaiNames[] = {
    "จ้าง",    "หน้า",     "ทุน",     "ก",   "อำเภอ", "ตำรวจ", "ทหาร",  "แพทย์",    "แบบ",   "งาม",
    "ฟ้า",     "พยาบาล",  "ร้อย",    "เอก", "ตรวจ",  "ช่าง",   "ประกัน", "ท่า",      "รอง",   "สิบ",
    "ทะเบียน", "เรือ",     "และ",    "หรือ", "กับ",    "ที่",     "ไม่",    "ได้",      "ถูก",    "จาก",
    "ของ",    "เป็น",     "อายุ",    "วัย",  "ชาว",   "หลาย",  "จำนวน", "มัก",      "ต่ำกว่า", "ช่วยป",
    "ช่วยกัน",  "ช่วยเหลือ", "ร่วม",    "เข้า", "ควร",   "จึง",    "แล้ว",   "ต่าง",     "บอก",   "ใน",
    "มีหน้าที่",  "มีอา",     "ทำงาน",  "ซึ่ง",  "โดย",   "ให้",    "อย่าง",  "ทั้ง",      "สาว",   "เงิน",
    "บำเรอ",  "พราน",    "ไปรษณีย์", "อำ",  "ภาพ",   "ค่า",    "สมบัติ",  "ประโยชน์", "ธรรม"};

constexpr size_t kThaiLetterBytes = 3;

// "น้า หรือ": kinship alone names nobody.
bool IsThaiKin(std::string_view name) {
  constexpr std::string_view kKin[] = {"น้า",  "ลุง",  "ป้า",   "พี่",   "น้อง", "อา",
                                       "ตา",  "ยาย", "ย่า",   "ปู่",   "พ่อ",  "แม่",
                                       "นาง", "นาย", "เพื่อน", "ญาติ", "ลูก",  "หลาน"};
  const std::string_view first = name.substr(0, name.find(' '));
  return std::any_of(std::begin(kKin), std::end(kKin),
                     [first](std::string_view word) { return first == NormalisedLetters(word); });
}

bool IsThaiName(const PatternMatch& match) {
  static const auto& words = *[] {
    auto* made = new std::vector<std::string>;
    for (std::string_view word : kNoThaiNames) made->push_back(NormalisedLetters(word));
    return made;
  }();
  const std::string_view name = match.str();
  if (IsThaiKin(name) || (!IsShortRun(name) && ThaiNamePrefix(name) == 0)) return false;
  // "นายก" is a minister, "นาย ก้อง" a man.
  const bool apart = match.begin > 0 && match.text[match.begin - 1] == ' ';
  return std::none_of(words.begin(), words.end(), [name, apart](const std::string& word) {
    return name.substr(0, word.size()) == word && !(apart && word.size() == kThaiLetterBytes);
  });
}

// What follows a Lao title or "name" where that is a word: little words, offices and trades.
bool IsLaoName(const PatternMatch& match) {
  return IsShortRun(match.str()) &&
         !BeginsNormalised(
             match.str(),
             {"ນາຍົກ",    "ປະທານ", "ລັດຖະມົນຕີ", "ທູດ",      "ຜູ້",    "ແບບ",   "ງາມ", "ສາມາດ", "ໜຸ່ມ",
              "ແລະ",     "ຫຼື",     "ທີ່",       "ຖືກ",      "ຈະ",   "ບໍ່",     "ໄດ້",  "ມັກ",    "ຄວນ",
              "ຕ້ອງ",     "ອາຍຸ",   "ຈາກ",     "ຂອງ",     "ກຳລັງ", "ຢູ່",     "ແມ່ນ", "ໃນ",    "ວ່າ",
              "ພະຍາບານ", "ໝໍ",     "ຄູ",       "ນາງ",     "ທ້າວ",  "ນາຍ",   "ເຈົ້າ", "ບໍລິສັດ",  "ອົງການ",
              "ປອມ",     "ແທ້",    "ຫຼິ້ນ",      "ກຸ່ມ",      "ບັນຊີ",  "ເພຈ",   "ນັກ",  "ຮອງ",   "ອະດີດ",
              "ພົນ",      "ທະຫານ", "ຕຳຫຼວດ",   "ໄອຍະການ", "ພະ",   "ຈຳເລີຍ", "ເອກ", "ຮຽກ",   "ນີ້"});
}

// A vowel sign or a tone stands at `at`: what stands before it is cut within a syllable.
bool ContinuesSyllable(std::string_view text, size_t at) {
  if (at >= text.size()) return false;
  const int32_t code_point = NextCodePoint(text, at);
  return IsMark(code_point) || code_point == 0x0E30 || code_point == 0x0E32 || code_point == 0x0E33;
}

// "330 นาย": a number of men.
bool CountsMen(const PatternMatch& match) {
  constexpr size_t kTitleBytes = 9;
  std::string_view before = match.before();
  before.remove_suffix(std::min(before.size(), kTitleBytes));
  const size_t last = before.find_last_not_of(' ');
  return last != before.npos && before[last] >= '0' && before[last] <= '9';
}

constexpr PatternRule kRules[] = {
    {TextCategory::kPersonName, "name.title", kHasUpper,
     CORRIDOR_EDGE
     R"((?i:mr|mrs|ms|mme|mlle|monsieur|madame|madam|prof|bwana|ndugu|bapak|saudara|saudari|sdr|ginoo|ginang|gng|aling|encik|puan|cik|haji|hajah|hj|ustadh|ustaz|inspector|insp|sergeant|sgt|constable|cpl|capt|captain|colonel|col|major|maj|lieutenant|lt|general|officer|pastor|bishop|father|sister|brother|imam|sheikh|sheik|sultan|chief|judge|justice|advocate|hon|honourable|dato|dato'|datin|mwalimu|mchungaji|shangazi|mjomba|dada|kaka|babu|nyanya|tante|oom|mbah|eyang|ustazah|kiai|gus|manong|manang|tatay|nanay|lolo|lola|tita|tito|aling|señor|señora|sr|sra|srta|don|doña|senhor|senhora|dona|obbo|aadde|ato|weizero|w/ro|mudane|marwo|muzee|ssebo|nnyabo|omukyala|omwami|khun|nai|nang|nangsao|oknha|okhna|samdech|lok chumteav|herr|frau|lok|lok srey|neak srey|thao|shri|smt|shrimati|thiru|thirumathi|janab|al-hajj|cô|thầy|hakim)\.?\s+)" CORRIDOR_NAME,
     nullptr, IsName},
    // Also words of their own, so the case of the title counts.
    {TextCategory::kPersonName, "name.title", kHasUpper,
     CORRIDOR_EDGE
     R"((?:Dr|DR|Sir|Miss|MISS|Tuan|Nyonya|Nona|Tn|Ny|Abang|Kakak|Adik|Makcik|Pakcik|Cikgu|Ob|Ad|Adde|Ssalongo|Nnalongo|Nalongo|Hajji|Hajjat|Bi|Bibi|Mzee|Mama|Baba|Pak|Bu|Ibu|Kak|Kang|Mas|Mbak|Bang|Mang|Ate|Kuya|Ka|Datu|Datuk|Tun|Tan Sri|Bb|Gng|Engr|Atty|[Ss]i|Fr|Sr|M|U|Daw|Ko|Ma|Maung|Uncle|Auntie|Aunt|Aunty|Boss|Madam|Coach)\.?\s+)" CORRIDOR_NAME,
     nullptr,
     [](const PatternMatch& match) {
       // "U Thant" but not "M Road"; one letter needs a name that is known or two
       // words.
       const bool letter =
           match.begin >= 2 && match.before().size() >= 2 &&
           (match.before()[match.begin - 2] == 'M' || match.before()[match.begin - 2] == 'U') &&
           (match.begin == 2 || match.before()[match.begin - 3] == ' ');
       if (letter && match.str().find(' ') == std::string_view::npos && !IsKnownName(match)) {
         return false;
       }
       return IsName(match);
     }},
    {TextCategory::kPersonName, "name.title", kHasUpper | kHasDot,
     CORRIDOR_EDGE R"(M\.\s+)" CORRIDOR_NAME, nullptr, IsName},
    {TextCategory::kPersonName, "name.title-small", kHasLatin,
     CORRIDOR_EDGE R"((?i:mr|mrs|mme|mlle|bwana|ndugu|pak|ibu|kuya|encik)\.?\s+(\p{Ll}{3,}))",
     nullptr,
     [](const PatternMatch& match) {
       if (BeginsNoName(match.str())) return false;
       const std::string_view before = match.before();
       const bool sure = before.size() >= 3 && (before.substr(before.size() - 3) == "mr " ||
                                                before.substr(before.size() - 3) == "rs " ||
                                                before.substr(before.size() - 3) == "r. ");
       return sure || IsKnownName(match);
     }},
    {TextCategory::kPersonName, "name.title", kHasUpper,
     CORRIDOR_EDGE R"([Mm]-?[Rr]s?\.?[\s_-]+)" CORRIDOR_NAME, nullptr, IsName},
    {TextCategory::kPersonName, "name.cue", kHasUpper,
     CORRIDOR_EDGE
     R"((?i:name is|name was|names are|named as|named|his name|her name|their name|real name|true name|full name|alias|a\.?k\.?a\.?|a/k/a|goes by|go by|calls himself|calls herself|calling himself|introduced himself as|introduced herself as|introduced(?: to \p{Ll}+)? as|known to (?:\p{Ll}+ ){1,3}as|identified as|known as|by the name(?: of)?|jina lake(?: ni)?|jina lake kamili|kwa jina(?: la)?|anaitwa|naitwa|ninaitwa|huitwa|waitwa|akiitwa|aitwaye|anayeitwa|aliyejitambulisha kama|bernama|atas nama|a\.n\.|namanya|berinisial|dipanggil|mengaku bernama|yang bernama|pangalan(?: niya)?(?: ay)?|nagngangalang|pinangalanang|ang ngalan|si alyas|alyas|nagpakilala(?:ng| siyang| bilang| na)?|nommée?|dénommée?|prénommée?|surnommée?|appelée?|du nom de|s'appelle|se nomme|yitwa|witwa|amazina|izina rye|amannya|erinnya lye|ayitibwa|maqaan isaa|maqaan ishee|maqaa|magaciisu|magaceedu|la yiraahdo|magaca|ngalan niya|nga si|gitawag og|tên(?: là)?|tên thật|họ tên|se llama|me llamo|llamad[oa]|nombre|chamad[oa]|chama-se|me chamo|nome|nome del[ea]|seu nome|de nome|(?:son|mon|leur) nom|je m'appelle|heißt|heisst|namens)\s*(?:is|ni|adalah|ay|est|était|es|era|é|là|nga|waa)?\s*[:=]?\s*["'“]?)" CORRIDOR_NAME,
     nullptr,
     [](const PatternMatch& match) { return IsName(match) && !SpeaksOfOrganisation(match); }},
    {TextCategory::kPersonName, "name.introduced", kHasUpper,
     CORRIDOR_EDGE
     R"((?i:(?:my|his|her|their|the \p{L}+'s) (?:real |true |first |given )?name (?:is|was)|(?:mon|son) nom est|jina (?:langu|lake) ni|namaku|nama saya)\s+["'“]?)" CORRIDOR_NAME,
     nullptr, IsNamesakeOfAWord},
    {TextCategory::kPersonName, "name.speaking", kHasUpper,
     CORRIDOR_EDGE
     R"((?i:this is|c'est|ini|ni mimi|aquí|aqui é)\s+)" CORRIDOR_NAME
     R"(\s+(?i:speaking|calling|writing|again|à l'appareil|ninaongea|berbicara|hablando|falando)(?:[^\p{L}]|$))",
     nullptr, IsName},
    // A verb that only a person can be the object of; names that are words need it.
    {TextCategory::kPersonName, "name.contact", kHasUpper,
     CORRIDOR_EDGE
     R"((?i:contact|ask for|speak to|speak with|talk to|report to|reply to|text|ring|pay|wasiliana na|mtafute|mpigie|hubungi|tanya|cari|kontakin|hanapin si|tawagan si|tawagan|appelez|contactez|demandez|pregunta por|llama a|procure|fale com|liên hệ|gặp)\s+(\p{Lu}[\p{L}\p{M}'-]+))",
     nullptr,
     [](const PatternMatch& match) {
       return IsKnownName(match) && IsName(match) && !IsFollowedByCapital(match);
     }},
    {TextCategory::kPersonName, "name.cue-small", kHasLatin,
     CORRIDOR_EDGE
     R"((?i:name is|named|called|alias|aka|goes by|known as|jina lake ni|kwa jina la|anaitwa|aitwaye|anayeitwa|bernama|atas nama|namanya|pangalan ay|nagngangalang|alyas|nommée?|dénommée?|s'appelle|yitwa|witwa|ayitibwa|tên là|se llama|chamad[oa]|name:|nama:|jina:|nom:|pangalan:|nombre:|nome:)\s*["'“]?(\p{Ll}{3,}))",
     nullptr, IsKnownSmallName},
    {TextCategory::kPersonName, "name.label", kHasUpper | kHasColon,
     CORRIDOR_EDGE
     R"((?i:name|names|full name|contact person|contact name|contact|first name|last name|surname|given name|nama|nama lengkap|nama korban|nama pelaku|jina|majina|jina kamili|pangalan|buong pangalan|nom|noms|prénom|prénoms|nom complet|victim|suspect|passenger|korban|tersangka|pelaku|biktima|suspek|mwathirika|mtuhumiwa|victime|suspecte?|passeur|họ tên|họ và tên|nạn nhân|amazina|nombre completo|víctima|vítima|recruiter|agent|boss|handler|driver)\s*[:=]\s*)" CORRIDOR_NAME,
     nullptr,
     [](const PatternMatch& match) {
       const bool one = match.str().find(' ') == std::string_view::npos;
       return IsName(match) && (!one || IsKnownName(match) || match.after().empty() ||
                                match.after()[0] == '.' || match.after()[0] == ',');
     }},
    {TextCategory::kPersonName, "name.role", kHasUpper, CORRIDOR_EDGE R"((?i:man|woman|girl|boy|lady|person|victim|survivor|recruiter|agent|broker|trafficker|suspect|driver|boss|handler|contact|facilitator|mwanamke|mwanaume|msichana|mvulana|wakala|perempuan|laki-laki|pria|wanita|agen|perekrut|calo|babae|lalaki|homme|femme|fille|garçon|hombre|mujer|homem|mulher)\s+(?i:called|known as|named|by the name of|anayeitwa|aitwaye|bernama|na si|na nagngangalang|nommée?|appelée?|llamad[oa]|chamad[oa])\s+)" CORRIDOR_NAME,
     nullptr, IsName},
    {TextCategory::kPersonName, "name.role", kHasUpper,
     CORRIDOR_EDGE
     R"((?i:victim|survivor|recruiter|trafficker|suspect|ringleader|kingpin|handler|facilitator|smuggler|broker|agent|driver|boss|contact|supervisor|manager|witness|complainant|accused|defendant|korban|perekrut|tersangka|pelaku|calo|agen|biktima|suspek|mwathirika|wakala|mtuhumiwa|dereva|kiongozi|victime|passeur|recruteur|recruteuse|suspecte?|chauffeur|traficante|reclutador|víctima|vítima)(?:,| is| was| ni| adalah| ay| si| bernama|:)?\s+)" CORRIDOR_FULL_NAME,
     nullptr,
     [](const PatternMatch& match) {
       const std::string first = FoldedWord(match.str().substr(0, match.str().find(' ')));
       return IsName(match) && first.size() > 2;
     }},
    {TextCategory::kPersonName, "name.role-single", kHasUpper,
     CORRIDOR_EDGE
     R"((?i:recruiter|trafficker|suspect|agent|broker|handler|driver|boss|victim|survivor|girl|boy|sister|brother|mother|father|friend|cousin|aunt|uncle|wife|husband|daughter|son|meneja|manager|mkurugenzi|bosi|msimamizi|mandor|supervisor|team leader|ketua tim|wakala|dereva|dada|kaka|mama|baba|rafiki|yake|agen|calo|korban|temannya|kakaknya|adiknya|biktima|kaibigan|pinsan|nanay|tatay|amie?|sœur|frère|mère|père|cousine?|amiga|amigo|hermana|hermano|irmã|irmão),?\s+["'“(]?(?:(?:is|was|ni|si)\s+)?(\p{Lu}[\p{L}\p{M}'-]+))",
     nullptr, IsKnownName},
    {TextCategory::kPersonName, "name.kin", kHasUpper,
     CORRIDOR_EDGE
     R"((?i:(?:his|her|my|their|our|the victim's|whose) (?:elder |younger |older |late |step)?(?:mother|father|sister|brother|wife|husband|son|daughter|cousin|uncle|aunt|auntie|friend|niece|nephew|boyfriend|girlfriend|fiancé|grandmother|grandfather|neighbour|classmate|colleague)|(?:sa|son|ma|mon|leur|notre) (?:mère|père|sœur|soeur|frère|femme|mari|fils|fille|cousine?|oncle|tante|amie?|nièce|neveu|voisine?|copine?)|(?:mama|baba|dada|kaka|shangazi|mjomba|binamu|rafiki|mume|mke|bibi|babu|mtoto|mdogo|jirani) (?:yake|yangu|wake|wangu|zao|yao|wao)|(?:ibunya|bapaknya|ayahnya|kakaknya|adiknya|suaminya|istrinya|isterinya|anaknya|temannya|pamannya|bibinya|sepupunya|pacarnya|tetangganya|kawannya)|(?:nanay|tatay|kapatid|asawa|anak|pinsan|kaibigan|tiyahin|tiyuhin|kuya|ate) (?:niya|niyang|ko|kong|nila)(?: na| si)?|(?:su|mi) (?:madre|padre|hermana|hermano|esposa|esposo|hija|hijo|prima|primo|amiga|amigo)|(?:a sua|o seu|sua|seu|a|o) (?:mãe|pai|irmã|irmão|esposa|marido|filha|filho|prima|primo|amiga|amigo)),?\s+)" CORRIDOR_NAME,
     nullptr, IsName},
    {TextCategory::kPersonName, "name.cue", kHasUpper,
     CORRIDOR_EDGE CORRIDOR_FULL_NAME R"(\s+(?:jedham|jedhu|la yiraahd))", nullptr, IsName},
    {TextCategory::kPersonName, "name.patronymic", kHasUpper,
     CORRIDOR_EDGE
     R"((\p{Lu}[\p{L}']+(?:\s+\p{Lu}[\p{L}']+){0,2}\s+(?:bin|binti|bt|bte|binte|a/l|a/p|s/o|d/o|anak)\.?\s+\p{Lu}[\p{L}']+))",
     nullptr, IsName},
    {TextCategory::kPersonName, "name.age", kHasUpper | kHasDigit,
     CORRIDOR_EDGE CORRIDOR_FULL_NAME
     R"(,?\s*(?:\(\s*\d{1,2}\s*(?:years|yrs|ans|tahun|miaka|taong|años|anos|tuổi|y/?o)?\s*\)|,\s*(?:aged?\s+)?\d{1,2}\s*,(?:[^\d]|$)|,?\s+aged\s+\d{1,2}|,\s*\d{1,2}[- ](?:years?|ans|tahun|miaka|taon|años|anos|tuổi|yr|y/o)))",
     nullptr, IsName},
    {TextCategory::kPersonName, "name.title", kHasUpper,
     CORRIDOR_EDGE
     R"((?:ông|bà|anh|chị|cô|chú|bác|Ông|Bà|Anh|Chị|Cô|Chú|Bác)\s+(\p{Lu}\p{L}*(?:\s+\p{Lu}\p{L}*){0,3}))",
     nullptr, IsVietnameseTitled},
    {TextCategory::kPersonName, "name.title-small", kHasDot,
     CORRIDOR_EDGE R"((?i:mr|mrs|ms|dr|mme)\.?\s+(\p{L}\.\s?\p{L}{3,}))"},
    {TextCategory::kPersonName, "name.greeting", kHasUpper,
     R"((?:^|[.!?:"]\s*)(?:Dear|DEAR|Hi|Hello|Hey|Habari|Halo|Hai|Bonjour|Chère?|Kumusta|Mpendwa|Regards|Sincerely|Best regards|Kind regards|Yours|Thanks|Cordialement|Salamat),?\s+(\p{Lu}[\p{L}\p{M}'-]+))",
     nullptr, IsKnownName},
    {TextCategory::kPersonName, "name.initial", kHasUpper | kHasDot,
     CORRIDOR_EDGE R"((\p{Lu}\.\s?(?:\p{Lu}\.\s?)?\p{Lu}[\p{L}'-]{2,}(?:\s+\p{Lu}[\p{L}'-]{2,})?))",
     nullptr, IsInitialAndName},
    {TextCategory::kPersonName, "name.vietnam", kHasUpper,
     CORRIDOR_EDGE R"((\p{Lu}\p{L}+\s+(?:Thị|Văn|Thi|Van)\s+\p{Lu}\p{L}+))", nullptr, IsName},
    // Chinese names in Latin letters: a surname and one or two syllables.
    {TextCategory::kPersonName, "name.pinyin", kHasUpper,
     CORRIDOR_EDGE
     R"(((?:Li|Wang|Zhang|Liu|Chen|Yang|Zhao|Huang|Zhou|Wu|Xu|Zhu|Hu|Guo|Lin|Gao|Luo|Zheng|Liang|Xie|Tang|Deng|Feng|Cao|Peng|Zeng|Xiao|Tian|Yuan|Cai|Jiang|Cheng|Wei|Su|Lu|Ding|Shen|Yao|Cui|Zhong|Qiu|Qin|Meng|Xiong|Yan|Duan|Lei|Hou|Tao|Mao|Hao|Qian|Wen|Kong|Dong|Lim|Tan|Ong|Goh|Teo|Koh|Chua|Yap|Cheong|Chew)\s+)" CORRIDOR_PINYIN
     R"((?:[ -]?(?i:)" CORRIDOR_PINYIN R"())?)(?:[^\p{L}-]|$))",
     nullptr, IsName},
    {TextCategory::kPersonName, "name.pinyin", kHasUpper,
     CORRIDOR_EDGE
     R"(((?:Lao|Xiao|Ah|Ko)[ -](?:Li|Wang|Zhang|Liu|Chen|Yang|Zhao|Huang|Zhou|Wu|Xu|Zhu|Hu|Guo|Lin|Gao|Luo|Zheng|Liang|Xie|Tang|Deng|Feng|Cao|Peng|Jiang|Wei|Su|Lu|Kow|Beng|Seng|Meng|Hock|Huat|Fatt|Leng|Long|Hong|Ping|Ming|Qiang|Mei))(?:[^\p{L}-]|$))"},
    {TextCategory::kPersonName, "name.kin", kHasUpper,
     CORRIDOR_EDGE
     R"((?:mẹ|cha|bố|vợ|chồng|con gái|con trai|chị gái|em gái|anh trai|bạn|bạn gái)\s+(?:của\s+|tên\s+)(\p{Lu}\p{L}*(?:\s+\p{Lu}\p{L}*){0,3}))",
     nullptr, IsName},
    // Other scripts.
    {TextCategory::kPersonName, "name.title", kHasThai | kHasDot,
     R"((?:น\.ส\.|ด\.ช\.|ด\.ญ\.)\s*(\p{Thai}{2,}))"},
    {TextCategory::kPersonName, "name.title", kHasThai,
     R"((?:นางสาว|น\.ส\.|ด\.ช\.|ด\.ญ\.|เด็กชาย|เด็กหญิง|ว่าที่ร้อยตรี|ร\.ต\.อ\.|พ\.ต\.ท\.|พ\.ต\.อ\.|ด\.ต\.|จ\.ส\.ต\.|ผู้ใหญ่บ้าน|กำนัน|หม่อม)\s*(\p{Thai}{2,}))",
     nullptr, IsThaiName},
    {TextCategory::kPersonName, "name.title", kHasThai,
     R"((?:^|[^\p{Thai}\p{M}]|ติดต่อ|ชื่อ|ถึง|กับ)(?:คุณ|พี่|น้อง|ป้า|ลุง|เจ๊|เฮีย|เสี่ย)\s?((?:[ก-ฮเแโไใ][\p{Thai}]{2,12})(?:\s|$)))",
     nullptr,
     [](const PatternMatch& match) {
       constexpr std::string_view kWords[] = {
           "ภาพ", "ค่า",      "สมบัติ",  "ธรรม",  "แม่",      "พ่อ",     "หมอ",
           "ครู",  "ประโยชน์", "ลักษณะ", "วุฒิ",    "สาว",     "ชาย",    "ๆ",
           "ใหม่", "เลี้ยง",    "น้อง",   "ยเขียน", "ยประกาศ", "ยโฆษณา", "ยบอก"};
       return !IsThaiKin(match.str()) &&
              std::none_of(std::begin(kWords), std::end(kWords), [&](std::string_view word) {
                return match.str().substr(0, word.size()) == word;
              });
     }},
    // Nicknames, whatever follows: a sentence goes on without a space.
    {TextCategory::kPersonName, "name.nickname", kHasThai,
     R"((?:พี่|น้อง|ป้า|ลุง|น้า|เจ๊|เฮีย|เสี่ย|ชื่อ)(แหม่ม|ฝน|พลอย|เมย์|แนน|นุ่น|จอย|ปุ๊ก|อ้อย|ต้อม|โอ๋|เอ๋|บอย|กิ๊ฟ|กิ๊ก|มิ้นท์|มิ้น|ตุ๊ก|นัท|กอล์ฟ|เจมส์|ป๊อป|ปุ้ย|หมวย|อุ๋ย|โจ้|แจ๊ค|เปิ้ล|ติ๊ก|อ๊อด|จุ๋ม|เจี๊ยบ|ตั๊ก|มะปราง|ใบเตย|แอน|เบล|ฟ้าใส|ตาล|แพรว|เฟิร์น|เตย|หนิง|โบว์|เก๋|ต่าย|แต๋ว|ต๋อย|อู๊ด|เป้))",
     nullptr,
     [](const PatternMatch& match) {
       // "พี่น้อง" are brothers and sisters.
       constexpr std::string_view kSiblings = "พี่น้อง";
       const std::string_view before = match.before();
       const bool siblings = before.size() >= kSiblings.size() &&
                             before.substr(before.size() - kSiblings.size()) == kSiblings;
       return !siblings && !ContinuesSyllable(match.text, match.end);
     }},
    {TextCategory::kPersonName, "name.title", kHasThai,
     R"((?:^|[^\p{Thai}\p{M}]|ชื่อ|ของ|และ|คือ|กับ|จับ|พบ|โดย|หา|ว่า)(?:นาย|นาง)\s*(\p{Thai}{2,}))",
     nullptr, [](const PatternMatch& match) { return !CountsMen(match) && IsThaiName(match); }},
    {TextCategory::kPersonName, "name.title", kHasThai, R"((?:เจ๊|เฮีย|เสี่ย)(\p{Thai}{2,12}))",
     nullptr,
     [](const PatternMatch& match) {
       // "เสี่ยง" is a risk, "เจ๊ง" a bankruptcy.
       return !BeginsWithAny(match.str(), {"ง", "ๆ"}) && IsThaiName(match);
     }},
    // Names that are also words.
    {TextCategory::kPersonName, "name.title", kHasThai,
     R"((?:ลุง|ป้า|นาย|เสี่ย|เฮีย|เจ๊)(สมบัติ|มงคล|ละเอียด))"},
    {TextCategory::kPersonName, "name.cue", kHasThai,
     R"((?:ชื่อเล่น|ชื่อจริง|ชื่อว่า|นามสกุล|ชื่อ-สกุล|ชื่อ)\s*[:=]?\s*((?:[ก-ฮเแโไใ]\p{Thai}{2,20})\s+\p{Thai}{3,}|"[^"]+"))",
     nullptr,
     [](const PatternMatch& match) {
       constexpr std::string_view kWords[] = {
           "เสียง",   "ตำแหน่ง", "งาน",  "ผู้ใช้",  "เรื่อง",  "จังหวัด",   "เมือง", "ย่อ",
           "โรงแรม", "คน",     "บริษัท", "ว่า",   "องค์กร", "โครงการ", "กลุ่ม",  "เพจ",
           "เว็บ",    "แอป",    "ร้าน",  "เรียก", "ของ",   "ที่",       "บัญชี",  "ปลอม",
           "เหยื่อ",   "สกุล",    "เต็ม",  "ต้น",   "ทาง",   "และ",     "หรือ"};
       const bool linked =
           BeginsNormalised(SecondWord(match.str()),
                            {"และ", "หรือ", "ที่", "ซึ่ง", "ใน", "ของ", "จาก", "เพื่อ", "โดย", "กับ"});
       return !linked && IsShortRun(match.str()) &&
              std::none_of(std::begin(kWords), std::end(kWords), [&](std::string_view word) {
                return match.str().substr(0, NormalisedLetters(word).size()) ==
                       NormalisedLetters(word);
              });
     }},
    {TextCategory::kPersonName, "name.cue", kHasThai,
     R"((?:ชื่อเล่น|ชื่อจริง)(?:ว่า|คือ)\s*(\p{Thai}{2,}))", nullptr, IsThaiName},
    {TextCategory::kPersonName, "name.cue", kHasThai,
     R"((?:ชื่อ|ชื่อเล่น|นามสกุล)\s*[:=]\s*(\p{Thai}{2,}|\p{L}{2,}))"},
    {TextCategory::kPersonName, "name.role", kHasThai,
     R"((?:หัวหน้า|คนขับ|เหยื่อ|ผู้เสียหาย|นายหน้า|เอเย่นต์|ผู้ต้องหา|ผู้ต้องสงสัย|เพื่อน|สามี|ภรรยา|ลูกสาว|ลูกชาย|พี่สาว|พี่ชาย|น้องสาว|น้องชาย)(?:ที่)?ชื่อ\s*(\p{Thai}{2,}))"},
    {TextCategory::kPersonName, "name.title", kHasEthiopic,
     R"((?:አቶ|ወ/ት|ወ/ት\.|ወይዘሮ|ወ/ሮ|ወይዘሪት|ወ/ሪት|ዶ/ር|ኣይተ|እቴጌ|ጋሽ|እማማ|ኣቶ)\s+(\p{Ethiopic}{2,}))", nullptr,
     IsTitledName},
    // Trades too.
    {TextCategory::kPersonName, "name.title", kHasEthiopic,
     R"((?:ኮማንደር|ሳጅን|ኢንስፔክተር|መምህር|ቄስ|ሼህ|ፓስተር)\s+(\p{Ethiopic}{2,}(?:\s+\p{Ethiopic}{2,})?))",
     nullptr, IsKnownPair},
    {TextCategory::kPersonName, "name.cue", kHasEthiopic,
     R"((?:ስሜ|ስሙ|ስሟ|ስማቸው|ሽሙ|ሽማ)\s+(\p{Ethiopic}{2,})\s+(?:ነው|ናት|ይባላል|ይባላሉ|እዩ|እያ))", nullptr,
     IsKnownName},
    {TextCategory::kPersonName, "name.cue", kHasEthiopic,
     R"((?:ስሙ|ስሟ|ስማቸው|ስም[:፡]|ስሙ[:፡]|ሽሙ|ሽማ|ስሙም|ተጠርጣሪው|ተጠርጣሪዋ)\s*[:፡]?\s+(\p{Ethiopic}{2,}\s+\p{Ethiopic}{2,}))",
     nullptr, IsEthiopicNamed},
    {TextCategory::kPersonName, "name.cue", kHasEthiopic,
     R"((\p{Ethiopic}{2,}\s+\p{Ethiopic}{2,})\s+(?:የተባለ|የተባለች|የሚባል|የምትባል|የተባለው|ዝበሃል|ትበሃል|ይበሃል|ይባላል|ትባላለች)(?:[^\p{L}\p{M}]|$))",
     nullptr,
     [](const PatternMatch& match) {
       constexpr std::string_view kPersons[] = {"ግለሰብ", "ሰው",  "ደላላ", "ወኪል",   "ወጣት", "ሴት",
                                                "ወንድ",  "ነጋዴ", "ሹፌር", "ተጠርጣሪ", "ተጎጂ", "አዘዋዋሪ",
                                                "ልጅ",   "ሰብ",  "ነው",  "ናት"};
       const std::string_view name = match.str();
       const size_t space = name.find_last_of(' ');
       if (IsKnownName(match) || NameStrengthOf(name.substr(space + 1)) != NameStrength::kNone) {
         return true;
       }
       if (BeginsWithAny(name, {"የ"})) return false;  // "Of", and what is said of somebody.
       const std::string_view behind = match.after().substr(0, 72);
       const std::string_view before =
           match.before().substr(match.begin - std::min<size_t>(match.begin, 32));
       return std::any_of(std::begin(kPersons), std::end(kPersons), [&](std::string_view word) {
         return behind.find(word) != behind.npos || before.find(word) != before.npos;
       });
     }},
    {TextCategory::kPersonName, "name.role-single", kHasEthiopic,
     R"((?:እህቷ|ወንድሟ|እናቷ|አባቷ|ባለቤቷ|ባሏ|እህቱ|ወንድሙ|እናቱ|አባቱ|ባለቤቱ|ጓደኛዋ|ጓደኛው|ልጇ|ልጁ|ደላላው|ደላላዋ|ወኪሉ|ሹፌሩ|ተጎጂው|ተጎጂዋ|ወጣት|ታዳጊ)\s+(\p{Ethiopic}{2,}))",
     nullptr, IsKnownName},
    {TextCategory::kPersonName, "name.title", kHasMyanmar, R"((?:^|[\s(၊။"])ဒေါ်(\p{Myanmar}{4,}))",
     nullptr,
     [](const PatternMatch& match) {
       constexpr std::string_view kWords[] = {"လာ",   "စီး", "ရီး", "တည်",    "ဆောင်", "ယ်",    "ယ့်",
                                              "ဝန်",   "း",  "နှမ", "မများ", "မတို့",   "များ", "တို့",
                                              "နှောက်", "စွာ", "ပိုင်", "တိုက်",    "တွေ",   "ကြီး",  "နှင့်",
                                              "သည်",   "မှ",  "ရှိ",  "အား",   "တွင်",   "ခန့်",   "လျှင်"};
       return std::none_of(std::begin(kWords), std::end(kWords), [&](std::string_view word) {
         return match.str().substr(0, word.size()) == word;
       });
     }},
    // "Uncle", "chief", "to" and "younger brother" too: only before a syllable of
    // names.
    {TextCategory::kPersonName, "name.title", kHasMyanmar,
     R"((?:^|[\s(၊။"])(?:ဦး|ကို|မောင်|ဆရာမ|ဆရာ|ဗိုလ်)\s?((?:)" CORRIDOR_BURMESE
     R"(|ဘ|ညို|ညီ|ဖိုး|မျိုး|မြတ်|ရွှေ|ဆန်း|စံ|ကြင်|ထွဋ်|ဇူး|ဘုန်း|ပိုး|သီဟ|သန့်|နီ|နု|နွေး|တိုး|ရဲ|ဇေ|ကောင်း|လဲ့|ပြည့်|ဖုန်း|ကျင်|ဉာဏ်|စည်သူ|ဝဏ္ဏ|ရှိန်)\p{Myanmar}*))",
     nullptr,
     [](const PatternMatch& match) {  // "ကိုရီးယား" is Korea.
       return !BeginsWithAny(match.str(), {"ရီး"});
     }},
    {TextCategory::kPersonName, "name.title", kHasMyanmar,
     R"((?:^|[\s(၊။"])(?:မ|နန်း|စော|နော်|စိုင်း|ခွန်|မင်း|ဆလိုင်း)((?:)" CORRIDOR_BURMESE R"(){2,}))"},
    {TextCategory::kPersonName, "name.title", kHasMyanmar,
     R"((?:^|[\s(၊။"])(?:မ|ကို)(သန္တာ|သီတာ|နီလာ|သူဇာ|ယမင်း|နန္ဒာ|မာလာ|သီရိ|ဇေယျာ))"},
    {TextCategory::kPersonName, "name.known", kHasMyanmar, R"(((?:)" CORRIDOR_BURMESE R"(){3,}))"},
    {TextCategory::kPersonName, "name.cue", kHasMyanmar,
     R"((?:အမည်|နာမည်)\s*(?:မှာ|က|:|-)?\s*(\p{Myanmar}{4,}))", nullptr,
     [](const PatternMatch& match) {
       const std::string_view before = match.before();
       const size_t near = before.size() - std::min<size_t>(before.size(), 64);
       if (before.find("ကုမ္ပဏီ", near) != before.npos ||
           BeginsWithAny(match.str(), {"မကြာခဏ", "မသိ", "မဖော်", "ပြောင်း", "အသစ်", "တူ"})) {
         return false;
       }
       return match.before()
                      .substr(match.begin - std::min<size_t>(match.begin, 3))
                      .find_first_of(": -") != std::string_view::npos ||
              match.str().find("ဖြစ်") != std::string_view::npos;
     }},
    {TextCategory::kPersonName, "name.title", kHasKhmer,
     R"((?:លោកស្រី|អ្នកស្រី|កញ្ញា|លោកតា|លោកយាយ)\s*(\p{Khmer}{3,}))", nullptr, IsKhmerName},
    {TextCategory::kPersonName, "name.title", kHasKhmer,
     R"((?:^|[\s៖"(])(?:លោក|អ្នកស្រី|នាង|បង)\s+(\p{Khmer}{3,}))", nullptr, IsKhmerName},
    {TextCategory::kPersonName, "name.cue", kHasKhmer,
     R"((?:ឈ្មោះ|មានឈ្មោះ|គោត្តនាម)\s*[:៖]?\s*(?:ជា\s*)?(\p{Khmer}{3,}|\p{Khmer}{2,}\s+\p{Khmer}{3,}))",
     nullptr, IsKhmerNamed},
    {TextCategory::kPersonName, "name.title", kHasLao,
     R"((?:^|[^\p{Lao}\p{M}]|ຊື່|ແມ່ນ)(?:ທ້າວ|ນາງສາວ|ທ່ານ|ນາງ)\s*(\p{Lao}{2,}))", nullptr, IsLaoName},
    {TextCategory::kPersonName, "name.cue", kHasLao, R"((?:ຊື່ວ່າ|ຊື່|ນາມສະກຸນ)\s*[:]?\s+(\p{Lao}{3,}))",
     nullptr, IsLaoName},
    {TextCategory::kPersonName, "name.title", kHasHan, R"(([王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤][\p{Han}]{0,2}(?:先生|女士|小姐|老板|经理|师傅|哥|姐|总|某某|某)))"},
    {TextCategory::kPersonName, "name.cue", kHasHan,
     R"((?:名叫|名为|叫做|[他她我,,]叫|男子叫|女子叫|人叫|姓名|名字|联系人|老板|经理|主管|组长|司机|蛇头|头目|保安|翻译|同事|朋友|女友|男友|妻子|丈夫|妹妹|姐姐|哥哥|弟弟|母亲|父亲|被告人?|证人|当事人|受害人|受害者|嫌疑人|嫌犯|招聘人|中介人|自称|真名|化名|绰号|负责人)(?:是|为|叫)?\s*[::]?\s*([王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤阿][\p{Han}]{1,2})(?:[^\p{Han}]|[在将把被于和与的是为带向说,。,已负从到说收控管骗让拿扣逼招联逃获回等称承介送接威每常又还也都曾会要用给去来住]|$))"},
    {TextCategory::kPersonName, "name.cue", kHasHan,
     R"((?:与|和|跟|由|被)([王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁沈姚卢姜崔钟谭陆汪廖贾夏韦付邹孟熊秦邱江尹薛闫段雷侯史陶黎贺顾毛郝龚邵钱严覃武戴莫孔汤]\p{Han}{1,2})(?:一起|等人|一同|带走|骗|带到|控制|招募|联系))"},
    {TextCategory::kPersonName, "name.cue", kHasIndic,
     R"(([\p{L}\p{M}]{2,}\s+[\p{L}\p{M}]{2,})\s+(?:नामक|नाम के|नाम का|नाम की|नाम गरेका|नामे|নামের|নামক|নামে|என்பவர்|என்ற))",
     nullptr, IsKnownName},
    {TextCategory::kPersonName, "name.role", kHasIndic,
     R"((?:पीड़िता?|पीडिता?|दलाल|एजेंट|एजेन्ट|आरोपी|अभियुक्त|गवाह|भाई|बहन|पति|पत्नी|माँ|पिता|ভুক্তভোগী|দালাল|আসামি|পাচারকারী|ভাই|বোন|স্বামী|স্ত্রী|মা|বাবা|பாதிக்கப்பட்ட|முகவர்)\s+([\p{L}\p{M}]{2,}))",
     nullptr, IsKnownName},
    {TextCategory::kPersonName, "name.cue", kHasIndic, R"(([\p{L}\p{M}]{3,})\s+என்பவர்)"},
    {TextCategory::kPersonName, "name.surname", kHasIndic,
     R"(([\p{L}\p{M}]{2,}\s+(?:देवी|कुमार|कुमारी|सिंह|बेगम|खातून|बानो|यादव|শেখ|আক্তার|বেগম|খাতুন|মিয়া|হোসেন|রহমান|উদ্দিন))(?:[^\p{L}\p{M}]|$))"},
    {TextCategory::kPersonName, "name.title", kHasIndic,
     R"((?:श्री|श्रीमती|सुश्री|कुमारी|डॉ\.?|মোঃ|মো\.|জনাব|জনাবা|শ্রী|শ্রীমতী|মিসেস|মিস্টার|ডা\.|திரு|திருமதி|செல்வி)\.?\s+([\p{L}\p{M}]{2,}(?:\s+[\p{L}\p{M}]{2,})?))",
     nullptr, IsTitledName},
    {TextCategory::kPersonName, "name.cue", kHasIndic,
     R"((?:नाम|नाम है|का नाम|नामक|নাম|নামের|নামে|பெயர்|பெயர்:)\s*[:=]?\s*([\p{L}\p{M}]{2,}\s+[\p{L}\p{M}]{2,}))",
     nullptr,
     [](const PatternMatch& match) {
       const std::string_view before = match.before();
       if (!before.empty() && before.find_last_of(":=") != before.npos &&
           before.size() - before.find_last_of(":=") <= 3)
         return true;
       const std::string first(match.str().substr(0, match.str().find(' ')));
       return NameStrengthOf(first) != NameStrength::kNone;
     }},
    {TextCategory::kPersonName, "name.kunya", kHasArabic,
     R"((?:^|[^\p{L}])(?:أبو|ابو|أم|ام|بنت|ابن|بن)\s+([\p{Arabic}]{2,}))", nullptr, IsKnownName},
    {TextCategory::kPersonName, "name.title", kHasArabic,
     R"((?:^|[^\p{L}])(?:السيد|السيدة|الأستاذ|الاستاذ|الأستاذة|الدكتور|الدكتورة|الشيخ|الحاج|المدعو|المدعوة|الآنسة|يدعى|تدعى|اسمه|اسمها|الاسم|المسمى|المسماة)\s*:?\s+([\p{Arabic}]{2,}(?:\s+[\p{Arabic}]{2,})?))",
     nullptr,
     [](const PatternMatch& match) {
       return !BeginsWithAny(match.str(), {"الأول", "الكامل", "المستعار", "الحقيقي", "التجاري",
                                           "الرسمي", "العائلي", "الثلاثي"}) &&
              IsTitledName(match) && IsArabicName(match);
     }},
    {TextCategory::kPersonName, "name.role-single", kHasArabic,
     R"((?:^|[^\p{L}])(?:الضحية|الفتاة|الشاب|الطفلة|الطفل|الناجية|الناجي|المتهم|المتهمة|المجني عليها|المجني عليه|المشتبه به|السائق|الوسيط|الوسيطة|المهرب|صديقتها|صديقه|أختها|أخوها|زوجها|والدتها|والدها|ابنتها|مع|من قبل|العاملة|العامل|المجند|المدير)\s+([\p{Arabic}]{2,}))",
     nullptr,
     [](const PatternMatch& match) {
       // "حسن الإدارة": good management.
       const bool good = match.str() == "حسن" && match.after().substr(0, 5) == " ال";
       return !good && IsKnownName(match);
     }},
    {TextCategory::kPersonName, "name.arabic", kHasArabic,
     R"(([\p{Arabic}]{2,}\s+عبد\s?ال[\p{Arabic}]{2,}))"},
    {TextCategory::kPersonName, "name.arabic", kHasArabic,
     R"((?:^|[^\p{L}])([\p{Arabic}]{3,}\s+ال[\p{Arabic}]{3,}ي)(?:[^\p{L}]|$))", nullptr,
     [](const PatternMatch& match) {
       return NameStrengthOf(match.str().substr(0, match.str().find(' '))) == NameStrength::kStrong;
     }},
    {TextCategory::kPersonName, "name.arabic", kHasArabic,
     R"((عبد\s?ال[\p{Arabic}]{3,}\s+[\p{Arabic}]{2,}))"},
};

// --- The gazetteer.

struct Word {
  size_t begin = 0;
  size_t end = 0;
  bool upper = false;  // Begins with a capital.
  bool all_upper = false;
  bool particle = false;
  bool starts_sentence = false;
  bool apart = true;  // More than a space parts it from the word before.
  NameStrength strength = NameStrength::kNone;
  bool organisation = false;
  bool place_maker = false;
  bool place = false;  // Part of a name that is a place's.
  bool no_name = false;
  bool compound = false;  // A given name and a surname without a space.
  std::string folded;
};

constexpr size_t kPlaceWordsMax = 3;
constexpr int kStepsToPlaceMaker = 2;
constexpr size_t kLinkBytesMax = 3;  // "wa", "de", "dos"

class Gazetteer {
 public:
  Gazetteer(const TextView& view, Findings& findings)
      : view_(view), text_(view.text()), findings_(findings) {}

  void Find() {
    Cut();
    MarkPlaces();
    for (size_t i = 0; i < words_.size();) i = FindFrom(i);
  }

 private:
  void Cut() {
    bool sentence = true, apart = true;
    for (size_t at = 0; at < text_.size();) {
      const size_t begin = at;
      const int32_t first = NextCodePoint(text_, at);
      if (!IsLetter(first) || IsUnspacedLetter(first)) {
        if ((first == '.' && !FollowsSaint()) || first == '!' || first == '?' || first == '\n' ||
            first == ':')
          sentence = true;
        if (first != ' ' && !(first == '.' && FollowsSaint())) apart = true;
        if (first >= '0' && first <= '9') sentence = false;
        continue;
      }
      size_t next = at;
      while (next < text_.size()) {
        size_t behind = next;
        const int32_t code_point = NextCodePoint(text_, behind);
        const bool inner =
            (code_point == '\'' || code_point == '-') && behind < text_.size() && InWord(behind);
        if (!inner && !IsWordPart(code_point)) break;
        next = behind;
      }
      at = next;
      words_.push_back(Describe(begin, at, first));
      words_.back().starts_sentence = sentence;
      words_.back().apart = apart;
      sentence = apart = false;
    }
  }

  // "St." of "St. Mary": short for a word that makes a place.
  bool FollowsSaint() const {
    return !words_.empty() && words_.back().place_maker && words_.back().folded.size() <= 3;
  }

  void MarkPlaces() {
    for (size_t i = 0; i < words_.size(); ++i) {
      if (words_[i].strength == NameStrength::kNone && !words_[i].upper) continue;
      std::string phrase;
      for (size_t k = i; k < std::min(i + kPlaceWordsMax, words_.size()); ++k) {
        if (k > i && words_[k].apart) break;
        phrase += (k > i ? " " : "") + words_[k].folded;
        if (!IsPlace(phrase)) continue;
        for (size_t at = i; at <= k; ++at) words_[at].place = true;
      }
    }
  }

  bool InWord(size_t at) const { return IsLetter(NextCodePoint(text_, at)); }
  static bool IsWordPart(int32_t code_point) {
    return (IsLetter(code_point) && !IsUnspacedLetter(code_point)) ||
           (code_point >= 0x0900 && code_point <= 0x0DFF);
  }

  Word Describe(size_t begin, size_t end, int32_t first) const {
    Word word;
    word.begin = begin;
    word.end = end;
    word.upper = IsUpper(first);
    const std::string_view str = std::string_view(text_).substr(begin, end - begin);
    word.folded = FoldedWord(str);
    word.all_upper =
        word.upper && end - begin > 1 && IsUpper(static_cast<unsigned char>(text_[end - 1]));
    word.strength = NameStrengthOf(word.folded);
    if (word.strength == NameStrength::kNone && str.find_first_of("-'") != str.npos) {
      word.strength =
          NameStrengthOf(std::string_view(word.folded).substr(0, word.folded.find_first_of("-'")));
    }
    word.compound = word.strength == NameStrength::kNone && IsNameCompound(word.folded);
    word.particle = !word.upper && IsNameParticle(word.folded);
    word.organisation = IsOrganisationWord(word.folded);
    // "l'aéroport" is what stands behind the apostrophe.
    const size_t letters = word.folded.find('\'') + 1;
    const std::string_view bare = std::string_view(word.folded).substr(letters);
    word.place_maker =
        word.upper || letters > 0 ? MakesPlace(bare) : MakesPlaceInSmallLetters(bare);
    word.no_name =
        word.strength == NameStrength::kNone &&
        std::find(std::begin(kNoNames), std::end(kNoNames), word.folded) != std::end(kNoNames);
    return word;
  }

  // Judges the words from `i` on that may be one name, and says where the next begin.
  size_t FindFrom(size_t i) {
    const Word& first = words_[i];
    if (!first.upper) return FindSmall(i);
    size_t end = i + 1;
    while (end < words_.size() && !words_[end].apart && Continues(end)) ++end;
    while (end > i + 1 && words_[end - 1].particle) --end;
    JudgeCapitals(i, end);
    return end;
  }

  bool Continues(size_t i) const {
    if (words_[i].upper) return true;
    return words_[i].particle && i + 1 < words_.size() && !words_[i + 1].apart &&
           words_[i + 1].upper;
  }

  // Capitalised words side by side: parts them at words that belong to no name.
  void JudgeCapitals(size_t begin, size_t end) {
    for (size_t from = begin; from < end;) {
      if (BreaksName(from)) {
        ++from;
        continue;
      }
      size_t until = from + 1;
      while (until < end && !BreaksName(until)) ++until;
      const bool organisation =
          until < words_.size() && !words_[until].apart && words_[until].organisation &&
          (words_[until].upper ||
           (until - from == 1 && words_[from].strength != NameStrength::kStrong));
      const bool place = IsPlaced(from);
      if (!organisation && !place) JudgeName(from, until);
      from = until + 1;
    }
  }

  // "Jalan Thamrin", "Uwanja wa Ndege wa Julius Nyerere".
  bool IsPlaced(size_t i) const {
    for (int steps = 0; steps < kStepsToPlaceMaker && i > 0 && !words_[i].apart; ++steps) {
      --i;
      if (words_[i].place_maker) return true;
      if (words_[i].upper || words_[i].folded.size() > kLinkBytesMax) return false;
    }
    return false;
  }

  bool BreaksName(size_t i) const {
    const Word& word = words_[i];
    if (word.place) return true;
    return (word.organisation || word.no_name || word.place_maker) &&
           word.strength == NameStrength::kNone;
  }

  void JudgeName(size_t from, size_t until) {
    size_t strong = 0, weak = 0, other = 0;
    bool shouted = true;
    for (size_t i = from; i < until; ++i) {
      if (words_[i].particle) continue;
      shouted = shouted && words_[i].all_upper;
      if (words_[i].strength == NameStrength::kStrong) {
        ++strong;
      } else if (words_[i].strength == NameStrength::kWeak) {
        ++weak;
      } else {
        ++other;
      }
    }
    const bool sure = strong > 0 || std::any_of(words_.begin() + static_cast<ptrdiff_t>(from),
                                                words_.begin() + static_cast<ptrdiff_t>(until),
                                                [](const Word& word) { return word.compound; });
    const bool pair =
        weak >= 2 || (weak == 1 && other >= 1 && !shouted && !words_[from].starts_sentence &&
                      words_[from].strength == NameStrength::kWeak);
    if (sure || pair) Add(from, until);
  }

  // Words in small letters, or of a script without case: two names side by side, or, where there
  // are no capitals, one that is hardly anything else.
  size_t FindSmall(size_t i) {
    const auto strong = [this](size_t k) { return words_[k].strength == NameStrength::kStrong; };
    if (words_[i].place) return i + 1;
    if (words_[i].compound) Add(i, i + 1);
    if (words_[i].strength == NameStrength::kNone) return i + 1;
    const bool pair = i + 1 < words_.size() && !words_[i + 1].apart && !words_[i + 1].upper &&
                      words_[i + 1].strength != NameStrength::kNone;
    if (pair && (strong(i) || strong(i + 1)) && words_[i].end - words_[i].begin > 3) {
      Add(i, i + 2);
      return i + 2;
    }
    return i + 1;
  }

  void Add(size_t from, size_t until) {
    if (found_++ < kFindingsPerRule) {
      findings_.Add(TextCategory::kPersonName, "name.known", view_, words_[from].begin,
                    words_[until - 1].end);
    }
  }

  const TextView& view_;
  const std::string& text_;
  Findings& findings_;
  std::vector<Word> words_;
  int found_ = 0;
};

// Thai given names stand anywhere, as there are no spaces between words.
void FindThaiNames(const TextView& view, Findings& findings) {
  const std::string_view text = view.text();
  int found = 0;
  for (size_t at = 0; at < text.size() && found < kFindingsPerRule;) {
    const size_t begin = at;
    const int32_t code_point = NextCodePoint(text, at);
    if (code_point < 0x0E01 || code_point > 0x0E44) continue;
    const size_t size = ThaiNamePrefix(text.substr(begin, 64));
    if (size == 0 || ContinuesSyllable(text, begin + size)) continue;
    findings.Add(TextCategory::kPersonName, "name.known", view, begin, begin + size);
    at = begin + size;
    ++found;
  }
}

}  // namespace

NameRules::NameRules() : patterns_(kRules) {}

void NameRules::Find(const TextView& cased, uint32_t traits, std::string_view original,
                     Findings& findings) const {
  patterns_.Find(cased, traits, original, findings);
  Gazetteer(cased, findings).Find();
  if ((traits & kHasThai) != 0) FindThaiNames(cased, findings);
}

}  // namespace corridor
