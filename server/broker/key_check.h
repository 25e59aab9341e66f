#ifndef CORRIDOR_SERVER_BROKER_KEY_CHECK_H_
#define CORRIDOR_SERVER_BROKER_KEY_CHECK_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/crypto/verified_roots.h"
#include "core/model/facts.h"
#include "core/model/statement.h"
#include "server/journal/journal.h"

namespace corridor {

// What names a statement, where its bytes parse at all: enough to look for an earlier
// receipt. Publisher and id are empty where they do not.
struct ParsedIds {
  std::string publisher;
  std::string statement_id;
  std::string digest;  // 32 bytes.
};
ParsedIds IdsOf(const v1::SignedStatement& statement);

// What a key is good for that was in wrong hands: nothing, or a recall, which its origin has
// accepted and cannot take back.
enum class StolenKey { kIsVoid, kMayRecall };

// Whether the statement's proof was made by a key of its publisher that was
// valid when the statement was accepted. SIGNING_KEY_UNKNOWN, SIGNING_KEY_REVOKED or
// SIGNATURE_INVALID when not. Pure: `roots` only spares it the mathematics of a batch's
// signature that has verified before; the key is judged each time.
absl::Status CheckStatementKey(const Facts& facts, const ParsedStatement& statement,
                               absl::Time accepted_at, VerifiedRoots& roots,
                               StolenKey stolen = StolenKey::kIsVoid);

// Whether `acceptance` of a statement with `digest` was signed by a broker of
// `origin`, for a position of that region. SIGNING_KEY_UNKNOWN while the key is
// not here (that may heal), ORIGIN_INVALID otherwise. Pure, with `roots` as above.
absl::Status CheckAcceptance(const Facts& facts, const std::string& origin,
                             const std::string& digest, const v1::Acceptance& acceptance,
                             VerifiedRoots& roots);

// The current content of the alert that a statement is about: for CANCEL and
// RECALL the publisher's own alert, for SIGHTING and RESPONSE their target.
// Null for ISSUE and REVISE, and when it is not here.
absl::StatusOr<RecordPtr> TargetRecord(const Journal& journal, const ParsedStatement& statement);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_KEY_CHECK_H_
