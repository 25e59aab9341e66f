#include "core/gate/checksums.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "core/crypto/digest.h"

namespace corridor {
namespace {

constexpr std::string_view kBase58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr std::string_view kBech32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr size_t kBase58Bytes = 25;  // Version, hash, checksum.
constexpr size_t kBech32SizeMax = 90;
constexpr uint32_t kBech32Constant = 1;
constexpr uint32_t kBech32mConstant = 0x2bc830a3;

constexpr int kVerhoeffProduct[10][10] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3, 4, 0, 6, 7, 8, 9, 5}, {2, 3, 4, 0, 1, 7, 8, 9, 5, 6},
    {3, 4, 0, 1, 2, 8, 9, 5, 6, 7}, {4, 0, 1, 2, 3, 9, 5, 6, 7, 8}, {5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
    {6, 5, 9, 8, 7, 1, 0, 4, 3, 2}, {7, 6, 5, 9, 8, 2, 1, 0, 4, 3}, {8, 7, 6, 5, 9, 3, 2, 1, 0, 4},
    {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}};
constexpr int kVerhoeffPermutation[8][10] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 5, 7, 6, 2, 8, 3, 0, 9, 4}, {5, 8, 0, 3, 7, 9, 6, 1, 4, 2},
    {8, 9, 1, 6, 0, 4, 3, 5, 2, 7}, {9, 4, 5, 3, 1, 2, 6, 8, 7, 0}, {4, 2, 8, 6, 5, 7, 3, 9, 0, 1},
    {2, 7, 9, 3, 8, 0, 6, 4, 1, 5}, {7, 0, 4, 6, 9, 1, 3, 2, 5, 8}};

bool AreDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

uint32_t Bech32Step(uint32_t checksum, uint32_t value) {
  constexpr uint32_t kGenerators[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
  const uint32_t top = checksum >> 25;
  checksum = (checksum & 0x1ffffff) << 5 ^ value;
  for (int i = 0; i < 5; ++i) {
    if (((top >> i) & 1) != 0) checksum ^= kGenerators[i];
  }
  return checksum;
}

}  // namespace

bool PassesLuhn(std::string_view digits) {
  int sum = 0;
  for (size_t i = 0; i < digits.size(); ++i) {
    int digit = digits[digits.size() - 1 - i] - '0';
    if (i % 2 == 1) digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
    sum += digit;
  }
  return AreDigits(digits) && sum % 10 == 0;
}

bool PassesIban(std::string_view iban) {
  if (iban.size() < 15) return false;
  int remainder = 0;
  for (const std::string_view part : {iban.substr(4), iban.substr(0, 4)}) {
    for (char c : part) {
      const int value = c <= '9' ? c - '0' : c - 'a' + 10;
      remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
    }
  }
  return remainder == 1;
}

bool PassesVerhoeff(std::string_view digits) {
  if (!AreDigits(digits)) return false;
  int check = 0;
  for (size_t i = 0; i < digits.size(); ++i) {
    check =
        kVerhoeffProduct[check][kVerhoeffPermutation[i % 8][digits[digits.size() - 1 - i] - '0']];
  }
  return check == 0;
}

bool PassesThaiId(std::string_view digits) {
  if (digits.size() != 13 || !AreDigits(digits)) return false;
  int sum = 0;
  for (int i = 0; i < 12; ++i) sum += (digits[i] - '0') * (13 - i);
  return (11 - sum % 11) % 10 == digits[12] - '0';
}

bool PassesBase58Check(std::string_view address) {
  std::array<uint8_t, kBase58Bytes> bytes{};
  for (char c : address) {
    const size_t value = kBase58.find(c);
    if (value == std::string_view::npos) return false;
    auto carry = static_cast<uint32_t>(value);
    for (size_t i = bytes.size(); i-- > 0;) {
      carry += 58U * bytes[i];
      bytes[i] = static_cast<uint8_t>(carry & 0xFF);
      carry >>= 8;
    }
    if (carry != 0) return false;
  }
  const std::string_view all = BytesOf(bytes);
  const Digest once = Sha256(all.substr(0, kBase58Bytes - 4));
  const Digest twice = Sha256(BytesOf(once));
  return BytesOf(twice).substr(0, 4) == all.substr(kBase58Bytes - 4);
}

bool PassesBech32(std::string_view address) {
  const size_t one = address.rfind('1');
  if (address.size() > kBech32SizeMax || one == std::string_view::npos || one == 0) return false;
  if (address.size() < one + 7) return false;
  uint32_t checksum = 1;
  for (size_t i = 0; i < one; ++i) {
    checksum = Bech32Step(checksum, static_cast<unsigned char>(address[i]) >> 5);
  }
  checksum = Bech32Step(checksum, 0);
  for (size_t i = 0; i < one; ++i) {
    checksum = Bech32Step(checksum, static_cast<unsigned char>(address[i]) & 31);
  }
  for (char c : address.substr(one + 1)) {
    const size_t value = kBech32.find(c);
    if (value == std::string_view::npos) return false;
    checksum = Bech32Step(checksum, static_cast<uint32_t>(value));
  }
  return checksum == kBech32Constant || checksum == kBech32mConstant;
}

}  // namespace corridor
