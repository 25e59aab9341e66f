#include "server/journal/refusals.h"

#include <utility>

#include "core/base/clock.h"
#include "core/base/status_macros.h"
#include "server/journal/record_codec.h"
#include "server/journal/stored_link.pb.h"
#include "server/storage/keyspace.h"

namespace corridor {
namespace {

BatchPart Remember(std::string key, stored::StoredRefusal refusal) {
  return [key = std::move(key), refusal = std::move(refusal)](CommitContext& context) mutable {
    refusal.set_time_ms(ToMillis(context.now()));
    context.Put(key, EncodeValue(key, refusal));
    return absl::OkStatus();
  };
}

absl::StatusOr<Refusal> RefusalFrom(const std::string& key, std::string_view value, v1::Lane lane,
                                    uint64_t offset) {
  stored::StoredRefusal stored;
  RETURN_IF_ERROR(DecodeValue(key, value, stored));
  return Refusal{.lane = lane,
                 .offset = offset,
                 .epoch = stored.epoch(),
                 .reason = stored.reason(),
                 .rule = stored.rule(),
                 .digest = stored.digest(),
                 .time_ms = stored.time_ms()};
}

}  // namespace

BatchPart RefusedHerePart(const PeerRecordPlace& place, uint64_t epoch, v1::ErrorReason reason,
                          std::string rule, std::string digest) {
  stored::StoredRefusal refusal;
  refusal.set_reason(reason);
  refusal.set_rule(std::move(rule));
  refusal.set_digest(std::move(digest));
  refusal.set_epoch(epoch);
  return [place, remember = Remember(RefusedHereKey(place.origin, place.lane, place.offset),
                                     std::move(refusal))](CommitContext& context) mutable {
    context.Put(UntoldRefusalKey(place.origin, place.lane, place.offset), "");
    return remember(context);
  };
}

BatchPart NoLongerRefusedPart(const PeerRecordPlace& place) {
  return [place](CommitContext& context) {
    context.Delete(RefusedHereKey(place.origin, place.lane, place.offset));
    context.Delete(UntoldRefusalKey(place.origin, place.lane, place.offset));
    return absl::OkStatus();
  };
}

BatchPart RefusalToldPart(const PeerRecordPlace& place, uint64_t epoch) {
  return [place, epoch](CommitContext& context) -> absl::Status {
    const std::string key = RefusedHereKey(place.origin, place.lane, place.offset);
    ASSIGN_OR_RETURN(const std::optional<std::string> value, context.Get(key));
    if (!value) return absl::OkStatus();
    ASSIGN_OR_RETURN(const Refusal refusal, RefusalFrom(key, *value, place.lane, place.offset));
    if (refusal.epoch != epoch) return absl::OkStatus();
    context.Delete(UntoldRefusalKey(place.origin, place.lane, place.offset));
    return absl::OkStatus();
  };
}

absl::StatusOr<std::vector<Refusal>> ListUntoldRefusals(const Store& store, std::string_view origin,
                                                        v1::Lane lane, uint64_t through,
                                                        size_t limit) {
  const std::string prefix = UntoldRefusalKeyPrefix(origin, lane);
  const KeyRange range{prefix, UntoldRefusalKey(origin, lane, through + 1)};
  ASSIGN_OR_RETURN(const std::vector<KeyValue> pairs,
                   store.Scan(range, limit, ScanOrder::kAscending));
  std::vector<Refusal> refusals;
  for (const KeyValue& pair : pairs) {
    const uint64_t offset = ParseKeyNumber(std::string_view(pair.key).substr(prefix.size()));
    const std::string key = RefusedHereKey(origin, lane, offset);
    ASSIGN_OR_RETURN(const std::optional<std::string> value, store.Get(key));
    if (!value) continue;
    ASSIGN_OR_RETURN(refusals.emplace_back(), RefusalFrom(key, *value, lane, offset));
  }
  return refusals;
}

BatchPart RefusedByPeerPart(const std::string& peer, v1::Lane lane, uint64_t epoch,
                            const v1::LinkRefused& refused) {
  stored::StoredRefusal refusal;
  refusal.set_reason(refused.reason());
  refusal.set_digest(refused.digest());
  refusal.set_epoch(epoch);
  return Remember(RefusedByPeerKey(peer, lane, refused.offset()), std::move(refusal));
}

absl::StatusOr<std::vector<Refusal>> ListRefusedHere(const Store& store, std::string_view origin,
                                                     const Refusal& after, size_t limit) {
  const std::string prefix = RefusedHereKeyPrefix(origin);
  KeyRange range = PrefixRange(prefix);
  if (after.lane != v1::LANE_UNSPECIFIED) {
    range.begin = RefusedHereKey(origin, after.lane, after.offset + 1);
  }
  ASSIGN_OR_RETURN(const std::vector<KeyValue> pairs,
                   store.Scan(range, limit, ScanOrder::kAscending));
  std::vector<Refusal> refusals;
  for (const KeyValue& pair : pairs) {
    const PeerPlace place = ParsePeerPlace(pair.key, "n/");
    ASSIGN_OR_RETURN(refusals.emplace_back(),
                     RefusalFrom(pair.key, pair.value, place.lane, place.offset));
  }
  return refusals;
}

absl::StatusOr<std::optional<Refusal>> FindRefusedByPeer(const Store& store, std::string_view peer,
                                                         v1::Lane lane, uint64_t offset) {
  const std::string key = RefusedByPeerKey(peer, lane, offset);
  ASSIGN_OR_RETURN(const std::optional<std::string> value, store.Get(key));
  if (!value) return std::nullopt;
  return RefusalFrom(key, *value, lane, offset);
}

}  // namespace corridor
