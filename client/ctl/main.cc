#include <iostream>

#include "client/ctl/commands.h"
#include "client/ctl/context.h"
#include "client/ctl/screen.h"
#include "core/base/clock.h"

namespace {

constexpr char kFooter[] =
    "Exit codes: 0 done; 1 refused or failed; 2 the command line or an input file is wrong;\n"
    "3 no broker answered.\n\n"
    "Examples:\n"
    "  export CORRIDOR_PROFILE=ke-desk.profile\n"
    "  corridorctl check alert.json && corridorctl publish alert.json\n"
    "  corridorctl subscriptions create all\n"
    "  corridorctl watch all\n";

}  // namespace

int main(int argc, char** argv) {
  const corridor::SystemClock clock;
  corridor::Context context(std::cin, std::cout, std::cerr, clock);
  context.screen = corridor::StandardScreen;
  CLI::App app("Warnings of human trafficking between national agencies.", "corridorctl");
  app.footer(kFooter);
  app.require_subcommand(1);
  // The flags for all commands may stand after the command too.
  app.fallthrough();
  app.set_version_flag("--version", "corridorctl 0.1.0");
  context.AddFlags(app);
  corridor::AddPublishCommand(app, context);
  corridor::AddCheckCommand(app, context);
  corridor::AddPullCommand(app, context);
  corridor::AddWatchCommand(app, context);
  corridor::AddAlertsCommand(app, context);
  corridor::AddExplainCommand(app, context);
  corridor::AddSubscriptionsCommand(app, context);
  corridor::AddImportCommand(app, context);
  corridor::AddAdminCommand(app, context);
  corridor::AddAuditCommand(app, context);
  corridor::AddCertsCommand(app, context);
  corridor::AddInitCommand(app, context);
  corridor::AddReferenceCommands(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Asking for help is no error.
    return app.exit(error) == 0 ? corridor::kExitOk : corridor::kExitUsage;
  }
  return context.exit_code;
}
