#ifndef CORRIDOR_CORE_POLICY_RETENTION_H_
#define CORRIDOR_CORE_POLICY_RETENTION_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/model/retained.h"
#include "corridor/v1/alert.pb.h"
#include "corridor/v1/statement.pb.h"

namespace corridor {

// How long a region keeps the content of a statement. What is erased by these rules
// leaves its tombstone: digest, ids and acceptance. Pure functions, any thread.

// A rule for some records. What is left unspecified fits all.
struct RetentionRule {
  v1::Tlp tlp = v1::TLP_UNSPECIFIED;
  v1::StatementKind kind = v1::STATEMENT_KIND_UNSPECIFIED;
  std::string origin;
  // How long after it was appended content that still holds may go, once no peer region
  // waits for it.
  absl::Duration after_append = absl::InfiniteDuration();
  // How long after its end it goes, whoever waits.
  absl::Duration after_end = absl::Hours(24 * 366);
};

struct RetentionPolicy {
  // The first that fits decides; where none does, RetentionRule's own values.
  std::vector<RetentionRule> rules;
  // For how many records of one lane that may go a peer region is waited for. Beyond it
  // the oldest are given up: a gap that the peer's operator must accept.
  size_t peer_records_max = 100'000;
};

// When content may go, and when it must.
struct RetentionTimes {
  absl::Time may_go;
  absl::Time must_go;
};
RetentionTimes TimesOf(const RetentionPolicy& policy, const Retained& record);

}  // namespace corridor

#endif  // CORRIDOR_CORE_POLICY_RETENTION_H_
