// A key's statements are judged by when their origin accepted them: before it was retired they
// stay good, and from the moment on at which it fell into wrong hands they are nobody's word.
#include "core/model/signing_key.h"

#include "gtest/gtest.h"

namespace corridor {
namespace {

absl::Time Day(int day) { return absl::FromUnixSeconds(day * 86400); }

v1::SigningKey Key() {
  v1::SigningKey key;
  key.set_state(v1::SIGNING_KEY_STATE_ACTIVE);
  key.mutable_not_before()->set_seconds(absl::ToUnixSeconds(Day(10)));
  key.mutable_not_after()->set_seconds(absl::ToUnixSeconds(Day(100)));
  return key;
}

TEST(SigningKeyTest, ItHoldsFromItsFirstToItsLastDay) {
  EXPECT_EQ(StandingAt(Key(), Day(9)), KeyStanding::kNotValid);
  EXPECT_EQ(StandingAt(Key(), Day(10)), KeyStanding::kGood);
  EXPECT_EQ(StandingAt(Key(), Day(100)), KeyStanding::kGood);
  EXPECT_EQ(StandingAt(Key(), Day(101)), KeyStanding::kNotValid);
}

TEST(SigningKeyTest, WhatWasAcceptedBeforeItWasRetiredStaysGood) {
  v1::SigningKey key = Key();
  key.set_state(v1::SIGNING_KEY_STATE_RETIRED);
  key.mutable_retired_at()->set_seconds(absl::ToUnixSeconds(Day(50)));
  EXPECT_EQ(StandingAt(key, Day(49)), KeyStanding::kGood);
  EXPECT_EQ(StandingAt(key, Day(50)), KeyStanding::kNotValid);
}

TEST(SigningKeyTest, WhatWasAcceptedFromTheCompromiseOnIsNobodysWord) {
  v1::SigningKey key = Key();
  key.set_state(v1::SIGNING_KEY_STATE_REVOKED);
  key.mutable_revoked_at()->set_seconds(absl::ToUnixSeconds(Day(60)));
  key.mutable_compromised_at()->set_seconds(absl::ToUnixSeconds(Day(40)));
  EXPECT_EQ(StandingAt(key, Day(39)), KeyStanding::kGood);
  EXPECT_EQ(StandingAt(key, Day(40)), KeyStanding::kCompromised) << "before it was revoked";
  EXPECT_EQ(StandingAt(key, Day(70)), KeyStanding::kCompromised);
  EXPECT_EQ(StandingAt(key, Day(200)), KeyStanding::kCompromised) << "also past its last day";
}

TEST(SigningKeyTest, AKeyThatWasRetiredFirstAndRevokedLaterIsBoth) {
  v1::SigningKey key = Key();
  key.mutable_retired_at()->set_seconds(absl::ToUnixSeconds(Day(50)));
  key.set_state(v1::SIGNING_KEY_STATE_REVOKED);
  key.mutable_compromised_at()->set_seconds(absl::ToUnixSeconds(Day(60)));
  EXPECT_EQ(StandingAt(key, Day(49)), KeyStanding::kGood);
  EXPECT_EQ(StandingAt(key, Day(55)), KeyStanding::kNotValid);
  EXPECT_EQ(StandingAt(key, Day(60)), KeyStanding::kCompromised);
}

}  // namespace
}  // namespace corridor
