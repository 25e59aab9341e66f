#ifndef CORRIDOR_CORE_GATE_CODED_FIELDS_H_
#define CORRIDOR_CORE_GATE_CODED_FIELDS_H_

#include <string_view>
#include <vector>

#include "core/gate/faults.h"
#include "core/gate/gate_policy.pb.h"
#include "corridor/v1/alert.pb.h"

namespace corridor {

// The quasi-identifiers of an alert: what is harmless alone, and in company points to
// somebody. Each is either fine or one level coarser, which always passes. Pure.

// Whether `content` says `field` more finely than its coarser level:
//   PERIOD       fewer than three months        coarser: three months or more
//   PLACE        a leg names a country          coarser: its M49 sub-region
//   SUBDIVISION  a leg names a subdivision      coarser: left out
//   VENUE        a leg names a kind of place    coarser: left out
//   ENTRY_MODE   a leg says how people enter    coarser: left out
//   GENDER       any, also MIXED                coarser: NOT_STATED
//   AGE_BAND     a band of years                coarser: MINOR or ADULT
//   CITIZENSHIP  countries                      coarser: M49 sub-regions
bool IsFine(const v1::AlertContent& content, config::CodedField field);

// All fields that are fine, the one that tells a reader least first: whoever must
// coarsen some begins there.
std::vector<config::CodedField> FineFields(const v1::AlertContent& content);

// Adds a fault of `rule` (TOO_PRECISE) for each place where `field` is fine: `why`, and
// what passes there. `path` is that of `content`.
void AskCoarser(const v1::AlertContent& content, config::CodedField field, std::string_view path,
                std::string_view rule, std::string_view why, Faults& faults);

// The M49 sub-region that stands in for a country ("014"); empty where none is known.
std::string_view CoarserArea(std::string_view country);

// The smallest number of people that a band may stand for: 0 where it says none.
int SmallestOf(v1::GroupSize size);
// The largest; no bound for the last band and where it says none.
int LargestOf(v1::GroupSize size);

bool IsMinor(v1::AgeBand age);

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_CODED_FIELDS_H_
