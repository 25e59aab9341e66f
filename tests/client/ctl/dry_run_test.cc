// Whatever takes something away can be tried first: the dry run says what would change, with
// numbers and names, and calls nothing that changes anything.
#include "client/ctl/dry_run.h"

#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "corridor/v1/approvals.pb.h"
#include "corridor/v1/data_protection.pb.h"
#include "corridor/v1/federation.pb.h"
#include "corridor/v1/quota.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/ctl/against_broker.h"

namespace corridor {
namespace {

using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr char kDesk[] = "spiffe://sea.example/agency/th-desk";
constexpr char kAlert[] = "0190c6f1-1111-7111-8111-111111111111";
constexpr char kKey[] = "6f1d0c9ab2e34857a1c05d8e7f902b34";

// What a command takes away, or that it takes nothing.
enum class Takes { kNothing, kSomething };

// Every command there is. A new one must be entered here, and where it takes something away
// (rights, content, places, streams, what waits) it must have --dry-run.
const std::map<std::string, Takes>& AllCommands() {
  constexpr Takes kNothing = Takes::kNothing;
  constexpr Takes kSomething = Takes::kSomething;
  static const auto* commands = new std::map<std::string, Takes>{
      {"admin agreements create", kSomething},  // It waits for nobody, where no second is needed.
      {"admin agreements end", kSomething},
      {"admin agreements list", kNothing},
      {"admin agreements show", kNothing},
      {"admin agreements simulate", kNothing},
      {"admin approvals approve", kSomething},
      {"admin approvals list", kNothing},
      {"admin approvals refuse", kSomething},
      {"admin backup create", kNothing},
      {"admin backup keygen", kNothing},
      {"admin backup list", kNothing},
      {"admin backup verify", kNothing},
      {"admin check", kNothing},
      {"admin disclosure alert", kNothing},
      {"admin disclosure holder", kNothing},
      {"admin disclosure record", kNothing},
      {"admin drain", kSomething},
      {"admin grants delete", kSomething},
      {"admin grants list", kNothing},
      {"admin grants set", kSomething},  // In place of those it had.
      {"admin keys list", kNothing},
      {"admin keys register", kNothing},
      {"admin keys retire", kSomething},
      {"admin keys revoke", kSomething},
      {"admin legal-hold lift", kSomething},
      {"admin legal-hold list", kNothing},
      {"admin legal-hold set", kSomething},
      {"admin links accept-gap", kSomething},
      {"admin links ask-again", kNothing},
      {"admin links pause", kSomething},
      {"admin links reconcile", kSomething},
      {"admin links refused", kNothing},
      {"admin links resume", kNothing},
      {"admin log-level", kNothing},
      {"admin members activate", kNothing},
      {"admin members create", kNothing},
      {"admin members list", kNothing},
      {"admin members show", kNothing},
      {"admin members suspend", kSomething},
      {"admin members update", kNothing},
      {"admin quarantine lift", kSomething},
      {"admin quarantine list", kNothing},
      {"admin quarantine set", kSomething},
      {"admin quotas delete", kSomething},
      {"admin quotas list", kNothing},
      {"admin quotas set", kNothing},
      {"admin reach list", kNothing},
      {"admin reach restore", kNothing},
      {"admin reach suspend", kSomething},
      {"admin recalls", kNothing},
      {"admin sessions end", kSomething},
      {"admin sessions list", kNothing},
      {"admin status", kNothing},
      {"admin subscriptions", kNothing},
      {"admin top", kNothing},
      {"admin trust expiring", kNothing},
      {"admin trust reload", kNothing},
      {"admin undrain", kNothing},
      {"alerts list", kNothing},
      {"alerts show", kNothing},
      {"alerts verify", kNothing},
      {"audit export", kNothing},
      {"audit query", kNothing},
      {"audit tail", kNothing},
      {"audit verify", kNothing},
      {"certs crl", kNothing},
      {"certs init", kNothing},
      {"certs issue", kNothing},  // Over what is there only with --force.
      {"certs renew", kNothing},
      {"certs revoke", kSomething},
      {"certs show", kNothing},
      {"certs status", kNothing},
      {"certs verify", kNothing},
      {"check", kNothing},
      {"completion", kNothing},
      {"explain", kNothing},
      {"import", kSomething},
      {"init", kNothing},
      {"manual", kNothing},
      {"publish", kNothing},  // `check` is its dry run.
      {"pull", kNothing},
      {"subscriptions create", kNothing},
      {"subscriptions dead-letters discard", kSomething},
      {"subscriptions dead-letters list", kNothing},
      {"subscriptions dead-letters redrive", kSomething},
      {"subscriptions delete", kSomething},
      {"subscriptions list", kNothing},
      {"subscriptions pause", kNothing},
      {"subscriptions resume", kNothing},
      {"subscriptions resync", kSomething},
      {"subscriptions seek", kSomething},
      {"subscriptions show", kNothing},
      {"subscriptions update", kNothing},
      {"watch", kNothing},
  };
  return *commands;
}

class DryRunTest : public AgainstBroker {
 protected:
  void AnswerMember(v1::MemberState state) {
    v1::Member member;
    member.set_spiffe_id(kDesk);
    member.set_state(state);
    broker_.Answer("/corridor.v1.Administration/GetMember", member);
  }
  void AnswerStatus() {
    v1::GetStatusResponse status;
    for (const char* owner : {kDesk, "spiffe://sea.example/agency/th-desk/integration/police",
                              "spiffe://sea.example/agency/th-desk-2"}) {
      v1::OwnedSubscriptionStatus& owned = *status.add_subscriptions();
      owned.set_owner(owner);
      owned.mutable_status()->set_name("subscriptions/all");
      owned.mutable_status()->add_lanes()->set_backlog(12);
    }
    broker_.Answer("/corridor.v1.Administration/GetStatus", status);
  }
};

// The leaves of the tree of commands, by their words.
void Walk(const CLI::App& app, const std::string& words,
          const std::function<void(const std::string&, const CLI::App&)>& visit) {
  const auto below = app.get_subcommands([](const CLI::App*) { return true; });
  if (below.empty()) visit(words, app);
  for (const CLI::App* command : below) {
    Walk(*command, words.empty() ? command->get_name() : words + " " + command->get_name(), visit);
  }
}

TEST_F(DryRunTest, WhateverTakesSomethingAwayCanBeTriedFirst) {
  std::istringstream in;
  std::ostringstream out;
  Context context(in, out, out, clock_);
  CLI::App app("", "corridorctl");
  Declare(app, context);
  std::set<std::string> seen;
  Walk(app, "", [&](const std::string& words, const CLI::App& command) {
    seen.insert(words);
    const auto known = AllCommands().find(words);
    ASSERT_NE(known, AllCommands().end()) << words << " is new: does it take something away?";
    if (known->second == Takes::kSomething) {
      EXPECT_NE(command.get_option_no_throw("--dry-run"), nullptr) << words;
    }
  });
  for (const auto& [words, takes] : AllCommands()) {
    EXPECT_TRUE(seen.contains(words)) << words << " is no more";
  }
}

// With a broker that would take every call for granted.
TEST_F(DryRunTest, NothingIsCalledThatChangesAnything) {
  const std::vector<std::vector<std::string>> lines = {
      {"admin", "agreements", "create", "ea-to-sea"},
      {"admin", "agreements", "end", "ea-to-sea"},
      {"admin", "grants", "delete", kDesk},
      {"admin", "grants", "set", kDesk, "--role", "reader"},
      {"admin", "legal-hold", "lift", kDesk, kAlert},
      {"admin", "legal-hold", "set", kDesk, kAlert},
      {"admin", "members", "suspend", kDesk},
      {"admin", "quarantine", "lift", kDesk, kAlert},
      {"admin", "quarantine", "set", kDesk, kAlert},
      {"admin", "quotas", "delete", kDesk},
      {"admin", "reach", "suspend", kDesk},
      {"admin", "sessions", "end", "--principal", kDesk},
      {"subscriptions", "delete", "all"},
      {"subscriptions", "dead-letters", "discard", "all", "--all"},
      {"subscriptions", "dead-letters", "redrive", "all", "--all"},
      // What these are about is not there, and they say so.
      {"admin", "approvals", "approve", "agreements/ea-to-sea"},
      {"admin", "approvals", "refuse", "agreements/ea-to-sea"},
      {"admin", "keys", "retire", kKey},
      {"admin", "keys", "revoke", kKey},
      {"admin", "links", "accept-gap", "eastafrica.example"},
      {"admin", "links", "pause", "eastafrica.example"},
  };
  for (std::vector<std::string> line : lines) {
    const std::string words = absl::StrCat(line[0], " ", line[1], " ", line[2]);
    line.push_back("--dry-run");
    const int code = Run(line);
    if (code == kExitOk) {
      EXPECT_THAT(out_, HasSubstr("Would ")) << words;
      EXPECT_THAT(out_, HasSubstr("Nothing was changed (--dry-run).")) << words;
    } else {
      EXPECT_THAT(err_, HasSubstr("NOT_FOUND")) << words << out_;
    }
    const std::vector<std::string> called = broker_.Called();
    EXPECT_THAT(called, Not(IsEmpty())) << words << ": it asks the broker";
    EXPECT_THAT(called, Each(testing::MatchesRegex("/corridor.v1.*/(Get|List|Report|Simulate).*")))
        << words;
  }
}

TEST_F(DryRunTest, ASuspensionNamesWhatStandsStill) {
  AnswerMember(v1::MEMBER_STATE_ACTIVE);
  AnswerStatus();
  v1::ListGrantsResponse grants;
  grants.add_grants()->set_principal(kDesk);
  grants.add_grants()->set_principal("spiffe://sea.example/agency/th-desk-2");
  broker_.Answer("/corridor.v1.Administration/ListGrants", grants);
  EXPECT_EQ(Run({"admin", "members", "suspend", "th-desk@sea.example", "--dry-run"}), kExitOk);
  EXPECT_EQ(out_,
            "Would suspend th-desk@sea.example\n"
            "  state            active, then suspended\n"
            "  may do nothing   1: th-desk@sea.example\n"
            "  receive nothing  2: subscriptions/all of th-desk@sea.example, 12 behind; "
            "subscriptions/all of spiffe://sea.example/agency/th-desk/integration/police, 12 "
            "behind\n"
            "  sign nothing     0\n"
            "Nothing was changed (--dry-run).\n");
  AnswerMember(v1::MEMBER_STATE_SUSPENDED);
  EXPECT_EQ(Run({"admin", "members", "suspend", kDesk, "--dry-run"}), kExitOk);
  EXPECT_THAT(out_, HasSubstr("it is suspended already"));
}

TEST_F(DryRunTest, EndingStreamsCountsThem) {
  v1::ListSessionsResponse sessions;
  for (const uint64_t id : {7, 8, 9}) {
    v1::OpenSession& session = *sessions.add_sessions();
    session.set_session_id(id);
    session.set_principal(id == 8 ? "spiffe://sea.example/agency/ph-desk" : kDesk);
    session.set_method("/corridor.v1.Subscriber/Attach");
  }
  broker_.Answer("/corridor.v1.Administration/ListSessions", sessions);
  EXPECT_EQ(Run({"admin", "sessions", "end", "--principal", kDesk, "--dry-run", "--format=json"}),
            kExitOk);
  const Json json = Json::parse(out_);
  EXPECT_EQ(json["dry_run"], true);
  EXPECT_EQ(json["changes"]["streams"]["count"], 2);
  EXPECT_EQ(Run({"admin", "sessions", "end", "--id", "8", "--dry-run"}), kExitOk);
  EXPECT_THAT(out_, HasSubstr("1: 8, /corridor.v1.Subscriber/Attach of ph-desk@sea.example"));
  EXPECT_EQ(Run({"admin", "sessions", "end", "--dry-run"}), kExitUsage) << "all of them?";
}

TEST_F(DryRunTest, EndingAnAgreementSaysWhatItWouldHaveStopped) {
  v1::Agreement agreement;
  agreement.set_state(v1::AGREEMENT_STATE_ACTIVE);
  agreement.set_etag("3");
  agreement.mutable_from()->set_region("eastafrica.example");
  agreement.mutable_to()->set_region("sea.example");
  agreement.set_tlp_max(v1::TLP_AMBER);
  broker_.Answer("/corridor.v1.Administration/GetAgreement", agreement);
  v1::SimulateAgreementResponse simulated;
  simulated.set_examined(400);
  simulated.set_stopped(31);
  broker_.Answer("/corridor.v1.Federation/SimulateAgreement", simulated);
  EXPECT_EQ(Run({"admin", "agreements", "end", "ea-to-sea", "--dry-run"}), kExitOk) << err_;
  EXPECT_THAT(out_, HasSubstr("eastafrica.example to sea.example, up to TLP amber"));
  EXPECT_THAT(out_, HasSubstr("31 of them would not have reached somebody"));
  EXPECT_EQ(Run({"admin", "agreements", "end", "ea-to-sea", "--etag", "2", "--dry-run"}), kExitOk);
  EXPECT_THAT(out_, HasSubstr("it has changed since: its etag is 3"));
}

TEST_F(DryRunTest, WithholdingAnAlertNamesWhoHasIt) {
  v1::ReportAlertDisclosuresResponse report;
  v1::StatementDisclosure& statement = *report.add_statements();
  statement.set_kind(v1::STATEMENT_KIND_ISSUE);
  statement.add_disclosed_to()->set_holder("eastafrica.example");
  statement.add_disclosed_to()->set_holder(kDesk);
  broker_.Answer("/corridor.v1.DataProtection/ReportAlertDisclosures", report);
  EXPECT_EQ(Run({"admin", "quarantine", "set", kDesk, kAlert, "--dry-run"}), kExitOk) << err_;
  EXPECT_THAT(out_, HasSubstr(absl::StrCat("Would withhold the alert ", kAlert)));
  EXPECT_THAT(out_, HasSubstr("2: eastafrica.example; th-desk@sea.example"));
}

TEST_F(DryRunTest, AKeyThatIsRevokedSaysWhatItsMemberHasLeft) {
  v1::ListSigningKeysResponse keys;
  for (const char first : {'\x6f', '\x70'}) {
    v1::SigningKey& key = *keys.add_signing_keys();
    key.set_key_id(first +
                   std::string("\x1d\x0c\x9a\xb2\xe3\x48\x57\xa1\xc0\x5d\x8e\x7f\x90\x2b\x34"));
    key.set_member(kDesk);
    key.set_state(v1::SIGNING_KEY_STATE_ACTIVE);
  }
  broker_.Answer("/corridor.v1.Administration/ListSigningKeys", keys);
  EXPECT_EQ(Run({"admin", "keys", "revoke", kKey, "--compromised-at", "2026-03-01", "--dry-run"}),
            kExitOk)
      << err_;
  EXPECT_THAT(out_, HasSubstr("accepted from 2026-03-01 00:00:00 on"));
  EXPECT_THAT(out_, HasSubstr("1: 701d0c9ab2e34857a1c05d8e7f902b34"));
}

TEST_F(DryRunTest, ManyAreCountedAndSomeAreNamed) {
  DryRun found("do it");
  std::vector<std::string> which;
  for (int i = 1; i <= 12; ++i) which.push_back(absl::StrCat("s", i));
  found.Count("things", which);
  std::istringstream in;
  std::ostringstream out;
  Context context(in, out, out, clock_);
  EXPECT_EQ(found.Show(context), kExitOk);
  EXPECT_THAT(out.str(), HasSubstr("12: s1; s2; s3; s4; s5; s6; s7; s8; s9; s10; and 2 more\n"));
}

TEST_F(DryRunTest, ACertificateIsNotRevokedByIt) {
  const std::string pki = dir_.File("pki");
  ASSERT_EQ(Run({"certs", "init", "--trust-domain", "sea.example", "--pki", pki}), kExitOk) << err_;
  ASSERT_EQ(Run({"certs", "issue", "--pki", pki, "--profile", "agency", "--id", "th-desk", "--out",
                 dir_.File("desk")}),
            kExitOk)
      << err_;
  EXPECT_EQ(Run({"certs", "revoke", dir_.File("desk.pem"), "--pki", pki, "--dry-run"}), kExitOk);
  EXPECT_THAT(out_, HasSubstr(kDesk));
  EXPECT_EQ(Run({"certs", "revoke", pki + "/issuing-1.pem", "--pki", pki, "--dry-run"}), kExitOk);
  EXPECT_THAT(out_, HasSubstr("refused with it  1: ")) << out_;
  EXPECT_EQ(Run({"certs", "status", "--pki", pki}), kExitOk) << "nothing is revoked" << out_;
  EXPECT_EQ(Run({"certs", "revoke", "0123", "--pki", pki, "--dry-run"}), kExitFailed);
}

}  // namespace
}  // namespace corridor
