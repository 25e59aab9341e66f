// What the transcripts cannot show: the texts people read, the table of rules, and what
// happens to facts that lack a time.

#include "core/policy/policy.h"

#include <set>
#include <string>

#include "core/model/errors.h"
#include "core/policy/rules.h"
#include "gtest/gtest.h"

namespace corridor {
namespace {

constexpr char kThai[] = "spiffe://sea.example/agency/th";
constexpr char kIndonesian[] = "spiffe://sea.example/agency/id";

class PolicyTest : public testing::Test {
 protected:
  PolicyTest() {
    facts_.region = "sea.example";
    AddMember(kThai, "THA");
    AddMember(kIndonesian, "IDN");
    v1::Agreement& agreement = facts_.agreements["sea-internal"];
    agreement.set_agreement_id("sea-internal");
    agreement.set_title("Within South-East Asia");
    agreement.mutable_from()->set_region("sea.example");
    agreement.mutable_to()->set_region("sea.example");
    agreement.set_tlp_max(v1::TLP_AMBER);
    agreement.set_state(v1::AGREEMENT_STATE_ACTIVE);
    agreement.mutable_applies_from()->set_seconds(1000);
    statement_.body.set_publisher(kThai);
    statement_.body.set_tlp(v1::TLP_GREEN);
    statement_.body.mutable_issue();
    statement_.routing.mutable_audience()->mutable_all_members();
  }

  void AddMember(const std::string& id, const std::string& country) {
    v1::Member& member = facts_.members[id];
    member.set_spiffe_id(id);
    member.add_countries(country);
    member.set_state(v1::MEMBER_STATE_ACTIVE);
    member.mutable_entitled_from()->set_seconds(1000);
  }

  Decision DecideAt(int64_t accept_time_ms) {
    return DecideMember(facts_, FlowOf(statement_, accept_time_ms, nullptr), kIndonesian, now_);
  }

  Facts facts_;
  ParsedStatement statement_;
  absl::Time now_ = absl::FromUnixSeconds(2000);
};

TEST_F(PolicyTest, SaysByWhichAgreement) {
  const Decision decision = DecideAt(1'500'000);
  EXPECT_TRUE(decision.allowed);
  EXPECT_EQ(decision.rule, "agreement/sea-internal");
  EXPECT_EQ(decision.explanation, "The agreement \"Within South-East Asia\" lets it flow.");
}

TEST_F(PolicyTest, AMomentIsInclusiveToTheMillisecond) {
  EXPECT_TRUE(DecideAt(1'000'000).allowed);
  EXPECT_EQ(DecideAt(999'999).rule, "member/not-yet-entitled");
}

TEST_F(PolicyTest, AnAbsentTimeDenies) {
  facts_.agreements["sea-internal"].clear_applies_from();
  EXPECT_EQ(DecideAt(1'500'000).rule, "agreement/none");
  facts_.members[kIndonesian].clear_entitled_from();
  EXPECT_EQ(DecideAt(1'500'000).rule, "member/not-yet-entitled");
}

TEST_F(PolicyTest, AStateOrFormThatIsNotKnownDenies) {
  facts_.agreements["sea-internal"].set_state(static_cast<v1::AgreementState>(9));
  EXPECT_EQ(DecideAt(1'500'000).rule, "agreement/none");
  statement_.body.set_tlp(static_cast<v1::Tlp>(6));
  EXPECT_EQ(DecideAt(1'500'000).rule, "tlp/missing");
  statement_.routing.mutable_audience()->clear_audience();
  EXPECT_EQ(DecideAt(1'500'000).rule, "audience/not-addressed");
  facts_.members[kIndonesian].set_state(v1::MEMBER_STATE_UNSPECIFIED);
  EXPECT_EQ(DecideAt(1'500'000).rule, "member/suspended");
}

TEST_F(PolicyTest, OperatorsAndBrokersReceiveNothing) {
  for (const char* id : {"spiffe://sea.example/operator/dpo", "spiffe://sea.example/broker/a"}) {
    const Decision decision =
        DecidePrincipal(facts_, FlowOf(statement_, 1'500'000, nullptr), *ParsePrincipal(id), now_);
    EXPECT_FALSE(decision.allowed);
    EXPECT_EQ(decision.rule, "principal/not-of-a-member");
  }
}

TEST_F(PolicyTest, ARegionIsNotAnotherOneWithALongerName) {
  AddMember("spiffe://sea.example.org/agency/th", "THA");
  EXPECT_EQ(DecideRegion(facts_, FlowOf(statement_, 1'500'000, nullptr), "sea", now_).rule,
            "region/no-members");
  EXPECT_TRUE(
      DecideRegion(facts_, FlowOf(statement_, 1'500'000, nullptr), "sea.example", now_).allowed);
}

TEST_F(PolicyTest, ARefusalOfTheAudienceExplainsItself) {
  facts_.agreements.clear();
  const absl::Status status = CheckAudience(facts_, FlowOf(statement_, 1'500'000, nullptr), now_);
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_AUDIENCE_EMPTY);
  EXPECT_EQ(MetadataOf(status, "rule"), "agreement/none");
  EXPECT_EQ(status.message(),
            "nobody but the publisher would receive it: No active agreement lets this statement "
            "flow from its publisher to this member.");
}

// Ids end up in scripts and audit entries; sentences are read by people in eight countries.
TEST(RulesTest, HaveUniqueIdsAndOneSentence) {
  std::set<std::string_view> ids;
  for (const RuleText& text : kRules) {
    EXPECT_TRUE(ids.insert(text.id).second) << text.id;
    EXPECT_EQ(text.explanation.back(), '.') << text.id;
    EXPECT_LE(text.explanation.size(), 200u) << text.id;
  }
}

TEST(RulesTest, EveryMarkingHasItsRow) {
  for (int tlp = v1::TLP_CLEAR; tlp <= v1::TLP_RED; ++tlp) {
    int rows = 0;
    for (const TlpRow& row : kTlpTable) rows += row.tlp == tlp;
    EXPECT_EQ(rows, 1) << tlp;
  }
}

}  // namespace
}  // namespace corridor
