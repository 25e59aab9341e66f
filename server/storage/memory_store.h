#ifndef CORRIDOR_SERVER_STORAGE_MEMORY_STORE_H_
#define CORRIDOR_SERVER_STORAGE_MEMORY_STORE_H_

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "server/storage/store.h"

namespace corridor {

// A store in memory that stands for a disk: it outlives the broker that a test
// kills, keeps what was synced, and can be told to fail. For tests and simulations.
// Thread-safe.
class MemoryStore final : public Store {
 public:
  MemoryStore() = default;
  // Like a real disk it also keeps, until purged, what was deleted or replaced.
  struct KeepingRemains {};
  explicit MemoryStore(KeepingRemains /*how*/) : keeps_remains_(true) {}

  absl::StatusOr<std::optional<std::string>> Get(std::string_view key) const override;
  absl::StatusOr<std::vector<KeyValue>> Scan(const KeyRange& range, ScanLimit limit,
                                             ScanOrder order) const override;
  absl::Status Apply(const WriteBatch& batch) override;
  absl::Status Purge(const KeyRange& range) override;

  // The sync of one Apply fails: the next for 0, the one after it for 1, ... Its
  // batch is neither readable nor gone; a crash decides.
  void FailSyncAfter(size_t applies);
  // Every read fails so until it is set to OK again.
  void FailReads(absl::Status status);

  // The machine stops and comes back: what was never synced is lost, or by chance
  // had reached the disk. Writes work again.
  void CrashLosingUnsynced();
  void CrashKeepingUnsynced();

  // How many batches were written; how many keys there are.
  size_t apply_count() const;
  size_t size() const;
  // Whether these bytes are anywhere on this disk: in a value, or in one that was
  // deleted or replaced and not purged since.
  bool Holds(std::string_view bytes) const;

 private:
  void Write(const WriteBatch& batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const bool keeps_remains_ = false;
  mutable absl::Mutex mutex_;
  std::map<std::string, std::string, std::less<>> pairs_ ABSL_GUARDED_BY(mutex_);
  // What deleted and replaced values left behind, by key.
  std::multimap<std::string, std::string, std::less<>> remains_ ABSL_GUARDED_BY(mutex_);
  std::optional<WriteBatch> unsynced_ ABSL_GUARDED_BY(mutex_);
  std::optional<size_t> applies_to_failure_ ABSL_GUARDED_BY(mutex_);
  absl::Status read_error_ ABSL_GUARDED_BY(mutex_);
  size_t apply_count_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_STORAGE_MEMORY_STORE_H_
