#ifndef CORRIDOR_CLIENT_CTL_REPEAT_H_
#define CORRIDOR_CLIENT_CTL_REPEAT_H_

#include <CLI/CLI.hpp>

#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "client/ctl/context.h"

namespace corridor {

struct RepeatOptions {
  absl::Duration every = absl::Seconds(2);
  // Says before each sample when it was taken: a line, or with --format=json one object.
  bool mark_samples = true;
};

// Calls `show`, which writes to context.out, again and again until it is interrupted; then
// the answer is kExitOk. On a terminal each sample is painted over the one before. What
// fails at the first sample ends it with its exit code; later failures are shown, and it
// goes on: a broker that restarts comes back.
int Repeat(Context& context, const RepeatOptions& options, absl::FunctionRef<int()> show);

// Makes `command`, which shows how something stands and changes nothing, call `run`; with
// --watch again and again. Where one of its own commands is chosen it does nothing.
void OnShow(Context& context, CLI::App& command, absl::AnyInvocable<int()> run);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CTL_REPEAT_H_
