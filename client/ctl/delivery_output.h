#ifndef CORRIDOR_CLIENT_CTL_DELIVERY_OUTPUT_H_
#define CORRIDOR_CLIENT_CTL_DELIVERY_OUTPUT_H_

#include "client/ctl/commands.h"
#include "corridor/session.h"

namespace corridor {

// Shows one delivery: a few lines for people, or a line of JSON; then flushes.
void ShowDelivery(Context& context, const Delivery& delivery);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CTL_DELIVERY_OUTPUT_H_
