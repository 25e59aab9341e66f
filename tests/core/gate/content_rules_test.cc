// Codes can betray too: a province, a small group described finely, a citizenship without a crime.
// The gate refuses these and offers what would pass instead.

#include "core/gate/content_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/test_statements.h"

namespace corridor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<FieldViolation> Check(const v1::AlertContent& content,
                                  const GatePolicy& policy = DefaultGatePolicy()) {
  std::vector<FieldViolation> violations;
  CheckContentRules(content, policy, "c", violations);
  return violations;
}

std::vector<std::string> Fields(const std::vector<FieldViolation>& violations) {
  std::vector<std::string> fields;
  fields.reserve(violations.size());
  for (const FieldViolation& violation : violations) fields.push_back(violation.field);
  return fields;
}

v1::AlertContent WithGroup(v1::GroupSize size) {
  v1::AlertContent content = ExampleContent();
  auto& group = *content.mutable_affected_group();
  group.set_group_size(size);
  group.set_gender(v1::GENDER_MIXED);
  group.set_age_band(v1::AGE_BAND_24_TO_26);
  group.add_citizenships("KEN");
  return content;
}

TEST(ContentRulesTest, SubdivisionsOnlyWherePolicyAllows) {
  v1::AlertContent content = ExampleContent();
  content.mutable_legs(1)->set_admin1("TH-63");
  const auto violations = Check(content);
  EXPECT_THAT(Fields(violations), ElementsAre("c.legs[1].admin1"));
  EXPECT_EQ(violations[0].reason, v1::ERROR_REASON_TOO_PRECISE);
  EXPECT_THAT(violations[0].description, HasSubstr("the country alone passes"));
  GatePolicy policy = DefaultGatePolicy();
  policy.admin1_countries = {"THA"};
  EXPECT_THAT(Check(content, policy), IsEmpty());
}

TEST(ContentRulesTest, ElevenMayBeDescribedFewerMayNot) {
  EXPECT_THAT(Check(WithGroup(v1::GROUP_SIZE_11_TO_24)), IsEmpty());
  for (v1::GroupSize size : {v1::GROUP_SIZE_LT_11, v1::GROUP_SIZE_NOT_STATED}) {
    const auto violations = Check(WithGroup(size));
    EXPECT_THAT(Fields(violations),
                ElementsAre("c.affected_group.age_band", "c.affected_group.gender",
                            "c.affected_group.citizenships[0]"));
    EXPECT_THAT(violations[0].description, HasSubstr("ADULT passes"));
    EXPECT_EQ(violations[0].category, "small-group");
    EXPECT_EQ(violations[0].rule, "small-group.age-band");
    EXPECT_EQ(violations[0].passes, "AGE_BAND_ADULT");
    EXPECT_EQ(violations[2].passes, "014");
    EXPECT_THAT(violations[2].description, HasSubstr("014 (Eastern Africa)"));
  }
}

TEST(ContentRulesTest, WhatIsOfferedPasses) {
  v1::AlertContent content = WithGroup(v1::GROUP_SIZE_LT_11);
  auto& group = *content.mutable_affected_group();
  group.set_age_band(v1::AGE_BAND_ADULT);
  group.set_gender(v1::GENDER_NOT_STATED);
  group.clear_citizenships();
  group.add_citizenship_areas("014");
  EXPECT_THAT(Check(content), IsEmpty());
}

TEST(ContentRulesTest, CitizenshipEntryAndScreeningNeedACrime) {
  v1::AlertContent content = WithGroup(v1::GROUP_SIZE_50_TO_99);
  content.mutable_legs(2)->set_entry_mode(v1::ENTRY_MODE_TOURIST_VISA);
  content.add_recommended_actions(v1::RECOMMENDED_ACTION_SCREEN_AT_DEPARTURE);
  EXPECT_THAT(Check(content), IsEmpty());
  content.mutable_pattern()->clear_purposes();
  const auto violations = Check(content);
  EXPECT_THAT(Fields(violations), ElementsAre("c.affected_group.citizenships",
                                              "c.legs[2].entry_mode", "c.recommended_actions"));
  EXPECT_EQ(violations[0].reason, v1::ERROR_REASON_MISUSE_RULE);
}

TEST(ContentRulesTest, MeansAreNotNeededForMinors) {
  v1::AlertContent content = WithGroup(v1::GROUP_SIZE_50_TO_99);
  content.mutable_pattern()->clear_means();
  EXPECT_EQ(Check(content).size(), 1u);
  content.mutable_affected_group()->set_age_band(v1::AGE_BAND_9_TO_17);
  EXPECT_THAT(Check(content), IsEmpty());
}

TEST(ContentRulesTest, ASmallSightingNamesAnArea) {
  v1::Sighting sighting;
  sighting.set_place("KEN");
  std::vector<FieldViolation> violations;
  CheckSightingRules(sighting, violations);
  EXPECT_THAT(violations, IsEmpty());
  sighting.set_size(v1::GROUP_SIZE_LT_11);
  CheckSightingRules(sighting, violations);
  EXPECT_THAT(Fields(violations), ElementsAre("body.sighting.place"));
  violations.clear();
  sighting.set_place("014");
  CheckSightingRules(sighting, violations);
  EXPECT_THAT(violations, IsEmpty());
}

}  // namespace
}  // namespace corridor
