#include "core/gate/number_words.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_split.h"
#include "core/base/strings.h"
#include "core/gate/text_view.h"

namespace corridor {
namespace {

// One line per value: the digits, then the words, parted by blanks.
constexpr std::string_view kSpaced[] = {
    // NOLINTNEXTLINE(bugprone-suspicious-missing-comma): a row of several lines
    "0 zero siro siyero sero oh nil naught nought null nul zéro sifuri ziro sufuri nol kosong "
    "sifar "
    "sero bokya wala "
    "không cero duwwaa zeeroo eber zeru zeero ዜሮ ባዶ शून्य shunya shoonya শূন্য பூஜ்ஜியம் பூஜ்யம் "
    "সুন্য صفر sunya sıfır ноль",
    "1 one wun un une moja mosi satu isa usa uno una um uma một mốt tokko kow hal rimwe emu eins "
    "один አንድ ሓደ "
    "ሃደ "
    "एक "
    "ek এক ஒன்று واحد واحدة won wan",
    "2 two too deux mbili dua dalawa duha dos dois duas hai lama laba laban kabiri bbiri biri zwei "
    "zwo iki два ሁለት "
    "ክልተ दो "
    "दुई do dui দুই இரண்டு اثنان اثنين إثنان tu",
    "3 three tree thre trois tatu tiga tatlo tulo tres três ba sadii saddex gatatu ssatu drei üç "
    "три ሦስት ሶስት "
    "ሰለስተ तीन "
    "teen tin তিন மூன்று ثلاثة ثلاث",
    "4 four fower kwatro quatre nne empat apat upat cuatro quatro bốn tư afur kane nnya ena vier "
    "dört четыре አራት "
    "ኣርባዕተ አርባዕተ चार "
    "char chaar চার நான்கு أربعة اربعة أربع",
    "5 five fife fiv singko fayv cinq tano lima cinco năm lăm shan gatanu ttaano taano fünf beş "
    "пять አምስት ሓሙሽተ "
    "पांच पाँच paanch "
    "panch পাঁচ ஐந்து خمسة خمس",
    "6 six sicks sais sita enam anim unom seis sáu jaha ja'a lix gatandatu mukaaga sechs altı "
    "шесть ስድስት ሽዱሽተ ሽድሽተ "
    "छह छः छ छे "
    "chhah "
    "chha ছয় ஆறு ستة ست",
    "7 seven sieben yedi семь siyete sevn syete sais-syete sept saba tujuh pito siete sete bảy bẩy "
    "torba toddoba "
    "todoba "
    "karindwi indwi ndwi "
    "musanvu "
    "ሰባት ሸውዓተ ሾብዓተ सात saat সাত ஏழு سبعة سبع sebun",
    "8 eight acht sekiz восемь ate ait huit otso nane delapan lapan walo ocho oito tám saddeet "
    "siddeed umunani "
    "munaana ስምንት "
    "ሸሞንተ आठ aath আট எட்டு ثمانية ثماني",
    "9 nine neun dokuz девять niner nuwebe nueve neuf tisa sembilan siyam nueve nove chín sagal "
    "sagaal icyenda "
    "icenda mwenda ዘጠኝ ትሽዓተ "
    "नौ "
    "nau নয় ஒன்பது تسعة تسع",
    "10 ten dyes dix kumi sepuluh sampu diez dez mười kudhan toban icumi kkumi አስር አሥር ዓሰርተ दस das "
    "দশ "
    "பத்து عشرة",
    "11 eleven onze sebelas once",
    "12 twelve douze doce doze",
    "13 thirteen treize trece treze",
    "14 fourteen quatorze catorce catorze",
    "15 fifteen quinze quince",
    "16 sixteen seize dieciséis",
    "17 seventeen",
    "18 eighteen",
    "19 nineteen",
};
constexpr std::string_view kTensWords[] = {
    "1 አስራ አሥራ ዓስራ",
    "2 twenty vingt ishirini veinte vinte ሃያ",
    "3 thirty trente thelathini treinta trinta ሰላሳ",
    "4 forty quarante arobaini arbaini cuarenta quarenta አርባ",
    "5 fifty cinquante hamsini cincuenta cinquenta ሃምሳ",
    "6 sixty soixante sitini sesenta sessenta ስልሳ",
    "7 seventy septante sabini setenta ሰባ",
    "8 eighty octante huitante themanini ochenta oitenta ሰማንያ",
    "9 ninety nonante tisini noventa ዘጠና",
};
constexpr std::string_view kRepeats[] = {"2 double dobel doble dobol doppel duplo duble",
                                         "3 triple treble tripel tripol triplo"};
constexpr std::string_view kSeparators =
    "dash hyphen space blank gap dot point comma slash stroke star asterisk minus then next strip "
    "tiret espace virgule trait puis kisha halafu nukta dashi mstari nafasi mkato alama titik "
    "spasi "
    "garis kemudian lalu tapos gitling tuldok espasyo guion espacio luego punto coma traço espaço "
    "ponto hífen depois gạch chấm cách rồi ሰረዝ ነጥብ ክፍተት शून्यता डैश फिर ড্যাশ شرطة ثم underscore area "
    "code followed by after that afterwards lastly baadaye mwishowe setelah itu terakhir enfin "
    "finalmente end ends ending with last first second part parts half finally rest "
    "remaining x belas puluh ratus "
    "ribu labing mươi libo daan";
constexpr std::string_view kHundreds = "hundred hundreds cent cents ciento cento";
constexpr std::string_view kPluses = "plus jumlisha tambah kujumlisha ajouter más mais cộng ፕላስ";

constexpr std::string_view kUnspaced[] = {
    "0 ศูนย์ ซีโร่ ซีโร่ ສູນ សូន្យ သုည 零 〇 ○",
    "1 หนึ่ง เอ็ด วัน ໜຶ່ງ ຫນຶ່ງ ໜື່ງ មួយ တစ် တစ 一 壹 幺",
    "2 สอง ทู โท ทู ສອງ ពីរ နှစ် 二 贰 貳 两 兩",
    "3 สาม ทรี ສາມ បី သုံး 三 叁 參",
    "4 สี่ โฟร์ โฟ ສີ່ បួន လေး 四 肆",
    "5 ห้า ไฟว์ ไฟฟ์ ຫ້າ ប្រាំ ငါး 五 伍",
    "6 หก ซิกซ์ ซิก ຫົກ ប្រាំមួយ ခြောက် 六 陆 陸",
    "7 เจ็ด เซเว่น เซเวน ເຈັດ ប្រាំពីរ ប្រាំពិល ခုနစ် ခုနှစ် ခွန် 七 柒",
    "8 แปด เอท เอ็ท ແປດ ប្រាំបី ရှစ် 八 捌",
    "9 เก้า ไนน์ ເກົ້າ ប្រាំបួន ကိုး 九 玖",
};
constexpr std::string_view kUnspacedSeparators = "ขีด เว้น จุด แล้ว ຂີດ ຈຸດ ចុច សញ្ញា မျဉ်း 横 杠 橫 点 點";
constexpr std::string_view kUnspacedPluses = "บวก ບວກ បូក အပေါင်း 加";

constexpr size_t kLetterBytes = 3;  // Of every script without spaces, in UTF-8.

using Table = absl::flat_hash_map<std::string, NumberWord>;

void Add(std::string_view words, NumberWordKind kind, std::string_view digits, Table& table) {
  for (absl::string_view word : absl::StrSplit(A(words), ' ', absl::SkipEmpty())) {
    table.emplace(TextView(S(word), TextView::Case::kFold).text(), NumberWord{kind, digits});
  }
}

// "7 seven sept": the digits, then the words.
void AddRow(std::string_view row, NumberWordKind kind, Table& table) {
  const size_t space = row.find(' ');
  Add(row.substr(space + 1), kind, row.substr(0, space), table);
}

const Table& SpacedTable() {
  static const Table& table = *[] {
    auto* made = new Table;
    for (std::string_view row : kSpaced) AddRow(row, NumberWordKind::kDigits, *made);
    for (std::string_view row : kTensWords) AddRow(row, NumberWordKind::kTens, *made);
    for (std::string_view row : kRepeats) AddRow(row, NumberWordKind::kRepeat, *made);
    Add(kSeparators, NumberWordKind::kSeparator, "", *made);
    Add(kHundreds, NumberWordKind::kHundred, "", *made);
    Add(kPluses, NumberWordKind::kPlus, "", *made);
    return made;
  }();
  return table;
}

// The words that begin with one letter, longest first.
using Words = std::vector<std::pair<std::string, NumberWord>>;

uint32_t LetterKey(std::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
  return static_cast<uint32_t>(byte(0) << 16 | byte(1) << 8 | byte(2));
}

const absl::flat_hash_map<uint32_t, Words>& Unspaced() {
  static const auto& table = *[] {
    Table words;
    for (std::string_view row : kUnspaced) AddRow(row, NumberWordKind::kDigits, words);
    Add(kUnspacedSeparators, NumberWordKind::kSeparator, "", words);
    Add(kUnspacedPluses, NumberWordKind::kPlus, "", words);
    auto* made = new absl::flat_hash_map<uint32_t, Words>;
    for (const auto& [word, meaning] : words) (*made)[LetterKey(word)].emplace_back(word, meaning);
    for (auto& [letter, beginning] : *made) {
      std::sort(beginning.begin(), beginning.end(),
                [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
    }
    return made;
  }();
  return table;
}

const NumberWord* Find(const Table& table, std::string_view word) {
  const auto found = table.find(A(word));
  return found == table.end() ? nullptr : &found->second;
}

}  // namespace

const NumberWord* FindNumberWord(std::string_view word) { return Find(SpacedTable(), word); }

const NumberWord* FindNumberPrefix(std::string_view text, size_t& size) {
  if (text.size() < kLetterBytes) return nullptr;
  const auto words = Unspaced().find(LetterKey(text));
  if (words == Unspaced().end()) return nullptr;
  for (const auto& [word, meaning] : words->second) {
    if (text.substr(0, word.size()) != word) continue;
    size = word.size();
    return &meaning;
  }
  return nullptr;
}

}  // namespace corridor
