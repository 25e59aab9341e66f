// What is shown: ids and times as people write them, statements opened, errors with every
// fault, and nothing that could drive a terminal.
#include "client/ctl/output.h"

#include <sstream>

#include "client/ctl/context.h"
#include "client/ctl/textproto.h"
#include "core/model/errors.h"
#include "corridor/v1/record.pb.h"
#include "gtest/gtest.h"
#include "tests/support/test_statements.h"

namespace corridor {
namespace {

TEST(OutputTest, IdsAndMembersGoThereAndBack) {
  const std::string id = ExampleAlertId(7);
  EXPECT_EQ(IdText(id).size(), 36);
  EXPECT_EQ(*IdFromText(IdText(id)), id);
  EXPECT_FALSE(IdFromText("0196").ok());
  EXPECT_EQ(ShortMember("spiffe://sea.example/agency/th-desk"), "th-desk@sea.example");
  EXPECT_EQ(MemberFromShort("th-desk@sea.example"), "spiffe://sea.example/agency/th-desk");
  const std::string integration = "spiffe://sea.example/agency/th-desk/integration/feed";
  EXPECT_EQ(ShortMember(integration), integration);
  EXPECT_EQ(MemberFromShort(integration), integration);
}

TEST(OutputTest, AStatementIsShownOpened) {
  v1::StoredStatement stored;
  stored.mutable_statement()->set_body(
      ExampleIssue("spiffe://sea.example/agency/th-desk", 1).SerializeAsString());
  stored.mutable_position()->set_epoch(18446744073709551615u);
  const Json json = MessageToJson(stored);
  EXPECT_EQ(json["statement"]["body"]["tlp"], "TLP_GREEN");
  EXPECT_EQ(json["statement"]["body"]["alert_id"], IdText(ExampleAlertId(1)));
  EXPECT_EQ(json["statement"]["body"]["published_at"], "2025-04-01T08:00:00Z");
  EXPECT_EQ(json["position"]["epoch"], 18446744073709551615u);
}

TEST(OutputTest, ErrorsShowEveryFaultAndTheirExitCode) {
  const absl::Status refused = InvalidFields(
      {{"body.tlp", v1::ERROR_REASON_VOCABULARY, "say one"},
       {"body.issue.content.legs[0]", v1::ERROR_REASON_TOO_PRECISE, "leave admin1 out"}});
  const std::string text = StatusToText(refused);
  EXPECT_NE(text.find("body.tlp: say one [VOCABULARY]"), std::string::npos) << text;
  EXPECT_NE(text.find("legs[0]: leave admin1 out [TOO_PRECISE]"), std::string::npos) << text;
  EXPECT_EQ(StatusToJson(refused)["error"]["violations"].size(), 2);
  EXPECT_EQ(ExitCodeOf(refused), kExitFailed);
  EXPECT_EQ(ExitCodeOf(UsageError("no")), kExitUsage);
  EXPECT_EQ(ExitCodeOf(absl::UnavailableError("Connection refused")), kExitUnreachable);
  EXPECT_EQ(ExitCodeOf(Error(v1::ERROR_REASON_DRAINING, "later")), kExitFailed)
      << "a broker that answers is reached";
}

TEST(OutputTest, ATableIsAsWideAsItMustBe) {
  Table table({"NAME", "STATE"});
  std::ostringstream empty;
  table.Print(empty, "Nobody.");
  EXPECT_EQ(empty.str(), "Nobody.\n");
  table.Add({"a-long-name", "up"});
  std::ostringstream out;
  table.Print(out, "");
  EXPECT_EQ(out.str(), "NAME         STATE\na-long-name  up\n");
}

TEST(OutputTest, NothingDrivesTheTerminal) {
  EXPECT_EQ(Printable("a\x1b[2Jb\x7f\xc2\x9b"
                      "c"),
            "a?[2Jb??c");
  EXPECT_EQ(Printable("Grüße ประเทศไทย"), "Grüße ประเทศไทย");
}

TEST(OutputTest, EnumNamesOfFlags) {
  v1::Tlp tlp{};
  EXPECT_TRUE(ParseEnum("amber-strict", tlp).ok());
  EXPECT_EQ(tlp, v1::TLP_AMBER_STRICT);
  EXPECT_EQ(ShortName(tlp), "amber-strict");
  EXPECT_EQ(ExitCodeOf(ParseEnum("unspecified", tlp)), kExitUsage);
  EXPECT_EQ(ExitCodeOf(ParseEnum("purple", tlp)), kExitUsage);
}

}  // namespace
}  // namespace corridor
