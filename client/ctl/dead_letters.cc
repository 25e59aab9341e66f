#include "client/ctl/dead_letters.h"
#include "client/ctl/dry_run.h"
#include "client/ctl/limit_flag.h"

#include <cstdint>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/ctl/output.h"
#include "client/ctl/repeat.h"
#include "client/ctl/subscription_name.h"
#include "core/base/status_macros.h"
#include "core/crypto/digest.h"

namespace corridor {
namespace {

struct DeadLetterFlags {
  std::string name;
  std::vector<std::string> ids;
  bool all = false;
  bool dry_run = false;
  size_t limit = 0;
};

const char* ReasonText(v1::DeadLetterReason reason) {
  switch (reason) {
    case v1::DEAD_LETTER_REASON_REJECTED:
      return "rejected";
    case v1::DEAD_LETTER_REASON_FAILURES_MAX:
      return "failed too often";
    default:
      return "not said";
  }
}

void AddRow(const Context& context, const v1::DeadLetter& letter, Table& table) {
  v1::StatementBody body;
  const bool readable = body.ParseFromString(letter.statement().statement().body());
  table.Add({HexEncode(letter.id()), TimeText(letter.time(), context.time_zone()),
             absl::StrCat(ReasonText(letter.reason()), letter.redriven() ? ", redriven" : ""),
             absl::StrCat(letter.attempts()), readable ? IdText(body.alert_id()) : "withheld",
             Printable(letter.note())});
}

int List(Context& context, const DeadLetterFlags& flags) {
  auto subscriber = context.OpenSubscriber();
  if (!subscriber.ok()) return context.Fail(subscriber.status());
  Table table({"ID", "SINCE", "WHY", "ATTEMPTS", "ALERT", "NOTE"});
  v1::ListDeadLettersRequest request;
  request.set_subscription(FullName(flags.name));
  do {
    request.set_page_size(NextPageSize(flags.limit, table.size(), 500));
    const auto page = (*subscriber)->ListDeadLetters(request);
    if (!page.ok()) return context.Fail(page.status());
    for (const v1::DeadLetter& letter : page->dead_letters()) {
      if (context.json()) context.out << MessageToJson(letter).dump() << "\n";
      AddRow(context, letter, table);
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty() && NextPageSize(flags.limit, table.size(), 500) > 0);
  if (!context.json()) table.Print(context.out, "No dead letter.");
  return kExitOk;
}

absl::StatusOr<v1::DeadLetterSelection> SelectionFrom(const DeadLetterFlags& flags) {
  if (flags.all == !flags.ids.empty()) return UsageError("give ids as `list` shows them, or --all");
  v1::DeadLetterSelection selection;
  selection.set_all(flags.all);
  for (const std::string& text : flags.ids) {
    const auto id = HexDecode(text);
    if (!id.ok()) return UsageError(absl::StrCat(text, " is no id of a dead letter"));
    selection.add_ids(*id);
  }
  return selection;
}

// Which of those selected are there.
absl::StatusOr<DryRun> WouldApply(Context& context, const DeadLetterFlags& flags,
                                  const v1::DeadLetterSelection& selection, const char* act) {
  ASSIGN_OR_RETURN(const auto subscriber, context.OpenSubscriber());
  const std::set<std::string> wanted(selection.ids().begin(), selection.ids().end());
  v1::ListDeadLettersRequest request;
  request.set_subscription(FullName(flags.name));
  request.set_page_size(500);
  std::vector<std::string> there;
  do {
    ASSIGN_OR_RETURN(const v1::ListDeadLettersResponse page, subscriber->ListDeadLetters(request));
    for (const v1::DeadLetter& letter : page.dead_letters()) {
      if (selection.all() || wanted.contains(letter.id())) {
        there.push_back(absl::StrCat(HexEncode(letter.id()), ", ", ReasonText(letter.reason())));
      }
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  DryRun found(absl::StrCat(act, " dead letters of ", FullName(flags.name)));
  if (there.empty()) found.Nothing("none of them is there");
  found.Count("dead letters", std::move(there));
  return found;
}

using Change = absl::StatusOr<uint32_t> (Subscriber::*)(std::string_view,
                                                        const v1::DeadLetterSelection&);

int Apply(Context& context, const DeadLetterFlags& flags, Change change, const char* act,
          const char* done) {
  const auto selection = SelectionFrom(flags);
  if (!selection.ok()) return context.Fail(selection.status());
  if (flags.dry_run) return ShowDryRun(context, WouldApply(context, flags, *selection, act));
  auto subscriber = context.OpenSubscriber();
  if (!subscriber.ok()) return context.Fail(subscriber.status());
  const auto count = (**subscriber.*change)(FullName(flags.name), *selection);
  if (!count.ok()) return context.Fail(count.status());
  if (context.json()) {
    context.out << Json({{done, *count}}).dump() << "\n";
  } else {
    context.out << *count << " " << done << "\n";
  }
  return kExitOk;
}

}  // namespace

void AddDeadLettersCommand(CLI::App& subscriptions, Context& context) {
  auto flags = std::make_shared<DeadLetterFlags>();
  CLI::App* group = subscriptions.add_subcommand(
      "dead-letters", "What was rejected, or came to nothing too often: list, redrive, discard");
  group->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, const char* footer, auto run) {
    CLI::App* command = group->add_subcommand(name, help);
    command->add_option("NAME", flags->name, "the subscription")->required();
    command->footer(footer);
    context.OnRun(*command, [&context, flags, run] { return run(context, *flags); });
    return command;
  };
  const auto add_selection = [&](CLI::App& command) {
    command.add_option("ID", flags->ids, "as `list` shows it");
    command.add_flag("--all", flags->all, "all of them");
    AddDryRunFlag(command, flags->dry_run);
  };
  CLI::App* list = group->add_subcommand("list", "List dead letters, with the reason");
  list->add_option("NAME", flags->name, "the subscription")->required();
  AddLimitFlag(*list, flags->limit);
  list->footer("Examples:\n  corridorctl subscriptions dead-letters list scams\n");
  OnShow(context, *list, [&context, flags] { return List(context, *flags); });
  add_selection(*add("redrive", "Deliver dead letters again",
                     "Examples:\n  corridorctl subscriptions dead-letters redrive scams --all\n",
                     [](Context& c, const DeadLetterFlags& f) {
                       return Apply(c, f, &Subscriber::RedriveDeadLetters, "redrive", "redriven");
                     }));
  add_selection(*add("discard", "Forget dead letters: they are never delivered again",
                     "Examples:\n"
                     "  corridorctl subscriptions dead-letters discard scams "
                     "01000000000000002a\n",
                     [](Context& c, const DeadLetterFlags& f) {
                       return Apply(c, f, &Subscriber::DiscardDeadLetters, "discard", "discarded");
                     }));
}

}  // namespace corridor
