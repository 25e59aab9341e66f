#ifndef CORRIDOR_TESTS_SIMULATION_SAID_H_
#define CORRIDOR_TESTS_SIMULATION_SAID_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "absl/time/time.h"
#include "corridor/v1/statement.pb.h"

namespace corridor {

// A member: region and agency, by index.
struct SimMember {
  size_t region = 0;
  size_t agency = 0;

  friend bool operator==(const SimMember&, const SimMember&) = default;
  friend bool operator<(const SimMember& a, const SimMember& b) {
    return std::tie(a.region, a.agency) < std::tie(b.region, b.agency);
  }
};

// One statement of a world, as its publisher knows it.
struct Said {
  size_t number = 0;
  SimMember publisher;
  v1::StatementKind kind = v1::STATEMENT_KIND_UNSPECIFIED;
  size_t alert = 0;
  uint32_t revision = 0;
  bool urgent = false;
  v1::StatementRouting routing;
  v1::SignedStatement statement;
  // Who it is for, before policy is asked; its publisher need not be among them.
  std::set<SimMember> audience;

  absl::Duration said_at;
  // Once its publisher has a receipt.
  std::optional<absl::Duration> acknowledged_at;
  // Refused for good.
  bool refused = false;

  bool IsFor(const SimMember& member) const {
    return member == publisher || audience.contains(member);
  }
  bool IsForRegion(size_t region) const {
    if (region == publisher.region) return true;
    const auto first = audience.lower_bound({region, 0});
    return first != audience.end() && first->region == region;
  }
};

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SIMULATION_SAID_H_
