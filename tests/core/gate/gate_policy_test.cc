// A region writes its gate policy in a file. It is checked whole, and its digest tells two policies
// apart wherever a verdict travels.

#include "core/gate/gate_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/crypto/digest.h"
#include "core/model/errors.h"

namespace corridor {
namespace {

using ::testing::ElementsAre;

TEST(GatePolicyTest, WhatIsLeftOutKeepsTheDefault) {
  config::GatePolicy proto;
  proto.set_version("2025.1");
  const auto policy = GatePolicyFromProto(proto);
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ(policy->version, "2025.1");
  EXPECT_EQ(policy->text_tlp_max, v1::TLP_GREEN);
  EXPECT_EQ(policy->phone_regions, DefaultGatePolicy().phone_regions);
  EXPECT_TRUE(policy->admin1_countries.empty());
}

TEST(GatePolicyTest, EveryFaultIsNamed) {
  config::GatePolicy proto;
  proto.set_version("0712345678");
  proto.add_admin1_countries("THA");
  proto.add_admin1_countries("Thailand");
  proto.set_text_tlp_max(static_cast<v1::Tlp>(9));
  proto.add_phone_regions("KEN");
  std::vector<std::string> fields;
  for (const auto& violation : ViolationsOf(GatePolicyFromProto(proto).status())) {
    EXPECT_EQ(violation.reason, v1::ERROR_REASON_REQUEST_INVALID);
    fields.push_back(violation.field);
  }
  EXPECT_THAT(fields, ElementsAre("gate_policy.version", "gate_policy.admin1_countries[1]",
                                  "gate_policy.text_tlp_max", "gate_policy.phone_regions[0]"));
}

TEST(GatePolicyTest, NumbersAndRareCombinationsAreCheckedToo) {
  config::GatePolicy proto;
  proto.set_version("3");
  proto.set_group_size_min(10);
  proto.set_quasi_identifiers_max(9);
  for (const char* name : {"few", "few", "Mr Someone"})
    proto.add_rare_combinations()->set_name(name);
  config::RareCombination& rare = *proto.mutable_rare_combinations(0);
  rare.set_group_below(v1::GROUP_SIZE_LT_11);
  rare.add_citizenships("Kenya");
  rare.add_coarser(config::CODED_FIELD_UNSPECIFIED);
  std::vector<std::string> fields;
  for (const auto& violation : ViolationsOf(GatePolicyFromProto(proto).status())) {
    fields.push_back(violation.field);
  }
  const std::string list = "gate_policy.rare_combinations";
  EXPECT_THAT(fields, ElementsAre("gate_policy.group_size_min", "gate_policy.quasi_identifiers_max",
                                  list + "[0].citizenships[0]", list + "[0].group_below",
                                  list + "[0].coarser[0]", list + "[1].name", list + "[2].name"));
}

TEST(GatePolicyTest, AVersionHasNoRoomForAnythingElse) {
  for (const char* good : {"1", "42", "2025", "2025.1", "1.12"}) {
    EXPECT_TRUE(IsGatePolicyVersion(good)) << good;
  }
  for (const char* bad : {"", "0", "01", "20251", "1.", ".1", "1.123", "1.2.3", "one", "1 "}) {
    EXPECT_FALSE(IsGatePolicyVersion(bad)) << bad;
  }
}

TEST(GatePolicyTest, TheDigestFollowsEveryField) {
  const GatePolicy policy = DefaultGatePolicy();
  EXPECT_EQ(GatePolicyDigest(policy).size(), 32u);
  EXPECT_EQ(GatePolicyDigest(policy), GatePolicyDigest(DefaultGatePolicy()));
  GatePolicy other = policy;
  other.version = "2";
  EXPECT_NE(GatePolicyDigest(other), GatePolicyDigest(policy));
  other = policy;
  other.admin1_countries = {"THA"};
  EXPECT_NE(GatePolicyDigest(other), GatePolicyDigest(policy));
  other = policy;
  other.text_tlp_max = v1::TLP_CLEAR;
  EXPECT_NE(GatePolicyDigest(other), GatePolicyDigest(policy));
  other = policy;
  other.phone_regions = {"KE"};
  EXPECT_NE(GatePolicyDigest(other), GatePolicyDigest(policy));
  other = policy;
  other.group_size_min = 25;
  EXPECT_NE(GatePolicyDigest(other), GatePolicyDigest(policy));
  other = policy;
  other.quasi_identifiers_max = 5;
  EXPECT_NE(GatePolicyDigest(other), GatePolicyDigest(policy));
  other = policy;
  other.rare_combinations.pop_back();
  EXPECT_NE(GatePolicyDigest(other), GatePolicyDigest(policy));
}

}  // namespace
}  // namespace corridor
