#include "core/crypto/audit_chain.h"

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/strings.h"
#include "core/crypto/digest.h"
#include "corridor/v1/audit_log.pb.h"

namespace corridor {
namespace {

using namespace std::string_view_literals;

constexpr size_t kHashBytes = 32;

absl::Status Broken(uint64_t sequence, std::string_view what) {
  return absl::DataLossError(absl::StrCat("audit entry ", sequence, " ", A(what)));
}

}  // namespace

std::string NextAuditHead(std::string_view head, std::string_view entry) {
  return ToString(Sha256("corridor/audit/v1\0"sv, head, entry));
}

std::string ToString(const AuditHead& head) {
  return absl::StrCat(head.entries, ":", absl::BytesToHexString(head.hash));
}

absl::StatusOr<AuditHead> AuditHeadFrom(std::string_view text) {
  AuditHead head;
  const size_t colon = text.find(':');
  const std::string_view digits =
      colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  if (digits.size() != 2 * kHashBytes ||
      digits.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos ||
      !absl::SimpleAtoi(A(text.substr(0, colon)), &head.entries)) {
    return absl::InvalidArgumentError("an audit head is <entries>:<64 hexadecimal digits>");
  }
  head.hash = absl::HexStringToBytes(A(digits));
  return head;
}

absl::StatusOr<std::string> AuditChain::Export(std::string_view entry) {
  v1::AuditLine line;
  if (!line.mutable_says()->ParseFromArray(entry.data(), static_cast<int>(entry.size()))) {
    return absl::InvalidArgumentError("an audit entry is malformed");
  }
  const std::string next = NextAuditHead(head_.hash, entry);
  line.set_entry(std::string(entry));
  line.set_head(next);
  std::string text;
  if (!google::protobuf::util::MessageToJsonString(line, &text).ok()) {
    return absl::InvalidArgumentError("an audit entry cannot be written as JSON");
  }
  head_ = {head_.entries + 1, next};
  return text;
}

absl::Status AuditChain::Follow(std::string_view text) {
  const uint64_t expected = head_.entries + 1;
  v1::AuditLine line;
  const google::protobuf::StringPiece json(text.data(), text.size());
  if (!google::protobuf::util::JsonStringToMessage(json, &line).ok()) {
    return Broken(expected, "is not a line of an exported audit log");
  }
  v1::AuditEntry entry;
  if (!entry.ParseFromString(line.entry())) return Broken(expected, "is damaged");
  if (entry.sequence() != expected) {
    const std::string other =
        absl::StrCat("is missing: entry ", entry.sequence(), " stands in its place");
    return Broken(expected, other);
  }
  if (!google::protobuf::util::MessageDifferencer::Equals(entry, line.says())) {
    return Broken(expected, "does not say what its bytes say");
  }
  std::string next = NextAuditHead(head_.hash, line.entry());
  if (next != line.head()) return Broken(expected, "is altered: it does not lead to its head");
  head_ = {expected, std::move(next)};
  return absl::OkStatus();
}

}  // namespace corridor
