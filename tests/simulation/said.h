#ifndef CORRIDOR_TESTS_SIMULATION_SAID_H_
#define CORRIDOR_TESTS_SIMULATION_SAID_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "absl/time/time.h"
#include "corridor/v1/record.pb.h"
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
  // A sighting or response is an alert of its own; `target` is the one it is about.
  size_t alert = 0;
  size_t target = 0;
  uint32_t revision = 0;
  bool urgent = false;
  v1::StatementRouting routing;
  v1::SignedStatement statement;
  // Who it is for, before policy is asked; its publisher need not be among them.
  std::set<SimMember> audience;
  // Who may have it beside those: a cancellation may follow earlier revisions.
  std::set<SimMember> wider;
  // Simulated time before which an embargo holds it.
  std::optional<absl::Duration> release_at;

  // Simulated time at which it ends to hold, where that is soon.
  std::optional<absl::Duration> ends_at;

  absl::Duration said_at;
  // Once its publisher has a receipt.
  std::optional<absl::Duration> acknowledged_at;
  // Where it stands at its origin; with epoch 0 while that is not known.
  v1::Position position;
  // Refused for good.
  bool refused = false;
  // When its origin accepted it: milliseconds of its clock since the Unix epoch; 0: not known.
  int64_t accepted_ms = 0;
  // Signed with the publisher's first key, which may turn out to have been in wrong hands.
  bool first_key = true;
  // Its journal was put back to before it, and no other region had it by then.
  bool lost = false;
  // Its journal was put back to before it, or to where it did not know who had it.
  bool restored = false;

  bool IsContent() const {
    return kind == v1::STATEMENT_KIND_ISSUE || kind == v1::STATEMENT_KIND_REVISE;
  }
  bool IsRemark() const {
    return kind == v1::STATEMENT_KIND_SIGHTING || kind == v1::STATEMENT_KIND_RESPONSE;
  }
  bool IsCancel() const { return kind == v1::STATEMENT_KIND_CANCEL; }
  bool IsRecall() const { return kind == v1::STATEMENT_KIND_RECALL; }

  bool IsFor(const SimMember& member) const {
    return member == publisher || audience.contains(member);
  }
  bool IsForRegion(size_t region) const {
    return region == publisher.region || HasOneOf(audience, region);
  }
  bool MayBeFor(const SimMember& member) const { return IsFor(member) || wider.contains(member); }
  bool MayBeForRegion(size_t region) const {
    return IsForRegion(region) || HasOneOf(wider, region);
  }

 private:
  static bool HasOneOf(const std::set<SimMember>& members, size_t region) {
    const auto first = members.lower_bound({region, 0});
    return first != members.end() && first->region == region;
  }
};

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SIMULATION_SAID_H_
