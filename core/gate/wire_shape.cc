#include "core/gate/wire_shape.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace corridor {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

enum WireType : uint8_t { kVarint = 0, kFixed64 = 1, kDelimited = 2, kFixed32 = 5, kNone = 7 };

constexpr int kNestingMax = 16;

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

// Most tags and sizes are one byte.
std::optional<uint64_t> TakeVarint(std::string_view& bytes) {
  if (!bytes.empty() && static_cast<unsigned char>(bytes[0]) < 0x80) {
    const auto value = static_cast<uint64_t>(bytes[0]);
    bytes.remove_prefix(1);
    return value;
  }
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

}  // namespace

// What a field looks like on the wire.
struct WireShape::Field {
  uint8_t type = kNone;
  const Fields* message = nullptr;  // By number, where the field is a message.
};

WireShape::WireShape(const Descriptor& descriptor) : root_(&Make(descriptor)) {}
WireShape::~WireShape() = default;

const WireShape::Fields& WireShape::Make(const Descriptor& descriptor) {
  auto& place = shapes_[&descriptor];
  if (place != nullptr) return *place;
  place = std::make_unique<Fields>();
  Fields& fields = *place;
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const FieldDescriptor& field = *descriptor.field(i);
    const auto number = static_cast<size_t>(field.number());
    if (fields.size() <= number) fields.resize(number + 1);
    fields[number].type = TypeOf(field);
    if (field.type() == FieldDescriptor::TYPE_MESSAGE) {
      fields[number].message = &Make(*field.message_type());
    }
  }
  return fields;
}

bool WireShape::HoldsKnown(const Fields& fields, std::string_view bytes, int depth) {
  while (!bytes.empty()) {
    const std::optional<uint64_t> tag = TakeVarint(bytes);
    if (!tag || *tag >> 3 >= fields.size()) return false;
    const Field& field = fields[*tag >> 3];
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

bool WireShape::HoldsKnownFieldsOnly(std::string_view bytes) const {
  return HoldsKnown(*root_, bytes, kNestingMax);
}

}  // namespace corridor
