#ifndef CORRIDOR_SERVER_CATALOG_POLICY_ARCHIVE_H_
#define CORRIDOR_SERVER_CATALOG_POLICY_ARCHIVE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "core/model/facts.h"
#include "server/storage/commit.h"
#include "server/storage/store.h"

namespace corridor {

// What policy knew when something was disclosed: members, grants and agreements of the
// generations in which anything was. A recall asks it whom policy then allowed.
// Thread-safe.
class PolicyArchive {
 public:
  // The part that keeps what `facts` says, under its generation; nothing where that is
  // kept already.
  static BatchPart KeepPart(std::shared_ptr<const Facts> facts);

  // The facts of a generation that was kept, without keys, as the batch in the making has
  // them. NOT_FOUND: it was not. DATA_LOSS (RECORD_CORRUPT): it cannot be read.
  absl::StatusOr<std::shared_ptr<const Facts>> FactsOf(const CommitContext& context,
                                                       uint64_t generation) const;
  // The same, as the store has them.
  absl::StatusOr<std::shared_ptr<const Facts>> FactsOf(const Store& store,
                                                       uint64_t generation) const;

 private:
  template <typename Source>
  absl::StatusOr<std::shared_ptr<const Facts>> Find(const Source& source,
                                                    uint64_t generation) const;

  static constexpr size_t kCachedMax = 16;

  mutable absl::Mutex mutex_;
  mutable std::map<uint64_t, std::shared_ptr<const Facts>> cached_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_CATALOG_POLICY_ARCHIVE_H_
