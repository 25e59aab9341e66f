#include "core/crypto/verified_roots.h"

#include <cassert>
#include <utility>

#include "core/crypto/signature.h"

namespace corridor {

VerifiedRoots::VerifiedRoots(size_t capacity) : generation_max_(capacity / 2) {
  assert(generation_max_ > 0);
}

bool VerifiedRoots::Verify(std::string_view public_key, std::string_view message,
                           std::string_view signature) {
  // Fixed lengths, so that no two triples make the same bytes.
  if (public_key.size() != sizeof(PublicKey) || signature.size() != sizeof(Signature)) return false;
  const Digest what = Sha256(public_key, signature, message);
  if (Knows(what)) return true;
  const bool verifies = VerifyEd25519(public_key, message, signature);
  const absl::MutexLock lock(&mutex_);
  ++computed_;
  if (verifies) Keep(what);
  return verifies;
}

size_t VerifiedRoots::size() const {
  const absl::MutexLock lock(&mutex_);
  return young_.size() + old_.size();
}

uint64_t VerifiedRoots::computed() const {
  const absl::MutexLock lock(&mutex_);
  return computed_;
}

bool VerifiedRoots::Knows(const Digest& what) {
  const absl::MutexLock lock(&mutex_);
  if (young_.contains(what)) return true;
  if (old_.erase(what) == 0) return false;
  Keep(what);
  return true;
}

void VerifiedRoots::Keep(const Digest& what) {
  if (young_.size() >= generation_max_) {
    old_ = std::move(young_);
    young_.clear();
  }
  old_.erase(what);  // Two threads may have met it at the same moment.
  young_.insert(what);
}

}  // namespace corridor
