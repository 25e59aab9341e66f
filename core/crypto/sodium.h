#ifndef CORRIDOR_CORE_CRYPTO_SODIUM_H_
#define CORRIDOR_CORE_CRYPTO_SODIUM_H_

namespace corridor {

// For the sources of this folder only. libsodium must choose its implementations before first use;
// cheap after that. Thread-safe. Ends the process where libsodium cannot start.
void EnsureSodium();

}  // namespace corridor

#endif  // CORRIDOR_CORE_CRYPTO_SODIUM_H_
