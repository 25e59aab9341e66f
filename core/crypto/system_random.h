#ifndef CORRIDOR_CORE_CRYPTO_SYSTEM_RANDOM_H_
#define CORRIDOR_CORE_CRYPTO_SYSTEM_RANDOM_H_

#include <cstdint>
#include <span>

#include "core/base/random.h"

namespace corridor {

// Fills `bytes` from the system's secure generator. Cannot fail: where the system has no entropy to
// give, the process ends rather than go on with guessable keys. Thread-safe.
void SecureRandomBytes(std::span<uint8_t> bytes);

// The Random of every program in operation. Thread-safe.
class SystemRandom : public Random {
 public:
  void Fill(std::span<uint8_t> bytes) override { SecureRandomBytes(bytes); }
};

}  // namespace corridor

#endif  // CORRIDOR_CORE_CRYPTO_SYSTEM_RANDOM_H_
