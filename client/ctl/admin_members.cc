#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "client/ctl/commands.h"
#include "client/ctl/dry_run.h"
#include "client/ctl/limit_flag.h"
#include "client/ctl/output.h"
#include "client/ctl/repeat.h"
#include "client/ctl/textproto.h"
#include "core/base/status_macros.h"
#include "core/crypto/digest.h"

namespace corridor {
namespace {

struct MemberFlags {
  std::string id;
  std::string name;
  std::vector<std::string> countries;
  std::string type;
  std::string entitled_from;
  std::string file;
  bool linked = false;
  bool dry_run = false;
  size_t limit = 0;
};

void ShowMember(Context& context, const v1::Member& member) {
  if (context.json()) {
    context.out << MessageToJson(member).dump() << "\n";
    return;
  }
  context.out << member.spiffe_id() << "\n"
              << "  name           " << Printable(member.display_name()) << "\n"
              << "  countries      " << absl::StrJoin(member.countries(), ", ") << "\n"
              << "  type           " << ShortName(member.type()) << "\n"
              << "  state          " << ShortName(member.state()) << "\n"
              << "  entitled from  " << TimeText(member.entitled_from(), context.time_zone())
              << "\n"
              << "  etag           " << member.etag() << "\n";
}

int ShowResult(Context& context, const absl::StatusOr<v1::Member>& member) {
  if (!member.ok()) return context.Fail(member.status());
  ShowMember(context, *member);
  return kExitOk;
}

// Lays the flags that were given over `member`.
absl::Status Lay(Context& context, const MemberFlags& flags, v1::Member& member) {
  if (!flags.file.empty()) {
    ASSIGN_OR_RETURN(const std::string text, ReadAll(flags.file, context.in));
    RETURN_IF_ERROR(ParseTextproto(text, flags.file, member));
  }
  if (!flags.id.empty()) member.set_spiffe_id(MemberFromShort(flags.id));
  if (!flags.name.empty()) member.set_display_name(flags.name);
  if (!flags.countries.empty()) {
    *member.mutable_countries() = {flags.countries.begin(), flags.countries.end()};
  }
  if (!flags.type.empty()) {
    v1::PublisherType type{};
    RETURN_IF_ERROR(ParseEnum(flags.type, type));
    member.set_type(type);
  }
  if (!flags.entitled_from.empty()) {
    ASSIGN_OR_RETURN(const absl::Time from,
                     ParseWhen(flags.entitled_from, context.clock.Now(), false));
    *member.mutable_entitled_from() = TimestampOf(from);
  }
  return absl::OkStatus();
}

int Create(Context& context, const MemberFlags& flags) {
  v1::Member member;
  const absl::Status status = Lay(context, flags, member);
  if (!status.ok()) return context.Fail(status);
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  return ShowResult(context, (*admin)->CreateMember(std::move(member)));
}

int List(Context& context, const MemberFlags& flags) {
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  const auto members = (*admin)->ListMembers(flags.linked, flags.limit);
  if (!members.ok()) return context.Fail(members.status());
  Table table({"MEMBER", "STATE", "COUNTRIES", "TYPE", "NAME"});
  for (const v1::Member& member : *members) {
    if (context.json()) context.out << MessageToJson(member).dump() << "\n";
    table.Add({ShortMember(member.spiffe_id()), ShortName(member.state()),
               absl::StrJoin(member.countries(), ","), ShortName(member.type()),
               Printable(member.display_name())});
  }
  if (!context.json()) table.Print(context.out, "No member.");
  return kExitOk;
}

int Show(Context& context, const MemberFlags& flags) {
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  return ShowResult(context, (*admin)->GetMember(MemberFromShort(flags.id)));
}

// Reads the member, changes it, and writes it back as read; a change in between is
// refused by its etag.
int Change(Context& context, const MemberFlags& flags, v1::MemberState state) {
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  absl::StatusOr<v1::Member> member = (*admin)->GetMember(MemberFromShort(flags.id));
  if (!member.ok()) return context.Fail(member.status());
  if (state != v1::MEMBER_STATE_UNSPECIFIED) member->set_state(state);
  const absl::Status status = Lay(context, flags, *member);
  if (!status.ok()) return context.Fail(status);
  return ShowResult(context, (*admin)->UpdateMember(*std::move(member)));
}

absl::StatusOr<DryRun> WouldSuspend(Context& context, const MemberFlags& flags) {
  const std::string id = MemberFromShort(flags.id);
  ASSIGN_OR_RETURN(const auto admin, context.OpenAdmin());
  ASSIGN_OR_RETURN(const v1::Member member, admin->GetMember(id));
  ASSIGN_OR_RETURN(const v1::GetStatusResponse status, admin->GetStatus());
  ASSIGN_OR_RETURN(const std::vector<v1::Grant> grants, admin->ListGrants());
  ASSIGN_OR_RETURN(const std::vector<v1::SigningKey> keys, admin->ListSigningKeys(id));
  DryRun found("suspend " + ShortMember(id));
  if (member.state() == v1::MEMBER_STATE_SUSPENDED) {
    found.Nothing("it is suspended already");
    return found;
  }
  std::vector<std::string> principals;
  for (const v1::Grant& grant : grants) {
    if (grant.principal() == id || absl::StartsWith(grant.principal(), id + "/")) {
      principals.push_back(ShortMember(grant.principal()));
    }
  }
  std::vector<std::string> active;
  for (const v1::SigningKey& key : keys) {
    if (key.state() == v1::SIGNING_KEY_STATE_ACTIVE) active.push_back(HexEncode(key.key_id()));
  }
  found.Say("state", ShortName(member.state()) + ", then suspended");
  found.Count("may do nothing", std::move(principals));
  found.Count("receive nothing", SubscriptionsOfMember(status, id));
  found.Count("sign nothing", std::move(active));
  return found;
}

int Suspend(Context& context, const MemberFlags& flags) {
  if (flags.dry_run) return ShowDryRun(context, WouldSuspend(context, flags));
  return Change(context, flags, v1::MEMBER_STATE_SUSPENDED);
}

void AddFields(CLI::App& command, MemberFlags& flags) {
  command.add_option("--name", flags.name, "name of the organisation, for people");
  command.add_option("--country", flags.countries, "countries it stands for (KEN, ...)")
      ->delimiter(',');
  command.add_option("--type", flags.type, "central-government, law-enforcement, ngo, ...");
  command.add_option("--entitled-from", flags.entitled_from,
                     "statements accepted before do not reach it (default: now)");
}

}  // namespace

void AddAdminMembers(CLI::App& admin, Context& context) {
  auto flags = std::make_shared<MemberFlags>();
  CLI::App* group = admin.add_subcommand("members", "Organisations of the region");
  group->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, auto run) {
    CLI::App* command = group->add_subcommand(name, help);
    context.OnRun(*command, [&context, flags, run] { return run(context, *flags); });
    return command;
  };
  const auto add_show = [&](const char* name, const char* help, auto run) {
    CLI::App* command = group->add_subcommand(name, help);
    OnShow(context, *command, [&context, flags, run] { return run(context, *flags); });
    return command;
  };
  const auto add_id = [&](CLI::App* command) {
    return command->add_option("MEMBER", flags->id, "SPIFFE ID, or ke-desk@eastafrica.example");
  };

  CLI::App* create = add("create", "Register a member", Create);
  add_id(create);
  AddFields(*create, *flags);
  create->add_option("--file", flags->file, "textproto of corridor.v1.Member");
  create->footer(
      "Registering the same again is no error.\n\nExamples:\n"
      "  corridorctl admin members create ke-desk@eastafrica.example --name 'Kenya desk (example)' "
      "\\\n"
      "      --country KEN --type central-government\n");

  CLI::App* list = add_show("list", "List members", List);
  list->add_flag("--linked", flags->linked, "also those of linked regions");
  AddLimitFlag(*list, flags->limit);
  list->footer("Examples:\n  corridorctl admin members list --linked\n");

  CLI::App* show = add_show("show", "Show a member", Show);
  add_id(show)->required();
  show->footer("Examples:\n  corridorctl admin members show ke-desk@eastafrica.example\n");

  CLI::App* update = add(
      "update", "Change name, countries or type",
      [](Context& c, const MemberFlags& f) { return Change(c, f, v1::MEMBER_STATE_UNSPECIFIED); });
  add_id(update)->required();
  AddFields(*update, *flags);
  update->footer(
      "Examples:\n  corridorctl admin members update ke-desk@eastafrica.example --country "
      "KEN,SOM\n");

  CLI::App* suspend = add("suspend", "Let a member do and receive nothing", Suspend);
  add_id(suspend)->required();
  AddDryRunFlag(*suspend, flags->dry_run);
  suspend->footer(
      "Takes effect on open sessions at once.\n\nExamples:\n"
      "  corridorctl admin members suspend ke-desk@eastafrica.example --dry-run\n"
      "  corridorctl admin members suspend ke-desk@eastafrica.example\n");
  CLI::App* activate =
      add("activate", "Let a suspended member act again",
          [](Context& c, const MemberFlags& f) { return Change(c, f, v1::MEMBER_STATE_ACTIVE); });
  add_id(activate)->required();
  activate->footer("Examples:\n  corridorctl admin members activate ke-desk@eastafrica.example\n");
}

}  // namespace corridor
