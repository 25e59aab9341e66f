// An address or a name is dressed up so that machines miss it; each view takes one dress off, and
// every byte still leads back to what was written.

#include "core/gate/disguises.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

namespace corridor {
namespace {

constexpr char kNone[] = "(none)";

TextView Cased(std::string_view text) { return TextView(text, TextView::Case::kKeep); }
TextView Folded(std::string_view text) { return TextView(text, TextView::Case::kFold); }
std::string TextOf(const std::optional<TextView>& view) { return view ? view->text() : kNone; }

std::string Joined(std::string_view text) { return TextOf(JoinSpacedLetters(Cased(text))); }
std::string Spelled(std::string_view text) { return TextOf(WriteSpelledDigits(Folded(text))); }
std::string Leet(std::string_view text) { return TextOf(ReadLeet(Cased(text))); }
std::string Spoken(std::string_view text) { return WriteSpokenSymbols(Folded(text)).text(); }

TEST(DisguisesTest, SpacedLettersAreWrittenTogether) {
  EXPECT_EQ(Joined("write j o b s @ m a i l . c o m now"), "write jobs@mail.com now");
  EXPECT_EQ(Joined("T-e-l-e-g-r-a-m"), "Telegram");
  EXPECT_EQ(Joined("plate K.D.A 1 2 3 B"), "plate KDA 123B");
  EXPECT_EQ(Joined("น า ย"), Cased("นาย").text());
}

TEST(DisguisesTest, AWiderGapOrACapitalBeginsAWord) {
  EXPECT_EQ(Joined("G R A C E  N J E R I"), "GRACE NJERI");
  EXPECT_EQ(Joined("J o h n O t i e n o"), "John Otieno");
}

TEST(DisguisesTest, OrdinaryTextHasNothingToJoin) {
  EXPECT_EQ(Joined("A plan B for a man and a boat"), kNone);
  EXPECT_EQ(Joined("2, 3 or 4 of them"), kNone);
  EXPECT_EQ(Joined("e.g. i.e."), kNone);
}

TEST(DisguisesTest, DigitsThatAreReadOutBecomeNumerals) {
  EXPECT_EQ(Spelled("host one nine two dot one six eight"), "host 192.168");
  EXPECT_EQ(Spelled("flat fourteen"), "flat 14");
  EXPECT_EQ(Spelled("fourteen slash three slash ninety-nine"), "14/3/99");
  EXPECT_EQ(Spelled("kda one two three b"), "kda 123 b");
}

TEST(DisguisesTest, ASingleSmallNumberStaysAWord) {
  EXPECT_EQ(Spelled("one of them left"), kNone);
  EXPECT_EQ(Spelled("no numbers at all"), kNone);
}

TEST(DisguisesTest, SignsWithinWordsAreLetters) {
  EXPECT_EQ(Leet("J0hn 0tieno"), "John Otieno");
  EXPECT_EQ(Leet("telegr@m"), "telegram");
  EXPECT_EQ(Leet("in 2024, 35 of 90"), kNone);
  EXPECT_EQ(Leet("ends here!"), kNone);
}

TEST(DisguisesTest, LettersThatLookLatinAreRead) {
  const Lookalikes lookalikes;
  EXPECT_EQ(TextOf(lookalikes.Replace(Cased("gоldеn"))), "golden");
  EXPECT_EQ(TextOf(lookalikes.Replace(Cased("ɢᴏʟᴅᴇɴ"))), "golden");
  EXPECT_EQ(TextOf(lookalikes.Replace(Cased("golden"))), kNone);
}

TEST(DisguisesTest, SpokenSymbolsOfAddressesAreWritten) {
  EXPECT_EQ(Spoken("jobs [at] mail (dot) com"), "jobs@mail.com");
  EXPECT_EQ(Spoken("jobs arobase mail point com"), "jobs@mail.com");
  EXPECT_EQ(Spoken("jobs kwenye mail nukta com"), "jobs@mail.com");
  EXPECT_EQ(Spoken("golden-jobs titik com"), "golden-jobs.com");
}

TEST(DisguisesTest, WordsThatOnlySoundLikeSymbolsStay) {
  for (const std::string_view text :
       {"they met at noon", "the point is clear", "facebook et instagram", "addresses with .com"}) {
    EXPECT_EQ(Spoken(text), text);
  }
}

TEST(DisguisesTest, OffsetsLeadBackToWhatWasWritten) {
  const std::string text = "ask J.o.h.n, yes";
  const std::optional<TextView> view = JoinSpacedLetters(Cased(text));
  ASSERT_TRUE(view);
  const size_t at = view->text().find("John");
  ASSERT_NE(at, std::string::npos);
  const size_t start = view->OriginalStart(at);
  EXPECT_EQ(text.substr(start, view->OriginalEnd(at + 4) - start), "J.o.h.n");
}

}  // namespace
}  // namespace corridor
