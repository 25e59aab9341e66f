#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/ctl/commands.h"
#include "client/ctl/dry_run.h"
#include "client/ctl/limit_flag.h"
#include "client/ctl/output.h"
#include "client/ctl/repeat.h"
#include "client/ctl/textproto.h"
#include "core/base/status_macros.h"

namespace corridor {
namespace {

struct AlertFlags {
  std::string publisher;
  std::string alert_id;
  bool dry_run = false;
  size_t limit = 0;
};

// Shows one answer, as JSON or by `say`.
template <typename Answer, typename Say>
int Show(Context& context, const absl::StatusOr<Answer>& answer, Say say) {
  if (!answer.ok()) return context.Fail(answer.status());
  if (context.json()) {
    context.out << MessageToJson(*answer).dump() << "\n";
  } else {
    context.out << say(*answer) << "\n";
  }
  return kExitOk;
}

// What of the alert is here, and who may have it.
absl::Status SayDisclosed(Context& context, const AlertFlags& flags, const std::string& id,
                          DryRun& found) {
  ASSIGN_OR_RETURN(const auto admin, context.OpenAdmin());
  ASSIGN_OR_RETURN(const std::vector<v1::StatementDisclosure> statements,
                   admin->ReportAlertDisclosures(MemberFromShort(flags.publisher), id));
  std::vector<std::string> here;
  std::set<std::string> holders;
  for (const v1::StatementDisclosure& statement : statements) {
    here.push_back(absl::StrCat(ShortName(statement.kind()), " ", IdText(statement.statement_id()),
                                statement.erased() ? ", erased" : ""));
    for (const v1::DisclosedTo& to : statement.disclosed_to()) {
      holders.insert(ShortMember(to.holder()));
    }
  }
  found.Count("statements", std::move(here));
  found.Count("holders", {holders.begin(), holders.end()});
  return absl::OkStatus();
}

absl::StatusOr<DryRun> WouldQuarantine(Context& context, const AlertFlags& flags, bool lift) {
  ASSIGN_OR_RETURN(const std::string id, IdFromText(flags.alert_id));
  DryRun found((lift ? "serve again the alert " : "withhold the alert ") + IdText(id));
  ASSIGN_OR_RETURN(const auto federation, context.OpenFederation());
  v1::ListQuarantinesRequest request;
  request.set_page_size(1000);
  bool withheld = false;
  do {
    ASSIGN_OR_RETURN(const v1::ListQuarantinesResponse page, federation->ListQuarantines(request));
    for (const v1::Quarantine& one : page.quarantines()) {
      if (one.publisher() != MemberFromShort(flags.publisher) || one.alert_id() != id) continue;
      withheld = one.active();
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  if (withheld != lift) {
    found.Nothing(lift ? "it is not withheld" : "it is withheld already");
    return found;
  }
  RETURN_IF_ERROR(SayDisclosed(context, flags, id, found));
  return found;
}

absl::StatusOr<DryRun> WouldSetHold(Context& context, const AlertFlags& flags, bool lift) {
  ASSIGN_OR_RETURN(const std::string id, IdFromText(flags.alert_id));
  DryRun found((lift ? "let go of the alert " : "hold the alert ") + IdText(id));
  ASSIGN_OR_RETURN(const auto federation, context.OpenFederation());
  v1::ListLegalHoldsRequest request;
  request.set_page_size(1000);
  bool held = false;
  do {
    ASSIGN_OR_RETURN(const v1::ListLegalHoldsResponse page, federation->ListLegalHolds(request));
    for (const v1::LegalHold& hold : page.holds()) {
      held =
          held || (hold.publisher() == MemberFromShort(flags.publisher) && hold.alert_id() == id);
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  if (held != lift) {
    found.Nothing(lift ? "it is not held" : "it is held already");
    return found;
  }
  if (lift) found.Say("erased", "what of it was recalled, withdrawn, or is past its time");
  RETURN_IF_ERROR(SayDisclosed(context, flags, id, found));
  return found;
}

int Quarantine(Context& context, const AlertFlags& flags, bool lift) {
  if (flags.dry_run) return ShowDryRun(context, WouldQuarantine(context, flags, lift));
  auto id = IdFromText(flags.alert_id);
  if (!id.ok()) return context.Fail(id.status());
  auto federation = context.OpenFederation();
  if (!federation.ok()) return context.Fail(federation.status());
  v1::QuarantineAlertRequest request;
  request.set_publisher(MemberFromShort(flags.publisher));
  request.set_alert_id(*id);
  request.set_lift(lift);
  return Show(context, (*federation)->QuarantineAlert(request), [](const v1::Quarantine& now) {
    return now.active() ? "Withheld: nobody in this region is served its content."
                        : "Lifted: it is served again to whom policy allows.";
  });
}

int ListQuarantines(Context& context, size_t limit) {
  auto federation = context.OpenFederation();
  if (!federation.ok()) return context.Fail(federation.status());
  v1::ListQuarantinesRequest request;
  Table table({"PUBLISHER", "ALERT", "WITHHELD", "SUSPICIONS"});
  do {
    request.set_page_size(NextPageSize(limit, table.size(), 1000));
    const auto page = (*federation)->ListQuarantines(request);
    if (!page.ok()) return context.Fail(page.status());
    for (const v1::Quarantine& one : page->quarantines()) {
      if (context.json()) context.out << MessageToJson(one).dump() << "\n";
      table.Add({ShortMember(one.publisher()), IdText(one.alert_id()), one.active() ? "yes" : "no",
                 absl::StrCat(one.suspicions())});
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty() && NextPageSize(limit, table.size(), 1000) > 0);
  if (!context.json()) table.Print(context.out, "No alert is withheld or suspected.");
  return kExitOk;
}

int SetHold(Context& context, const AlertFlags& flags, bool lift) {
  if (flags.dry_run) return ShowDryRun(context, WouldSetHold(context, flags, lift));
  auto id = IdFromText(flags.alert_id);
  if (!id.ok()) return context.Fail(id.status());
  auto federation = context.OpenFederation();
  if (!federation.ok()) return context.Fail(federation.status());
  v1::SetLegalHoldRequest request;
  request.set_publisher(MemberFromShort(flags.publisher));
  request.set_alert_id(*id);
  request.set_lift(lift);
  return Show(context, (*federation)->SetLegalHold(request), [](const v1::LegalHold& now) {
    return now.active() ? "Held: its content is kept from erasure, and served to nobody after a "
                          "recall."
                        : "Let go: what was to be erased is erased now.";
  });
}

int ListHolds(Context& context, size_t limit) {
  auto federation = context.OpenFederation();
  if (!federation.ok()) return context.Fail(federation.status());
  v1::ListLegalHoldsRequest request;
  Table table({"PUBLISHER", "ALERT"});
  do {
    request.set_page_size(NextPageSize(limit, table.size(), 1000));
    const auto page = (*federation)->ListLegalHolds(request);
    if (!page.ok()) return context.Fail(page.status());
    for (const v1::LegalHold& hold : page->holds()) {
      if (context.json()) context.out << MessageToJson(hold).dump() << "\n";
      table.Add({ShortMember(hold.publisher()), IdText(hold.alert_id())});
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty() && NextPageSize(limit, table.size(), 1000) > 0);
  if (!context.json()) table.Print(context.out, "No legal hold.");
  return kExitOk;
}

std::string OutcomeText(const v1::RecallHolder& holder) {
  if (holder.overdue()) return "overdue";
  if (holder.outcome() == v1::RECALL_OUTCOME_UNSPECIFIED) return "not yet";
  return ShortName(holder.outcome());
}

int ListRecalls(Context& context, bool overdue_only, size_t limit) {
  auto federation = context.OpenFederation();
  if (!federation.ok()) return context.Fail(federation.status());
  v1::ListRecallsRequest request;
  request.set_overdue_only(overdue_only);
  size_t shown = 0;
  Table table({"NO", "CAUSE", "ALERT", "SINCE", "HERE", "HOLDER", "CONFIRMED"});
  do {
    request.set_page_size(NextPageSize(limit, shown, 100));
    const auto page = (*federation)->ListRecalls(request);
    if (!page.ok()) return context.Fail(page.status());
    shown += static_cast<size_t>(page->recalls_size());
    for (const v1::RecallSummary& recall : page->recalls()) {
      if (context.json()) context.out << MessageToJson(recall).dump() << "\n";
      std::vector<std::string> first = {
          absl::StrCat(recall.number()), ShortName(recall.cause()), IdText(recall.alert_id()),
          TimeText(recall.since(), context.time_zone()), ShortName(recall.outcome())};
      if (recall.holders().empty()) {
        first.insert(first.end(), {"nobody", ""});
        table.Add(std::move(first));
        continue;
      }
      for (const v1::RecallHolder& holder : recall.holders()) {
        std::vector<std::string> row = first;
        row.insert(row.end(), {ShortMember(holder.holder()), OutcomeText(holder)});
        table.Add(std::move(row));
        first.assign(first.size(), "");
      }
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty() && NextPageSize(limit, shown, 100) > 0);
  if (!context.json()) {
    table.Print(context.out, overdue_only ? "Nobody is overdue." : "No recall or withdrawal.");
  }
  return kExitOk;
}

void AddAlert(CLI::App& command, AlertFlags& flags) {
  command.add_option("PUBLISHER", flags.publisher, "its publisher: ke-desk@eastafrica.example")
      ->required();
  command.add_option("ALERT", flags.alert_id, "the alert's id")->required();
  AddDryRunFlag(command, flags.dry_run);
}

}  // namespace

void AddAdminProtection(CLI::App& admin, Context& context) {
  auto flags = std::make_shared<AlertFlags>();
  CLI::App* quarantine = admin.add_subcommand(
      "quarantine", "Alerts withheld from everybody in this region, and those that are suspected");
  quarantine->require_subcommand(1);
  CLI::App* set = quarantine->add_subcommand("set", "Withhold an alert at once");
  AddAlert(*set, *flags);
  set->footer(
      "Examples:\n  corridorctl admin quarantine set ke-desk@eastafrica.example "
      "0190c6f1-1111-7111-8111-111111111111\n");
  context.OnRun(*set, [&context, flags] { return Quarantine(context, *flags, false); });
  CLI::App* lift = quarantine->add_subcommand("lift", "Serve it again");
  AddAlert(*lift, *flags);
  lift->footer(
      "Examples:\n  corridorctl admin quarantine lift ke-desk@eastafrica.example "
      "0190c6f1-1111-7111-8111-111111111111\n");
  context.OnRun(*lift, [&context, flags] { return Quarantine(context, *flags, true); });
  CLI::App* list = quarantine->add_subcommand(
      "list", "Which are withheld, and which a sighting says hold personal data");
  AddLimitFlag(*list, flags->limit);
  list->footer("Examples:\n  corridorctl admin quarantine list\n");
  OnShow(context, *list, [&context, flags] { return ListQuarantines(context, flags->limit); });

  CLI::App* hold =
      admin.add_subcommand("legal-hold", "Alerts whose content is kept from being erased");
  hold->require_subcommand(1);
  CLI::App* keep = hold->add_subcommand("set", "Keep the content of an alert");
  AddAlert(*keep, *flags);
  keep->footer(
      "Examples:\n  corridorctl admin legal-hold set ke-desk@eastafrica.example "
      "0190c6f1-1111-7111-8111-111111111111\n");
  context.OnRun(*keep, [&context, flags] { return SetHold(context, *flags, false); });
  CLI::App* let_go = hold->add_subcommand("lift", "Let it go: what was to be erased is erased");
  AddAlert(*let_go, *flags);
  let_go->footer(
      "Examples:\n  corridorctl admin legal-hold lift ke-desk@eastafrica.example "
      "0190c6f1-1111-7111-8111-111111111111\n");
  context.OnRun(*let_go, [&context, flags] { return SetHold(context, *flags, true); });
  CLI::App* holds = hold->add_subcommand("list", "The holds");
  AddLimitFlag(*holds, flags->limit);
  holds->footer("Examples:\n  corridorctl admin legal-hold list\n");
  OnShow(context, *holds, [&context, flags] { return ListHolds(context, flags->limit); });

  auto overdue = std::make_shared<bool>(false);
  CLI::App* recalls =
      admin.add_subcommand("recalls", "Recalls and withdrawals, and who has confirmed them");
  recalls->add_flag("--overdue", *overdue, "only those with a holder that is overdue");
  AddLimitFlag(*recalls, flags->limit);
  recalls->footer("Examples:\n  corridorctl admin recalls --overdue\n");
  OnShow(context, *recalls,
         [&context, flags, overdue] { return ListRecalls(context, *overdue, flags->limit); });
}

}  // namespace corridor
