#ifndef CORRIDOR_SERVER_JOURNAL_RECALL_REGISTER_H_
#define CORRIDOR_SERVER_JOURNAL_RECALL_REGISTER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/storage/store.h"

namespace corridor {

// What was recalled or withdrawn here, kept in a store of its own, outside of what is
// backed up: a journal restored from a copy that is older learns from it what must not be
// served again, and who must be told once more. Ids alone; entries are never removed.

struct RecalledContent {
  std::string publisher;     // SPIFFE ID.
  std::string alert_id;      // 16 bytes.
  std::string statement_id;  // 16 bytes; empty: all content of the alert.

  friend bool operator==(const RecalledContent&, const RecalledContent&) = default;
};

// Durable when it returns OK. What is known already stays.
absl::Status RegisterRecalled(Store& store, const std::vector<RecalledContent>& recalled);

absl::StatusOr<std::vector<RecalledContent>> ListRecalled(const Store& store);

// To whom one statement may have gone that is being taken back. REQUIRES: a statement id.
struct RecalledFrom {
  RecalledContent statement;
  std::vector<std::string> holders;  // Principals and peer regions.
};

// For when the content is erased, and with it what says so to policy. Durable when it returns OK:
// call it before. One write for all.
absl::Status RegisterHolders(Store& store, const std::vector<RecalledFrom>& recalled);

absl::StatusOr<std::vector<std::string>> ListRegisteredHolders(const Store& store,
                                                               const RecalledContent& statement);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_JOURNAL_RECALL_REGISTER_H_
