#ifndef CORRIDOR_SERVER_STORAGE_KEYSPACE_H_
#define CORRIDOR_SERVER_STORAGE_KEYSPACE_H_

#include <cstdint>
#include <string>
#include <string_view>

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
//   m/<origin text><lane 1>                   high-water mark            journal
//   d/<lane 1><block 8><holder text><generation 8>   disclosure          journal
//   a/head                                    count and hash             audit
//   a/e/<sequence 8>                          entry                      audit
//   c/generation, c/<room letter>/...         see below                  catalog
//   s/<owner text><name text>                 cursor of a subscription   delivery

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
std::string MarkKeyPrefix();
std::string MarkKey(std::string_view origin, v1::Lane lane);
std::string DisclosureKeyPrefix(v1::Lane lane, uint64_t block);
std::string DisclosureKey(v1::Lane lane, uint64_t block, std::string_view holder,
                          uint64_t generation);

// Audit.
std::string AuditHeadKey();
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

}  // namespace corridor

#endif  // CORRIDOR_SERVER_STORAGE_KEYSPACE_H_
