#include "server/catalog/paging.h"

#include "core/crypto/digest.h"
#include "core/model/errors.h"

namespace corridor {
namespace {

constexpr int32_t kPageSizeMax = 1000;
constexpr int32_t kPageSizeDefault = 100;

FieldViolation TokenViolation() {
  return {"page_token", v1::ERROR_REASON_REQUEST_INVALID,
          "give the next_page_token of the page before, or nothing"};
}

}  // namespace

absl::Status WrongPageToken() { return InvalidFields({TokenViolation()}); }

absl::StatusOr<PageRequest> ReadPageRequest(int32_t page_size, std::string_view page_token) {
  std::vector<FieldViolation> violations;
  if (page_size < 0 || page_size > kPageSizeMax) {
    violations.push_back({"page_size", v1::ERROR_REASON_REQUEST_INVALID, "give 1 to 1,000, or 0"});
  }
  const absl::StatusOr<std::string> after = HexDecode(page_token);
  if (!after.ok()) violations.push_back(TokenViolation());
  if (!violations.empty()) return InvalidFields(violations);
  return PageRequest{static_cast<size_t>(page_size == 0 ? kPageSizeDefault : page_size), *after};
}

std::string PageTokenAfter(std::string_view last_key) { return HexEncode(last_key); }

}  // namespace corridor
