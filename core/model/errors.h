#ifndef CORRIDOR_CORE_MODEL_ERRORS_H_
#define CORRIDOR_CORE_MODEL_ERRORS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "corridor/v1/error_details.pb.h"
#include "corridor/v1/error_reason.pb.h"

namespace corridor {

// An absl::Status that also says, for machines, why. The details ride in the
// status as payloads under the type URLs of google.rpc, so that server and
// client translate to and from the wire without a table for each reason.
// `message` says what to do and never holds content.

// A fault in one field.
struct FieldViolation {
  std::string field;  // "body.issue.content.legs[2].country"
  v1::ErrorReason reason = v1::ERROR_REASON_STATEMENT_MALFORMED;
  std::string description;  // What is wrong and what would pass.
  // The kind of fault, the rule that found it, and where one value alone would do, that
  // value as it is written in the field: "small-group", "small-group.age-band",
  // "AGE_BAND_ADULT". Set where a rule of the gate decides; empty for faults of form. Never part
  // of what was sent.
  std::string category = {};
  std::string rule = {};
  std::string passes = {};
};

// Makes a status with a reason. The canonical code is the one that
// error_reason.proto names for the reason.
absl::Status Error(v1::ErrorReason reason, std::string_view message);

// The same, with one fact more: `rule`, `oldest`, `revision` ...
absl::Status Error(v1::ErrorReason reason, std::string_view message, std::string_view key,
                   std::string_view value);

// INVALID_ARGUMENT with all `violations` (at least one); its reason, and `rule` in the
// metadata where there is one, are those of the first.
absl::Status InvalidFields(const std::vector<FieldViolation>& violations);

// Adds one fact to the metadata of `status`, which must be an error with a reason.
absl::Status WithMetadata(absl::Status status, std::string_view key, std::string_view value);

// Adds to `status` that it may be tried again after `delay`.
absl::Status WithRetry(absl::Status status, absl::Duration delay);

// The parts, where they are there.
v1::ErrorReason ReasonOf(const absl::Status& status);
std::string MetadataOf(const absl::Status& status, std::string_view key);
std::vector<FieldViolation> ViolationsOf(const absl::Status& status);
std::optional<absl::Duration> RetryDelayOf(const absl::Status& status);

// "AUDIENCE_EMPTY" for ERROR_REASON_AUDIENCE_EMPTY, and back (UNSPECIFIED when
// unknown).
std::string ReasonName(v1::ErrorReason reason);
v1::ErrorReason ReasonFromName(std::string_view name);

// The status as it travels, and back.
v1::RpcStatus ToRpcStatus(const absl::Status& status);
absl::Status FromRpcStatus(const v1::RpcStatus& status);

}  // namespace corridor

#endif  // CORRIDOR_CORE_MODEL_ERRORS_H_
