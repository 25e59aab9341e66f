#ifndef CORRIDOR_SERVER_JOURNAL_PAYLOAD_KEYS_H_
#define CORRIDOR_SERVER_JOURNAL_PAYLOAD_KEYS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "core/crypto/payload_cipher.h"
#include "server/storage/store.h"

namespace corridor {

// The keys under which payloads are sealed, one each, in a small store of their
// own: destroying 32 bytes there makes a payload unreadable in every copy of the
// journal. Keys are made and synced ahead in blocks, so that an append waits for
// no second sync. A block that was open when the process ended is abandoned: a
// key seals one payload in its life. Thread-safe.
class KeyStore {
 public:
  struct Options {
    size_t block_keys = 1024;  // At least 1.
    // Prepare() makes the next block when fewer are left.
    size_t low_water_keys = 512;
  };

  struct NumberedKey {
    uint64_t number;
    PayloadKey key;
  };

  // `store` must outlive this and belong to it alone. Makes the first block.
  static absl::StatusOr<std::unique_ptr<KeyStore>> Open(Store& store, Options options);
  static absl::StatusOr<std::unique_ptr<KeyStore>> Open(Store& store) {
    return Open(store, Options());
  }

  // A key that is durable and was never given out. Makes a block, and so waits for
  // a sync, only where none is left. An error is that of the store's Apply.
  absl::StatusOr<NumberedKey> Take();

  // Makes the next block when the open one runs low. Call where nobody waits.
  absl::Status Prepare();

  // Overwrites keys and purges them from the store's files: what they sealed can be
  // opened no more, in no copy. That a key was destroyed stays known: a restored journal
  // may still have what it sealed. Takes time; one call at a time.
  absl::Status Destroy(const std::vector<uint64_t>& numbers);

  // The key of that number; absent when it was destroyed. DATA_LOSS: there never was one,
  // or it was lost.
  absl::StatusOr<std::optional<PayloadKey>> Find(uint64_t number) const;

 private:
  KeyStore(Store& store, Options options, uint64_t first)
      : store_(store), options_(options), end_(first) {}

  absl::Status AddBlock() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Store& store_;
  const Options options_;
  absl::Mutex mutex_;
  // Durable and not given out; the last has number end_ - 1.
  std::deque<PayloadKey> ready_ ABSL_GUARDED_BY(mutex_);
  uint64_t end_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_JOURNAL_PAYLOAD_KEYS_H_
