// A program that runs wild is slowed down to its quota and told when to come back; others do not
// notice, and what is remembered of callers is bounded.
#include "server/identity/quota_keeper.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/model/errors.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"

namespace corridor {
namespace {

constexpr char kThailand[] = "spiffe://sea.example/agency/th-desk";

v1::Quota Quota(uint32_t statements, uint64_t bytes) {
  v1::Quota quota;
  quota.set_principal(kThailand);
  quota.set_statements_per_second(statements);
  quota.set_bytes_per_second(bytes);
  quota.set_calls_per_second(1);
  quota.set_etag(absl::StrCat(statements, "/", bytes));
  return quota;
}

TEST(QuotaUseTest, WhatWasSavedUpPassesAtOnceAndThenAsMuchAsComesIn) {
  QuotaUse use;
  const v1::Quota quota = Quota(2, 1'000'000);
  absl::Duration now = absl::Hours(1);
  int passed = 0;
  while (use.Take(quota, QuotaUse::What::kStatement, 1, now) == absl::ZeroDuration()) ++passed;
  EXPECT_EQ(passed, 20) << "ten seconds' worth";
  const absl::Duration wait = use.Take(quota, QuotaUse::What::kStatement, 1, now);
  EXPECT_EQ(wait, absl::Milliseconds(500));
  now += wait;
  EXPECT_EQ(use.Take(quota, QuotaUse::What::kStatement, 1, now), absl::ZeroDuration());
  EXPECT_GT(use.Take(quota, QuotaUse::What::kStatement, 1, now), absl::ZeroDuration());
}

TEST(QuotaUseTest, BytesCountAsWellAsStatementsAndARefusalTakesNothing) {
  QuotaUse use;
  const v1::Quota quota = Quota(100'000, 1000);
  EXPECT_EQ(use.Take(quota, QuotaUse::What::kStatement, 9'000, {}), absl::ZeroDuration());
  EXPECT_EQ(use.Take(quota, QuotaUse::What::kStatement, 2'000, {}), absl::Seconds(1));
  EXPECT_EQ(use.Take(quota, QuotaUse::What::kStatement, 1'000, {}), absl::ZeroDuration());
}

TEST(QuotaUseTest, AnotherQuotaHoldsAtOnce) {
  QuotaUse use;
  while (use.Take(Quota(1, 1000), QuotaUse::What::kStatement, 1, {}) == absl::ZeroDuration()) {
  }
  EXPECT_EQ(use.Take(Quota(2, 1000), QuotaUse::What::kStatement, 1, {}), absl::ZeroDuration());
}

TEST(QuotaUseTest, WhatIsRememberedOfCallersIsBounded) {
  QuotaUse use;
  v1::Quota quota = Quota(1, 1000);
  for (size_t i = 0; i < QuotaUse::kPrincipalsMax + 100; ++i) {
    quota.set_principal(absl::StrCat(kThailand, i));
    use.Take(quota, QuotaUse::What::kStatement, 1, {});
  }
  EXPECT_LE(use.principals(), QuotaUse::kPrincipalsMax);
}

class QuotaKeeperTest : public testing::Test {
 protected:
  QuotaKeeperTest() { facts_->quotas[kThailand] = Quota(1, 1'000'000); }

  FakeClock clock_;
  std::shared_ptr<Facts> facts_ = std::make_shared<Facts>();
  QuotaKeeper keeper_{[this] { return facts_; }, clock_};
  const Principal thailand_ = *ParsePrincipal(kThailand);
};

TEST_F(QuotaKeeperTest, WhoAsksForMoreIsToldWhenToComeBack) {
  absl::Status status;
  for (int i = 0; i <= 10; ++i) status = keeper_.TakeStatement(thailand_, 1);
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_QUOTA);
  EXPECT_EQ(RetryDelayOf(status), absl::Seconds(1));
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(keeper_.TakeStatement(thailand_, 1).ok());
  EXPECT_TRUE(keeper_.TakeCall(thailand_).ok()) << "calls are counted apart";
  EXPECT_TRUE(
      keeper_.TakeStatement(*ParsePrincipal("spiffe://sea.example/agency/id-desk"), 1).ok());
}

TEST_F(QuotaKeeperTest, SessionsAreCountedAgainstTheQuotaOrTheDefault) {
  EXPECT_TRUE(keeper_.CheckSessions(thailand_, 255).ok());
  EXPECT_EQ(ReasonOf(keeper_.CheckSessions(thailand_, 256)), v1::ERROR_REASON_QUOTA);
  facts_->quotas[kThailand].set_sessions(2);
  EXPECT_TRUE(keeper_.CheckSessions(thailand_, 1).ok());
  EXPECT_TRUE(RetryDelayOf(keeper_.CheckSessions(thailand_, 2)).has_value());
}

TEST_F(QuotaKeeperTest, OperatorsAndBrokersHaveNone) {
  const Principal ops = *ParsePrincipal("spiffe://sea.example/operator/ops");
  for (int i = 0; i < 100'000; ++i) ASSERT_TRUE(keeper_.TakeCall(ops).ok());
  EXPECT_TRUE(keeper_.CheckSessions(ops, 100'000).ok());
}

}  // namespace
}  // namespace corridor
