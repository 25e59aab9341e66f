#ifndef CORRIDOR_TESTS_SIMULATION_POLICY_HISTORY_H_
#define CORRIDOR_TESTS_SIMULATION_POLICY_HISTORY_H_

#include <cstddef>
#include <map>
#include <tuple>
#include <vector>

#include "absl/time/time.h"

namespace corridor {

// What the agreements of each region said when, as the script changed them: what
// policy is measured against, without asking policy. Indices are those of regions.
class PolicyHistory {
 public:
  // `viewer` lets statements flow from region `from` to region `to`.
  struct Rule {
    size_t viewer;
    size_t from;
    size_t to;

    friend bool operator<(const Rule& a, const Rule& b) {
      return std::tie(a.viewer, a.from, a.to) < std::tie(b.viewer, b.from, b.to);
    }
  };

  // An agreement begins or ends. From the asking until the answer, which may never
  // come, either may hold.
  void BeginIsAsked(const Rule& rule, absl::Duration now);
  void BeginIsDurable(const Rule& rule, absl::Duration now);
  void EndIsAsked(const Rule& rule, absl::Duration now);
  void EndIsDurable(const Rule& rule, absl::Duration now);

  // Whether it may have held at some time from `begin` to `end`.
  bool MayHaveHeld(const Rule& rule, absl::Duration begin, absl::Duration end) const;
  // Whether it surely held all the time from `begin` to `end`.
  bool HeldThroughout(const Rule& rule, absl::Duration begin, absl::Duration end) const;
  // Whether its beginning was answered, and its end not asked for.
  bool HoldsNow(const Rule& rule) const;

 private:
  struct Term {
    absl::Duration may_begin;
    absl::Duration sure_begin = absl::InfiniteDuration();
    absl::Duration sure_end = absl::InfiniteDuration();
    absl::Duration may_end = absl::InfiniteDuration();
  };

  std::map<Rule, std::vector<Term>> terms_;
};

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SIMULATION_POLICY_HISTORY_H_
