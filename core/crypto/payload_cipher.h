#ifndef CORRIDOR_CORE_CRYPTO_PAYLOAD_CIPHER_H_
#define CORRIDOR_CORE_CRYPTO_PAYLOAD_CIPHER_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/crypto/secret_bytes.h"

namespace corridor {

// Payloads at rest: each is sealed under a key of its own, so that destroying 32 bytes makes the
// payload unreadable wherever a copy of it may lie.

// The key of one payload. Move-only; overwritten on destruction.
class PayloadKey {
 public:
  static constexpr size_t kSize = 32;

  // A new key from the system's random generator.
  static PayloadKey Generate();

  // A key read back from the key store. kInvalidArgument: another length than 32.
  static absl::StatusOr<PayloadKey> FromBytes(std::string_view bytes);

  // The secret bytes, for the key store. The view lives as long as the key.
  std::string_view bytes() const { return bytes_.view(); }

 private:
  PayloadKey() = default;
  SecretBytes<kSize> bytes_;
};

// How much longer the sealed payload is.
inline constexpr size_t kSealOverhead = 16;

// Seals with XChaCha20-Poly1305. `associated_data` is bound to the result but not contained in it
// (the record's position: a payload moved elsewhere does not open).
// REQUIRES: `key` seals one payload in its life. The nonce is constant: a second payload under the
// same key would betray both.
std::string Seal(const PayloadKey& key, std::string_view associated_data, std::string_view payload);

// The payload. kDataLoss: the bytes, the associated data or the key are not those of Seal().
absl::StatusOr<std::string> Open(const PayloadKey& key, std::string_view associated_data,
                                 std::string_view sealed);

}  // namespace corridor

#endif  // CORRIDOR_CORE_CRYPTO_PAYLOAD_CIPHER_H_
