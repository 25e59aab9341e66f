// Calls that are reset as soon as they are begun, from somebody who has a certificate: they are
// counted where they begin, and whoever makes his calls is never counted against.
#include "server/identity/call_flood.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/fake_clock.h"

namespace corridor {
namespace {

class CallFloodTest : public testing::Test {
 protected:
  int BegunUntilRefused(std::string_view chain) {
    int begun = 0;
    while (begun < 10'000 && flood_.Begin(chain)) ++begun;
    return begun;
  }

  FakeClock clock_;
  CallFlood flood_{200, clock_};
};

TEST_F(CallFloodTest, WhoNeverSendsAMessageIsRefusedAndOthersAreNot) {
  EXPECT_EQ(BegunUntilRefused("hostile"), 2000);
  EXPECT_TRUE(flood_.IsFlooding("hostile"));
  EXPECT_FALSE(flood_.Begin("hostile"));
  EXPECT_TRUE(flood_.Begin("other"));
  EXPECT_FALSE(flood_.IsFlooding("other"));
}

TEST_F(CallFloodTest, CallsWithAMessageAreNotCounted) {
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_TRUE(flood_.Begin("desk"));
    flood_.MessageCame("desk");
  }
}

TEST_F(CallFloodTest, WhoStopsIsLetInAgain) {
  BegunUntilRefused("desk");
  clock_.Advance(absl::Seconds(4));
  EXPECT_FALSE(flood_.Begin("desk"));
  clock_.Advance(absl::Seconds(2));
  EXPECT_TRUE(flood_.Begin("desk"));
  EXPECT_FALSE(flood_.IsFlooding("desk"));
}

TEST_F(CallFloodTest, WhoIsOnlyWaitingIsLetInAgainToo) {
  BegunUntilRefused("desk");
  clock_.Advance(absl::Seconds(4));
  EXPECT_TRUE(flood_.IsFlooding("desk"));
  clock_.Advance(absl::Seconds(2));
  EXPECT_FALSE(flood_.IsFlooding("desk"));
}

TEST_F(CallFloodTest, ItsCertificateCountsAndNotWhatItShowsBehindIt) {
  const std::string leaf = "-----BEGIN CERTIFICATE-----\nleaf\n-----END CERTIFICATE-----\n";
  BegunUntilRefused(leaf + "issuer");
  EXPECT_TRUE(flood_.IsFlooding(leaf));
}

TEST_F(CallFloodTest, SomeInASecondMayBeGivenUpForEver) {
  for (int second = 0; second < 60; ++second) {
    for (int i = 0; i < 190; ++i) ASSERT_TRUE(flood_.Begin("gateway"));
    clock_.Advance(absl::Seconds(1));
  }
}

}  // namespace
}  // namespace corridor
