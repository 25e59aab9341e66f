#include "core/gate/number_cues.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_split.h"
#include "core/base/strings.h"
#include "core/gate/text_view.h"

namespace corridor {
namespace {

constexpr std::string_view kCurrencies =
    "usd us dollar dollars dollari dola dolar dólares dolares đô eur euro euros gbp pound pounds "
    "kes ksh kshs sh shs shilling shillings shilingi ksi sh. tsh tzs ugx ush etb br birr bir bif "
    "fbu "
    "franc francs faranga amafaranga frw rwf cdf thb baht bht php peso pesos piso p idr rp rupiah "
    "rm "
    "myr ringgit mmk ks kyat kyats vnd vnđ đ đồng dong khr riel lak kip cny rmb yuan renminbi inr "
    "rs "
    "rupee rupees npr bdt taka lkr ngn naira sgd aed dirham dirhams sar riyal qar usdt btc zar "
    "rand "
    "real reais brl mzn meticais kwacha zmw mxn xaf cfa jpy yen krw won twd ntd hkd k m mn bn "
    "million "
    "millions billion thousand ribu juta miliar jt rb milyar milioni elfu laki lakh lakhs crore "
    "crores "
    "triệu tỷ nghìn ngàn milhões mil mille mille millones miljoni kun miliyoni libo libong milyon "
    "ብር ሺህ ሚሊዮን ዶላር रुपये रुपया रुपैयाँ रु हजार लाख टका টাকা হাজার লাখ ரூபாய் டாலர் லட்சம் دولار ريال درهم "
    "دولارا ألف مليون dollarii qarshii doolaara doolar shilin lacag doollar ensimbi ssente";
constexpr std::string_view kCurrencySigns[] = {"$", "฿", "₱", "€",  "£", "¥", "₹",  "₦",
                                               "₫", "៛", "₭", "元", "৳", "₩", "/=", "﷼"};
constexpr std::string_view kUnspacedCurrencies[] = {
    "บาท",  "ดอลลาร์", "หมื่น",   "แสน",    "ล้าน", "พันบาท", "ກີບ",    "ບາດ",  "ໂດລາ",
    "ລ້ານ",  "រៀល",    "ដុល្លារ", "លាន",    "ពាន់", "ကျပ်",   "ဒေါ်လာ", "သိန်း",  "ဘတ်",
    "美元", "万",     "泰铢",  "人民币", "块",  "亿",    "美金",  "欧元", "港币"};

constexpr std::string_view kUnits =
    "km kms kilometres kilometers kilomita kilomètres quilômetros m metres meters ha hectares "
    "acres "
    "kg kgs g tonnes tons litres h hr hrs hour hours heures jam oras saa horas giờ ሰዓት min mins "
    "minutes "
    "minutes menit dakika day days jours hari araw siku días dias ngày iminsi week weeks wiki "
    "minggu "
    "semaines month months mois bulan buwan miezi meses tháng year years ans tahun taon miaka años "
    "anos "
    "năm imyaka people persons personnes watu orang tao katao ka người nguoi personas pessoas "
    "abantu "
    "victims victimes waathirika wahanga korban biktima víctimas vítimas nạn cases kasus kaso kesi "
    "cas "
    "casos vụ men women girls boys children wanawake wanaume wasichana watoto perempuan babae bata "
    "workers wafanyakazi pekerja manggagawa travailleurs trabajadores survivors graduates migrants "
    "passports offers ads adverts messages posts members accounts groups pages times copies "
    "leaflets "
    "reports calls households families vehicles trucks buses boats compounds buildings rooms beds "
    "countries districts provinces counties agencies officers arrests convictions prosecutions "
    "percent pct per asilimia persen porsyento pour por cent sq square ሰዎች ሰው ቀን ቀናት ዓመት ወር ኪሎ "
    "लोग लोगों वर्ष साल महीने জন মানুষ বছর பேர் ஆண்டு شخص شخصا ضحية حالة سنة يوم kilos bags degrees "
    "followers views subscribers users likes shares words characters seats flights c f vijana "
    "youths "
    "youth young foreign kenyan kenyans ugandans ethiopians filipinos indonesians nationals "
    "students";
constexpr std::string_view kUnspacedUnits[] = {
    "%",  "คน",     "ราย",  "กม",  "กิโล", "ปี",    "เดือน", "วัน", "ชั่วโมง", "ครั้ง", "แห่ง",
    "คดี", "ประเทศ", "เปอร์", "น.",  "ຄົນ",  "ປີ",    "ເດືອນ", "ມື້",  "ກິໂລ",   "នាក់", "ឆ្នាំ",
    "ខែ", "ថ្ងៃ",    "គីឡូ",   "ករណី", "ဦး",  "ယောက်", "နှစ်",   "လ",  "ရက်",    "မိုင်",  "人",
    "名", "起",     "年",   "月",  "天",  "小时", "公里", "个", "件",    "日",  "岁"};

constexpr std::string_view kProvisions =
    "section sections sec s ss art article articles artikel pasal makala kifungu vifungu sehemu "
    "act "
    "acts law laws loi lois undang-undang uu perpres permen pp page pages pp p para paras "
    "paragraph "
    "clause clauses rule rules regulation regulations chapter cap order annex table figure item "
    "items "
    "version ver v release resolution resolutions res convention recommendation directive protocol "
    "proclamation decree décret décret-loi ordonnance ministérielle arrêté ministériel sheria ra "
    "republic batas seksyon seksiyon perkara điều khoản luật "
    "nghị "
    "định số nomor nombor no n° nº № num numéro número blg bilang artículo ley artigo lei c r part "
    "sdg target goal ilo iso icd rfc level phase step day week batch lot grade class form annexe "
    "አንቀጽ አዋጅ ቁጥር धारा अनुच्छेद অনুচ্ছেদ ধারা பிரிவு المادة القانون رقم keewwata qodobka ingingo "
    "itegeko ba bp pd eo ao rule sb hb memo circular";
constexpr std::string_view kUnspacedProvisions[] = {
    "มาตรา", "มาตรา", "ข้อ", "ฉบับที่", "พ.ศ.", "หน้า", "มາດຕາ", "ມາດຕາ", "មាត្រា", "ပုဒ်မ", "第"};

constexpr std::string_view kPhoneCues =
    "call calls phone phones telephone tel tele mobile mob cell whatsapp whatsap watsapp wasap wa "
    "sms "
    "text txt dial ring contact contacts hotline number num line viber zalo telegram signal fax "
    "reach "
    "piga simu namba nambari wasiliana hubungi telepon telefon telp hp hape nomor nombor kontak "
    "hubung "
    "tawag tumawag tumawag numero tawagan selpon cel cp tawagi tawga gọi sđt sdt đt điện phone: số "
    "máy "
    "appelez appeler téléphone portable numéro joindre llame llamar teléfono celular móvil ligue "
    "telefone celular contacto contato ስልክ ይደውሉ ደውሉ ቁጥር ቴሌፎን ደወል ደውል bilbila bilbili lakk "
    "lakkoofsa "
    "telefoon taleefan wac soo lambarka terefone telefone nimero numero hamagara essimu kuba "
    "ennamba "
    "फोन मोबाइल नंबर सम्पर्क सम्पर्क कॉल নম্বর ফোন মোবাইল কল যোগাযোগ தொலைபேசி எண் அழைக்கவும் هاتف اتصل رقم "
    "جوال واتساب موبايل momo mpesa m-pesa paybill till acc account akaunti rekening";
constexpr std::string_view kUnspacedPhoneCues[] = {
    "โทร", "เบอร์",  "ติดต่อ", "มือถือ", "ไลน์",  "ໂທ",   "ເບີ",   "ติดต่อ", "ຕິດຕໍ່",  "ទូរស័ព្ទ",
    "លេខ", "ទាក់ទង", "ဖုန်း",  "ဆက်သွယ်", "电话", "手机", "联系", "拨打", "热线", "微信"};

constexpr size_t kWordBytesMax = 40;
constexpr size_t kPhoneCueReachBytes = 48;

using Words = absl::flat_hash_set<std::string>;

Words Fold(std::string_view words) {
  Words folded;
  for (absl::string_view word : absl::StrSplit(A(words), ' ', absl::SkipEmpty())) {
    folded.insert(TextView(S(word), TextView::Case::kFold).text());
  }
  return folded;
}

template <size_t N>
std::vector<std::string> FoldAll(const std::string_view (&words)[N]) {
  std::vector<std::string> folded;
  for (std::string_view word : words) {
    folded.push_back(TextView(word, TextView::Case::kFold).text());
  }
  return folded;
}

bool IsWordByte(char c) {
  return static_cast<unsigned char>(c) >= 0x80 || (c >= 'a' && c <= 'z') || c == '-';
}

bool StartsWith(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}
bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

void SkipEnd(std::string_view characters, std::string_view& text) {
  const size_t last = text.find_last_not_of(characters);
  text = text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}
void SkipStart(std::string_view characters, std::string_view& text) {
  text.remove_prefix(std::min(text.size(), text.find_first_not_of(characters)));
}

std::string_view LastWord(std::string_view text) {
  size_t from = text.size();
  while (from > 0 && text.size() - from < kWordBytesMax && IsWordByte(text[from - 1])) --from;
  return text.substr(from);
}

std::string_view FirstWord(std::string_view text) {
  size_t until = 0;
  while (until < text.size() && until < kWordBytesMax && IsWordByte(text[until])) ++until;
  return text.substr(0, until);
}

bool BeginsWithAny(std::string_view text, const std::vector<std::string>& starts) {
  return std::any_of(starts.begin(), starts.end(),
                     [text](const std::string& start) { return StartsWith(text, start); });
}
bool EndsWithAny(std::string_view text, const std::vector<std::string>& ends) {
  return std::any_of(ends.begin(), ends.end(),
                     [text](const std::string& end) { return EndsWith(text, end); });
}

const Words& Currencies() {
  static const Words& words = *new Words(Fold(kCurrencies));
  return words;
}
const std::vector<std::string>& CurrencySigns() {
  static const auto& signs = *new std::vector<std::string>(FoldAll(kCurrencySigns));
  return signs;
}
const std::vector<std::string>& UnspacedCurrencies() {
  static const auto& words = *new std::vector<std::string>(FoldAll(kUnspacedCurrencies));
  return words;
}

}  // namespace

bool EndsWithCurrency(std::string_view before) {
  SkipEnd(" .:", before);
  if (EndsWithAny(before, CurrencySigns())) return true;
  return Currencies().contains(A(LastWord(before))) || EndsWithAny(before, UnspacedCurrencies());
}

bool BeginsWithCurrency(std::string_view after) {
  SkipStart(" ", after);
  if (BeginsWithAny(after, CurrencySigns()) || BeginsWithAny(after, UnspacedCurrencies())) {
    return true;
  }
  return Currencies().contains(A(FirstWord(after)));
}

bool BeginsWithUnit(std::string_view after) {
  static const Words& units = *new Words(Fold(kUnits));
  static const auto& unspaced = *new std::vector<std::string>(FoldAll(kUnspacedUnits));
  SkipStart(" +-", after);
  return BeginsWithAny(after, unspaced) || units.contains(A(FirstWord(after)));
}

bool EndsWithProvision(std::string_view before) {
  static const Words& provisions = *new Words(Fold(kProvisions));
  static const auto& unspaced = *new std::vector<std::string>(FoldAll(kUnspacedProvisions));
  SkipEnd(" .:(#", before);
  return provisions.contains(A(LastWord(before))) || EndsWithAny(before, unspaced);
}

bool HasPhoneCue(std::string_view before) {
  static const Words& cues = *new Words(Fold(kPhoneCues));
  static const auto& unspaced = *new std::vector<std::string>(FoldAll(kUnspacedPhoneCues));
  std::string_view near =
      before.substr(before.size() - std::min(before.size(), kPhoneCueReachBytes));
  for (const std::string& cue : unspaced) {
    if (near.find(cue) != std::string_view::npos) return true;
  }
  while (!near.empty()) {
    const std::string_view word = LastWord(near);
    if (cues.contains(A(word))) return true;
    near.remove_suffix(std::max<size_t>(word.size(), 1));
  }
  return false;
}

}  // namespace corridor
