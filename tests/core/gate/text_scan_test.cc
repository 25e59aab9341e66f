// The rules of the text scan, one by one: what must be found, what explains a number away, and
// where the finding lies. How often it succeeds on whole lines is measured in dev_set_test.cc.

#include "core/gate/text_scan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/gate/checksums.h"
#include "core/gate/gate_policy.h"

namespace corridor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const TextScanner& Scanner() {
  static const TextScanner& scanner = *new TextScanner(DefaultGatePolicy().phone_regions);
  return scanner;
}

// "category: the text found".
std::vector<std::string> Found(std::string_view text) {
  std::vector<std::string> found;
  for (const TextFinding& finding : Scanner().Scan(text)) {
    found.push_back(std::string(CategoryName(finding.category)) + ": " +
                    std::string(text.substr(finding.start, finding.end - finding.start)));
  }
  return found;
}

TEST(TextScanTest, NumbersThatAnAllowedGrammarExplains) {
  for (const char* clean : {
           "Between 2023, 2024 and 2025 some 1,500,000 people were reached",
           "In 2025-03 and 03/2025; Protocol of 15.11.2000; signed 2000-12-12",
           "From 08:00 to 17:30, 24/7/365",
           "Paid 1.500.000 rupiah, USD 2,000-3,500, KES 50000-100000 or 25000 baht",
           "Ages 18, 19, 21, 22 and 18-25, 26-35, 36-45",
           "Groups of 11 to 24, 25 to 49, 100-499",
           "In 2024: 1500 cases; 2023: 1200 cases",
           "Sections 3-5 of Act 8 of 2010, ILO C029 and P029, A/RES/55/25",
           "ปี 2567 และ 2568, 15% 20% 30%",
           "Up to 100 000 000 rupiah",
       }) {
    EXPECT_THAT(Found(clean), IsEmpty()) << clean;
  }
}

// An alert tells the month; a day may tell who was interviewed on it.
TEST(TextScanTest, ADayPassesOnlyWhereALawIsDatedByIt) {
  EXPECT_THAT(Found("On 2025-03-12 it"), ElementsAre("exact-date: 2025-03-12"));
  EXPECT_THAT(Found("On 12.03.2025 it"), ElementsAre("exact-date: 12.03.2025"));
  EXPECT_THAT(Found("3 May 1999"), ElementsAre("exact-date: 3 May 1999"));
  EXPECT_THAT(Found("The law of 3 May 1999"), IsEmpty());
}

TEST(TextScanTest, LongNumbersInAnyDress) {
  EXPECT_THAT(Found("ref 93847561"), ElementsAre("long-number: 93847561"));
  EXPECT_THAT(Found("code 9-3-8-4-7-5-6 here"), ElementsAre("long-number: 9-3-8-4-7-5-6"));
  EXPECT_THAT(Found("code ๙๓๘๔๗๕๖"), ElementsAre("long-number: ๙๓๘๔๗๕๖"));
  EXPECT_THAT(Found("93\u200B84\u200B756"), ElementsAre("long-number: 93\u200B84\u200B756"));
}

TEST(TextScanTest, PhonesOfTheRouteAndOfTheWorld) {
  EXPECT_THAT(Found("call 0712 345 678 now"), ElementsAre("phone: 0712 345 678"));
  EXPECT_THAT(Found("call +44 20 7946 0018"), ElementsAre("phone: 44 20 7946 0018"));
  EXPECT_THAT(Found("โทร ๐๘๑-๒๓๔-๕๖๗๘"), ElementsAre("phone: ๐๘๑-๒๓๔-๕๖๗๘"));
  EXPECT_THAT(Found("(0712) 345-678"), ElementsAre("phone: 0712) 345-678"));
}

TEST(TextScanTest, AddressesOfThings) {
  EXPECT_THAT(Found("Write to Offers@jobs.example.com."),
              ElementsAre("email: Offers@jobs.example.com"));
  EXPECT_THAT(Found("offers [at] jobs [dot] example"),
              ElementsAre("email: offers [at] jobs [dot] example"));
  EXPECT_THAT(Found("offers at jobs dot com"), ElementsAre("email: offers at jobs dot com"));
  EXPECT_THAT(Found("see https://jobs.example/apply"),
              ElementsAre("url: https://jobs.example/apply"));
  EXPECT_THAT(Found("see jobs-asia.com today"), ElementsAre("url: jobs-asia.com"));
  EXPECT_THAT(Found("join t.me/goldenjobs"), ElementsAre("messenger: t.me/goldenjobs"));
  EXPECT_THAT(Found("follow @golden_jobs"), ElementsAre("handle: @golden_jobs"));
  EXPECT_THAT(Found("Line ID: goldenjobs"), ElementsAre("messenger: goldenjobs"));
  EXPECT_THAT(Found("from 203.0.113.7 it"), ElementsAre("ip-address: 203.0.113.7"));
}

TEST(TextScanTest, MoneyAndDocuments) {
  EXPECT_THAT(Found("IBAN DE89 3704 0044 0532 0130 00"),
              ElementsAre("iban: DE89 3704 0044 0532 0130 00"));
  EXPECT_THAT(Found("card 4111 1111 1111 1111"), ElementsAre("payment-card: 4111 1111 1111 1111"));
  EXPECT_THAT(Found("to 0x0123456789abcdef0123456789ABCDEF01234567"),
              ElementsAre("crypto-address: 0x0123456789abcdef0123456789ABCDEF01234567"));
  EXPECT_THAT(Found("passport no. AK0123456"), ElementsAre("identity-document: AK0123456"));
  EXPECT_THAT(Found("at -1.28640, 36.81720"), ElementsAre("coordinates: -1.28640, 36.81720"));
  EXPECT_THAT(Found("born on 3 May 1999 in"), ElementsAre("birth-date: 3 May 1999"));
}

TEST(TextScanTest, NamesByTitleAndCue) {
  EXPECT_THAT(Found("ask Mr Baraka Example today"), ElementsAre("person-name: Baraka Example"));
  EXPECT_THAT(Found("Pak Contoh yang menjemput"), ElementsAre("person-name: Contoh"));
  EXPECT_THAT(Found("wakala anaitwa Mfano Jina"), ElementsAre("person-name: Mfano Jina"));
  EXPECT_THAT(Found("นายตัวอย่าง พาไป"), ElementsAre("person-name: ตัวอย่าง"));
  EXPECT_THAT(Found("นายจ้างและนายหน้ายึดหนังสือเดินทาง"), IsEmpty());
  EXPECT_THAT(Found("Victim Support and Miss Kenya and DR Congo"), IsEmpty());
}

// A year among the groups of a number does not make a sum of what follows it.
TEST(TextScanTest, AYearExplainsOnlyItself) {
  EXPECT_THAT(Found("ref 784-1990-2884193-1"), SizeIs(1));
  EXPECT_THAT(Found("USD 2000-350000 and KES 50000-100000"), IsEmpty());
}

TEST(TextScanTest, ANumberGivenPieceByPiece) {
  EXPECT_THAT(Found("0712 and 288 and 419"), ElementsAre("phone: 0712 and 288 and 419"));
  EXPECT_THAT(Found("0712, after that 288, then 419"),
              ElementsAre("phone: 0712, after that 288, then 419"));
  EXPECT_THAT(Found("07xx22xx34xx51xx18"), SizeIs(1));
  EXPECT_THAT(Found("null sieben eins zwei zwei acht acht vier eins neun"), SizeIs(1));
  EXPECT_THAT(Found("In 2024 712 and 288 and 419 cases"), IsEmpty());
}

TEST(TextScanTest, RegistersOfPersons) {
  for (const char* text :
       {"Emirates ID 784199028841931", "student number P15/2884/2019", "ID 63-228841K22",
        "national insurance QQ 12 34 56 C", "employee no. 0028841", "GBV/2024/0288",
        "hotline ticket 2024-88419", "plate kilo charlie x-ray 482 papa", "tail number 5Y-KQX",
        "LR No. 209/2884", "village no. 9", "No. 18, 12th Street", "#42 Street 271",
        "Bldg 288, Road 1421", "corner of 5th and Main", "kereta WXY 2884",
        "matatu KCA-four-five-six-B", "K.C.A. 456 B"}) {
    EXPECT_THAT(Found(text), Not(IsEmpty())) << text;
  }
  for (const char* clean :
       {"ID checks fell to 12000 in 2024", "student numbers rose to 125000", "A/HRC/56/60",
        "HRC/2024/12", "report 2023-2024", "Lima, November 2024", "a village of 900",
        "ticket 200-350 USD", "the corner of the market and the road"}) {
    EXPECT_THAT(Found(clean), IsEmpty()) << clean;
  }
}

TEST(TextScanTest, TheDayOfABirthInWords) {
  for (const char* text :
       {"née le quatorze février deux mille cinq", "born 3rd of Apr. two thousand eight",
        "her birthday is April third, the year 2008", "lahir 17 Agustus"}) {
    EXPECT_THAT(Found(text), Not(IsEmpty())) << text;
  }
  EXPECT_THAT(Found("Girls born in 2008 or later"), IsEmpty());
  EXPECT_THAT(Found("stamp dated 2025-03-14 at 14:32"), SizeIs(1));
}

TEST(TextScanTest, AccountsAtMailHostsAndMessengers) {
  for (const char* text : {"gmail account named placements.harbour", "agent99 (google mail)",
                           "goo gl / forms / abc", "threema ID ABCD1234", "ทักไลน์ แอด poipetjob"}) {
    EXPECT_THAT(Found(text), Not(IsEmpty())) << text;
  }
  EXPECT_THAT(Found("an email account named in the contract"), IsEmpty());
}

// What counts vehicles, flights or areas is no plate, no flight and no postcode.
TEST(TextScanTest, LittleWordsBeforeANumber) {
  for (const char* clean :
       {"a bus of 350 USD", "the truck leaves at 6 am", "cars in 24 hours", "flights in 2024 rose",
        "one flight to 25 people", "un bus de 350 places", "mobil di 12 kota",
        "the van or 2 of them", "postcode for 12 areas", "calle con 14 plazas", "rua de 350 metros",
        "visa năm 2024 tăng", "a pin costs 2,500 shillings"}) {
    EXPECT_THAT(Found(clean), IsEmpty()) << clean;
  }
  for (const char* text : {"bus UBH 288K", "flight to 25 and then ET 612", "car b 1234 xyz",
                           "postcode SW1A 2AA", "pin at 16,687 98,516"}) {
    EXPECT_THAT(Found(text), Not(IsEmpty())) << text;
  }
}

// Given names that are words need a cue that only persons have.
TEST(TextScanTest, NamesThatAreWords) {
  EXPECT_THAT(Found("my name is Dan"), ElementsAre("person-name: Dan"));
  EXPECT_THAT(Found("His name is Will and"), ElementsAre("person-name: Will"));
  EXPECT_THAT(Found("the survivor (Mercy A.) told us"), ElementsAre("person-name: Mercy"));
  EXPECT_THAT(Found("this is Joy speaking"), ElementsAre("person-name: Joy"));
  EXPECT_THAT(Found("contact Ali at the gate"), ElementsAre("person-name: Ali"));
  EXPECT_THAT(Found("naitwa Baraka"), ElementsAre("person-name: Baraka"));
  EXPECT_THAT(Found("Pria dan wanita"), IsEmpty());
  EXPECT_THAT(Found("Their name will change in May 2025"), IsEmpty());
  EXPECT_THAT(Found("Contact Hope Foundation or the police"), IsEmpty());
}

TEST(TextScanTest, WhatNoTextMayHold) {
  EXPECT_THAT(Found("a\u202Eb"), ElementsAre("forbidden-character: \u202E"));
  EXPECT_THAT(Found("a\x07"), ElementsAre("forbidden-character: \x07"));
  EXPECT_THAT(Found("two\nlines"), IsEmpty());
  EXPECT_EQ(Scanner().Scan("\xC3").size(), 1u);
}

TEST(TextScanTest, AcrossTwoTexts) {
  EXPECT_EQ(Scanner().ScanJoint("call 0712 3", "45 678").size(), 1u);
  EXPECT_EQ(Scanner().ScanJoint("write to offers@", "jobs.example").size(), 1u);
  EXPECT_THAT(Scanner().ScanJoint("call 0712 345 678", "people").size(), 0u);  // In one of them.
  EXPECT_THAT(Scanner().ScanJoint("ครับ", "ไทย").size(), 0u);
}

TEST(TextScanTest, HostileTextTakesLinearTime) {
  // Each of these would take minutes if any rule went back over what it has read; the test's time
  // limit is the check.
  for (const char* piece :
       {"1 ", "123 ", "a@", "a.", "1-", "@a", "Mr A ", "0x", "<<", "1:", "นาย", "born "}) {
    std::string text;
    while (text.size() < 60'000) text += piece;
    Scanner().Scan(text);
  }
}

TEST(TextScanTest, Checksums) {
  EXPECT_TRUE(PassesLuhn("4111111111111111"));
  EXPECT_FALSE(PassesLuhn("4111111111111112"));
  EXPECT_TRUE(PassesIban("gb82west12345698765432"));
  EXPECT_FALSE(PassesIban("gb82west12345698765433"));
}

}  // namespace
}  // namespace corridor
