#include "core/gate/wire_shape.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"

namespace corridor {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

enum WireType : uint8_t { kVarint = 0, kFixed64 = 1, kDelimited = 2, kFixed32 = 5, kNone = 7 };

constexpr int kNestingMax = 16;

// What a field looks like on the wire.
struct Field {
  WireType type = kNone;
  const std::vector<Field>* message = nullptr;  // By number, where the field is a message.
};
using Shape = std::vector<Field>;

WireType TypeOf(const FieldDescriptor& field) {
  if (field.is_packed()) return kDelimited;
  switch (field.type()) {
    case FieldDescriptor::TYPE_STRING:
    case FieldDescriptor::TYPE_BYTES:
    case FieldDescriptor::TYPE_MESSAGE:
      return kDelimited;
    case FieldDescriptor::TYPE_FIXED64:
    case FieldDescriptor::TYPE_SFIXED64:
    case FieldDescriptor::TYPE_DOUBLE:
      return kFixed64;
    case FieldDescriptor::TYPE_FIXED32:
    case FieldDescriptor::TYPE_SFIXED32:
    case FieldDescriptor::TYPE_FLOAT:
      return kFixed32;
    case FieldDescriptor::TYPE_GROUP:
      return kNone;
    default:
      return kVarint;
  }
}

// The shapes of all messages that were asked for. They are made once and stay.
class Shapes {
 public:
  const Shape& Of(const Descriptor& descriptor) ABSL_LOCKS_EXCLUDED(mutex_) {
    {
      const absl::ReaderMutexLock lock(&mutex_);
      const auto found = shapes_.find(&descriptor);
      if (found != shapes_.end()) return *found->second;
    }
    const absl::MutexLock lock(&mutex_);
    return Make(descriptor);
  }

 private:
  const Shape& Make(const Descriptor& descriptor) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    auto& place = shapes_[&descriptor];
    if (place != nullptr) return *place;
    place = std::make_unique<Shape>();
    Shape& shape = *place;  // The map may move `place` while the fields are made.
    for (int i = 0; i < descriptor.field_count(); ++i) {
      const FieldDescriptor& field = *descriptor.field(i);
      const auto number = static_cast<size_t>(field.number());
      if (shape.size() <= number) shape.resize(number + 1);
      shape[number].type = TypeOf(field);
      if (field.type() == FieldDescriptor::TYPE_MESSAGE) {
        shape[number].message = &Make(*field.message_type());
      }
    }
    return shape;
  }

  absl::Mutex mutex_;
  absl::flat_hash_map<const Descriptor*, std::unique_ptr<Shape>> shapes_ ABSL_GUARDED_BY(mutex_);
};

std::optional<uint64_t> TakeVarint(std::string_view& bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < bytes.size() && i < 10; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    value |= static_cast<uint64_t>(byte & 0x7F) << (7 * i);
    if (byte < 0x80) {
      bytes.remove_prefix(i + 1);
      return value;
    }
  }
  return std::nullopt;
}

bool Skip(std::string_view& bytes, uint64_t count) {
  if (count > bytes.size()) return false;
  bytes.remove_prefix(count);
  return true;
}

bool HoldsKnown(const Shape& shape, std::string_view bytes, int depth) {
  while (!bytes.empty()) {
    const std::optional<uint64_t> tag = TakeVarint(bytes);
    if (!tag || *tag >> 3 >= shape.size()) return false;
    const Field& field = shape[*tag >> 3];
    if (field.type != (*tag & 7) || field.type == kNone) return false;
    if (field.type == kVarint) {
      if (!TakeVarint(bytes)) return false;
    } else if (field.type == kFixed64 || field.type == kFixed32) {
      if (!Skip(bytes, field.type == kFixed64 ? 8 : 4)) return false;
    } else {
      const std::optional<uint64_t> size = TakeVarint(bytes);
      if (!size || *size > bytes.size()) return false;
      const std::string_view inner = bytes.substr(0, *size);
      if (field.message != nullptr && (depth == 0 || !HoldsKnown(*field.message, inner, depth - 1)))
        return false;
      bytes.remove_prefix(*size);
    }
  }
  return true;
}

}  // namespace

bool HoldsKnownFieldsOnly(const Descriptor& descriptor, std::string_view bytes) {
  static Shapes& shapes = *new Shapes;
  return HoldsKnown(shapes.Of(descriptor), bytes, kNestingMax);
}

}  // namespace corridor
