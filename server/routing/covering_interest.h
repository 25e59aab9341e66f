#ifndef CORRIDOR_SERVER_ROUTING_COVERING_INTEREST_H_
#define CORRIDOR_SERVER_ROUTING_COVERING_INTEREST_H_

#include <cstddef>
#include <vector>

#include "corridor/v1/region_link.pb.h"
#include "corridor/v1/subscription.pb.h"

namespace corridor {

// How many filters an interest names; where there are more, it is everything.
inline constexpr size_t kInterestFiltersMax = 256;

// What a region wants that keeps only what some subscription asks for: their filters, each
// once, in an order that does not depend on that of `subscriptions`. Everything, as soon as
// one of them asks for it. Generation and position are for the caller to set. Pure.
v1::LinkInterest CoveringInterest(const std::vector<v1::Subscription>& subscriptions);

// Whether `after` may want what `before` did not.
bool Widens(const v1::LinkInterest& before, const v1::LinkInterest& after);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_ROUTING_COVERING_INTEREST_H_
