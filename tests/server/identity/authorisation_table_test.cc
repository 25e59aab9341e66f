// The one table of who may call what: complete for every method that is declared, and closed for
// everything else.

#include "server/identity/authorisation_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "core/base/strings.h"
#include "core/model/errors.h"
#include "corridor/v1/administration.pb.h"
#include "corridor/v1/publisher.pb.h"
#include "corridor/v1/region_link.pb.h"
#include "corridor/v1/subscriber.pb.h"

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
  const Parties parties_{
      "sea.example", {"spiffe://sea.example/operator/ops"}, {"eastafrica.example"}};
};

TEST_F(AuthorisationTableTest, EveryDeclaredMethodHasAnEntry) {
  const google::protobuf::FileDescriptor* files[] = {
      v1::PublishRequest::descriptor()->file(), v1::AttachRequest::descriptor()->file(),
      v1::LinkFrame::descriptor()->file(), v1::GetStatusRequest::descriptor()->file()};
  int methods = 0;
  for (const auto* file : files) {
    ASSERT_EQ(file->service_count(), 1) << file->name();
    for (int i = 0; i < file->service(0)->method_count(); ++i, ++methods) {
      const auto* method = file->service(0)->method(i);
      const std::string path =
          absl::StrCat("/", file->service(0)->full_name(), "/", method->name());
      EXPECT_TRUE(RightFor(path).has_value()) << path << " is not in the table";
    }
  }
  EXPECT_GT(methods, 25);
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
