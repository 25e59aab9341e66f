#include <memory>
#include <ostream>
#include <string>
#include <utility>
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

struct PartyFlags {
  std::string region;
  std::vector<std::string> countries;
  std::vector<std::string> members;
};

struct AgreementFlags {
  std::string id;
  std::string title;
  PartyFlags from;
  PartyFlags to;
  std::vector<std::string> kinds;
  std::vector<std::string> purposes;
  std::string tlp_max;
  std::string use;
  std::string applies_from;
  std::string valid_until;
  std::string file;
  std::string etag;
  bool dry_run = false;
  size_t limit = 0;
};

void LayParty(const PartyFlags& flags, v1::Party& party) {
  if (!flags.region.empty()) party.set_region(flags.region);
  for (const std::string& country : flags.countries) party.add_countries(country);
  for (const std::string& member : flags.members) party.add_members(MemberFromShort(member));
}

absl::Status LayTimes(Context& context, const AgreementFlags& flags, v1::Agreement& agreement) {
  const absl::Time now = context.clock.Now();
  if (!flags.applies_from.empty()) {
    ASSIGN_OR_RETURN(const absl::Time from, ParseWhen(flags.applies_from, now, false));
    *agreement.mutable_applies_from() = TimestampOf(from);
  }
  if (!flags.valid_until.empty()) {
    ASSIGN_OR_RETURN(const absl::Time until, ParseWhen(flags.valid_until, now, true));
    *agreement.mutable_valid_until() = TimestampOf(until);
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Agreement> FromFlags(Context& context, const AgreementFlags& flags) {
  v1::Agreement agreement;
  if (!flags.file.empty()) {
    ASSIGN_OR_RETURN(const std::string text, ReadAll(flags.file, context.in));
    RETURN_IF_ERROR(ParseTextproto(text, flags.file, agreement));
  }
  if (!flags.id.empty()) agreement.set_agreement_id(flags.id);
  if (!flags.title.empty()) agreement.set_title(flags.title);
  LayParty(flags.from, *agreement.mutable_from());
  LayParty(flags.to, *agreement.mutable_to());
  for (const std::string& name : flags.kinds) {
    v1::StatementKind kind{};
    RETURN_IF_ERROR(ParseEnum(name, kind));
    agreement.add_kinds(kind);
  }
  for (const std::string& name : flags.purposes) {
    v1::TraffickingPurpose purpose{};
    RETURN_IF_ERROR(ParseEnum(name, purpose));
    agreement.add_purposes(purpose);
  }
  if (!flags.tlp_max.empty()) {
    v1::Tlp tlp{};
    RETURN_IF_ERROR(ParseEnum(flags.tlp_max, tlp));
    agreement.set_tlp_max(tlp);
  }
  if (!flags.use.empty()) {
    v1::UsePurpose use{};
    RETURN_IF_ERROR(ParseEnum(flags.use, use));
    agreement.set_use(use);
  }
  RETURN_IF_ERROR(LayTimes(context, flags, agreement));
  return agreement;
}

std::string PartyText(const v1::Party& party) {
  std::string text = party.region();
  if (!party.countries().empty()) {
    absl::StrAppend(&text, " (", absl::StrJoin(party.countries(), ", "), ")");
  }
  if (!party.members().empty()) absl::StrAppend(&text, " (", party.members_size(), " members)");
  return text;
}

int ShowResult(Context& context, const absl::StatusOr<v1::Agreement>& agreement) {
  if (!agreement.ok()) return context.Fail(agreement.status());
  if (context.json()) {
    context.out << MessageToJson(*agreement).dump() << "\n";
    return kExitOk;
  }
  std::vector<std::string> kinds;
  for (const int kind : agreement->kinds()) {
    kinds.push_back(ShortName(static_cast<v1::StatementKind>(kind)));
  }
  std::vector<std::string> excluded;
  for (const int use : agreement->excluded_uses()) {
    excluded.push_back(ShortName(static_cast<v1::ExcludedUse>(use)));
  }
  context.out << agreement->agreement_id() << ": " << Printable(agreement->title()) << "\n"
              << "  from      " << PartyText(agreement->from()) << "\n"
              << "  to        " << PartyText(agreement->to()) << "\n"
              << "  up to     TLP " << ShortName(agreement->tlp_max()) << "\n"
              << "  kinds     " << (kinds.empty() ? "all" : absl::StrJoin(kinds, ", ")) << "\n"
              << "  use       " << ShortName(agreement->use()) << "\n"
              << "  never for " << absl::StrJoin(excluded, ", ") << "\n"
              << "  applies   to statements accepted from "
              << TimeText(agreement->applies_from(), context.time_zone()) << "\n"
              << "  until     "
              << (agreement->has_valid_until()
                      ? TimeText(agreement->valid_until(), context.time_zone())
                      : "it is ended")
              << "\n"
              << "  state     " << ShortName(agreement->state()) << "\n"
              << "  etag      " << agreement->etag() << "\n";
  return kExitOk;
}

// What the last 30 days would have been like; nobody but who may do it may ask.
absl::Status SaySimulated(Context& context, v1::SimulateAgreementRequest request, DryRun& found) {
  ASSIGN_OR_RETURN(const auto federation, context.OpenFederation());
  ASSIGN_OR_RETURN(const v1::SimulateAgreementResponse simulated,
                   federation->SimulateAgreement(request));
  found.Say("looked at", absl::StrCat(simulated.examined(), " statements of the last 30 days"));
  found.Say("stops", absl::StrCat(simulated.stopped(), " of them would not have reached somebody"));
  found.Say("begins", absl::StrCat(simulated.started(), " would have reached somebody new"));
  return absl::OkStatus();
}

absl::StatusOr<DryRun> WouldCreate(Context& context, const v1::Agreement& wanted) {
  ASSIGN_OR_RETURN(const auto admin, context.OpenAdmin());
  DryRun found("register the agreement " + wanted.agreement_id());
  const auto present = admin->GetAgreement(wanted.agreement_id());
  if (present.ok()) {
    found.Nothing("the id is taken, by one that is " + ShortName(present->state()));
    return found;
  }
  if (!absl::IsNotFound(present.status())) return present.status();
  found.Say("flows", PartyText(wanted.from()) + " to " + PartyText(wanted.to()) + ", up to TLP " +
                         ShortName(wanted.tlp_max()));
  v1::SimulateAgreementRequest request;
  *request.mutable_agreement() = wanted;
  RETURN_IF_ERROR(SaySimulated(context, std::move(request), found));
  return found;
}

absl::StatusOr<DryRun> WouldEnd(Context& context, const AgreementFlags& flags) {
  ASSIGN_OR_RETURN(const auto admin, context.OpenAdmin());
  ASSIGN_OR_RETURN(const v1::Agreement present, admin->GetAgreement(flags.id));
  DryRun found("end the agreement " + flags.id);
  if (present.state() != v1::AGREEMENT_STATE_ACTIVE) {
    found.Nothing("it is " + ShortName(present.state()) + " already");
    return found;
  }
  if (!flags.etag.empty() && flags.etag != present.etag()) {
    found.Nothing("it has changed since: its etag is " + present.etag());
    return found;
  }
  found.Say("flows", PartyText(present.from()) + " to " + PartyText(present.to()) + ", up to TLP " +
                         ShortName(present.tlp_max()) + ", then no more by it");
  v1::SimulateAgreementRequest request;
  request.mutable_agreement()->set_agreement_id(flags.id);
  request.set_without(true);
  RETURN_IF_ERROR(SaySimulated(context, std::move(request), found));
  return found;
}

int Create(Context& context, const AgreementFlags& flags) {
  auto wanted = FromFlags(context, flags);
  if (!wanted.ok()) return context.Fail(wanted.status());
  if (flags.dry_run) return ShowDryRun(context, WouldCreate(context, *wanted));
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  return ShowResult(context, (*admin)->CreateAgreement(*std::move(wanted)));
}

int Show(Context& context, const AgreementFlags& flags) {
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  return ShowResult(context, (*admin)->GetAgreement(flags.id));
}

int End(Context& context, const AgreementFlags& flags) {
  if (flags.dry_run) return ShowDryRun(context, WouldEnd(context, flags));
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  return ShowResult(context, (*admin)->EndAgreement(flags.id, flags.etag));
}

int List(Context& context, const AgreementFlags& flags) {
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  const auto agreements = (*admin)->ListAgreements(flags.limit);
  if (!agreements.ok()) return context.Fail(agreements.status());
  Table table({"AGREEMENT", "STATE", "UP TO", "FROM", "TO"});
  for (const v1::Agreement& agreement : *agreements) {
    if (context.json()) context.out << MessageToJson(agreement).dump() << "\n";
    table.Add({agreement.agreement_id(), ShortName(agreement.state()),
               ShortName(agreement.tlp_max()), PartyText(agreement.from()),
               PartyText(agreement.to())});
  }
  if (!context.json()) table.Print(context.out, "No agreement: nothing flows.");
  return kExitOk;
}

void AddParty(CLI::App& command, const std::string& side, const std::string& whose,
              PartyFlags& flags) {
  command.add_option("--" + side, flags.region, "region " + whose);
  command.add_option("--" + side + "-country", flags.countries, "only members of these countries")
      ->delimiter(',');
  command.add_option("--" + side + "-member", flags.members, "only these members")->delimiter(',');
}

}  // namespace

void AddAdminAgreements(CLI::App& admin, Context& context) {
  auto flags = std::make_shared<AgreementFlags>();
  CLI::App* group = admin.add_subcommand("agreements", "Rules that let statements flow");
  group->require_subcommand(1);
  const auto add_id = [&](CLI::App* command) {
    return command->add_option("ID", flags->id, "1 to 63 of a-z, 0-9 and hyphen");
  };

  CLI::App* create = group->add_subcommand("create", "Register this region's copy of an agreement");
  add_id(create);
  create->add_option("--title", flags->title, "what it is, for people");
  AddParty(*create, "from", "whose statements flow", flags->from);
  AddParty(*create, "to", "to which they flow", flags->to);
  create->add_option("--kind", flags->kinds, "only these kinds (default: all)")->delimiter(',');
  create->add_option("--purpose", flags->purposes, "only these purposes of trafficking")
      ->delimiter(',');
  create->add_option("--tlp-max", flags->tlp_max, "the highest marking that flows");
  create->add_option("--use", flags->use, "prevention, or counter-trafficking");
  create->add_option("--applies-from", flags->applies_from,
                     "also statements accepted since then (default: now)");
  create->add_option("--valid-until", flags->valid_until,
                     "until then (default: until it is ended)");
  create->add_option("--file", flags->file, "textproto of corridor.v1.Agreement");
  AddDryRunFlag(*create, flags->dry_run);
  create->footer(
      "Every flow needs one, also inside a region; across regions each side registers its own "
      "copy.\n"
      "Registering the same again is no error.\n\nExamples:\n"
      "  corridorctl admin agreements create ea-to-sea --title 'East Africa warns South-East Asia' "
      "\\\n"
      "      --from eastafrica.example --to sea.example --tlp-max amber --use "
      "counter-trafficking\n");
  context.OnRun(*create, [&context, flags] { return Create(context, *flags); });

  CLI::App* list = group->add_subcommand("list", "List agreements");
  AddLimitFlag(*list, flags->limit);
  list->footer("Examples:\n  corridorctl admin agreements list\n");
  OnShow(context, *list, [&context, flags] { return List(context, *flags); });

  CLI::App* show = group->add_subcommand("show", "Show an agreement");
  add_id(show)->required();
  show->footer("Examples:\n  corridorctl admin agreements show ea-to-sea\n");
  OnShow(context, *show, [&context, flags] { return Show(context, *flags); });

  CLI::App* end = group->add_subcommand("end", "End an agreement: nothing more flows by it");
  add_id(end)->required();
  end->add_option("--etag", flags->etag, "only if this is its etag");
  AddDryRunFlag(*end, flags->dry_run);
  end->footer("Examples:\n  corridorctl admin agreements end ea-to-sea\n");
  context.OnRun(*end, [&context, flags] { return End(context, *flags); });
}

}  // namespace corridor
