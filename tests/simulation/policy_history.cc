#include "tests/simulation/policy_history.h"

#include <algorithm>

namespace corridor {

void PolicyHistory::BeginIsAsked(const Rule& rule, absl::Duration now) {
  terms_[rule].push_back({.may_begin = now});
}

void PolicyHistory::BeginIsDurable(const Rule& rule, absl::Duration now) {
  terms_.at(rule).back().sure_begin = now;
}

void PolicyHistory::EndIsAsked(const Rule& rule, absl::Duration now) {
  terms_.at(rule).back().sure_end = now;
}

void PolicyHistory::EndIsDurable(const Rule& rule, absl::Duration now) {
  terms_.at(rule).back().may_end = now;
}

bool PolicyHistory::MayHaveHeld(const Rule& rule, absl::Duration begin, absl::Duration end) const {
  const auto found = terms_.find(rule);
  return found != terms_.end() &&
         std::any_of(found->second.begin(), found->second.end(), [&](const Term& term) {
           return term.may_begin <= end && term.may_end >= begin;
         });
}

bool PolicyHistory::HeldThroughout(const Rule& rule, absl::Duration begin,
                                   absl::Duration end) const {
  const auto found = terms_.find(rule);
  return found != terms_.end() &&
         std::any_of(found->second.begin(), found->second.end(), [&](const Term& term) {
           return term.sure_begin <= begin && term.sure_end >= end;
         });
}

bool PolicyHistory::HoldsNow(const Rule& rule) const {
  const auto found = terms_.find(rule);
  return found != terms_.end() && found->second.back().sure_begin < absl::InfiniteDuration() &&
         found->second.back().sure_end == absl::InfiniteDuration();
}

}  // namespace corridor
