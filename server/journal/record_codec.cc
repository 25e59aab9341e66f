#include "server/journal/record_codec.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/crypto/digest.h"
#include "core/crypto/payload_cipher.h"
#include "core/model/errors.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

constexpr char kFormat = 1;
constexpr size_t kChecksumBytes = 8;
constexpr size_t kPrefixBytes = 1 + kChecksumBytes;

std::string Checksum(std::string_view key, std::string_view message) {
  const std::string key_size = KeyNumber(key.size()).substr(4);
  const Digest digest = Sha256(key_size, key, std::string_view(&kFormat, 1), message);
  return std::string(BytesOf(digest).substr(0, kChecksumBytes));
}

absl::StatusOr<std::shared_ptr<const ParsedStatement>> ParseStatement(std::string_view bytes,
                                                                      std::string digest) {
  auto parsed = std::make_shared<ParsedStatement>();
  const bool whole = parsed->bytes.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) &&
                     parsed->routing.ParseFromString(parsed->bytes.routing()) &&
                     parsed->body.ParseFromString(parsed->bytes.body());
  if (!whole) return absl::DataLossError("the statement does not parse");
  parsed->digest = std::move(digest);
  return parsed;
}

// Under which key a record lies. Its seal is bound to that key and to the statement's
// digest: a payload moved to another place does not open.
struct Site {
  v1::Lane lane;    // UNSPECIFIED: a held statement.
  uint64_t offset;  // Or its number.

  std::string key() const {
    return lane == v1::LANE_UNSPECIFIED ? HeldKey(offset) : RecordKey(lane, offset);
  }
  std::string SealedWith(std::string_view digest) const { return key().append(digest); }
};

std::shared_ptr<const ParsedStatement> Erased(const stored::StoredRecord& stored) {
  return ErasedStatement(stored.publisher(), stored.alert_id(), stored.statement_id(),
                         stored.digest());
}

absl::StatusOr<std::shared_ptr<const ParsedStatement>> OpenStatement(
    const Site& site, const stored::StoredRecord& stored, const KeyStore& keys) {
  if (stored.erased()) return Erased(stored);
  const absl::StatusOr<std::optional<PayloadKey>> found = keys.Find(stored.key_number());
  if (!found.ok()) return CorruptRecord(site.lane, site.offset, S(found.status().message()));
  const std::optional<PayloadKey>& key = *found;
  // The record was erased, and comes from a copy made before.
  if (!key) return Erased(stored);
  absl::StatusOr<std::string> bytes =
      Open(*key, site.SealedWith(stored.digest()), stored.sealed_statement());
  if (!bytes.ok()) return CorruptRecord(site.lane, site.offset, "its payload does not open");
  auto statement = ParseStatement(*bytes, stored.digest());
  if (!statement.ok()) {
    return CorruptRecord(site.lane, site.offset, S(statement.status().message()));
  }
  return statement;
}

std::string EncodeAt(const Site& site, const Record& record, const KeyStore::NumberedKey& key) {
  const ParsedStatement& statement = *record.statement;
  stored::StoredRecord stored;
  stored.set_predecessor(record.predecessor);
  stored.set_publisher(statement.body.publisher());
  stored.set_statement_id(statement.body.statement_id());
  stored.set_alert_id(statement.body.alert_id());
  stored.set_kind(statement.kind());
  stored.set_digest(statement.digest);
  *stored.mutable_acceptance() = record.acceptance;
  if (record.held_acceptance) *stored.mutable_held_acceptance() = *record.held_acceptance;
  *stored.mutable_gate() = record.gate;
  stored.set_append_time_ms(record.append_time_ms);
  stored.set_local(record.local);
  stored.set_key_number(key.number);
  stored.set_sealed_statement(
      Seal(key.key, site.SealedWith(statement.digest), statement.bytes.SerializeAsString()));
  return EncodeValue(site.key(), stored);
}

absl::StatusOr<RecordPtr> DecodeAt(const Site& site, const stored::StoredRecord& stored,
                                   const KeyStore& keys) {
  auto record = std::make_shared<Record>();
  ASSIGN_OR_RETURN(record->statement, OpenStatement(site, stored, keys));
  record->erased = record->statement->bytes.body().empty();
  record->lane = site.lane;
  record->offset = site.offset;
  record->predecessor = stored.predecessor();
  record->acceptance = stored.acceptance();
  if (stored.has_held_acceptance()) record->held_acceptance = stored.held_acceptance();
  record->gate = stored.gate();
  record->append_time_ms = stored.append_time_ms();
  record->local = stored.local();
  return record;
}

}  // namespace

std::string EncodeValue(std::string_view key, const google::protobuf::MessageLite& message) {
  const std::string bytes = message.SerializeAsString();
  std::string value;
  value.reserve(kPrefixBytes + bytes.size());
  value.push_back(kFormat);
  value.append(Checksum(key, bytes));
  value.append(bytes);
  return value;
}

absl::Status DecodeValue(std::string_view key, std::string_view value,
                         google::protobuf::MessageLite& message) {
  if (value.size() < kPrefixBytes || value[0] != kFormat) {
    return Error(v1::ERROR_REASON_RECORD_CORRUPT, "a stored value has no known format");
  }
  const std::string_view bytes = value.substr(kPrefixBytes);
  if (Checksum(key, bytes) != value.substr(1, kChecksumBytes)) {
    return Error(v1::ERROR_REASON_RECORD_CORRUPT, "a stored value fails its checksum");
  }
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Error(v1::ERROR_REASON_RECORD_CORRUPT, "a stored value does not parse");
  }
  return absl::OkStatus();
}

absl::Status CorruptRecord(v1::Lane lane, uint64_t offset, std::string_view what) {
  return Error(v1::ERROR_REASON_RECORD_CORRUPT,
               absl::StrCat("record ", offset, " (", v1::Lane_Name(lane), "): ", A(what)), "offset",
               absl::StrCat(offset));
}

std::string EncodeRecord(const Record& record, const KeyStore::NumberedKey& key) {
  return EncodeAt({record.lane, record.offset}, record, key);
}

std::string EncodeHeld(uint64_t number, const Record& record, const KeyStore::NumberedKey& key) {
  return EncodeAt({v1::LANE_UNSPECIFIED, number}, record, key);
}

absl::StatusOr<stored::StoredRecord> DecodeRecordHeader(v1::Lane lane, uint64_t offset,
                                                        std::string_view value) {
  stored::StoredRecord stored;
  const absl::Status status = DecodeValue(RecordKey(lane, offset), value, stored);
  if (!status.ok()) return CorruptRecord(lane, offset, S(status.message()));
  return stored;
}

absl::StatusOr<RecordPtr> DecodeRecord(v1::Lane lane, uint64_t offset, std::string_view value,
                                       const KeyStore& keys) {
  ASSIGN_OR_RETURN(const stored::StoredRecord stored, DecodeRecordHeader(lane, offset, value));
  return DecodeAt({lane, offset}, stored, keys);
}

absl::StatusOr<RecordPtr> DecodeHeld(uint64_t number, const stored::StoredRecord& stored,
                                     const KeyStore& keys) {
  return DecodeAt({v1::LANE_UNSPECIFIED, number}, stored, keys);
}

stored::StoredPlace StoredPlaceOf(const AlertHead::Place& place) {
  stored::StoredPlace stored;
  stored.set_lane(place.lane);
  stored.set_offset(place.offset);
  return stored;
}

AlertHead::Place PlaceOf(const stored::StoredPlace& stored) {
  return {stored.lane(), stored.offset()};
}

stored::StoredAlertHead ToStored(const AlertHead& head) {
  stored::StoredAlertHead stored;
  stored.set_publisher(head.publisher);
  stored.set_alert_id(head.alert_id);
  stored.set_highest_revision(head.highest_revision);
  stored.set_state(head.state);
  if (head.current) *stored.mutable_current() = StoredPlaceOf(*head.current);
  stored.set_current_revision(head.current_revision);
  stored.set_current_statement_id(head.current_statement_id);
  if (head.closing) *stored.mutable_closing() = StoredPlaceOf(*head.closing);
  stored.set_valid_until_ms(head.valid_until_ms);
  stored.set_tlp(head.tlp);
  for (const std::string& id : head.recalled_statement_ids) stored.add_recalled_statement_ids(id);
  for (const AlertHead::Place& place : head.groups) *stored.add_groups() = StoredPlaceOf(place);
  stored.set_standing_revision(head.standing_revision);
  stored.set_is_remark(head.is_remark);
  stored.set_is_quarantined(head.is_quarantined);
  return stored;
}

AlertHead FromStored(const stored::StoredAlertHead& stored) {
  AlertHead head;
  head.publisher = stored.publisher();
  head.alert_id = stored.alert_id();
  head.highest_revision = stored.highest_revision();
  head.state = stored.state();
  if (stored.has_current()) head.current = PlaceOf(stored.current());
  head.current_revision = stored.current_revision();
  head.current_statement_id = stored.current_statement_id();
  if (stored.has_closing()) head.closing = PlaceOf(stored.closing());
  head.valid_until_ms = stored.valid_until_ms();
  head.tlp = stored.tlp();
  head.recalled_statement_ids.assign(stored.recalled_statement_ids().begin(),
                                     stored.recalled_statement_ids().end());
  for (const stored::StoredPlace& place : stored.groups()) head.groups.push_back(PlaceOf(place));
  head.standing_revision = stored.standing_revision();
  head.is_remark = stored.is_remark();
  head.is_quarantined = stored.is_quarantined();
  return head;
}

}  // namespace corridor
