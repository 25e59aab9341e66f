#include "core/crypto/system_random.h"

#include <sodium.h>

#include "core/crypto/sodium.h"

namespace corridor {

void SecureRandomBytes(std::span<uint8_t> bytes) {
  EnsureSodium();
  randombytes_buf(bytes.data(), bytes.size());
}

}  // namespace corridor
