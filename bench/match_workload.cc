#include "bench/match_workload.h"

#include <malloc.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "bench/statement_source.h"
#include "bench/steady_time.h"
#include "core/base/status_macros.h"
#include "core/model/country_table.h"
#include "server/routing/subscription_filter.h"

namespace corridor {
namespace {

constexpr int kStatements = 64;
constexpr int kConditions = 8;
constexpr int kAskedMin = 4;
constexpr int kAskedSpread = 3;
constexpr int kValuesMax = 3;

// SplitMix64: the same filters and statements in every run.
class Dice {
 public:
  // Below `sides`, each alike.
  int Roll(int sides) { return static_cast<int>(Next() % static_cast<uint64_t>(sides)); }
  // Below `sides`, the low ones far oftener.
  int Skewed(int sides) {
    const double fraction = static_cast<double>(Next() >> 11) * 0x1p-53;
    return static_cast<int>(fraction * fraction * fraction * sides);
  }

 private:
  uint64_t Next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  uint64_t state_ = 1;
};

constexpr int kCountryCount = static_cast<int>(kCountries.size());

std::string Country(int number) {
  return std::string(kCountries[static_cast<size_t>(number)].alpha3);
}

// One in eight is an area.
std::string Place(int number) {
  if (number % 8 != 7) return Country(number);
  return std::string(kAreas[1 + static_cast<size_t>(number) % (kAreas.size() - 1)].code);
}

template <typename Enum>
Enum Code(int number) {
  return static_cast<Enum>(1 + number);
}

template <typename Enum>
Enum RandomCode(Dice& dice, Enum last) {
  return Code<Enum>(dice.Skewed(static_cast<int>(last)));
}

// How many values a condition has to choose from.
int ValuesOf(int condition) {
  switch (condition) {
    case 5:
      return v1::TRAFFICKING_PURPOSE_FORCED_CRIMINALITY;
    case 6:
      return v1::URGENCY_PAST;
    case 7:
      return v1::SEVERITY_MODERATE;
    default:
      return kCountryCount;
  }
}

void AddValue(int condition, int number, v1::FilterClause& clause) {
  switch (condition) {
    case 0:
      return clause.add_publisher_countries(Country(number));
    case 1:
      return clause.add_recruitment_places(Place(number));
    case 2:
      return clause.add_transit_places(Place(number));
    case 3:
      return clause.add_exploitation_places(Place(number));
    case 4:
      return clause.add_claimed_destinations(Country(number));
    case 5:
      return clause.add_purposes(Code<v1::TraffickingPurpose>(number));
    case 6:
      return clause.add_urgencies(Code<v1::Urgency>(number));
    default:
      return clause.set_severity_min(Code<v1::Severity>(number));
  }
}

v1::Filter RandomFilter(Dice& dice) {
  v1::Filter filter;
  v1::FilterClause& clause = *filter.add_clauses();
  const int asked = kAskedMin + dice.Roll(kAskedSpread);
  const int first = dice.Roll(kConditions);
  for (int i = 0; i < asked; ++i) {
    const int condition = (first + i) % kConditions;
    const int begin = dice.Skewed(ValuesOf(condition));
    const int end = std::min(ValuesOf(condition), begin + 1 + dice.Roll(kValuesMax));
    for (int number = begin; number < end; ++number) AddValue(condition, number, clause);
  }
  return filter;
}

ParsedStatement RandomStatement(Dice& dice) {
  const auto country = [&dice] { return Country(dice.Skewed(kCountryCount)); };
  ParsedStatement statement;
  statement.body = ExampleAlert(Payload::kCoded);
  statement.body.set_publisher_country(country());
  statement.body.set_urgency(RandomCode(dice, v1::URGENCY_PAST));
  v1::AlertContent& content = *statement.body.mutable_issue()->mutable_content();
  for (v1::RouteLeg& leg : *content.mutable_legs()) leg.set_country(country());
  content.set_severity(RandomCode(dice, v1::SEVERITY_MINOR));
  content.mutable_recruitment()->set_claimed_destination(country());
  content.mutable_pattern()->set_purposes(
      0, RandomCode(dice, v1::TRAFFICKING_PURPOSE_FORCED_CRIMINALITY));
  return statement;
}

int CountMatches(const std::vector<SubscriptionFilter>& filters, const ParsedStatement& statement) {
  int matches = 0;
  for (const SubscriptionFilter& filter : filters) {
    matches += filter.Matches(statement, nullptr) ? 1 : 0;
  }
  return matches;
}

}  // namespace

absl::StatusOr<Figures> Match(int subscriptions, double seconds) {
  Dice dice;
  std::vector<SubscriptionFilter> filters;
  filters.reserve(static_cast<size_t>(subscriptions));
  const size_t held_before = mallinfo2().uordblks;
  LatencyHistogram inserts;
  for (int i = 0; i < subscriptions; ++i) {
    v1::Filter wanted = RandomFilter(dice);
    const int64_t begun = SteadyNs();
    ASSIGN_OR_RETURN(SubscriptionFilter filter, SubscriptionFilter::Compile(std::move(wanted)));
    filters.push_back(std::move(filter));
    inserts.Record(SteadyNs() - begun);
  }
  const auto held = static_cast<double>(mallinfo2().uordblks - held_before) +
                    static_cast<double>(filters.size() * sizeof(SubscriptionFilter));
  std::vector<ParsedStatement> statements;
  for (int i = 0; i < kStatements; ++i) statements.push_back(RandomStatement(dice));

  LatencyHistogram latencies;
  int64_t matches = 0;
  size_t asked = 0;
  const int64_t end = SteadyNs() + static_cast<int64_t>(seconds * kNsPerSecond);
  for (int64_t begun = SteadyNs(); begun < end || asked == 0; ++asked) {
    matches += CountMatches(filters, statements[asked % statements.size()]);
    const int64_t done = SteadyNs();
    latencies.Record(done - std::exchange(begun, done));
  }
  Figures figures;
  AddLatencies("match", latencies, figures);
  AddLatencies("insert", inserts, figures);
  figures["bytes_per_subscription"] = held / subscriptions;
  figures["matches_per_statement"] = static_cast<double>(matches) / static_cast<double>(asked);
  return figures;
}

}  // namespace corridor
