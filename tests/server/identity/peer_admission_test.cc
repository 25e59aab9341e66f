// Who may complete a handshake: each trust domain speaks for itself only, and of foreign ones only
// brokers come in.

#include "server/identity/peer_admission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/test_certs.h"

namespace corridor {
namespace {

using testing::StartsWith;

const absl::Time kNow = absl::FromUnixSeconds(1'767'225'600);  // 2026-01-01

class PeerAdmissionTest : public testing::Test {
 protected:
  std::string Admit(const IssuedCertificate& client) {
    auto admitted = AdmitClient(client.certificate_pem, trust_, "sea.example", kNow);
    return admitted.ok() ? admitted->principal.spiffe_id : std::string(admitted.status().message());
  }

  const TestPki sea_{"sea.example"};
  const TestPki eastafrica_{"eastafrica.example"};
  const TrustStore trust_ = *TrustStore::Create({sea_.Bundle(), eastafrica_.Bundle()});
};

TEST_F(PeerAdmissionTest, AdmitsTheFourKindsOfThisRegion) {
  EXPECT_EQ(Admit(sea_.Agency("th-desk")), "spiffe://sea.example/agency/th-desk");
  EXPECT_EQ(Admit(sea_.Integration("th-desk", "feed")),
            "spiffe://sea.example/agency/th-desk/integration/feed");
  EXPECT_EQ(Admit(sea_.Operator("ops")), "spiffe://sea.example/operator/ops");
  EXPECT_EQ(Admit(sea_.Broker("b1")), "spiffe://sea.example/broker/b1");
}

TEST_F(PeerAdmissionTest, OfAnotherRegionOnlyBrokers) {
  EXPECT_EQ(Admit(eastafrica_.Broker("b1")), "spiffe://eastafrica.example/broker/b1");
  EXPECT_THAT(Admit(eastafrica_.Agency("ke-desk")), StartsWith("FOREIGN_PRINCIPAL: "));
  EXPECT_THAT(Admit(eastafrica_.Operator("ops")), StartsWith("FOREIGN_PRINCIPAL: "));
}

TEST_F(PeerAdmissionTest, RefusalsNameTheirReason) {
  EXPECT_THAT(Admit(TestPki("west.example").Broker("b1")), StartsWith("UNKNOWN_TRUST_DOMAIN"));
  EXPECT_THAT(Admit(TestPki("sea.example").Agency("th-desk")), StartsWith("UNTRUSTED_ISSUER"))
      << "another authority under the same name";
  EXPECT_THAT(Admit(sea_.Issue(CertificateProfile::kAgency, "/agency/th-desk",
                               {kNow - absl::Hours(48), kNow - absl::Hours(1)})),
              StartsWith("CERTIFICATE_EXPIRED"));
}

TEST_F(PeerAdmissionTest, TheServerWeDialledMustBeABrokerOfThatRegion) {
  const auto dialled = [this](const IssuedCertificate& server) {
    return AdmitServer(server.certificate_pem, trust_, "eastafrica.example", kNow).status();
  };
  EXPECT_TRUE(dialled(eastafrica_.Broker("b1")).ok());
  EXPECT_THAT(std::string(dialled(sea_.Broker("b1")).message()), StartsWith("WRONG_PEER: "));
  EXPECT_FALSE(dialled(eastafrica_.Agency("ke-desk")).ok());
}

TEST_F(PeerAdmissionTest, ABrokerWhoseListsHaveRunOutIsAdmittedToBringNewerOnes) {
  const std::string stale = eastafrica_.Crl({}, {kNow - absl::Hours(48), kNow - absl::Hours(1)});
  const TrustStore trust = *TrustStore::Create({sea_.Bundle(), eastafrica_.Bundle(stale)});
  const auto peer = eastafrica_.Broker("b1");
  const auto admitted = AdmitClient(peer.certificate_pem, trust, "sea.example", kNow);
  ASSERT_TRUE(admitted.ok()) << admitted.status();
  EXPECT_TRUE(admitted->crls_only);
  EXPECT_FALSE(
      AdmitClient(eastafrica_.Agency("ke-desk").certificate_pem, trust, "sea.example", kNow).ok());
  EXPECT_FALSE(AdmitClient(peer.certificate_pem, trust, "eastafrica.example", kNow).ok())
      << "a region's own lists come from its operator";

  EXPECT_FALSE(AdmitServer(peer.certificate_pem, trust, "eastafrica.example", kNow).ok());
  EXPECT_TRUE(AdmitServerForCrls(peer.certificate_pem, trust, "eastafrica.example", kNow).ok());
  EXPECT_FALSE(AdmitServerForCrls(peer.certificate_pem, trust, "sea.example", kNow).ok());

  const std::string revoked =
      eastafrica_.Crl({peer.serial}, {kNow - absl::Hours(48), kNow - absl::Hours(1)});
  const TrustStore revoking = *TrustStore::Create({sea_.Bundle(), eastafrica_.Bundle(revoked)});
  EXPECT_FALSE(AdmitClient(peer.certificate_pem, revoking, "sea.example", kNow).ok())
      << "what an old list revoked stays revoked";
}

TEST_F(PeerAdmissionTest, BroughtListsAreTakenWhereTheyAreNewerAndCurrent) {
  const Validity last_week{kNow - absl::Hours(192), kNow - absl::Hours(24)};
  const TrustStore trust = *TrustStore::Create(
      {eastafrica_.Bundle(eastafrica_.Crl({}, {kNow - absl::Hours(48), kNow - absl::Hours(1)})),
       sea_.Bundle()});
  const auto peer = eastafrica_.Broker("b1");
  const auto bring = [&](const std::string& crls) {
    return BundleWithCrls(trust, "eastafrica.example", crls, peer.certificate_pem,
                          PeerPurpose::kTlsClient, kNow);
  };
  const std::string next = eastafrica_.Crl({}, {kNow - absl::Hours(1), kNow + absl::Hours(24)});
  ASSERT_TRUE(bring(next).ok());
  ASSERT_TRUE(bring(next)->has_value());
  EXPECT_EQ((*bring(next))->crls_pem(), next);
  EXPECT_FALSE(bring(eastafrica_.Crl({}, last_week))->has_value()) << "older";
  EXPECT_FALSE(bring("")->has_value());
  EXPECT_FALSE(bring(next.substr(0, next.size() / 2)).ok());
  EXPECT_FALSE(bring(next + std::string(4 << 20, '\n')).ok());
  EXPECT_EQ(BundleWithCrls(trust, "west.example", next, peer.certificate_pem,
                           PeerPurpose::kTlsClient, kNow)
                .status()
                .code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(BundleWithCrls(trust, "sea.example", sea_.Crl({}), peer.certificate_pem,
                              PeerPurpose::kTlsClient, kNow)
                   ->has_value())
      << "where no list is looked at, none is taken";
}

TEST_F(PeerAdmissionTest, ARefusalIsDescribedByWhatTheCertificateClaims) {
  const auto foreign = eastafrica_.Agency("ke-desk");
  const auto refusal = DescribeRefusal(absl::UnauthenticatedError("X: y"), foreign.certificate_pem);
  EXPECT_EQ(refusal.reason, "X: y");
  EXPECT_EQ(refusal.claimed_uri, "spiffe://eastafrica.example/agency/ke-desk");
  EXPECT_EQ(refusal.claimed_serial, foreign.serial);
  EXPECT_EQ(DescribeRefusal(absl::UnauthenticatedError("X"), "garbage").claimed_serial, "");
}

}  // namespace
}  // namespace corridor
