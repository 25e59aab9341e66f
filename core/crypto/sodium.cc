#include "core/crypto/sodium.h"

#include <sodium.h>

#include <cstdio>
#include <cstdlib>

namespace corridor {

void EnsureSodium() {
  static const bool started = sodium_init() >= 0;
  if (started) return;
  std::fprintf(stderr, "corridor: cryptographic library failed: libsodium does not start\n");
  std::abort();
}

}  // namespace corridor
