#ifndef CORRIDOR_SERVER_CATALOG_STORED_VALUES_H_
#define CORRIDOR_SERVER_CATALOG_STORED_VALUES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/status_macros.h"
#include "core/model/errors.h"
#include "google/protobuf/message_lite.h"
#include "google/protobuf/timestamp.pb.h"
#include "server/storage/commit.h"
#include "server/storage/store.h"

namespace corridor {

// How catalog entries lie in the store, and the values that come with each change.

absl::Status CorruptEntry();

// What lies under `key`, as the batch in the making has it; nothing when absent.
template <typename Message>
absl::StatusOr<std::optional<Message>> ReadEntry(const CommitContext& context,
                                                 std::string_view key) {
  ASSIGN_OR_RETURN(const std::optional<std::string> bytes, context.Get(key));
  if (!bytes.has_value()) return std::optional<Message>();
  Message message;
  if (!message.ParseFromString(*bytes)) return CorruptEntry();
  return std::optional<Message>(std::move(message));
}

// Calls `each` with every entry whose key begins with `prefix`.
template <typename Message, typename Each>
absl::Status ReadAllEntries(const Store& store, std::string_view prefix, Each each) {
  KeyRange range = PrefixRange(prefix);
  constexpr size_t kPairsPerRead = 1000;
  while (true) {
    ASSIGN_OR_RETURN(const std::vector<KeyValue> pairs,
                     store.Scan(range, kPairsPerRead, ScanOrder::kAscending));
    for (const KeyValue& pair : pairs) {
      Message message;
      if (!message.ParseFromString(pair.value)) return CorruptEntry();
      each(std::move(message));
    }
    if (pairs.size() < kPairsPerRead) return absl::OkStatus();
    range.begin = pairs.back().key + '\0';
  }
}

// Whether two messages say the same.
bool AreEqual(const google::protobuf::MessageLite& a, const google::protobuf::MessageLite& b);

// The etag of a message as it is changed in `generation`. It differs from all earlier
// ones, also where the message returns to what it was.
std::string EtagOf(const google::protobuf::MessageLite& message, uint64_t generation);

template <typename Message>
void SetEtag(Message& message, uint64_t generation) {
  message.clear_etag();
  message.set_etag(EtagOf(message, generation));
}

// ETAG_MISMATCH unless `given` is empty or `current`.
absl::Status CheckEtag(std::string_view given, std::string_view current);

google::protobuf::Timestamp ToTimestamp(absl::Time time);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_CATALOG_STORED_VALUES_H_
