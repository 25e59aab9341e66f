// A desk sends a statement; the gate lets it in with a stamp, or says field by field why not, and
// never repeats what it found.

#include "core/gate/gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <type_traits>
#include <vector>

#include "absl/strings/escaping.h"
#include "core/crypto/digest.h"
#include "core/crypto/statement_proof.h"
#include "core/model/errors.h"
#include "tests/support/seeded_random.h"
#include "tests/support/test_statements.h"

namespace corridor {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kPublisher[] = "spiffe://eac.example/agency/ke-desk";

v1::StatementBody WithNote(std::string_view text) {
  v1::StatementBody body = ExampleIssue(kPublisher, 1);
  v1::LocalizedText& note = *body.mutable_issue()->mutable_content()->add_notes();
  note.set_language("en");
  note.set_text(std::string(text));
  return body;
}

v1::SignedStatement Signed(const v1::StatementBody& body) {
  SeededRandom random(1);
  return Sign(body, RoutingToAll(), SigningKey::Generate(), random);
}

// Nobody but the gate makes one, and nobody copies one.
static_assert(!std::is_default_constructible_v<AcceptedStatement>);
static_assert(!std::is_copy_constructible_v<AcceptedStatement>);
static_assert(std::is_move_constructible_v<AcceptedStatement>);

TEST(GateTest, LetsASoundStatementInWithItsStamp) {
  const Gate gate(DefaultGatePolicy());
  const v1::SignedStatement sent = Signed(WithNote("Offers name a city in Thailand."));
  const auto accepted = gate.Examine(sent, GateSide::kPublisher);
  ASSERT_TRUE(accepted.ok()) << accepted.status();
  EXPECT_EQ(accepted->statement()->digest, ToString(StatementDigest(sent)));
  EXPECT_EQ(accepted->statement()->kind(), v1::STATEMENT_KIND_ISSUE);
  EXPECT_EQ(accepted->stamp().policy_version(), "1");
  EXPECT_EQ(accepted->stamp().policy_digest(), GatePolicyDigest(DefaultGatePolicy()));
}

TEST(GateTest, NamesFieldAndCategoryAndNeverTheText) {
  const Gate gate(DefaultGatePolicy());
  const auto verdict = gate.Examine(
      Signed(WithNote("Ask for Mr Baraka Example, +254 712 345 678.")), GateSide::kPublisher);
  EXPECT_EQ(ReasonOf(verdict.status()), v1::ERROR_REASON_PERSONAL_DATA);
  const auto violations = ViolationsOf(verdict.status());
  ASSERT_EQ(violations.size(), 2u);
  EXPECT_EQ(violations[0].field, "body.issue.content.notes[0].text");
  EXPECT_EQ(violations[0].category, "person-name");
  EXPECT_THAT(violations[1].rule, StartsWith("phone."));
  EXPECT_THAT(violations[0].description, HasSubstr("person-name"));
  EXPECT_THAT(violations[1].description, HasSubstr("phone"));
  for (const char* secret : {"Baraka", "712", "345"}) {
    EXPECT_THAT(verdict.status().ToString(absl::StatusToStringMode::kWithEverything),
                Not(HasSubstr(secret)));
  }
}

// Whoever is refused can say by which policy, also where the bytes were not even read.
TEST(GateTest, ARefusalNamesThePolicyThatJudged) {
  const Gate gate(DefaultGatePolicy());
  v1::SignedStatement garbage;
  garbage.set_body("\xff");
  for (const v1::SignedStatement& statement :
       {Signed(WithNote("Write to desk@example.org.")), garbage}) {
    const absl::Status refusal = gate.Examine(statement, GateSide::kPublisher).status();
    EXPECT_EQ(MetadataOf(refusal, "gate_policy_version"), "1");
    EXPECT_EQ(MetadataOf(refusal, "gate_policy_digest"),
              absl::BytesToHexString(GatePolicyDigest(DefaultGatePolicy())));
  }
}

TEST(GateTest, FaultsInStructureAndEnvelopeAreToldTogether) {
  const Gate gate(DefaultGatePolicy());
  v1::StatementBody body = ExampleIssue(kPublisher, 1);
  body.clear_tlp();
  body.mutable_issue()->mutable_content()->clear_severity();
  const auto verdict = gate.Examine(Signed(body), GateSide::kPublisher);
  EXPECT_EQ(ViolationsOf(verdict.status()).size(), 2u);
}

TEST(GateTest, AVerdictStaysSmallEnoughToTravel) {
  const Gate gate(DefaultGatePolicy());
  v1::StatementBody body = ExampleIssue(kPublisher, 1);
  for (int i = 0; i < 60; ++i)
    body.mutable_issue()->mutable_content()->mutable_pattern()->add_acts({});
  const auto verdict = gate.Examine(Signed(body), GateSide::kPublisher);
  EXPECT_EQ(ViolationsOf(verdict.status()).size(), 24u);
}

TEST(GateTest, ADryRunNeedsNoProof) {
  const Gate gate(DefaultGatePolicy());
  SeededRandom random(1);
  EXPECT_TRUE(gate.Examine(Unsigned(ExampleIssue(kPublisher, 1), RoutingToAll(), random),
                           GateSide::kPublisher)
                  .ok());
}

TEST(GateTest, OneGateServesManyThreads) {
  const Gate gate(DefaultGatePolicy());
  const v1::SignedStatement sound = Signed(WithNote("Offers name a city in Thailand."));
  const v1::SignedStatement unsound = Signed(WithNote("Call 0712 345 678"));
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(gate.Examine(sound, GateSide::kPublisher).ok());
        EXPECT_FALSE(gate.Examine(unsound, GateSide::kLink).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace corridor
