#ifndef CORRIDOR_CORE_CRYPTO_DIGEST_H_
#define CORRIDOR_CORE_CRYPTO_DIGEST_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

struct evp_md_ctx_st;  // OpenSSL's EVP_MD_CTX

namespace corridor {

// A SHA-256 value. A plain array: compares, copies and hashes (absl::Hash) by itself.
using Digest = std::array<uint8_t, 32>;

// Bytes travel as std::string_view, which is what protobuf `bytes` fields and keys in a store are;
// values of a fixed length are arrays. BytesOf() looks at an array as bytes (it does not copy: the
// array must outlive the view); ToString() copies them.
template <size_t N>
std::string_view BytesOf(const std::array<uint8_t, N>& value) {
  return {reinterpret_cast<const char*>(value.data()), N};
}
template <size_t N>
std::string_view BytesOf(const std::array<uint8_t, N>&& value) = delete;
template <size_t N>
std::string ToString(const std::array<uint8_t, N>& value) {
  return std::string(BytesOf(value));
}

// The digest whose 32 bytes these are. kInvalidArgument: another length.
absl::StatusOr<Digest> DigestFrom(std::string_view bytes);

// SHA-256 over pieces. Thread-compatible. After Finish() the hasher is spent: destroy it.
class Sha256Hasher {
 public:
  Sha256Hasher();
  ~Sha256Hasher();
  Sha256Hasher(Sha256Hasher&&) noexcept;
  Sha256Hasher& operator=(Sha256Hasher&&) noexcept;

  void Update(std::string_view bytes);
  void Update(std::span<const uint8_t> bytes);
  Digest Finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

// SHA-256 of the parts one after another, without separators: the caller makes their borders
// unambiguous (fixed lengths, or a digest for each part). A string literal ends at its first NUL;
// where a NUL is part of a domain string, pass it with its length ("..."sv).
template <typename... Parts>
Digest Sha256(const Parts&... parts) {
  Sha256Hasher hasher;
  (hasher.Update(parts), ...);
  return hasher.Finish();
}

// Lower-case hexadecimal.
std::string HexEncode(std::string_view bytes);
template <size_t N>
std::string HexEncode(const std::array<uint8_t, N>& value) {
  return HexEncode(BytesOf(value));
}

// Either case of hexadecimal. kInvalidArgument: odd length or another character.
absl::StatusOr<std::string> HexDecode(std::string_view hex);

// Compares in a time that depends on the lengths alone. Use it wherever one side is a secret or is
// derived from one.
bool ConstantTimeEquals(std::string_view a, std::string_view b);

// The digests in a range of byte strings (as a repeated `bytes` field is).
// kInvalidArgument: one of them has another length than 32.
template <typename Strings>
absl::StatusOr<std::vector<Digest>> DigestsFrom(const Strings& strings) {
  std::vector<Digest> digests;
  for (const auto& bytes : strings) {
    absl::StatusOr<Digest> digest = DigestFrom(bytes);
    if (!digest.ok()) return digest.status();
    digests.push_back(*digest);
  }
  return digests;
}

}  // namespace corridor

#endif  // CORRIDOR_CORE_CRYPTO_DIGEST_H_
