#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "client/ctl/commands.h"
#include "client/ctl/dry_run.h"
#include "client/ctl/limit_flag.h"
#include "client/ctl/output.h"
#include "client/ctl/repeat.h"
#include "core/base/status_macros.h"

namespace corridor {
namespace {

void Print(Context& context, const std::vector<v1::PendingAct>& acts) {
  Table table({"ID", "PROPOSED", "EXPIRES", "TAKES EFFECT", "BY"});
  for (const v1::PendingAct& act : acts) {
    if (context.json()) context.out << MessageToJson(act).dump() << "\n";
    table.Add({Printable(act.approval_id()), TimeText(act.proposed_at(), context.time_zone()),
               TimeText(act.expires_at(), context.time_zone()),
               act.has_takes_effect_at() ? TimeText(act.takes_effect_at(), context.time_zone())
                                         : "when approved",
               Printable(act.proposed_by())});
  }
  if (!context.json()) table.Print(context.out, "Nothing waits.");
}

int List(Context& context, size_t limit) {
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  const auto acts = (*admin)->ListPendingActs(limit);
  if (!acts.ok()) return context.Fail(acts.status());
  Print(context, *acts);
  return kExitOk;
}

absl::StatusOr<DryRun> WouldDecide(Context& context, const std::string& id, bool approve) {
  ASSIGN_OR_RETURN(const auto admin, context.OpenAdmin());
  ASSIGN_OR_RETURN(const std::vector<v1::PendingAct> acts, admin->ListPendingActs());
  for (const v1::PendingAct& act : acts) {
    if (act.approval_id() != id) continue;
    DryRun found((approve ? "approve " : "drop ") + id);
    found.Say("proposed", TimeText(act.proposed_at(), context.time_zone()) +
                              (act.proposed_by().empty() ? " by the configuration"
                                                         : " by " + act.proposed_by()));
    if (act.has_takes_effect_at()) {
      found.Say("by itself", "in effect " + TimeText(act.takes_effect_at(), context.time_zone()));
    }
    return found;
  }
  return absl::NotFoundError("nothing of that id waits");
}

int Decide(Context& context, const std::string& id, bool approve) {
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  const auto act = approve ? (*admin)->ApproveAct(id) : (*admin)->RefuseAct(id);
  if (!act.ok()) return context.Fail(act.status());
  if (context.json()) {
    context.out << MessageToJson(*act).dump() << "\n";
  } else {
    context.out << act->approval_id() << (approve ? ": in effect\n" : ": refused\n");
  }
  return kExitOk;
}

}  // namespace

void AddAdminApprovals(CLI::App& admin, Context& context) {
  auto id = std::make_shared<std::string>();
  auto dry_run = std::make_shared<bool>(false);
  CLI::App* group =
      admin.add_subcommand("approvals", "Acts that open the region and wait for a second person");
  group->require_subcommand(1);

  CLI::App* list = group->add_subcommand("list", "What waits");
  auto limit = std::make_shared<size_t>(0);
  AddLimitFlag(*list, *limit);
  list->footer("Examples:\n  corridorctl admin approvals list\n");
  OnShow(context, *list, [&context, limit] { return List(context, *limit); });

  CLI::App* approve =
      group->add_subcommand("approve", "Let an act of another operator take effect");
  approve->add_option("ID", *id, "as list shows it")->required();
  AddDryRunFlag(*approve, *dry_run);
  approve->footer(
      "Examples:\n  corridorctl admin approvals approve agreements/eastafrica-to-sea\n");
  context.OnRun(*approve, [&context, id, dry_run] {
    if (*dry_run) return ShowDryRun(context, WouldDecide(context, *id, true));
    return Decide(context, *id, true);
  });

  CLI::App* refuse = group->add_subcommand("refuse", "Drop an act; also one's own");
  refuse->add_option("ID", *id, "as list shows it")->required();
  AddDryRunFlag(*refuse, *dry_run);
  refuse->footer("Examples:\n  corridorctl admin approvals refuse agreements/eastafrica-to-sea\n");
  context.OnRun(*refuse, [&context, id, dry_run] {
    if (*dry_run) return ShowDryRun(context, WouldDecide(context, *id, false));
    return Decide(context, *id, false);
  });
}

}  // namespace corridor
