#include <memory>
#include <ostream>
#include <string>
#include <utility>
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

int ListSessions(Context& context, size_t limit) {
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  const auto sessions = (*admin)->ListSessions(limit);
  if (!sessions.ok()) return context.Fail(sessions.status());
  Table table({"ID", "PRINCIPAL", "METHOD", "FROM", "SINCE", "CERTIFICATE EXPIRES"});
  for (const v1::OpenSession& session : *sessions) {
    if (context.json()) context.out << MessageToJson(session).dump() << "\n";
    table.Add({absl::StrCat(session.session_id()), Printable(session.principal()),
               Printable(session.method()), Printable(session.peer_address()),
               TimeText(session.opened_at(), context.time_zone()),
               TimeText(session.certificate_expires_at(), context.time_zone())});
  }
  if (!context.json()) table.Print(context.out, "No open stream.");
  return kExitOk;
}

absl::StatusOr<DryRun> WouldEnd(Context& context, const v1::EndSessionsRequest& which) {
  if ((which.session_id() != 0) != which.principal().empty()) {
    return UsageError("give one of --id and --principal");
  }
  ASSIGN_OR_RETURN(const auto admin, context.OpenAdmin());
  ASSIGN_OR_RETURN(const std::vector<v1::OpenSession> sessions, admin->ListSessions());
  DryRun found(which.session_id() != 0
                   ? absl::StrCat("end the stream ", which.session_id())
                   : absl::StrCat("end all streams of ", ShortMember(which.principal())));
  std::vector<std::string> ended;
  for (const v1::OpenSession& session : sessions) {
    if (which.session_id() != 0 ? session.session_id() == which.session_id()
                                : session.principal() == which.principal()) {
      ended.push_back(absl::StrCat(session.session_id(), ", ", session.method(), " of ",
                                   ShortMember(session.principal())));
    }
  }
  if (ended.empty()) found.Nothing("none is open");
  found.Count("streams", std::move(ended));
  return found;
}

int EndSessions(Context& context, const v1::EndSessionsRequest& which) {
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  const auto ended = (*admin)->EndSessions(which);
  if (!ended.ok()) return context.Fail(ended.status());
  if (context.json()) {
    context.out << "{\"ended\":" << *ended << "}\n";
  } else {
    context.out << "Ended: " << *ended << "\n";
  }
  return kExitOk;
}

int ReloadTrust(Context& context) {
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  const auto mistakes = (*admin)->ReloadTrust();
  if (!mistakes.ok()) return context.Fail(mistakes.status());
  Table table({"NOT TAKEN OVER", "WHY"});
  for (const v1::TrustMistake& mistake : *mistakes) {
    if (context.json()) context.out << MessageToJson(mistake).dump() << "\n";
    table.Add({Printable(mistake.field()), Printable(mistake.description())});
  }
  if (!context.json()) table.Print(context.out, "All that the files hold is in force.");
  return kExitOk;
}

int ListExpiring(Context& context) {
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  const auto items = (*admin)->ListExpiring();
  if (!items.ok()) return context.Fail(items.status());
  Table table({"EXPIRES", "WHAT", "TRUST DOMAIN"});
  for (const v1::ExpiringItem& item : *items) {
    if (context.json()) context.out << MessageToJson(item).dump() << "\n";
    table.Add({TimeText(item.expires_at(), context.time_zone()), Printable(item.kind()),
               Printable(item.trust_domain())});
  }
  if (!context.json()) table.Print(context.out, "Nothing.");
  return kExitOk;
}

}  // namespace

void AddAdminTrust(CLI::App& admin, Context& context) {
  CLI::App* sessions = admin.add_subcommand("sessions", "The streams that are open now");
  sessions->require_subcommand(1);
  CLI::App* list = sessions->add_subcommand("list", "Who has which stream open, and since when");
  auto limit = std::make_shared<size_t>(0);
  AddLimitFlag(*list, *limit);
  list->footer("Examples:\n  corridorctl admin sessions list\n");
  OnShow(context, *list, [&context, limit] { return ListSessions(context, *limit); });
  CLI::App* end = sessions->add_subcommand(
      "end", "End one stream, or all of a principal; who has the right to may open them again");
  auto which = std::make_shared<v1::EndSessionsRequest>();
  auto id = std::make_shared<uint64_t>(0);
  auto principal = std::make_shared<std::string>();
  auto dry_run = std::make_shared<bool>(false);
  AddDryRunFlag(*end, *dry_run);
  auto* by_id = end->add_option("--id", *id, "The stream, as `list` numbers it");
  end->add_option("--principal", *principal, "All streams of this SPIFFE ID")->excludes(by_id);
  end->footer(
      "Examples:\n  corridorctl admin sessions end --principal "
      "spiffe://sea.example/agency/th-desk\n");
  context.OnRun(*end, [&context, which, id, principal, dry_run] {
    which->set_session_id(*id);
    which->set_principal(*principal);
    if (*dry_run) return ShowDryRun(context, WouldEnd(context, *which));
    return EndSessions(context, *which);
  });

  CLI::App* trust = admin.add_subcommand("trust", "The broker's certificate, roots and CRLs");
  trust->require_subcommand(1);
  CLI::App* reload =
      trust->add_subcommand("reload", "Take the files over now, and say what is wrong");
  reload->footer("Examples:\n  corridorctl admin trust reload\n");
  context.OnRun(*reload, [&context] { return ReloadTrust(context); });
  CLI::App* expiring = trust->add_subcommand("expiring", "What expires, the soonest first");
  expiring->footer("Examples:\n  corridorctl admin trust expiring\n");
  OnShow(context, *expiring, [&context] { return ListExpiring(context); });
}

}  // namespace corridor
