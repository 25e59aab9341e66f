#ifndef CORRIDOR_CORE_GATE_WIRE_SHAPE_H_
#define CORRIDOR_CORE_GATE_WIRE_SHAPE_H_

#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "google/protobuf/descriptor.h"

namespace corridor {

// How a type of message looks on the wire, with all that it nests. Made once for each type that is
// asked for, as the reading of every statement asks. Groups and maps are not known: signed messages
// have none. Immutable and thread-safe.
class WireShape {
 public:
  explicit WireShape(const google::protobuf::Descriptor& descriptor);
  ~WireShape();
  WireShape(const WireShape&) = delete;
  WireShape& operator=(const WireShape&) = delete;

  // Whether `bytes`, which parse as such a message, hold known fields only, at every depth, each in
  // the wire type that its kind is written in. Reads the bytes once, allocates nothing and takes no
  // lock; asking the parsed message by reflection takes ten times as long.
  bool HoldsKnownFieldsOnly(std::string_view bytes) const;

 private:
  struct Field;
  using Fields = std::vector<Field>;

  const Fields& Make(const google::protobuf::Descriptor& descriptor);
  static bool HoldsKnown(const Fields& fields, std::string_view bytes, int depth);

  std::map<const google::protobuf::Descriptor*, std::unique_ptr<Fields>> shapes_;
  const Fields* const root_;
};

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_WIRE_SHAPE_H_
