#ifndef CORRIDOR_SERVER_AUDIT_AUDIT_FILTER_H_
#define CORRIDOR_SERVER_AUDIT_AUDIT_FILTER_H_

#include <vector>

#include "core/model/errors.h"
#include "corridor/v1/audit_log.pb.h"

namespace corridor {

// Every fault of a filter, as audit_log.proto says beside each field; empty when it is
// sound. Pure.
std::vector<FieldViolation> CheckAuditFilter(const v1::AuditFilter& filter);

// Whether `entry` passes. REQUIRES: a sound filter. Pure.
bool Passes(const v1::AuditFilter& filter, const v1::AuditEntry& entry);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_AUDIT_AUDIT_FILTER_H_
