// The University of Denver's route statements through the shipped mapping: which rows are
// taken, that each is either an alert that passes the real gate and reaches somebody, or
// named in the report, and that nothing is lost between the counts. Needs the shared data.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "core/model/facts.h"
#include "core/model/principal.h"
#include "core/policy/policy.h"
#include "tests/client/import/import_fixture.h"
#include "tests/support/seeded_random.h"
#include "tests/support/shared_dir.h"

namespace corridor {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1767225600);  // 2026-01-01

ctl::ImportMapping RoutesMapping() {
  std::ifstream file("client/import/mappings/du_routes.textproto");
  return ParseMapping(std::string(std::istreambuf_iterator<char>(file), {}));
}

const std::set<std::string>& Founding() {
  static const auto* countries =
      new std::set<std::string>{"THA", "IDN", "PHL", "KEN", "UGA", "BDI", "ETH", "TZA"};
  return *countries;
}

// Both regions as the demo has them: eight members, an agreement inside each region, and
// one each way across.
Facts FoundingFacts(const ctl::ImportMapping& mapping) {
  Facts facts;
  std::set<std::string> regions;
  for (const ctl::ImportPublisher& publisher : mapping.publishers()) {
    v1::Member& member = facts.members[publisher.spiffe_id()];
    member.set_spiffe_id(publisher.spiffe_id());
    member.add_countries(publisher.country());
    member.set_state(v1::MEMBER_STATE_ACTIVE);
    member.mutable_entitled_from()->set_seconds(1);
    regions.insert(std::string(RegionOf(publisher.spiffe_id())));
  }
  for (const std::string& from : regions) {
    for (const std::string& to : regions) {
      const std::string id = absl::StrCat(from, " to ", to);
      v1::Agreement& agreement = facts.agreements[id];
      agreement.set_agreement_id(id);
      agreement.mutable_from()->set_region(from);
      agreement.mutable_to()->set_region(to);
      agreement.set_tlp_max(v1::TLP_GREEN);
      agreement.set_state(v1::AGREEMENT_STATE_ACTIVE);
      agreement.mutable_applies_from()->set_seconds(1);
    }
  }
  return facts;
}

bool NamesPower(const v1::AlertContent& content) {
  const auto& kinds = content.recruitment().perpetrator_kinds();
  return std::any_of(kinds.begin(), kinds.end(), [](int kind) {
    return kind == v1::PERPETRATOR_KIND_OFFICIAL || kind == v1::PERPETRATOR_KIND_ARMED_GROUP;
  });
}

class DuRoutesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::optional<std::string> text = ReadShared("data/routes/du_htc_directionality_2008_2016.csv");
    if (!text) {
      GTEST_SKIP() << "no shared route data; set CORRIDOR_SHARED_DIR to run this test";
    }
    csv_ = *std::move(text);
  }

  std::string csv_;
  SeededRandom random_{7};
};

TEST_F(DuRoutesTest, EveryRowIsAnAlertOrNamedInTheReport) {
  FakeOutlet outlet;
  const ImportResult result =
      RunImport(RoutesMapping(), csv_, ImportState::Forgetful(random_), outlet, {.now = kNow});
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.counts.read, 22246u);
  const auto& missed = result.counts.not_imported;
  // 3,240 rows touch the eight countries.
  EXPECT_EQ(missed.at("FILTERED_OUT"), 22246u - 3240u);
  EXPECT_EQ(result.counts.published + result.counts.NotImported(), 22246u);
  // What is left out are labels that say nothing usable, and nothing else.
  EXPECT_EQ(missed.size(), 2u);
  EXPECT_EQ(result.counts.published + missed.at("UNKNOWN_LABEL"), 3240u);
  const std::map<std::string, uint64_t> unknown = {{"origin: Neighboring countries", 24},
                                                   {"origin: Neighboring Countries", 14},
                                                   {"destination: Neighboring countries", 3},
                                                   {"transit: neighboring countries", 1},
                                                   {"type: code_11", 1},
                                                   {"means: code_11", 1}};
  EXPECT_EQ(result.counts.unknown_labels, unknown);
  EXPECT_EQ(missed.at("UNKNOWN_LABEL"), 44u);
  EXPECT_EQ(result.counts.published, 3196u);
  // Equal rows stay alerts of their own, and each is reported that is not imported.
  EXPECT_EQ(outlet.accepted().size(), 3196u);
  EXPECT_EQ(result.faults.size(), 22246u - 3196u);
}

TEST_F(DuRoutesTest, AreasStandForLabelsWithoutACode) {
  FakeOutlet outlet;
  const ImportResult result =
      RunImport(RoutesMapping(), csv_, ImportState::Forgetful(random_), outlet, {.now = kNow});
  EXPECT_EQ(result.counts.areas.at("Middle East -> 145"), 103u);
  EXPECT_EQ(result.counts.areas.at("Gulf States -> 145"), 14u);
}

TEST_F(DuRoutesTest, TheSecondRunDoublesNothing) {
  FakeOutlet outlet;
  std::shared_ptr<ImportState> state = ImportState::Forgetful(random_);
  RunImport(RoutesMapping(), csv_, state, outlet, {.now = kNow});
  const ImportResult again =
      RunImport(RoutesMapping(), csv_, state, outlet, {.now = kNow + absl::Hours(5)});
  EXPECT_EQ(again.counts.published, 0u);
  EXPECT_EQ(again.counts.already_there, 3196u);
  EXPECT_EQ(outlet.accepted().size(), 3196u);
  EXPECT_EQ(outlet.sent(), 3196u);
}

// What the countries of a row say about who publishes it.
TEST_F(DuRoutesTest, TheDestinationPublishesThenTheOriginThenTheTransit) {
  FakeOutlet outlet;
  RunImport(RoutesMapping(), csv_, ImportState::Forgetful(random_), outlet, {.now = kNow});
  for (const auto& [key, statement] : outlet.accepted()) {
    std::map<v1::RouteStage, std::string> places;
    for (const v1::RouteLeg& leg : statement.body.issue().content().legs()) {
      places[leg.stage()] = leg.country();
    }
    std::string expected;
    for (v1::RouteStage stage :
         {v1::ROUTE_STAGE_TRANSIT, v1::ROUTE_STAGE_RECRUITMENT, v1::ROUTE_STAGE_EXPLOITATION}) {
      if (Founding().contains(places[stage])) expected = places[stage];
    }
    ASSERT_EQ(statement.body.publisher_country(), expected);
  }
}

// No alert would be refused for want of a recipient: most stay in their region, some cross.
// Those that name officials or an armed group go to their region alone, and never to a
// country on the route.
TEST_F(DuRoutesTest, PolicyFindsARecipientForEveryRow) {
  const ctl::ImportMapping mapping = RoutesMapping();
  const Facts facts = FoundingFacts(mapping);
  FakeOutlet outlet;
  RunImport(mapping, csv_, ImportState::Forgetful(random_), outlet, {.now = kNow});
  uint64_t for_nobody = 0;
  uint64_t across = 0;
  uint64_t unconfirmed = 0;
  for (const auto& [key, outgoing] : outlet.accepted()) {
    ParsedStatement statement;
    statement.body = outgoing.body;
    statement.routing = outgoing.routing;
    const Flow flow = FlowOf(statement, absl::ToUnixMillis(kNow), nullptr);
    if (!CheckAudience(facts, flow, kNow).ok()) ++for_nobody;
    if (NamesPower(outgoing.body.issue().content())) {
      ++unconfirmed;
      EXPECT_TRUE(outgoing.routing.audience().has_regions());
    }
    bool crosses = false;
    for (const v1::RecipientDecision& decision : Explain(facts, flow, kNow)) {
      crosses = crosses ||
                (decision.allowed() && decision.region() != RegionOf(outgoing.body.publisher()));
    }
    if (crosses) ++across;
  }
  EXPECT_EQ(for_nobody, 0u);
  EXPECT_EQ(across, 14u);
  EXPECT_GT(unconfirmed, 0u);
}

}  // namespace
}  // namespace corridor
