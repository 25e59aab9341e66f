#ifndef CORRIDOR_CLIENT_CTL_SUBSCRIPTIONS_SEEK_H_
#define CORRIDOR_CLIENT_CTL_SUBSCRIPTIONS_SEEK_H_

#include "client/ctl/commands.h"

namespace corridor {

// `subscriptions seek` and `subscriptions resync`.
void AddSeekCommand(CLI::App& subscriptions, Context& context);
void AddResyncCommand(CLI::App& subscriptions, Context& context);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CTL_SUBSCRIPTIONS_SEEK_H_
