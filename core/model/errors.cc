#include "core/model/errors.h"

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/base/strings.h"

namespace corridor {
namespace {

constexpr char kErrorInfoUrl[] = "type.googleapis.com/google.rpc.ErrorInfo";
constexpr char kBadRequestUrl[] = "type.googleapis.com/google.rpc.BadRequest";
constexpr char kRetryInfoUrl[] = "type.googleapis.com/google.rpc.RetryInfo";
constexpr char kReasonPrefix[] = "ERROR_REASON_";

absl::StatusCode CodeOf(v1::ErrorReason reason) {
  const int number = reason;
  if (number >= 1 && number <= 15) return absl::StatusCode::kInvalidArgument;
  if (number >= 20 && number <= 25) return absl::StatusCode::kUnauthenticated;
  if (number >= 30 && number <= 33) return absl::StatusCode::kPermissionDenied;
  switch (reason) {
    case v1::ERROR_REASON_NOT_FOUND:
      return absl::StatusCode::kNotFound;
    case v1::ERROR_REASON_STATEMENT_ID_REUSED:
    case v1::ERROR_REASON_ALREADY_EXISTS:
      return absl::StatusCode::kAlreadyExists;
    case v1::ERROR_REASON_REVISION_CONFLICT:
    case v1::ERROR_REASON_ETAG_MISMATCH:
    case v1::ERROR_REASON_JOURNAL_REINCARNATED:
    case v1::ERROR_REASON_LINK_PROTOCOL:
      return absl::StatusCode::kAborted;
    case v1::ERROR_REASON_ALERT_CLOSED:
    case v1::ERROR_REASON_ALERT_UNKNOWN:
    case v1::ERROR_REASON_LINK_GAP_PENDING:
    case v1::ERROR_REASON_LEASE_STALE:
    case v1::ERROR_REASON_SUBSCRIPTION_IN_USE:
    case v1::ERROR_REASON_RECALL_UNKNOWN:
    case v1::ERROR_REASON_CONTENT_ERASED:
    case v1::ERROR_REASON_LINK_STATE:
    case v1::ERROR_REASON_APPROVAL_PENDING:
    case v1::ERROR_REASON_NOT_CONFIGURED:
      return absl::StatusCode::kFailedPrecondition;
    case v1::ERROR_REASON_POSITION_EXPIRED:
      return absl::StatusCode::kOutOfRange;
    case v1::ERROR_REASON_QUOTA:
    case v1::ERROR_REASON_DISK_WATERMARK:
      return absl::StatusCode::kResourceExhausted;
    case v1::ERROR_REASON_DRAINING:
    case v1::ERROR_REASON_NOT_READY:
      return absl::StatusCode::kUnavailable;
    case v1::ERROR_REASON_OUTCOME_UNKNOWN:
      return absl::StatusCode::kDeadlineExceeded;
    case v1::ERROR_REASON_RECORD_CORRUPT:
      return absl::StatusCode::kDataLoss;
    case v1::ERROR_REASON_ORIGIN_INVALID:
      return absl::StatusCode::kInvalidArgument;
    default:
      return absl::StatusCode::kUnknown;
  }
}

template <typename Message>
void Attach(absl::Status& status, const char* url, const Message& message) {
  status.SetPayload(url, absl::Cord(message.SerializeAsString()));
}

template <typename Message>
std::optional<Message> Detached(const absl::Status& status, const char* url) {
  auto payload = status.GetPayload(url);
  Message message;
  if (!payload.has_value() || !message.ParseFromString(std::string(*payload))) return std::nullopt;
  return message;
}

v1::ErrorInfo InfoOf(v1::ErrorReason reason) {
  v1::ErrorInfo info;
  info.set_reason(ReasonName(reason));
  info.set_domain("corridor");
  return info;
}

}  // namespace

absl::Status Error(v1::ErrorReason reason, std::string_view message) {
  absl::Status status(CodeOf(reason), A(message));
  Attach(status, kErrorInfoUrl, InfoOf(reason));
  return status;
}

absl::Status Error(v1::ErrorReason reason, std::string_view message, std::string_view key,
                   std::string_view value) {
  return WithMetadata(Error(reason, message), key, value);
}

absl::Status WithMetadata(absl::Status status, std::string_view key, std::string_view value) {
  auto info = Detached<v1::ErrorInfo>(status, kErrorInfoUrl);
  if (!info) return status;
  (*info->mutable_metadata())[std::string(key)] = std::string(value);
  Attach(status, kErrorInfoUrl, *info);
  return status;
}

absl::Status InvalidFields(const std::vector<FieldViolation>& violations) {
  const FieldViolation& first = violations.front();
  std::string message = absl::StrCat(first.field, ": ", first.description);
  if (violations.size() > 1) absl::StrAppend(&message, " (and ", violations.size() - 1, " more)");
  absl::Status status = first.rule.empty() ? Error(first.reason, message)
                                           : Error(first.reason, message, "rule", first.rule);
  v1::BadRequest bad_request;
  for (const FieldViolation& violation : violations) {
    auto* out = bad_request.add_field_violations();
    out->set_field(violation.field);
    out->set_description(violation.description);
    out->set_reason(ReasonName(violation.reason));
    out->set_category(violation.category);
    out->set_rule(violation.rule);
    out->set_passes(violation.passes);
  }
  Attach(status, kBadRequestUrl, bad_request);
  return status;
}

absl::Status WithRetry(absl::Status status, absl::Duration delay) {
  v1::RetryInfo retry;
  const absl::Duration rest = delay % absl::Seconds(1);
  retry.mutable_retry_delay()->set_seconds(absl::ToInt64Seconds(delay));
  retry.mutable_retry_delay()->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
  Attach(status, kRetryInfoUrl, retry);
  return status;
}

v1::ErrorReason ReasonOf(const absl::Status& status) {
  auto info = Detached<v1::ErrorInfo>(status, kErrorInfoUrl);
  return info ? ReasonFromName(info->reason()) : v1::ERROR_REASON_UNSPECIFIED;
}

std::string MetadataOf(const absl::Status& status, std::string_view key) {
  auto info = Detached<v1::ErrorInfo>(status, kErrorInfoUrl);
  if (!info) return "";
  auto found = info->metadata().find(std::string(key));
  return found == info->metadata().end() ? "" : found->second;
}

std::vector<FieldViolation> ViolationsOf(const absl::Status& status) {
  std::vector<FieldViolation> violations;
  auto bad_request = Detached<v1::BadRequest>(status, kBadRequestUrl);
  if (!bad_request) return violations;
  for (const auto& in : bad_request->field_violations()) {
    violations.push_back({in.field(), ReasonFromName(in.reason()), in.description(), in.category(),
                          in.rule(), in.passes()});
  }
  return violations;
}

std::optional<absl::Duration> RetryDelayOf(const absl::Status& status) {
  auto retry = Detached<v1::RetryInfo>(status, kRetryInfoUrl);
  if (!retry) return std::nullopt;
  return absl::Seconds(retry->retry_delay().seconds()) +
         absl::Nanoseconds(retry->retry_delay().nanos());
}

std::string ReasonName(v1::ErrorReason reason) {
  return v1::ErrorReason_Name(reason).substr(sizeof kReasonPrefix - 1);
}

v1::ErrorReason ReasonFromName(std::string_view name) {
  v1::ErrorReason reason = v1::ERROR_REASON_UNSPECIFIED;
  v1::ErrorReason_Parse(absl::StrCat(kReasonPrefix, A(name)), &reason);
  return reason;
}

v1::RpcStatus ToRpcStatus(const absl::Status& status) {
  v1::RpcStatus out;
  out.set_code(status.raw_code());
  out.set_message(std::string(status.message()));
  status.ForEachPayload([&out](absl::string_view url, const absl::Cord& payload) {
    auto* detail = out.add_details();
    detail->set_type_url(std::string(url));
    detail->set_value(std::string(payload));
  });
  return out;
}

absl::Status FromRpcStatus(const v1::RpcStatus& status) {
  absl::Status out(static_cast<absl::StatusCode>(status.code()), status.message());
  for (const auto& detail : status.details()) {
    out.SetPayload(detail.type_url(), absl::Cord(detail.value()));
  }
  return out;
}

}  // namespace corridor
