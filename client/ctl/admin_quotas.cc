#include <iterator>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/ctl/commands.h"
#include "client/ctl/dry_run.h"
#include "client/ctl/limit_flag.h"
#include "client/ctl/output.h"
#include "client/ctl/repeat.h"
#include "core/base/status_macros.h"

namespace corridor {
namespace {

std::string OrDefault(uint64_t value) { return value == 0 ? "-" : absl::StrCat(value); }

std::vector<std::string> RowOf(const v1::Quota& quota) {
  return {Printable(ShortMember(quota.principal())),
          OrDefault(quota.statements_per_second()),
          OrDefault(quota.bytes_per_second()),
          OrDefault(quota.calls_per_second()),
          OrDefault(quota.sessions()),
          OrDefault(quota.subscriptions())};
}

void Print(Context& context, const std::vector<v1::Quota>& quotas) {
  Table table({"PRINCIPAL", "STATEMENTS/S", "BYTES/S", "CALLS/S", "SESSIONS", "SUBSCRIPTIONS"});
  for (const v1::Quota& quota : quotas) {
    if (context.json()) context.out << MessageToJson(quota).dump() << "\n";
    table.Add(RowOf(quota));
  }
  if (!context.json()) table.Print(context.out, "Everybody has the default.");
}

int Set(Context& context, v1::Quota quota) {
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  quota.set_principal(MemberFromShort(quota.principal()));
  const auto set = (*admin)->SetQuota(std::move(quota));
  if (!set.ok()) return context.Fail(set.status());
  Print(context, {*set});
  return kExitOk;
}

int List(Context& context, size_t limit) {
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  const auto quotas = (*admin)->ListQuotas(limit);
  if (!quotas.ok()) return context.Fail(quotas.status());
  Print(context, *quotas);
  return kExitOk;
}

absl::StatusOr<DryRun> WouldDelete(Context& context, const std::string& principal) {
  ASSIGN_OR_RETURN(const auto admin, context.OpenAdmin());
  ASSIGN_OR_RETURN(const std::vector<v1::Quota> quotas, admin->ListQuotas());
  DryRun found("give the default to " + ShortMember(principal));
  for (const v1::Quota& quota : quotas) {
    if (quota.principal() != principal) continue;
    const std::vector<std::string> row = RowOf(quota);
    const char* const names[] = {"statements/s", "bytes/s", "calls/s", "sessions", "subscriptions"};
    for (size_t i = 0; i < std::size(names); ++i) {
      if (row[i + 1] != "-") found.Say(names[i], row[i + 1] + ", then the default");
    }
    return found;
  }
  found.Nothing("it has the default already");
  return found;
}

int Delete(Context& context, const std::string& principal) {
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  const absl::Status deleted = (*admin)->DeleteQuota(MemberFromShort(principal));
  if (!deleted.ok()) return context.Fail(deleted);
  if (!context.json()) context.out << MemberFromShort(principal) << ": the default\n";
  return kExitOk;
}

}  // namespace

void AddAdminQuotas(CLI::App& admin, Context& context) {
  CLI::App* group = admin.add_subcommand("quotas", "How much principals may ask");
  group->require_subcommand(1);
  const char* const principal_help = "SPIFFE ID, or ke-desk@eastafrica.example for a desk";

  struct Flags {
    std::string principal;
    uint32_t statements = 0, calls = 0, sessions = 0, subscriptions = 0;
    uint64_t bytes = 0;
    bool dry_run = false;
    size_t limit = 0;
  };
  auto flags = std::make_shared<Flags>();
  CLI::App* set =
      group->add_subcommand("set", "Give a principal a quota; what is not named has the default");
  set->add_option("PRINCIPAL", flags->principal, principal_help)->required();
  set->add_option("--statements", flags->statements, "published or checked in a second");
  set->add_option("--bytes", flags->bytes, "of statements in a second");
  set->add_option("--calls", flags->calls, "other calls in a second");
  set->add_option("--sessions", flags->sessions, "streams open at once");
  set->add_option("--subscriptions", flags->subscriptions, "subscriptions");
  set->footer(
      "Examples:\n  corridorctl admin quotas set ke-desk@eastafrica.example --statements 10 "
      "--sessions 4\n");
  context.OnRun(*set, [&context, flags] {
    v1::Quota quota;
    quota.set_principal(flags->principal);
    quota.set_statements_per_second(flags->statements);
    quota.set_bytes_per_second(flags->bytes);
    quota.set_calls_per_second(flags->calls);
    quota.set_sessions(flags->sessions);
    quota.set_subscriptions(flags->subscriptions);
    return Set(context, std::move(quota));
  });

  CLI::App* list = group->add_subcommand("list", "Quotas that differ from the default");
  AddLimitFlag(*list, flags->limit);
  list->footer("Examples:\n  corridorctl admin quotas list\n");
  OnShow(context, *list, [&context, flags] { return List(context, flags->limit); });

  CLI::App* remove = group->add_subcommand("delete", "Let a principal have the default again");
  remove->add_option("PRINCIPAL", flags->principal, principal_help)->required();
  AddDryRunFlag(*remove, flags->dry_run);
  remove->footer("Examples:\n  corridorctl admin quotas delete ke-desk@eastafrica.example\n");
  context.OnRun(*remove, [&context, flags] {
    if (!flags->dry_run) return Delete(context, flags->principal);
    return ShowDryRun(context, WouldDelete(context, MemberFromShort(flags->principal)));
  });
}

}  // namespace corridor
