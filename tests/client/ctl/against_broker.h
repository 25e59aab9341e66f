#ifndef CORRIDOR_TESTS_CLIENT_CTL_AGAINST_BROKER_H_
#define CORRIDOR_TESTS_CLIENT_CTL_AGAINST_BROKER_H_

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/ctl/commands.h"
#include "gtest/gtest.h"
#include "tests/client/ctl/canned_broker.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_dir.h"

namespace corridor {

// Runs command lines of the whole program as an operator against a broker with canned answers.
class AgainstBroker : public testing::Test {
 protected:
  AgainstBroker() {
    const IssuedCertificate caller = pki_.Operator("first");
    Write("cert.pem", caller.certificate_pem);
    Write("key.pem", caller.private_key_pem);
    Write("root.pem", pki_.root_pem());
  }

  void Write(const std::string& name, const std::string& content) {
    std::ofstream(dir_.File(name)) << content;
  }

  // Declares every command of the program.
  void Declare(CLI::App& app, Context& context) {
    app.fallthrough();
    context.AddFlags(app);
    AddPublishCommand(app, context);
    AddCheckCommand(app, context);
    AddPullCommand(app, context);
    AddWatchCommand(app, context);
    AddAlertsCommand(app, context);
    AddExplainCommand(app, context);
    AddSubscriptionsCommand(app, context);
    AddImportCommand(app, context);
    AddAdminCommand(app, context);
    AddAuditCommand(app, context);
    AddCertsCommand(app, context);
    AddInitCommand(app, context);
    AddReferenceCommands(app, context);
  }

  int Run(std::vector<std::string> arguments) {
    std::istringstream in;
    std::ostringstream out;
    std::ostringstream err;
    Context context(in, out, err, clock_);
    CLI::App app("", "corridorctl");
    Declare(app, context);
    for (const std::string& flag :
         {absl::StrCat("--endpoint=", broker_.endpoint()), std::string("--region=sea.example"),
          "--cert=" + dir_.File("cert.pem"), "--key=" + dir_.File("key.pem"),
          "--trust=" + dir_.File("root.pem"), std::string("--utc")}) {
      arguments.push_back(flag);
    }
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    try {
      app.parse(reversed);
    } catch (const CLI::ParseError& error) {
      return app.exit(error, out, err) == 0 ? kExitOk : kExitUsage;
    }
    out_ = out.str();
    err_ = err.str();
    return context.exit_code;
  }

  FakeClock clock_;
  const TempDir dir_;
  const TestPki pki_{"sea.example"};
  CannedBroker broker_{pki_, pki_.Broker("b1")};
  std::string out_;
  std::string err_;
};

}  // namespace corridor

#endif  // CORRIDOR_TESTS_CLIENT_CTL_AGAINST_BROKER_H_
