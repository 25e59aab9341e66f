#ifndef CORRIDOR_CLIENT_IMPORT_ROW_IDENTITY_H_
#define CORRIDOR_CLIENT_IMPORT_ROW_IDENTITY_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace corridor {

// What a row is, whenever it is read. Identity is place, not content: (mapping id, data
// set, number of the row), so that a row is imported once however often the import runs,
// and two equal rows stay two alerts. Pure.
struct RowIds {
  std::string statement_id;  // 16 bytes each, in the form of UUIDv8.
  std::string alert_id;
};
RowIds IdsOfRow(std::string_view mapping_id, std::string_view dataset, uint64_t row);

// Salts of 16 bytes, from a secret of the import: the same on every run, and unknown to
// whoever has not the secret.
struct RowSalts {
  std::string routing;
  std::string body;
};
RowSalts SaltsOfRow(std::string_view salt_key, uint64_t row);

// 16 hexadecimal digits that change when a cell does; they tell nothing without the key.
std::string FingerprintOf(std::string_view salt_key, const std::vector<std::string>& cells);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_IMPORT_ROW_IDENTITY_H_
