// Two revisions, each sound, lie side by side on a reader's desk. What can be worked out by
// subtracting one from the other must not be a handful of people.

#include "core/gate/revision_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "tests/support/test_statements.h"

namespace corridor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

v1::AlertContent Group(v1::GroupSize size, std::initializer_list<const char*> citizenships,
                       v1::Gender gender = v1::GENDER_NOT_STATED) {
  v1::AlertContent content = ExampleContent();
  v1::AffectedGroupBlock& group = *content.mutable_affected_group();
  group.set_group_size(size);
  group.set_gender(gender);
  group.set_age_band(v1::AGE_BAND_ADULT);
  for (const char* country : citizenships) group.add_citizenships(country);
  return content;
}

std::vector<std::string> Rules(const v1::AlertContent& before, const v1::AlertContent& after,
                               int k = 11) {
  std::vector<FieldViolation> violations;
  CheckDifference(before, after, k, violations);
  std::vector<std::string> rules;
  for (const FieldViolation& violation : violations) {
    EXPECT_EQ(violation.reason, v1::ERROR_REASON_DIFFERENCING);
    EXPECT_EQ(violation.category, "differencing");
    rules.push_back(violation.rule);
  }
  return rules;
}

TEST(RevisionRulesTest, TheSameAgainOrNothingMoreSaid) {
  const v1::AlertContent before = Group(v1::GROUP_SIZE_25_TO_49, {"KEN", "UGA"});
  EXPECT_THAT(Rules(before, before), IsEmpty());
  EXPECT_THAT(Rules(before, ExampleContent()), IsEmpty());
  EXPECT_THAT(Rules(ExampleContent(), before), IsEmpty());
}

TEST(RevisionRulesTest, ADroppedOrAddedCitizenshipIsASubtraction) {
  const v1::AlertContent two = Group(v1::GROUP_SIZE_25_TO_49, {"KEN", "UGA"});
  const v1::AlertContent one = Group(v1::GROUP_SIZE_25_TO_49, {"KEN"});
  EXPECT_THAT(Rules(two, one), ElementsAre("differencing.citizenship"));
  EXPECT_THAT(Rules(one, two), ElementsAre("differencing.citizenship"));
  // Another country altogether is a correction: nothing to subtract.
  EXPECT_THAT(Rules(one, Group(v1::GROUP_SIZE_25_TO_49, {"UGA"})), IsEmpty());
  // With a country goes a hundred: no small group.
  EXPECT_THAT(
      Rules(Group(v1::GROUP_SIZE_GE_500, {"KEN", "UGA"}), Group(v1::GROUP_SIZE_50_TO_99, {"KEN"})),
      IsEmpty());
}

TEST(RevisionRulesTest, AnAreaInPlaceOfACountryIsOpen) {
  const v1::AlertContent before = Group(v1::GROUP_SIZE_25_TO_49, {"KEN", "UGA"});
  v1::AlertContent after = Group(v1::GROUP_SIZE_25_TO_49, {});
  after.mutable_affected_group()->add_citizenship_areas("014");
  EXPECT_THAT(Rules(before, after), IsEmpty());
  after.mutable_affected_group()->add_citizenships("KEN");
  EXPECT_THAT(Rules(before, after), IsEmpty());
}

TEST(RevisionRulesTest, ANeighbouringBandOnlyWhereTheGroupIsDescribedCoarsely) {
  const v1::AlertContent before = Group(v1::GROUP_SIZE_25_TO_49, {"KEN"});
  std::vector<FieldViolation> violations;
  CheckDifference(before, Group(v1::GROUP_SIZE_11_TO_24, {"KEN"}), 11, violations);
  ASSERT_EQ(violations.size(), 1u);
  EXPECT_EQ(violations[0].rule, "differencing.count-band");
  EXPECT_EQ(violations[0].field, "body.revise.content.affected_group.group_size");
  EXPECT_EQ(violations[0].passes, "GROUP_SIZE_25_TO_49");
  EXPECT_THAT(Rules(before, Group(v1::GROUP_SIZE_50_TO_99, {"KEN"})),
              ElementsAre("differencing.count-band"));
  EXPECT_THAT(Rules(before, Group(v1::GROUP_SIZE_100_TO_499, {"KEN"})), IsEmpty());
  EXPECT_THAT(Rules(before, Group(v1::GROUP_SIZE_11_TO_24, {})), IsEmpty());
  EXPECT_THAT(Rules(before, Group(v1::GROUP_SIZE_100_TO_499, {"KEN"}), 100), IsEmpty())
      << "below this policy's k there was nothing fine to begin with";
}

TEST(RevisionRulesTest, WhatWasDescribedFinelyIsNotSaidToBeSmall) {
  const v1::AlertContent before = Group(v1::GROUP_SIZE_11_TO_24, {"KEN"});
  EXPECT_THAT(Rules(before, Group(v1::GROUP_SIZE_LT_11, {})), ElementsAre("differencing.to-small"));
  EXPECT_THAT(Rules(before, Group(v1::GROUP_SIZE_NOT_STATED, {})), IsEmpty());
  EXPECT_THAT(Rules(Group(v1::GROUP_SIZE_11_TO_24, {}), Group(v1::GROUP_SIZE_LT_11, {})),
              IsEmpty());
}

TEST(RevisionRulesTest, FromMixedToOneGender) {
  const v1::AlertContent mixed = Group(v1::GROUP_SIZE_25_TO_49, {}, v1::GENDER_MIXED);
  const v1::AlertContent women = Group(v1::GROUP_SIZE_25_TO_49, {}, v1::GENDER_WOMEN);
  EXPECT_THAT(Rules(mixed, women), ElementsAre("differencing.gender"));
  EXPECT_THAT(Rules(women, mixed), ElementsAre("differencing.gender"));
  EXPECT_THAT(Rules(mixed, Group(v1::GROUP_SIZE_25_TO_49, {})), IsEmpty());
}

TEST(RevisionRulesTest, ACountryOfTheRouteIsNotDropped) {
  v1::AlertContent before = Group(v1::GROUP_SIZE_25_TO_49, {"KEN"});
  v1::RouteLeg& second = *before.add_legs();
  second.set_stage(v1::ROUTE_STAGE_EXPLOITATION);
  second.set_country("KHM");
  v1::AlertContent after = Group(v1::GROUP_SIZE_25_TO_49, {"KEN"});
  EXPECT_THAT(Rules(before, after), ElementsAre("differencing.place"));
  EXPECT_THAT(Rules(after, before), IsEmpty()) << "the route became known better";
  v1::RouteLeg& area = *after.add_legs();
  area.set_stage(v1::ROUTE_STAGE_EXPLOITATION);
  area.set_area("035");
  EXPECT_THAT(Rules(before, after), IsEmpty());
}

}  // namespace
}  // namespace corridor
