#include "server/routing/covering_interest.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace corridor {
namespace {

std::set<std::string> FiltersOf(const v1::LinkInterest& interest) {
  std::set<std::string> filters;
  for (const v1::Filter& filter : interest.filters()) filters.insert(filter.SerializeAsString());
  return filters;
}

}  // namespace

v1::LinkInterest CoveringInterest(const std::vector<v1::Subscription>& subscriptions) {
  v1::LinkInterest interest;
  std::map<std::string, const v1::Filter*> filters;
  for (const v1::Subscription& subscription : subscriptions) {
    if (subscription.filter().clauses().empty()) interest.set_everything(true);
    filters[subscription.filter().SerializeAsString()] = &subscription.filter();
  }
  if (filters.size() > kInterestFiltersMax) interest.set_everything(true);
  if (interest.everything()) return interest;
  for (const auto& [bytes, filter] : filters) *interest.add_filters() = *filter;
  return interest;
}

bool Widens(const v1::LinkInterest& before, const v1::LinkInterest& after) {
  if (before.everything()) return false;
  if (after.everything()) return true;
  const std::set<std::string> had = FiltersOf(before);
  const std::set<std::string> has = FiltersOf(after);
  return !std::includes(had.begin(), had.end(), has.begin(), has.end());
}

}  // namespace corridor
