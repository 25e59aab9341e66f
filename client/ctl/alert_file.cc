#include "client/ctl/alert_file.h"

#include <google/protobuf/util/json_util.h>

#include <istream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/ctl/context.h"
#include "client/ctl/output.h"
#include "client/ctl/textproto.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace corridor {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using nlohmann::json;

const FieldDescriptor* FieldNamed(const Descriptor& type, const std::string& name) {
  const FieldDescriptor* field = type.FindFieldByName(name);
  return field != nullptr ? field : type.FindFieldByCamelcaseName(name);
}

// "2025-03" for {"year": 2025, "month": 3}.
void ExpandMonth(json& value) {
  const std::vector<std::string> parts = absl::StrSplit(value.get<std::string>(), '-');
  int year = 0;
  int month = 0;
  if (parts.size() == 2 && absl::SimpleAtoi(parts[0], &year) &&
      absl::SimpleAtoi(parts[1], &month)) {
    value = {{"year", year}, {"month", month}};
  }
}

void Expand(const Descriptor& type, json& object);

void ExpandValue(const FieldDescriptor& field, json& value) {
  if (value.is_array()) {
    for (json& element : value) ExpandValue(field, element);
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM && value.is_string()) {
    int number = 0;
    // What is none of the names is left for the parser to refuse.
    if (ParseEnumName(*field.enum_type(), value.get<std::string>(), number).ok()) value = number;
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    if (value.is_string() && field.message_type()->full_name() == "corridor.v1.Month") {
      ExpandMonth(value);
    }
    if (value.is_object()) Expand(*field.message_type(), value);
  }
}

// Writes short enum names and months in full.
void Expand(const Descriptor& type, json& object) {
  for (auto& [name, value] : object.items()) {
    if (const FieldDescriptor* field = FieldNamed(type, name)) ExpandValue(*field, value);
  }
}

absl::Status SetTime(const std::string& text, absl::Time now, bool end_of_day,
                     google::protobuf::Timestamp* (v1::StatementBody::*field)(),
                     v1::StatementBody& body) {
  if (text.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const absl::Time time, ParseWhen(text, now, end_of_day));
  *(body.*field)() = TimestampOf(time);
  return absl::OkStatus();
}

absl::Status SetId(const std::string& text, std::string* id) {
  if (text.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(*id, IdFromText(text));
  return absl::OkStatus();
}

absl::Status SetReference(const ctl::AlertRefFile& file, v1::AlertReference& reference) {
  reference.set_publisher(MemberFromShort(file.publisher()));
  reference.set_revision(file.revision());
  return SetId(file.alert_id(), reference.mutable_alert_id());
}

absl::Status SetSighting(const ctl::SightingFile& file, v1::Sighting& sighting) {
  sighting.set_kind(file.kind());
  sighting.set_place(file.place());
  if (file.has_month()) *sighting.mutable_month() = file.month();
  sighting.set_size(file.size() == v1::GROUP_SIZE_UNSPECIFIED ? v1::GROUP_SIZE_NOT_STATED
                                                              : file.size());
  return SetReference(file.target(), *sighting.mutable_target());
}

absl::Status SetResponse(const ctl::ResponseFile& file, v1::Response& response) {
  response.set_kind(file.kind());
  if (file.has_proposal()) *response.mutable_proposal() = file.proposal();
  response.set_channel(file.channel());
  return SetReference(file.target(), *response.mutable_target());
}

absl::Status SetKind(const ctl::AlertFile& file, v1::StatementBody& body) {
  switch (file.kind_case()) {
    case ctl::AlertFile::kIssue:
      *body.mutable_issue()->mutable_content() = file.issue();
      return absl::OkStatus();
    case ctl::AlertFile::kRevise:
      *body.mutable_revise()->mutable_content() = file.revise().content();
      body.mutable_revise()->set_reason(file.revise().reason());
      return absl::OkStatus();
    case ctl::AlertFile::kCancel:
      *body.mutable_cancel() = file.cancel();
      return absl::OkStatus();
    case ctl::AlertFile::kRecall:
      body.mutable_recall()->set_reason(file.recall().reason());
      return SetId(file.recall().target_statement_id(),
                   body.mutable_recall()->mutable_target_statement_id());
    case ctl::AlertFile::kSighting:
      return SetSighting(file.sighting(), *body.mutable_sighting());
    case ctl::AlertFile::kResponse:
      return SetResponse(file.response(), *body.mutable_response());
    case ctl::AlertFile::KIND_NOT_SET:
      break;
  }
  return UsageError("one of issue, revise, cancel, recall, sighting, response is needed");
}

}  // namespace

absl::StatusOr<std::optional<ctl::AlertFile>> AlertFileReader::Next() {
  // Array brackets and commas between objects are passed over.
  while (true) {
    in_ >> std::ws;
    const int next = in_.peek();
    if (next == std::istream::traits_type::eof()) return std::nullopt;
    if (next == '{') return NextJson();
    const bool separator = in_array_ ? next == ',' || next == ']' : next == '[' && count_ == 0;
    if (!separator) return count_ == 0 ? WholeTextproto() : NextJson();
    in_array_ = next != ']';
    in_.get();
  }
}

absl::StatusOr<std::optional<ctl::AlertFile>> AlertFileReader::NextJson() {
  ++count_;
  json object;
  try {
    in_ >> object;
  } catch (const json::parse_error& error) {
    return UsageError(
        absl::StrCat(name_, ", statement ", count_, ": not JSON (byte ", error.byte, " of it)"));
  }
  if (object.is_object()) Expand(*ctl::AlertFile::descriptor(), object);
  ctl::AlertFile file;
  const auto parsed = google::protobuf::util::JsonStringToMessage(object.dump(), &file);
  if (parsed.ok()) return file;
  return UsageError(absl::StrCat(name_, ", statement ", count_, ": ",
                                 std::string(parsed.message().data(), parsed.message().size())));
}

absl::StatusOr<std::optional<ctl::AlertFile>> AlertFileReader::WholeTextproto() {
  ++count_;
  const std::string text(std::istreambuf_iterator<char>(in_), {});
  ctl::AlertFile file;
  RETURN_IF_ERROR(ParseTextproto(text, name_, file));
  return file;
}

absl::StatusOr<StatementDraft> DraftOf(const ctl::AlertFile& file, absl::Time now) {
  StatementDraft draft;
  v1::StatementBody& body = draft.body;
  body.set_publisher(MemberFromShort(file.publisher()));
  body.set_publisher_country(file.publisher_country());
  body.set_publisher_type(file.publisher_type());
  RETURN_IF_ERROR(SetId(file.alert_id(), body.mutable_alert_id()));
  RETURN_IF_ERROR(SetId(file.statement_id(), body.mutable_statement_id()));
  body.set_revision(file.revision());
  body.set_tlp(file.tlp());
  body.set_status(file.status() == v1::ALERT_STATUS_UNSPECIFIED ? v1::ALERT_STATUS_ACTUAL
                                                                : file.status());
  body.set_urgency(file.urgency() == v1::URGENCY_UNSPECIFIED ? v1::URGENCY_UNKNOWN
                                                             : file.urgency());
  using Body = v1::StatementBody;
  RETURN_IF_ERROR(SetTime(file.valid_from(), now, false, &Body::mutable_valid_from, body));
  RETURN_IF_ERROR(SetTime(file.valid_until(), now, true, &Body::mutable_valid_until, body));
  RETURN_IF_ERROR(SetTime(file.published_at(), now, false, &Body::mutable_published_at, body));
  for (const ctl::RelationFile& relation : file.references()) {
    v1::Reference& reference = *body.add_references();
    reference.set_relation(relation.relation());
    RETURN_IF_ERROR(SetReference(relation.target(), *reference.mutable_target()));
  }
  RETURN_IF_ERROR(SetKind(file, body));
  if (file.has_audience()) *draft.routing.mutable_audience() = file.audience();
  *draft.routing.mutable_excluded() = file.excluded();
  return draft;
}

}  // namespace corridor
