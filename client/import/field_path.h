#ifndef CORRIDOR_CLIENT_IMPORT_FIELD_PATH_H_
#define CORRIDOR_CLIENT_IMPORT_FIELD_PATH_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "corridor/v1/alert.pb.h"
#include "google/protobuf/descriptor.h"

namespace corridor {

// A field of AlertContent that a column may fill: a code, a list of codes, or a coded
// string, outside the route. Text, legs, months and numbers are none. Immutable.
class FieldPath {
 public:
  // "pattern.purposes". kInvalidArgument: no such field, or none that a column may fill.
  static absl::StatusOr<FieldPath> Resolve(std::string_view path);

  // One value of this field.
  struct Value {
    int number = 0;    // Of a code.
    std::string text;  // Of a coded string.
  };
  // Reads "FORCED_LABOUR" or "TRAFFICKING_PURPOSE_FORCED_LABOUR" for a code, "KEN" for a
  // country. kInvalidArgument: it is no value of the field.
  absl::StatusOr<Value> Parse(std::string_view text) const;

  enum class Outcome {
    kDone,      // It says so now, or did before.
    kConflict,  // A single field says something else already; left as it is.
  };
  // Adds the value to a list, once; sets a single field.
  Outcome Put(const Value& value, v1::AlertContent& content) const;

  // Whether a single field has a value. Always false for a list.
  bool IsSet(const v1::AlertContent& content) const;

  const std::string& name() const { return name_; }

 private:
  FieldPath() = default;
  // The message that holds the field, made where it is not there.
  google::protobuf::Message& Holder(v1::AlertContent& content) const;
  void Add(google::protobuf::Message& holder, const Value& value) const;
  void Set(google::protobuf::Message& holder, const Value& value) const;
  bool ListHas(const google::protobuf::Message& holder, const Value& value) const;
  Value Get(const google::protobuf::Message& holder) const;

  std::string name_;
  std::vector<const google::protobuf::FieldDescriptor*> blocks_;
  const google::protobuf::FieldDescriptor* field_ = nullptr;
};

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_IMPORT_FIELD_PATH_H_
