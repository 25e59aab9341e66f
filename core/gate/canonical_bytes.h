#ifndef CORRIDOR_CORE_GATE_CANONICAL_BYTES_H_
#define CORRIDOR_CORE_GATE_CANONICAL_BYTES_H_

#include <string>

#include "absl/status/statusor.h"
#include "core/model/statement.h"
#include "corridor/v1/statement.pb.h"
#include "google/protobuf/message.h"

namespace corridor {

// The one encoding of `message` that counts as canonical: what signed parts are
// made with. Messages with maps or unknown fields have none.
std::string CanonicalBytes(const google::protobuf::Message& message);

// Reads a statement's bytes, and makes sure that they say nothing beside what
// was read: with unknown fields discarded, writing both parts again must give
// the very bytes received. So a repeated singular field, a stray default, an
// unknown field or another order of fields cannot carry hidden text. Pure.
//
// This is no verdict on what the statement says: Gate gives that, and calls
// this first. It serves alone where a statement accepted before is read again.
//
// INVALID_ARGUMENT: STATEMENT_TOO_LARGE (over 64 KiB), STATEMENT_MALFORMED (does
// not parse, nests too deep, salt not 16 bytes), NOT_CANONICAL.
absl::StatusOr<ParsedStatement> ParseCanonical(v1::SignedStatement statement);

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_CANONICAL_BYTES_H_
