#ifndef CORRIDOR_CORE_CRYPTO_PRIVATE_KEY_H_
#define CORRIDOR_CORE_CRYPTO_PRIVATE_KEY_H_

#include <string_view>

#include "absl/status/status.h"
#include "core/crypto/certificate.h"

namespace corridor {

// Whether `private_key_pem` (PKCS#8, in the clear) is the key of `certificate`. kInvalidArgument
// says what is wrong, without repeating any of the key. Thread-safe.
absl::Status CheckPrivateKey(std::string_view private_key_pem, const Certificate& certificate);

}  // namespace corridor

#endif  // CORRIDOR_CORE_CRYPTO_PRIVATE_KEY_H_
