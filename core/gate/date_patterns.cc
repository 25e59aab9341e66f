#include "core/gate/date_patterns.h"

#include <algorithm>
#include <cstdlib>
#include <string>

namespace corridor {
namespace {

#define CORRIDOR_MONTH \
  R"((?:jan(?:uary|vier|uari|ero|eiro)?|januari|feb(?:ruary|ruari|rero)?|f[eé]v(?:rier|ereiro)?|mar(?:ch|s|et|zo|ço)?|machi|maret|mac|marso|apr(?:il|ili)?|avr(?:il)?|abr(?:il)?|aprili|may|mai|mei|mayo|maio|mayo|jun(?:e|i|io|ho)?|juin|hunyo|jul(?:y|i|io|ho)?|juil(?:let)?|julai|hulyo|aug(?:ust)?|ao[uû]t|agosti|agustus|ogos|ago(?:sto)?|agosto|sep(?:t|tember|temba|tembre|tiembre)?|set(?:embro|yembre)?|setyembre|oct(?:ober|obre|ubre)?|okt(?:oba|ober|ubre)?|out(?:ubro)?|oktubre|nov(?:ember|emba|embre|iembre|embro|yembre)?|nobyembre|nopember|dec(?:ember)?|d[eé]c(?:embre)?|desemba|desember|disember|dic(?:iembre)?|dez(?:embro)?|disyembre|enero|pebrero|mutarama|gashyantare|werurwe|mata|gicurasi|kamena|nyakanga|kanama|nzeri|ukwakira|ugushyingo|ukuboza|nzero|ruhuhuma|ntwarante|ndamukiza|rusama|ruheshi|mukakaro|myandagaro|gitugutu|munyonyo|kigarama|ม\.?ค\.?|ก\.?พ\.?|มี\.?ค\.?|เม\.?ย\.?|พ\.?ค\.?|มิ\.?ย\.?|ก\.?ค\.?|ส\.?ค\.?|ก\.?ย\.?|ต\.?ค\.?|พ\.?ย\.?|ธ\.?ค\.?|มกราคม|กุมภาพันธ์|มีนาคม|เมษายน|พฤษภาคม|มิถุนายน|กรกฎาคม|สิงหาคม|กันยายน|ตุลาคม|พฤศจิกายน|ธันวาคม|ມັງກອນ|ກຸມພາ|ມີນາ|ເມສາ|ພຶດສະພາ|ມິຖຸນາ|ກໍລະກົດ|ສິງຫາ|ກັນຍາ|ຕຸລາ|ພະຈິກ|ທັນວາ|មករា|កុម្ភៈ|មីនា|មេសា|ឧសភា|មិថុនា|កក្កដា|សីហា|កញ្ញា|តុលា|វិច្ឆិកា|ធ្នូ|ဇန်နဝါရီ|ဖေဖော်ဝါရီ|မတ်|ဧပြီ|မေ|ဇွန်|ဇူလိုင်|ဩဂုတ်|စက်တင်ဘာ|အောက်တိုဘာ|နိုဝင်ဘာ|ဒီဇင်ဘာ|መስከረም|ጥቅምት|ኅዳር|ህዳር|ታኅሣሥ|ታህሳስ|ታኅሳስ|ጥር|ጥሪ|የካቲት|ለካቲት|መጋቢት|ሚያዝያ|ግንቦት|ጉንበት|ሰኔ|ሰነ|ሐምሌ|ሓምለ|ነሐሴ|ነሓሰ|ጳጉሜ|जनवरी|फरवरी|मार्च|अप्रैल|मई|जून|जुलाई|अगस्त|सितंबर|अक्टूबर|नवंबर|दिसंबर|वैशाख|जेठ|असार|साउन|भदौ|असोज|कात्तिक|मंसिर|पुस|माघ|फागुन|चैत|জানুয়ারি|ফেব্রুয়ারি|মার্চ|এপ্রিল|মে|জুন|জুলাই|আগস্ট|সেপ্টেম্বর|অক্টোবর|নভেম্বর|ডিসেম্বর|ஜனவரி|பிப்ரவரி|மார்ச்|ஏப்ரல்|மே|ஜூன்|ஜூலை|ஆகஸ்ட்|செப்டம்பர்|அக்டோபர்|நவம்பர்|டிசம்பர்|يناير|فبراير|مارس|أبريل|ابريل|مايو|يونيو|يوليو|أغسطس|اغسطس|سبتمبر|أكتوبر|اكتوبر|نوفمبر|ديسمبر|amajjii|guraandhala|bitooteessa|ebla|caamsaa|waxabajjii|adoolessa|hagayya|fuulbana|onkololeessa|sadaasa|muddee|jannaayo|janaayo|febraayo|feberaayo|maarso|abriil|juun|luulyo|agoosto|sebtembar|oktoobar|nofembar|disembar|gatonnya|mukutulansanja|mugulansigo|kafuumuulampawu|muzigo|ssebo aseka|kasambula|muwakanya|mutunda|mukulukusabitungotungo|museenene|ntenvu))"

#define CORRIDOR_OF \
  R"((?:\s+|[-./, ]|of|de|du|ya|ng|mwezi|mwezi wa|do|ika|th|st|nd|rd|er|ที่|เดือน|ເດືອນ|ខែ|ថ្ងៃ|tháng|lần|ወር|ቀን|रोज|गते)*)"

// Any date with its day.
#define CORRIDOR_DATE                                                                                       \
  R"((?:\d{1,2}(?:st|nd|rd|th|er|ème)?)" CORRIDOR_OF CORRIDOR_MONTH                                         \
  R"([\s.,'/-]*(?:of|de|del|do|ya|พ\.ศ\.|ค\.ศ\.|ปี|ພ\.ສ\.|ປີ|ឆ្នាំ|năm|खन|ዓ\.ም\.?)?\s*\d{2,4}|)" CORRIDOR_MONTH \
  R"([\s.]*(?:the\s+)?\d{1,2}(?:st|nd|rd|th|ቀን)?[\s.,/-]*(?:ቀን)?\s*,?\s*\d{2,4}|\d{4}[\s-])" CORRIDOR_MONTH \
  R"([\s-]\d{1,2}|\d{1,2}(?:st|nd|rd|th)?\s*(?:[-/.,ๆ ]|du|ya|wa|of)\s*\d{1,2}(?:st|nd|rd|th)?\s*[-/., ]\s*'?\d{2,4}|\d{4}\s*[-/., ]\s*\d{1,2}\s*[-/., ]\s*\d{1,2}|\d{2,4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}|(?:ngày\s+)?\d{1,2}\s+tháng\s+\d{1,2}(?:\s+năm)?\s+\d{4}|(?:ថ្ងៃទី|ວັນທີ)?\s*\d{1,2}\s*(?:ខែ|ເດືອນ)\s*\p{L}*\p{M}*\d{0,2}\s*(?:ឆ្នាំ|ປີ)\s*\d{4}|\d{4}\s*ခုနှစ်[\s၊,]*[\p{L}\p{M}]+[\s၊,]*\d{1,2}|\d{6,8}))"

// Behind a cue a month may be any word.
#define CORRIDOR_ANY_MONTH R"(|\d{1,2}\s+[\p{L}\p{M}.'-]{3,24}\s+(?:19|20)\d{2})"

int YearOf(std::string_view text) {
  int year = 0;
  for (size_t at = 0; at < text.size();) {
    if (text[at] < '0' || text[at] > '9') {
      ++at;
      continue;
    }
    size_t end = at;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    if (end - at == 4) year = std::atoi(std::string(text.substr(at, 4)).c_str());
    at = end;
  }
  return year;
}

// What laws, reports and treaties are dated by, in the text around.
constexpr std::string_view kLegal[] = {"act ",
                                       "act,",
                                       "law",
                                       "protocol",
                                       "convention",
                                       "resolution",
                                       "treaty",
                                       "decree",
                                       "proclamation",
                                       "regulation",
                                       "directive",
                                       "constitution",
                                       "signed",
                                       "adopted",
                                       "in force",
                                       "into force",
                                       "ratified",
                                       "gazette",
                                       "amend",
                                       "report",
                                       "published",
                                       "judgment",
                                       "agreement",
                                       "memorandum",
                                       "declaration",
                                       "bulletin",
                                       "circular",
                                       "press release",
                                       "loi",
                                       "décret",
                                       "entrée en vigueur",
                                       "adopté",
                                       "signé",
                                       "sheria",
                                       "mkataba",
                                       "itifaki",
                                       "undang-undang",
                                       "uu ",
                                       "peraturan",
                                       "keputusan",
                                       "republic act",
                                       "ra ",
                                       "batas",
                                       "luật",
                                       "nghị",
                                       "พ.ร.บ",
                                       "พระราช",
                                       "ประกาศ",
                                       "กฎหมาย",
                                       "ກົດໝາຍ",
                                       "ច្បាប់",
                                       "ဥပဒေ",
                                       "አዋጅ",
                                       "ደንብ",
                                       "法",
                                       "条例",
                                       "议定书",
                                       "公约",
                                       "अधिनियम",
                                       "আইন",
                                       "சட்டம்",
                                       "قانون",
                                       "بروتوكول",
                                       "اتفاقية",
                                       "ley",
                                       "lei ",
                                       "decreto",
                                       "protocolo",
                                       "itegeko",
                                       "vers",
                                       "updated",
                                       "valid until",
                                       "deadline",
                                       "until",
                                       "world day",
                                       "as of",
                                       "conference",
                                       "effective",
                                       "statute",
                                       "palermo",
                                       "entry into",
                                       "approved",
                                       "issued",
                                       "dated"};

bool IsLegal(const PatternMatch& match) {
  constexpr size_t kReach = 80;
  const std::string_view before = match.before();
  const std::string_view near = before.substr(before.size() - std::min(before.size(), kReach));
  const std::string_view behind = match.after().substr(0, 40);
  return std::any_of(std::begin(kLegal), std::end(kLegal), [&](std::string_view word) {
    return near.find(word) != near.npos || behind.find(word) != behind.npos;
  });
}

// A year in which somebody who is trafficked today may have been born.
bool IsLongAgo(int year) {
  return (year >= 1900 && year <= 2012) || (year >= 2480 && year <= 2555);
}

bool IsExactDate(const PatternMatch& match) {
  const int year = YearOf(match.str());
  const bool known = (year >= 1900 && year <= 2100) || (year >= 2480 && year <= 2600);
  return known && !IsLegal(match);
}

// The text is this date and nothing else, so that nothing says whose or of what it is.
bool StandsAlone(const PatternMatch& match) {
  constexpr std::string_view kNothing = " .,:;\n";
  return match.before().find_first_not_of(kNothing) == std::string_view::npos &&
         match.after().find_first_not_of(kNothing) == std::string_view::npos;
}

bool IsOldDate(const PatternMatch& match) {
  if (StandsAlone(match)) return IsExactDate(match);
  return IsLongAgo(YearOf(match.str())) && !IsLegal(match);
}

constexpr PatternRule kRules[] = {
    {TextCategory::kBirthDate, "birth-date.cue", kHasDigit,
     R"((?:^|[^\p{L}\p{M}])(?:born(?: on)?|d[\s./_-]{0,2}o[\s./_-]{0,2}b\.?|date of birth|birth ?date|birth ?day|b-?day|bday|b\.|née? le|née?|date de naissance|naissance|ddn|tarehe ya kuzaliwa|kuzaliwa|alizaliwa|aliyezaliwa|waliozaliwa|amezaliwa|tanggal lahir|tarikh lahir|tgl\.? ?lahir|ttl|lahir|kelahiran|dilahirkan|ipinanganak|isinilang|kaarawan|petsa ng kapanganakan|kapanganakan|natawo|adlawng natawhan|natawhan|ngày sinh|sinh ngày|sinh năm|sinh|yavutse|yavukiye|itariki y'amavuko|amavuko|yazaalibwa|amazaalibwa|yazaliibwa|guyyaa dhalootaa|dhalate|dhalatte|dhaloota|taariikhda dhalashada|dhalashada|dhashay|dhashatay|nacid[oa](?: el)?|nació(?: el)?|fecha de nacimiento|nasceu|nascid[oa](?: em)?|data de nascimento|came into the world|came to the world|የትውልድ|ትውልድ|የተወለደ[\p{L}]*|ተወለደ[\p{L}]*|የልደት|ልደት|ዝተወልደ[\p{L}]*|ዕለት ልደት|ዕለተ ልደት|जन्म|जन्मतिथि|जन्मदिन|जन्ममिति|জন্ম|জন্মতারিখ|জন্মদিন|பிறந்த|பிறந்தநாள்|பிறப்பு|பிறந்தார்|تاريخ الميلاد|الميلاد|مواليد|ولد|ولدت|المولود|المولودة)(?:[^\p{L}\p{M}]|$))",
     "^[^\\d\\n]*?(" CORRIDOR_DATE CORRIDOR_ANY_MONTH ")"},
    {TextCategory::kBirthDate, "birth-date.cue", kHasDigit,
     R"(วันเกิด|เกิดวัน|เกิดเมื่อ|เกิดที่|เกิด[ :\d]|ວັນເດືອນປີເກີດ|ວັນເກີດ|ເກີດວັນ|ເກີດ|ថ្ងៃខែឆ្នាំកំណើត|កំណើត|កើត|မွေးသက္ကရာဇ်|မွေးနေ့|မွေးဖွား|မွေး|出生|生日|生于|出生日期|出生年月)",
     "^[^\\d\\n]*?(" CORRIDOR_DATE CORRIDOR_ANY_MONTH ")"},
    {TextCategory::kBirthDate, "birth-date.words", kHasDigit,
     R"(\b(?:born|birthday|dob|date of birth)\b[^\d\n]{0,12}(\d{1,2}\s*[-/., ]\s*\d{1,2}\s*[-/., ]\s*(?:two thousand|2 thousand|nineteen)))"},
    // The day of a month right behind the cue, whatever the year.
    {TextCategory::kBirthDate, "birth-date.day", kHasDigit,
     R"((?:^|[^\p{L}\p{M}])(?:born|d\.?o\.?b\.?|date of birth|birth ?date|birthday|bday|née?|date de naissance|alizaliwa|tarehe ya kuzaliwa|lahir|tanggal lahir|tgl lahir|tarikh lahir|ipinanganak|kaarawan|nacid[oa]|nació|fecha de nacimiento|nasceu|nascid[oa]|data de nascimento|sinh)[^\p{L}\p{M}\d](?:is|was|on|the|le|el|em|a|tarehe|tanggal|noong|ika|ngày|:|=|,|\s)*(\d{1,2}(?:st|nd|rd|th|er)?\s*(?:of|de|du|ya)?\s*)" CORRIDOR_MONTH
     "|" CORRIDOR_MONTH
     R"(\s+(?:the\s+)?(?:\d{1,2}(?:st|nd|rd|th)?|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth))(?:[^\p{L}\p{M}\p{N}]|$))"},
    {TextCategory::kBirthDate, "birth-date.words", kHasDigit,
     R"(\b(?:born|birthday|dob|birth)\b[^\d\n]{0,20}(\d{1,2}(?:st|nd|rd|th)? (?:day )?of the (?:\w+ month|\d{1,2}(?:st|nd|rd|th)?)))"},
    {TextCategory::kBirthDate, "birth-date.turns", kHasDigit,
     R"(\b(?:turn(?:s|ed|ing)?|aura|atatimiza|genap|berusia)\s+\d{1,2}(?:\s+(?:years|ans|miaka|tahun))?\s+(?:on|le|tarehe|pada|in)\s+()" CORRIDOR_DATE
     ")"},
    {TextCategory::kBirthDate, "birth-date.chinese", kHasHan,
     R"((?:出生|生日|生于)[^\n]{0,6}?([〇零一二三四五六七八九]{2,4}年[一二三四五六七八九十]{1,3}月(?:[一二三四五六七八九十]{1,4}[日号])?))"},
    {TextCategory::kBirthDate, "birth-date.cue", kHasDigit, R"(เกิด)",
     R"(^(?:\s*เมื่อ|\s*วันที่|\s*ที่|\s)*(\d{1,2}[\s/.-]*)" CORRIDOR_MONTH
     R"([\s.]*(?:พ\.ศ\.)?\s*\d{2,4}))"},
    {TextCategory::kBirthDate, "birth-date.before", kHasDigit,
     "(" CORRIDOR_DATE
     R"()[\s,]*(?:\(?(?:(?:is |was )?(?:his |her |my |their )?(?:birth ?day|bday)|d\.?o\.?b|date of birth|born|birth|naissance|lahir|kuzaliwa|เกิด|出生|生|မွေး)))"},
    {TextCategory::kBirthDate, "birth-date.words", kHasLatin,
     R"(\b(?:born(?: on)?|date of birth|birthday|dob|née? le|alizaliwa|lahir|ipinanganak|nacid[oa](?: el)?|nació(?: el)?|nasceu(?: em| a)?|nascid[oa](?: em| a)?)\b[^\d\n]{0,40}?\b((?:the\s+)?(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|\w+teenth|twentieth|twenty|thirtieth|thirty|premier|deux|trois|tarehe|moja|pili|tatu|nne|tano|sita|saba|nane|tisa|kumi|ishirini|thelathini|tanggal|satu|dua|tiga|empat|lima|enam|tujuh|delapan|sembilan|sepuluh|sebelas|ika|quatre|cinq|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingt|trente|primero|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince|veinte|treinta|dois|três|quatro|sete|oito|nove|dez|doze|treze|vinte|trinta)[\s-]+(?:\w+[\s-]+){0,3}?)" CORRIDOR_MONTH
     ")"},
    {TextCategory::kBirthDate, "birth-date.words", kHasAny,
     R"((?:lahir|dilahirkan|kelahiran|ipinanganak|alizaliwa|kuzaliwa|เกิด|ເກີດ|កើត|sinh|ተወለደ[\p{L}]*|የልደት)[^\d\n]{0,24}?((?:[\p{L}\p{M}]+\s+){1,3}?)" CORRIDOR_MONTH
     R"((?:ปี|พ\.ศ\.|tahun|mwaka|\s)*(?:seribu|dua ribu|elfu|สอง|หนึ่ง|ພັນ|ສອງ|một|hai|ሺ|አንድ ሺ|isang|dalawang)[\p{L}\p{M} ]{0,80}))"},
    {TextCategory::kBirthDate, "birth-date.short", kHasDigit | kHasLatin,
     R"(\b(?:dob|d\.o\.b\.?|date of birth)\b[\s:]*()" CORRIDOR_MONTH R"([\s,]*(?:19|20)\d{2}))"},
    // With the time of the day, it is when something befell somebody; no law is dated so.
    {TextCategory::kExactDate, "date.instant", kHasDigit | kHasColon,
     R"((?:^|[^\d/.-])((?:\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{4}[/.-]\d{1,2}[/.-]\d{1,2})(?:t|,?\s+(?:at|à|saa|jam|alas|um|a las|às|lúc)?\s*)\d{1,2}:\d{2})(?:[^\d]|$))"},
    {TextCategory::kExactDate, "date.figures", kHasDigit,
     R"((?:^|[^\d/.-])(\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{4}[/.-]\d{1,2}[/.-]\d{1,2}|\d{1,2}[/.-]\d{1,2}[/.-]\d{4})(?:[^\d/-]|$))",
     nullptr, IsExactDate},
    {TextCategory::kExactDate, "date.figures", kHasDigit,
     R"((?:^|[^\d/.-])(\d{1,2}[-/.])" CORRIDOR_MONTH R"([-/.](?:19|20|25)\d{2})(?:[^\d/-]|$))",
     nullptr, IsExactDate},
    {TextCategory::kExactDate, "date.figures", kHasDigit,
     R"((?:^|[^\p{L}\d/.-])(\d{1,2}-)" CORRIDOR_MONTH R"(-\d{2}|)" CORRIDOR_MONTH
     R"(-\d{1,2}-(?:19|20)\d{2})(?:[^\d/-]|$))"},
    {TextCategory::kExactDate, "date.short-figures", kHasDigit,
     R"((?:^|[^\d/.-])((?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|[12]\d|3[01])/[4-9]\d|(?:0[1-9]|[12]\d|3[01])/(?:0[1-9]|[12]\d|3[01])/[0-3]\d|(?:0[1-9]|[12]\d|3[01])-(?:0[1-9]|[12]\d|3[01])-[4-9]\d)(?:[^\d/-]|$))"},
    {TextCategory::kExactDate, "date.words", kHasDigit,
     R"((?:^|[^\d])(\d{1,2}(?:st|nd|rd|th|er)?)" CORRIDOR_OF CORRIDOR_MONTH
     R"([\s.,'/-]*(?:of|de|del|do|ya|พ\.ศ\.|ค\.ศ\.|ปี|ພ\.ສ\.|ປີ|ឆ្នាំ|năm)?\s*\d{4})(?:[^\d]|$))",
     nullptr, IsOldDate},
    {TextCategory::kExactDate, "date.words", kHasDigit,
     "(?:^|[^\\p{L}\\p{M}\\d])(" CORRIDOR_MONTH
     R"([\s.]*\d{1,2}(?:st|nd|rd|th|ቀን)?[\s.,/-]*(?:ቀን)?\s*,?\s*\d{4})(?:[^\d]|$))",
     nullptr, IsOldDate},
    {TextCategory::kExactDate, "date.words", kHasDigit,
     R"((\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*[日号]|\d{1,2}\s+tháng\s+\d{1,2}\s+năm\s+\d{4}))",
     nullptr, IsOldDate},
};

}  // namespace

const PatternRules& DatePatterns() {
  static const PatternRules& rules = *new PatternRules(kRules);
  return rules;
}

}  // namespace corridor
