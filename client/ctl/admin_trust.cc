#include <memory>
#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/ctl/commands.h"
#include "client/ctl/output.h"
#include "client/ctl/repeat.h"

namespace corridor {
namespace {

int ListSessions(Context& context) {
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  const auto sessions = (*admin)->ListSessions();
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
  list->footer("Examples:\n  corridorctl admin sessions list\n");
  OnShow(context, *list, [&context] { return ListSessions(context); });
  CLI::App* end = sessions->add_subcommand(
      "end", "End one stream, or all of a principal; who has the right to may open them again");
  auto which = std::make_shared<v1::EndSessionsRequest>();
  auto id = std::make_shared<uint64_t>(0);
  auto principal = std::make_shared<std::string>();
  auto* by_id = end->add_option("--id", *id, "The stream, as `list` numbers it");
  end->add_option("--principal", *principal, "All streams of this SPIFFE ID")->excludes(by_id);
  end->footer(
      "Examples:\n  corridorctl admin sessions end --principal "
      "spiffe://sea.example/agency/th-desk\n");
  context.OnRun(*end, [&context, which, id, principal] {
    which->set_session_id(*id);
    which->set_principal(*principal);
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
