#include "server/journal/parking_lot.h"

#include <limits>
#include <utility>

#include "core/base/clock.h"
#include "core/base/status_macros.h"
#include "core/crypto/payload_cipher.h"
#include "core/model/errors.h"
#include "server/journal/record_codec.h"
#include "server/journal/stored_link.pb.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

std::string KeyOf(const PeerRecordPlace& place) {
  return ParkedKey(place.origin, place.lane, place.offset);
}

absl::Status Damaged() {
  return Error(v1::ERROR_REASON_RECORD_CORRUPT, "a parked record does not open");
}

}  // namespace

absl::StatusOr<std::unique_ptr<ParkingLot>> ParkingLot::Open(const Store& store, KeyStore& keys) {
  std::unique_ptr<ParkingLot> lot(new ParkingLot(store, keys));
  RETURN_IF_ERROR(lot->List().status());
  return lot;
}

size_t ParkingLot::count(const std::string& origin) const {
  absl::MutexLock lock(&mutex_);
  const auto found = counts_.find(origin);
  return found == counts_.end() ? 0 : found->second;
}

bool ParkingLot::HasRoom(const std::string& origin) const {
  return count(origin) < kPerOriginLimit;
}

void ParkingLot::OnParked(const std::string& origin) {
  absl::MutexLock lock(&mutex_);
  ++counts_[origin];
}

absl::StatusOr<BatchPart> ParkingLot::ParkPart(const PeerRecordPlace& place,
                                               const v1::LinkRecord& record,
                                               v1::ErrorReason reason) {
  ASSIGN_OR_RETURN(const KeyStore::NumberedKey key, keys_.Take());
  const std::string at = KeyOf(place);
  stored::StoredParked parked;
  parked.set_key_number(key.number);
  parked.set_sealed_record(Seal(key.key, at, record.SerializeAsString()));
  parked.set_reason(reason);
  return BatchPart([at, parked = std::move(parked)](CommitContext& context) mutable {
    parked.set_since_ms(ToMillis(context.now()));
    context.Put(at, EncodeValue(at, parked));
    return absl::OkStatus();
  });
}

BatchPart ParkingLot::LeavePart(const ParkedRecord& parked) {
  return [at = KeyOf(parked.place), number = parked.key_number](CommitContext& context) {
    context.Delete(at);
    stored::StoredErasure erasure;
    erasure.set_since_ms(ToMillis(context.now()));
    const std::string key = ErasureKey(Erased::kKey, number);
    context.Put(key, EncodeValue(key, erasure));
    return absl::OkStatus();
  };
}

absl::StatusOr<std::vector<ParkedRecord>> ParkingLot::List() {
  ASSIGN_OR_RETURN(const std::vector<KeyValue> pairs,
                   store_.Scan(PrefixRange(ParkedKeyPrefix()), std::numeric_limits<size_t>::max()));
  std::vector<ParkedRecord> all;
  std::map<std::string, size_t> counts;
  for (const KeyValue& pair : pairs) {
    stored::StoredParked stored;
    RETURN_IF_ERROR(DecodeValue(pair.key, pair.value, stored));
    ASSIGN_OR_RETURN(const auto key, keys_.Find(stored.key_number()));
    if (!key) continue;  // Decided after the copy was made that this was restored from.
    const absl::StatusOr<std::string> bytes =
        corridor::Open(*key, pair.key, stored.sealed_record());
    ParkedRecord& parked = all.emplace_back();
    if (!bytes.ok() || !parked.record.ParseFromString(*bytes)) return Damaged();
    PeerPlace place = ParsePeerPlace(pair.key, ParkedKeyPrefix());
    ++counts[place.region];
    parked.place = {std::move(place.region), place.lane, place.offset};
    parked.reason = stored.reason();
    parked.since_ms = stored.since_ms();
    parked.key_number = stored.key_number();
  }
  absl::MutexLock lock(&mutex_);
  counts_ = std::move(counts);
  return all;
}

}  // namespace corridor
