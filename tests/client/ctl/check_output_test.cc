// What a person sees who checks one statement: the field as the file has it, why, and what to
// say instead; who would receive it by which rule. Never wider than a screen, never the text.
#include "client/ctl/check_output.h"

#include <sstream>

#include "client/ctl/wrapped_text.h"
#include "core/model/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace corridor {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

void ExpectNoWideLine(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), kTextWidth) << line;
}

TEST(CheckOutputTest, AFieldIsNamedAsTheFileHasIt) {
  EXPECT_EQ(FieldInFile("body.issue.content.legs[1].admin1"), "issue.legs[1].admin1");
  EXPECT_EQ(FieldInFile("body.revise.content.legs[1]"), "revise.content.legs[1]");
  EXPECT_EQ(FieldInFile("body.tlp"), "tlp");
  EXPECT_EQ(FieldInFile("routing.audience.countries"), "audience.countries");
  EXPECT_EQ(FieldInFile("proof.signature"), "proof.signature");
}

TEST(CheckOutputTest, EachFieldOnceWithWhyAndWhatToSayInstead) {
  const absl::Status refusal = InvalidFields({
      {"body.issue.content.notes[0].text", v1::ERROR_REASON_PERSONAL_DATA,
       "phone at bytes 12 to 27; leave it out", "phone", "phone.valid"},
      {"body.issue.content.affected_group.age_band", v1::ERROR_REASON_TOO_PRECISE,
       "is too fine for a small group; ADULT passes"},
      {"body.issue.content.notes[0].text", v1::ERROR_REASON_PERSONAL_DATA,
       "email at bytes 36 to 52; leave it out", "email", "email.address"},
  });
  std::ostringstream out;
  PrintRefusal(refusal, "the gate on this machine (policy 1)", out);
  EXPECT_EQ(out.str(),
            "Would be refused by the gate on this machine (policy 1): 2 fields to change.\n"
            "\n"
            "issue.notes[0].text\n"
            "  why      PERSONAL_DATA: phone at bytes 12 to 27 (rule phone.valid)\n"
            "  instead  leave it out\n"
            "  why      PERSONAL_DATA: email at bytes 36 to 52 (rule email.address)\n"
            "  instead  leave it out\n"
            "\n"
            "issue.affected_group.age_band\n"
            "  why      TOO_PRECISE: is too fine for a small group\n"
            "  instead  ADULT passes\n");
}

TEST(CheckOutputTest, LongReasonsAreBrokenAndAligned) {
  const absl::Status refusal = InvalidFields(
      {{"body.issue.content.affected_group.citizenships", v1::ERROR_REASON_MISUSE_RULE,
        "needs act, purpose and (unless minors are concerned) means in the pattern of the same "
        "alert; add them or leave it out"}});
  std::ostringstream out;
  PrintRefusal(refusal, "the broker", out);
  ExpectNoWideLine(out.str());
  EXPECT_THAT(out.str(), HasSubstr("1 field to change"));
  EXPECT_THAT(out.str(), HasSubstr("\n           the same alert\n"));
}

TEST(CheckOutputTest, ARefusalWithoutFieldsSaysItsReason) {
  std::ostringstream out;
  PrintRefusal(Error(v1::ERROR_REASON_AUDIENCE_EMPTY, "nobody would receive it"), "the broker",
               out);
  EXPECT_THAT(out.str(), StartsWith("Would be refused by the broker.\n"));
  EXPECT_THAT(out.str(), HasSubstr("AUDIENCE_EMPTY: nobody would receive it"));
}

TEST(CheckOutputTest, MembersStandUnderTheRuleThatDecides) {
  google::protobuf::RepeatedPtrField<v1::RecipientDecision> recipients;
  const auto add = [&](const char* name, bool allowed, const char* rule, const char* why) {
    v1::RecipientDecision& decision = *recipients.Add();
    decision.set_member(std::string("spiffe://south-east-asia.example/agency/") + name);
    decision.set_allowed(allowed);
    decision.set_rule(rule);
    decision.set_explanation(why);
  };
  add("idn-desk", false, "audience/not-addressed", "The audience does not include this member.");
  add("phl-desk", true, "agreement/ea-to-sea",
      "The agreement \"East Africa warns South-East Asia of everything that its members have seen "
      "on the way\" lets it flow.");
  add("mys-desk", false, "audience/not-addressed", "The audience does not include this member.");
  std::ostringstream out;
  PrintRecipientsByRule(recipients, out);
  ExpectNoWideLine(out.str());
  EXPECT_EQ(
      out.str(),
      "Would receive it: 1\n"
      "  agreement/ea-to-sea: The agreement \"East Africa warns South-East Asia of everything "
      "that its\n"
      "  members have seen on the way\" lets it flow.\n"
      "    phl-desk@south-east-asia.example\n"
      "Would not: 2\n"
      "  audience/not-addressed: The audience does not include this member.\n"
      "    idn-desk@south-east-asia.example\n"
      "    mys-desk@south-east-asia.example\n");
  std::ostringstream none;
  PrintRecipientsByRule({}, none);
  EXPECT_EQ(none.str(), "No other member is known.\n");
}

}  // namespace
}  // namespace corridor
