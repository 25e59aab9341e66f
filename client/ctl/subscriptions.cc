#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/ctl/commands.h"
#include "client/ctl/dead_letters.h"
#include "client/ctl/dry_run.h"
#include "client/ctl/duration_flag.h"
#include "client/ctl/filter_flags.h"
#include "client/ctl/limit_flag.h"
#include "client/ctl/output.h"
#include "client/ctl/repeat.h"
#include "client/ctl/subscription_name.h"
#include "client/ctl/subscriptions_seek.h"
#include "client/ctl/textproto.h"
#include "core/base/status_macros.h"

namespace corridor {
namespace {

constexpr char kCreateFooter[] =
    "Flags describe one clause: every flag must hold, any of its values will do. Filters of "
    "several\n"
    "clauses come with --file (textproto of corridor.v1.Subscription). Creating the same again is "
    "no\n"
    "error.\n\n"
    "Examples:\n"
    "  corridorctl subscriptions create all\n"
    "  corridorctl subscriptions create scams --purpose forced-criminality --place THA,MMR\n";
constexpr char kUpdateFooter[] =
    "Only what is given changes. A new filter holds for what has not been delivered yet.\n\n"
    "Examples:\n"
    "  corridorctl subscriptions update scams --place THA,MMR,KHM\n"
    "  corridorctl subscriptions update scams --everything\n";

struct SubscriptionFlags {
  std::string name;
  std::string file;
  FilterFlags filter;
  absl::Duration ack_timeout = absl::ZeroDuration();
  uint32_t unsettled_max = 0;
  std::optional<uint32_t> failures_max;
  std::string sharing;
  bool include_non_actual = false;
  bool from_oldest = false;
  bool everything = false;
  std::string etag;
  bool dry_run = false;
  size_t limit = 0;
};

absl::StatusOr<v1::SessionSharing> SharingFrom(const std::string& text) {
  if (text.empty()) return v1::SESSION_SHARING_UNSPECIFIED;
  if (text == "takeover") return v1::SESSION_SHARING_TAKEOVER;
  if (text == "shared") return v1::SESSION_SHARING_SHARED;
  if (text == "standby") return v1::SESSION_SHARING_STANDBY;
  return UsageError("--sharing: give takeover, shared or standby");
}

absl::StatusOr<v1::Subscription> FromFlags(Context& context, const SubscriptionFlags& flags) {
  v1::Subscription subscription;
  if (!flags.file.empty()) {
    ASSIGN_OR_RETURN(const std::string text, ReadAll(flags.file, context.in));
    RETURN_IF_ERROR(ParseTextproto(text, flags.file, subscription));
  }
  if (!flags.name.empty()) subscription.set_name(FullName(flags.name));
  ASSIGN_OR_RETURN(const v1::Filter filter, flags.filter.ToFilter());
  if (!filter.clauses().empty()) *subscription.mutable_filter() = filter;
  if (flags.ack_timeout > absl::ZeroDuration()) {
    subscription.mutable_ack_timeout()->set_seconds(absl::ToInt64Seconds(flags.ack_timeout));
  }
  if (flags.unsettled_max > 0) subscription.set_unsettled_max(flags.unsettled_max);
  if (flags.failures_max) subscription.set_failures_max(*flags.failures_max);
  ASSIGN_OR_RETURN(const v1::SessionSharing sharing, SharingFrom(flags.sharing));
  if (!flags.sharing.empty()) subscription.set_session_sharing(sharing);
  if (flags.include_non_actual) subscription.set_include_non_actual(true);
  if (flags.from_oldest) subscription.set_start_from(v1::START_FROM_OLDEST);
  return subscription;
}

void AddSettings(CLI::App& command, SubscriptionFlags& flags) {
  flags.filter.AddTo(command);
  AddDurationFlag(command, "--ack-timeout", flags.ack_timeout,
                  "deliver again what is not settled after this time (10s to 10m)");
  command.add_option("--unsettled-max", flags.unsettled_max, "deliveries outstanding at most");
  command.add_option("--failures-max", flags.failures_max,
                     "make it a dead letter when it came to nothing so often (0: never)");
  command.add_option("--sharing", flags.sharing,
                     "when several sessions attach: takeover, shared or standby");
}

void ShowOne(Context& context, const v1::Subscription& subscription) {
  if (context.json()) {
    context.out << MessageToJson(subscription).dump() << "\n";
    return;
  }
  context.out << subscription.name() << "\n"
              << "  wants    "
              << (subscription.filter().clauses().empty()
                      ? "everything its owner may have"
                      : Printable(MessageToJson(subscription.filter())["clauses"].dump()))
              << (subscription.include_non_actual() ? ", exercises and tests too" : "") << "\n"
              << (subscription.paused() ? "  paused   nothing is delivered\n" : "") << "  created  "
              << TimeText(subscription.create_time(), context.time_zone()) << "\n"
              << "  etag     " << subscription.etag() << "\n";
}

int Create(Context& context, const SubscriptionFlags& flags) {
  absl::StatusOr<v1::Subscription> wanted = FromFlags(context, flags);
  if (!wanted.ok()) return context.Fail(wanted.status());
  auto subscriber = context.OpenSubscriber();
  if (!subscriber.ok()) return context.Fail(subscriber.status());
  const auto created = (*subscriber)->CreateSubscription(*std::move(wanted));
  if (!created.ok()) return context.Fail(created.status());
  ShowOne(context, *created);
  return kExitOk;
}

int List(Context& context, const SubscriptionFlags& flags) {
  auto subscriber = context.OpenSubscriber();
  if (!subscriber.ok()) return context.Fail(subscriber.status());
  const auto all = (*subscriber)->ListSubscriptions(flags.limit);
  if (!all.ok()) return context.Fail(all.status());
  Table table({"NAME", "CREATED", "CLAUSES", "OWNER"});
  for (const v1::Subscription& subscription : *all) {
    if (context.json()) {
      context.out << MessageToJson(subscription).dump() << "\n";
    }
    table.Add({subscription.name(), TimeText(subscription.create_time(), context.time_zone()),
               absl::StrCat(subscription.filter().clauses_size()),
               ShortMember(subscription.owner())});
  }
  if (!context.json()) table.Print(context.out, "No subscription.");
  return kExitOk;
}

const char* StateText(v1::DeliveryState state) {
  switch (state) {
    case v1::DELIVERY_STATE_PAUSED:
      return "paused by its owner: `subscriptions resume` goes on";
    case v1::DELIVERY_STATE_DETACHED:
      return "nobody is attached: what arrives waits";
    case v1::DELIVERY_STATE_UNSETTLED_MAX:
      return "too many deliveries are not settled: settle some, or raise --unsettled-max";
    case v1::DELIVERY_STATE_WINDOW_FULL:
      return "the session has all that it asked for";
    case v1::DELIVERY_STATE_FLOWING:
      return "delivering";
    case v1::DELIVERY_STATE_CURRENT:
      return "everything was looked at";
    default:
      return "not said by this broker";
  }
}

int Show(Context& context, const SubscriptionFlags& flags) {
  auto subscriber = context.OpenSubscriber();
  if (!subscriber.ok()) return context.Fail(subscriber.status());
  const auto found = (*subscriber)->GetSubscription(FullName(flags.name));
  if (!found.ok()) return context.Fail(found.status());
  if (context.json()) {
    context.out << MessageToJson(*found).dump(2) << "\n";
    return kExitOk;
  }
  ShowOne(context, found->subscription());
  context.out << "  sessions " << found->status().sessions() << ", unsettled "
              << found->status().unsettled() << ", dead letters " << found->status().dead_letters()
              << "\n"
              << "  state    " << StateText(found->status().delivery_state()) << "\n";
  Table table({"LANE", "SETTLED", "CURSOR", "HEAD", "BACKLOG"});
  for (const v1::LaneProgress& lane : found->status().lanes()) {
    table.Add({ShortName(lane.lane()), absl::StrCat(lane.settled_offset()),
               absl::StrCat(lane.cursor_offset()), absl::StrCat(lane.head_offset()),
               absl::StrCat(lane.backlog())});
  }
  table.Print(context.out, "");
  return kExitOk;
}

int Update(Context& context, const SubscriptionFlags& flags) {
  absl::StatusOr<v1::Subscription> wanted = FromFlags(context, flags);
  if (!wanted.ok()) return context.Fail(wanted.status());
  v1::UpdateSubscriptionRequest request;
  *request.mutable_subscription() = *std::move(wanted);
  request.mutable_subscription()->set_etag(flags.etag);
  if (request.subscription().has_filter() || flags.everything) {
    request.mutable_update_mask()->add_paths("filter");
  }
  if (request.subscription().has_ack_timeout()) {
    request.mutable_update_mask()->add_paths("ack_timeout");
  }
  if (flags.unsettled_max > 0) request.mutable_update_mask()->add_paths("unsettled_max");
  if (flags.failures_max) request.mutable_update_mask()->add_paths("failures_max");
  if (!flags.sharing.empty()) request.mutable_update_mask()->add_paths("session_sharing");
  // An empty mask would mean every field.
  if (request.update_mask().paths().empty() && flags.file.empty()) {
    return context.Fail(UsageError("nothing to change: give a filter or another setting"));
  }
  auto subscriber = context.OpenSubscriber();
  if (!subscriber.ok()) return context.Fail(subscriber.status());
  const auto updated = (*subscriber)->UpdateSubscription(request);
  if (!updated.ok()) return context.Fail(updated.status());
  ShowOne(context, *updated);
  return kExitOk;
}

int SetPaused(Context& context, const SubscriptionFlags& flags, bool paused) {
  auto subscriber = context.OpenSubscriber();
  if (!subscriber.ok()) return context.Fail(subscriber.status());
  v1::UpdateSubscriptionRequest request;
  request.mutable_subscription()->set_name(FullName(flags.name));
  request.mutable_subscription()->set_paused(paused);
  request.mutable_update_mask()->add_paths("paused");
  const auto updated = (*subscriber)->UpdateSubscription(request);
  if (!updated.ok()) return context.Fail(updated.status());
  ShowOne(context, *updated);
  return kExitOk;
}

int Pause(Context& context, const SubscriptionFlags& flags) {
  return SetPaused(context, flags, true);
}

int Resume(Context& context, const SubscriptionFlags& flags) {
  return SetPaused(context, flags, false);
}

absl::StatusOr<DryRun> WouldDelete(Context& context, const SubscriptionFlags& flags) {
  ASSIGN_OR_RETURN(const auto subscriber, context.OpenSubscriber());
  ASSIGN_OR_RETURN(const v1::GetSubscriptionResponse found,
                   subscriber->GetSubscription(FullName(flags.name)));
  DryRun would("delete " + FullName(flags.name));
  if (!flags.etag.empty() && flags.etag != found.subscription().etag()) {
    would.Nothing("it has changed since: its etag is " + found.subscription().etag());
    return would;
  }
  for (const v1::LaneProgress& lane : found.status().lanes()) {
    would.Say(ShortName(lane.lane()),
              absl::StrCat("settled up to ", lane.settled_offset(), "; ", lane.backlog(),
                           " records behind would not be delivered"));
  }
  would.Say("unsettled", absl::StrCat(found.status().unsettled()));
  would.Say("dead letters", absl::StrCat(found.status().dead_letters()));
  would.Say("sessions", absl::StrCat(found.status().sessions(), " would end"));
  return would;
}

int Delete(Context& context, const SubscriptionFlags& flags) {
  if (flags.dry_run) return ShowDryRun(context, WouldDelete(context, flags));
  auto subscriber = context.OpenSubscriber();
  if (!subscriber.ok()) return context.Fail(subscriber.status());
  const absl::Status deleted = (*subscriber)->DeleteSubscription(FullName(flags.name), flags.etag);
  if (!deleted.ok()) return context.Fail(deleted);
  if (!context.json()) context.out << FullName(flags.name) << " deleted\n";
  return kExitOk;
}

}  // namespace

void AddSubscriptionsCommand(CLI::App& app, Context& context) {
  auto flags = std::make_shared<SubscriptionFlags>();
  CLI::App* group = app.add_subcommand("subscriptions",
                                       "What one receives: create, list, show, update, pause, "
                                       "resume, seek, resync, dead-letters, delete");
  group->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, auto run, bool named) {
    CLI::App* command = group->add_subcommand(name, help);
    if (named) command->add_option("NAME", flags->name, "a-z, 0-9 and hyphen")->required();
    context.OnRun(*command, [&context, flags, run] { return run(context, *flags); });
    return command;
  };
  const auto add_show = [&](const char* name, const char* help, auto run, bool named) {
    CLI::App* command = group->add_subcommand(name, help);
    if (named) command->add_option("NAME", flags->name, "a-z, 0-9 and hyphen")->required();
    OnShow(context, *command, [&context, flags, run] { return run(context, *flags); });
    return command;
  };

  CLI::App* create = add("create", "Create a subscription", Create, true);
  AddSettings(*create, *flags);
  create->add_option("--file", flags->file, "textproto of corridor.v1.Subscription");
  create->add_flag("--non-actual", flags->include_non_actual, "also exercises and tests");
  create->add_flag("--from-oldest", flags->from_oldest, "begin with the oldest statement retained");
  create->footer(kCreateFooter);

  CLI::App* list = add_show("list", "List one's subscriptions", List, false);
  AddLimitFlag(*list, flags->limit);
  list->footer("Examples:\n  corridorctl subscriptions list\n");
  add_show("show", "Show a subscription and how it stands", Show, true)
      ->footer("Examples:\n  corridorctl subscriptions show all\n");

  CLI::App* update = add("update", "Change a subscription", Update, true);
  AddSettings(*update, *flags);
  update->add_option("--file", flags->file, "textproto of corridor.v1.Subscription, whole");
  update->add_flag("--everything", flags->everything, "no filter any more");
  update->add_option("--etag", flags->etag, "only if this is its etag");
  update->footer(kUpdateFooter);

  add("pause", "Deliver nothing until it is resumed; what arrives waits", Pause, true)
      ->footer("Examples:\n  corridorctl subscriptions pause scams\n");
  add("resume", "Deliver again, and what has waited first", Resume, true)
      ->footer("Examples:\n  corridorctl subscriptions resume scams\n");

  AddSeekCommand(*group, context);
  AddResyncCommand(*group, context);
  AddDeadLettersCommand(*group, context);

  CLI::App* remove = add("delete", "Delete a subscription and its cursor", Delete, true);
  remove->add_option("--etag", flags->etag, "only if this is its etag");
  AddDryRunFlag(*remove, flags->dry_run);
  remove->footer("Examples:\n  corridorctl subscriptions delete scams\n");
}

}  // namespace corridor
