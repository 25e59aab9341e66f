#ifndef CORRIDOR_CLIENT_INTERNAL_DELIVERY_CHECK_H_
#define CORRIDOR_CLIENT_INTERNAL_DELIVERY_CHECK_H_

#include "absl/status/statusor.h"
#include "corridor/session.h"

namespace corridor {

// Opens a delivery: recomputes the digest from the bytes, and requires that the
// acceptance's path leads from it to the root that the origin signed. kDataLoss when
// something does not fit; the message holds no content.
absl::StatusOr<Delivery> OpenDelivery(v1::Delivery in);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_INTERNAL_DELIVERY_CHECK_H_
