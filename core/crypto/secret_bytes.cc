#include "core/crypto/secret_bytes.h"

#include <sodium.h>

namespace corridor {

void SecureZero(void* memory, size_t size) { sodium_memzero(memory, size); }

}  // namespace corridor
