#ifndef CORRIDOR_SERVER_CATALOG_PAGING_H_
#define CORRIDOR_SERVER_CATALOG_PAGING_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace corridor {

// Which part of a sorted list a request wants.
struct PageRequest {
  size_t size = 0;
  std::string after;  // Key of the last item on the page before; empty for the first page.
};

// REQUEST_INVALID: a size outside 0 to 1,000, or a token that no list gave out.
absl::StatusOr<PageRequest> ReadPageRequest(int32_t page_size, std::string_view page_token);

// REQUEST_INVALID: the token says nothing to this list.
absl::Status WrongPageToken();

// The token of the page behind `last_key`.
std::string PageTokenAfter(std::string_view last_key);

// Calls `add` for each item of the page in key order. Returns the token of the next
// page; empty on the last.
template <typename T, typename Add>
std::string FillPage(const std::map<std::string, T>& items, const PageRequest& page, Add add) {
  auto it = page.after.empty() ? items.begin() : items.upper_bound(page.after);
  std::string_view last;
  for (size_t taken = 0; taken < page.size && it != items.end(); ++taken, ++it) {
    add(it->second);
    last = it->first;
  }
  return it == items.end() ? "" : PageTokenAfter(last);
}

}  // namespace corridor

#endif  // CORRIDOR_SERVER_CATALOG_PAGING_H_
