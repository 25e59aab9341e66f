#ifndef CORRIDOR_SERVER_JOURNAL_PAYLOAD_KEYS_H_
#define CORRIDOR_SERVER_JOURNAL_PAYLOAD_KEYS_H_

#include <cstdint>
#include <memory>
#include <optional>

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
    uint64_t block_keys = 1024;
    // Prepare() makes the next block when fewer are left.
    uint64_t low_water_keys = 512;
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

  // The key of that number; absent when it was destroyed.
  absl::StatusOr<std::optional<PayloadKey>> Find(uint64_t number) const;

 private:
  KeyStore(Store& store, Options options, uint64_t next_block)
      : store_(store), options_(options), next_(next_block), end_(next_block) {}

  absl::Status AddBlock() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Store& store_;
  const Options options_;
  absl::Mutex mutex_;
  // Keys from next_ to end_ are durable and not given out.
  uint64_t next_ ABSL_GUARDED_BY(mutex_);
  uint64_t end_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace corridor

#endif  // CORRIDOR_SERVER_JOURNAL_PAYLOAD_KEYS_H_
