#include "core/crypto/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/base/strings.h"
#include "core/crypto/openssl_handles.h"

namespace corridor {
namespace {

// Fetched once: an implicit fetch at each use costs as much as hashing 300 bytes. Never freed.
const EVP_MD* Sha256Algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return algorithm;
}

}  // namespace

absl::StatusOr<Digest> DigestFrom(std::string_view bytes) {
  Digest digest;
  if (bytes.size() != digest.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("a digest has 32 bytes, this one has ", bytes.size()));
  }
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

Sha256Hasher::Sha256Hasher() : context_(EVP_MD_CTX_new()) {
  if (context_ == nullptr || EVP_DigestInit_ex(context_.get(), Sha256Algorithm(), nullptr) != 1) {
    DieOfOpenssl("SHA-256");
  }
}

Sha256Hasher::~Sha256Hasher() = default;
Sha256Hasher::Sha256Hasher(Sha256Hasher&&) noexcept = default;
Sha256Hasher& Sha256Hasher::operator=(Sha256Hasher&&) noexcept = default;

void Sha256Hasher::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

void Sha256Hasher::Update(std::string_view bytes) {
  if (EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1) DieOfOpenssl("SHA-256");
}

void Sha256Hasher::Update(std::span<const uint8_t> bytes) {
  Update(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

Digest Sha256Hasher::Finish() {
  Digest digest;
  if (EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) != 1) DieOfOpenssl("SHA-256");
  return digest;
}

std::string HexEncode(std::string_view bytes) { return absl::BytesToHexString(A(bytes)); }

absl::StatusOr<std::string> HexDecode(std::string_view hex) {
  const auto is_hex = [](unsigned char c) { return absl::ascii_isxdigit(c); };
  if (hex.size() % 2 != 0 || !std::all_of(hex.begin(), hex.end(), is_hex)) {
    return absl::InvalidArgumentError("not hexadecimal: expected pairs of 0-9 and a-f");
  }
  return absl::HexStringToBytes(A(hex));
}

bool ConstantTimeEquals(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace corridor
