#ifndef CORRIDOR_CLIENT_INTERNAL_PAGING_H_
#define CORRIDOR_CLIENT_INTERNAL_PAGING_H_

#include <vector>

#include "absl/status/statusor.h"
#include "client/internal/retry.h"
#include "core/base/status_macros.h"
#include "corridor/environment.h"

namespace corridor {

// Reads all pages of a list. `read` answers one page of `request`; `items` names the
// repeated field of a page.
template <typename Item, typename Request, typename Read, typename Items>
absl::StatusOr<std::vector<Item>> AllPages(const Environment& environment, Request request,
                                           Read read, Items items) {
  std::vector<Item> all;
  request.set_page_size(1000);
  do {
    ASSIGN_OR_RETURN(auto page,
                     Retrying(environment, kUnaryRetryFor, [&] { return read(request); }));
    for (auto& item : *items(page)) all.push_back(std::move(item));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return all;
}

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_INTERNAL_PAGING_H_
