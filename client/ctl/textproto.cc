#include "client/ctl/textproto.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "client/ctl/context.h"
#include "core/base/strings.h"

namespace corridor {
namespace {

class FirstError final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    if (text_.empty()) text_ = absl::StrCat(line + 1, ":", column + 1, ": ", message);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// "TLP_" from TLP_UNSPECIFIED: every enum of the contract has such a first value.
std::string PrefixOf(const google::protobuf::EnumDescriptor& type) {
  const std::string& zero = type.FindValueByNumber(0)->name();
  return zero.substr(0, zero.size() - std::string_view("UNSPECIFIED").size());
}

}  // namespace

absl::Status ParseTextproto(std::string_view text, const std::string& file,
                            google::protobuf::Message& message) {
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  if (parser.ParseFromString(std::string(text), &message)) return absl::OkStatus();
  return UsageError(absl::StrCat(file, ":", error.text()));
}

absl::Status ParseEnumName(const google::protobuf::EnumDescriptor& type, std::string_view name,
                           int& number) {
  const std::string upper = absl::StrReplaceAll(absl::AsciiStrToUpper(A(name)), {{"-", "_"}});
  const std::string prefix = PrefixOf(type);
  const auto* value = type.FindValueByName(upper);
  if (value == nullptr) value = type.FindValueByName(prefix + upper);
  if (value != nullptr && value->number() != 0) {
    number = value->number();
    return absl::OkStatus();
  }
  std::vector<std::string> names;
  for (int i = 1; i < type.value_count(); ++i) {
    names.push_back(ShortEnumName(type, type.value(i)->number()));
  }
  return UsageError(absl::StrCat("'", A(name), "' is none of ", absl::StrJoin(names, ", ")));
}

std::string ShortEnumName(const google::protobuf::EnumDescriptor& type, int number) {
  const auto* value = type.FindValueByNumber(number);
  if (value == nullptr) return absl::StrCat(number);
  const std::string name = absl::AsciiStrToLower(value->name().substr(PrefixOf(type).size()));
  return absl::StrReplaceAll(name, {{"_", "-"}});
}

}  // namespace corridor
