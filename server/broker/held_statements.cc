#include "server/broker/held_statements.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/status_macros.h"
#include "core/model/errors.h"

namespace corridor {
namespace {

constexpr int32_t kPageSizeDefault = 100;
constexpr int32_t kPageSizeMax = 1000;

absl::Status Wrong(const char* field, const char* what) {
  return InvalidFields({{field, v1::ERROR_REASON_REQUEST_INVALID, what}});
}

absl::StatusOr<Journal::Release> AfterToken(const std::string& token) {
  Journal::Release after;
  if (token.empty()) return after;
  const std::vector<std::string> parts = absl::StrSplit(token, '-');
  if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &after.release_ms) ||
      !absl::SimpleAtoi(parts[1], &after.number)) {
    return Wrong("page_token", "is not one that a page before gave; begin with an empty one");
  }
  return after;
}

}  // namespace

absl::StatusOr<v1::ListHeldStatementsResponse> ListHeld(
    const Journal& journal, const Principal& publisher,
    const v1::ListHeldStatementsRequest& request) {
  if (request.page_size() < 0 || request.page_size() > kPageSizeMax) {
    return Wrong("page_size", "must be 0 (for 100) or 1 to 1,000");
  }
  const int32_t size = request.page_size() == 0 ? kPageSizeDefault : request.page_size();
  ASSIGN_OR_RETURN(const Journal::Release after, AfterToken(request.page_token()));
  ASSIGN_OR_RETURN(std::vector<Journal::Held> held,
                   journal.ListHeld(publisher.member, after, static_cast<size_t>(size) + 1));
  v1::ListHeldStatementsResponse page;
  for (int32_t i = 0; i < size && static_cast<size_t>(i) < held.size(); ++i) {
    *page.add_statements() = std::move(held[static_cast<size_t>(i)].statement);
  }
  if (held.size() > static_cast<size_t>(size)) {
    const Journal::Release& last = held[static_cast<size_t>(size) - 1].release;
    page.set_next_page_token(absl::StrCat(last.release_ms, "-", last.number));
  }
  return page;
}

}  // namespace corridor
