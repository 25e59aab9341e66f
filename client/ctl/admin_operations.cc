#include <memory>
#include <ostream>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/ctl/commands.h"
#include "client/ctl/output.h"
#include "corridor/operations_client.h"

namespace corridor {
namespace {

constexpr char kDrainFooter[] =
    "Takes no new work from members and ends their streams in good order; they try again by\n"
    "themselves. Links and administration go on, so that peers get what was acknowledged: when\n"
    "admin links shows no lag, the broker may be stopped. Holds until undrain or a restart.\n"
    "With --stop it then stops as for SIGTERM, within limits.drain_seconds, and exits with 0.\n\n"
    "Examples:\n"
    "  corridorctl admin drain --dry-run\n"
    "  corridorctl admin drain\n"
    "  corridorctl admin drain --stop\n";

int Drain(Context& context, const v1::DrainRequest& request) {
  auto channel = context.OpenChannel();
  if (!channel.ok()) return context.Fail(channel.status());
  const auto streams = OperationsClient(*channel).Drain(request);
  if (!streams.ok()) return context.Fail(streams.status());
  if (context.json()) {
    context.out << Json{{"streams", *streams},
                        {"dry_run", request.dry_run()},
                        {"then_stop", request.then_stop()}}
                       .dump()
                << "\n";
  } else {
    context.out << *streams
                << (request.dry_run() ? " streams would be ended\n" : " streams are ended\n");
  }
  return kExitOk;
}

int Undrain(Context& context) {
  auto channel = context.OpenChannel();
  if (!channel.ok()) return context.Fail(channel.status());
  const absl::Status serves = OperationsClient(*channel).Undrain();
  if (!serves.ok()) return context.Fail(serves);
  context.out << (context.json() ? Json{{"serving", true}}.dump() : "It takes new work again.")
              << "\n";
  return kExitOk;
}

int SetLogLevel(Context& context, const std::string& name) {
  v1::LogLevel level = v1::LOG_LEVEL_UNSPECIFIED;
  v1::LogLevel_Parse(absl::StrCat("LOG_LEVEL_", absl::AsciiStrToUpper(name)), &level);
  auto channel = context.OpenChannel();
  if (!channel.ok()) return context.Fail(channel.status());
  const absl::Status set = OperationsClient(*channel).SetLogLevel(level);
  if (!set.ok()) return context.Fail(set);
  context.out << (context.json() ? Json{{"level", name}}.dump()
                                 : absl::StrCat("Logs ", name, " and what is graver."))
              << "\n";
  return kExitOk;
}

}  // namespace

void AddAdminOperations(CLI::App& admin, Context& context) {
  CLI::App* drain = admin.add_subcommand("drain", "Take no new work, as before a stop");
  drain->footer(kDrainFooter);
  struct DrainFlags {
    bool dry_run = false;
    bool then_stop = false;
  };
  auto flags = std::make_shared<DrainFlags>();
  drain->add_flag("--dry-run", flags->dry_run, "say what would be ended");
  drain->add_flag("--stop", flags->then_stop, "stop the broker then");
  context.OnRun(*drain, [&context, flags] {
    v1::DrainRequest request;
    request.set_dry_run(flags->dry_run);
    request.set_then_stop(flags->then_stop);
    return Drain(context, request);
  });

  CLI::App* undrain = admin.add_subcommand("undrain", "Take new work again");
  undrain->footer("Examples:\n  corridorctl admin undrain\n");
  context.OnRun(*undrain, [&context] { return Undrain(context); });

  CLI::App* log_level = admin.add_subcommand("log-level", "Change what the broker logs");
  log_level->footer(
      "Until it is changed again or the broker restarts.\n\nExamples:\n"
      "  corridorctl admin log-level debug\n");
  auto level = std::make_shared<std::string>();
  log_level->add_option("LEVEL", *level, "the least serious that is written")
      ->required()
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}));
  context.OnRun(*log_level, [&context, level] { return SetLogLevel(context, *level); });
}

}  // namespace corridor
