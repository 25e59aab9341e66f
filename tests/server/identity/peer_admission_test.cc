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
