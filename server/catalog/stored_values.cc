#include "server/catalog/stored_values.h"

#include "core/crypto/digest.h"
#include "server/storage/keyspace.h"

namespace corridor {

absl::Status CorruptEntry() {
  return Error(v1::ERROR_REASON_RECORD_CORRUPT,
               "an entry of the catalog cannot be read; restore the store from a backup");
}

bool AreEqual(const google::protobuf::MessageLite& a, const google::protobuf::MessageLite& b) {
  return a.SerializeAsString() == b.SerializeAsString();
}

std::string EtagOf(const google::protobuf::MessageLite& message, uint64_t generation) {
  constexpr size_t kEtagBytes = 8;
  const Digest digest = Sha256(KeyNumber(generation), message.SerializeAsString());
  return HexEncode(BytesOf(digest).substr(0, kEtagBytes));
}

absl::Status CheckEtag(std::string_view given, std::string_view current) {
  if (given.empty() || given == current) return absl::OkStatus();
  return Error(v1::ERROR_REASON_ETAG_MISMATCH, "it changed since it was read; read it again");
}

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  google::protobuf::Timestamp timestamp;
  const int64_t seconds = absl::ToUnixSeconds(time);
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return timestamp;
}

}  // namespace corridor
