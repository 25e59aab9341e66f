// What a monitoring system is told about a region: each thing that is wrong, the gravest first, and
// silence where all is well.
#include "client/ctl/region_health.h"

#include "client/ctl/output.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace corridor {
namespace {

using testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

class RegionHealthTest : public testing::Test {
 protected:
  RegionHealthTest() {
    link_.set_peer_region("eastafrica.example");
    for (const v1::Lane lane : {v1::LANE_ROUTINE, v1::LANE_URGENT}) {
      v1::LinkLaneStatus& status = *link_.add_lanes();
      status.set_lane(lane);
      status.set_state(v1::LINK_STATE_UP);
    }
    Expires("certificate", absl::Hours(24 * 60));
    Expires("crl", absl::Hours(24 * 10));
    Expires("root", absl::Hours(24 * 3000));
  }

  void Expires(const char* kind, absl::Duration in) {
    v1::ExpiringItem item;
    item.set_kind(kind);
    item.set_trust_domain("sea.example");
    *item.mutable_expires_at() = TimestampOf(kNow + in);
    expiring_.push_back(item);
  }
  void Behind(uint64_t backlog) {
    v1::OwnedSubscriptionStatus& owned = *status_.add_subscriptions();
    owned.set_owner("spiffe://sea.example/agency/th-desk");
    owned.mutable_status()->set_name("all");
    owned.mutable_status()->add_lanes()->set_backlog(backlog);
  }
  v1::LinkLaneStatus& urgent() { return *link_.mutable_lanes(1); }
  v1::LinkLaneStatus& routine() { return *link_.mutable_lanes(0); }

  std::vector<HealthFinding> Judge() {
    return JudgeRegion(status_, {link_}, expiring_, HealthLimits{}, kNow);
  }
  // The one finding.
  void ExpectOne(Health health, const char* part) {
    const auto findings = Judge();
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_EQ(findings[0].health, health);
    EXPECT_THAT(findings[0].what, HasSubstr(part));
  }

  v1::GetStatusResponse status_;
  v1::LinkStatus link_;
  std::vector<v1::ExpiringItem> expiring_;
};

TEST_F(RegionHealthTest, ADiskThatFillsUpIsWorthAWordAndOneThatIsFullACall) {
  status_.set_disk(v1::DISK_STATE_ENOUGH);
  EXPECT_TRUE(Judge().empty());
  status_.set_disk(v1::DISK_STATE_LOW);
  ExpectOne(Health::kWarning, "fills up");
  status_.set_disk(v1::DISK_STATE_REFUSING);
  ExpectOne(Health::kCritical, "nearly full");
}

TEST_F(RegionHealthTest, NothingIsSaidWhereAllIsWell) {
  Behind(1000);
  EXPECT_TRUE(Judge().empty());
}

TEST_F(RegionHealthTest, ALinkThatIsDownIsForWorkingHours) {
  routine().set_state(v1::LINK_STATE_DOWN);
  routine().set_detail("no answer");
  ExpectOne(Health::kWarning, "link to eastafrica.example, routine lane: down: no answer");
}

TEST_F(RegionHealthTest, ALinkThatWaitsForAnOperatorIsCritical) {
  urgent().set_state(v1::LINK_STATE_GAP_PENDING);
  ExpectOne(Health::kCritical, "accept-gap");
  urgent().set_state(v1::LINK_STATE_REINCARNATED);
  ExpectOne(Health::kCritical, "reconcile");
}

TEST_F(RegionHealthTest, AnUrgentRecordMayNotWaitAsLongAsAnother) {
  routine().set_lag_ms(61'000);
  EXPECT_TRUE(Judge().empty());
  urgent().set_lag_ms(61'000);
  urgent().set_lag_records(2);
  ExpectOne(Health::kCritical, "2 records wait, the oldest for 61 seconds");
}

TEST_F(RegionHealthTest, AListThatEndsIsSaidBeforeAndAfter) {
  expiring_.clear();
  Expires("crl", absl::Hours(60));
  ExpectOne(Health::kWarning, "crl of sea.example ends in 2 days");
  expiring_.clear();
  Expires("crl", absl::Hours(5));
  ExpectOne(Health::kCritical, "ends in 5 hours");
  expiring_.clear();
  Expires("crl", absl::Hours(-1));
  ExpectOne(Health::kCritical, "has ended");
}

TEST_F(RegionHealthTest, WhoIsBehindIsNamed) {
  Behind(1001);
  ExpectOne(Health::kWarning,
            "subscription all of th-desk@sea.example is up to 1001 records behind, detached");
}

TEST_F(RegionHealthTest, TheGravestComesFirst) {
  status_.set_draining(true);
  urgent().set_clock_ahead_ms(-45'000);
  urgent().set_state(v1::LINK_STATE_GAP_PENDING);
  const auto findings = Judge();
  ASSERT_EQ(findings.size(), 3u);
  EXPECT_EQ(findings[0].health, Health::kCritical);
  EXPECT_EQ(findings[2].health, Health::kWarning);
}

}  // namespace
}  // namespace corridor
