#ifndef CORRIDOR_CLIENT_CTL_LIMIT_FLAG_H_
#define CORRIDOR_CLIENT_CTL_LIMIT_FLAG_H_

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace corridor {

// How many a list shows at most; 0: all.
inline void AddLimitFlag(CLI::App& command, size_t& limit) {
  command.add_option("--limit", limit, "at most this many (default: all)")
      ->check(CLI::Range(1, 1'000'000));
}

// The size of the next page of a list, where `shown` are shown: as many as are missing, and no
// more than `page_max`. 0: enough are shown.
inline int32_t NextPageSize(size_t limit, size_t shown, size_t page_max) {
  if (limit == 0) return static_cast<int32_t>(page_max);
  return static_cast<int32_t>(std::min(page_max, limit - std::min(limit, shown)));
}

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CTL_LIMIT_FLAG_H_
