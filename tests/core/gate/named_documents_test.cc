// Every document, address and form of place or birth date that the gate promises to find, in each
// of the ways people write it. All are invented: numbers by chance after the form of their country,
// with a check digit that holds, but for those whose failed check must not clear them.

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/gate/gate_policy.h"
#include "core/gate/text_scan.h"

namespace corridor {
namespace {

struct Document {
  std::string_view name;
  std::vector<std::string_view> texts;
};

const std::vector<Document>& Documents() {
  static const auto& documents = *new std::vector<Document>{
      {"Thai 13 digits",
       {"8110665803511", "8 3745 90813 66 4", "เลขประจำตัวประชาชน 7-9521-59336-02-4",
        "บัตร ๘๑๑๐๖๖๕๘๐๓๕๑๑", "8110665803514"}},
      {"Indonesian NIK",
       {"NIK 3236174908950026", "3204074802910003", "KTP: 322513 490593 0023",
        "no. KTP 3225.1349.0593.0023"}},
      {"PhilSys",
       {"PSN 1951-0604-9698-5520", "PhilSys 318389368969", "PhilID no. 6705 5086 6700 6720",
        "UMID CRN-0111-6790499-9"}},
      {"Kenyan ID",
       {"ID No. 30462570", "kitambulisho 29012861", "National ID: 01345752",
        "Kenyan identity card number is 15683796"}},
      {"Maisha",
       {"Maisha Namba 118727158", "maisha card 22108817786989", "UPI Maisha number: A77162323",
        "Huduma Namba 963725493"}},
      {"Ugandan NIN",
       {"NIN CM88410956RVW4", "CF7598940GN4RJ", "nin: cf758848gvp6fl", "CF70 7344H MYJVY"}},
      {"Tanzanian NIDA",
       {"NIDA 19881120-93091-78902-35", "20040818-72499-54053-83", "19870312741362065125",
        "namba ya NIDA: 19850101 69156 03899 70"}},
      {"Ethiopian Fayda",
       {"Fayda 395075182304", "FAN 2933765796406628", "የፋይዳ ቁጥር 4450 6244 2797",
        "ፋይዳ 4450-6244-2797"}},
      {"Burundian",
       {"CNI 0101/458.533", "carte nationale n° 531.0206/90039", "irangamuntu 9613/29214",
        "CNIB 0203/31749/2019"}},
      {"Malaysian MyKad",
       {"961001-13-7762", "MyKad 920202053176", "IC no. 860711-06-6733",
        "kad pengenalan 840609 08 5627"}},
      {"Vietnamese CCCD",
       {"CCCD 012187288380", "048386613750", "CMND 571113091", "số căn cước 068 286 361 960"}},
      {"Cambodian",
       {"អត្តសញ្ញាណប័ណ្ណ 917162928", "អត្តសញ្ញាណប័ណ្ណលេខ 055052479", "Khmer ID card 484043741 (01)",
        "លិខិតឆ្លងដែន N04447166"}},
      {"Lao",
       {"ບັດປະຈຳຕົວ 21-528039", "ບັດປະຈຳຕົວເລກທີ 181231840", "Lao ID card no. 50-6291292",
        "ປັດສະປໍ PA1915912"}},
      {"Myanmar NRC",
       {"12/OUKAMA(N)051885", "၉/မနမ(နိုင်)၁၂၃၄၅၆", "NRC 5/SaKaNa(Naing)366205",
        "မှတ်ပုံတင် ၁၄/ဝခမ(နိုင်)၀၂၃၄၅၆"}},
      {"Nigerian NIN",
       {"NIN 71262706518", "BVN: 22245940246", "national identification number 55668396687",
        "NIN 3268 638 2033"}},
      {"Indian Aadhaar and PAN",
       {"Aadhaar 942966686033", "9788 8765 7820", "आधार 9788-8765-7820", "PAN ABCPK2360L",
        "771687743201"}},
      {"MRZ TD1",
       {"I<KENBD70732388<<<<<<<<<<<<<<<", "9908279F2709226KEN<<<<<<<<<<<8",
        "I<KENBD70732388<<<<<<<<<<<<<<<\n9908279F2709226KEN<<<<<<<<<<<8\nEXAMPLE<<AMANI<W<<<<<<<<<<"
        "<<<<",
        "EXAMPLE<<AMANI<W<<<<<<<<<<<<<<"}},
      {"MRZ TD2",
       {"I<THAEXAMPLE<<SOMSAK<<<<<<<<<<<<<<<<", "KD04092778THA8209038M3112054<<<<<<<<",
        "I<THAEXAMPLE<<SOMSAK<<<<<<<<<<<<<<<<\nKD04092778THA8209038M3112054<<<<<<<<"}},
      {"MRZ TD3",
       {"P<UGAEXAMPLE<<NAKATO<JOY<<<<<<<<<<<<<<<<<<<<",
        "ED36260015UGA7607051M3507278<<<<<<<<<<<<<<04",
        "P<UGAEXAMPLE<<NAKATO<JOY<<<<<<<<<<<<<<<<<<<<\nED36260015UGA7607051M3507278<<<<<<<<<<<<<<"
        "04",
        "ed36260015uga7607051m3507278<<<<<<<<<<<<<<04"}},
      {"MRZ MRV-A",
       {"V<ETHEXAMPLE<<SELAM<<<<<<<<<<<<<<<<<<<<<<<<<",
        "AK26042507ETH9507122M3312050<<<<<<<<<<<<<<<<",
        "V<ETHEXAMPLE<<SELAM<<<<<<<<<<<<<<<<<<<<<<<<< "
        "AK26042507ETH9507122M3312050<<<<<<<<<<<<<<<<"}},
      {"MRZ MRV-B",
       {"V<IDNEXAMPLE<<SARI<<<<<<<<<<<<<<<<<<", "PB60408725IDN8608169F3207040<<<<<<<<",
        "V<IDNEXAMPLE<<SARI<<<<<<<<<<<<<<<<<< PB60408725IDN8608169F3207040<<<<<<<<"}},
      {"IMEI",
       {"350333220762471", "IMEI 866274442721605", "35-824207-876681-9", "imei: 358242078766810"}},
      {"MAC",
       {"3c:f2:7a:a7:93:1c", "3C-EE-1F-1C-5B-F8", "9c4e.360b.31ad", "MAC address a42725bb37ef"}},
      {"IBAN",
       {"GB97NWBK95327843338382", "MU20BOMM2256285388889174000MUR", "BI9274910036658150453209163",
        "DE06 3401 1651 2894 6874 13", "IBAN FR3343026858771544172567304"}},
      {"payment card",
       {"4974024018357586", "5243 8849 3043 3548", "amex 376547108686474", "6284-2748-4426-7943",
        "card 4454659101209106"}},
      {"Bitcoin",
       {"14UBiaa8JfxDLGM4VJ7oZbjqB7rVr1pdLw", "3Bh4PtRYKGERcmGbnpHL97qqzRR6R8mP8v",
        "bc1qxjg5ay0vmn6wr0frh9n7ethhncgd0gt6we80cx",
        "paid to 19imibknjUcBSQPNjPSEb23nG5ZXsYvhpJ twice"}},
      {"Ethereum",
       {"0xd4b699b61d4c8b4ef198c7a7ea770718e83a41ca",
        "wallet 0x571E9101106B3DDD8B9DFFBA1E18EDF6F835E9B6",
        "0x09cbfe01c02bf7be380e 48907baf4a7dbebce8c8"}},
      {"TRON",
       {"TS9CJs9XvVczbZ3LMvAEpmFXkW2vpqbxDi", "USDT TRC20 TAdkiXjEogfVDAMzgyh6TdKTc5r243TkUc",
        "TNaA7XFHBwFCDqXChep1UhQS2Yu6HMCotN."}},
      {"Monero",
       {"4A1uShpPKSvss7e4XBTdpf6tyHVi2vtMT6zQY6AvAv1pCL7nQwaKNhF2wB8KCa9VghHxCGJeLgEce5sbUm2C6CGdtx"
        "MUazN",
        "XMR "
        "457WWJqwYZE8KH1trFSQ3w5grRoiB13NaQ5k6JunfJ6L28VRCfd2ns9pfQ7FEKXBoT6TZ5Nr7RFaourY67fPBYDu1j"
        "1NMZg",
        "80YJFeK6JiP9wtvH9me8Utwxgb4SKUGw8WzGhyLWBUePP1G37cLokhBgGWjtbEzj9pmnwjqFyxT5yWCthFsmNCkRya"
        "sxMgN"}},
      {"Litecoin",
       {"LdCBts9g1cVDF3kvyJkYDmwZhtdPpscfFk", "MNQ6qxcZvwd2L89EsfBKW49DfLBJuzPTHT",
        "ltc1qup3lque8hvzzca0rm4zsygdlstpywrv9d8wpe2"}},
      {"geohash",
       {"geohash kzf0tvg92", "geohash: w4rqnxzdb", "they met at w21z7u8xq",
        "gh s8b5kvq1e near the pier"}},
      {"plus code", {"6GCRPR6C+26", "plus code 7P52QG47+9V", "7MQ9+3J Kampala", "8Q8X+4C"}},
      {"MGRS",
       {"37MBT 51234 67890", "47P PR 62015 18457", "MGRS 48PWT1234567890", "36NVF4812703651"}},
      {"map link",
       {"https://maps.google.com/?q=-1.2921,36.8219", "https://maps.app.goo.gl/Qx7Lm2",
        "https://www.openstreetmap.org/#map=17/13.7563/100.5018", "goo.gl/maps/9kTzv",
        "geo:-6.7924,39.2083"}},
      {"degrees",
       {"1°17'32\" S 36°49'19\" E", "13° 45.378' N, 100° 30.108' E", "S 6 47.544 E 39 12.498",
        "-1.29206, 36.82195", "11.5564 N 104.9282 E",
        "3 deg 22 min 58 sec S 29 deg 21 min 40 sec E"}},
      {"Gregorian birth date",
       {"born 7 August 2006", "DOB 07/08/2006", "née le 7 août 2006",
        "alizaliwa tarehe 7 Agosti 2006", "lahir 7 Agustus 2006",
        "ipinanganak noong Agosto 7, 2006", "sinh ngày 7 tháng 8 năm 2006",
        "កើតថ្ងៃទី ៧ ខែសីហា ឆ្នាំ២០០៦", "မွေးသက္ကရာဇ် ၇.၈.၂၀၀၆"}},
      {"Buddhist-era birth date",
       {"เกิดวันที่ 7 สิงหาคม พ.ศ. 2549", "วันเกิด 7/8/2549", "เกิด ๗ ส.ค. ๒๕๔๙",
        "ເກີດວັນທີ 7 ສິງຫາ ພ.ສ. 2549"}},
      {"Ethiopian birth date",
       {"የተወለደው ነሐሴ 1 ቀን 1998 ዓ.ም", "የልደት ቀን 01/12/1998", "የተወለደችው በ፩/፲፪/፲፱፻፺፰",
        "ዝተወለደሉ ዕለት 1 ነሓሰ 1998"}},
  };
  return documents;
}

class NamedDocumentsTest : public testing::TestWithParam<size_t> {
 protected:
  static const TextScanner& Scanner() {
    static const TextScanner& scanner = *new TextScanner(DefaultGatePolicy().phone_regions);
    return scanner;
  }
};

TEST_P(NamedDocumentsTest, IsFoundHoweverItIsWritten) {
  for (const std::string_view text : Documents()[GetParam()].texts) {
    EXPECT_FALSE(Scanner().Scan(text).empty()) << text;
  }
}

// Behind words that nobody minds and before others: neither hides it, and the finding is not
// theirs.
TEST_P(NamedDocumentsTest, IsFoundWithinASentence) {
  constexpr std::string_view kBefore = "Seen in March with three others: ";
  constexpr std::string_view kBehind = " , they said";
  for (const std::string_view text : Documents()[GetParam()].texts) {
    const std::string sentence = std::string(kBefore) + std::string(text) + std::string(kBehind);
    const std::vector<TextFinding> findings = Scanner().Scan(sentence);
    ASSERT_FALSE(findings.empty()) << sentence;
    EXPECT_GT(findings.front().end, kBefore.size()) << sentence;
    EXPECT_LT(findings.front().start, kBefore.size() + text.size()) << sentence;
  }
}

INSTANTIATE_TEST_SUITE_P(All, NamedDocumentsTest, testing::Range<size_t>(0, Documents().size()),
                         [](const testing::TestParamInfo<size_t>& param) {
                           std::string name;
                           for (const char c : Documents()[param.param].name) {
                             if (c != ' ' && c != '-') name.push_back(c);
                           }
                           return name;
                         });

}  // namespace
}  // namespace corridor
