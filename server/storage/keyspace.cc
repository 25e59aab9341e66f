#include "server/storage/keyspace.h"

namespace corridor {
namespace {

constexpr char kEscape = '\x00';
constexpr char kEscapedNul = '\xff';
constexpr char kEnd = '\x01';

std::string LaneByte(v1::Lane lane) { return std::string(1, static_cast<char>(lane)); }

}  // namespace

std::string KeyNumber(uint64_t value) {
  std::string bytes(8, '\0');
  for (int i = 7; i >= 0; --i, value >>= 8) bytes[i] = static_cast<char>(value & 0xff);
  return bytes;
}

uint64_t ParseKeyNumber(std::string_view bytes) {
  uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

std::string KeyText(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() + 2);
  for (char c : text) {
    bytes.push_back(c);
    if (c == kEscape) bytes.push_back(kEscapedNul);
  }
  bytes.push_back(kEscape);
  bytes.push_back(kEnd);
  return bytes;
}

bool TakeKeyText(std::string_view& bytes, std::string& text) {
  text.clear();
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] != kEscape) {
      text.push_back(bytes[i]);
      continue;
    }
    if (++i == bytes.size()) return false;
    if (bytes[i] == kEnd) {
      bytes.remove_prefix(i + 1);
      return true;
    }
    if (bytes[i] != kEscapedNul) return false;
    text.push_back(kEscape);
  }
  return false;
}

std::string JournalStateKey() { return "j/state"; }
std::string RecordKey(v1::Lane lane, uint64_t offset) {
  return "r/" + LaneByte(lane) + KeyNumber(offset);
}
std::string StatementIdKey(std::string_view publisher, std::string_view statement_id) {
  return "i/" + KeyText(publisher).append(statement_id);
}
std::string AlertHeadKey(std::string_view publisher, std::string_view alert_id) {
  return "h/" + KeyText(publisher).append(alert_id);
}
std::string AlertByOffsetKey(uint64_t offset) { return "l/" + KeyNumber(offset); }
std::string AlertStatementKeyPrefix(std::string_view publisher, std::string_view alert_id) {
  return "v/" + KeyText(publisher).append(alert_id);
}
std::string AlertStatementKey(std::string_view publisher, std::string_view alert_id,
                              std::string_view statement_id) {
  return AlertStatementKeyPrefix(publisher, alert_id).append(statement_id);
}
std::string RegisteredRecallKeyPrefix() { return "z/"; }
std::string RegisteredRecallKey(std::string_view publisher, std::string_view alert_id,
                                std::string_view statement_id) {
  return RegisteredRecallKeyPrefix() + KeyText(publisher).append(alert_id).append(statement_id);
}
std::string RegisteredHolderKeyPrefix(std::string_view publisher, std::string_view alert_id,
                                      std::string_view statement_id) {
  return ("h/" + KeyText(publisher)).append(alert_id).append(statement_id);
}
std::string HeldKey(uint64_t number) { return "q/" + KeyNumber(number); }
std::string ReleaseKeyPrefix() { return "t/"; }
std::string ReleaseKey(int64_t release_ms, uint64_t number) {
  return ReleaseKeyPrefix() + KeyNumber(static_cast<uint64_t>(release_ms)) + KeyNumber(number);
}
std::string ErasureKeyPrefix() { return "x/"; }
std::string ErasureKey(Erased what, uint64_t number) {
  return ErasureKeyPrefix() + static_cast<char>(what) + KeyNumber(number);
}
std::string ErasureKey(v1::Lane lane, uint64_t offset) {
  return ErasureKey(lane == v1::LANE_URGENT ? Erased::kUrgentRecord : Erased::kRoutineRecord,
                    offset);
}
std::pair<Erased, uint64_t> ParseErasureKey(std::string_view key) {
  const std::string_view what = key.substr(ErasureKeyPrefix().size());
  return {static_cast<Erased>(what[0]), ParseKeyNumber(what.substr(1))};
}
std::string RetainedKeyPrefix() { return "u/"; }
std::string RetainedKey(v1::Lane lane, uint64_t offset) {
  return RetainedKeyPrefix() + LaneByte(lane) + KeyNumber(offset);
}
std::pair<v1::Lane, uint64_t> ParseRetainedKey(std::string_view key) {
  key.remove_prefix(RetainedKeyPrefix().size());
  return {static_cast<v1::Lane>(key[0]), ParseKeyNumber(key.substr(1))};
}
std::string SuspicionKeyPrefix() { return "e/s/"; }
std::string SuspicionKey(std::string_view publisher, std::string_view alert_id) {
  return SuspicionKeyPrefix() + KeyText(publisher).append(alert_id);
}
std::string QuarantineKeyPrefix() { return "e/q/"; }
std::string QuarantineKey(std::string_view publisher, std::string_view alert_id) {
  return QuarantineKeyPrefix() + KeyText(publisher).append(alert_id);
}
std::string RemarkKeyPrefix(std::string_view owner, std::string_view alert_id) {
  return "y/" + KeyText(owner).append(alert_id);
}
std::string RemarkKey(std::string_view owner, std::string_view alert_id, v1::Lane lane,
                      uint64_t offset) {
  return RemarkKeyPrefix(owner, alert_id) + LaneByte(lane) + KeyNumber(offset);
}
std::string MarkKeyPrefix() { return "m/"; }
std::string MarkKey(std::string_view origin, v1::Lane lane) {
  return MarkKeyPrefix() + KeyText(origin) + LaneByte(lane);
}
std::string DisclosureKeyPrefix(v1::Lane lane, uint64_t block) {
  return "d/" + LaneByte(lane) + KeyNumber(block);
}
std::string DisclosureKey(v1::Lane lane, uint64_t block, std::string_view holder,
                          uint64_t generation) {
  return DisclosureKeyPrefix(lane, block) + KeyText(holder) + KeyNumber(generation);
}

std::string RecallRevokedKeyKey(std::string_view key_id) { return "w/k/" + std::string(key_id); }
std::string RecallNextKey() { return "w/next"; }
std::string RecallKeyPrefix() { return "w/r/"; }
std::string RecallKey(uint64_t number) { return RecallKeyPrefix() + KeyNumber(number); }
std::string RecallOriginKey(std::string_view origin, uint64_t epoch, uint64_t offset) {
  return "w/o/" + KeyText(origin) + KeyNumber(epoch) + KeyNumber(offset);
}
std::string RecallHolderKeyPrefix(uint64_t number) { return "w/h/" + KeyNumber(number); }
std::string RecallHolderKey(uint64_t number, std::string_view holder) {
  return RecallHolderKeyPrefix(number) + KeyText(holder);
}
std::string RecallPendingKeyPrefix(std::string_view holder) { return "w/p/" + KeyText(holder); }
std::string RecallPendingKey(std::string_view holder, uint64_t number) {
  return RecallPendingKeyPrefix(holder) + KeyNumber(number);
}
std::string RecallUnnotedKeyPrefix(std::string_view origin) { return "w/u/" + KeyText(origin); }
std::string RecallUnnotedKey(std::string_view origin, uint64_t number) {
  return RecallUnnotedKeyPrefix(origin) + KeyNumber(number);
}
std::string RecallUnfinishedKeyPrefix() { return "w/w/"; }
std::string RecallUnfinishedKey(uint64_t number) {
  return RecallUnfinishedKeyPrefix() + KeyNumber(number);
}
std::string LegalHoldKeyPrefix() { return "o/"; }
std::string LegalHoldKey(std::string_view publisher, std::string_view alert_id) {
  return LegalHoldKeyPrefix() + KeyText(publisher).append(alert_id);
}

std::string PeerPlaceKey(std::string_view prefix, std::string_view region, v1::Lane lane,
                         uint64_t offset) {
  return std::string(prefix) + KeyText(region) + LaneByte(lane) + KeyNumber(offset);
}
std::string ParkedKeyPrefix() { return "p/"; }
std::string ParkedKey(std::string_view origin, v1::Lane lane, uint64_t offset) {
  return PeerPlaceKey(ParkedKeyPrefix(), origin, lane, offset);
}
std::string RefusedHereKeyPrefix(std::string_view origin) { return "n/" + KeyText(origin); }
std::string RefusedHereKey(std::string_view origin, v1::Lane lane, uint64_t offset) {
  return PeerPlaceKey("n/", origin, lane, offset);
}
std::string RefusedByPeerKey(std::string_view peer, v1::Lane lane, uint64_t offset) {
  return PeerPlaceKey("f/", peer, lane, offset);
}
std::string BackfillKey(std::string_view peer, std::string_view what) {
  return "b/" + KeyText(peer) + KeyText(what);
}
std::string PausedLinkKeyPrefix() { return "k/p/"; }
std::string PausedLinkKey(std::string_view peer) { return PausedLinkKeyPrefix() + KeyText(peer); }
std::string ReturnDueKeyPrefix() { return "k/r/"; }
std::string ReturnDueKey(std::string_view peer) { return ReturnDueKeyPrefix() + KeyText(peer); }
std::string RecoveredEpochKey() { return "k/e"; }
std::string PeerInterestKey(std::string_view peer) { return "k/i/" + KeyText(peer); }
std::string OwnInterestKey() { return "k/o"; }
std::string PeerGapKey(std::string_view peer, v1::Lane lane) {
  return "k/g/" + KeyText(peer) + LaneByte(lane);
}
std::string EndedUnsentKey(std::string_view peer, v1::Lane lane, uint64_t offset) {
  return PeerPlaceKey("k/x/", peer, lane, offset);
}
std::string NarrowedForPeerKeyPrefix() { return "k/n/"; }
std::string NarrowedForPeerKey(std::string_view peer, v1::Lane lane, uint64_t offset) {
  return PeerPlaceKey(NarrowedForPeerKeyPrefix(), peer, lane, offset);
}
std::string NarrowedAtPeerKey(std::string_view peer, v1::Lane lane, uint64_t offset) {
  return PeerPlaceKey("k/s/", peer, lane, offset);
}
std::string UntoldRefusalKeyPrefix(std::string_view origin, v1::Lane lane) {
  return "k/u/" + KeyText(origin) + LaneByte(lane);
}
std::string UntoldRefusalKey(std::string_view origin, v1::Lane lane, uint64_t offset) {
  return UntoldRefusalKeyPrefix(origin, lane) + KeyNumber(offset);
}
std::string PeerPersistedKey(std::string_view peer, v1::Lane lane, uint64_t epoch) {
  return "k/m/" + KeyText(peer) + LaneByte(lane) + KeyNumber(epoch);
}
PeerPlace ParsePeerPlace(std::string_view key, std::string_view prefix) {
  PeerPlace place;
  key.remove_prefix(prefix.size());
  TakeKeyText(key, place.region);
  place.lane = static_cast<v1::Lane>(key[0]);
  place.offset = ParseKeyNumber(key.substr(1));
  return place;
}

std::string AuditHeadKey() { return "a/head"; }
std::string AuditGatePolicyKey() { return "a/gate"; }
std::string AuditEntryKeyPrefix() { return "a/e/"; }
std::string AuditEntryKey(uint64_t sequence) { return AuditEntryKeyPrefix() + KeyNumber(sequence); }

std::string CatalogGenerationKey() { return "c/generation"; }
std::string MemberKeyPrefix() { return "c/m/"; }
std::string MemberKey(std::string_view spiffe_id) { return MemberKeyPrefix() + KeyText(spiffe_id); }
std::string GrantKeyPrefix() { return "c/g/"; }
std::string GrantKey(std::string_view principal) { return GrantKeyPrefix() + KeyText(principal); }
std::string SigningKeyKeyPrefix() { return "c/k/"; }
std::string SigningKeyKey(std::string_view key_id) {
  return SigningKeyKeyPrefix() + KeyText(key_id);
}
std::string PolicySnapshotKey(uint64_t generation) { return "c/h/" + KeyNumber(generation); }
std::string PendingActKeyPrefix() { return "c/p/"; }
std::string PendingActKey(std::string_view approval_id) {
  return PendingActKeyPrefix() + KeyText(approval_id);
}
std::string OpeningKeyPrefix() { return "c/w/"; }
std::string OpeningKey(std::string_view approval_id) {
  return OpeningKeyPrefix() + KeyText(approval_id);
}
std::string QuotaKeyPrefix() { return "c/q/"; }
std::string QuotaKey(std::string_view principal) { return QuotaKeyPrefix() + KeyText(principal); }
std::string SuspendedReachKeyPrefix() { return "c/x/"; }
std::string SuspendedReachKey(std::string_view member) {
  return SuspendedReachKeyPrefix() + KeyText(member);
}
std::string AgreementKeyPrefix() { return "c/a/"; }
std::string AgreementKey(std::string_view id) { return AgreementKeyPrefix() + KeyText(id); }
std::string SubscriptionKeyPrefix() { return "c/s/"; }
std::string SubscriptionKeyPrefix(std::string_view owner) {
  return SubscriptionKeyPrefix() + KeyText(owner);
}
std::string SubscriptionKey(std::string_view owner, std::string_view name) {
  return SubscriptionKeyPrefix(owner) + KeyText(name);
}
std::string DirectoryKeyPrefix() { return "c/d/"; }
std::string DirectoryKey(std::string_view region) { return DirectoryKeyPrefix() + KeyText(region); }

std::string CursorKeyPrefix() { return "s/"; }
std::string CursorKey(std::string_view owner, std::string_view name) {
  return CursorKeyPrefix() + KeyText(owner) + KeyText(name);
}
std::string DeadLetterKeyPrefix(std::string_view owner, std::string_view name) {
  return "g/s/" + KeyText(owner) + KeyText(name);
}
std::string DeadLetterKey(std::string_view owner, std::string_view name, v1::Lane lane,
                          uint64_t offset) {
  return DeadLetterKeyPrefix(owner, name) + LaneByte(lane) + KeyNumber(offset);
}
std::string DeadLetterCountKey(std::string_view owner, std::string_view name) {
  return "g/n/" + KeyText(owner) + KeyText(name);
}
std::string DeadLetterPlaceKeyPrefix(v1::Lane lane, uint64_t offset) {
  return "g/p/" + LaneByte(lane) + KeyNumber(offset);
}
std::string DeadLetterPlaceKey(v1::Lane lane, uint64_t offset, std::string_view owner,
                               std::string_view name) {
  return DeadLetterPlaceKeyPrefix(lane, offset) + KeyText(owner) + KeyText(name);
}

}  // namespace corridor
