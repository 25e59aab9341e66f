// Detectors read a folded text, people need to know where in their own. Every byte of a view leads
// back to the bytes it came from.

#include "core/gate/text_view.h"

#include <gtest/gtest.h>

#include <string>

namespace corridor {
namespace {

// The original bytes behind the first occurrence of `what` in the folded view.
std::string Behind(std::string_view original, std::string_view what) {
  const TextView view(original, TextView::Case::kFold);
  const size_t at = view.text().find(what);
  if (at == std::string::npos) return "(not there: " + view.text() + ")";
  const size_t start = view.OriginalStart(at);
  return std::string(original.substr(start, view.OriginalEnd(at + what.size()) - start));
}

TEST(TextViewTest, FoldsCaseWidthAndDigits) {
  EXPECT_EQ(TextView("Call ME", TextView::Case::kFold).text(), "call me");
  EXPECT_EQ(TextView("Ｃａｌｌ ０７１２", TextView::Case::kFold).text(), "call 0712");
  EXPECT_EQ(TextView("โทร ๐๗๑๒", TextView::Case::kFold).text(), "โทร 0712");
  EXPECT_EQ(TextView("٠٧١٢ ០៧១២ ၀၇၁၂ ໐໗໑໒", TextView::Case::kFold).text(), "0712 0712 0712 0712");
  EXPECT_EQ(TextView("⓪⑦①② 𝟎𝟕𝟏𝟐 ❷", TextView::Case::kFold).text(), "0712 0712 2");
  EXPECT_EQ(TextView("፩፪፫", TextView::Case::kFold).text(), "123");
}

TEST(TextViewTest, EthiopicNumeralsAddUp) {
  EXPECT_EQ(TextView("፲፱፻፺፩", TextView::Case::kFold).text(), "1991");
  EXPECT_EQ(TextView("፪፻", TextView::Case::kFold).text(), "200");
  EXPECT_EQ(TextView("፲፪", TextView::Case::kFold).text(), "12");
  EXPECT_EQ(Behind("ዓ.ም. ፲፱፻፺፩ ነው", "1991"), "፲፱፻፺፩");
}

TEST(TextViewTest, DropsWhatIsNotSeen) {
  EXPECT_EQ(TextView("07\u200B12\u00AD34\u2060", TextView::Case::kFold).text(), "071234");
  EXPECT_EQ(TextView("0\uFE0F\u20E37\uFE0F\u20E3", TextView::Case::kFold).text(), "07");
}

TEST(TextViewTest, KeepsTheCaseWhereAsked) {
  EXPECT_EQ(TextView("Ｍｒ Ｂaraka ’s", TextView::Case::kKeep).text(), "Mr Baraka 's");
}

TEST(TextViewTest, LeadsBackToTheOriginal) {
  EXPECT_EQ(Behind("โทร ๐๗๑๒ ครับ", "0712"), "๐๗๑๒");
  EXPECT_EQ(Behind("x 0\u200B7\u200B1 y", "071"), "0\u200B7\u200B1");
  EXPECT_EQ(Behind("Straße 7", "7"), "7");
  EXPECT_EQ(Behind("ﬁve 07", "07"), "07");
  EXPECT_EQ(Behind("plain 07", "07"), "07");
}

TEST(TextViewTest, EveryByteHasAPlace) {
  const std::string original = "ÅÉ ﬁ ๑๒ 한국 ０ \u200B e\u0301 ½ ™ 𝟎";
  for (auto letters : {TextView::Case::kFold, TextView::Case::kKeep}) {
    const TextView view(original, letters);
    for (size_t i = 0; i < view.text().size(); ++i) {
      EXPECT_LT(view.OriginalStart(i), view.OriginalEnd(i + 1));
      EXPECT_LE(view.OriginalEnd(i + 1), original.size());
    }
  }
}

TEST(TextViewTest, ForbidsWhatHidesText) {
  for (int32_t bad : {0x00, 0x07, 0x1B, 0x7F, 0x85, 0x202E, 0x2066, 0x200F, 0x061C, 0xE000, 0xE0041,
                      0x0378, 0xFFFF, 0x10FFFE}) {
    EXPECT_TRUE(IsForbiddenCodePoint(bad)) << std::hex << bad;
  }
  // The zero-width ones are part of Thai, Khmer and Burmese writing: dropped, not forbidden.
  for (int32_t good : {int32_t{'\n'}, int32_t{'a'}, 0xE01, 0x1780, 0x200B, 0x200D, 0x1F600}) {
    EXPECT_FALSE(IsForbiddenCodePoint(good)) << std::hex << good;
  }
}

TEST(TextViewTest, KnowsIllFormedText) {
  EXPECT_TRUE(IsWellFormedUtf8("โทร"));
  EXPECT_FALSE(IsWellFormedUtf8("\xC3"));
  EXPECT_FALSE(IsWellFormedUtf8("\xED\xA0\x80"));
  EXPECT_FALSE(IsWellFormedUtf8("\xC0\xAF"));
}

}  // namespace
}  // namespace corridor
