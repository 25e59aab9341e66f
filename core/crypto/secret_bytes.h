#ifndef CORRIDOR_CORE_CRYPTO_SECRET_BYTES_H_
#define CORRIDOR_CORE_CRYPTO_SECRET_BYTES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace corridor {

// Overwrites memory in a way that the compiler may not leave out.
void SecureZero(void* memory, size_t size);

// N secret bytes that leave nothing behind: overwritten when destroyed and when moved from.
// Move-only, so that the places where a secret lives can be counted. Thread-compatible.
template <size_t N>
class SecretBytes {
 public:
  SecretBytes() : bytes_{} {}  // all zero
  ~SecretBytes() { SecureZero(bytes_.data(), N); }
  SecretBytes(SecretBytes&& other) noexcept : bytes_(other.bytes_) {
    SecureZero(other.bytes_.data(), N);
  }
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    if (this != &other) {
      bytes_ = other.bytes_;
      SecureZero(other.bytes_.data(), N);
    }
    return *this;
  }

  uint8_t* data() { return bytes_.data(); }
  const uint8_t* data() const { return bytes_.data(); }
  static constexpr size_t size() { return N; }
  std::span<uint8_t> span() { return bytes_; }
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes_.data()), N}; }

 private:
  std::array<uint8_t, N> bytes_;
};

}  // namespace corridor

#endif  // CORRIDOR_CORE_CRYPTO_SECRET_BYTES_H_
