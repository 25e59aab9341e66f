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

struct GrantFlags {
  std::string principal;
  std::vector<std::string> roles;
  std::string publish_tlp_max;
  std::vector<std::string> purposes, on_behalf_of;
  std::string etag;
  std::string file;
  bool dry_run = false;
  size_t limit = 0;
};

std::string RolesOf(const v1::Grant& grant) {
  std::vector<std::string> roles;
  for (const int role : grant.roles()) roles.push_back(ShortName(static_cast<v1::Role>(role)));
  return absl::StrJoin(roles, ",");
}

std::string CeilingOf(const v1::Grant& grant) {
  return grant.publish_tlp_max() == v1::TLP_UNSPECIFIED ? "-" : ShortName(grant.publish_tlp_max());
}

absl::StatusOr<v1::Grant> FromFlags(Context& context, const GrantFlags& flags) {
  v1::Grant grant;
  if (!flags.file.empty()) {
    ASSIGN_OR_RETURN(const std::string text, ReadAll(flags.file, context.in));
    RETURN_IF_ERROR(ParseTextproto(text, flags.file, grant));
  }
  if (!flags.principal.empty()) grant.set_principal(MemberFromShort(flags.principal));
  for (const std::string& name : flags.roles) {
    v1::Role role{};
    RETURN_IF_ERROR(ParseEnum(name, role));
    grant.add_roles(role);
  }
  if (!flags.publish_tlp_max.empty()) {
    v1::Tlp tlp{};
    RETURN_IF_ERROR(ParseEnum(flags.publish_tlp_max, tlp));
    grant.set_publish_tlp_max(tlp);
  }
  for (const std::string& name : flags.purposes) {
    v1::TraffickingPurpose purpose{};
    RETURN_IF_ERROR(ParseEnum(name, purpose));
    grant.add_publish_purposes(purpose);
  }
  for (const std::string& member : flags.on_behalf_of) {
    grant.add_publish_on_behalf_of(MemberFromShort(member));
  }
  if (!flags.etag.empty()) grant.set_etag(flags.etag);
  return grant;
}

std::string RightsOf(const v1::Grant& grant) {
  std::string rights = absl::StrCat(RolesOf(grant), ", publishes up to ", CeilingOf(grant));
  if (!grant.publish_purposes().empty()) {
    absl::StrAppend(&rights, ", about ", grant.publish_purposes_size(), " purposes alone");
  }
  if (!grant.publish_on_behalf_of().empty()) {
    absl::StrAppend(&rights, ", also for ", grant.publish_on_behalf_of_size(), " members");
  }
  return rights;
}

// The grant that a principal has; one without roles where it has none.
absl::StatusOr<v1::Grant> GrantOf(AdminClient& admin, const std::string& principal) {
  ASSIGN_OR_RETURN(const std::vector<v1::Grant> grants, admin.ListGrants());
  for (const v1::Grant& grant : grants) {
    if (grant.principal() == principal) return grant;
  }
  return v1::Grant();
}

absl::StatusOr<DryRun> WouldSet(Context& context, const v1::Grant& wanted) {
  ASSIGN_OR_RETURN(const auto admin, context.OpenAdmin());
  ASSIGN_OR_RETURN(const v1::Grant present, GrantOf(*admin, wanted.principal()));
  DryRun found("set the rights of " + ShortMember(wanted.principal()));
  found.Say("rights now", present.roles().empty() ? "none" : RightsOf(present));
  found.Say("rights then", RightsOf(wanted));
  return found;
}

absl::StatusOr<DryRun> WouldDelete(Context& context, const std::string& principal) {
  ASSIGN_OR_RETURN(const auto admin, context.OpenAdmin());
  ASSIGN_OR_RETURN(const v1::Grant present, GrantOf(*admin, principal));
  ASSIGN_OR_RETURN(const v1::GetStatusResponse status, admin->GetStatus());
  DryRun found("take all rights from " + ShortMember(principal));
  if (present.roles().empty()) {
    found.Nothing("it has none");
    return found;
  }
  found.Say("rights now", RightsOf(present));
  found.Count("receive nothing", SubscriptionsOfPrincipal(status, principal));
  return found;
}

int Set(Context& context, const GrantFlags& flags) {
  absl::StatusOr<v1::Grant> wanted = FromFlags(context, flags);
  if (!wanted.ok()) return context.Fail(wanted.status());
  if (flags.dry_run) return ShowDryRun(context, WouldSet(context, *wanted));
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  const auto grant = (*admin)->SetGrant(*std::move(wanted));
  if (!grant.ok()) return context.Fail(grant.status());
  if (context.json()) {
    context.out << MessageToJson(*grant).dump() << "\n";
  } else {
    context.out << grant->principal() << ": " << RolesOf(*grant) << ", publishes up to "
                << CeilingOf(*grant) << "\n";
  }
  return kExitOk;
}

int List(Context& context, const GrantFlags& flags) {
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  const auto grants = (*admin)->ListGrants(flags.limit);
  if (!grants.ok()) return context.Fail(grants.status());
  Table table({"PRINCIPAL", "PUBLISHES UP TO", "ROLES"});
  for (const v1::Grant& grant : *grants) {
    if (context.json()) context.out << MessageToJson(grant).dump() << "\n";
    table.Add({ShortMember(grant.principal()), CeilingOf(grant), RolesOf(grant)});
  }
  if (!context.json()) table.Print(context.out, "No grant.");
  return kExitOk;
}

int Delete(Context& context, const GrantFlags& flags) {
  if (flags.dry_run) {
    return ShowDryRun(context, WouldDelete(context, MemberFromShort(flags.principal)));
  }
  auto admin = context.OpenAdmin();
  if (!admin.ok()) return context.Fail(admin.status());
  const absl::Status deleted = (*admin)->DeleteGrant(MemberFromShort(flags.principal));
  if (!deleted.ok()) return context.Fail(deleted);
  if (!context.json()) context.out << MemberFromShort(flags.principal) << ": no rights\n";
  return kExitOk;
}

}  // namespace

void AddAdminGrants(CLI::App& admin, Context& context) {
  auto flags = std::make_shared<GrantFlags>();
  CLI::App* group = admin.add_subcommand("grants", "What principals may do");
  group->require_subcommand(1);
  const char* const principal_help = "SPIFFE ID, or ke-desk@eastafrica.example for a desk";

  CLI::App* set = group->add_subcommand("set", "Give a principal rights, in place of those it had");
  set->add_option("PRINCIPAL", flags->principal, principal_help);
  set->add_option("--role", flags->roles,
                  "publisher, immediate-publisher, reader, strict-reader, office")
      ->delimiter(',');
  set->add_option("--publish-tlp-max", flags->publish_tlp_max,
                  "publishes at most at this marking; with the publisher role");
  set->add_option("--publish-purpose", flags->purposes,
                  "publishes only alerts about these purposes: forced-labour, ...")
      ->delimiter(',');
  set->add_option("--on-behalf-of", flags->on_behalf_of,
                  "hands in for these members too, each signing with its own key")
      ->delimiter(',');
  set->add_option("--etag", flags->etag, "only if this is the grant's etag");
  set->add_option("--file", flags->file, "textproto of corridor.v1.Grant");
  AddDryRunFlag(*set, flags->dry_run);
  set->footer(
      "Examples:\n"
      "  corridorctl admin grants set ke-desk@eastafrica.example --role publisher,reader \\\n"
      "      --publish-tlp-max amber\n");
  context.OnRun(*set, [&context, flags] { return Set(context, *flags); });

  CLI::App* list = group->add_subcommand("list", "List grants");
  AddLimitFlag(*list, flags->limit);
  list->footer("Examples:\n  corridorctl admin grants list\n");
  OnShow(context, *list, [&context, flags] { return List(context, *flags); });

  CLI::App* remove = group->add_subcommand("delete", "Take a principal's rights away");
  remove->add_option("PRINCIPAL", flags->principal, principal_help)->required();
  AddDryRunFlag(*remove, flags->dry_run);
  remove->footer("Examples:\n  corridorctl admin grants delete ke-desk@eastafrica.example\n");
  context.OnRun(*remove, [&context, flags] { return Delete(context, *flags); });
}

}  // namespace corridor
