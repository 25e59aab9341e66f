// Whoever gets one statement of a batch learns that there were others. So all of them must be for
// the same audience, and one that is not is refused.

#include "server/broker/batch_audiences.h"

#include <gtest/gtest.h>

#include <string>

#include "core/model/errors.h"
#include "tests/support/test_statements.h"

namespace corridor {
namespace {

constexpr char kKenya[] = "spiffe://ea.example/agency/ke-desk";
constexpr char kUganda[] = "spiffe://ea.example/agency/ug-desk";
constexpr char kThailand[] = "spiffe://sea.example/agency/th-desk";
constexpr v1::ErrorReason kNoError = v1::ERROR_REASON_UNSPECIFIED;

class BatchAudiencesTest : public ::testing::Test {
 protected:
  static ParsedStatement Under(const std::string& root, const v1::StatementBody& body,
                               const v1::StatementRouting& routing) {
    ParsedStatement statement;
    statement.body = body;
    statement.routing = routing;
    statement.bytes.set_routing(routing.SerializeAsString());
    statement.bytes.mutable_proof()->set_key_id("0123456789abcdef");
    statement.bytes.mutable_proof()->mutable_batch()->set_root(root);
    return statement;
  }

  v1::ErrorReason Check(const ParsedStatement& statement) {
    return ReasonOf(audiences_.Check(statement));
  }
  v1::ErrorReason Check(const v1::StatementBody& body, const v1::StatementRouting& routing) {
    return Check(Under("root", body, routing));
  }

  BatchAudiences audiences_{8};
};

TEST_F(BatchAudiencesTest, StatementsForTheSameMembersGoTogether) {
  for (uint64_t i = 1; i <= 100; ++i) {
    EXPECT_EQ(Check(ExampleIssue(kKenya, i), RoutingToMembers({kUganda})), kNoError);
  }
  EXPECT_EQ(audiences_.size(), 1U);
}

TEST_F(BatchAudiencesTest, OneForSomebodyElseIsRefusedAndNamesTheRule) {
  ASSERT_EQ(Check(ExampleIssue(kKenya, 1), RoutingToMembers({kUganda})), kNoError);
  const absl::Status refusal =
      audiences_.Check(Under("root", ExampleIssue(kKenya, 2), RoutingToMembers({kThailand})));
  EXPECT_EQ(ReasonOf(refusal), v1::ERROR_REASON_MISUSE_RULE);
  EXPECT_EQ(MetadataOf(refusal, "rule"), "batch.one_audience");
  EXPECT_EQ(Check(ExampleIssue(kKenya, 3), RoutingToMembers({kUganda})), kNoError)
      << "the others stand";
}

TEST_F(BatchAudiencesTest, ExclusionsReleaseTimeAndTlpArePartOfWhomItIsFor) {
  ASSERT_EQ(Check(ExampleIssue(kKenya, 1), RoutingToAll()), kNoError);
  v1::StatementRouting routing = RoutingToAll();
  routing.add_excluded()->set_member(kUganda);
  EXPECT_EQ(Check(ExampleIssue(kKenya, 2), routing), v1::ERROR_REASON_MISUSE_RULE);
  routing = RoutingToAll();
  routing.mutable_release_not_before()->set_seconds(kExamplePublishedSeconds);
  EXPECT_EQ(Check(ExampleIssue(kKenya, 2), routing), v1::ERROR_REASON_MISUSE_RULE);
  v1::StatementBody amber = ExampleIssue(kKenya, 2);
  amber.set_tlp(v1::TLP_AMBER);
  EXPECT_EQ(Check(amber, RoutingToAll()), v1::ERROR_REASON_MISUSE_RULE);
}

TEST_F(BatchAudiencesTest, WhatFollowsAnAlertGoesWithWhatFollowsTheSameOne) {
  ASSERT_EQ(Check(ExampleCancel(kKenya, 1, 2), NoRouting()), kNoError);
  EXPECT_EQ(Check(ExampleCancel(kKenya, 2, 2), NoRouting()), v1::ERROR_REASON_MISUSE_RULE);
  const auto remark = [&](const std::string& root, uint64_t alert) {
    return Check(
        Under(root, ExampleSighting(kUganda, kKenya, alert, alert), RoutingSameAsTarget()));
  };
  ASSERT_EQ(remark("remarks", 1), kNoError);
  EXPECT_EQ(remark("remarks", 1), kNoError);
  EXPECT_EQ(remark("remarks", 2), v1::ERROR_REASON_MISUSE_RULE);
}

TEST_F(BatchAudiencesTest, RootsAndKeysHaveNothingToDoWithOneAnother) {
  ASSERT_EQ(Check(ExampleIssue(kKenya, 1), RoutingToAll()), kNoError);
  ParsedStatement other = Under("another root", ExampleIssue(kKenya, 2), RoutingToPublisher());
  EXPECT_EQ(Check(other), kNoError);
  other = Under("root", ExampleIssue(kKenya, 3), RoutingToPublisher());
  other.bytes.mutable_proof()->set_key_id("another key's id");
  EXPECT_EQ(Check(other), kNoError);
}

TEST_F(BatchAudiencesTest, AStatementWithAProofOfItsOwnIsNotRemembered) {
  ParsedStatement alone = Under("", ExampleIssue(kKenya, 1), RoutingToAll());
  alone.bytes.mutable_proof()->set_ed25519_signature(std::string(64, 's'));
  EXPECT_EQ(Check(alone), kNoError);
  EXPECT_EQ(audiences_.size(), 0U);
}

TEST_F(BatchAudiencesTest, ItKeepsWithinItsBoundAndForgetsTheOldest) {
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(Check(Under("root " + std::to_string(i), ExampleIssue(kKenya, 1), RoutingToAll())),
              kNoError);
    ASSERT_EQ(Check(Under("in use", ExampleIssue(kKenya, 1), RoutingToAll())), kNoError);
    ASSERT_LE(audiences_.size(), 8U);
  }
  v1::StatementBody amber = ExampleIssue(kKenya, 2);
  amber.set_tlp(v1::TLP_AMBER);
  EXPECT_EQ(Check(Under("in use", amber, RoutingToAll())), v1::ERROR_REASON_MISUSE_RULE);
  EXPECT_EQ(Check(Under("root 0", amber, RoutingToAll())), kNoError) << "forgotten";
}

}  // namespace
}  // namespace corridor
