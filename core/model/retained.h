#ifndef CORRIDOR_CORE_MODEL_RETAINED_H_
#define CORRIDOR_CORE_MODEL_RETAINED_H_

#include <cstdint>
#include <string>

#include "corridor/v1/alert.pb.h"
#include "corridor/v1/statement.pb.h"

namespace corridor {

// What retention looks at in one record.
struct Retained {
  v1::Tlp tlp = v1::TLP_UNSPECIFIED;
  v1::StatementKind kind = v1::STATEMENT_KIND_UNSPECIFIED;
  std::string origin;  // The region where it was published.
  // When it was appended here, and when it ends to hold (0: it has no end of its own, and
  // counts from when it was appended): milliseconds since the Unix epoch.
  int64_t append_ms = 0;
  int64_t valid_until_ms = 0;
};

}  // namespace corridor

#endif  // CORRIDOR_CORE_MODEL_RETAINED_H_
