// Twenty thousand random worlds: whatever members, agreements and statements say, no
// recipient is allowed whom a simple reading of the rules forbids. The seed is printed,
// and replays.

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "core/policy/policy.h"
#include "gtest/gtest.h"
#include "tests/support/seeded_random.h"

namespace corridor {
namespace {

constexpr std::array<const char*, 4> kCountries = {"KEN", "UGA", "THA", "IDN"};
constexpr std::array<const char*, 2> kRegions = {"ea.example", "sea.example"};

class World {
 public:
  explicit World(uint64_t seed) : random_(seed) {
    facts.region = kRegions[0];
    for (int i = 0; i < 6; ++i) AddMember(i);
    for (int i = 0; i < 4; ++i) AddAgreement(i);
    statement = MakeStatement();
    target = MakeStatement();
    target.body.mutable_issue();
    if (Below(3) == 0) {
      statement.body.mutable_sighting()->mutable_target()->set_publisher(target.body.publisher());
      if (Below(2) == 0) statement.routing.mutable_audience()->mutable_same_as_target();
    } else {
      statement.body.mutable_issue();
    }
  }

  uint64_t Below(uint64_t bound) { return random_.Uint64() % bound; }
  bool OneIn(uint64_t n) { return Below(n) == 0; }

  Facts facts;
  ParsedStatement statement;
  ParsedStatement target;

 private:
  std::string Country() { return kCountries[Below(kCountries.size())]; }
  std::string Region() { return kRegions[Below(kRegions.size())]; }
  static std::string MemberId(uint64_t i) {
    return std::string("spiffe://") + kRegions[i % 2] + "/agency/m" + std::to_string(i);
  }
  // Sometimes one that nobody knows.
  std::string AnyMemberId() { return MemberId(Below(8)); }

  void AddMember(int i) {
    v1::Member& member = facts.members[MemberId(i)];
    member.set_spiffe_id(MemberId(i));
    member.add_countries(Country());
    member.set_state(OneIn(6) ? v1::MEMBER_STATE_SUSPENDED : v1::MEMBER_STATE_ACTIVE);
    member.mutable_entitled_from()->set_seconds(static_cast<int64_t>(Below(3)));
    v1::Grant& grant = facts.grants[MemberId(i) + "/integration/feed"];
    grant.add_roles(v1::ROLE_READER);
    if (OneIn(2)) grant.add_roles(v1::ROLE_STRICT_READER);
  }

  void AddAgreement(int i) {
    v1::Agreement& agreement = facts.agreements["a" + std::to_string(i)];
    agreement.set_agreement_id("a" + std::to_string(i));
    agreement.mutable_from()->set_region(Region());
    agreement.mutable_to()->set_region(Region());
    if (OneIn(3)) agreement.mutable_to()->add_countries(Country());
    agreement.set_tlp_max(static_cast<v1::Tlp>(1 + Below(5)));
    agreement.mutable_applies_from()->set_seconds(static_cast<int64_t>(Below(3)));
    agreement.set_state(OneIn(5) ? v1::AGREEMENT_STATE_ENDED : v1::AGREEMENT_STATE_ACTIVE);
  }

  ParsedStatement MakeStatement() {
    ParsedStatement made;
    made.body.set_publisher(AnyMemberId());
    made.body.set_tlp(static_cast<v1::Tlp>(Below(6)));
    v1::Audience& audience = *made.routing.mutable_audience();
    switch (Below(6)) {
      case 0:
        for (uint64_t n = Below(4); n > 0; --n) {
          audience.mutable_organisations()->add_members(AnyMemberId());
        }
        audience.mutable_organisations();
        break;
      case 1:
        audience.mutable_countries()->add_countries(Country());
        break;
      case 2:
        audience.mutable_regions()->add_regions(Region());
        break;
      case 3:
        audience.mutable_corridor()->add_from_countries(Country());
        audience.mutable_corridor()->add_to_countries(Country());
        break;
      case 4:
        audience.mutable_all_members();
        break;
      default:
        made.routing.clear_audience();
    }
    if (OneIn(2)) made.routing.add_excluded()->set_member(AnyMemberId());
    if (OneIn(2)) made.routing.add_excluded()->set_country(Country());
    return made;
  }

  SeededRandom random_;
};

bool Excludes(const v1::StatementRouting& routing, const v1::Member& member) {
  for (const v1::Exclusion& exclusion : routing.excluded()) {
    if (exclusion.member() == member.spiffe_id() || exclusion.country() == member.countries(0)) {
      return true;
    }
  }
  return false;
}

bool SomeAgreementCovers(const Facts& facts, const std::string& publisher,
                         const std::string& recipient, v1::Tlp tlp) {
  return std::any_of(facts.agreements.begin(), facts.agreements.end(), [&](const auto& entry) {
    const v1::Agreement& agreement = entry.second;
    return agreement.state() == v1::AGREEMENT_STATE_ACTIVE &&
           agreement.from().region() == RegionOf(publisher) &&
           agreement.to().region() == RegionOf(recipient) && agreement.tlp_max() >= tlp;
  });
}

class PolicyPropertyTest : public testing::Test {
 protected:
  // Whoever but the publisher is allowed passes a simple reading of each rule.
  void CheckAllowed(const World& world, const Flow& flow, const v1::Member& member,
                    const Decision& decision) {
    const v1::StatementBody& body = world.statement.body;
    const bool borrowed = world.statement.routing.audience().has_same_as_target();
    EXPECT_EQ(member.state(), v1::MEMBER_STATE_ACTIVE);
    ASSERT_NE(world.facts.FindMember(body.publisher()), nullptr);
    if (member.spiffe_id() == body.publisher()) {
      EXPECT_EQ(decision.rule, "own-statement");
      return;
    }
    EXPECT_FALSE(Excludes(world.statement.routing, member)) << "an exclusion always wins";
    if (borrowed) {
      EXPECT_FALSE(Excludes(world.target.routing, member)) << "the target's too";
    }
    const v1::StatementRouting& routing = borrowed ? world.target.routing : world.statement.routing;
    ASSERT_TRUE(routing.has_audience()) << "no audience means nobody";
    const auto form = routing.audience().audience_case();
    if (form == v1::Audience::kOrganisations && !borrowed) {
      EXPECT_FALSE(routing.audience().organisations().members().empty());
    }
    EXPECT_NE(flow.tlp, v1::TLP_UNSPECIFIED);
    EXPECT_GE(flow.tlp, body.tlp());
    if (flow.tlp == v1::TLP_RED) {
      EXPECT_EQ(form, v1::Audience::kOrganisations);
    }
    if (flow.tlp >= v1::TLP_AMBER) {
      EXPECT_NE(form, v1::Audience::kAllMembers);
    }
    EXPECT_TRUE(SomeAgreementCovers(world.facts, body.publisher(), member.spiffe_id(), flow.tlp));
  }
};

TEST_F(PolicyPropertyTest, NothingFlowsThatARuleForbids) {
  constexpr uint64_t kWorlds = 20000;
  const absl::Time now = absl::FromUnixSeconds(10);
  int allowed = 0;
  for (uint64_t seed = 1; seed <= kWorlds; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    World world(seed);
    const int64_t accept_time_ms = static_cast<int64_t>(world.Below(3)) * 1000;
    const Flow flow = FlowOf(world.statement, accept_time_ms, &world.target);
    bool any_in_region = false;
    for (const auto& [id, member] : world.facts.members) {
      const Decision decision = DecideMember(world.facts, flow, id, now);
      const Principal feed = *ParsePrincipal(id + "/integration/feed");
      const Decision for_feed = DecidePrincipal(world.facts, flow, feed, now);
      EXPECT_FALSE(decision.rule.empty());
      EXPECT_FALSE(decision.explanation.empty());
      EXPECT_TRUE(decision.allowed || !for_feed.allowed) << "a principal never has more";
      if (for_feed.allowed) {
        EXPECT_NE(flow.tlp, v1::TLP_RED);
      }
      if (!decision.allowed) continue;
      ++allowed;
      any_in_region |= RegionOf(id) == kRegions[1];
      CheckAllowed(world, flow, member, decision);
    }
    EXPECT_EQ(DecideRegion(world.facts, flow, kRegions[1], now).allowed, any_in_region);
    EXPECT_FALSE(DecideMember(world.facts, flow, "spiffe://ea.example/agency/x", now).allowed);
    if (HasFailure()) return;
  }
  EXPECT_GT(allowed, 1000) << "the worlds are so strict that the test says nothing";
}

}  // namespace
}  // namespace corridor
