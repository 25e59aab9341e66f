#ifndef CORRIDOR_CLIENT_IMPORT_MAPPING_CHECK_H_
#define CORRIDOR_CLIENT_IMPORT_MAPPING_CHECK_H_

#include <string>
#include <vector>

#include "client/import/import_mapping.pb.h"
#include "core/model/errors.h"

namespace corridor {

// The bounds of CaseRules.k.
inline constexpr int kCaseGroupMin = 11;
inline constexpr int kCaseGroupMax = 1000;

inline constexpr int kPublishersMax = 64;
inline constexpr int kValidityDaysMax = 731;

// Every mistake of a mapping, as import_mapping.proto says beside each field, each with
// its path ("columns[2].codes[0].value") and what would pass; empty when it is sound.
// Pure.
std::vector<FieldViolation> CheckMapping(const ctl::ImportMapping& mapping);

// The columns that the mapping reads, each once.
std::vector<std::string> NamedColumns(const ctl::ImportMapping& mapping);

// Every column that the mapping names and `header` has not, by path.
std::vector<FieldViolation> CheckColumns(const ctl::ImportMapping& mapping,
                                         const std::vector<std::string>& header);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_IMPORT_MAPPING_CHECK_H_
