#include "core/gate/place_patterns.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "core/gate/number_cues.h"

namespace corridor {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

int FirstNumber(std::string_view text) {
  const size_t at = std::min(text.size(), text.find_first_of("0123456789"));
  return std::atoi(std::string(text.substr(at, 9)).c_str());
}

bool IsYear(int number) { return number >= 1900 && number <= 2100; }

// "2024 Mombasa Road" is a year before a name.
bool StartsWithNoYear(const PatternMatch& match) { return !IsYear(FirstNumber(match.str())); }

constexpr std::string_view kAsciiLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

constexpr std::string_view kLittleWords[] = {
    "a",   "ada",  "all",  "am",   "an",   "and", "are", "as",  "at",  "au",  "aux", "ay",  "but",
    "by",  "com",  "con",  "da",   "dan",  "de",  "del", "des", "di",  "do",  "dos", "du",  "due",
    "e",   "el",   "em",   "en",   "est",  "et",  "fee", "for", "had", "has", "hay", "her", "his",
    "if",  "in",   "is",   "it",   "its",  "ke",  "kwa", "la",  "las", "le",  "les", "los", "mga",
    "na",  "ng",   "ni",   "no",   "of",   "off", "on",  "or",  "ou",  "our", "out", "par", "per",
    "por", "sa",   "se",   "si",   "sur",  "the", "to",  "un",  "una", "une", "up",  "via", "vs",
    "wa",  "was",  "who",  "y",    "ya",   "za",  "cha", "vya", "với", "và",  "có",  "từ",  "mỗi",
    "pm",  "than", "from", "with", "mais", "más", "às",  "ano", "año", "o",   "ang"};

bool IsLittleWord(std::string_view word) {
  return std::find(std::begin(kLittleWords), std::end(kLittleWords), FoldedWord(word)) !=
         std::end(kLittleWords);
}

// "a bus of 350 EUR", "flights in 2024": little words before a number are no series of a plate and
// no airline, unless somebody wrote them in capitals.
bool BeginsWithLittleWord(const PatternMatch& match) {
  const std::string_view original = match.original;
  const std::string_view word = original.substr(0, original.find_first_of(" -0123456789"));
  const bool capitals = std::all_of(word.begin(), word.end(), [](char c) { return c < 'a'; });
  return !capitals && IsLittleWord(word);
}

// "calle con 14 plazas": what stands before the number is no name of a street.
bool IsNamedStreet(const PatternMatch& match) {
  const std::string_view text = match.str();
  const size_t digit = text.find_first_of("0123456789");
  if (IsYear(FirstNumber(text.substr(digit)))) return false;
  const std::string_view name = text.substr(0, text.find_last_not_of(" ,#", digit - 1) + 1);
  const std::string_view last = name.substr(name.find_last_of(" ") + 1);
  return last == "no" || !IsLittleWord(last);
}

// "UN 2030", "RA 9208": letters and a year, or a statute.
bool IsPlate(const PatternMatch& match) {
  if (BeginsWithLittleWord(match)) return false;
  const std::string_view text = match.str();
  const size_t digit = text.find_first_of("0123456789");
  if (digit == std::string_view::npos) return false;
  // Ciphers, standards and diseases are numbered too.
  constexpr std::string_view kNumbered[] = {"sha", "aes", "rsa", "iso", "rfc", "tls", "utf", "usb",
                                            "gpt", "trc", "erc", "bep", "sdg", "hiv", "gsm", "lte"};
  const std::string letters = FoldedWord(text.substr(0, text.find_first_not_of(kAsciiLetters)));
  if (std::find(std::begin(kNumbered), std::end(kNumbered), letters) != std::end(kNumbered)) {
    return false;
  }
  const bool letters_behind = text.find_first_not_of("0123456789 -.", digit) != text.npos;
  return letters_behind || !IsYear(FirstNumber(text));
}

// A letter and two digits at least.
bool MixesFigures(const PatternMatch& match) {
  const std::string_view text = match.str();
  return std::count_if(text.begin(), text.end(), IsDigit) >= 2 &&
         text.find_first_of(kAsciiLetters) != text.npos;
}

// Letters and digits that change places often, as in no abbreviation.
bool IsGeohash(const PatternMatch& match) {
  const std::string_view text = match.str();
  return std::any_of(text.begin(), text.end(), IsDigit);
}

bool InRanges(const PatternMatch& match) {
  const std::string text(match.str());
  const size_t second = text.find_first_of("0123456789", text.find_first_of(",;/ |", 1));
  return std::abs(std::atof(text.c_str())) <= 180 && second != std::string::npos &&
         std::atof(text.c_str() + second) <= 180;
}

#define CORRIDOR_DEGREE R"((?:°|º|˚|deg(?:rees?)?|degrés|derajat|digrii|องศา|độ|度|ዲግሪ|d)\.?)"
#define CORRIDOR_MINUTE R"((?:'|´|`|′|min(?:utes?)?|menit|dakika|ลิปดา|phút|分|m)\.?)"

constexpr PatternRule
    kRules
        [] =
            {
                {TextCategory::kCoordinates, "coordinates.decimal", kHasDigit | kHasDot,
                 R"((?:^|[^\d.])([+-]?\d{1,3}\.\d{3,}\s*(?:°|deg)?\s*[nsew]?\s*[,;/| ]\s*[+-]?\d{1,3}\.\d{3,}))",
                 nullptr, InRanges},
                {TextCategory::kCoordinates, "coordinates.decimal", kHasDigit,
                 R"(([+-]?\d{1,3},\d{4,}\s*[;/| ]\s*[+-]?\d{1,3},\d{4,}))"},
                {TextCategory::kCoordinates, "coordinates.letters", kHasDigit | kHasLatin,
                 R"(([+-]?\d{1,3}[.,]\d+\s*°?\s*(?:n|s|north|south|lat|u|ls|lu)\b\.?\s*[,;/| ]*\s*[+-]?\d{1,3}[.,]\d+\s*°?\s*(?:e|w|east|west|o|t|bt|long?)\b))"},
                {TextCategory::kCoordinates, "coordinates.letters", kHasDigit | kHasLatin,
                 R"(\b([ns]\s*\d{1,2}[.,]\d+\s*°?\s*[,;/| ]*\s*[ew]\s*\d{1,3}[.,]\d+))"},
                {TextCategory::kCoordinates, "coordinates.degrees", kHasDigit,
                 R"((\d{1,3}\s*)" CORRIDOR_DEGREE R"(\s*\d{1,2}(?:[.,]\d+)?\s*)" CORRIDOR_MINUTE
                 ")"},
                {TextCategory::kCoordinates, "coordinates.degrees", kHasDigit,
                 R"((\d{1,3}\s*(?:°|º|˚|deg)\s*\d{1,2}(?:[.,]\d+)?\s*[' ]*\s*(?:\d{1,2}(?:\.\d+)?\s*["' ]*\s*)?[nsew]\b))"},
                {TextCategory::kCoordinates, "coordinates.degrees", kHasDigit,
                 R"((\d{1,3}[.,]\d{2,}\s*(?:°|º|˚|deg(?:rees)?)\s*(?:[nsew]\b|north|south|east|west)))"},
                {TextCategory::kCoordinates, "coordinates.spaced-degrees", kHasDigit | kHasLatin,
                 R"(\b(\d{1,2} \d{1,2} \d{1,2}(?:\.\d+)?\s*[ns]\b|[ns]\s?\d{1,2} \d{1,2}(?:\.\d+)?[ ,]))"},
                {TextCategory::kCoordinates, "coordinates.label", kHasDigit,
                 R"((?:^|[^\p{L}])(?:lat|latitude|lintang|latitud|latitudo|lng|lon|long|longitude|bujur|coord|coords|coordinates|coordonnées|coordenadas|koordinat|kuratibu|gps|tọa độ|vĩ độ|kinh độ|location pin|dropped pin|pin)(?:[^\p{L}]|$)|พิกัด|ละติจูด|ลองจิจูด|坐标|纬度|经度|ພິກັດ|កូអរដោនេ|ကိုဩဒိနိတ်|መጋጠሚያ|ኬክሮስ|ጂፒኤስ|निर्देशांक|अक्षांश|স্থানাঙ্ক|অক্ষাংশ|إحداثيات)",
                 R"(^[^\d\n]{0,16}?([+-]?\d{1,3}(?:[.,]| (?:point|dot|virgule|punto|ponto|koma|titik|nukta|จุด|ነጥብ|chấm|phẩy) )\d+))",
                 [](const PatternMatch& match) {
                   // "pin costs 2,500": thousands, where no second number with a comma follows.
                   const std::string_view text = match.str();
                   const size_t comma = text.find(',');
                   const bool thousands = comma != text.npos && text.size() == comma + 4;
                   return !thousands ||
                          match.after().substr(0, 16).find(',') != std::string_view::npos;
                 }},
                {TextCategory::kCoordinates, "coordinates.plus-code", kHasPlus,
                 R"((?:^|[^\p{L}\p{N}])([23456789cfghjmpqrvwx]{4,8}\s?\+\s?[23456789cfghjmpqrvwx]{2,3})(?:[^\p{L}\p{N}]|$))",
                 nullptr, IsGeohash},
                {TextCategory::kCoordinates, "coordinates.geohash", kHasLatin,
                 R"(\bgeo ?hash(?:ed)?\s*(?:is|:|=|ni|adalah)?\s*([0-9b-hjkmnp-z]{4,12})\b)",
                 nullptr, IsGeohash},
                {TextCategory::kCoordinates, "coordinates.mgrs", kHasDigit | kHasLatin,
                 R"(\b(\d{1,2}[c-hj-np-x]\s?[a-hj-np-z]{2}\s?\d{2,5}\s\d{2,5})\b)"},
                {TextCategory::kCoordinates, "coordinates.mgrs", kHasDigit | kHasLatin,
                 R"(\b(?:mgrs|utm|grid)(?: ref(?:erence)?| zone)?\s*:?\s*(\d{1,2}\s?[c-hj-np-x]\s?[a-z0-9 ]{4,}))"},
                {TextCategory::kCoordinates, "coordinates.three-words", kHasSlash | kHasDot,
                 R"((///?\s?\p{L}{3,}\.\p{L}{3,}\.\p{L}{3,}))"},
                {TextCategory::kCoordinates, "coordinates.three-words", kHasDot,
                 R"(\b(?:what ?3 ?words|w3w|what three words)\b[^\p{L}\n]*(\p{L}{3,}\.\p{L}{3,}\.\p{L}{3,}))"},
                // Streets, plots, houses.
                {TextCategory::kStreetAddress, "address.cue", kHasDigit,
                 R"((?:^|[^\p{L}])((?:house|hse|plot|flat|apartment|apt|room|rm|door|villa|lot|stand|shop|stall|nyumba|chumba|kiwanja|kitalu|rumah|kamar|kav|kavling|bahay|unit|maison|parcelle|appartement|appt|porte|case postale|casa|lote|departamento|inzu|ikibanza|enju|ennyumba|mana|guri|guriga|lakkoofsa manaa|khanka)\s*(?:no|nr|num|number|n°|nº|№|#|na|namba|nambari|nomor|nombor|numero|número|numéro|blg|bilang|nimero|lambar)\.?\s*:?\s*[a-z]{0,2}-?\d+[a-z]?))"},
                {TextCategory::kStreetAddress, "address.room", kHasDigit,
                 R"(\b((?:room|flat|apartment|unit|house|villa|dorm|bed|suite|door|chumba|kamar|chambre)\s+#?\d+[a-z]?,?\s+(?:building|block|tower|bldg|floor|jengo|gedung|bâtiment|immeuble|street|road|lane)\b))"},
                {TextCategory::kStreetAddress, "address.plot", kHasDigit,
                 R"(\b((?:plot|kiwanja|kitalu|parcelle|kavling|lote)\s+[a-z]?\d+[a-z]?(?:[/-]\d+)*)\b)"},
                {TextCategory::kStreetAddress, "address.box", kHasDigit,
                 R"((?:^|[^\p{L}])((?:p\.?\s?o\.?\s?box|po box|post box|postbus|b\.\s?p\.|s\.?\s?l\.?\s?p\.?|apartado|caixa postal|ፖ\.?\s?ሳ\.?\s?ቁ\.?|पोस्ट बॉक्स)\s*:?\s*\d{2,}))"},
                {TextCategory::kStreetAddress, "address.block", kHasDigit,
                 R"(\b((?:blok|block|blk)\.?\s+[a-z]?\d*[a-z]?\s*,?\s*(?:no|nomor|nombor|number|#)\.?\s*\d+[a-z]?))"},
                {TextCategory::kStreetAddress, "address.numbered-street", kHasDigit,
                 R"((?:^|[^\p{L}\p{N}])((?:#|no\.?|number|house|door|bldg\.?|building)\s*\d+[a-z]?\d*,?\s+(?:(?:street|st\.?|road|rd\.?|lane|soi|way|block)\s+\d+|\d{1,3}(?:st|nd|rd|th)\s+(?:street|st|road|rd|avenue|ave|lane)))(?:[^\p{L}\p{N}]|$))"},
                {TextCategory::kStreetAddress, "address.land-title", kHasDigit,
                 R"(\b((?:l\.?\s?r\.?|title deed|land title|land reference|cadastral)\s*(?:no|nr|number|#)\.?\s*:?\s*\d+(?:[/-]\d+)*))"},
                {TextCategory::kStreetAddress, "address.village", kHasDigit,
                 R"(\b((?:village|moo|mu|hamlet|ward|kebele|woreda)\s+(?:no\.?|nr\.?|number|#)\s*\d{1,3})(?:[^\p{L}\p{N}]|$))"},
                {TextCategory::kStreetAddress, "address.rt-rw", kHasDigit,
                 R"(\b(rt\.?\s?\d{1,3}\s?[/,]?\s?rw\.?\s?\d{1,3}))"},
                {TextCategory::kStreetAddress, "address.jalan", kHasDigit,
                 R"((?:^|[^\p{L}])((?:jl|jln|jalan|lorong|gang|gg|lebuh|persiaran)\.?\s+[\p{L}. ]{2,40}?,?\s*(?:no|nomor|nombor|blok|kav|km|#)\.?\s*[a-z]?\d+[a-z]?))"},
                {TextCategory::kStreetAddress, "address.jalan", kHasDigit,
                 R"((?:^|[^\p{L}])(no\.?\s?\d+[a-z]?,?\s+(?:jl|jln|jalan|lorong|gang|lebuh|street|road)\b))"},
                {TextCategory::kStreetAddress, "address.philippines", kHasDigit,
                 R"(\b((?:blk|block)\.?\s*\d+[a-z]?,?\s*(?:lot|l)\.?\s*\d+|purok\s+\d+[a-z]?|phase\s+\d+\s+(?:blk|block)\s+\d+|\d+\s+(?:brgy|barangay)\b|#\s?\d+\s+\p{L}+\s+(?:st|street|ave|avenue|road|rd)\b))"},
                {TextCategory::kStreetAddress, "address.french", kHasDigit,
                 R"((?:^|[^\p{L}\d])(\d{1,4}\s?(?:bis|ter)?,?\s+(?:rue|avenue|av\.|boulevard|bd|impasse|allée|chemin|chaussée|quai|route)\s+(?:de |du |des |la |le |l')*\p{L}{3,}))",
                 nullptr, StartsWithNoYear},
                {TextCategory::kStreetAddress, "address.french", kHasDigit, R"((?:^|[^\p{L}\d])((?:\d{1,2}(?:e|er|ère|ème|eme|th|st|nd|rd)\s+(?:avenue|rue|street|road),?\s*(?:n°|nº|no|numéro|numero|maison|parcelle|house|plot)\.?\s*\d+)|(?:rue|avenue|boulevard|quartier|colline|zone)\s+[\p{L}' -]{2,30}?,?\s*(?:n°|nº|no|numéro|numero|maison|parcelle)\.?\s*\d+))"},
                {TextCategory::kStreetAddress, "address.iberian", kHasDigit,
                 R"((?:^|[^\p{L}\d])((?:calle|avenida|avda|av\.|carrera|cra|rua|travessa|praça|plaza|barrio|jirón|jr\.)\s+[\p{L}' .-]{2,40}?,?\s*(?:n\.?º|n°|no|nº|núm|número|#)?\.?\s*\d{1,5})(?:[^\p{L}\d:%]|$))",
                 nullptr, IsNamedStreet},
                {TextCategory::kStreetAddress, "address.vietnam", kHasDigit,
                 R"((?:^|[^\p{L}])((?:số nhà|nhà số|số)\s*\d+[a-z]?(?:/\d+)*,?\s*(?:đường|phố|ngõ|hẻm|ngách|thôn|tổ|ấp|khu|phường)?\s*\p{L}*))",
                 nullptr,
                 [](const PatternMatch& match) {
                   const std::string_view text = match.str();
                   const size_t slash = text.find('/');
                   const bool year =
                       slash != text.npos && IsYear(FirstNumber(text.substr(slash + 1)));
                   if (year && text.find("đường") == text.npos) return false;  // "Luật số 66/2011"
                   return text.find("nhà") != text.npos || text.find("đường") != text.npos ||
                          text.find("phố") != text.npos || text.find("ngõ") != text.npos ||
                          text.find("hẻm") != text.npos || text.find("thôn") != text.npos ||
                          text.find("ấp") != text.npos || text.find('/') != text.npos;
                 }},
                {TextCategory::kStreetAddress, "address.vietnam", kHasDigit,
                 R"((?:^|[^\p{L}])(\d+[a-z]?(?:/\d+)*\s+(?:đường|phố|ngõ|hẻm|nguyễn|trần|lê|lý|phạm|hai bà)\s+\p{L}+|(?:ngõ|hẻm|ngách|thôn|tổ|ấp)\s+\d+))"},
                {TextCategory::kStreetAddress, "address.kigali", kHasDigit,
                 R"(\b(k[gkn]\s?\d{1,3}\s?(?:st|ave|rd|street|avenue)\b))"},
                {TextCategory::kStreetAddress, "address.thai", kHasThai | kHasDigit,
                 R"(((?:บ้านเลขที่|เลขที่|ห้อง|ห้องเลขที่|ซอย|ซ\.|หมู่ที่|หมู่บ้านเลขที่|หมู่|ຊອຍ|ເຮືອນເລກທີ|ບ້ານເລກທີ|ໜ່ວຍ)\s*\d+(?:/\d+)?))"},
                {TextCategory::kStreetAddress, "address.thai", kHasThai | kHasDigit,
                 R"((\d+(?:/\d+)?\s*(?:หมู่|ม\.|ซอย|ซ\.|ถนน|ถ\.)\s*[\p{L}\p{M}\d]+))"},
                // "ม.6" alone is a year at school.
                {TextCategory::kStreetAddress, "address.thai", kHasThai | kHasDigit,
                 R"((ม\.\s*\d+\s*(?:บ้าน|ต\.|ตำบล|ถนน|ถ\.|ซอย|ซ\.|อ\.|อำเภอ)))"},
                {TextCategory::kStreetAddress, "address.khmer", kHasKhmer | kHasDigit,
                 R"(((?:ផ្ទះលេខ|ផ្ទះ|ផ្លូវលេខ|ផ្លូវ|ក្រុមទី|បន្ទប់លេខ|បន្ទប់)\s*\p{L}{0,2}\d+))"},
                {TextCategory::kStreetAddress, "address.burmese", kHasMyanmar | kHasDigit,
                 R"(((?:အိမ်အမှတ်|အိမ်နံပါတ်|တိုက်အမှတ်|အခန်း|တိုက်)\s*\(?\s*\d+))"},
                {TextCategory::kStreetAddress, "address.burmese", kHasMyanmar | kHasDigit,
                 R"((အမှတ်\s*\(?\s*\d+[^\d\n]{0,60}လမ်း))"},
                {TextCategory::kStreetAddress, "address.chinese", kHasHan | kHasDigit,
                 R"(([\p{Han}]{1,12}(?:路|街|巷|弄|道|胡同|村|小区|大厦)\d+(?:号|栋|室|楼|弄)|\d+(?:栋\d|号楼|幢\d)\d*))"},
                {TextCategory::kStreetAddress, "address.ethiopic", kHasEthiopic | kHasDigit,
                 R"(((?:የቤት ቁጥር|ቤት ቁጥር|የቤት ቁ|ቀበሌ|ገዛ ቁጽሪ)\s*[:.]?\s*\d+))"},
                {TextCategory::kStreetAddress, "address.indic", kHasIndic | kHasDigit,
                 R"(((?:मकान|घर|फ्लैट|प्लॉट|गली|कमरा|वार्ड|বাড়ি|বাসা|হোল্ডিং|ফ্ল্যাট|রোড|கதவு|வீட்டு|வீடு|மனை)\s*(?:नंबर|नं|नम्बर|संख्या|নং|নম্বর|எண்|no)?\.?\s*[:.]?\s*\d+))"},
                {TextCategory::kStreetAddress, "address.arabic", kHasArabic | kHasDigit,
                 R"(((?:منزل|شقة|بناية|عمارة|مبنى|شارع[\p{L}\s]{1,30})\s*(?:رقم)?\s*\d+))"},
                {TextCategory::kStreetAddress, "address.postcode", kHasDigit,
                 R"((?:^|[^\p{L}])(?:post ?code|postal code|zip code|zip|code postal|kode pos|poskod|รหัสไปรษณีย์|邮编)\s*(?:is|no|:|=|ni|adalah)?\s*([a-z0-9]{2,5}[ -]?[a-z0-9]{2,4}))",
                 nullptr,
                 [](const PatternMatch& match) {
                   // "postcode for 12 areas": letters alone are half a code only in capitals.
                   const std::string_view text = match.str();
                   const size_t digit = text.find_first_of("0123456789");
                   const bool word = digit > text.find(' ') && match.original[0] >= 'a';
                   return digit != text.npos && !word && text.find(" day") == text.npos;
                 }},
                // What moves.
                {TextCategory::kVehicle, "vehicle.cue", kHasDigit,
                 R"((?:^|[^\p{L}])(?:plate|plates|kennzeichen|number plate|license plate|licence plate|registration|reg|registered|reg no|matatu|vehicle|car|van|pickup|pick-up|minivan|suv|truck|lorry|bus|minibus|taxi|trailer|kereta|lori|kenderaan|motosikal|teksi|bajaj|bajaji|daladala|angkot|jeepney|tricycle|camion|autobús|motorbike|motorcycle|boda|tuk-?tuk|toyota|hilux|prado|land cruiser|honda|isuzu|nissan|mitsubishi|fortuner|probox|noah|gari|gari la|namba za usajili|pikipiki|basi|mobil|mobil van|nopol|plat|plat nomor|nomor polisi|motor|sasakyan|plaka|plakang|immatriculé|immatriculée|immatriculation|plaque|voiture|véhicule|placa|matrícula|coche|carro|biển số|biển kiểm soát|xe|imodoka|ifise nomero|emmotoka|konkolaataa|gaari|taargada|taarga|ሰሌዳ|ታርጋ|የሰሌዳ ቁጥር|መኪና|गाड़ी|कार|वाहन|নম্বর প্লেট|গাড়ি|গাড়ি|বাস|வாகனம்|வண்டி|لوحة|سيارة)(?:[^\p{L}]|$))", R"(^(?:number|no|num|nr|plate|registration|reg|is|was|with|has|yenye|ya|namba|nambari|nomor|polisi|bernomor|berplat|plat|dengan|may|na|numero|number|numéro|immatriculée?|sous|le|con|com|de|placa|matrícula|biển|số|mang|ቁጥር|नंबर|संख्या|নম্বর|எண்|رقم|van|car|bus|hilux|prado|la|white|black|silver|grey|gray|red|blue|nyeupe|nyeusi|putih|hitam|bearing|marked|:|\.|,|-|"|'|\(|\s)*([a-z]{1,3}[ -]?\d{1,4}[ -]?[a-z]{1,3}\b|[a-z]{2,3}[ -]\d{3,5}\b|\d{1,2}[ -]?[a-z]{1,3}[ -]\d{3,5}|\d{1,2}-?\p{L}{1,2}-?\s?\d{3}\.?\d{2}|[a-z]{2}[ -]?\d{1,2}[ -]?[a-z]{1,3}[ -]?\d{3,4}|\d-\d{4,6}|\p{L}{1,3}\s?\d-?\s?[a-z]?\d{4,5}|[ก-ฮ]{1,2}\s?-?\s?\d{1,4}))",
                 IsPlate},
                {TextCategory::kVehicle, "vehicle.figures-first", kHasDigit,
                 R"((?:^|[^\p{L}])(?:registration|reg|plate|matrícula|placa|immatriculation)(?:\s+(?:no|number|is|was|es|é))*\.?\s*:?\s*(\d{4}[ -]?[bcdfghj-np-tv-z]{3})(?:[^\p{L}]|$))",
                 nullptr,
                 [](const PatternMatch& match) {
                   return !BeginsWithCurrency(match.str().substr(4));
                 }},
                {TextCategory::kVehicle, "vehicle.plate", kHasDigit,
                 R"(\b(?:license|licence|number|car|vehicle) plates?\b)",
                 R"(^(?:number|no|is|was|bearing|marked|:|\.|,|-|"|'|\(|\s)*([a-z0-9]{1,4}-?[a-z0-9]{2,5})\b)",
                 MixesFigures},
                {TextCategory::kVehicle, "vehicle.east-africa", kHasDigit,
                 R"(\b(k\.?(?:[a-d]\.?[a-z]|m[a-z]{2})\.?[ -]?\d-?\d-?\d[ -]?[a-z]|u[a-z]{2}[ -]?\d{3}[ -]?[a-z]|t[ -]?\d{3}[ -]?[a-z]{3}|ra[a-j][ -]?\d{3}[ -]?[a-z]|gk[ -]?[a-z]?\d{3}[a-z])\b)",
                 nullptr,
                 [](const PatternMatch& match) {  // "USD 350k"
                   return match.str().substr(0, 3) != "usd" && match.str().substr(0, 3) != "ugx";
                 }},
                {TextCategory::kVehicle, "vehicle.mixed", kHasDigit,
                 R"(\b(\d{2}[a-z]-?\d{3}\.\d{2}|\d{1,2}[a-z]-\d{4,5}|[a-z]{1,2}\d{2}[a-z]{2}\d{4})\b)"},
                {TextCategory::kVehicle, "vehicle.thai", kHasThai | kHasDigit,
                 R"(((?:ทะเบียนรถ|ทะเบียน|ป้ายทะเบียน|ທະບຽນ|ປ້າຍ|ป้าย)\s*(?:หมายเลข|เลข|:)?\s*\d?\s?[\p{Thai}\p{Lao}]{1,3}\s?-?\s?\d{1,4}))"},
                {TextCategory::kVehicle, "vehicle.thai", kHasThai | kHasDigit,
                 R"((?:^|[^\p{L}\p{M}])(\d?\s?[ก-ฮ]{2}\s?-?\s?\d{3,4}\s?(?:กรุงเทพ|เชียง|ตาก|กทม|ชลบุรี|ขอนแก่น)|\d[ก-ฮ]{2}\s?-?\s?\d{3,4}))"},
                {TextCategory::kVehicle, "vehicle.chinese", kHasHan | kHasDigit,
                 R"(([京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-z][.\s-]?[a-z0-9]{5,6})(?:[^a-z0-9]|$))"},
                {TextCategory::kVehicle, "vehicle.khmer", kHasKhmer | kHasDigit,
                 R"(((?:ស្លាកលេខ|ផ្លាកលេខ|លេខឡាន)[\s\p{L}\p{M}]{0,30}?\d[\da-z.\s-]{3,}))"},
                {TextCategory::kVehicle, "vehicle.burmese", kHasMyanmar | kHasDigit,
                 R"(((?:ယာဉ်အမှတ်|ကားနံပါတ်|ကားအမှတ်)\s*:?\s*[\p{L}\d]{1,3}\s?[-/]\s?\d{3,5}))"},
                {TextCategory::kVehicle, "vehicle.ethiopic", kHasEthiopic | kHasDigit,
                 R"(((?:ታርጋ|ሰሌዳ|ሰሌዳ ቁጥር)[\s:]*(?:ቁጥር)?\s*(?:ኮድ)?\s*\d?\s?-?\s?[\p{L}]{0,2}\s?\d{4,6}))"},
                {TextCategory::kVehicle, "flight.cue", kHasDigit,
                 R"((?:^|[^\p{L}])(?:flight|flights|flt|flew|fly|flies|flying|boarded|aboard|took|vol|ndege|ndege ya|penerbangan|pesawat|lipad|flight no|flight number|vuelo|voo|chuyến bay|indege|balali'insa|balaliinsa|duulimaad|duulimaadka|በረራ|የበረራ ቁጥር|उड़ान|फ्लाइट|ফ্লাইট|விமானம்|رحلة|الرحلة)(?:[^\p{L}]|$)|เที่ยวบิน|ไฟลท์|ສາຍການບິນ|ຖ້ຽວບິນ|ជើងហោះហើរ|လေယာဉ်|航班)",
                 R"(^(?:number|no|num|is|was|namba|nomor|numero|numéro|número|số|ya|ng|ที่|หมายเลข|ເລກທີ|លេខ|号|ቁጥር|संख्या|নম্বর|எண்|رقم|:|\.|#|-|\s)*([a-z]{2}\s?-?\d{2,4}|[a-z]\s[a-z]\s?\d{3,4}|[a-z]\d\s?\d{2,4}|\d[a-z]\s?\d{2,4})(?:[^\p{L}\d]|$))",
                 [](const PatternMatch& match) { return !BeginsWithLittleWord(match); }},
                {TextCategory::kVehicle, "flight.airline", kHasDigit,
                 R"(\b((?:kq|et|tg|qr|ek|ak|fd|sq|mh|pr|5j|vn|vj|ga|jt|qz|k6|8m|ub|wb|ur|tc|cx|cz|mu|ey|fz|g9|pg|sl|xj|dd|z2|jq|ai|6e|bg|ul|pk|sv|tk)\d{3,4})\b)",
                 nullptr,
                 [](const PatternMatch& match) {
                   return !IsYear(FirstNumber(match.str().substr(2)));
                 }},
                {TextCategory::kVehicle, "vessel.number", kHasDigit | kHasLatin,
                 R"(\b((?:imo|mmsi|call ?sign|hull)\s*(?:no|number|#|:)?\.?\s*:?\s*[a-z0-9]*\d[a-z0-9]{2,}))"},
};

// In a view that keeps the case.
constexpr PatternRule kCasedRules[] = {
    {TextCategory::kStreetAddress, "address.street", kHasDigit | kHasUpper,
     R"((?:^|[^\p{L}\p{N}.,])(#?\d{1,5}[A-Za-z]?(?:[-/]\d{1,4})?,?\s+(?:[\p{Lu}][\p{L}.'-]*\s+){1,4}(?:Street|St|Road|Rd|Avenue|Ave|Av|Lane|Ln|Drive|Dr|Close|Crescent|Boulevard|Blvd|Highway|Hwy|Way|Court|Terrace|Estate|Building|House|Towers?|Plaza|Mtaa|Barabara)\b))",
     nullptr, StartsWithNoYear},
    {TextCategory::kStreetAddress, "address.street", kHasDigit | kHasUpper,
     R"(((?:[\p{Lu}][\p{L}.'-]*\s+){1,3}(?:Street|Road|Avenue|Lane|Close|Estate|Drive),?\s+(?:(?i:house|plot|flat|block|no|number|nyumba|room|door|apartment)\.?\s*)?(?:(?i:no)\.?\s*)?#?\d{1,4}[A-Za-z]?)(?:[^\p{L}\p{N}]|$))"},
    {TextCategory::kStreetAddress, "address.house", kHasDigit | kHasUpper,
     R"((?:^|[^\p{L}])((?:House|Hse|HSE|Flat|FLAT|Apartment|Apt|APT|Room|Villa|Door|Suite|Nyumba|Kamar|Unit)\.?\s+#?[A-Z]{0,2}-?\d+[A-Za-z]?)(?:[,.;]|\s+(?:on|in|along|at|of|off|Block|block|Jl|Jalan|di|kwenye|sa|mtaa)\b|$))"},
    {TextCategory::kStreetAddress, "address.postcode", kHasDigit | kHasUpper,
     R"((?:^|[^\p{L}\p{N}])([A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2})(?:[^\p{L}\p{N}]|$))"},
    {TextCategory::kStreetAddress, "address.spelled", kHasUpper,
     R"((?:^|[^\p{L}-])((?i:(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)[ -]?(?:one|two|three|four|five|six|seven|eight|nine)?)|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen)\s+(?:[\p{Lu}][\p{L}.'-]*\s+){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Drive|Close|Estate))(?:[,.;]|$))"},
    {TextCategory::kStreetAddress, "address.barangay", kHasUpper,
     R"(\b((?:Brgy|BRGY|Sitio|Purok)\.?\s+\p{Lu}\p{L}+,\s+\p{Lu}\p{L}+))"},
    {TextCategory::kVehicle, "flight.airline", kHasDigit | kHasUpper,
     R"((?:^|[^\p{L}\p{N}])((?:KQ|ET|TG|QR|EK|AK|FD|SQ|MH|VN|VJ|GA|JT|QZ|K6|8M|UB|WB|EY|FZ|G9|PG|5J|TK)\s\d{2,4})(?:[^\p{L}\p{N}%]|$))",
     nullptr,
     [](const PatternMatch& match) {
       const std::string_view after = match.after();
       const bool share = !after.empty() && (after[0] == '%' || after.substr(0, 2) == " %");
       return !share && !IsYear(FirstNumber(match.str().substr(3)));
     }},
    {TextCategory::kStreetAddress, "address.corner", kHasUpper,
     R"((?:^|[^\p{L}])([Cc]orner (?:of )?(?:\d{1,3}(?:st|nd|rd|th)|(?:\p{Lu}[\p{L}'-]+ ?){1,3}) ?(?:and|&|/) ?(?:\d{1,3}(?:st|nd|rd|th)|\p{Lu}[\p{L}'-]+)))"},
    {TextCategory::kVehicle, "aircraft.mark", kHasUpper,
     R"((?:^|[^\p{L}\p{N}-])((?:5[HNRXYZ]|9[JLMNQSUVX]|7Q|A[67]|A9C|4[RX]|S2|6[OV])-[A-Z]{3})(?:[^\p{L}\p{N}-]|$))"},
    {TextCategory::kVehicle, "aircraft.mark", kHasUpper,
     R"(\b(?i:tail number|tail no|aircraft|aeroplane|airplane|plane|jet|helicopter|registration)\.?\s*(?:\p{Ll}+\s+){0,2}([A-Z0-9]{1,3}-[A-Z0-9]{3,4})(?:[^\p{L}\p{N}-]|$))"},
    {TextCategory::kVehicle, "vessel.name", kHasUpper,
     R"((?:^|[^\p{L}])((?:M/V|MV|F/V|FV|F/B|M/T|MT|KMP?|KLM|S/V|FB)\.?\s+["']?\p{Lu}[\p{L}']{2,}(?:\s+(?:\p{Lu}[\p{L}']*|\d+|[IVX]+))*))"},
    {TextCategory::kVehicle, "vehicle.mixed", kHasDigit | kHasUpper,
     R"(\b([A-Z]{2}[ -]?\d{1,2}[A-Z]?[ -][A-Z]{1,3}[ -]\d{3,4}|\d{2} ?BH ?\d{4} ?[A-Z]{1,2}|[A-Z]{1,2}[ -]\d{4}[ -][A-Z]{2,3}|[A-Z]{3}-\d{3,4}[A-Z]{0,2})\b)",
     nullptr, IsPlate},
    {TextCategory::kVehicle, "vehicle.european", kHasDigit | kHasUpper,
     R"((?:^|[^\p{L}\p{N}-])([A-Z]{2}\d{2} [A-Z]{3}|[A-ZÄÖÜ]{1,3}-[A-Z]{1,2} \d{3,4})(?:[^\p{L}\p{N}]|$))"},
    {TextCategory::kVehicle, "vehicle.capitals", kHasDigit | kHasUpper,
     R"((?:^|[^\p{L}\p{N}])([A-Z]{3}\s\d{3}[A-Z]{1,2}|[A-Z]{2,3}\d{4})(?:[^\p{L}\p{N}]|$))",
     nullptr,
     [](const PatternMatch& match) {
       constexpr std::string_view kNone[] = {
           "RA",  "UU",  "SB",  "HB",  "PD",  "BP",  "EO",  "AO",  "PP",  "ISO", "ILO",
           "RES", "KES", "USD", "THB", "PHP", "IDR", "MYR", "UGX", "TZS", "ETB", "BIF",
           "RWF", "EUR", "GBP", "VND", "KHR", "MMK", "LAK", "INR", "CNY", "RM",  "RP",
           "KSH", "SH",  "TSH", "USH", "CAP", "GMT", "UTC", "EAT", "SDG", "HRC", "CAT",
           "TIP", "COP", "AC",  "GC",  "RS",  "BR",  "KS",  "NPR", "BDT", "LKR", "SGD",
           "AED", "SAR", "QAR", "ART", "ACT", "LAW", "SEC", "BR",  "FY"};
       const std::string_view text = match.str();
       const std::string_view letters = text.substr(0, text.find_first_of(" 0123456789"));
       return IsPlate(match) &&
              std::find(std::begin(kNone), std::end(kNone), letters) == std::end(kNone);
     }},
};

}  // namespace

const PatternRules& PlacePatterns() {
  static const PatternRules& rules = *new PatternRules(kRules);
  return rules;
}

const PatternRules& CasedPlacePatterns() {
  static const PatternRules& rules = *new PatternRules(kCasedRules);
  return rules;
}

}  // namespace corridor
