#include "core/crypto/payload_cipher.h"

#include <sodium.h>

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/crypto/sodium.h"
#include "core/crypto/system_random.h"

namespace corridor {
namespace {

static_assert(PayloadKey::kSize == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
static_assert(kSealOverhead == crypto_aead_xchacha20poly1305_ietf_ABYTES);

// One key seals one payload, so the nonce has nothing to tell apart.
constexpr unsigned char kNonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES] = {};

const unsigned char* Raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* Raw(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

}  // namespace

PayloadKey PayloadKey::Generate() {
  PayloadKey key;
  SecureRandomBytes(key.bytes_.span());
  return key;
}

absl::StatusOr<PayloadKey> PayloadKey::FromBytes(std::string_view bytes) {
  if (bytes.size() != kSize) {
    return absl::InvalidArgumentError(
        absl::StrCat("a payload key has 32 bytes, this one has ", bytes.size()));
  }
  PayloadKey key;
  std::copy(bytes.begin(), bytes.end(), key.bytes_.data());
  return key;
}

std::string Seal(const PayloadKey& key, std::string_view associated_data,
                 std::string_view payload) {
  EnsureSodium();
  std::string sealed(payload.size() + kSealOverhead, '\0');
  crypto_aead_xchacha20poly1305_ietf_encrypt(Raw(sealed), nullptr, Raw(payload), payload.size(),
                                             Raw(associated_data), associated_data.size(), nullptr,
                                             kNonce, Raw(key.bytes()));
  return sealed;
}

absl::StatusOr<std::string> Open(const PayloadKey& key, std::string_view associated_data,
                                 std::string_view sealed) {
  if (sealed.size() < kSealOverhead) {
    return absl::DataLossError("sealed payload is shorter than its seal");
  }
  EnsureSodium();
  std::string payload(sealed.size() - kSealOverhead, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          Raw(payload), nullptr, nullptr, Raw(sealed), sealed.size(), Raw(associated_data),
          associated_data.size(), kNonce, Raw(key.bytes())) != 0) {
    return absl::DataLossError("sealed payload does not authenticate");
  }
  return payload;
}

}  // namespace corridor
