// A duty officer reads one line per alert in `watch`: it must say what happens,
// where and how sure, and never carry the free text.
#include "core/model/describe.h"

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace corridor {
namespace {

using testing::HasSubstr;
using testing::Not;

template <typename Message>
Message Parse(const char* text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

constexpr char kCompound[] = R"pb(
  severity: SEVERITY_SEVERE
  certainty: CERTAINTY_OBSERVED
  observed_period {
    start { year: 2025 month: 1 }
    end { year: 2025 month: 3 }
  }
  legs { stage: ROUTE_STAGE_EXPLOITATION country: "MMR" venue: VENUE_GUARDED_COMPOUND }
  legs { stage: ROUTE_STAGE_RECRUITMENT country: "KEN" }
  legs { stage: ROUTE_STAGE_RECRUITMENT country: "UGA" }
  legs { stage: ROUTE_STAGE_TRANSIT country: "THA" }
  pattern {
    purposes: TRAFFICKING_PURPOSE_FORCED_CRIMINALITY
    forced_criminality_kinds: FORCED_CRIMINALITY_KIND_JOB_OR_TASK_SCAM
  }
  recruitment {
    lures: LURE_IT_OR_DATA_ENTRY
    platforms: PLATFORM_TELEGRAM
    claimed_destination: "THA"
  }
  affected_group { group_size: GROUP_SIZE_11_TO_24 gender: GENDER_NOT_STATED }
  headlines { language: "en" text: "free text" })pb";

TEST(DescribeContent, TellsTheStoryInTheOrderOfTravel) {
  EXPECT_EQ(Describe(Parse<v1::AlertContent>(kCompound)),
            "Forced criminality (job or task scam): Kenya or Uganda > Thailand > Myanmar (guarded "
            "compound); IT or data entry said to be in Thailand via Telegram; affected: 11 to 24; "
            "severe, observed, 2025-01 to 2025-03");
}

TEST(DescribeContent, NeverCarriesFreeText) {
  EXPECT_THAT(Describe(Parse<v1::AlertContent>(kCompound)), Not(HasSubstr("free text")));
}

TEST(DescribeContent, LeavesOutWhatIsAbsent) {
  EXPECT_EQ(Describe(v1::AlertContent()), "");
  EXPECT_EQ(
      Describe(Parse<v1::AlertContent>(R"pb(legs { stage: ROUTE_STAGE_TRANSIT area: "145" })pb")),
      "Western Asia");
}

TEST(DescribeBody, NamesKindMarkingUrgencyAndCountry) {
  auto body = Parse<v1::StatementBody>(R"pb(
    publisher_country: "KEN"
    revision: 2
    tlp: TLP_AMBER
    status: ALERT_STATUS_EXERCISE
    urgency: URGENCY_IMMEDIATE)pb");
  *body.mutable_revise()->mutable_content() =
      Parse<v1::AlertContent>(R"pb(pattern { acts: TRAFFICKING_ACT_RECRUITMENT }
                                   severity: SEVERITY_MINOR)pb");
  EXPECT_EQ(Describe(body),
            "Revise, revision 2, exercise, TLP:AMBER, immediate, from Kenya: Recruitment; minor");
  body.set_urgency(v1::URGENCY_UNKNOWN);
  EXPECT_EQ(Describe(body),
            "Revise, revision 2, exercise, TLP:AMBER, from Kenya: Recruitment; minor");
}

TEST(DescribeBody, ShowsASightingAndARecall) {
  EXPECT_EQ(Describe(Parse<v1::StatementBody>(R"pb(
              status: ALERT_STATUS_ACTUAL
              sighting {
                kind: SIGHTING_KIND_NOT_SEEN
                place: "THA"
                month { year: 2025 month: 3 }
              })pb")),
            "Sighting: not seen, Thailand, 2025-03");
  EXPECT_EQ(Describe(Parse<v1::StatementBody>(R"pb(
              status: ALERT_STATUS_ACTUAL
              recall { reason: RECALL_REASON_PERSONAL_DATA })pb")),
            "Recall: personal data");
}

}  // namespace
}  // namespace corridor
