#ifndef CORRIDOR_CORE_MODEL_FILTER_RULES_H_
#define CORRIDOR_CORE_MODEL_FILTER_RULES_H_

#include <string_view>
#include <vector>

#include "core/model/errors.h"
#include "corridor/v1/subscription.pb.h"

namespace corridor {

inline constexpr int kFilterClausesMax = 32;
inline constexpr int kFilterValuesMax = 256;  // In one condition.

// Adds every fault of a filter, as subscription.proto says beside each field, with
// its path below `path` ("subscription.filter") and reason REQUEST_INVALID. Pure.
void CheckFilter(const v1::Filter& filter, std::string_view path,
                 std::vector<FieldViolation>& violations);

}  // namespace corridor

#endif  // CORRIDOR_CORE_MODEL_FILTER_RULES_H_
