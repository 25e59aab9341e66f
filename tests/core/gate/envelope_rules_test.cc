// What statement.proto says beside each field of the envelope holds. Each case changes one thing in
// a statement that passes, and the gate names exactly that field.

#include "core/gate/envelope_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "core/gate/gate.h"
#include "core/model/errors.h"
#include "tests/support/seeded_random.h"
#include "tests/support/test_statements.h"

namespace corridor {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kPublisher[] = "spiffe://eac.example/agency/ke-desk";
constexpr char kOther[] = "spiffe://sea.example/agency/th-desk";

const Gate& TheGate() {
  static const Gate& gate = *new Gate(DefaultGatePolicy());
  return gate;
}

// "reason field" of each fault.
std::vector<std::string> Faults(const v1::StatementBody& body, const v1::StatementRouting& routing,
                                GateSide side = GateSide::kPublisher) {
  SeededRandom random(1);
  const auto verdict = TheGate().Examine(Unsigned(body, routing, random), side);
  std::vector<std::string> faults;
  for (const FieldViolation& fault : ViolationsOf(verdict.status())) {
    faults.push_back(ReasonName(fault.reason) + " " + fault.field);
  }
  return faults;
}

struct Case {
  std::string fault;
  std::function<void(v1::StatementBody&)> change;
};

void ExpectEach(const v1::StatementBody& sound, const v1::StatementRouting& routing,
                const std::vector<Case>& cases) {
  EXPECT_THAT(Faults(sound, routing), IsEmpty());
  for (const Case& c : cases) {
    v1::StatementBody body = sound;
    c.change(body);
    EXPECT_THAT(Faults(body, routing), ElementsAre(c.fault));
  }
}

TEST(EnvelopeRulesTest, EveryKindPassesAsTheExamplesHaveIt) {
  EXPECT_THAT(Faults(ExampleIssue(kPublisher, 1), RoutingToAll()), IsEmpty());
  EXPECT_THAT(Faults(ExampleRevise(kPublisher, 1, 2), RoutingToMembers({kOther})), IsEmpty());
  EXPECT_THAT(Faults(ExampleCancel(kPublisher, 1, 3), NoRouting()), IsEmpty());
  EXPECT_THAT(Faults(ExampleRecall(kPublisher, 1, 3), NoRouting()), IsEmpty());
  EXPECT_THAT(Faults(ExampleSighting(kOther, kPublisher, 1), RoutingToPublisher()), IsEmpty());
  EXPECT_THAT(Faults(ExampleResponse(kOther, kPublisher, 1), RoutingSameAsTarget()), IsEmpty());
}

TEST(EnvelopeRulesTest, FieldsThatAllKindsShare) {
  using Body = v1::StatementBody;
  ExpectEach(
      ExampleIssue(kPublisher, 1), RoutingToAll(),
      {
          {"VOCABULARY body.schema_version", [](Body& b) { b.set_schema_version("2"); }},
          {"VOCABULARY body.vocabulary_version", [](Body& b) { b.set_vocabulary_version("2"); }},
          {"VOCABULARY body.vocabulary_version", [](Body& b) { b.clear_vocabulary_version(); }},
          {"STATEMENT_MALFORMED body.gate_policy_version",
           [](Body& b) { b.set_gate_policy_version("0712345678"); }},
          {"STATEMENT_MALFORMED body.publisher",
           [](Body& b) { b.set_publisher("spiffe://eac.example/operator/one"); }},
          {"VOCABULARY body.publisher_country", [](Body& b) { b.set_publisher_country("KE"); }},
          {"VOCABULARY body.publisher_type",
           [](Body& b) { b.set_publisher_type(static_cast<v1::PublisherType>(99)); }},
          {"STATEMENT_MALFORMED body.attribution", [](Body& b) { b.clear_attribution(); }},
          {"STATEMENT_MALFORMED body.statement_id", [](Body& b) { b.set_statement_id("short"); }},
          {"STATEMENT_MALFORMED body.alert_id",
           [](Body& b) { b.set_alert_id(std::string(17, 'x')); }},
          {"OUT_OF_BOUNDS body.revision", [](Body& b) { b.set_revision(2); }},
          {"STATEMENT_MALFORMED body.tlp", [](Body& b) { b.clear_tlp(); }},
          {"VOCABULARY body.tlp", [](Body& b) { b.set_tlp(static_cast<v1::Tlp>(6)); }},
          {"STATEMENT_MALFORMED body.status", [](Body& b) { b.clear_status(); }},
          {"STATEMENT_MALFORMED body.urgency", [](Body& b) { b.clear_urgency(); }},
          {"VALIDITY body.valid_until", [](Body& b) { b.clear_valid_until(); }},
          {"OUT_OF_BOUNDS body.valid_until",
           [](Body& b) { b.mutable_valid_until()->set_nanos(1'000'000'000); }},
          {"OUT_OF_BOUNDS body.published_at",
           [](Body& b) { b.mutable_published_at()->set_seconds(-1); }},
          {"VALIDITY body.valid_until",
           [](Body& b) { b.mutable_valid_from()->set_seconds(kExampleValidUntilSeconds + 1); }},
          {"STATEMENT_MALFORMED body.issue.content",
           [](Body& b) { b.mutable_issue()->clear_content(); }},
      });
}

TEST(EnvelopeRulesTest, AStatementSaysOneThing) {
  v1::StatementBody body = ExampleIssue(kPublisher, 1);
  body.clear_issue();
  EXPECT_THAT(Faults(body, RoutingToAll()), Contains("STATEMENT_MALFORMED body"));
}

TEST(EnvelopeRulesTest, ReferencesAreBoundedAndWhole) {
  using Body = v1::StatementBody;
  v1::StatementBody sound = ExampleIssue(kPublisher, 1);
  v1::Reference& reference = *sound.add_references();
  reference.mutable_target()->set_publisher(kOther);
  reference.mutable_target()->set_alert_id(ExampleAlertId(7));
  reference.set_relation(v1::REFERENCE_RELATION_SAME_PATTERN);
  ExpectEach(
      sound, RoutingToAll(),
      {
          {"OUT_OF_BOUNDS body.references",
           [](Body& b) {
             while (b.references_size() < 17) *b.add_references() = b.references(0);
           }},
          {"STATEMENT_MALFORMED body.references[0].target",
           [](Body& b) { b.mutable_references(0)->clear_target(); }},
          {"STATEMENT_MALFORMED body.references[0].target.publisher",
           [](Body& b) { b.mutable_references(0)->mutable_target()->set_publisher("somebody"); }},
          {"STATEMENT_MALFORMED body.references[0].target.statement_digest",
           [](Body& b) { b.mutable_references(0)->mutable_target()->set_statement_digest("x"); }},
          {"STATEMENT_MALFORMED body.references[0].relation",
           [](Body& b) { b.mutable_references(0)->clear_relation(); }},
      });
}

TEST(EnvelopeRulesTest, RevisionsAndReasonsPerKind) {
  using Body = v1::StatementBody;
  ExpectEach(ExampleRevise(kPublisher, 1, 2), RoutingToAll(),
             {{"OUT_OF_BOUNDS body.revision", [](Body& b) { b.set_revision(1); }},
              {"STATEMENT_MALFORMED body.revise.reason",
               [](Body& b) { b.mutable_revise()->clear_reason(); }}});
  ExpectEach(ExampleCancel(kPublisher, 1, 2), NoRouting(),
             {{"OUT_OF_BOUNDS body.revision", [](Body& b) { b.clear_revision(); }},
              {"STATEMENT_MALFORMED body.cancel.reason",
               [](Body& b) { b.mutable_cancel()->clear_reason(); }}});
  ExpectEach(ExampleRecall(kPublisher, 1, 2), NoRouting(),
             {{"STATEMENT_MALFORMED body.recall.reason",
               [](Body& b) { b.mutable_recall()->clear_reason(); }},
              {"STATEMENT_MALFORMED body.recall.target_statement_id",
               [](Body& b) { b.mutable_recall()->set_target_statement_id("x"); }}});
  ExpectEach(ExampleSighting(kOther, kPublisher, 1), RoutingToPublisher(),
             {{"OUT_OF_BOUNDS body.revision", [](Body& b) { b.set_revision(2); }},
              {"STATEMENT_MALFORMED body.tlp", [](Body& b) { b.clear_tlp(); }},
              {"STATEMENT_MALFORMED body.sighting.target",
               [](Body& b) { b.mutable_sighting()->clear_target(); }},
              {"STATEMENT_MALFORMED body.sighting.kind",
               [](Body& b) { b.mutable_sighting()->clear_kind(); }},
              {"VOCABULARY body.sighting.place",
               [](Body& b) { b.mutable_sighting()->set_place("Mombasa"); }},
              {"OUT_OF_BOUNDS body.sighting.month.month",
               [](Body& b) { b.mutable_sighting()->mutable_month()->set_month(13); }}});
  ExpectEach(ExampleResponse(kOther, kPublisher, 1), RoutingToPublisher(),
             {{"STATEMENT_MALFORMED body.response.proposal",
               [](Body& b) { b.mutable_response()->set_kind(v1::RESPONSE_KIND_PROPOSAL); }},
              {"STATEMENT_MALFORMED body.response.proposal",
               [](Body& b) { *b.mutable_response()->mutable_proposal() = ExampleContent(); }},
              {"STATEMENT_MALFORMED body.response.channel",
               [](Body& b) { b.mutable_response()->set_channel(v1::EXTERNAL_CHANNEL_EAPCCO); }}});
}

TEST(EnvelopeRulesTest, AProposalIsHeldToTheRulesOfContent) {
  v1::StatementBody body = ExampleResponse(kOther, kPublisher, 1);
  body.mutable_response()->set_kind(v1::RESPONSE_KIND_PROPOSAL);
  *body.mutable_response()->mutable_proposal() = ExampleContent();
  EXPECT_THAT(Faults(body, RoutingToPublisher()), IsEmpty());
  body.mutable_response()->mutable_proposal()->mutable_legs(1)->set_admin1("TH-63");
  EXPECT_THAT(Faults(body, RoutingToPublisher()),
              ElementsAre("TOO_PRECISE body.response.proposal.legs[1].admin1"));
}

TEST(EnvelopeRulesTest, AnAudienceIsNeverEmptyAndFitsTheKind) {
  const v1::StatementBody issue = ExampleIssue(kPublisher, 1);
  EXPECT_THAT(Faults(issue, NoRouting()), ElementsAre("AUDIENCE_EMPTY routing.audience"));
  EXPECT_THAT(Faults(issue, RoutingToMembers({})),
              ElementsAre("AUDIENCE_EMPTY routing.audience.organisations.members"));
  EXPECT_THAT(Faults(issue, RoutingToMembers({kOther, kOther})),
              ElementsAre("OUT_OF_BOUNDS routing.audience.organisations.members[1]"));
  EXPECT_THAT(Faults(issue, RoutingToRegions({"SEA"})),
              ElementsAre("STATEMENT_MALFORMED routing.audience.regions.regions[0]"));
  EXPECT_THAT(Faults(issue, RoutingToPublisher()),
              ElementsAre("STATEMENT_MALFORMED routing.audience"));
  EXPECT_THAT(Faults(ExampleRecall(kPublisher, 1, 2), RoutingToAll()),
              ElementsAre("STATEMENT_MALFORMED routing"));
  v1::StatementRouting corridor;
  corridor.mutable_audience()->mutable_corridor()->add_from_countries("KEN");
  EXPECT_THAT(Faults(issue, corridor),
              ElementsAre("AUDIENCE_EMPTY routing.audience.corridor.to_countries"));
  corridor.mutable_audience()->mutable_corridor()->add_to_countries("THA");
  EXPECT_THAT(Faults(issue, corridor), IsEmpty());
}

TEST(EnvelopeRulesTest, ExclusionsNameSomebody) {
  const v1::StatementBody issue = ExampleIssue(kPublisher, 1);
  v1::StatementRouting routing = RoutingToAll();
  routing.add_excluded()->set_country("MMR");
  routing.add_excluded()->set_member(kOther);
  EXPECT_THAT(Faults(issue, routing), IsEmpty());
  routing.add_excluded();
  EXPECT_THAT(Faults(issue, routing), ElementsAre("STATEMENT_MALFORMED routing.excluded[2]"));
  while (routing.excluded_size() < 65) routing.add_excluded()->set_country("MMR");
  EXPECT_THAT(Faults(issue, routing), ElementsAre("OUT_OF_BOUNDS routing.excluded"));
}

TEST(EnvelopeRulesTest, UnderAnEmbargoTheBodySaysNoTime) {
  v1::StatementBody body = ExampleIssue(kPublisher, 1);
  v1::StatementRouting routing = RoutingToAll();
  routing.mutable_release_not_before()->set_seconds(kExamplePublishedSeconds + 86400);
  EXPECT_THAT(Faults(body, routing), ElementsAre("STATEMENT_MALFORMED body.published_at"));
  body.clear_published_at();
  EXPECT_THAT(Faults(body, routing), IsEmpty());
}

TEST(EnvelopeRulesTest, OnlyALinkKeepsCodesOfANewerVocabulary) {
  v1::StatementBody body = ExampleIssue(kPublisher, 1);
  body.set_publisher_type(static_cast<v1::PublisherType>(4095));
  body.mutable_issue()->mutable_content()->set_basis(static_cast<v1::Basis>(77));
  EXPECT_EQ(Faults(body, RoutingToAll(), GateSide::kLink).size(), 2u);  // Vocabulary not newer.
  body.set_vocabulary_version("2");
  EXPECT_THAT(Faults(body, RoutingToAll(), GateSide::kLink), IsEmpty());
  EXPECT_EQ(Faults(body, RoutingToAll(), GateSide::kPublisher).size(), 3u);
  body.set_publisher_type(static_cast<v1::PublisherType>(4096));
  EXPECT_THAT(Faults(body, RoutingToAll(), GateSide::kLink),
              ElementsAre("VOCABULARY body.publisher_type"));
  body.set_publisher_type(v1::PUBLISHER_TYPE_NGO);
  body.set_tlp(static_cast<v1::Tlp>(6));  // Decides who gets it: never kept.
  EXPECT_THAT(Faults(body, RoutingToAll(), GateSide::kLink), ElementsAre("VOCABULARY body.tlp"));
}

TEST(EnvelopeRulesTest, AProofHasAShape) {
  SeededRandom random(1);
  v1::SignedStatement statement = Unsigned(ExampleIssue(kPublisher, 1), RoutingToAll(), random);
  statement.mutable_proof()->set_key_id(std::string(16, 'k'));
  statement.mutable_proof()->set_ed25519_signature(std::string(63, 's'));
  const auto verdict = TheGate().Examine(statement, GateSide::kPublisher);
  ASSERT_EQ(ViolationsOf(verdict.status()).size(), 1u);
  EXPECT_EQ(ViolationsOf(verdict.status())[0].field, "proof.ed25519_signature");
}

}  // namespace
}  // namespace corridor
