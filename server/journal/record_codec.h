#ifndef CORRIDOR_SERVER_JOURNAL_RECORD_CODEC_H_
#define CORRIDOR_SERVER_JOURNAL_RECORD_CODEC_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message_lite.h"
#include "server/journal/alert_head.h"
#include "server/journal/payload_keys.h"
#include "server/journal/record.h"
#include "server/journal/stored_record.pb.h"

namespace corridor {

// How values of the journal are written:
//
//   format (1 byte: 1)  checksum (8 bytes)  a message of stored_record.proto
//
// The checksum is the first 8 bytes of SHA-256 over the key's length (4, big-endian),
// the key, the format byte and the message, so that a value under another's key does
// not pass either. Free functions; thread-safe.

std::string EncodeValue(std::string_view key, const google::protobuf::MessageLite& message);

// DATA_LOSS/RECORD_CORRUPT: not a value that was written under this key.
absl::Status DecodeValue(std::string_view key, std::string_view value,
                         google::protobuf::MessageLite& message);

// Reads `key` from `source`, a Store or a CommitContext; absent when it is not there.
template <typename Message, typename Source>
absl::StatusOr<std::optional<Message>> GetValue(const Source& source, std::string_view key) {
  absl::StatusOr<std::optional<std::string>> value = source.Get(key);
  if (!value.ok()) return value.status();
  if (!value->has_value()) return std::nullopt;
  Message message;
  absl::Status status = DecodeValue(key, **value, message);
  if (!status.ok()) return status;
  return message;
}

// RECORD_CORRUPT with metadata "offset".
absl::Status CorruptRecord(v1::Lane lane, uint64_t offset, std::string_view what);

// The value of a record under its key, its statement sealed with `key`.
std::string EncodeRecord(const Record& record, const KeyStore::NumberedKey& key);

// The record back. CorruptRecord where the checksum, the key or the seal do not fit.
absl::StatusOr<RecordPtr> DecodeRecord(v1::Lane lane, uint64_t offset, std::string_view value,
                                       const KeyStore& keys);

// The same for a statement that an embargo holds, by its number.
std::string EncodeHeld(uint64_t number, const Record& record, const KeyStore::NumberedKey& key);
absl::StatusOr<RecordPtr> DecodeHeld(uint64_t number, const stored::StoredRecord& stored,
                                     const KeyStore& keys);

// The part of it in clear.
absl::StatusOr<stored::StoredRecord> DecodeRecordHeader(v1::Lane lane, uint64_t offset,
                                                        std::string_view value);

stored::StoredPlace StoredPlaceOf(const AlertHead::Place& place);
AlertHead::Place PlaceOf(const stored::StoredPlace& stored);
stored::StoredAlertHead ToStored(const AlertHead& head);
AlertHead FromStored(const stored::StoredAlertHead& stored);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_JOURNAL_RECORD_CODEC_H_
