#include "core/crypto/signature.h"

#include <sodium.h>

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/crypto/digest.h"
#include "core/crypto/openssl_handles.h"
#include "core/crypto/sodium.h"
#include "core/crypto/system_random.h"

namespace corridor {
namespace {

using Seed = SecretBytes<crypto_sign_SEEDBYTES>;

const unsigned char* Raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

KeyId KeyIdOf(const PublicKey& public_key) {
  const Digest digest = Sha256(public_key);
  KeyId id;
  std::copy_n(digest.begin(), id.size(), id.begin());
  return id;
}

absl::StatusOr<PublicKey> PublicKeyFrom(std::string_view bytes) {
  PublicKey key;
  if (bytes.size() != key.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("an Ed25519 public key has 32 bytes, this one has ", bytes.size()));
  }
  std::copy(bytes.begin(), bytes.end(), key.begin());
  return key;
}

SigningKey SigningKey::Generate() {
  Seed seed;
  SecureRandomBytes(seed.span());
  return *FromSeed(seed.view());
}

absl::StatusOr<SigningKey> SigningKey::FromSeed(std::string_view seed) {
  if (seed.size() != crypto_sign_SEEDBYTES) {
    return absl::InvalidArgumentError(
        absl::StrCat("an Ed25519 seed has 32 bytes, this one has ", seed.size()));
  }
  EnsureSodium();
  SigningKey key;
  crypto_sign_seed_keypair(key.public_key_.data(), key.secret_.data(), Raw(seed));
  return key;
}

absl::StatusOr<SigningKey> SigningKey::FromPkcs8Pem(std::string_view pem) {
  ASSIGN_OR_RETURN(const KeyPtr key, PrivateKeyFromPem(pem));
  Seed seed;
  size_t size = seed.size();
  if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519 ||
      EVP_PKEY_get_raw_private_key(key.get(), seed.data(), &size) != 1) {
    return absl::InvalidArgumentError("a signing key must be an Ed25519 key");
  }
  return FromSeed(seed.view());
}

Signature SigningKey::Sign(std::string_view message) const {
  Signature signature;
  crypto_sign_detached(signature.data(), nullptr, Raw(message), message.size(), secret_.data());
  return signature;
}

std::string SigningKey::ToPkcs8Pem() const {
  const KeyPtr key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, secret_.data(),
                                                crypto_sign_SEEDBYTES));
  if (key == nullptr) DieOfOpenssl("Ed25519 private key");
  return PrivateKeyToPem(key.get());
}

bool VerifyEd25519(std::string_view public_key, std::string_view message,
                   std::string_view signature) {
  if (public_key.size() != crypto_sign_PUBLICKEYBYTES || signature.size() != crypto_sign_BYTES) {
    return false;
  }
  EnsureSodium();
  return crypto_sign_verify_detached(Raw(signature), Raw(message), message.size(),
                                     Raw(public_key)) == 0;
}

bool VerifyEd25519(const PublicKey& public_key, std::string_view message,
                   std::string_view signature) {
  return VerifyEd25519(BytesOf(public_key), message, signature);
}

}  // namespace corridor
