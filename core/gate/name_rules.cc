#include "core/gate/name_rules.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace corridor {
namespace {

// A name as it is written: up to four words that begin with a capital.
#define CORRIDOR_NAME R"(((?:\p{Lu}\.\s*){0,2}\p{Lu}[\p{L}'-]+(?:\s+\p{Lu}[\p{L}'.-]*){0,3}))"
#define CORRIDOR_EDGE R"((?:^|[^\p{L}\p{N}]))"

struct Pattern {
  std::string_view rule;
  const char* expression;  // The name is the first group.
};

constexpr Pattern kPatterns[] = {
    {"name.title", CORRIDOR_EDGE
     R"((?i:mr|mrs|ms|mme|mlle|monsieur|madame|madam|prof|bwana|ndugu|bapak|saudara|saudari|sdr|ginoo|ginang|gng|aling|encik|puan|cik|haji|hajah|ustadh|ustaz|inspector|sergeant|constable)\.?\s+)" CORRIDOR_NAME},
    // Also words of their own, so the case of the title counts.
    {"name.title", CORRIDOR_EDGE
     R"((?:Dr|DR|Sir|Miss|MISS|Bi|Bibi|Mzee|Mama|Baba|Pak|Bu|Ibu|Kak|Mas|Mbak|Mang|Ate|Kuya|Datu|Datuk|Bb|Gng|Engr|Atty|[Ss]i|Fr|Sr)\.?\s+)" CORRIDOR_NAME},
    {"name.title-lower-case", CORRIDOR_EDGE R"((?:mr|mrs|mme|mlle)\.?\s+(\p{Ll}{3,}))"},
    {"name.cue", CORRIDOR_EDGE
     R"((?i:name is|names are|named as|his name|her name|alias|a\.?k\.?a\.?|goes by|jina lake(?: ni)?|kwa jina(?: la)?|anaitwa|aitwaye|anayeitwa|bernama|atas nama|namanya|pangalan(?: niya)?(?: ay)?|nagngangalang|nommée?|dénommée?|prénommée?|s'appelle|yitwa|witwa|tên(?: là)?)\s*[:=]?\s*)" CORRIDOR_NAME},
    {"name.label", CORRIDOR_EDGE
     R"((?i:name|full name|contact person|contact name|first name|last name|surname|nama|nama lengkap|jina|jina kamili|pangalan|nom|prénom|victim|passenger|korban|biktima|mwathirika|họ tên|họ và tên)\s*[:=]\s*)" CORRIDOR_NAME},
    {"name.role", CORRIDOR_EDGE
     R"((?i:man|woman|girl|boy|victim|survivor|recruiter|agent|broker|trafficker|suspect|driver|boss|handler|mwanamke|mwanaume|msichana|wakala|perempuan|laki-laki|agen|perekrut|babae|lalaki)\s+(?i:called|known as|named|by the name of|anayeitwa|bernama|na si)\s+)" CORRIDOR_NAME},
    {"name.role", CORRIDOR_EDGE
     R"((?i:victim|survivor|recruiter|trafficker|suspect|ringleader|handler|korban|perekrut|biktima|mwathirika|wakala)(?:,| is| was)?\s+)"
     R"((\p{Lu}\p{Ll}+\s+\p{Lu}\p{Ll}+))"},
    {"name.title",
     CORRIDOR_EDGE R"((?:ông|bà|anh|chị|Ông|Bà|Anh|Chị)\s+(\p{Lu}\p{L}*(?:\s+\p{Lu}\p{L}*){1,3}))"},
    {"name.title", R"((?:นางสาว|น\.ส\.|ด\.ช\.|ด\.ญ\.|เด็กชาย|เด็กหญิง|ว่าที่ร้อยตรี)\s*(\p{Thai}{2,}))"},
    {"name.thai-title", R"((?:^|[^\p{Thai}]|ชื่อ|ของ|และ|คือ|กับ)(?:นาย|นาง)\s*(\p{Thai}{2,}))"},
    {"name.cue", R"((?:ชื่อ|ชื่อเล่น|นามสกุล)\s*[:=]\s*(\p{Thai}{2,}|\p{L}{2,}))"},
    {"name.title", R"((?:አቶ|ወይዘሮ|ወ/ሮ|ወይዘሪት|ወ/ሪት|ዶ/ር)\s+(\p{Ethiopic}{2,}))"},
    {"name.cue", R"((?:ስሙ|ስሟ|ስም[:፡])\s+(\p{Ethiopic}{2,}))"},
    {"name.title", R"((?:^|[\s(၊။])(?:ဒေါ်|ကိုယ်တော်)(\p{Myanmar}{2,}))"},
    {"name.title", R"((?:លោកស្រី|អ្នកស្រី|កញ្ញា)\s*(\p{Khmer}{2,}))"},
    {"name.title", R"((?:^|[^\p{Lao}])(?:ທ້າວ|ນາງສາວ)\s*(\p{Lao}{2,}))"},
};

// Capitalised words that follow a title or a role and begin no name.
constexpr std::string_view kNoNames[] = {
    "Africa",    "African",        "April",          "Asia",      "Asian",      "Assistance",
    "August",    "Bangkok",        "Bureau",         "Burundi",   "Burundian",  "Cambodia",
    "Cambodian", "China",          "Chinese",        "Congo",     "Contact",    "Court",
    "December",  "Department",     "Desk",           "Embassy",   "English",    "Ethiopia",
    "Ethiopian", "February",       "Filipino",       "Filipina",  "Friday",     "Fund",
    "Hotline",   "Identification", "India",          "Indian",    "Indonesia",  "Indonesian",
    "Interpol",  "January",        "July",           "June",      "Kenya",      "Kenyan",
    "Kenyans",   "Kiswahili",      "Kota",           "Laos",      "Malaysia",   "March",
    "May",       "Ministry",       "Monday",         "Myanmar",   "Nairobi",    "National",
    "November",  "October",        "Office",         "Pertiwi",   "Philippine", "Philippines",
    "Police",    "Protection",     "Rehabilitation", "Referral",  "Return",     "Saturday",
    "September", "Services",       "Shelter",        "Sunday",    "Support",    "Swahili",
    "Tanzania",  "Tanzanian",      "Thai",           "Thailand",  "Thursday",   "Tuesday",
    "Uganda",    "Ugandan",        "Unit",           "United",    "Vietnam",    "Viet",
    "Wednesday", "Witness",        "Telegram",       "WhatsApp",  "Facebook",   "TikTok",
    "Nations",   "Guru",           "Mboga",          "Officials",
};

// Thai words that begin with what is also a title: employer, broker, model ...
constexpr std::string_view kNoThaiNames[] = {
    "จ้าง",    "หน้า", "ทุน",  "ก",    "อำเภอ", "ตำรวจ", "ทหาร", "แพทย์", "แบบ", "งาม",    "ฟ้า",
    "พยาบาล", "ร้อย", "เอก", "ตรวจ", "ช่าง",   "ประกัน", "ท่า",   "รอง",  "สิบ",  "ทะเบียน", "เรือ",
};

bool BeginsNoName(std::string_view name) {
  const std::string_view word = name.substr(0, name.find_first_of(" \n"));
  return std::find(std::begin(kNoNames), std::end(kNoNames), word) != std::end(kNoNames);
}

bool IsThaiWord(std::string_view name) {
  return std::any_of(std::begin(kNoThaiNames), std::end(kNoThaiNames),
                     [name](std::string_view word) { return name.substr(0, word.size()) == word; });
}

}  // namespace

struct NameRules::Rule {
  std::string_view rule;
  std::unique_ptr<const RE2> expression;
};

NameRules::NameRules() {
  RE2::Options options;
  options.set_log_errors(false);
  auto rules = std::make_unique<Rule[]>(std::size(kPatterns));
  for (size_t i = 0; i < std::size(kPatterns); ++i) {
    rules[i] = {kPatterns[i].rule, std::make_unique<const RE2>(kPatterns[i].expression, options)};
  }
  rules_ = std::move(rules);
}

NameRules::~NameRules() = default;

void NameRules::Find(const TextView& cased, Findings& findings) const {
  const std::string& text = cased.text();
  for (size_t i = 0; i < std::size(kPatterns); ++i) {
    const Rule& rule = rules_[i];
    re2::StringPiece rest(text);
    re2::StringPiece name;
    for (int n = 0; n < kFindingsPerRule && RE2::FindAndConsume(&rest, *rule.expression, &name);
         ++n) {
      const std::string_view found(name.data(), name.size());
      if (BeginsNoName(found) || (rule.rule == "name.thai-title" && IsThaiWord(found))) continue;
      const auto begin = static_cast<size_t>(name.data() - text.data());
      findings.Add(TextCategory::kPersonName, rule.rule, cased, begin, begin + name.size());
    }
  }
}

}  // namespace corridor
