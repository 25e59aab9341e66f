#include "tests/simulation/policy_history.h"

#include <algorithm>

namespace corridor {

void PolicyHistory::Begins(const Rule& rule, absl::Duration asked, absl::Duration done) {
  terms_[rule].push_back({.may_begin = asked, .sure_begin = done});
}

void PolicyHistory::EndIsAsked(const Rule& rule, absl::Duration asked) {
  terms_.at(rule).back().sure_end = asked;
}

void PolicyHistory::EndIsDurable(const Rule& rule, absl::Duration done) {
  terms_.at(rule).back().may_end = done;
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
  return found != terms_.end() && found->second.back().sure_end == absl::InfiniteDuration();
}

}  // namespace corridor
