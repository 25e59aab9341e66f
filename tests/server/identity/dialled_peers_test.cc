// A peer's servers, judged again after their handshakes: each connection by what it showed itself.

#include "server/identity/dialled_peers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"
#include "tests/support/test_certs.h"

namespace corridor {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr char kPeer[] = "eastafrica.example";

class DialledPeersTest : public testing::Test {
 protected:
  void Revoke(const IssuedCertificate& certificate) {
    trust_.Replace(*TrustStore::Create({peer_.Bundle(peer_.Crl({certificate.serial}))}));
  }

  const TestPki peer_{kPeer};
  const FakeClock clock_{absl::FromUnixSeconds(1'767'225'600)};  // 2026-01-01
  TrustHolder trust_{*TrustStore::Create({peer_.Bundle()})};
  DialledPeers dialled_{trust_, clock_};
  const IssuedCertificate old_ = peer_.Broker("b1");
  const IssuedCertificate new_ = peer_.Broker("b1");
};

TEST_F(DialledPeersTest, TheCertificateOfAnOlderConnectionIsStillLookedAt) {
  const auto routine = dialled_.Begin(kPeer);
  ASSERT_TRUE(dialled_.Admit(*routine, old_.certificate_pem).ok());
  const auto urgent = dialled_.Begin(kPeer);
  ASSERT_TRUE(dialled_.Admit(*urgent, new_.certificate_pem).ok());
  EXPECT_THAT(dialled_.TakeRefused(), IsEmpty());
  Revoke(old_);
  EXPECT_THAT(dialled_.TakeRefused(), ElementsAre(Pair(kPeer, testing::_)));
  EXPECT_THAT(dialled_.TakeRefused(), IsEmpty()) << "told once";
}

TEST_F(DialledPeersTest, AConnectionThatShowsAnotherCertificateIsJudgedByThat) {
  const auto connection = dialled_.Begin(kPeer);
  ASSERT_TRUE(dialled_.Admit(*connection, old_.certificate_pem).ok());
  ASSERT_TRUE(dialled_.Admit(*connection, new_.certificate_pem).ok());
  Revoke(old_);
  EXPECT_THAT(dialled_.TakeRefused(), IsEmpty());
}

TEST_F(DialledPeersTest, AConnectionThatHasGoneIsForgotten) {
  auto connection = dialled_.Begin(kPeer);
  ASSERT_TRUE(dialled_.Admit(*connection, old_.certificate_pem).ok());
  connection.reset();
  Revoke(old_);
  EXPECT_THAT(dialled_.TakeRefused(), IsEmpty());
}

TEST_F(DialledPeersTest, ARefusedServerIsNotKept) {
  const auto connection = dialled_.Begin(kPeer);
  Revoke(old_);
  EXPECT_FALSE(dialled_.Admit(*connection, old_.certificate_pem).ok());
  EXPECT_THAT(dialled_.TakeRefused(), IsEmpty());
}

}  // namespace
}  // namespace corridor
