#include "core/gate/canonical_bytes.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "core/base/status_macros.h"
#include "core/crypto/digest.h"
#include "core/crypto/statement_proof.h"
#include "core/gate/wire_shape.h"
#include "core/model/errors.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/unknown_field_set.h"

namespace corridor {
namespace {

using google::protobuf::Message;

// The deepest sound path is body.response.proposal.observed_period.start: five.
constexpr int kNestingMax = 16;
constexpr size_t kSaltBytes = 16;

absl::Status InvalidField(std::string_view field, v1::ErrorReason reason, std::string_view what) {
  return InvalidFields({{std::string(field), reason, std::string(what)}});
}

bool Parse(const std::string& bytes, Message& message) {
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const uint8_t*>(bytes.data()),
                                                static_cast<int>(bytes.size()));
  stream.SetRecursionLimit(kNestingMax);
  return message.ParseFromCodedStream(&stream) && stream.ConsumedEntireMessage();
}

template <typename Part>
absl::Status ParsePart(const std::string& bytes, std::string_view name, Part& message) {
  static const WireShape& shape = *new WireShape(*Part::descriptor());
  if (!Parse(bytes, message)) {
    return InvalidField(name, v1::ERROR_REASON_STATEMENT_MALFORMED,
                        "does not parse; serialise it as statement.proto says, text in UTF-8");
  }
  if (!shape.HoldsKnownFieldsOnly(bytes) || CanonicalBytes(message) != bytes) {
    return InvalidField(name, v1::ERROR_REASON_NOT_CANONICAL,
                        "is not canonical; write known fields only, in ascending order, each "
                        "once, none at its default");
  }
  return absl::OkStatus();
}

bool HasUnknownFields(const Message& message) {
  return !message.GetReflection()->GetUnknownFields(message).empty();
}

// Outside the two signed parts nothing may be carried along either.
absl::Status CheckWrapping(const v1::SignedStatement& statement) {
  const v1::StatementProof& proof = statement.proof();
  if (HasUnknownFields(statement) || HasUnknownFields(proof) ||
      (proof.has_batch() && HasUnknownFields(proof.batch()))) {
    return InvalidField("proof", v1::ERROR_REASON_NOT_CANONICAL,
                        "the statement or its proof holds unknown fields; leave them out");
  }
  if (statement.routing().size() + statement.body().size() > kStatementBytesMax) {
    return InvalidField("body", v1::ERROR_REASON_STATEMENT_TOO_LARGE,
                        "is, with routing, over 65,536 bytes; shorten texts and lists");
  }
  for (const auto& [name, salt] : {std::pair("routing_salt", &statement.routing_salt()),
                                   std::pair("body_salt", &statement.body_salt())}) {
    if (salt->size() != kSaltBytes) {
      return InvalidField(name, v1::ERROR_REASON_STATEMENT_MALFORMED,
                          "is not 16 bytes; give 16 random bytes");
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::string CanonicalBytes(const Message& message) {
  // One allocation and no stream. Only maps are written in no order of their own, and signed
  // messages have none.
  std::string bytes(message.ByteSizeLong(), '\0');
  message.SerializeWithCachedSizesToArray(reinterpret_cast<uint8_t*>(bytes.data()));
  return bytes;
}

absl::StatusOr<ParsedStatement> ParseCanonical(v1::SignedStatement statement) {
  RETURN_IF_ERROR(CheckWrapping(statement));
  ParsedStatement parsed;
  RETURN_IF_ERROR(ParsePart(statement.routing(), "routing", parsed.routing));
  RETURN_IF_ERROR(ParsePart(statement.body(), "body", parsed.body));
  parsed.digest = ToString(StatementDigest(statement));
  parsed.bytes = std::move(statement);
  return parsed;
}

}  // namespace corridor
