// A region on one screen: rates between two samples, what is wrong, links and the subscriptions
// that are behind; as wide and as high as the screen and no more.
#include "client/ctl/region_view.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace corridor {
namespace {

using testing::HasSubstr;
using testing::Not;

const absl::Time kNow = absl::FromUnixSeconds(1'772'438'400);

v1::LinkLaneStatus Lane(v1::Lane lane, uint64_t sent, uint64_t lag, int64_t lag_ms) {
  v1::LinkLaneStatus status;
  status.set_lane(lane);
  status.set_state(v1::LINK_STATE_UP);
  status.set_records_sent(sent);
  status.set_lag_records(lag);
  status.set_lag_ms(lag_ms);
  *status.mutable_canary_time() = TimestampOf(kNow);
  status.set_canary_round_trip_ms(182);
  return status;
}

v1::OwnedSubscriptionStatus Subscription(const std::string& name, uint64_t backlog) {
  v1::OwnedSubscriptionStatus owned;
  owned.set_owner("spiffe://sea.example/agency/th-desk");
  owned.mutable_status()->set_name("subscriptions/" + name);
  owned.mutable_status()->set_delivery_state(v1::DELIVERY_STATE_DETACHED);
  owned.mutable_status()->add_lanes()->set_backlog(backlog);
  return owned;
}

RegionSample Sample(uint64_t head, uint64_t sent) {
  RegionSample sample;
  sample.time = kNow;
  sample.steady = absl::Seconds(100);
  sample.answered_in = absl::Milliseconds(3);
  sample.status.set_region("sea.example");
  sample.status.set_version("0.1.0");
  *sample.status.mutable_start_time() = TimestampOf(kNow - absl::Hours(3));
  sample.status.set_head_offset(head);
  sample.status.set_local_records(head - 200);
  sample.status.set_imported_records(200);
  sample.status.set_audit_entries(head * 2);
  sample.status.set_sessions(4);
  sample.status.set_disk(v1::DISK_STATE_ENOUGH);
  v1::LinkStatus& link = sample.links.emplace_back();
  link.set_peer_region("eastafrica.example");
  *link.add_lanes() = Lane(v1::LANE_ROUTINE, sent, 12, 4200);
  *link.add_lanes() = Lane(v1::LANE_URGENT, 7, 0, 0);
  return sample;
}

std::string View(const RegionSample& now, const RegionSample* before, size_t columns = 0,
                 size_t rows = 0) {
  return RegionView(now, before, HealthLimits{}, {.columns = columns, .rows = rows},
                    absl::UTCTimeZone());
}

TEST(RegionViewTest, RatesAreWhatLiesBetweenTwoSamples) {
  RegionSample before = Sample(1000, 50);
  before.steady -= absl::Seconds(4);
  *before.status.add_subscriptions() = Subscription("all", 80);
  RegionSample now = Sample(1050, 51);
  *now.status.add_subscriptions() = Subscription("all", 30);
  *now.status.add_subscriptions() = Subscription("quiet", 0);
  EXPECT_EQ(View(now, &before),
            "sea.example  corridord 0.1.0  up 3h  2026-03-02 08:00:00\n"
            "records   1050  12.5/s: 12.5/s local, 0/s imported\n"
            "sessions  4  audit 25.0/s  disk enough  answered in 3ms\n"
            "\n"
            "no alarm\n"
            "\n"
            "links: 1\n"
            "PEER                LANE     STATE  OUT/S  IN/S  BEHIND  FOR  ROUND TRIP  RECALLS OPEN"
            "  PARKED  REFUSED\n"
            "eastafrica.example  routine  up       0.2     0      12   4s       182ms\n"
            "eastafrica.example  urgent   up         0     0                    182ms\n"
            "\n"
            "subscriptions: 1 of 2 behind\n"
            "SUBSCRIPTION       OWNER                BACKLOG  CHANGE/S  STATE     UNSETTLED  DEAD"
            "  SESSIONS\n"
            "subscriptions/all  th-desk@sea.example       30     -12.5  detached\n");
}

TEST(RegionViewTest, WithoutASampleBeforeNoRateIsMadeUp) {
  const RegionSample now = Sample(1050, 51);
  EXPECT_THAT(View(now, nullptr), HasSubstr("records   1050  -/s: -/s local, -/s imported\n"));
  EXPECT_TRUE(RegionViewToJson(now, nullptr, {})["records_per_second"].is_null());
}

TEST(RegionViewTest, CountersOfABrokerThatStartedAnewAreNotCompared) {
  RegionSample before = Sample(1000, 50);
  before.steady -= absl::Seconds(4);
  RegionSample now = Sample(1050, 1);
  *now.status.mutable_start_time() = TimestampOf(kNow - absl::Seconds(1));
  EXPECT_THAT(View(now, &before), HasSubstr("-/s local"));
}

TEST(RegionViewTest, WhatIsWrongStandsAboveWithTheGravestFirst) {
  RegionSample now = Sample(1050, 51);
  now.status.set_draining(true);
  now.links[0].mutable_lanes(1)->set_state(v1::LINK_STATE_GAP_PENDING);
  const std::string view = View(now, nullptr);
  EXPECT_THAT(view,
              HasSubstr("alarms: 2\nCRITICAL  link to eastafrica.example, urgent lane: a gap"));
  EXPECT_THAT(view, HasSubstr("\nWARNING  the broker drains\n"));
}

TEST(RegionViewTest, TheWorstSubscriptionStandsFirst) {
  RegionSample now = Sample(1050, 51);
  for (const uint64_t backlog : {5, 900, 40}) {
    *now.status.add_subscriptions() = Subscription(absl::StrCat("s", backlog), backlog);
  }
  const std::string view = View(now, nullptr);
  EXPECT_LT(view.find("s900"), view.find("s40"));
  EXPECT_LT(view.find("s40"), view.find("s5 "));
}

TEST(RegionViewTest, ItIsNoWiderAndNoHigherThanTheScreen) {
  RegionSample now = Sample(1050, 51);
  for (uint64_t i = 1; i <= 300; ++i) {
    *now.status.add_subscriptions() = Subscription(absl::StrCat("s", i), 2000 + i);
  }
  for (const size_t columns : {20, 40, 80, 200}) {
    for (const size_t rows : {3, 4, 10, 24, 60}) {
      const std::string view = View(now, nullptr, columns, rows);
      std::vector<std::string> lines = absl::StrSplit(view, '\n');
      EXPECT_EQ(lines.back(), "");
      lines.pop_back();
      EXPECT_LE(lines.size(), rows) << columns << "x" << rows;
      for (const std::string& line : lines) EXPECT_LE(line.size(), columns) << line;
    }
  }
  const std::string usual = View(now, nullptr, 80, 24);
  EXPECT_THAT(usual, HasSubstr("eastafrica.example  routine  up")) << "alarms leave links room";
  EXPECT_THAT(usual, HasSubstr("subscriptions: 300 of 300 behind"));
  EXPECT_THAT(usual, HasSubstr(" lines more"));
}

TEST(RegionViewTest, NothingThatCouldDriveATerminalIsShown) {
  RegionSample now = Sample(1050, 51);
  now.links[0].set_peer_region("sea\x1b[2J.example");
  EXPECT_THAT(View(now, nullptr), Not(HasSubstr("\x1b")));
}

TEST(RegionViewTest, ProgramsGetTheSame) {
  RegionSample before = Sample(1000, 50);
  before.steady -= absl::Seconds(4);
  RegionSample now = Sample(1050, 90);
  *now.status.add_subscriptions() = Subscription("all", 30);
  const Json json = RegionViewToJson(now, &before, HealthLimits{});
  EXPECT_EQ(json["region"], "sea.example");
  EXPECT_EQ(json["records_per_second"], 12.5);
  EXPECT_EQ(json["links"][0]["sent_per_second"], 10);
  EXPECT_EQ(json["links"][0]["lag_ms"], 4200);
  EXPECT_EQ(json["behind"][0]["backlog"], 30);
  EXPECT_TRUE(json["behind"][0]["change_per_second"].is_null()) << "it was not there before";
  EXPECT_EQ(json["alarms"].size(), 0u);
}

}  // namespace
}  // namespace corridor
