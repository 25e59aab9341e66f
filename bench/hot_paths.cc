// Pure hot paths of a broker, each in a function of its own that does the same a fixed number of
// times, so that callgrind can count what one costs: ./dev check instructions.

#include <cstdint>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "core/crypto/statement_proof.h"
#include "core/gate/gate.h"
#include "core/gate/gate_policy.h"
#include "core/policy/policy.h"
#include "corridor/v1/region_link.pb.h"
#include "server/routing/subscription_filter.h"
#include "tests/support/seeded_random.h"
#include "tests/support/test_statements.h"

namespace corridor::hot_paths {
namespace {

constexpr int kTimes = 200;
constexpr int kBatch = 64;
constexpr int kMembers = 50;
constexpr int kAgreements = 10;
constexpr char kPublisher[] = "spiffe://ea.example/agency/ke-desk";
constexpr char kReader[] = "spiffe://sea.example/agency/m25";

std::string MemberName(int number) {
  return "spiffe://sea.example/agency/m" + std::to_string(number);
}

void AddMember(Facts& facts, const std::string& id, const std::string& country) {
  v1::Member& member = facts.members[id];
  member.set_spiffe_id(id);
  member.add_countries(country);
  member.set_state(v1::MEMBER_STATE_ACTIVE);
  member.mutable_entitled_from()->set_seconds(1);
}

// Two regions; the agreement that lets the statement through is the last one looked at.
Facts ExampleFacts() {
  Facts facts;
  facts.region = "sea.example";
  AddMember(facts, kPublisher, "KEN");
  for (int i = 0; i < kMembers; ++i) AddMember(facts, MemberName(i), i % 2 == 0 ? "THA" : "PHL");
  for (int i = 0; i < kAgreements; ++i) {
    v1::Agreement& agreement = facts.agreements["agreement-" + std::to_string(i)];
    agreement.set_agreement_id("agreement-" + std::to_string(i));
    agreement.mutable_from()->set_region("ea.example");
    agreement.mutable_to()->set_region("sea.example");
    agreement.set_tlp_max(i + 1 == kAgreements ? v1::TLP_AMBER : v1::TLP_CLEAR);
    agreement.set_state(v1::AGREEMENT_STATE_ACTIVE);
    agreement.mutable_applies_from()->set_seconds(1);
  }
  return facts;
}

// Four clauses, of which the last one matches.
SubscriptionFilter ExampleFilter() {
  v1::Filter filter;
  filter.add_clauses()->add_exploitation_places("PER");
  filter.add_clauses()->set_severity_min(v1::SEVERITY_EXTREME);
  filter.add_clauses()->add_claimed_destinations("LAO");
  v1::FilterClause& last = *filter.add_clauses();
  last.add_places("UGA");
  last.add_places("014");
  last.add_kinds(v1::STATEMENT_KIND_ISSUE);
  return *SubscriptionFilter::Compile(std::move(filter));
}

// Everything that the paths need, made before anything is counted.
struct World {
  World() {
    SeededRandom random(1);
    std::vector<v1::SignedStatement> batch;
    for (uint64_t i = 0; i < kBatch; ++i) {
      batch.push_back(Unsigned(ExampleIssue(kPublisher, i, i), RoutingToAll(), random));
    }
    SignBatch(key, batch);
    statement = batch[kBatch / 2];
    digest = StatementDigest(statement);
    parsed.bytes = statement;
    parsed.routing = RoutingToAll();
    parsed.body = ExampleIssue(kPublisher, kBatch / 2, kBatch / 2);
    for (auto& one : batch) *frame.mutable_records()->add_records()->mutable_statement() = one;
    frame_bytes = frame.SerializeAsString();
  }

  const SigningKey key = *SigningKey::FromSeed(std::string(32, 'k'));
  const Gate gate{DefaultGatePolicy()};
  const Facts facts = ExampleFacts();
  const SubscriptionFilter filter = ExampleFilter();
  const absl::Time now = absl::FromUnixSeconds(kExamplePublishedSeconds);
  v1::SignedStatement statement;
  ParsedStatement parsed;
  Digest digest{};
  VerifiedRoots roots;
  v1::LinkFrame frame;  // Of a whole batch.
  std::string frame_bytes;
};

}  // namespace

// Each says how often it did right, so that nothing of it can be left out. The names are those of
// bench/instructions.tsv.

[[gnu::noinline]] int GateCodedStatement(const World& world, int times) {
  int right = 0;
  for (int i = 0; i < times; ++i) {
    right += world.gate.Examine(world.statement, GateSide::kPublisher).ok() ? 1 : 0;
  }
  return right;
}

[[gnu::noinline]] int MatchFilter(const World& world, int times) {
  int right = 0;
  for (int i = 0; i < times; ++i) right += world.filter.Matches(world.parsed, nullptr) ? 1 : 0;
  return right;
}

[[gnu::noinline]] int EncodeLinkFrame(const World& world, int times) {
  int right = 0;
  for (int i = 0; i < times; ++i) {
    right += world.frame.SerializeAsString().size() == world.frame_bytes.size() ? 1 : 0;
  }
  return right;
}

[[gnu::noinline]] int DecodeLinkFrame(const World& world, int times) {
  int right = 0;
  for (int i = 0; i < times; ++i) {
    v1::LinkFrame frame;
    right += frame.ParseFromString(world.frame_bytes) ? 1 : 0;
  }
  return right;
}

[[gnu::noinline]] int DecidePolicy(const World& world, int times) {
  int right = 0;
  for (int i = 0; i < times; ++i) {
    const Flow flow = FlowOf(world.parsed, kExamplePublishedSeconds * 1000, nullptr);
    right += DecideMember(world.facts, flow, kReader, world.now).allowed ? 1 : 0;
  }
  return right;
}

[[gnu::noinline]] int VerifyUnderKnownRoot(World& world, int times) {
  int right = 0;
  for (int i = 0; i < times; ++i) {
    right += VerifyStatementProof(world.digest, world.statement.proof(),
                                  BytesOf(world.key.public_key()), &world.roots)
                 ? 1
                 : 0;
  }
  return right;
}

[[gnu::noinline]] bool All(World& world, int times) {
  return GateCodedStatement(world, times) == times && MatchFilter(world, times) == times &&
         EncodeLinkFrame(world, times) == times && DecodeLinkFrame(world, times) == times &&
         DecidePolicy(world, times) == times && VerifyUnderKnownRoot(world, times) == times;
}

// Where callgrind begins to count: what is made at the first use of something has been made.
[[gnu::noinline]] bool Counted(World& world) { return All(world, kTimes); }

}  // namespace corridor::hot_paths

int main() {
  corridor::hot_paths::World world;
  if (!corridor::hot_paths::All(world, 1) || !corridor::hot_paths::Counted(world)) {
    std::cerr << "hot_paths: a path did not do what it is to do\n";
    return 1;
  }
  std::cout << corridor::hot_paths::kTimes << "\n";
  return 0;
}
