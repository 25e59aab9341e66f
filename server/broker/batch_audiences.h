#ifndef CORRIDOR_SERVER_BROKER_BATCH_AUDIENCES_H_
#define CORRIDOR_SERVER_BROKER_BATCH_AUDIENCES_H_

#include <cstddef>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "core/crypto/digest.h"
#include "core/model/statement.h"
#include "server/journal/recent_map.h"

namespace corridor {

// Sees to it that the statements under one root are for one audience (docs/batch_format.md): a path
// tells its reader that the batch had others. Remembers for whom the statements of the newest roots
// were, at most `capacity`; what comes under an older root, or after a restart, is not compared.
// Thread-safe.
class BatchAudiences {
 public:
  static constexpr size_t kCapacity = 4096;

  // REQUIRES: capacity >= 2.
  // The map may hold two more than it is told.
  explicit BatchAudiences(size_t capacity = kCapacity) : audiences_(capacity - 2) {}

  // OK for a statement with a proof of its own, the first under its root, and one for whom the
  // first was; MISUSE_RULE otherwise, with the rule in its metadata. REQUIRES: its proof verifies,
  // so that nobody but the signer says what a root is for.
  absl::Status Check(const ParsedStatement& statement);

  // How many roots it remembers.
  size_t size() const;

 private:
  mutable absl::Mutex mutex_;
  RecentMap<Digest> audiences_ ABSL_GUARDED_BY(mutex_);  // By key and root.
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_BROKER_BATCH_AUDIENCES_H_
