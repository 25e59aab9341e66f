#ifndef CORRIDOR_CORE_GATE_WIRE_SHAPE_H_
#define CORRIDOR_CORE_GATE_WIRE_SHAPE_H_

#include <string_view>

#include "google/protobuf/descriptor.h"

namespace corridor {

// Whether `bytes`, which parse as a message of `descriptor`, hold known fields only, at every
// depth, each in the wire type that its kind is written in. Reads the bytes once and allocates
// nothing; asking the parsed message by reflection takes ten times as long. Groups and maps are not
// known: signed messages have none. Thread-safe.
bool HoldsKnownFieldsOnly(const google::protobuf::Descriptor& descriptor, std::string_view bytes);

}  // namespace corridor

#endif  // CORRIDOR_CORE_GATE_WIRE_SHAPE_H_
