#ifndef CORRIDOR_CLIENT_CTL_ADMIN_SUBSCRIPTIONS_H_
#define CORRIDOR_CLIENT_CTL_ADMIN_SUBSCRIPTIONS_H_

#include "client/ctl/commands.h"

namespace corridor {

// `admin subscriptions`: all of the region, for its operator.
void AddAdminSubscriptions(CLI::App& admin, Context& context);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CTL_ADMIN_SUBSCRIPTIONS_H_
