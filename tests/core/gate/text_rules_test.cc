// Free text is the one place where a person can be named. Whether there may be any depends on the
// marking, and what is split over two texts is read as one.

#include "core/gate/text_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace corridor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

void Add(std::string_view language, std::string_view text,
         google::protobuf::RepeatedPtrField<v1::LocalizedText>* texts) {
  v1::LocalizedText& entry = *texts->Add();
  entry.set_language(std::string(language));
  entry.set_text(std::string(text));
}

std::vector<std::string> Check(const v1::AlertContent& content, v1::Tlp tlp = v1::TLP_GREEN) {
  static const TextScanner& scanner = *new TextScanner(DefaultGatePolicy().phone_regions);
  std::vector<FieldViolation> violations;
  CheckTexts(content, tlp, DefaultGatePolicy(), scanner, "c", violations);
  std::vector<std::string> found;
  found.reserve(violations.size());
  for (const auto& violation : violations) {
    found.push_back(ReasonName(violation.reason) + " " + violation.field);
  }
  return found;
}

TEST(TextRulesTest, TextIsForMarkingsUpToGreen) {
  v1::AlertContent content;
  EXPECT_THAT(Check(content, v1::TLP_RED), IsEmpty());
  Add("en", "Offers lead into a guarded compound", content.mutable_headlines());
  EXPECT_THAT(Check(content, v1::TLP_CLEAR), IsEmpty());
  EXPECT_THAT(Check(content, v1::TLP_GREEN), IsEmpty());
  EXPECT_THAT(Check(content, v1::TLP_AMBER), ElementsAre("TEXT_NOT_ALLOWED c.headlines"));
}

TEST(TextRulesTest, AHeadlineIsOneLineANoteMayHaveMore) {
  v1::AlertContent content;
  Add("en", "Two\nlines", content.mutable_notes());
  EXPECT_THAT(Check(content), IsEmpty());
  Add("en", "Two\nlines", content.mutable_headlines());
  EXPECT_THAT(Check(content), ElementsAre("TEXT_FORBIDDEN c.headlines[0].text"));
}

TEST(TextRulesTest, ANumberSplitOverTwoTextsIsFound) {
  v1::AlertContent content;
  Add("en", "The contact is 0712 3", content.mutable_headlines());
  Add("en", "45 678 at any hour", content.mutable_notes());
  EXPECT_THAT(Check(content), ElementsAre("PERSONAL_DATA c.notes[0].text"));
  content.mutable_notes(0)->set_text("people were told to wait");
  EXPECT_THAT(Check(content), IsEmpty());
}

TEST(TextRulesTest, WhereOneSentenceEndsAndAnotherBeginsIsNoAddress) {
  v1::AlertContent content;
  Add("en", "People are taken to a compound.", content.mutable_headlines());
  Add("en", "info follows", content.mutable_notes());
  EXPECT_THAT(Check(content), IsEmpty());
}

TEST(TextRulesTest, EveryLanguageIsRead) {
  v1::AlertContent content;
  Add("en", "Nothing here", content.mutable_notes());
  Add("sw", "Piga simu 0712 345 678", content.mutable_notes());
  EXPECT_THAT(Check(content), ElementsAre("PERSONAL_DATA c.notes[1].text"));
}

}  // namespace
}  // namespace corridor
