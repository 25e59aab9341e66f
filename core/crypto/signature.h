#ifndef CORRIDOR_CORE_CRYPTO_SIGNATURE_H_
#define CORRIDOR_CORE_CRYPTO_SIGNATURE_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/crypto/secret_bytes.h"

namespace corridor {

// Ed25519 (RFC 8032, pure): the one signature scheme of statements, acceptances and receipts.

using PublicKey = std::array<uint8_t, 32>;
using Signature = std::array<uint8_t, 64>;

// Names a public key: the first 16 bytes of the SHA-256 of its 32 bytes.
using KeyId = std::array<uint8_t, 16>;
KeyId KeyIdOf(const PublicKey& public_key);

// The public key whose 32 bytes these are. kInvalidArgument: another length. Whether it is a point
// of the curve shows at the first verification.
absl::StatusOr<PublicKey> PublicKeyFrom(std::string_view bytes);

// A private signing key. Move-only; overwritten on destruction. Thread-safe once made: Sign() may
// be called from several threads at once.
class SigningKey {
 public:
  // A new key from the system's random generator.
  static SigningKey Generate();

  // The key of a 32-byte seed (RFC 8032's private key). kInvalidArgument: another length.
  static absl::StatusOr<SigningKey> FromSeed(std::string_view seed);

  // From "-----BEGIN PRIVATE KEY-----" (PKCS#8, not encrypted).
  // kInvalidArgument: not such a PEM, or a key of another type.
  static absl::StatusOr<SigningKey> FromPkcs8Pem(std::string_view pem);

  SigningKey(SigningKey&&) noexcept = default;
  SigningKey& operator=(SigningKey&&) noexcept = default;

  // The same message always gives the same signature.
  Signature Sign(std::string_view message) const;

  const PublicKey& public_key() const { return public_key_; }
  KeyId key_id() const { return KeyIdOf(public_key_); }

  // The key as a secret PEM, to be written to a file that only its owner may read.
  std::string ToPkcs8Pem() const;

 private:
  SigningKey() = default;

  SecretBytes<64> secret_;  // seed and public key, as libsodium wants it
  PublicKey public_key_{};
};

// Whether `signature` is one of `message` under `public_key`. Strict: refuses another length than
// 32 and 64 bytes, encodings that are not canonical, and keys or commitments of small order, so
// that no signature has a second spelling and no key fits every message.
bool VerifyEd25519(std::string_view public_key, std::string_view message,
                   std::string_view signature);
bool VerifyEd25519(const PublicKey& public_key, std::string_view message,
                   std::string_view signature);

}  // namespace corridor

#endif  // CORRIDOR_CORE_CRYPTO_SIGNATURE_H_
