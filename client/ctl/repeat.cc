#include "client/ctl/repeat.h"

#include <memory>
#include <ostream>
#include <sstream>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "client/ctl/interrupt.h"
#include "client/ctl/output.h"

namespace corridor {
namespace {

// What is written to a stream while this lives goes elsewhere.
class Redirected {
 public:
  Redirected(std::ostream& stream, std::ostream& to)
      : stream_(stream), before_(stream.rdbuf(to.rdbuf())) {}
  ~Redirected() { stream_.rdbuf(before_); }
  Redirected(const Redirected&) = delete;
  Redirected& operator=(const Redirected&) = delete;

 private:
  std::ostream& stream_;
  std::streambuf* const before_;
};

int ShowOnTerminal(Context& context, const RepeatOptions& options, const Screen& screen,
                   absl::FunctionRef<int()> show) {
  std::ostringstream frame;
  frame << TimeText(context.clock.Now(), context.time_zone()) << ", every "
        << absl::FormatDuration(options.every) << "; Ctrl-C ends\n";
  int code = kExitOk;
  {
    const Redirected out(context.out, frame);
    const Redirected err(context.err, frame);
    code = show();
  }
  context.out << Painted(frame.str(), screen) << std::flush;
  return code;
}

int ShowInTurn(Context& context, const RepeatOptions& options, absl::FunctionRef<int()> show) {
  if (options.mark_samples && context.json()) {
    context.out << Json{{"sampled_at", MessageToJson(TimestampOf(context.clock.Now()))}}.dump()
                << "\n";
  } else if (options.mark_samples) {
    context.out << "--- " << TimeText(context.clock.Now(), context.time_zone()) << "\n";
  }
  const int code = show();
  context.out << std::flush;
  return code;
}

}  // namespace

int Repeat(Context& context, const RepeatOptions& options, absl::FunctionRef<int()> show) {
  HoldInterrupts();
  for (bool first = true;; first = false) {
    const Screen screen = context.screen();
    if (first && screen.terminal) context.out << "\x1b[2J";
    const int code = screen.terminal ? ShowOnTerminal(context, options, screen, show)
                                     : ShowInTurn(context, options, show);
    if (first && code != kExitOk) return code;
    if (!context.out) return kExitFailed;
    if (!context.pause(options.every)) return kExitOk;
  }
}

void OnShow(Context& context, CLI::App& command, absl::AnyInvocable<int()> run) {
  auto seconds = std::make_shared<std::string>();
  command
      .add_flag("--watch{2}", *seconds,
                "show it again every 2 seconds, or as --watch=SECONDS says, until Ctrl-C")
      ->check(CLI::Range(1, 3600));
  context.OnRun(command, [&context, &command, seconds, run = std::move(run)]() mutable {
    // A command below it has run instead.
    if (!command.get_subcommands().empty()) return context.exit_code;
    int every = 0;
    if (!absl::SimpleAtoi(*seconds, &every)) return run();
    return Repeat(context, {.every = absl::Seconds(every)}, [&run] { return run(); });
  });
}

}  // namespace corridor
