#include "core/crypto/sodium.h"

#include <sodium.h>

#include <cstdio>
#include <cstdlib>

#include "core/crypto/secret_bytes.h"
#include "core/crypto/system_random.h"

namespace corridor {

void EnsureSodium() {
  static const bool started = sodium_init() >= 0;
  if (started) return;
  std::fprintf(stderr, "corridor: cryptographic library failed: libsodium does not start\n");
  std::abort();
}

void SecureZero(void* memory, size_t size) { sodium_memzero(memory, size); }

void SecureRandomBytes(std::span<uint8_t> bytes) {
  EnsureSodium();
  randombytes_buf(bytes.data(), bytes.size());
}

}  // namespace corridor
