#ifndef CORRIDOR_SERVER_CATALOG_FIELD_RULES_H_
#define CORRIDOR_SERVER_CATALOG_FIELD_RULES_H_

#include <string_view>
#include <vector>

#include "core/model/errors.h"
#include "corridor/v1/agreement.pb.h"
#include "corridor/v1/member.pb.h"
#include "corridor/v1/quota.pb.h"
#include "corridor/v1/subscription.pb.h"

namespace corridor {

// Every fault of what an operator or a subscriber hands in, as the protos say beside
// each field, with its path and reason REQUEST_INVALID, or PERSONAL_DATA where a name or a
// title could identify a person; empty when it is sound. Pure.
// `region` is this region.

using Violations = std::vector<FieldViolation>;

void AddViolation(Violations& violations, std::string_view field, std::string_view description);

Violations CheckMember(const v1::Member& member, std::string_view region);
Violations CheckGrant(const v1::Grant& grant, std::string_view region);
Violations CheckQuota(const v1::Quota& quota, std::string_view region);
Violations CheckAgreement(const v1::Agreement& agreement, std::string_view region);
Violations CheckSubscription(const v1::Subscription& subscription);

// Whether `name` is `subscriptions/<id>`.
bool IsSubscriptionName(std::string_view name);

// Whether `text` is the name and version of a client program ("agency-desk/2.1"): 1 to 64 of a-z,
// A-Z, 0-9 and . _ - + /, beginning with a letter, with at most six digits in a row, so that
// neither a sentence nor a telephone number is one.
bool IsClientName(std::string_view text);

// Whether `time` is one of the years 1 to 9999, as JSON can say it.
bool IsTimestamp(const google::protobuf::Timestamp& time);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_CATALOG_FIELD_RULES_H_
