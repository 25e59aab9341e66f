#ifndef CORRIDOR_SERVER_STORAGE_KEYSPACE_H_
#define CORRIDOR_SERVER_STORAGE_KEYSPACE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "corridor/v1/record.pb.h"

namespace corridor {

// Every key in a broker's store, in one place, so that no two rooms can meet.
// Numbers are big-endian, hence in order. Texts are escaped and end with a mark,
// so that no text is a prefix of another and what follows cannot be confused with
// it: NUL becomes 00 ff, the end is 00 01.
//
//   j/state                                   epoch, heads, format       journal
//   r/<lane 1><offset 8>                      record                     journal
//   i/<publisher text><statement id>          where that statement is    journal
//   h/<publisher text><alert id>              head of an alert           journal
//   l/<offset 8>                              alert whose content is there  journal
//   v/<publisher text><alert id><statement id>  where each statement of an alert is  journal
//   q/<number 8>                              statement that an embargo held   journal
//   t/<release ms 8><number 8>                when it is to be released  journal
//   x/<what 1><number 8>                      content whose key is to be destroyed  journal
//   u/<lane 1><offset 8>                      content that retention looks at  journal
//   m/<origin text><lane 1>                   high-water mark            journal
//   p/<origin text><lane 1><offset 8>         record that waits for what it lacks  links
//   n/<origin text><lane 1><offset 8>         record that was refused here  links
//   f/<peer text><lane 1><offset 8>           record that a peer refused  links
//   b/<peer text><what text>                  what of a rule was sent to it  links
//   k/p/<peer text>                           the link is paused         links
//   k/r/<peer text>                           it has not returned yet what we lack  links
//   k/m/<peer text><lane 1><epoch 8>          what it has persisted of that journal  links
//   k/i/<peer text>                           what it wants              links
//   k/o                                       what we want of peers      links
//   k/g/<peer text><lane 1>                   records it is not waited for any more  links
//   k/x/<peer text><lane 1><offset 8>         record that ended before it was sent to it  links
//   k/n/<peer text><lane 1><offset 8>         from what a revision leaves out its members  links
//   k/s/<peer text><lane 1><offset 8>         the same, once the peer has persisted it  links
//   k/u/<origin text><lane 1><offset 8>       refused here, and its origin may not know  links
//   k/e                                       the epoch whose recovery has begun  links
//   e/s/<publisher text><alert id>            how many sightings suspect personal data  journal
//   e/q/<publisher text><alert id>            the alert is withheld here  journal
//   y/<owner text><alert id><lane 1><offset 8>  remark about that alert  journal
//   d/<lane 1><block 8><holder text><generation 8>   disclosure          journal
//   w/next, w/<letter>/...                    see below                  recalls
//   o/<publisher text><alert id>              legal hold on an alert     recalls
//   a/head                                    count and hash             audit
//   a/e/<sequence 8>                          entry                      audit
//   a/gate                                    gate policy in force       audit
//   c/generation, c/<room letter>/...         see below                  catalog
//   s/<owner text><name text>                 cursor of a subscription   delivery
//   g/s/<owner text><name text><lane 1><offset 8>  dead letter of a subscription  delivery
//   g/p/<lane 1><offset 8><owner text><name text>  the same, by where the record stands  delivery
//   g/n/<owner text><name text>               how many dead letters it has  delivery

// In a store of its own, outside of what is backed up (recall_register.h):
//   z/<publisher text><alert id><statement id, or nothing>  recalled or withdrawn  journal
//   h/<publisher text><alert id><statement id><holder>      who had it then        recalls

// Building blocks.
std::string KeyNumber(uint64_t value);       // 8 bytes, big-endian.
std::string KeyText(std::string_view text);  // Escaped, with its end mark.
// The number in the first 8 of `bytes`. REQUIRES: at least 8 bytes.
uint64_t ParseKeyNumber(std::string_view bytes);
// Takes a text off the front of `bytes`; false when none is there.
bool TakeKeyText(std::string_view& bytes, std::string& text);

// Journal.
std::string JournalStateKey();
std::string RecordKey(v1::Lane lane, uint64_t offset);
std::string StatementIdKey(std::string_view publisher, std::string_view statement_id);
std::string AlertHeadKey(std::string_view publisher, std::string_view alert_id);
std::string AlertByOffsetKey(uint64_t offset);
// Statements of one alert (content and remarks), by statement id.
std::string AlertStatementKeyPrefix(std::string_view publisher, std::string_view alert_id);
std::string AlertStatementKey(std::string_view publisher, std::string_view alert_id,
                              std::string_view statement_id);
std::string RegisteredRecallKeyPrefix();
std::string RegisteredRecallKey(std::string_view publisher, std::string_view alert_id,
                                std::string_view statement_id);
std::string RegisteredHolderKeyPrefix(std::string_view publisher, std::string_view alert_id,
                                      std::string_view statement_id);
std::string HeldKey(uint64_t number);
std::string ReleaseKeyPrefix();
std::string ReleaseKey(int64_t release_ms, uint64_t number);
// What is to be erased: a record, by lane and offset; a held statement, by its number; a
// payload key alone, by its number.
enum class Erased : char { kHeld = 0, kRoutineRecord = 1, kUrgentRecord = 2, kKey = 3 };
std::string ErasureKeyPrefix();
std::string ErasureKey(Erased what, uint64_t number);
std::string ErasureKey(v1::Lane lane, uint64_t offset);
// What an erasure's key names. REQUIRES: such a key.
std::pair<Erased, uint64_t> ParseErasureKey(std::string_view key);
// Content that retention looks at, by lane and offset.
std::string RetainedKeyPrefix();
std::string RetainedKey(v1::Lane lane, uint64_t offset);
// REQUIRES: such a key.
std::pair<v1::Lane, uint64_t> ParseRetainedKey(std::string_view key);
// Alerts that somebody suspects to hold personal data, and those withheld here.
std::string SuspicionKeyPrefix();
std::string SuspicionKey(std::string_view publisher, std::string_view alert_id);
std::string QuarantineKeyPrefix();
std::string QuarantineKey(std::string_view publisher, std::string_view alert_id);
// SIGHTING and RESPONSE about an alert, by where they stand.
std::string RemarkKeyPrefix(std::string_view owner, std::string_view alert_id);
std::string RemarkKey(std::string_view owner, std::string_view alert_id, v1::Lane lane,
                      uint64_t offset);
std::string MarkKeyPrefix();
std::string MarkKey(std::string_view origin, v1::Lane lane);
std::string DisclosureKeyPrefix(v1::Lane lane, uint64_t block);
std::string DisclosureKey(v1::Lane lane, uint64_t block, std::string_view holder,
                          uint64_t generation);

// Recalls and withdrawals, and who must confirm them.
//   w/next                                    last number given
//   w/r/<number 8>                            recall or withdrawal
//   w/o/<origin text><epoch 8><offset 8>      its number, by where it stands at its origin
//   w/h/<number 8><holder text>               how a holder stands
//   w/p/<holder text><number 8>               not confirmed yet
//   w/u/<origin text><number 8>               its origin has not noted how it stands
//   w/w/<number 8>                            content of it is not erased yet
//   w/k/<key id>                              what a revoked key signed is withdrawn
std::string RecallNextKey();
std::string RecallRevokedKeyKey(std::string_view key_id);
std::string RecallKeyPrefix();
std::string RecallKey(uint64_t number);
std::string RecallOriginKey(std::string_view origin, uint64_t epoch, uint64_t offset);
std::string RecallHolderKeyPrefix(uint64_t number);
std::string RecallHolderKey(uint64_t number, std::string_view holder);
std::string RecallPendingKeyPrefix(std::string_view holder);
std::string RecallPendingKey(std::string_view holder, uint64_t number);
std::string RecallUnnotedKeyPrefix(std::string_view origin);
std::string RecallUnnotedKey(std::string_view origin, uint64_t number);
std::string RecallUnfinishedKeyPrefix();
std::string RecallUnfinishedKey(uint64_t number);
std::string LegalHoldKeyPrefix();
std::string LegalHoldKey(std::string_view publisher, std::string_view alert_id);

// Links.
std::string ParkedKeyPrefix();
std::string ParkedKey(std::string_view origin, v1::Lane lane, uint64_t offset);
std::string RefusedHereKeyPrefix(std::string_view origin);
std::string RefusedHereKey(std::string_view origin, v1::Lane lane, uint64_t offset);
std::string UntoldRefusalKeyPrefix(std::string_view origin, v1::Lane lane);
std::string UntoldRefusalKey(std::string_view origin, v1::Lane lane, uint64_t offset);
std::string RefusedByPeerKey(std::string_view peer, v1::Lane lane, uint64_t offset);
std::string NarrowedForPeerKeyPrefix();
std::string NarrowedForPeerKey(std::string_view peer, v1::Lane lane, uint64_t offset);
std::string NarrowedAtPeerKey(std::string_view peer, v1::Lane lane, uint64_t offset);
std::string BackfillKey(std::string_view peer, std::string_view what);
std::string PausedLinkKeyPrefix();
std::string PausedLinkKey(std::string_view peer);
std::string ReturnDueKeyPrefix();
std::string ReturnDueKey(std::string_view peer);
std::string RecoveredEpochKey();
std::string PeerInterestKey(std::string_view peer);
std::string OwnInterestKey();
std::string PeerGapKey(std::string_view peer, v1::Lane lane);
std::string EndedUnsentKey(std::string_view peer, v1::Lane lane, uint64_t offset);
std::string PeerPersistedKey(std::string_view peer, v1::Lane lane, uint64_t epoch);
// The end of a key that names a record of another region.
struct PeerPlace {
  std::string region;
  v1::Lane lane = v1::LANE_UNSPECIFIED;
  uint64_t offset = 0;
};
// REQUIRES: a key of this form behind `prefix`.
PeerPlace ParsePeerPlace(std::string_view key, std::string_view prefix);

// Audit.
std::string AuditHeadKey();
std::string AuditGatePolicyKey();
std::string AuditEntryKeyPrefix();
std::string AuditEntryKey(uint64_t sequence);

// Catalog.
std::string CatalogGenerationKey();
std::string MemberKeyPrefix();
std::string MemberKey(std::string_view spiffe_id);
std::string GrantKeyPrefix();
std::string GrantKey(std::string_view principal);
std::string SigningKeyKeyPrefix();
std::string SigningKeyKey(std::string_view key_id);
// What policy knew in a generation in which something was disclosed.
std::string PolicySnapshotKey(uint64_t generation);
std::string PendingActKeyPrefix();
std::string PendingActKey(std::string_view approval_id);
// A link or root that was approved ("links/..."); "" itself once the first ones were.
std::string OpeningKeyPrefix();
std::string OpeningKey(std::string_view approval_id);
std::string QuotaKeyPrefix();
std::string QuotaKey(std::string_view principal);
std::string SuspendedReachKeyPrefix();
std::string SuspendedReachKey(std::string_view member);
std::string AgreementKeyPrefix();
std::string AgreementKey(std::string_view id);
std::string SubscriptionKeyPrefix();
std::string SubscriptionKeyPrefix(std::string_view owner);
std::string SubscriptionKey(std::string_view owner, std::string_view name);
std::string DirectoryKeyPrefix();
std::string DirectoryKey(std::string_view region);

// Delivery.
std::string CursorKeyPrefix();
std::string CursorKey(std::string_view owner, std::string_view name);
std::string DeadLetterKeyPrefix(std::string_view owner, std::string_view name);
std::string DeadLetterKey(std::string_view owner, std::string_view name, v1::Lane lane,
                          uint64_t offset);
std::string DeadLetterCountKey(std::string_view owner, std::string_view name);
std::string DeadLetterPlaceKeyPrefix(v1::Lane lane, uint64_t offset);
std::string DeadLetterPlaceKey(v1::Lane lane, uint64_t offset, std::string_view owner,
                               std::string_view name);

}  // namespace corridor

#endif  // CORRIDOR_SERVER_STORAGE_KEYSPACE_H_
