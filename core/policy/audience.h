#ifndef CORRIDOR_CORE_POLICY_AUDIENCE_H_
#define CORRIDOR_CORE_POLICY_AUDIENCE_H_

#include <string>
#include <string_view>
#include <vector>

#include "corridor/v1/member.pb.h"
#include "corridor/v1/statement.pb.h"
#include "google/protobuf/repeated_ptr_field.h"

namespace corridor {

// Whether an audience and exclusions mean a member. Pure.

// Whether one of `countries` is among the member's.
bool StandsForOneOf(const v1::Member& member,
                    const google::protobuf::RepeatedPtrField<std::string>& countries);

// Whether `audience` means `member`. An empty list and an absent form mean nobody;
// same_as_target, which the caller has to resolve, does not either.
// `target_publisher`: of the alert that the statement is about.
bool Addresses(const v1::Audience& audience, const v1::Member& member,
               std::string_view target_publisher);

bool IsExcluded(const std::vector<const v1::Exclusion*>& excluded, const v1::Member& member);

}  // namespace corridor

#endif  // CORRIDOR_CORE_POLICY_AUDIENCE_H_
