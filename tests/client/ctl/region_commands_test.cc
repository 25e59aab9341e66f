// A new region from one command, and what describes the commands: completion and pages for man are
// made from what --help shows.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "client/ctl/commands.h"
#include "client/ctl/reference.h"
#include "client/ctl/region_files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_dir.h"

namespace corridor {
namespace {

using testing::HasSubstr;
using testing::Not;

class RegionCommandsTest : public testing::Test {
 protected:
  int Run(std::vector<std::string> arguments, const std::string& input = "") {
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    Context context(in, out, err, clock_);
    CLI::App app("Warnings", "corridorctl");
    app.fallthrough();
    context.AddFlags(app);
    AddAdminCommand(app, context);
    AddCertsCommand(app, context);
    AddInitCommand(app, context);
    AddReferenceCommands(app, context);
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

  std::string Read(const std::string& name) const {
    std::ifstream file(dir_.File(name));
    return {std::istreambuf_iterator<char>(file), {}};
  }

  FakeClock clock_;
  const TempDir dir_;
  std::string out_;
  std::string err_;
};

TEST_F(RegionCommandsTest, InitAsksForWhatNoFlagSays) {
  ASSERT_EQ(Run({"init", "--dir", dir_.File("r")}, "sea.example\n\nTHA, PHL\nbroker.sea.example\n"),
            kExitOk)
      << err_;
  EXPECT_THAT(err_, HasSubstr("Region id"));
  EXPECT_THAT(Read("r/broker.textproto"), HasSubstr("region: \"sea.example\""));
  EXPECT_THAT(Read("r/members/tha-desk.profile"), HasSubstr("publisher_country: \"THA\""));
  EXPECT_THAT(Read("r/register.sh"), HasSubstr("admin members create phl-desk@sea.example"));
  EXPECT_THAT(out_, HasSubstr("corridord --config " + dir_.File("r/broker.textproto")));
}

TEST_F(RegionCommandsTest, InitWithoutAnAnswerNamesTheFlag) {
  EXPECT_EQ(Run({"init", "--dir", dir_.File("r")}), kExitUsage);
  EXPECT_THAT(err_, HasSubstr("--region"));
  EXPECT_EQ(Run({"init", "--region", "sea.example", "--country", "XX", "--host", "h", "--dir",
                 dir_.File("r")}),
            kExitUsage);
  EXPECT_THAT(err_, HasSubstr("XX"));
  EXPECT_FALSE(std::filesystem::exists(dir_.File("r")));
}

TEST_F(RegionCommandsTest, InitKeepsKeysAndNeverOverwritesUnasked) {
  const std::vector<std::string> init = {"init",        "--region", "sea.example",
                                         "--country",   "THA",      "--host",
                                         "192.0.2.7,b", "--dir",    dir_.File("r")};
  ASSERT_EQ(Run(init), kExitOk) << err_;
  const std::string key = Read("r/tls/broker.key");
  struct stat file {};
  ASSERT_EQ(stat(dir_.File("r/tls/broker.key").c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0600u);
  EXPECT_EQ(Run(init), kExitFailed);
  EXPECT_THAT(err_, HasSubstr("--force"));
  std::vector<std::string> again = init;
  again.emplace_back("--force");
  again.emplace_back("--port=8443");
  ASSERT_EQ(Run(again), kExitOk) << err_;
  EXPECT_THAT(Read("r/broker.textproto"), HasSubstr("0.0.0.0:8443"));
  EXPECT_EQ(Read("r/tls/broker.key"), key);
}

TEST_F(RegionCommandsTest, APeerIsTrustedAndLinked) {
  ASSERT_EQ(Run({"certs", "init", "--trust-domain", "ea.example", "--pki", dir_.File("ea")}),
            kExitOk);
  ASSERT_EQ(Run({"init", "--region", "sea.example", "--country", "THA", "--host", "b", "--dir",
                 dir_.File("r"), "--peer", "ea.example=" + dir_.File("ea/root.pem"), "--dial",
                 "ea.example=b.ea.example:7443"}),
            kExitOk)
      << err_;
  const std::string config = Read("r/broker.textproto");
  EXPECT_THAT(config, HasSubstr("name: \"ea.example\" roots_file: \"peers/ea.example.pem\""));
  EXPECT_THAT(
      config,
      HasSubstr("links { peer_region: \"ea.example\" dial_address: \"b.ea.example:7443\" }"));
  EXPECT_EQ(Read("r/peers/ea.example.pem"), Read("ea/root.pem"));
}

TEST_F(RegionCommandsTest, CompletionKnowsCommandsFlagsAndValues) {
  ASSERT_EQ(Run({"completion", "bash"}), kExitOk);
  EXPECT_THAT(out_, HasSubstr("'corridorctl admin members')"));
  EXPECT_THAT(out_, HasSubstr("'corridorctl'*' --format') values='text json'"));
  EXPECT_THAT(out_, Not(HasSubstr("@NAME@")));
  ASSERT_EQ(Run({"completion", "zsh"}), kExitOk);
  EXPECT_THAT(out_, HasSubstr("#compdef corridorctl"));
  EXPECT_EQ(Run({"completion", "tcsh"}), kExitUsage);
}

TEST_F(RegionCommandsTest, AManPageSaysWhatHelpSays) {
  ASSERT_EQ(Run({"manual", "--out", dir_.File("man")}), kExitOk) << err_;
  const std::string page = Read("man/corridorctl-certs.1");
  EXPECT_THAT(page, HasSubstr("corridorctl certs issue"));
  EXPECT_THAT(page, HasSubstr("\\-\\-profile"));
  EXPECT_THAT(page, HasSubstr("(required)"));
  EXPECT_THAT(page, HasSubstr("Examples:"));
  EXPECT_THAT(Read("man/corridorctl.1"), HasSubstr("corridorctl\\-admin(1)"));
}

}  // namespace
}  // namespace corridor
