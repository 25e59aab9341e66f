#include "client/ctl/output.h"

#include <google/protobuf/duration.pb.h>

#include <algorithm>
#include <ostream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "client/ctl/context.h"
#include "core/base/strings.h"
#include "core/crypto/digest.h"
#include "core/model/errors.h"
#include "core/model/principal.h"
#include "core/model/statement.h"
#include "corridor/v1/statement.pb.h"

namespace corridor {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

bool IsId(const FieldDescriptor& field) {
  return field.name() == "alert_id" || absl::EndsWith(field.name(), "statement_id");
}

Json BytesToJson(const FieldDescriptor& field, const std::string& bytes) {
  return IsId(field) ? IdText(bytes) : HexEncode(bytes);
}

// One value: the field itself, or element `index` of a repeated one.
Json ValueToJson(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& reflection = *message.GetReflection();
  const bool repeated = field.is_repeated();
  const auto get = [&](auto single, auto element) {
    return repeated ? (reflection.*element)(message, &field, index)
                    : (reflection.*single)(message, &field);
  };
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return get(&Reflection::GetInt32, &Reflection::GetRepeatedInt32);
    case FieldDescriptor::CPPTYPE_INT64:
      return get(&Reflection::GetInt64, &Reflection::GetRepeatedInt64);
    case FieldDescriptor::CPPTYPE_UINT32:
      return get(&Reflection::GetUInt32, &Reflection::GetRepeatedUInt32);
    case FieldDescriptor::CPPTYPE_UINT64:
      return get(&Reflection::GetUInt64, &Reflection::GetRepeatedUInt64);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return get(&Reflection::GetDouble, &Reflection::GetRepeatedDouble);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return get(&Reflection::GetFloat, &Reflection::GetRepeatedFloat);
    case FieldDescriptor::CPPTYPE_BOOL:
      return get(&Reflection::GetBool, &Reflection::GetRepeatedBool);
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int number = get(&Reflection::GetEnumValue, &Reflection::GetRepeatedEnumValue);
      const auto* value = field.enum_type()->FindValueByNumber(number);
      return value != nullptr ? Json(value->name()) : Json(number);
    }
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string text = get(&Reflection::GetString, &Reflection::GetRepeatedString);
      return field.type() == FieldDescriptor::TYPE_BYTES ? BytesToJson(field, text) : Json(text);
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return MessageToJson(repeated ? reflection.GetRepeatedMessage(message, &field, index)
                                    : reflection.GetMessage(message, &field));
  }
  return nullptr;
}

Json FieldToJson(const Message& message, const FieldDescriptor& field) {
  if (!field.is_repeated()) return ValueToJson(message, field, -1);
  Json list = Json::array();
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &field); ++i) {
    list.push_back(ValueToJson(message, field, i));
  }
  return list;
}

std::string ViolationLine(const FieldViolation& violation) {
  std::string line = absl::StrCat("  ", violation.field, ": ", violation.description, " [",
                                  ReasonName(violation.reason));
  if (!violation.rule.empty()) absl::StrAppend(&line, ", rule ", violation.rule);
  return line + "]\n";
}

Json ViolationToJson(const FieldViolation& violation) {
  Json json = {{"field", violation.field},
               {"reason", ReasonName(violation.reason)},
               {"description", violation.description}};
  if (!violation.category.empty()) json["category"] = violation.category;
  if (!violation.rule.empty()) json["rule"] = violation.rule;
  if (!violation.passes.empty()) json["passes"] = violation.passes;
  return json;
}

}  // namespace

Json MessageToJson(const Message& message) {
  using google::protobuf::Duration;
  using google::protobuf::Timestamp;
  if (message.GetDescriptor() == Timestamp::descriptor()) {
    return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", TimeOf(static_cast<const Timestamp&>(message)),
                            absl::UTCTimeZone());
  }
  if (message.GetDescriptor() == Duration::descriptor()) {
    return absl::StrCat(static_cast<const Duration&>(message).seconds(), "s");
  }
  Json json = Json::object();
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) json[field->name()] = FieldToJson(message, *field);
  if (message.GetDescriptor() == v1::ReaderStatement::descriptor()) {
    v1::StatementBody body;
    body.ParseFromString(static_cast<const v1::ReaderStatement&>(message).body());
    json["body_bytes"] = std::exchange(json["body"], MessageToJson(body));
  }
  return json;
}

Json StatusToJson(const absl::Status& status) {
  Json error = {{"code", absl::StatusCodeToString(status.code())},
                {"message", std::string(status.message())}};
  if (const v1::ErrorReason reason = ReasonOf(status); reason != v1::ERROR_REASON_UNSPECIFIED) {
    error["reason"] = ReasonName(reason);
  }
  if (const std::string rule = MetadataOf(status, "rule"); !rule.empty()) error["rule"] = rule;
  for (const FieldViolation& violation : ViolationsOf(status)) {
    error["violations"].push_back(ViolationToJson(violation));
  }
  return {{"error", error}};
}

std::string StatusToText(const absl::Status& status) {
  std::string text = "corridorctl: ";
  if (const v1::ErrorReason reason = ReasonOf(status); reason != v1::ERROR_REASON_UNSPECIFIED) {
    absl::StrAppend(&text, ReasonName(reason), ": ");
  } else if (ExitCodeOf(status) != kExitUsage) {
    absl::StrAppend(&text, absl::StatusCodeToString(status.code()), ": ");
  }
  // The message repeats the first fault; the lines below say them all.
  const std::vector<FieldViolation> violations = ViolationsOf(status);
  absl::StrAppend(&text, violations.empty() ? Printable(S(status.message())) : "refused");
  const std::string rule = MetadataOf(status, "rule");
  if (!rule.empty() && violations.empty()) absl::StrAppend(&text, " (rule ", rule, ")");
  text += "\n";
  for (const FieldViolation& violation : violations) text += ViolationLine(violation);
  return text;
}

void Table::Print(std::ostream& out, std::string_view empty) const {
  if (rows_.size() == 1) {
    out << empty << "\n";
    return;
  }
  std::vector<size_t> widths(rows_.front().size(), 0);
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const auto& row : rows_) {
    for (size_t i = 0; i + 1 < row.size(); ++i) {
      out << row[i] << std::string(widths[i] - row[i].size() + 2, ' ');
    }
    out << row.back() << "\n";
  }
}

std::string Printable(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n') || byte == 0x7f) c = '?';
  }
  // C1 controls, as UTF-8 writes them.
  for (size_t i = 0; i + 1 < out.size(); ++i) {
    if (out[i] == '\xc2' && static_cast<unsigned char>(out[i + 1]) < 0xa0) out.replace(i, 2, "?");
  }
  return out;
}

std::string ShortMember(std::string_view spiffe_id) {
  if (!IsMemberId(spiffe_id)) return Printable(spiffe_id);
  const std::string_view name = spiffe_id.substr(spiffe_id.rfind('/') + 1);
  return absl::StrCat(A(name), "@", A(RegionOf(spiffe_id)));
}

std::string MemberFromShort(std::string_view text) {
  const size_t at = text.find('@');
  if (at == std::string_view::npos) return std::string(text);
  return absl::StrCat("spiffe://", A(text.substr(at + 1)), "/agency/", A(text.substr(0, at)));
}

std::string IdText(std::string_view bytes) {
  std::string hex = HexEncode(bytes);
  if (bytes.size() != kIdBytes) return hex;
  for (const size_t at : {8, 13, 18, 23}) hex.insert(at, "-");
  return hex;
}

absl::StatusOr<std::string> IdFromText(std::string_view text) {
  absl::StatusOr<std::string> bytes = HexDecode(absl::StrReplaceAll(A(text), {{"-", ""}}));
  if (bytes.ok() && bytes->size() == kIdBytes) return bytes;
  return UsageError(absl::StrCat("'", Printable(text), "' is no id: write it as a UUID"));
}

absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

google::protobuf::Timestamp TimestampOf(absl::Time time) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(absl::ToUnixSeconds(time));
  return timestamp;
}

std::string TimeText(absl::Time time, absl::TimeZone zone) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", time, zone);
}

std::string TimeText(const google::protobuf::Timestamp& time, absl::TimeZone zone) {
  return TimeText(TimeOf(time), zone);
}

absl::StatusOr<absl::Time> ParseWhen(std::string_view text, absl::Time now, bool end_of_day) {
  absl::CivilDay day;
  if (absl::ParseCivilTime(A(text), &day)) {
    if (end_of_day) return absl::FromCivil(day + 1, absl::UTCTimeZone()) - absl::Seconds(1);
    return absl::FromCivil(day, absl::UTCTimeZone());
  }
  absl::string_view number = A(text);
  int days = 0;
  if ((absl::ConsumeSuffix(&number, " days") || absl::ConsumeSuffix(&number, " day") ||
       absl::ConsumeSuffix(&number, "d")) &&
      absl::SimpleAtoi(number, &days)) {
    return now + days * absl::Hours(24);
  }
  absl::Time time;
  if (absl::ParseTime(absl::RFC3339_full, A(text), &time, nullptr)) return time;
  return UsageError(absl::StrCat(
      "'", Printable(text), "' is no time: write 2026-03-31, 2026-03-31T12:00:00Z or 60 days"));
}

}  // namespace corridor
