#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "client/ctl/commands.h"
#include "client/ctl/output.h"
#include "client/ctl/repeat.h"

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

int List(Context& context) {
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  const auto acts = (*admin)->ListPendingActs();
  if (!acts.ok()) return context.Fail(acts.status());
  Print(context, *acts);
  return kExitOk;
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
  CLI::App* group =
      admin.add_subcommand("approvals", "Acts that open the region and wait for a second person");
  group->require_subcommand(1);

  CLI::App* list = group->add_subcommand("list", "What waits");
  list->footer("Examples:\n  corridorctl admin approvals list\n");
  OnShow(context, *list, [&context] { return List(context); });

  CLI::App* approve =
      group->add_subcommand("approve", "Let an act of another operator take effect");
  approve->add_option("ID", *id, "as list shows it")->required();
  approve->footer(
      "Examples:\n  corridorctl admin approvals approve agreements/eastafrica-to-sea\n");
  context.OnRun(*approve, [&context, id] { return Decide(context, *id, true); });

  CLI::App* refuse = group->add_subcommand("refuse", "Drop an act; also one's own");
  refuse->add_option("ID", *id, "as list shows it")->required();
  refuse->footer("Examples:\n  corridorctl admin approvals refuse agreements/eastafrica-to-sea\n");
  context.OnRun(*refuse, [&context, id] { return Decide(context, *id, false); });
}

}  // namespace corridor
