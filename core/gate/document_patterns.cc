#include "core/gate/document_patterns.h"

#include <algorithm>

namespace corridor {
namespace {

// Five digits or more, or letters and digits mixed.
bool HasFiveDigits(const PatternMatch& match) {
  const std::string_view text = match.str();
  return std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }) >= 5;
}

// "63-228841k22": a single number or one in groups, that is no sum and no date.
bool IsLongCode(const PatternMatch& match) {
  const std::string_view text = match.str();
  return HasFiveDigits(match) && text.find_last_not_of('0') + 4 > text.size();
}

bool HasThreeDigits(const PatternMatch& match) {
  const std::string_view text = match.str();
  return std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }) >= 3;
}

// "weekly report no. 7/2024" is the number of a publication.
bool IsCaseNumber(const PatternMatch& match) {
  const std::string_view before =
      match.before().substr(match.begin - std::min<size_t>(match.begin, 40));
  const bool report = before.find("report") != before.npos && before.find("police") == before.npos;
  const size_t digits = match.str().find_first_not_of("0123456789");
  // "kaso noong 2025": cut out of a word.
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  if (match.begin > 0 && is_letter(match.text[match.begin - 1]) && is_letter(match.str()[0])) {
    return false;
  }
  return HasThreeDigits(match) && !(report && digits > 0 && digits <= 2);
}

// "in this case early 3/2024" names a month, "case no. 3/2024" a case.
bool IsSlashedNumber(const PatternMatch& match) {
  const std::string_view text = match.str();
  const size_t space = text.find_last_of(' ');
  const std::string_view number = text.substr(space == text.npos ? 0 : space + 1);
  const size_t slash = number.find('/');
  const bool month = space != text.npos && slash <= 2 && number.size() == slash + 5 &&
                     number.find_first_not_of("0123456789", slash + 1) == number.npos;
  return HasThreeDigits(match) && !month;
}

// "report 2023-2024" spans two years; "ticket 2024-88419" is one of many.
bool NumbersNoYear(const PatternMatch& match) {
  const std::string_view number = match.str().substr(5);
  return number.size() != 4 || (number.substr(0, 2) != "19" && number.substr(0, 2) != "20");
}

#define CORRIDOR_NUMBER_WORD \
  R"((?:number|no|nr|num|nos|n°|nº|№|#|code|card|id|is|was|ni|adalah|ay|est|es|là|number is|namba|nambari|nomor|nombor|numero|número|numéro|số|ya|ng|de|du|la|le|series|serial|holder|ቁጥር|ቁ|ቁ\.|नंबर|संख्या|নম্বর|எண்|رقم|号码|号|เลขที่|หมายเลข|เลข|คือ|ເລກທີ|ເລກ|លេខ|အမှတ်|नं|नं\.|:|\.|=|-|,|"|'|\(|\)|\s))"

constexpr char kDocumentValue[] =
    "^" CORRIDOR_NUMBER_WORD
    R"({0,8}((?:[a-z][. -]?){0,3}(?:\s?[./-]?\s?[a-z0-9]*\d[a-z0-9]*){1,6}))";

constexpr PatternRule
    kRules[] =
        {
            // Machine-readable zones: TD1, TD2, TD3, MRV-A, MRV-B, whole lines or a good part
            // of one.
            {TextCategory::kIdentityDocument, "document.machine-readable", kHasAngle,
             R"(([a-z0-9<]{2,}<\s?<\s?[a-z0-9<]{2,}|[a-z0-9]{6,}<[a-z0-9<]{6,}|[pviac][a-z<]?<[a-z]{3,}[a-z0-9<]*))"},
            {TextCategory::kIdentityDocument, "document.machine-readable", kHasDigit,
             R"(\b([a-z0-9]{8,9}[0-9<][a-z]{3}\d{7}[mfx<]\d{7}[a-z0-9<]*))"},
            {TextCategory::kIdentityDocument, "document.cue", kHasDigit,
             R"((?:^|[^\p{L}\p{N}])(?:passport|passeport|paspor|pasport|pasipoti|pasaporte|pasporti|passaporte|pass port|paasipooti|baasaaboor|baasaboor|paaspoortii|pasiporo|pasiporoti|travel document|laissez-?passer|visa|id card|id no|id number|id num|national id|identity card|identity number|identification number|nin|nik|nida|ktp|kk|kitambulisho|cha taifa|philsys|psn|philid|umid|sss|fayda|fan|fin|fcn|huduma|maisha|kra pin|alien id|alien card|refugee id|unhcr|matricule|cni|cnib|carte d'identité|carte nationale|cédula|cedula|dni|documento|rg|cpf|bilhete de identidade|hộ chiếu|cccd|cmnd|căn cước|chứng minh|ic no|ic number|mykad|kad pengenalan|nrc|aadhaar|aadhar|pan card|pan|voter id|epic|ration card|citizenship no|nagarikta|ssn|social security|tax id|tin|tin number|itin|national insurance|nino|tfn|medicare|driver's license|drivers license|driver license|driving licence|driving license|licence no|license no|leseni|sim|permit no|work permit|birth certificate|certificate no|nid|smart card|brp|bvn|nssf|nhif|indangamuntu|irangamuntu|karangamuntu|endagamuntu|ndaga muntu|waraqaa eenyummaa|eenyummaa|aqoonsi|kaarka aqoonsiga|ፓስፖርት|መታወቂያ|የመታወቂያ|ፋይዳ|መንነት|पासपोर्ट|आधार|नागरिकता|पहचान पत्र|পাসপোর্ট|এনআইডি|জাতীয় পরিচয়পত্র|পরিচয়পত্র|কন্নাক|பாஸ்போர்ட்|ஆதார்|கடவுச்சீட்டு|جواز|جواز سفر|هوية|الهوية|بطاقة)(?:[^\p{L}]|$))",
             kDocumentValue, HasFiveDigits},
            {TextCategory::kIdentityDocument, "document.cue", kHasDigit,
             R"((?:หนังสือเดินทาง|พาสปอร์ต|พาสสปอร์ต|บัตรประชาชน|บัตรประจำตัว|เลขประจำตัว|ใบขับขี่|ປັດສະປໍ|ໜັງສືຜ່ານແດນ|ຜ່ານແດນ|ບັດປະຈຳຕົວ|លិខិតឆ្លងដែន|អត្តសញ្ញាណប័ណ្ណ|អត្តសញ្ញាណ|ပတ်စပို့|နိုင်ငံကူးလက်မှတ်|မှတ်ပုံတင်|护照|身份证|签证|通行证))",
             kDocumentValue, HasFiveDigits},
            // "Emirates ID 784-...", "student number P15/...": what numbers a person in some
            // register.
            {TextCategory::kIdentityDocument, "document.register", kHasDigit,
             R"(\b(?:student|pupil|employee|staff|worker|member|membership|exam|candidate|admission|patient|inmate|detainee|beneficiary|client|badge|seaman|crew)\s*(?:number|no|id|code|card|#)(?:[^\p{L}]|$))",
             "^" CORRIDOR_NUMBER_WORD
             R"({0,4}([a-z]{0,4}\s?[./-]?\s?\d[a-z0-9]*(?:[./-][a-z0-9]+){0,4}))",
             HasFiveDigits},
            {TextCategory::kIdentityDocument, "document.id", kHasDigit,
             R"(\bid(?:\s*[:#])?\s+([a-z]{0,3}-?\d+(?:[ ./-][a-z]?\d+[a-z]?\d*){0,4}))", nullptr,
             IsLongCode},
            // Forms that speak for themselves.
            {TextCategory::kIdentityDocument, "document.myanmar-nrc", kHasDigit,
             R"((\d{1,2}\s?/\s?[\p{L}\p{M}]{3,24}\s?\(\s?[\p{L}\p{M}]{1,8}\s?\)\s?\d{5,6}))"},
            {TextCategory::kIdentityDocument, "document.uk-nino", kHasDigit,
             R"(\b([a-ceghj-pr-tw-z][a-ceghj-npr-tw-z]\s?\d{2}\s?\d{2}\s?\d{2}\s?[a-d])\b)"},
            {TextCategory::kIdentityDocument, "document.fiscal-code", kHasDigit,
             R"(\b([a-z]{6}\s?\d{2}[a-ehlmprst]\d{2}\s?[a-z]\d{3}[a-z])\b)"},
            {TextCategory::kIdentityDocument, "document.india-pan", kHasDigit,
             R"(\b([a-z]{5}\d{4}[a-z])\b)"},
            {TextCategory::kIdentityDocument, "document.voter", kHasDigit,
             R"(\b([a-z]{3}\s?\d{7})\b)"},
            {TextCategory::kIdentityDocument, "document.uganda-nin", kHasDigit,
             R"(\b(c[fm]\s?\d{2}[0-9a-z\s]{8,14})\b)", nullptr, HasFiveDigits},
            // "kilo charlie x-ray 482": letters as they are read out over a radio.
            {TextCategory::kIdentityDocument, "document.radio-letters", kHasDigit,
             R"(\b((?:(?:alpha|alfa|bravo|charlie|delta|echo|foxtrot|golf|hotel|india|juliett?|kilo|lima|mike|november|oscar|papa|quebec|romeo|sierra|tango|uniform|victor|whiske?y|x-?ray|yankee|zulu)[\s-]+){2,}\d[\d\s-]*\d))",
             nullptr, HasThreeDigits},
            {TextCategory::kIdentityDocument, "document.masked", kHasDigit,
             R"((?:^|[^\p{L}\p{N}*])([a-z0-9]{2,}\*+[a-z0-9*]*[a-z0-9]{2,})(?:[^\p{L}\p{N}*]|$))",
             nullptr, HasThreeDigits},
            {TextCategory::kIdentityDocument, "document.finland", kHasDigit,
             R"(\b(\d{6}[-+a-fu-y]\d{3}[0-9a-y])\b)"},
            {TextCategory::kIdentityDocument, "document.abroad", kHasDigit,
             R"(\b([1-9][a-z][a-z0-9]\d-?[a-z][a-z0-9]\d-?[a-z]{2}\d{2}|(?:akia|asia)[a-z0-9]{16}|hr[ab]\s?\d{3,6}|\d{1,2}\.\d{3}\.\d{3}-[0-9k])\b)"},
            {TextCategory::kBankAccount, "bank.account", kHasDigit,
             R"((?:^|[^\p{L}])(?:account|acct|acc|a/c|ac no|bank|rekening|rek|norek|akaunti|akaun|compte|rib|cuenta|conta|clabe|tài khoản|stk|paybill|pay bill|till|lipa namba|lipa na m-?pesa|momo|merchant|agent number|agent no|wallet|e-?wallet|ovo|dana|gopay|gcash|paymaya|maya|mpesa|m-pesa|telebirr|airtel money|promptpay|wave|bkash|nagad|upi|sort code|routing|aba|konti|herrega|koontada|akkaawuntii|ሂሳብ|የባንክ|አካውንት|ሒሳብ|खाता|खाता नंबर|হিসাব|অ্যাকাউন্ট|বিকাশ|கணக்கு|حساب|الحساب)(?:[^\p{L}]|$))",
             "^" CORRIDOR_NUMBER_WORD R"({0,8}((?:\d[ ./-]?){5,}))", HasFiveDigits},
            {TextCategory::kBankAccount, "bank.account", kHasDigit,
             R"((?:บัญชี|พร้อมเพย์|เลขบัญชี|ບັນຊີ|គណនី|បញ្ជី|ဘဏ်စာရင်း|ငွေစာရင်း|账户|账号|银行卡|卡号|帐号|支付宝))",
             "^" CORRIDOR_NUMBER_WORD R"({0,8}((?:\d[ ./-]?){5,}))", HasFiveDigits},
            {TextCategory::kBankAccount, "bank.transaction", kHasDigit,
             R"(\b(?:m-?pesa|transaction|txn|trx|reference|confirmation|receipt|mtcn|tracking)\s*(?:code|id|no|number|ref|:)*\.?\s*[:#]?\s*([a-z0-9]{8,})\b)",
             nullptr, HasThreeDigits},
            // What opens a card, an account or a telephone.
            {TextCategory::kPaymentCard, "card.secret", kHasDigit, R"(\b(?:cvv2?|cvc2?|pin|pin code|pin number|otp|passcode|kode pin|nambari ya siri)\s*(?:code|number|is|was|no\.?|ni|adalah|ay|est|=|:|#|-|\s)*(\d{3,8})\b)"},
            {TextCategory::kBankAccount, "bank.upi", kHasAt,
             R"(([\p{L}\p{N}._-]{3,}@(?:upi|ybl|okaxis|oksbi|okicici|okhdfcbank|paytm|ibl|axl))\b)"},
            {TextCategory::kCaseNumber, "case.cue", kHasDigit,
             R"((?:^|[^\p{L}])(?:case|criminal case|civil case|file|dossier|docket|petition|complaint|police report|report|occurrence|blotter|incident|investigation|inquiry|fir|charge sheet|crime|warrant|perkara|laporan polisi|laporan|kesi|jalada|ripoti|faili|dossier|affaire|plainte|procès-verbal|pv|p\.v\.|expediente|caso|denuncia|processo|inquérito|kaso|vụ án|hồ sơ|dosiye|ikirego|urubanza|dosiyee|galmee|kiiska|dacwad|gal|የክስ መዝገብ|መዝገብ|የፖሊስ ሪፖርት|ዶሴ|मामला|केस|एफआईआर|मुद्दा|মামলা|জিডি|এফআইআর|வழக்கு|எஃப்ஐஆர்|قضية|القضية|محضر|بلاغ)(?:\s+(?:entry|book|file|report|polisi|ya|ng|de|du|sa))?\s*(?:no|number|num|nr|nos|ref|reference|id|#|n°|nº|№|namba|nambari|nomor|numero|número|numéro|blg|bilang|số|nimero|lakk|lambar|ቁጥር|संख्या|नंबर|नं|নং|নম্বর|எண்|رقم)\s*[.:#]*\s*([\p{L}]{0,6}[\s./-]{0,2}\d[\p{L}\d./ -]*))",
             nullptr, IsCaseNumber},
            {TextCategory::kCaseNumber, "case.slashed", kHasDigit | kHasSlash,
             R"((?:^|[^\p{L}])(?:case|crim|criminal case|file|ref|rb|ob|o\.b|occurrence book|cr|crb|ir|fir|gd|lp|lp/b|perkara|kesi|jalada|dosiye|rmp|rpa|rp|rc|pdm|kaso|vụ án|hồ sơ|መዝገብ|केस|মামলা)(?:[^\p{L}\p{M}\p{N}\n]{1,3}(?:no|number|namba|nomor)?\.?\s*[:#]?\s*)((?:[a-z]{1,8}[/. -]?){0,5}\d{1,6}(?:/[\p{L}\d.-]+){1,7}))",
             nullptr, IsSlashedNumber},
            // "gbv/2024/0288": but "hrc/2024/12" is a paper of a council.
            {TextCategory::kCaseNumber, "case.office-year", kHasDigit | kHasSlash,
             R"((?:^|[^\p{L}\p{N}/.])([a-z]{2,6}/(?:19|20)\d{2}/(?:0\d{2,4}|\d{4,6})|[a-z]{2,6}/(?:0\d{2,4}|\d{4,6})/(?:19|20)\d{2})(?:[^\p{L}\p{N}/]|$))"},
            {TextCategory::kCaseNumber, "case.ticket", kHasDigit,
             R"(\b(?:ticket|referral|intake|hotline|incident|complaint|report|case)\s*(?:number|no|id|ref|#)?[.:# ]*((?:19|20)\d{2}[-/]\d{3,6})(?:[^\d-]|$))",
             nullptr, NumbersNoYear},
            {TextCategory::kCaseNumber, "case.tight", kHasDigit | kHasSlash,
             R"((?:^|[^\p{L}])((?:ob|cr|crb|ir|crim|fir|gd|lp|rmp|rp|rc|pdm)\d{1,6}(?:/[\p{L}\d.-]+){1,7}))",
             nullptr, HasThreeDigits},
            {TextCategory::kCaseNumber, "case.swahili", kHasDigit,
             R"(((?:kesi|shauri|jalada)(?: (?:ya|la) (?:jinai|madai|uchunguzi))?\s+(?:namba|nambari|na\.?|no\.?)\s*:?\s*\d{1,6}(?:/\d{2,4})?))"},
            {TextCategory::kCaseNumber, "case.of-year", kHasDigit | kHasLatin,
             R"(\b(?:case|petition|appeal|cause|application|suit|kesi|perkara)\s*(?:no\.?|number|namba|nomor)?\s*([a-z]?\d{1,5}\s+(?:of|ya|tahun|de)\s+(?:19|20)\d{2})\b)"},
            {TextCategory::kCaseNumber, "case.reference", kHasDigit | kHasLatin,
             R"(\b(?:ref|reference|our ref|file ref|ob|dci|cid|kumb|rujukan)\.?\s*(?:no|number|namba|#)?\.?\s*[:#]?\s*([a-z]*[./-]?\d[a-z\d]*(?:[./-][a-z\d]+)+))",
             nullptr, HasThreeDigits},
            {TextCategory::kCaseNumber, "case.police-indonesia", kHasSlash | kHasDigit,
             R"(\b(lp/[a-z]{0,3}/?-?\d+[a-z\d/.-]*|stbl[./ -]?\d+[a-z\d/.-]*))"},
            {TextCategory::kCaseNumber, "case.unspaced", kHasDigit,
             R"((?:คดี(?:อาญา|แพ่ง|ค้ามนุษย์|แรงงาน|ยาเสพติด|ดำ|แดง)?หมายเลข|คดีเลขที่|คดีอาญาที่|คดีที่|หมายเลขคดี|เลขคดี|เลขรับแจ้ง|บันทึกประจำวัน|ปจว\.|ຄະດີເລກທີ|ຄະດີ|សំណុំរឿងលេខ|សំណុំរឿង|លេខករណី|အမှုအမှတ်|ပုဒ်မအမှု|အမှု|案号|案件编号|案件号|立案号|警情编号))",
             R"(^[\s:.\-]*(?:ที่|เลขที่|ข้อ|หมายเลขดำที่|หมายเลข|ດຳ|ແດງ|ดำที่|แดงที่|ดำ|แดง|no\.?|เลข|ເລກທີ|លេខ|အမှတ်|第|（|\(|:|\s)*([\p{L}\p{M}]{0,8}\.?\s?\d[\d/\p{L}().-]*))",
             HasThreeDigits},
            {TextCategory::kCaseNumber, "case.chinese", kHasHan | kHasDigit,
             R"(([\(\[（]?\d{4}[\)\]）]?\s?\p{Han}{1,6}\d{0,6}\p{Han}{0,4}第?\s?\d{1,6}号))"},
};

}  // namespace

const PatternRules& DocumentPatterns() {
  static const PatternRules& rules = *new PatternRules(kRules);
  return rules;
}

}  // namespace corridor
