#include "client/ctl/subscriptions_seek.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/ctl/delivery_output.h"
#include "client/ctl/output.h"
#include "client/ctl/subscription_name.h"
#include "client/ctl/textproto.h"
#include "core/base/status_macros.h"

namespace corridor {
namespace {

constexpr char kFooter[] =
    "Moves a subscription back or forth. Going back brings again what is still there: nothing\n"
    "that was erased, or that a later revision replaced. Sessions attach again by themselves.\n"
    "With --dry-run it only says what would happen.\n\n"
    "Examples:\n"
    "  corridorctl subscriptions seek scams --to-time 2026-03-01 --dry-run\n"
    "  corridorctl subscriptions seek scams --to-offset 1200\n"
    "  corridorctl subscriptions seek scams --to-end\n";

struct SeekFlags {
  std::string name;
  std::string time;
  std::optional<uint64_t> offset;
  bool end = false;
  bool dry_run = false;
};

absl::StatusOr<v1::SeekRequest> RequestFrom(const Context& context, const SeekFlags& flags) {
  const int targets = int{!flags.time.empty()} + int{flags.offset.has_value()} + int{flags.end};
  if (targets != 1) return UsageError("give one of --to-time, --to-offset and --to-end");
  v1::SeekRequest request;
  request.set_subscription(FullName(flags.name));
  request.set_dry_run(flags.dry_run);
  if (!flags.time.empty()) {
    ASSIGN_OR_RETURN(const absl::Time time, ParseWhen(flags.time, context.clock.Now(), false));
    *request.mutable_time() = TimestampOf(time);
  } else if (flags.offset) {
    request.mutable_position()->set_offset(*flags.offset);
  } else {
    request.set_end(true);
  }
  return request;
}

int Run(Context& context, const SeekFlags& flags) {
  const auto request = RequestFrom(context, flags);
  if (!request.ok()) return context.Fail(request.status());
  auto subscriber = context.OpenSubscriber();
  if (!subscriber.ok()) return context.Fail(subscriber.status());
  const auto effect = (*subscriber)->Seek(*request);
  if (!effect.ok()) return context.Fail(effect.status());
  if (context.json()) {
    context.out << MessageToJson(*effect).dump() << "\n";
    return kExitOk;
  }
  Table table({"LANE", "FROM", "TO", "AGAIN AT MOST", "PASSED OVER AT MOST"});
  for (const v1::LaneSeek& lane : effect->lanes()) {
    table.Add({ShortName(lane.lane()), absl::StrCat(lane.settled_offset_before()),
               absl::StrCat(lane.settled_offset()), absl::StrCat(lane.again_max()),
               absl::StrCat(lane.skipped_max())});
  }
  table.Print(context.out, "");
  if (flags.dry_run) context.out << "Nothing was moved (--dry-run).\n";
  return kExitOk;
}

constexpr char kResyncFooter[] =
    "Shows each alert that holds now, once, in its latest revision, then moves the subscription "
    "to\n"
    "the position that this is as of: what `watch` or `pull` bring next keeps a mirror true.\n\n"
    "Examples:\n"
    "  corridorctl subscriptions resync scams --format=json > mirror.jsonl\n";

// The position that a list of what holds now is as of is the end.
int WouldResync(Context& context, const std::string& name) {
  SeekFlags flags;
  flags.name = name;
  flags.end = true;
  flags.dry_run = true;
  return Run(context, flags);
}

int Resync(Context& context, const std::string& name) {
  auto subscriber = context.OpenSubscriber();
  if (!subscriber.ok()) return context.Fail(subscriber.status());
  const auto position =
      (*subscriber)
          ->Resynchronise(FullName(name),
                          [&context](const v1::Alert&, const Delivery& delivery) -> absl::Status {
                            ShowDelivery(context, delivery);
                            if (context.out.good()) return absl::OkStatus();
                            return absl::DataLossError("the output could not be written");
                          });
  if (!position.ok()) return context.Fail(position.status());
  context.err << "as of offset " << position->offset() << "\n";
  return kExitOk;
}

}  // namespace

void AddResyncCommand(CLI::App& subscriptions, Context& context) {
  auto name = std::make_shared<std::string>();
  auto dry_run = std::make_shared<bool>(false);
  CLI::App* command =
      subscriptions.add_subcommand("resync", "Show all that holds now, and go on from there");
  command->add_option("NAME", *name, "the subscription")->required();
  command->add_flag("--dry-run", *dry_run, "only say how far it would be moved");
  command->footer(kResyncFooter);
  context.OnRun(*command, [&context, name, dry_run] {
    return *dry_run ? WouldResync(context, *name) : Resync(context, *name);
  });
}

void AddSeekCommand(CLI::App& subscriptions, Context& context) {
  auto flags = std::make_shared<SeekFlags>();
  CLI::App* command =
      subscriptions.add_subcommand("seek", "Go back to a time or position, or forth");
  command->add_option("NAME", flags->name, "the subscription")->required();
  command->add_option("--to-time", flags->time, "to what was appended then or later");
  command->add_option("--to-offset", flags->offset, "to what lies behind this offset");
  command->add_flag("--to-end", flags->end, "pass over everything there is");
  command->add_flag("--dry-run", flags->dry_run, "only say what would happen");
  command->footer(kFooter);
  context.OnRun(*command, [&context, flags] { return Run(context, *flags); });
}

}  // namespace corridor
