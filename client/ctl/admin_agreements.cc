#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/ctl/commands.h"
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

int Create(Context& context, const AgreementFlags& flags) {
  auto wanted = FromFlags(context, flags);
  if (!wanted.ok()) return context.Fail(wanted.status());
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
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  return ShowResult(context, (*admin)->EndAgreement(flags.id, flags.etag));
}

int List(Context& context) {
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  const auto agreements = (*admin)->ListAgreements();
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
  list->footer("Examples:\n  corridorctl admin agreements list\n");
  OnShow(context, *list, [&context] { return List(context); });

  CLI::App* show = group->add_subcommand("show", "Show an agreement");
  add_id(show)->required();
  show->footer("Examples:\n  corridorctl admin agreements show ea-to-sea\n");
  OnShow(context, *show, [&context, flags] { return Show(context, *flags); });

  CLI::App* end = group->add_subcommand("end", "End an agreement: nothing more flows by it");
  add_id(end)->required();
  end->add_option("--etag", flags->etag, "only if this is its etag");
  end->footer("Examples:\n  corridorctl admin agreements end ea-to-sea\n");
  context.OnRun(*end, [&context, flags] { return End(context, *flags); });
}

}  // namespace corridor
