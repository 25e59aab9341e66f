// The commands that need no broker, run as from a shell: certificates are made, kept and
// renewed without ever losing a key by accident; a check names what would be refused.
#include "client/ctl/commands.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "client/ctl/output.h"
#include "core/crypto/audit_chain.h"
#include "corridor/v1/audit_log.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_dir.h"

namespace corridor {
namespace {

using testing::HasSubstr;

class CommandsTest : public testing::Test {
 protected:
  // Runs one command line; output and errors are in out_ and err_.
  int Run(std::vector<std::string> arguments, const std::string& input = "") {
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    Context context(in, out, err, clock_);
    CLI::App app("", "corridorctl");
    app.fallthrough();
    context.AddFlags(app);
    AddPublishCommand(app, context);
    AddCheckCommand(app, context);
    AddPullCommand(app, context);
    AddWatchCommand(app, context);
    AddAlertsCommand(app, context);
    AddSubscriptionsCommand(app, context);
    AddAdminCommand(app, context);
    AddAuditCommand(app, context);
    AddCertsCommand(app, context);
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
  void MakeRoot() {
    ASSERT_EQ(Run({"certs", "init", "--trust-domain", "sea.example", "--pki", dir_.File("pki")}),
              kExitOk)
        << err_;
  }
  int Issue(const std::string& id, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"certs",     "issue",          "--pki", dir_.File("pki"),
                                          "--profile", "agency",         "--id",  id,
                                          "--out",     dir_.File("desk")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Run(arguments);
  }

  FakeClock clock_;
  const TempDir dir_;
  std::string out_;
  std::string err_;
};

TEST_F(CommandsTest, KeysAreTheOwnersAlone) {
  MakeRoot();
  ASSERT_EQ(Issue("th-desk"), kExitOk) << err_;
  for (const char* name : {"pki/root.key", "desk.key"}) {
    struct stat file {};
    ASSERT_EQ(stat(dir_.File(name).c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 0777, 0600u) << name;
  }
}

TEST_F(CommandsTest, WhatIsGoodIsLeftAndWhatRunsOutIsRenewed) {
  MakeRoot();
  ASSERT_EQ(Issue("th-desk"), kExitOk);
  const std::string first = Read("desk.pem");
  clock_.Advance(50 * absl::Hours(24));
  ASSERT_EQ(Issue("th-desk"), kExitOk);
  EXPECT_EQ(Read("desk.pem"), first) << "40 of 90 days are more than a third";
  clock_.Advance(20 * absl::Hours(24));
  ASSERT_EQ(Issue("th-desk"), kExitOk);
  EXPECT_NE(Read("desk.pem"), first);
  EXPECT_EQ(Run({"certs", "verify", dir_.File("desk.pem"), "--trust-domain",
                 "sea.example=" + dir_.File("pki/root.pem")}),
            kExitOk)
      << err_;
  EXPECT_THAT(out_, HasSubstr("spiffe://sea.example/agency/th-desk"));
}

TEST_F(CommandsTest, AStolenAuthorityIsReplacedAndSoIsWhatItIssued) {
  MakeRoot();
  ASSERT_EQ(Issue("th-desk"), kExitOk);
  const std::vector<std::string> verify = {"certs",
                                           "verify",
                                           dir_.File("desk.pem"),
                                           "--trust-domain",
                                           "sea.example=" + dir_.File("pki/root.pem"),
                                           "--crl",
                                           dir_.File("pki/crl.pem")};
  ASSERT_EQ(Run(verify), kExitOk) << err_;
  ASSERT_EQ(Run({"certs", "revoke", dir_.File("pki/issuing-1.pem"), "--pki", dir_.File("pki")}),
            kExitOk);
  EXPECT_EQ(Run(verify), kExitFailed);
  EXPECT_EQ(Run({"certs", "status", "--pki", dir_.File("pki")}), kExitFailed);
  EXPECT_THAT(out_, HasSubstr("revoked"));
  EXPECT_EQ(Issue("th-desk"), kExitFailed) << "nothing is issued by an authority that is revoked";
  MakeRoot();  // The root's key is here: it makes the next one.
  ASSERT_EQ(Run({"certs", "renew", "--pki", dir_.File("pki")}), kExitOk) << err_;
  EXPECT_EQ(Run(verify), kExitOk) << err_;
  EXPECT_EQ(Run({"certs", "status", "--pki", dir_.File("pki")}), kExitOk) << out_;
}

TEST_F(CommandsTest, SomethingElseIsNeverOverwrittenUnasked) {
  MakeRoot();
  ASSERT_EQ(Issue("th-desk"), kExitOk);
  const std::string key = Read("desk.key");
  EXPECT_EQ(Issue("id-desk"), kExitFailed);
  EXPECT_EQ(Read("desk.key"), key);
  EXPECT_EQ(Issue("id-desk", {"--force"}), kExitOk);
  EXPECT_NE(Read("desk.key"), key);

  const std::string root = Read("pki/root.key");
  EXPECT_EQ(Run({"certs", "init", "--trust-domain", "other.example", "--pki", dir_.File("pki")}),
            kExitFailed);
  MakeRoot();
  EXPECT_EQ(Read("pki/root.key"), root);
}

TEST_F(CommandsTest, ARefusedCertificateIsNamed) {
  MakeRoot();
  ASSERT_EQ(Issue("th-desk"), kExitOk);
  const std::string roots = "sea.example=" + dir_.File("pki/root.pem");
  const std::vector<std::string> verify = {"certs", "verify", dir_.File("desk.pem"),
                                           "--trust-domain", roots};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), verify.begin(), verify.end());
    return Run(more);
  };
  EXPECT_EQ(with({"--purpose", "server", "--format=json"}), kExitFailed);
  EXPECT_THAT(out_, HasSubstr(R"("reason":"WRONG_KEY_USAGE")"));
  EXPECT_EQ(with({"--at", "2001-01-01T00:00:00Z"}), kExitFailed);
  EXPECT_THAT(out_, HasSubstr("refused: CERTIFICATE_NOT_YET_VALID: "));
  EXPECT_EQ(with({"--max-lifetime-days", "30"}), kExitFailed);
  EXPECT_THAT(out_, HasSubstr("LIFETIME_TOO_LONG"));
  EXPECT_EQ(with({"--no-spiffe", "--format=json"}), kExitOk);
  EXPECT_THAT(out_, HasSubstr(R"("accepted":true)"));
}

TEST_F(CommandsTest, ARegionsPkiRenewsItself) {
  MakeRoot();
  ASSERT_EQ(Issue("th-desk"), kExitOk);
  const std::string pki = dir_.File("pki");
  const auto certs = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "certs");
    arguments.insert(arguments.end(), {"--pki", pki});
    return Run(arguments);
  };
  const auto verify = [&](std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"certs", "verify", dir_.File("desk.pem"),
                                          "--trust-domain", "sea.example=" + pki + "/root.pem"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Run(arguments);
  };
  const std::vector<std::string> lists = {"--crl", pki + "/crl.pem"};
  EXPECT_EQ(certs({"status"}), kExitOk) << out_;
  EXPECT_EQ(verify(lists), kExitOk) << out_;

  // The root's key goes off line; two months later certificates and lists are renewed without it.
  std::filesystem::rename(pki + "/root.key", dir_.File("off-line.key"));
  const std::string first = Read("desk.pem");
  EXPECT_EQ(certs({"renew"}), kExitOk);
  EXPECT_EQ(Read("desk.pem"), first) << "nothing was due";
  clock_.Advance(61 * absl::Hours(24));
  EXPECT_EQ(certs({"status"}), kExitFailed);
  EXPECT_THAT(verify(lists), kExitFailed);
  EXPECT_THAT(out_, HasSubstr("REVOCATION_STALE"));
  EXPECT_EQ(certs({"renew"}), kExitOk) << err_;
  EXPECT_NE(Read("desk.pem"), first);
  EXPECT_EQ(verify(lists), kExitOk) << out_;
  EXPECT_EQ(certs({"status"}), kExitOk) << out_;

  // A stolen key.
  EXPECT_EQ(certs({"revoke", dir_.File("desk.pem")}), kExitOk) << err_;
  EXPECT_EQ(verify(lists), kExitFailed);
  EXPECT_THAT(out_, HasSubstr("CERTIFICATE_REVOKED"));
  EXPECT_EQ(Issue("th-desk", {"--force"}), kExitOk);
  EXPECT_EQ(verify(lists), kExitOk) << out_;
  EXPECT_EQ(certs({"revoke", "0123"}), kExitFailed);

  // After two thirds of two years the next issuing authority wants the root's key for a moment.
  clock_.Advance(500 * absl::Hours(24));
  EXPECT_EQ(certs({"renew"}), kExitFailed);
  EXPECT_THAT(err_, HasSubstr("needs root.key"));
  std::filesystem::rename(dir_.File("off-line.key"), pki + "/root.key");
  EXPECT_EQ(certs({"renew"}), kExitOk) << err_;
  EXPECT_TRUE(std::filesystem::exists(pki + "/issuing-2.pem"));
  EXPECT_EQ(Issue("th-desk", {"--force"}), kExitOk);
  EXPECT_EQ(verify(lists), kExitOk) << out_;
  for (const char* name : {"pki/root.key", "pki/issuing-1.key", "pki/issuing-2.key"}) {
    EXPECT_EQ(std::filesystem::status(dir_.File(name)).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
        << name;
  }
}

TEST_F(CommandsTest, AnAuditLogWhoseTailIsCutOffIsKnownByItsNotedHead) {
  AuditChain chain;
  std::string head_of_two;
  std::ofstream whole(dir_.File("audit.jsonl"));
  std::ofstream cut(dir_.File("cut.jsonl"));
  for (uint64_t sequence = 1; sequence <= 3; ++sequence) {
    v1::AuditEntry entry;
    entry.set_sequence(sequence);
    const std::string line = chain.Export(entry.SerializeAsString()).value() + "\n";
    whole << line;
    if (sequence <= 2) cut << line;
    if (sequence == 2) head_of_two = ToString(chain.head());
  }
  whole.close();
  cut.close();
  const std::string head = ToString(chain.head());
  const auto verify = [&](const std::string& file, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"audit", "verify", dir_.File(file)});
    return Run(more);
  };
  EXPECT_EQ(verify("audit.jsonl"), kExitOk);
  EXPECT_THAT(out_, HasSubstr("whole: 3 entries, head " + head));
  EXPECT_EQ(verify("audit.jsonl", {"--head", head, "--head", head_of_two}), kExitOk);
  EXPECT_EQ(verify("cut.jsonl"), kExitOk) << "nothing inside tells";
  EXPECT_EQ(verify("cut.jsonl", {"--head", head, "--format=json"}), kExitFailed);
  EXPECT_THAT(out_, HasSubstr("its tail is cut off"));
  EXPECT_EQ(verify("audit.jsonl", {"--head", "2:" + std::string(64, 'a')}), kExitFailed);
  EXPECT_THAT(out_, HasSubstr("another one than was noted at entry 2"));
  EXPECT_EQ(verify("audit.jsonl", {"--head", "2"}), kExitUsage);
}

TEST_F(CommandsTest, AVerdictIsNotMistakenForAUsageError) {
  MakeRoot();
  ASSERT_EQ(Issue("th-desk"), kExitOk);
  const std::string desk = dir_.File("desk.pem");
  const std::string roots = "sea.example=" + dir_.File("pki/root.pem");
  std::ofstream(dir_.File("garbage.pem")) << "no certificate\n";
  EXPECT_EQ(Run({"certs", "verify", "--trust-domain", roots, dir_.File("garbage.pem")}),
            kExitFailed);
  EXPECT_THAT(out_, HasSubstr("refused: MALFORMED_CERTIFICATE"));
  EXPECT_EQ(Run({"certs", "verify", "--trust-domain", "sea.example=" + desk, desk}), kExitFailed);
  EXPECT_THAT(out_, HasSubstr("refused: ISSUER_NOT_CA"));
  EXPECT_EQ(Run({"certs", "verify", "--trust-domain", roots, "--crl", desk, desk}), kExitFailed);
  EXPECT_THAT(out_, HasSubstr("refused: REVOCATION_UNKNOWN"));

  EXPECT_EQ(Run({"certs", "verify", "--trust-domain", roots, dir_.File("absent.pem")}), kExitUsage);
  EXPECT_EQ(Run({"certs", "verify", "--trust-domain", "sea.example", desk}), kExitUsage);
  EXPECT_EQ(Run({"certs", "verify", "--trust-domain", roots, "--at", "noon", desk}), kExitUsage);
  EXPECT_EQ(Run({"certs", "verify", desk}), kExitUsage);
}

TEST_F(CommandsTest, CheckNamesWhatWouldBeRefused) {
  const std::string alert =
      R"({"publisher": "th-desk@sea.example", "publisher_country": "THA",
          "publisher_type": "CENTRAL_GOVERNMENT", "tlp": "GREEN", "valid_until": "60 days",
          "audience": {"all_members": {}},
          "issue": {"severity": "SEVERE", "certainty": "OBSERVED",
                    "legs": [{"stage": "RECRUITMENT", "country": "KEN"}],
                    "headlines": [{"language": "en", "text": "$TEXT"}]}})";
  const auto with = [&](const std::string& text) {
    return std::string(alert).replace(alert.find("$TEXT"), 5, text);
  };
  EXPECT_EQ(Run({"check", "--local", "-"}, with("False offers of office work")), kExitOk)
      << out_ << err_;
  EXPECT_EQ(Run({"check", "--local", "-"}, with("write to someone@example.org")), kExitFailed);
  EXPECT_THAT(out_, HasSubstr("\nissue.headlines[0].text\n")) << "as the file has it";
  EXPECT_THAT(out_, Not(HasSubstr("someone"))) << "the text itself is not repeated";
  EXPECT_EQ(Run({"check", "--local", "-", "--format=json"}, with("write to someone@example.org")),
            kExitFailed);
  EXPECT_THAT(out_, HasSubstr("body.issue.content.headlines[0].text")) << "as the wire has it";
  EXPECT_THAT(out_, Not(HasSubstr("someone")));
}

TEST_F(CommandsTest, CheckLinesAnswersForEachLine) {
  EXPECT_EQ(Run({"check", "--lines", "-", "--format=json"},
                "False offers of office work\r\nwrite to someone@example.org\n"),
            kExitFailed);
  std::istringstream lines(out_);
  std::string line;
  std::vector<Json> verdicts;
  while (std::getline(lines, line)) verdicts.push_back(Json::parse(line));
  ASSERT_EQ(verdicts.size(), 2);
  EXPECT_EQ(verdicts[0]["accepted"], true);
  EXPECT_EQ(verdicts[1]["line"], 2);
  EXPECT_EQ(verdicts[1]["findings"][0]["category"], "email");
}

// Views shorten and lengthen a text; `start` and `end` are bytes of the line as it was given.
TEST_F(CommandsTest, CheckLinesCountsBytesOfTheInput) {
  struct Line {
    std::string before, found, behind;
    std::string category;
  };
  const std::vector<Line> lines = {
      {"Der Bürgermeister ﬁndet: ", "jobs@example.org", " heute", "email"},
      {"ก็ส่งไปที่ ", "jobs@example.org", " ครับ", "email"},
      {"ｃａｌｌ ", "０７２２５５５０１８", " ｎｏｗ", "phone"},
      {"é̶ text ", "0️⃣7️⃣2️⃣2️⃣5️⃣5️⃣5️⃣0️⃣1️⃣8", "️⃣ end",
       "phone"},
      {"ﷺ ", "jobs at example dot org", " now", "email"},
      {"write ", "j o b s @ e x a m p l e . o r g", " today", "email"},
      {"Straße: Mr. ", "Ｊｏｓｅｐｈ Ｏｋｅｌｌｏ", " kam", "person-name"},
      {"İstanbul'da ", "jоbs@exаmple.org", " ", "email"},
      {"ደላላው በ፲፱፻፺፰ ዓ.ም ", "0911550142", " ይደውላል", "phone"},
  };
  std::string input;
  for (const Line& line : lines) input += line.before + line.found + line.behind + "\n";
  EXPECT_EQ(Run({"check", "--lines", "-", "--format=json"}, input), kExitFailed);
  std::istringstream answers(out_);
  std::string answer;
  for (const Line& line : lines) {
    ASSERT_TRUE(std::getline(answers, answer));
    const Json findings = Json::parse(answer)["findings"];
    ASSERT_EQ(findings.size(), 1u) << line.found << answer;
    EXPECT_EQ(findings[0]["category"], line.category) << line.found;
    EXPECT_EQ(findings[0]["start"], line.before.size()) << line.found;
    EXPECT_EQ(findings[0]["end"], line.before.size() + line.found.size()) << line.found;
  }
}

TEST_F(CommandsTest, WithoutABrokerTheCommandLineIsToBlame) {
  EXPECT_EQ(Run({"alerts", "list"}), kExitUsage);
  EXPECT_THAT(err_, HasSubstr("--endpoint"));
  EXPECT_EQ(Run({"alerts", "list", "--tlp", "purple"}), kExitUsage);
  EXPECT_EQ(Run({"publish", dir_.File("absent.json")}), kExitUsage);
  EXPECT_EQ(Run({"nonsense"}), kExitUsage);
}

// What cannot be taken back is never done for want of a word.
TEST_F(CommandsTest, WhatIsToBeMovedOrForgottenIsSaidInFull) {
  for (const std::vector<std::string>& rest : std::vector<std::vector<std::string>>{
           {"seek", "scams"},
           {"seek", "scams", "--to-end", "--to-offset", "4"},
           {"seek", "scams", "--to-time", "next week"},
           {"dead-letters", "discard", "scams"},
           {"dead-letters", "discard", "scams", "01000000000000002a", "--all"},
           {"dead-letters", "redrive", "scams", "no-id"},
           {"update", "scams", "--sharing", "somehow"}}) {
    std::vector<std::string> arguments = {"subscriptions"};
    arguments.insert(arguments.end(), rest.begin(), rest.end());
    EXPECT_EQ(Run(arguments), kExitUsage) << rest[0];
    EXPECT_THAT(err_, testing::Not(HasSubstr("--endpoint")))
        << rest[0] << ": refused for another reason";
  }
}

TEST_F(CommandsTest, AProfilesPathsAreRelativeToItsFolder) {
  std::ofstream(dir_.File("desk.profile")) << "endpoint: 'localhost:1' region: 'sea.example' "
                                              "certificate: 'absent.pem' key: 'a' trust: 'b'";
  EXPECT_EQ(Run({"alerts", "list", "--profile", dir_.File("desk.profile")}), kExitUsage);
  EXPECT_THAT(err_, HasSubstr(dir_.File("absent.pem")));
}

// Every command that runs says what it is for and gives an example.
void ExpectHelp(const CLI::App& app) {
  const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
  for (const CLI::App* command : commands) ExpectHelp(*command);
  if (!commands.empty()) return;
  EXPECT_FALSE(app.get_description().empty()) << app.get_name();
  EXPECT_THAT(app.get_footer(), HasSubstr("Examples:")) << app.get_name();
}

TEST_F(CommandsTest, EveryCommandHasHelpWithAnExample) {
  std::istringstream in;
  std::ostringstream out;
  Context context(in, out, out, clock_);
  CLI::App app;
  AddPublishCommand(app, context);
  AddCheckCommand(app, context);
  AddPullCommand(app, context);
  AddWatchCommand(app, context);
  AddAlertsCommand(app, context);
  AddSubscriptionsCommand(app, context);
  AddAdminCommand(app, context);
  AddCertsCommand(app, context);
  ExpectHelp(app);
}

}  // namespace
}  // namespace corridor
