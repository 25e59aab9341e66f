#ifndef CORRIDOR_CORE_MODEL_STATEMENT_H_
#define CORRIDOR_CORE_MODEL_STATEMENT_H_

#include <cstddef>
#include <string>

#include "corridor/v1/record.pb.h"
#include "corridor/v1/statement.pb.h"

namespace corridor {

inline constexpr size_t kStatementBytesMax = 64 * 1024;
inline constexpr size_t kIdBytes = 16;
// What this build writes, and the newest it reads.
inline constexpr char kSchemaVersion[] = "1";
inline constexpr char kVocabularyVersion[] = "1";
inline constexpr size_t kDigestBytes = 32;

// A statement's exact bytes, and what they say. A plain value.
struct ParsedStatement {
  v1::SignedStatement bytes;
  v1::StatementRouting routing;
  v1::StatementBody body;
  std::string digest;  // 32 bytes.

  v1::StatementKind kind() const;
  // The content of ISSUE and REVISE; null for the others.
  const v1::AlertContent* content() const;
  // The lane it travels in: URGENT for IMMEDIATE urgency and recalls.
  v1::Lane lane() const;
};

v1::StatementKind KindOf(const v1::StatementBody& body);

// The publisher whose alert a statement carries on or ends: its own, but for a RECALL
// on behalf of another. The alert's id is the body's.
const std::string& AlertOwnerOf(const v1::StatementBody& body);

// Whether it is said about somebody's alert: SIGHTING and RESPONSE.
bool IsRemark(const v1::StatementBody& body);

// (publisher, alert_id) of the alert that SIGHTING and RESPONSE are about; null
// for the others.
const v1::AlertReference* TargetOf(const v1::StatementBody& body);

// The part that readers get. `routing_hash` is 32 bytes.
v1::ReaderStatement ReaderPartOf(const v1::SignedStatement& statement, std::string routing_hash);

}  // namespace corridor

#endif  // CORRIDOR_CORE_MODEL_STATEMENT_H_
