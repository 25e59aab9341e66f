#ifndef CORRIDOR_TESTS_SIMULATION_POLICY_HISTORY_H_
#define CORRIDOR_TESTS_SIMULATION_POLICY_HISTORY_H_

#include <algorithm>
#include <cstddef>
#include <map>
#include <tuple>
#include <vector>

#include "absl/time/time.h"
#include "tests/simulation/said.h"

namespace corridor {

// Since when, and until when, something holds that the script begins and ends. From the
// asking until the answer, which may never come, either may be so.
template <typename Key>
class Terms {
 public:
  void BeginIsAsked(const Key& key, absl::Duration now) {
    terms_[key].push_back({.may_begin = now});
  }
  void BeginIsDurable(const Key& key, absl::Duration now) {
    terms_.at(key).back().sure_begin = now;
  }
  void EndIsAsked(const Key& key, absl::Duration now) { terms_.at(key).back().sure_end = now; }
  void EndIsDurable(const Key& key, absl::Duration now) { terms_.at(key).back().may_end = now; }

  // Whether it may have held at some time from `begin` to `end`.
  bool MayHaveHeld(const Key& key, absl::Duration begin, absl::Duration end) const {
    const std::vector<Term>& terms = TermsOf(key);
    return std::any_of(terms.begin(), terms.end(), [&](const Term& term) {
      return term.may_begin <= end && term.may_end >= begin;
    });
  }
  // Whether it surely held all the time from `begin` to `end`.
  bool HeldThroughout(const Key& key, absl::Duration begin, absl::Duration end) const {
    const std::vector<Term>& terms = TermsOf(key);
    return std::any_of(terms.begin(), terms.end(), [&](const Term& term) {
      return term.sure_begin <= begin && term.sure_end >= end;
    });
  }
  // Whether its beginning was answered, and its end not asked for.
  bool HoldsNow(const Key& key) const {
    const std::vector<Term>& terms = TermsOf(key);
    return !terms.empty() && terms.back().sure_begin < absl::InfiniteDuration() &&
           terms.back().sure_end == absl::InfiniteDuration();
  }

 private:
  struct Term {
    absl::Duration may_begin;
    absl::Duration sure_begin = absl::InfiniteDuration();
    absl::Duration sure_end = absl::InfiniteDuration();
    absl::Duration may_end = absl::InfiniteDuration();
  };

  const std::vector<Term>& TermsOf(const Key& key) const {
    static const auto& none = *new std::vector<Term>();
    const auto found = terms_.find(key);
    return found == terms_.end() ? none : found->second;
  }

  std::map<Key, std::vector<Term>> terms_;
};

// An agreement: `viewer` lets statements flow from region `from` to region `to`. By index.
struct FlowRule {
  size_t viewer;
  size_t from;
  size_t to;

  friend bool operator<(const FlowRule& a, const FlowRule& b) {
    return std::tie(a.viewer, a.from, a.to) < std::tie(b.viewer, b.from, b.to);
  }
};

// What operators did and when, as the script did it: what policy is measured against, without
// asking policy.
struct PolicyHistory {
  Terms<FlowRule> agreements;
  Terms<SimMember> suspensions;

  // Whether `said` is for somebody in the region who was surely not suspended since `begin`.
  bool HasActiveReader(const Said& said, size_t region, absl::Duration begin,
                       absl::Duration end) const {
    return std::any_of(said.audience.begin(), said.audience.end(), [&](const SimMember& member) {
      return member.region == region && !suspensions.MayHaveHeld(member, begin, end);
    });
  }
};

}  // namespace corridor

#endif  // CORRIDOR_TESTS_SIMULATION_POLICY_HISTORY_H_
