#ifndef CORRIDOR_CLIENT_CTL_COMMANDS_H_
#define CORRIDOR_CLIENT_CTL_COMMANDS_H_

#include <CLI/CLI.hpp>

#include "client/ctl/context.h"

namespace corridor {

// Each adds one command with its flags, help and examples to `app`; `context` must
// outlive both. One source file for each.
void AddPublishCommand(CLI::App& app, Context& context);
void AddCheckCommand(CLI::App& app, Context& context);
void AddPullCommand(CLI::App& app, Context& context);
void AddWatchCommand(CLI::App& app, Context& context);
void AddAlertsCommand(CLI::App& app, Context& context);
void AddExplainCommand(CLI::App& app, Context& context);
void AddSubscriptionsCommand(CLI::App& app, Context& context);
void AddImportCommand(CLI::App& app, Context& context);
void AddAdminCommand(CLI::App& app, Context& context);
void AddAuditCommand(CLI::App& app, Context& context);
void AddCertsCommand(CLI::App& app, Context& context);
void AddInitCommand(CLI::App& app, Context& context);
// `completion` and `manual`, which describe all commands of `app`.
void AddReferenceCommands(CLI::App& app, Context& context);

// The commands of `certs` that have a file of their own.
void AddCertsVerify(CLI::App& certs, Context& context);

// The commands of `audit` that read a broker's log.
void AddAuditRead(CLI::App& audit, Context& context);

// The command of `alerts` that has a file of its own.
void AddAlertsVerify(CLI::App& alerts, Context& context);

// The groups of `admin`.
void AddAdminMembers(CLI::App& admin, Context& context);
void AddAdminGrants(CLI::App& admin, Context& context);
void AddAdminKeys(CLI::App& admin, Context& context);
void AddAdminAgreements(CLI::App& admin, Context& context);
void AddAdminLinks(CLI::App& admin, Context& context);
void AddAdminOperations(CLI::App& admin, Context& context);
void AddAdminBackup(CLI::App& admin, Context& context);
void AddAdminProtection(CLI::App& admin, Context& context);
void AddAdminStatus(CLI::App& admin, Context& context);
void AddAdminTop(CLI::App& admin, Context& context);
void AddAdminCheck(CLI::App& admin, Context& context);
void AddAdminTrust(CLI::App& admin, Context& context);
void AddAdminApprovals(CLI::App& admin, Context& context);
void AddAdminQuotas(CLI::App& admin, Context& context);
void AddAdminDisclosure(CLI::App& admin, Context& context);
void AddAdminReach(CLI::App& admin, Context& context);

}  // namespace corridor

#endif  // CORRIDOR_CLIENT_CTL_COMMANDS_H_
