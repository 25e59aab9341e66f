#include "server/storage/store.h"

namespace corridor {

KeyRange PrefixRange(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xff') end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<uint8_t>(end.back()) + 1);
  return {std::string(prefix), std::move(end)};
}

}  // namespace corridor
