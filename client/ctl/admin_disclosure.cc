// What the data-protection officer does.

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/ctl/commands.h"
#include "client/ctl/dry_run.h"
#include "client/ctl/limit_flag.h"
#include "client/ctl/output.h"
#include "client/ctl/repeat.h"
#include "client/ctl/textproto.h"
#include "core/base/status_macros.h"

namespace corridor {
namespace {

struct DisclosureFlags {
  std::string publisher, alert, holder, agreement, member;
  bool dry_run = false;
  size_t limit = 0;
};

void Print(Context& context, const std::vector<v1::StatementDisclosure>& statements) {
  Table table({"ALERT", "STATEMENT", "KIND", "SINCE", "CERTAINTY", "HOLDER"});
  for (const v1::StatementDisclosure& statement : statements) {
    if (context.json()) context.out << MessageToJson(statement).dump() << "\n";
    for (const v1::DisclosedTo& to : statement.disclosed_to()) {
      table.Add({IdText(statement.alert_id()), IdText(statement.statement_id()),
                 statement.erased() ? "erased" : ShortName(statement.kind()),
                 TimeText(to.since(), context.time_zone()), ShortName(to.certainty()),
                 Printable(ShortMember(to.holder()))});
    }
  }
  if (!context.json()) table.Print(context.out, "Nothing was disclosed.");
}

absl::StatusOr<int> OfAlert(Context& context, const DisclosureFlags& flags) {
  ASSIGN_OR_RETURN(const std::string id, IdFromText(flags.alert));
  ASSIGN_OR_RETURN(const auto admin, context.OpenAdmin());
  ASSIGN_OR_RETURN(const auto statements,
                   admin->ReportAlertDisclosures(MemberFromShort(flags.publisher), id));
  Print(context, statements);
  return kExitOk;
}

absl::StatusOr<int> OfHolder(Context& context, const DisclosureFlags& flags) {
  ASSIGN_OR_RETURN(const auto admin, context.OpenAdmin());
  ASSIGN_OR_RETURN(const auto statements,
                   admin->ReportHolderDisclosures(MemberFromShort(flags.holder)));
  Print(context, statements);
  return kExitOk;
}

absl::StatusOr<int> Record(Context& context, const DisclosureFlags& flags) {
  ASSIGN_OR_RETURN(const auto admin, context.OpenAdmin());
  ASSIGN_OR_RETURN(const v1::ProcessingRecord record, admin->GetProcessingRecord(flags.agreement));
  context.out << MessageToJson(record).dump(context.json() ? -1 : 2) << "\n";
  return kExitOk;
}

void PrintReach(Context& context, const std::vector<v1::SuspendedReach>& suspended) {
  Table table({"MEMBER", "SINCE", "BY"});
  for (const v1::SuspendedReach& reach : suspended) {
    if (context.json()) context.out << MessageToJson(reach).dump() << "\n";
    table.Add({ShortMember(reach.member()), TimeText(reach.suspended_at(), context.time_zone()),
               reach.suspended_by()});
  }
  if (!context.json()) table.Print(context.out, "Nobody's reach is suspended.");
}

absl::StatusOr<DryRun> WouldSuspend(Context& context, const std::string& member) {
  ASSIGN_OR_RETURN(const auto admin, context.OpenAdmin());
  ASSIGN_OR_RETURN(const std::vector<v1::SuspendedReach> suspended, admin->ListSuspendedReach());
  ASSIGN_OR_RETURN(const v1::GetStatusResponse status, admin->GetStatus());
  DryRun found("hold back what reaches " + ShortMember(member));
  for (const v1::SuspendedReach& reach : suspended) {
    if (reach.member() == member) found.Nothing("it is held back already");
  }
  found.Count("stand still", SubscriptionsOfMember(status, member));
  return found;
}

absl::StatusOr<int> Suspend(Context& context, const DisclosureFlags& flags) {
  if (flags.dry_run) {
    ASSIGN_OR_RETURN(const DryRun found, WouldSuspend(context, MemberFromShort(flags.member)));
    return found.Show(context);
  }
  ASSIGN_OR_RETURN(const auto admin, context.OpenAdmin());
  ASSIGN_OR_RETURN(const v1::SuspendedReach reach,
                   admin->SuspendReach(MemberFromShort(flags.member)));
  PrintReach(context, {reach});
  return kExitOk;
}

absl::StatusOr<int> Restore(Context& context, const DisclosureFlags& flags) {
  ASSIGN_OR_RETURN(const auto admin, context.OpenAdmin());
  RETURN_IF_ERROR(admin->RestoreReach(MemberFromShort(flags.member)));
  if (!context.json()) context.out << flags.member << ": reached again\n";
  return kExitOk;
}

int ListReach(Context& context, size_t limit) {
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  const auto suspended = (*admin)->ListSuspendedReach(limit);
  if (!suspended.ok()) return context.Fail(suspended.status());
  PrintReach(context, *suspended);
  return kExitOk;
}

template <typename Act>
void OnRun(CLI::App& command, Context& context, Act act) {
  context.OnRun(command, [&context, act = std::move(act)] {
    const absl::StatusOr<int> code = act();
    return code.ok() ? *code : context.Fail(code.status());
  });
}

}  // namespace

void AddAdminDisclosure(CLI::App& admin, Context& context) {
  auto flags = std::make_shared<DisclosureFlags>();
  CLI::App* group = admin.add_subcommand(
      "disclosure", "Who may have received what; for the data-protection officer");
  group->require_subcommand(1);

  CLI::App* alert = group->add_subcommand("alert", "Who may have received an alert");
  alert->add_option("PUBLISHER", flags->publisher, "its publisher")->required();
  alert->add_option("ALERT", flags->alert, "its id")->required();
  alert->footer(
      "Examples:\n  corridorctl admin disclosure alert ke-desk@eastafrica.example "
      "0190c6f1-2ab3-7cd4-8ef5-6a7b8c9d0e1f\n");
  OnRun(*alert, context, [&context, flags] { return OfAlert(context, *flags); });

  CLI::App* holder = group->add_subcommand("holder", "What somebody may have received");
  holder->add_option("HOLDER", flags->holder, "SPIFFE ID of a principal, or a region")->required();
  holder->footer("Examples:\n  corridorctl admin disclosure holder sea.example\n");
  OnRun(*holder, context, [&context, flags] { return OfHolder(context, *flags); });

  CLI::App* record = group->add_subcommand("record", "What is processed under an agreement");
  record->add_option("AGREEMENT", flags->agreement, "its id")->required();
  record->footer("Examples:\n  corridorctl admin disclosure record eastafrica-to-sea\n");
  OnRun(*record, context, [&context, flags] { return Record(context, *flags); });
}

void AddAdminReach(CLI::App& admin, Context& context) {
  auto flags = std::make_shared<DisclosureFlags>();
  CLI::App* group =
      admin.add_subcommand("reach", "What reaches a member; for the data-protection officer");
  group->require_subcommand(1);

  CLI::App* suspend = group->add_subcommand("suspend", "Hold back what reaches a member");
  suspend->add_option("MEMBER", flags->member, "the member")->required();
  AddDryRunFlag(*suspend, flags->dry_run);
  suspend->footer(
      "Nothing is lost: its subscriptions keep their places.\n\n"
      "Examples:\n  corridorctl admin reach suspend ke-desk@eastafrica.example\n");
  OnRun(*suspend, context, [&context, flags] { return Suspend(context, *flags); });

  CLI::App* restore = group->add_subcommand("restore", "Let it reach the member again");
  restore->add_option("MEMBER", flags->member, "the member")->required();
  restore->footer("Examples:\n  corridorctl admin reach restore ke-desk@eastafrica.example\n");
  OnRun(*restore, context, [&context, flags] { return Restore(context, *flags); });

  CLI::App* list = group->add_subcommand("list", "Whose reach is suspended");
  AddLimitFlag(*list, flags->limit);
  list->footer("Examples:\n  corridorctl admin reach list\n");
  OnShow(context, *list, [&context, flags] { return ListReach(context, flags->limit); });
}

}  // namespace corridor
