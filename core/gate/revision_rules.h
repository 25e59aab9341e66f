#ifndef CORRIDOR_CORE_GATE_REVISION_RULES_H_
#define CORRIDOR_CORE_GATE_REVISION_RULES_H_

#include <vector>

#include "core/model/errors.h"
#include "corridor/v1/alert.pb.h"

namespace corridor {

// Whether the difference between two revisions of an alert betrays a small group, though
// neither does: whoever holds both can subtract. Pure. Both have passed the gate.
//
// `before` is any earlier revision, `after` the new one; `group_size_min` is the policy's k.
// Two bands differ for certain by at least k when even their nearest ends do. Where they
// do not, the faults (DIFFERENCING, paths beginning with "body.revise.content") are:
//   differencing.to-small     a group that was described finely is now said to be small
//   differencing.count-band   another band, the group still being described finely
//   differencing.citizenship  a country left the list or joined it, the rest standing
//   differencing.gender       from MIXED to one gender, or back
//   differencing.place        a country of recruitment or exploitation left the route
// Saying less is always open: NOT_STATED, MINOR or ADULT, an area in place of a country, or
// no group at all.
void CheckDifference(const v1::AlertContent& before, const v1::AlertContent& after,
                     int group_size_min, std::vector<FieldViolation>& violations);

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_REVISION_RULES_H_
