#include <cstdint>
#include <memory>
#include <ostream>
#include <string>

#include "client/ctl/commands.h"
#include "client/ctl/delivery_output.h"
#include "client/ctl/duration_flag.h"
#include "client/ctl/output.h"
#include "client/ctl/subscription_name.h"

namespace corridor {
namespace {

constexpr char kFooter[] =
    "For jobs that run by the clock: shows what is there, acknowledges it once it is written, "
    "and\n"
    "ends. What could not be acknowledged comes again. Exit code 0, also when nothing was there;\n"
    "1 when a session is attached, unless the subscription is shared.\n\n"
    "Examples:\n"
    "  corridorctl pull scams --format=json >> scams.jsonl\n"
    "  corridorctl pull scams --count 20 --wait 10s\n";

struct PullFlags {
  std::string subscription;
  bool acknowledge = true;
  uint32_t count = 100;
  absl::Duration wait = absl::ZeroDuration();
};

absl::Status ShowAndSettle(Context& context, const PullFlags& flags, Subscriber& subscriber,
                           const Pulled& pulled) {
  v1::Settlement settlement;
  for (const Pulled::Item& item : pulled.items) {
    ShowDelivery(context, item.delivery);
    if (flags.acknowledge) {
      settlement.add_acknowledged(item.lease);
    } else {
      settlement.add_deferred()->set_lease(item.lease);
    }
  }
  if (pulled.refused > 0) context.err << pulled.refused << " deliveries failed verification\n";
  if (pulled.items.empty()) return absl::OkStatus();
  // What a full disk or a closed pipe swallowed is not acknowledged.
  if (!context.out.good()) return absl::DataLossError("the output could not be written");
  const auto settled = subscriber.Settle(flags.subscription, std::move(settlement));
  if (!settled.ok()) return settled.status();
  if (settled->stale_size() > 0) {
    context.err << settled->stale_size() << " deliveries come again: their leases ran out\n";
  }
  return absl::OkStatus();
}

int Run(Context& context, PullFlags& flags) {
  flags.subscription = FullName(flags.subscription);
  auto subscriber = context.OpenSubscriber();
  if (!subscriber.ok()) return context.Fail(subscriber.status());
  const auto pulled = (*subscriber)
                          ->Pull({.subscription = flags.subscription,
                                  .messages_max = flags.count,
                                  .wait = flags.wait});
  if (!pulled.ok()) return context.Fail(pulled.status());
  const absl::Status shown = ShowAndSettle(context, flags, **subscriber, *pulled);
  return shown.ok() ? kExitOk : context.Fail(shown);
}

}  // namespace

void AddPullCommand(CLI::App& app, Context& context) {
  auto flags = std::make_shared<PullFlags>();
  CLI::App* command = app.add_subcommand("pull", "Show what a subscription has, and end");
  command->add_option("SUBSCRIPTION", flags->subscription, "its name")->required();
  command->add_flag("--ack,!--no-ack", flags->acknowledge,
                    "acknowledge what was shown (the default), or give it back");
  command->add_option("--count", flags->count, "statements at most: 1 to 1,000; 100 if not given");
  AddDurationFlag(*command, "--wait", flags->wait, "wait so long for the first (30s at most)");
  command->footer(kFooter);
  context.OnRun(*command, [&context, flags] { return Run(context, *flags); });
}

}  // namespace corridor
