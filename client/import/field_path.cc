#include "client/import/field_path.h"

#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/strings.h"
#include "core/model/vocabulary.h"

namespace corridor {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// The strings that are codes, and what is one.
struct CodedString {
  std::string_view path;
  bool (*is_code)(std::string_view);
  std::string_view expected;
};
constexpr std::array<CodedString, 4> kCodedStrings = {{
    {"recruitment.claimed_destination", IsCountryAlpha3, "an ISO 3166-1 alpha-3 code"},
    {"recruitment.languages_sought", IsIso639_3, "an ISO 639-3 code"},
    {"affected_group.citizenships", IsCountryAlpha3, "an ISO 3166-1 alpha-3 code"},
    {"affected_group.citizenship_areas", IsM49Area, "three digits of UN M49"},
}};

const CodedString* FindCodedString(std::string_view path) {
  for (const CodedString& coded : kCodedStrings) {
    if (coded.path == path) return &coded;
  }
  return nullptr;
}

bool IsCode(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM;
}

// Every enum of the contract begins with <PREFIX>UNSPECIFIED.
std::string PrefixOf(const EnumDescriptor& type) {
  const std::string& zero = type.FindValueByNumber(0)->name();
  return zero.substr(0, zero.size() - std::string_view("UNSPECIFIED").size());
}

absl::StatusOr<int> NumberOf(const EnumDescriptor& type, std::string_view name) {
  const std::string upper = absl::AsciiStrToUpper(A(name));
  const auto* value = type.FindValueByName(upper);
  if (value == nullptr) value = type.FindValueByName(PrefixOf(type) + upper);
  if (value != nullptr && value->number() != 0) return value->number();
  return absl::InvalidArgumentError(
      absl::StrCat("is no value of ", type.name(), "; use one of alert.proto, such as ",
                   type.value(1)->name().substr(PrefixOf(type).size())));
}

}  // namespace

absl::StatusOr<FieldPath> FieldPath::Resolve(std::string_view path) {
  const absl::Status no_such_field = absl::InvalidArgumentError(
      "is no field of AlertContent that a column may fill; give a path such as pattern.purposes");
  FieldPath out;
  out.name_ = std::string(path);
  const google::protobuf::Descriptor* type = v1::AlertContent::descriptor();
  const std::vector<std::string> parts = absl::StrSplit(out.name_, '.');
  for (const std::string& part : parts) {
    if (out.field_ != nullptr) {
      if (out.field_->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || out.field_->is_repeated()) {
        return no_such_field;
      }
      out.blocks_.push_back(out.field_);
      type = out.field_->message_type();
    }
    out.field_ = type->FindFieldByName(part);
    if (out.field_ == nullptr) return no_such_field;
  }
  if (!IsCode(*out.field_) && FindCodedString(path) == nullptr) return no_such_field;
  return out;
}

absl::StatusOr<FieldPath::Value> FieldPath::Parse(std::string_view text) const {
  if (IsCode(*field_)) {
    absl::StatusOr<int> number = NumberOf(*field_->enum_type(), text);
    if (!number.ok()) return number.status();
    return Value{.number = *number, .text = {}};
  }
  const CodedString& coded = *FindCodedString(name_);
  if (coded.is_code(text)) return Value{.number = 0, .text = std::string(text)};
  return absl::InvalidArgumentError(absl::StrCat("is not ", A(coded.expected)));
}

FieldPath::Outcome FieldPath::Put(const Value& value, v1::AlertContent& content) const {
  Message& holder = Holder(content);
  if (field_->is_repeated()) {
    if (!ListHas(holder, value)) Add(holder, value);
    return Outcome::kDone;
  }
  if (!IsSet(content)) {
    Set(holder, value);
    return Outcome::kDone;
  }
  const Value there = Get(holder);
  const bool same = there.number == value.number && there.text == value.text;
  return same ? Outcome::kDone : Outcome::kConflict;
}

bool FieldPath::IsSet(const v1::AlertContent& content) const {
  if (field_->is_repeated()) return false;
  const Message* holder = &content;
  for (const FieldDescriptor* block : blocks_) {
    if (!holder->GetReflection()->HasField(*holder, block)) return false;
    holder = &holder->GetReflection()->GetMessage(*holder, block);
  }
  return holder->GetReflection()->HasField(*holder, field_);
}

Message& FieldPath::Holder(v1::AlertContent& content) const {
  Message* holder = &content;
  for (const FieldDescriptor* block : blocks_) {
    holder = holder->GetReflection()->MutableMessage(holder, block);
  }
  return *holder;
}

void FieldPath::Add(Message& holder, const Value& value) const {
  if (IsCode(*field_)) {
    holder.GetReflection()->AddEnumValue(&holder, field_, value.number);
  } else {
    holder.GetReflection()->AddString(&holder, field_, value.text);
  }
}

void FieldPath::Set(Message& holder, const Value& value) const {
  if (IsCode(*field_)) {
    holder.GetReflection()->SetEnumValue(&holder, field_, value.number);
  } else {
    holder.GetReflection()->SetString(&holder, field_, value.text);
  }
}

bool FieldPath::ListHas(const Message& holder, const Value& value) const {
  const auto& reflection = *holder.GetReflection();
  for (int i = 0; i < reflection.FieldSize(holder, field_); ++i) {
    if (IsCode(*field_) ? reflection.GetRepeatedEnumValue(holder, field_, i) == value.number
                        : reflection.GetRepeatedString(holder, field_, i) == value.text) {
      return true;
    }
  }
  return false;
}

FieldPath::Value FieldPath::Get(const Message& holder) const {
  if (IsCode(*field_)) {
    return {.number = holder.GetReflection()->GetEnumValue(holder, field_), .text = {}};
  }
  return {.number = 0, .text = holder.GetReflection()->GetString(holder, field_)};
}

}  // namespace corridor
