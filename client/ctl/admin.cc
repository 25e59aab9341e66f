#include "client/ctl/admin_subscriptions.h"
#include "client/ctl/commands.h"

namespace corridor {

void AddAdminCommand(CLI::App& app, Context& context) {
  CLI::App* admin = app.add_subcommand(
      "admin", "Run a region: members, grants, keys, agreements, quotas, disclosure");
  admin->require_subcommand(1);
  admin->footer("The caller is an operator, named in the broker's configuration with his roles.\n");
  AddAdminMembers(*admin, context);
  AddAdminGrants(*admin, context);
  AddAdminKeys(*admin, context);
  AddAdminAgreements(*admin, context);
  AddAdminLinks(*admin, context);
  AddAdminProtection(*admin, context);
  AddAdminStatus(*admin, context);
  AddAdminSubscriptions(*admin, context);
  AddAdminTop(*admin, context);
  AddAdminOperations(*admin, context);
  AddAdminBackup(*admin, context);
  AddAdminCheck(*admin, context);
  AddAdminTrust(*admin, context);
  AddAdminApprovals(*admin, context);
  AddAdminQuotas(*admin, context);
  AddAdminDisclosure(*admin, context);
  AddAdminReach(*admin, context);
}

}  // namespace corridor
