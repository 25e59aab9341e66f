#ifndef CORRIDOR_CLIENT_CTL_TEXTPROTO_H_
#define CORRIDOR_CLIENT_CTL_TEXTPROTO_H_

#include <google/protobuf/generated_enum_reflection.h>
#include <google/protobuf/message.h>

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace corridor {

// Reads protobuf's text format. A usage error names `file` with line and column of the
// first mistake.
absl::Status ParseTextproto(std::string_view text, const std::string& file,
                            google::protobuf::Message& message);

// The number of an enum value by its name, with or without the type's prefix, in any
// case, '-' for '_': "amber", "TLP_AMBER". A usage error lists the names there are.
absl::Status ParseEnumName(const google::protobuf::EnumDescriptor& type, std::string_view name,
                           int& number);

// The same, typed.
template <typename Enum>
absl::Status ParseEnum(std::string_view name, Enum& value) {
  int number = 0;
  absl::Status status = ParseEnumName(*google::protobuf::GetEnumDescriptor<Enum>(), name, number);
  value = static_cast<Enum>(number);
  return status;
}

// "amber" for TLP_AMBER: how flags spell it.
std::string ShortEnumName(const google::protobuf::EnumDescriptor& type, int number);
template <typename Enum>
std::string ShortName(Enum value) {
  return ShortEnumName(*google::protobuf::GetEnumDescriptor<Enum>(), static_cast<int>(value));
}

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CTL_TEXTPROTO_H_
