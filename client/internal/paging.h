#ifndef CORRIDOR_CLIENT_INTERNAL_PAGING_H_
#define CORRIDOR_CLIENT_INTERNAL_PAGING_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "client/internal/retry.h"
#include "core/base/status_macros.h"
#include "corridor/environment.h"

namespace corridor {

// Reads the pages of a list, all of them or until there are `limit` items; 0: all. `read`
// answers one page of `request`; `items` names the repeated field of a page.
template <typename Item, typename Request, typename Read, typename Items>
absl::StatusOr<std::vector<Item>> AllPages(const Environment& environment, Request request,
                                           size_t limit, Read read, Items items) {
  constexpr size_t kPageMax = 1000;
  std::vector<Item> all;
  do {
    const size_t wanted = limit == 0 ? kPageMax : std::min(kPageMax, limit - all.size());
    request.set_page_size(static_cast<int32_t>(wanted));
    ASSIGN_OR_RETURN(auto page,
                     Retrying(environment, kUnaryRetryFor, [&] { return read(request); }));
    for (auto& item : *items(page)) all.push_back(std::move(item));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && (limit == 0 || all.size() < limit));
  // A broker may know no pages of this list.
  if (limit > 0 && all.size() > limit) all.resize(limit);
  return all;
}

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_INTERNAL_PAGING_H_
