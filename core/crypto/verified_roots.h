#ifndef CORRIDOR_CORE_CRYPTO_VERIFIED_ROOTS_H_
#define CORRIDOR_CORE_CRYPTO_VERIFIED_ROOTS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include "core/crypto/digest.h"

namespace corridor {

// Remembers which signatures under roots have verified, so that one which each statement of a batch
// carries is computed once and not for each of them. What is remembered is mathematics: this key
// made these signature bytes of this message, all three taken together. It never says that the key
// may be used, nor that a leaf belongs to the root: callers judge both each time. What does not
// verify is not remembered.
//
// Holds at most its capacity; what was not asked for longest is forgotten, half of it at a time.
// Thread-safe. Nothing is computed under its lock, so two threads that meet a new root at the same
// moment both compute it.
class VerifiedRoots {
 public:
  static constexpr size_t kCapacity = 4096;

  // REQUIRES: capacity >= 2.
  explicit VerifiedRoots(size_t capacity = kCapacity);

  // As VerifyEd25519().
  bool Verify(std::string_view public_key, std::string_view message, std::string_view signature);

  // How many it remembers.
  size_t size() const;
  // How many signatures it has computed.
  uint64_t computed() const;

 private:
  bool Knows(const Digest& what);
  void Keep(const Digest& what) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t generation_max_;
  mutable absl::Mutex mutex_;
  // What was asked for since the last change of generations, and what was before it. Disjoint.
  absl::flat_hash_set<Digest> young_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_set<Digest> old_ ABSL_GUARDED_BY(mutex_);
  uint64_t computed_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace corridor

#endif  // CORRIDOR_CORE_CRYPTO_VERIFIED_ROOTS_H_
