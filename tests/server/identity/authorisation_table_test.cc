// The one table of who may call what: complete for every method that is declared, and closed for
// everything else.

#include "server/identity/authorisation_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/strings.h"
#include "core/model/errors.h"
#include "tests/server/identity/role_table.h"

namespace corridor {
namespace {

using testing::StartsWith;

constexpr char kThailand[] = "spiffe://sea.example/agency/th-desk";
constexpr char kFeed[] = "spiffe://sea.example/agency/th-desk/integration/feed";
constexpr char kPublish[] = "/corridor.v1.Publisher/Publish";
constexpr char kListAlerts[] = "/corridor.v1.Subscriber/ListAlerts";
constexpr char kLink[] = "/corridor.v1.RegionLink/Link";
constexpr char kGetStatus[] = "/corridor.v1.Administration/GetStatus";
constexpr char kHealth[] = "/grpc.health.v1.Health/Check";

class AuthorisationTableTest : public testing::Test {
 protected:
  AuthorisationTableTest() {
    facts_.region = "sea.example";
    facts_.members[kThailand].set_spiffe_id(kThailand);
    facts_.members[kThailand].set_state(v1::MEMBER_STATE_ACTIVE);
    facts_.grants[kThailand].add_roles(v1::ROLE_PUBLISHER);
    facts_.grants[kFeed].add_roles(v1::ROLE_READER);
  }

  // "OK", or the reason of the refusal with its rule.
  std::string Ask(std::string_view caller, std::string_view method) {
    const absl::Status status = Authorise(method, *ParsePrincipal(caller), facts_, parties_);
    if (status.ok()) return "OK";
    const std::string reason = ReasonName(ReasonOf(status));
    EXPECT_THAT(std::string(status.message()), StartsWith(reason + ": "))
        << "the connection check sends only the message";
    return absl::StrCat(reason, " ", MetadataOf(status, "rule"));
  }

  Facts facts_;
  const Parties parties_{"sea.example", RoleTableOperators(), {"eastafrica.example"}};
};

// Every method that a file of the contract declares: read from the folder, so that a new file or
// service cannot be forgotten here.
std::set<std::string> DeclaredMethods() {
  const std::regex declaration("^(?:service|  rpc) (\\w+)");
  std::set<std::string> methods;
  for (const auto& entry : std::filesystem::directory_iterator("proto/corridor/v1")) {
    std::ifstream file(entry.path());
    std::string service;
    for (std::string line; std::getline(file, line);) {
      std::smatch found;
      if (!std::regex_search(line, found, declaration)) continue;
      if (line.starts_with("service")) {
        service = found[1];
      } else {
        methods.insert(absl::StrCat("/corridor.v1.", service, "/", found[1].str()));
      }
    }
  }
  return methods;
}

TEST_F(AuthorisationTableTest, EveryDeclaredMethodHasAnEntryAndALineInTheTableOfRoles) {
  std::set<std::string> lines = {kHealth, "/grpc.health.v1.Health/Watch"};
  for (const std::string& method : DeclaredMethods()) {
    EXPECT_TRUE(RightFor(method).has_value()) << method << " is not in the table";
    lines.insert(method);
  }
  EXPECT_GT(lines.size(), 25u);
  std::set<std::string> expected;
  for (const RoleTableLine& line : kRoleTable) expected.insert(std::string(line.method));
  EXPECT_EQ(expected, lines) << "tests/server/identity/role_table.h has a line for each method";
}

TEST_F(AuthorisationTableTest, EveryRoleCallsWhatTheTableOfRolesSaysAndNothingElse) {
  constexpr char kUngranted[] = "spiffe://sea.example/agency/mm-desk";
  constexpr char kSuspended[] = "spiffe://sea.example/agency/la-desk";
  facts_.members[kUngranted].set_state(v1::MEMBER_STATE_ACTIVE);
  facts_.members[kSuspended].set_state(v1::MEMBER_STATE_SUSPENDED);
  facts_.grants[kSuspended].add_roles(v1::ROLE_PUBLISHER);
  facts_.grants[kSuspended].add_roles(v1::ROLE_READER);
  std::map<char, std::string> callers = {{'P', kThailand},
                                         {'R', kFeed},
                                         {'O', "spiffe://sea.example/operator/ops"},
                                         {'B', "spiffe://eastafrica.example/broker/b1"},
                                         {'U', kUngranted},
                                         {'N', "spiffe://sea.example/agency/nobody"},
                                         {'S', kSuspended},
                                         {'X', "spiffe://sea.example/operator/other"},
                                         {'F', "spiffe://sea.example/broker/b2"}};
  for (const RoleTableOperator& one : kOneRoleOperators) {
    callers[one.letter] = absl::StrCat("spiffe://sea.example/operator/", one.name);
  }
  ASSERT_EQ(callers.size(), kEveryCaller.size());
  for (const RoleTableLine& line : kRoleTable) {
    for (const auto& [letter, caller] : callers) {
      EXPECT_EQ(Ask(caller, line.method) == "OK", line.callers.find(letter) != line.callers.npos)
          << letter << " calls " << line.method;
    }
  }
}

TEST_F(AuthorisationTableTest, WhatIsNotInTheTableIsRefusedForEverybody) {
  for (const char* method : {"", "/", "/corridor.v1.Publisher/Recall",
                             "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                             "/corridor.v1.Publisher/publish"}) {
    EXPECT_EQ(Ask("spiffe://sea.example/operator/ops", method), "POLICY_DENIED method/unknown");
    EXPECT_EQ(Ask(kThailand, method), "POLICY_DENIED method/unknown");
  }
}

TEST_F(AuthorisationTableTest, AMemberDoesWhatItsGrantSaysAndNoMore) {
  EXPECT_EQ(Ask(kThailand, kPublish), "OK");
  EXPECT_EQ(Ask(kThailand, kListAlerts), "POLICY_DENIED grant/reader");
  EXPECT_EQ(Ask(kThailand, kGetStatus), "POLICY_DENIED party/operator");
  EXPECT_EQ(Ask(kThailand, kLink), "POLICY_DENIED party/linked-broker");
  EXPECT_EQ(Ask(kThailand, kHealth), "OK");
}

TEST_F(AuthorisationTableTest, AnIntegrationHasItsOwnGrantNotItsDesks) {
  EXPECT_EQ(Ask(kFeed, kListAlerts), "OK");
  EXPECT_EQ(Ask(kFeed, kPublish), "POLICY_DENIED grant/publisher");
  EXPECT_EQ(Ask("spiffe://sea.example/agency/th-desk/integration/other", kListAlerts),
            "POLICY_DENIED grant/reader");
}

TEST_F(AuthorisationTableTest, UnknownAndSuspendedMembersAreToldApart) {
  EXPECT_EQ(Ask("spiffe://sea.example/agency/nobody", kPublish), "MEMBER_UNKNOWN member/unknown");
  facts_.members[kThailand].set_state(v1::MEMBER_STATE_SUSPENDED);
  EXPECT_EQ(Ask(kThailand, kPublish), "MEMBER_SUSPENDED member/suspended");
  EXPECT_EQ(Ask(kFeed, kListAlerts), "MEMBER_SUSPENDED member/suspended");
}

TEST_F(AuthorisationTableTest, AMemberOfAnotherRegionIsNoMemberHereWhateverTheDirectorySays) {
  constexpr char kKenya[] = "spiffe://eastafrica.example/agency/ke-desk";
  facts_.members[kKenya].set_state(v1::MEMBER_STATE_ACTIVE);
  facts_.grants[kKenya].add_roles(v1::ROLE_PUBLISHER);
  EXPECT_EQ(Ask(kKenya, kPublish), "POLICY_DENIED grant/publisher");
}

TEST_F(AuthorisationTableTest, OperatorsAreThoseInTheConfiguration) {
  EXPECT_EQ(Ask("spiffe://sea.example/operator/ops", kGetStatus), "OK");
  EXPECT_EQ(Ask("spiffe://sea.example/operator/other", kGetStatus), "POLICY_DENIED party/operator");
  EXPECT_EQ(Ask("spiffe://sea.example/operator/ops", kListAlerts), "POLICY_DENIED grant/reader")
      << "operators read no content";
}

TEST_F(AuthorisationTableTest, AnOperatorIsToldWhichRoleItLacks) {
  EXPECT_EQ(Ask("spiffe://sea.example/operator/membership", "/corridor.v1.AuditLog/QueryEntries"),
            "POLICY_DENIED operator/audit-read");
  EXPECT_EQ(
      Ask("spiffe://sea.example/operator/auditor", "/corridor.v1.Administration/RetireSigningKey"),
      "POLICY_DENIED operator/trust");
  EXPECT_EQ(Ask("spiffe://sea.example/operator/dpo", kListAlerts), "POLICY_DENIED grant/reader")
      << "the data-protection officer reads no content either";
}

TEST_F(AuthorisationTableTest, BrokersAreThoseOfLinkedRegionsAndOnlyLink) {
  constexpr char kPeer[] = "spiffe://eastafrica.example/broker/b1";
  EXPECT_EQ(Ask(kPeer, kLink), "OK");
  EXPECT_EQ(Ask(kPeer, kPublish), "POLICY_DENIED grant/publisher");
  EXPECT_EQ(Ask(kPeer, kGetStatus), "POLICY_DENIED party/operator");
  EXPECT_EQ(Ask("spiffe://west.example/broker/b1", kLink), "POLICY_DENIED party/linked-broker");
  EXPECT_EQ(Ask("spiffe://sea.example/broker/b1", kLink), "POLICY_DENIED party/linked-broker");
}

}  // namespace
}  // namespace corridor
