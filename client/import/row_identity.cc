#include "client/import/row_identity.h"

#include "core/crypto/digest.h"
#include "core/model/statement.h"

namespace corridor {
namespace {

std::string BigEndian(uint64_t number) {
  std::string bytes(8, '\0');
  for (size_t i = bytes.size(); i-- > 0; number >>= 8) bytes[i] = static_cast<char>(number & 0xFF);
  return bytes;
}

// The first 16 bytes, with version 8 and the variant of RFC 9562.
std::string AsUuidV8(const Digest& digest) {
  std::string id = ToString(digest).substr(0, kIdBytes);
  id[6] = static_cast<char>((static_cast<unsigned char>(id[6]) & 0x0F) | 0x80);
  id[8] = static_cast<char>((static_cast<unsigned char>(id[8]) & 0x3F) | 0x80);
  return id;
}

}  // namespace

RowIds IdsOfRow(std::string_view mapping_id, std::string_view dataset, uint64_t row) {
  const std::string place =
      ToString(Sha256(mapping_id)) + ToString(Sha256(dataset)) + BigEndian(row);
  return {.statement_id = AsUuidV8(Sha256("corridor/import/v1/statement", place)),
          .alert_id = AsUuidV8(Sha256("corridor/import/v1/alert", place))};
}

RowSalts SaltsOfRow(std::string_view salt_key, uint64_t row) {
  const std::string secret = ToString(Sha256(salt_key)) + BigEndian(row);
  return {.routing = ToString(Sha256("corridor/import/v1/routing", secret)).substr(0, kIdBytes),
          .body = ToString(Sha256("corridor/import/v1/body", secret)).substr(0, kIdBytes)};
}

std::string FingerprintOf(std::string_view salt_key, const std::vector<std::string>& cells) {
  const Digest key = Sha256("corridor/import/v1/fingerprint", salt_key);
  Sha256Hasher hasher;
  hasher.Update(BytesOf(key));
  for (const std::string& cell : cells) {
    hasher.Update(BigEndian(cell.size()));
    hasher.Update(cell);
  }
  return HexEncode(hasher.Finish()).substr(0, 16);
}

}  // namespace corridor
