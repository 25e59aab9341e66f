// Every call is judged by the certificate that its connection showed, under the trust of now, and
// who is refused learns why: the message is all that the choke point can send.
#include "server/identity/call_judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/model/errors.h"
#include "tests/support/fake_clock.h"
#include "tests/support/test_certs.h"

namespace corridor {
namespace {

using testing::StartsWith;

constexpr char kListAlerts[] = "/corridor.v1.Subscriber/ListAlerts";

class CallJudgeTest : public testing::Test {
 protected:
  std::string Told(const IssuedCertificate& caller) const {
    return RefusalMessage(judge_.Judge(kListAlerts, caller.certificate_pem).status());
  }

  FakeClock clock_;
  const TestPki sea_{"sea.example"};
  TrustHolder trust_{*TrustStore::Create({sea_.Bundle()})};
  const CallJudge judge_{
      [] { return std::make_shared<const Facts>(); }, {"sea.example", {}, {}}, trust_, clock_};
};

TEST_F(CallJudgeTest, ARefusalBeginsWithItsReason) {
  const IssuedCertificate desk = sea_.Agency("th-desk");
  EXPECT_THAT(Told(desk), StartsWith("MEMBER_UNKNOWN: "));
  trust_.Replace(*TrustStore::Create({TestPki("sea.example").Bundle()}));
  EXPECT_THAT(Told(desk), StartsWith("IDENTITY_INVALID: UNTRUSTED_ISSUER: "));
  trust_.Replace(*TrustStore::Create({sea_.Bundle(sea_.Crl({desk.serial}))}));
  EXPECT_THAT(Told(desk), StartsWith("CERTIFICATE_REVOKED: "));
}

TEST_F(CallJudgeTest, WhatIsRenewedInTimeIsJudgedAnew) {
  const IssuedCertificate desk = sea_.Agency("th-desk");
  trust_.Replace(*TrustStore::Create({TestPki("sea.example").Bundle()}));
  EXPECT_FALSE(judge_.JudgeConnection(desk.certificate_pem).ok());
  trust_.Replace(*TrustStore::Create({sea_.Bundle()}));
  EXPECT_TRUE(judge_.JudgeConnection(desk.certificate_pem).ok());
}

}  // namespace
}  // namespace corridor
