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

TEST(ContentRulesTest, ThePolicySaysHowManyAreNotFew) {
  GatePolicy policy = DefaultGatePolicy();
  policy.group_size_min = 50;
  EXPECT_EQ(Check(WithGroup(v1::GROUP_SIZE_25_TO_49), policy).size(), 3u);
  EXPECT_THAT(Check(WithGroup(v1::GROUP_SIZE_50_TO_99), policy), IsEmpty());
}

TEST(ContentRulesTest, NoProvinceBesideASmallGroup) {
  v1::AlertContent content = WithGroup(v1::GROUP_SIZE_LT_11);
  content.mutable_legs(1)->set_admin1("TH-63");
  content.clear_affected_group();
  content.mutable_affected_group()->set_group_size(v1::GROUP_SIZE_LT_11);
  GatePolicy policy = DefaultGatePolicy();
  policy.admin1_countries = {"THA"};
  const auto violations = Check(content, policy);
  EXPECT_THAT(Fields(violations), ElementsAre("c.legs[1].admin1"));
  EXPECT_EQ(violations[0].rule, "small-group.subdivision");
}

// Eight details: the two that tell a reader least must be coarser, then it passes.
v1::AlertContent WithEveryDetail() {
  v1::AlertContent content = WithGroup(v1::GROUP_SIZE_100_TO_499);
  content.mutable_affected_group()->set_gender(v1::GENDER_WOMEN);
  *content.mutable_observed_period()->mutable_start() = content.observed_period().end();
  content.mutable_legs(1)->set_admin1("TH-63");
  content.mutable_legs(1)->set_entry_mode(v1::ENTRY_MODE_TOURIST_VISA);
  return content;
}

TEST(ContentRulesTest, DetailsAreCountedTogether) {
  v1::AlertContent content = WithEveryDetail();
  GatePolicy policy = DefaultGatePolicy();
  policy.admin1_countries = {"THA"};
  const auto violations = Check(content, policy);
  EXPECT_THAT(Fields(violations), ElementsAre("c.observed_period", "c.legs[1].entry_mode"));
  EXPECT_EQ(violations[0].rule, "precision.quasi-identifiers");
  EXPECT_THAT(violations[0].description, HasSubstr("one of 8"));
  EXPECT_THAT(violations[0].description, HasSubstr("three months or more passes"));
  content.mutable_observed_period()->mutable_start()->set_month(1);
  content.mutable_legs(1)->clear_entry_mode();
  EXPECT_THAT(Check(content, policy), IsEmpty());
}

TEST(ContentRulesTest, RareCombinationsGoOneLevelCoarser) {
  v1::AlertContent content = WithGroup(v1::GROUP_SIZE_25_TO_49);
  content.mutable_pattern()->add_purposes(v1::TRAFFICKING_PURPOSE_ORGAN_REMOVAL);
  const auto violations = Check(content);
  EXPECT_THAT(Fields(violations), ElementsAre("c.affected_group.citizenships[0]"));
  EXPECT_EQ(violations[0].rule, "rare.rare-purpose");
  EXPECT_EQ(violations[0].category, "rare");
  EXPECT_EQ(violations[0].passes, "014");
  content.mutable_affected_group()->set_group_size(v1::GROUP_SIZE_50_TO_99);
  EXPECT_THAT(Check(content), IsEmpty());
}

// All that a combination states must hold; a policy may state any of them.
TEST(ContentRulesTest, ACombinationIsWhatThePolicySaysItIs) {
  v1::AlertContent content = WithGroup(v1::GROUP_SIZE_GE_500);
  GatePolicy policy = DefaultGatePolicy();
  config::RareCombination rare;
  rare.set_name("few-abroad");
  rare.add_citizenships("KEN");
  rare.add_countries("MMR");
  rare.add_age_bands(v1::AGE_BAND_24_TO_26);
  rare.add_coarser(config::CODED_FIELD_PLACE);
  rare.add_coarser(config::CODED_FIELD_VENUE);
  policy.rare_combinations = {rare};
  EXPECT_THAT(Fields(Check(content, policy)), ElementsAre("c.legs[0].country", "c.legs[1].country",
                                                          "c.legs[2].country", "c.legs[2].venue"));
  content.mutable_affected_group()->set_citizenships(0, "UGA");
  EXPECT_THAT(Check(content, policy), IsEmpty());
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
  CheckSightingRules(sighting, DefaultGatePolicy(), violations);
  EXPECT_THAT(violations, IsEmpty());
  sighting.set_size(v1::GROUP_SIZE_LT_11);
  CheckSightingRules(sighting, DefaultGatePolicy(), violations);
  EXPECT_THAT(Fields(violations), ElementsAre("body.sighting.place"));
  violations.clear();
  sighting.set_place("014");
  CheckSightingRules(sighting, DefaultGatePolicy(), violations);
  EXPECT_THAT(violations, IsEmpty());
}

}  // namespace
}  // namespace corridor
