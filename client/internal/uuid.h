#ifndef CORRIDOR_CLIENT_INTERNAL_UUID_H_
#define CORRIDOR_CLIENT_INTERNAL_UUID_H_

#include <string>

#include "absl/time/time.h"
#include "core/base/random.h"

namespace corridor {

// Ids of 16 bytes (RFC 9562). Version 7 begins with the time, so that ids sort by it;
// version 4 is random and tells nothing.
std::string MakeUuidV7(absl::Time now, Random& random);
std::string MakeUuidV4(Random& random);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_INTERNAL_UUID_H_
