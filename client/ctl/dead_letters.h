#ifndef CORRIDOR_CLIENT_CTL_DEAD_LETTERS_H_
#define CORRIDOR_CLIENT_CTL_DEAD_LETTERS_H_

#include "client/ctl/commands.h"

namespace corridor {

// `subscriptions dead-letters list|redrive|discard`.
void AddDeadLettersCommand(CLI::App& subscriptions, Context& context);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CTL_DEAD_LETTERS_H_
