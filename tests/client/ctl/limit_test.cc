// A list ends where it was told to, and no more of it is read than that needs.
#include "client/ctl/limit_flag.h"

#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "corridor/v1/federation.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/ctl/against_broker.h"

namespace corridor {
namespace {

using testing::SizeIs;

class LimitTest : public AgainstBroker {
 protected:
  // How many objects a list writes.
  size_t Listed(std::vector<std::string> line) {
    line.push_back("--format=json");
    EXPECT_EQ(Run(line), kExitOk) << out_ << err_;
    const std::vector<std::string> lines = absl::StrSplit(out_, '\n', absl::SkipEmpty());
    return lines.size();
  }
};

TEST_F(LimitTest, AListEndsWhereItWasToldTo) {
  v1::ListMembersResponse members;
  for (int i = 0; i < 3; ++i) members.add_members();
  broker_.Answer("/corridor.v1.Administration/ListMembers", members);
  EXPECT_EQ(Listed({"admin", "members", "list"}), 3u);
  EXPECT_EQ(Listed({"admin", "members", "list", "--limit", "2"}), 2u);
  EXPECT_EQ(Listed({"admin", "members", "list", "--limit", "4"}), 3u);
  EXPECT_EQ(Run({"admin", "members", "list", "--limit", "0"}), kExitUsage);
}

TEST_F(LimitTest, NoMorePagesAreReadThanThatNeeds) {
  v1::ListQuarantinesResponse page;
  page.add_quarantines();
  page.set_next_page_token("more");  // The broker has no end of them.
  broker_.Answer("/corridor.v1.Federation/ListQuarantines", page);
  EXPECT_EQ(Listed({"admin", "quarantine", "list", "--limit", "3"}), 3u);
  EXPECT_THAT(broker_.Called(), SizeIs(3));
  v1::ListRecallsResponse recalls;
  recalls.add_recalls();
  recalls.set_next_page_token("more");
  broker_.Answer("/corridor.v1.Federation/ListRecalls", recalls);
  EXPECT_EQ(Listed({"admin", "recalls", "--limit", "2"}), 2u);
  EXPECT_THAT(broker_.Called(), SizeIs(2));
}

// Why somebody receives nothing: the furthest behind first.
TEST_F(LimitTest, AnOperatorSeesWhatEachSubscriptionWaitsFor) {
  v1::GetStatusResponse status;
  for (const uint64_t backlog : {0, 3, 40}) {
    v1::OwnedSubscriptionStatus& owned = *status.add_subscriptions();
    owned.set_owner(backlog == 40 ? "spiffe://sea.example/agency/ph-desk"
                                  : "spiffe://sea.example/agency/th-desk");
    owned.mutable_status()->set_name("subscriptions/all");
    owned.mutable_status()->set_delivery_state(v1::DELIVERY_STATE_UNSETTLED_MAX);
    v1::LaneProgress& lane = *owned.mutable_status()->add_lanes();
    lane.set_lane(v1::LANE_URGENT);
    lane.set_backlog(backlog);
  }
  broker_.Answer("/corridor.v1.Administration/GetStatus", status);
  EXPECT_EQ(Listed({"admin", "subscriptions"}), 3u);
  EXPECT_EQ(Listed({"admin", "subscriptions", "--behind"}), 2u);
  EXPECT_EQ(Listed({"admin", "subscriptions", "--member", "ph-desk@sea.example"}), 1u);
  EXPECT_EQ(Run({"admin", "subscriptions", "--behind", "--limit", "1"}), kExitOk);
  EXPECT_EQ(
      out_,
      "OWNER                SUBSCRIPTION       STATE          SESSIONS  UNSETTLED  DEAD LETTERS"
      "  ROUTINE  URGENT\n"
      "ph-desk@sea.example  subscriptions/all  unsettled-max  0         0          0           "
      "  0        40\n");
}

TEST(NextPageSizeTest, APageIsAsLargeAsWhatIsMissing) {
  EXPECT_EQ(NextPageSize(0, 5000, 1000), 1000) << "no limit";
  EXPECT_EQ(NextPageSize(1500, 0, 1000), 1000);
  EXPECT_EQ(NextPageSize(1500, 1000, 1000), 500);
  EXPECT_EQ(NextPageSize(1500, 1500, 1000), 0);
  EXPECT_EQ(NextPageSize(1500, 1501, 1000), 0) << "a broker gave more than was asked for";
}

}  // namespace
}  // namespace corridor
