// The small authority behind `corridorctl certs`: what it issues is accepted for its purpose and no
// other, it does not issue what nobody would accept, and it can be kept and taken up again.

#include "core/crypto/certificate_authority.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "core/crypto/peer_verification.h"
#include "tests/support/test_certs.h"

namespace corridor {
namespace {

using testing::HasSubstr;

const absl::Time kNow = absl::FromCivil(absl::CivilDay(2030, 6, 1), absl::UTCTimeZone());

LeafRequest Request(CertificateProfile profile, const std::string& path) {
  return {profile, SpiffeId::Parse("spiffe://sea.example" + path).value(), TestValidity()};
}

TEST(CertificateAuthorityTest, EachProfileServesItsPurposeAndNoOther) {
  struct Case {
    CertificateProfile profile;
    std::string path;
    bool client, server, signing;
  };
  const TestPki pki("sea.example");
  const TrustBundle bundle = pki.Bundle();
  for (const Case& c : std::vector<Case>{
           {CertificateProfile::kBroker, "/broker/b1", true, true, false},
           {CertificateProfile::kAgency, "/agency/th", true, false, false},
           {CertificateProfile::kIntegration, "/agency/th/integration/db", true, false, false},
           {CertificateProfile::kOperator, "/operator/duty", true, false, false},
           {CertificateProfile::kSigning, "/agency/th", false, false, true},
           {CertificateProfile::kSigning, "/broker/b1", false, false, true}}) {
    const CertificateChain chain =
        CertificateChain::FromPem(pki.Issue(c.profile, c.path).certificate_pem).value();
    const auto accepted = [&](PeerPurpose purpose) {
      return VerifyPeerChain(chain, bundle, purpose, kNow).ok();
    };
    EXPECT_EQ(accepted(PeerPurpose::kTlsClient), c.client) << ToString(c.profile);
    EXPECT_EQ(accepted(PeerPurpose::kTlsServer), c.server) << ToString(c.profile);
    EXPECT_EQ(accepted(PeerPurpose::kSigning), c.signing) << ToString(c.profile);
  }
}

TEST(CertificateAuthorityTest, SurvivesBeingPutAway) {
  const CertificateAuthority first =
      CertificateAuthority::CreateRoot("sea.example", TestValidity()).value();
  const CertificateAuthority again =
      CertificateAuthority::FromPem(first.certificate_pem(), first.private_key_pem()).value();
  EXPECT_EQ(again.trust_domain(), "sea.example");
  const IssuedCertificate leaf =
      again.Issue(Request(CertificateProfile::kAgency, "/agency/th")).value();
  const TrustBundle bundle = TrustBundle::Create("sea.example", first.certificate_pem()).value();
  EXPECT_TRUE(VerifyPeerChain(CertificateChain::FromPem(leaf.certificate_pem).value(), bundle,
                              PeerPurpose::kTlsClient, kNow)
                  .ok());
}

TEST(CertificateAuthorityTest, RefusesAKeyThatIsNotItsOwn) {
  const TestPki pki("sea.example");
  const TestPki other("sea.example");
  EXPECT_FALSE(
      CertificateAuthority::FromPem(pki.root_pem(), other.authority().private_key_pem()).ok());
  const IssuedCertificate leaf = pki.Agency("th");
  EXPECT_FALSE(CertificateAuthority::FromPem(leaf.certificate_pem, leaf.private_key_pem).ok());
}

TEST(CertificateAuthorityTest, RefusesAnIdThatDoesNotFitTheProfile) {
  const TestPki pki("sea.example");
  const auto issue = [&](CertificateProfile profile, const std::string& path) {
    return pki.authority().Issue(Request(profile, path)).ok();
  };
  EXPECT_FALSE(issue(CertificateProfile::kAgency, "/broker/b1"));
  EXPECT_FALSE(issue(CertificateProfile::kAgency, "/agency/th/integration/db"));
  EXPECT_FALSE(issue(CertificateProfile::kBroker, "/agency/th"));
  EXPECT_FALSE(issue(CertificateProfile::kIntegration, "/agency/th"));
  EXPECT_FALSE(issue(CertificateProfile::kOperator, "/agency/th"));
  EXPECT_FALSE(issue(CertificateProfile::kSigning, "/operator/duty"));
  EXPECT_FALSE(issue(CertificateProfile::kAgency, ""));
  EXPECT_FALSE(TestPki("eaf.example")
                   .authority()
                   .Issue(Request(CertificateProfile::kAgency, "/agency/th"))
                   .ok());
}

TEST(CertificateAuthorityTest, RefusesNamesAndDatesThatMakeNoSense) {
  const TestPki pki("sea.example");
  LeafRequest request = Request(CertificateProfile::kAgency, "/agency/th");
  request.dns_names = {"th.example"};
  EXPECT_THAT(std::string(pki.authority().Issue(request).status().message()), HasSubstr("broker"));
  for (const char* name : {"", "*.example", "a,URI:spiffe://x/y", ".example", "a b"}) {
    request = Request(CertificateProfile::kBroker, "/broker/b1");
    request.dns_names = {name};
    EXPECT_FALSE(pki.authority().Issue(request).ok()) << name;
  }
  request = Request(CertificateProfile::kBroker, "/broker/b1");
  request.ip_addresses = {"300.1.1.1"};
  EXPECT_FALSE(pki.authority().Issue(request).ok());
  request = Request(CertificateProfile::kAgency, "/agency/th");
  std::swap(request.validity.not_before, request.validity.not_after);
  EXPECT_FALSE(pki.authority().Issue(request).ok());
  request.validity = {kNow, kNow + absl::Hours(24 * 365 * 100)};
  EXPECT_THAT(std::string(pki.authority().Issue(request).status().message()),
              HasSubstr("beyond those of the authority"));
  EXPECT_FALSE(
      CertificateAuthority::CreateRoot("sea.example", {kNow, absl::InfiniteFuture()}).ok());
  EXPECT_FALSE(CertificateAuthority::CreateRoot("Sea Example", TestValidity()).ok());
}

TEST(CertificateAuthorityTest, SerialsAreLongAndDiffer) {
  const TestPki pki("sea.example");
  std::set<std::string> serials;
  for (int i = 0; i < 20; ++i) serials.insert(pki.Agency("th").serial);
  EXPECT_EQ(serials.size(), 20u);
  for (const std::string& serial : serials) EXPECT_EQ(serial.size(), 32u);
}

TEST(CertificateAuthorityTest, ALongNameStillFits) {
  const TestPki pki("sea.example");
  const IssuedCertificate leaf = pki.Agency(std::string(200, 'a'));
  EXPECT_TRUE(VerifyPeerChain(CertificateChain::FromPem(leaf.certificate_pem).value(), pki.Bundle(),
                              PeerPurpose::kTlsClient, kNow)
                  .ok());
}

TEST(CertificateAuthorityTest, ACrlNeedsProperSerialsAndDates) {
  const CertificateAuthority authority = TestPki("sea.example").authority();
  EXPECT_TRUE(authority.IssueCrl({{"0a1b", kNow}}, kNow, kNow + absl::Hours(1), 1).ok());
  EXPECT_FALSE(authority.IssueCrl({{"", kNow}}, kNow, kNow + absl::Hours(1), 1).ok());
  EXPECT_FALSE(authority.IssueCrl({{"xyz", kNow}}, kNow, kNow + absl::Hours(1), 1).ok());
  EXPECT_FALSE(authority.IssueCrl({}, kNow, kNow, 1).ok());
}

TEST(CertificateProfileTest, NamesGoBothWays) {
  for (const char* name : {"broker", "agency", "integration", "operator", "signing"}) {
    EXPECT_EQ(ToString(CertificateProfileFrom(name).value()), name);
  }
  EXPECT_THAT(std::string(CertificateProfileFrom("root").status().message()),
              HasSubstr("operator"));
}

}  // namespace
}  // namespace corridor
