// A stranger dials in with a certificate. Every way in which it can be wrong has a name, and none
// is accepted; each region's authority speaks for that region alone.

#include "core/crypto/peer_verification.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/strings.h"
#include "tests/core/crypto/crafted_certs.h"
#include "tests/support/test_certs.h"

namespace corridor {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::Optional;
using testing::StartsWith;

const absl::Time kNow = absl::FromCivil(absl::CivilDay(2030, 6, 1), absl::UTCTimeZone());
constexpr char kUri[] = "spiffe://sea.example/agency/th";

absl::StatusOr<VerifiedIdentity> Verify(std::string_view chain_pem, const TrustBundle& bundle,
                                        PeerPurpose purpose = PeerPurpose::kTlsClient,
                                        absl::Time time = kNow) {
  return VerifyPeerChain(CertificateChain::FromPem(chain_pem).value(), bundle, purpose, time);
}

std::optional<PeerRefusal> Refusal(std::string_view chain_pem, const TrustBundle& bundle,
                                   PeerPurpose purpose = PeerPurpose::kTlsClient,
                                   absl::Time time = kNow) {
  return PeerRefusalOf(Verify(chain_pem, bundle, purpose, time).status());
}

// A crafted root of sea.example, and what is judged below it.
class CraftedPeerTest : public testing::Test {
 protected:
  std::optional<PeerRefusal> RefusalOfLeaf(const CertificateSpec& spec,
                                           PeerPurpose purpose = PeerPurpose::kTlsClient) const {
    return Refusal(Craft(spec, &root_).pem, bundle_, purpose);
  }
  std::optional<PeerRefusal> RefusalBelow(const CertificateSpec& intermediate,
                                          PeerPurpose purpose = PeerPurpose::kTlsClient) const {
    const Crafted between = Craft(intermediate, &root_);
    return Refusal(Craft(GoodLeaf(kUri), &between).pem + between.pem, bundle_, purpose);
  }

  const Crafted root_ = Craft(GoodRoot("root"), nullptr);
  const TrustBundle bundle_ = TrustBundle::Create("sea.example", root_.pem).value();
};

TEST(VerifyPeerChainTest, AGoodPeerIsKnownByItsId) {
  const TestPki pki("sea.example");
  const IssuedCertificate leaf = pki.Agency("th");
  const VerifiedIdentity identity = Verify(leaf.certificate_pem, pki.Bundle()).value();
  EXPECT_EQ(identity.spiffe_id.ToString(), kUri);
  EXPECT_EQ(identity.serial, leaf.serial);
  EXPECT_EQ(identity.not_before, TestValidity().not_before);
  EXPECT_EQ(identity.not_after, TestValidity().not_after);
  EXPECT_EQ(identity.ed25519_public_key, std::nullopt);
}

TEST(VerifyPeerChainTest, ASignerIsKnownByItsKey) {
  const TestPki pki("sea.example");
  const TestSigner signer = pki.Signer("/agency/th");
  EXPECT_EQ(Verify(signer.certificate_pem, pki.Bundle(), PeerPurpose::kSigning)
                .value()
                .ed25519_public_key,
            signer.key.public_key());
}

TEST(VerifyPeerChainTest, ASigningCertificateCannotConnect) {
  const TestPki pki("sea.example");
  const std::string pem = pki.Signer("/broker/b1").certificate_pem;
  EXPECT_THAT(Refusal(pem, pki.Bundle(), PeerPurpose::kTlsClient),
              Optional(PeerRefusal::kWrongKeyUsage));
  EXPECT_THAT(Refusal(pem, pki.Bundle(), PeerPurpose::kTlsServer),
              Optional(PeerRefusal::kWrongKeyUsage));
}

TEST(VerifyPeerChainTest, ATransportCertificateCannotSign) {
  const TestPki pki("sea.example");
  EXPECT_THAT(Refusal(pki.Agency("th").certificate_pem, pki.Bundle(), PeerPurpose::kSigning),
              Optional(PeerRefusal::kWrongKeyUsage));
}

TEST(VerifyPeerChainTest, DatesAreJudgedAtTheGivenTime) {
  const TestPki pki("sea.example");
  const Validity day{kNow, kNow + absl::Hours(24)};
  const std::string pem = pki.Issue(CertificateProfile::kAgency, "/agency/th", day).certificate_pem;
  const auto at = [&](absl::Time time) {
    return Refusal(pem, pki.Bundle(), PeerPurpose::kTlsClient, time);
  };
  EXPECT_EQ(at(day.not_before), std::nullopt);
  EXPECT_EQ(at(day.not_after - absl::Seconds(1)), std::nullopt);
  EXPECT_THAT(at(day.not_before - absl::Nanoseconds(1)), Optional(PeerRefusal::kNotYetValid));
  EXPECT_EQ(at(day.not_after), std::nullopt);  // the last second belongs to the dates
  EXPECT_EQ(at(day.not_after + absl::Milliseconds(999)), std::nullopt);
  EXPECT_THAT(at(day.not_after + absl::Seconds(1)), Optional(PeerRefusal::kExpired));
  EXPECT_THAT(at(absl::InfinitePast()), Optional(PeerRefusal::kNotYetValid));
  EXPECT_THAT(at(absl::InfiniteFuture()), Optional(PeerRefusal::kExpired));
}

TEST(VerifyPeerChainTest, ARegionsAuthorityDoesNotSpeakForAnother) {
  const TestPki sea("sea.example");
  const TestPki eaf("eaf.example");
  // East Africa's authority certifies an agency of South-East Asia.
  const Crafted rogue = Craft(GoodRoot("eaf.example root"), nullptr);
  const std::string forged = Craft(GoodLeaf(kUri), &rogue).pem;
  const TrustBundle rogue_bundle = TrustBundle::Create("eaf.example", rogue.pem).value();
  const TrustStore store = TrustStore::Create({sea.Bundle(), rogue_bundle}).value();
  EXPECT_THAT(PeerRefusalOf(store.VerifyPem(forged, PeerPurpose::kTlsClient, kNow).status()),
              Optional(PeerRefusal::kUntrustedIssuer));
  EXPECT_THAT(
      PeerRefusalOf(store.VerifyPem(forged + rogue.pem, PeerPurpose::kTlsClient, kNow).status()),
      Optional(PeerRefusal::kUntrustedIssuer));
  EXPECT_THAT(Refusal(forged, rogue_bundle), Optional(PeerRefusal::kWrongTrustDomain));
  EXPECT_THAT(Refusal(eaf.Agency("ke").certificate_pem, sea.Bundle()),
              Optional(PeerRefusal::kWrongTrustDomain));
}

TEST(VerifyPeerChainTest, ARootOfTheSameNameIsNotTheRoot) {
  const TestPki pki("sea.example");
  const TestPki impostor("sea.example");
  const std::optional<PeerRefusal> refusal =
      Refusal(impostor.Agency("th").certificate_pem + impostor.root_pem(), pki.Bundle());
  EXPECT_THAT(refusal, Optional(PeerRefusal::kUntrustedIssuer));
}

TEST(VerifyPeerChainTest, AChangedCertificateIsSeen) {
  const TestPki pki("sea.example");
  std::string der = Certificate::FromPem(pki.Agency("th").certificate_pem).value().der();
  const size_t at = der.find("/agency/th");
  ASSERT_NE(at, std::string::npos);
  der.replace(at, 10, "/agency/id");
  const absl::StatusOr<Certificate> forged = Certificate::FromDer(der);
  ASSERT_TRUE(forged.ok());
  EXPECT_THAT(
      PeerRefusalOf(
          VerifyPeerChain({*forged, {}}, pki.Bundle(), PeerPurpose::kTlsClient, kNow).status()),
      Optional(PeerRefusal::kSignatureInvalid));
}

TEST(VerifyPeerChainTest, TwoRootsOverlapWhileOneReplacesTheOther) {
  const TestPki old_pki("sea.example");
  const TestPki new_pki("sea.example");
  const TrustBundle both =
      TrustBundle::Create("sea.example", old_pki.root_pem() + new_pki.root_pem()).value();
  EXPECT_TRUE(Verify(old_pki.Agency("th").certificate_pem, both).ok());
  EXPECT_TRUE(Verify(new_pki.Agency("th").certificate_pem, both).ok());
}

TEST(VerifyPeerChainTest, ARefusalNamesNoSubject) {
  const TestPki pki("sea.example");
  CertificateSpec spec = GoodLeaf("spiffe://sea.example/agency/th");
  spec.common_name = "name of a person";
  const Crafted stranger = Craft(GoodRoot("name of a person"), nullptr);
  const absl::Status status = Verify(Craft(spec, &stranger).pem, pki.Bundle()).status();
  EXPECT_TRUE(absl::IsUnauthenticated(status));
  EXPECT_THAT(std::string(status.message()), StartsWith("UNTRUSTED_ISSUER: "));
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("person")));
}

TEST(PeerRefusalOfTest, KnowsOnlyItsOwn) {
  EXPECT_EQ(PeerRefusalOf(absl::OkStatus()), std::nullopt);
  EXPECT_EQ(PeerRefusalOf(absl::UnauthenticatedError("CERTIFICATE_EXPIRED: no")), std::nullopt);
}

// --- Revocation -------------------------------------------------------------------------------

TEST(RevocationTest, ARevokedSerialIsRefusedAndOthersAreNot) {
  const TestPki pki("sea.example");
  const IssuedCertificate revoked = pki.Agency("th");
  const TrustBundle bundle = pki.Bundle(pki.Crl({revoked.serial}));
  EXPECT_THAT(Refusal(revoked.certificate_pem, bundle), Optional(PeerRefusal::kRevoked));
  EXPECT_EQ(Refusal(pki.Agency("th").certificate_pem, bundle), std::nullopt);
  EXPECT_TRUE(bundle.has_crls());
  EXPECT_EQ(bundle.crls_expire(), TestValidity().not_after);
  EXPECT_EQ(pki.Bundle().crls_expire(), absl::InfiniteFuture());
}

TEST(RevocationTest, AStaleListLetsNobodyIn) {
  const TestPki pki("sea.example");
  const TrustBundle bundle = pki.Bundle(pki.Crl({}, {kNow, kNow + absl::Hours(1)}));
  const std::string pem = pki.Agency("th").certificate_pem;
  const auto at = [&](absl::Time time) {
    return Refusal(pem, bundle, PeerPurpose::kTlsClient, time);
  };
  EXPECT_EQ(at(kNow + absl::Minutes(59)), std::nullopt);
  EXPECT_THAT(at(kNow + absl::Hours(1)), Optional(PeerRefusal::kRevocationStale));
  EXPECT_THAT(at(kNow - absl::Minutes(1)), Optional(PeerRefusal::kRevocationStale));
}

TEST(RevocationTest, EveryIssuerNeedsAList) {
  const Crafted root = Craft(GoodRoot("root"), nullptr);
  const Crafted between = Craft(GoodIntermediate("issuing"), &root);
  const std::string chain = Craft(GoodLeaf(kUri), &between).pem + between.pem;
  const auto [from, until] = TestValidity();
  const std::string of_root = CraftEmptyCrl(root, from, until);
  const std::string of_issuing = CraftEmptyCrl(between, from, until);
  EXPECT_THAT(Refusal(chain, TrustBundle::Create("sea.example", root.pem, of_root).value()),
              Optional(PeerRefusal::kRevocationUnknown));
  EXPECT_EQ(
      Refusal(chain, TrustBundle::Create("sea.example", root.pem, of_root + of_issuing).value()),
      std::nullopt);
}

TEST(RevocationTest, AForgedListIsNotLoaded) {
  const TestPki pki("sea.example");
  const TestPki impostor("sea.example");
  const absl::Status status =
      TrustBundle::Create("sea.example", pki.root_pem(), impostor.Crl({})).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("CRL 1: it is not signed by the root"));
}

// --- Bundles ----------------------------------------------------------------------------------

TEST(TrustBundleTest, TakesRootsOfItsTrustDomainOnly) {
  const TestPki sea("sea.example");
  const TestPki eaf("eaf.example");
  EXPECT_THAT(
      std::string(
          TrustBundle::Create("sea.example", sea.root_pem() + eaf.root_pem()).status().message()),
      HasSubstr("root 2: it names another trust domain"));
  EXPECT_FALSE(TrustBundle::Create("Sea", sea.root_pem()).ok());
  EXPECT_FALSE(TrustBundle::Create("sea.example", "").ok());
  EXPECT_FALSE(TrustBundle::Create("sea.example", sea.Agency("th").certificate_pem).ok());
}

TEST(TrustBundleTest, AnIssuingAuthorityMayBeTheAnchor) {
  const Crafted root = Craft(GoodRoot("root"), nullptr);
  const Crafted between = Craft(GoodIntermediate("issuing"), &root);
  const Crafted beside = Craft(GoodIntermediate("beside"), &root);
  const TrustBundle bundle = TrustBundle::Create("sea.example", between.pem).value();
  EXPECT_EQ(Refusal(Craft(GoodLeaf(kUri), &between).pem + root.pem, bundle), std::nullopt);
  EXPECT_THAT(Refusal(Craft(GoodLeaf(kUri), &beside).pem + beside.pem + root.pem, bundle),
              Optional(PeerRefusal::kUntrustedIssuer));
}

TEST(TrustBundleTest, GarbageForAListIsAnErrorAndNotNoList) {
  const TestPki pki("sea.example");
  EXPECT_FALSE(TrustBundle::Create("sea.example", pki.root_pem(), "garbage").ok());
  EXPECT_FALSE(TrustBundle::Create("sea.example", pki.root_pem(), pki.root_pem()).ok());
  EXPECT_FALSE(TrustBundle::Create("sea.example", pki.root_pem(), pki.Crl({}).substr(0, 200)).ok());
}

TEST(TrustStoreTest, PicksTheRootsByTheClaimedTrustDomain) {
  const TestPki sea("sea.example");
  const TestPki eaf("eaf.example");
  const TrustStore store = TrustStore::Create({sea.Bundle(), eaf.Bundle()}).value();
  for (const TestPki* pki : {&sea, &eaf}) {
    EXPECT_TRUE(
        store.VerifyPem(pki->Broker("b1").certificate_pem, PeerPurpose::kTlsServer, kNow).ok());
  }
  EXPECT_THAT(store.trust_domains(), testing::ElementsAre("eaf.example", "sea.example"));
  EXPECT_EQ(store.Find("third.example"), nullptr);
  const TestPki third("third.example");
  EXPECT_THAT(PeerRefusalOf(
                  store.VerifyPem(third.Agency("x").certificate_pem, PeerPurpose::kTlsClient, kNow)
                      .status()),
              Optional(PeerRefusal::kUnknownTrustDomain));
  EXPECT_THAT(PeerRefusalOf(store.VerifyPem("garbage", PeerPurpose::kTlsClient, kNow).status()),
              Optional(PeerRefusal::kMalformedCertificate));
}

TEST(TrustStoreTest, TrustsNobodyByDefault) {
  EXPECT_FALSE(TrustStore()
                   .VerifyPem(TestPki("sea.example").Agency("th").certificate_pem,
                              PeerPurpose::kTlsClient, kNow)
                   .ok());
}

TEST(TrustStoreTest, ATrustDomainHasOneBundle) {
  const TestPki pki("sea.example");
  EXPECT_FALSE(TrustStore::Create({pki.Bundle(), pki.Bundle()}).ok());
}

// --- Certificates that no proper authority makes ------------------------------------------------

TEST_F(CraftedPeerTest, TheUnchangedLeafIsGood) {
  EXPECT_EQ(RefusalOfLeaf(GoodLeaf(kUri)), std::nullopt);
  EXPECT_EQ(RefusalOfLeaf(GoodLeaf(kUri), PeerPurpose::kTlsServer), std::nullopt);
  EXPECT_EQ(RefusalBelow(GoodIntermediate("issuing")), std::nullopt);
}

TEST_F(CraftedPeerTest, ExactlyOneUriThatIsASpiffeId) {
  const CertificateSpec good = GoodLeaf(kUri);
  const std::string uri = std::string("URI:") + kUri;
  EXPECT_THAT(RefusalOfLeaf(good.With("subjectAltName", uri + "," + uri)),
              Optional(PeerRefusal::kSeveralUriNames));
  EXPECT_THAT(RefusalOfLeaf(good.With("subjectAltName", uri + ",URI:https://x.example/")),
              Optional(PeerRefusal::kSeveralUriNames));
  EXPECT_THAT(RefusalOfLeaf(good.With("subjectAltName", "DNS:sea.example")),
              Optional(PeerRefusal::kNoSpiffeId));
  EXPECT_THAT(RefusalOfLeaf(good.With("subjectAltName", "")), Optional(PeerRefusal::kNoSpiffeId));
  EXPECT_THAT(RefusalOfLeaf(good.With("subjectAltName", "URI:https://sea.example/agency/th")),
              Optional(PeerRefusal::kNoSpiffeId));
  EXPECT_THAT(RefusalOfLeaf(good.With("subjectAltName", "URI:spiffe://sea.example")),
              Optional(PeerRefusal::kNoSpiffeId));
  EXPECT_THAT(RefusalOfLeaf(good.With("subjectAltName", "URI:spiffe://sea.example/agency/../x")),
              Optional(PeerRefusal::kNoSpiffeId));
}

TEST_F(CraftedPeerTest, ALeafIsNoCa) {
  const CertificateSpec good = GoodLeaf(kUri);
  EXPECT_THAT(RefusalOfLeaf(good.With("basicConstraints", "critical,CA:TRUE")),
              Optional(PeerRefusal::kCaAsLeaf));
  EXPECT_THAT(RefusalOfLeaf(good.With("keyUsage", "critical,digitalSignature,keyCertSign")),
              Optional(PeerRefusal::kWrongKeyUsage));
  EXPECT_THAT(RefusalOfLeaf(good.With("keyUsage", "critical,digitalSignature,cRLSign")),
              Optional(PeerRefusal::kWrongKeyUsage));
}

TEST_F(CraftedPeerTest, UsagesMustBePresentAndRight) {
  const CertificateSpec good = GoodLeaf(kUri);
  const auto wrong = Optional(PeerRefusal::kWrongKeyUsage);
  EXPECT_THAT(RefusalOfLeaf(good.With("keyUsage", "")), wrong);
  EXPECT_THAT(RefusalOfLeaf(good.With("keyUsage", "critical,keyAgreement")), wrong);
  EXPECT_THAT(RefusalOfLeaf(good.With("extendedKeyUsage", "")), wrong);
  EXPECT_THAT(RefusalOfLeaf(good.With("extendedKeyUsage", "serverAuth")), wrong);
  EXPECT_THAT(RefusalOfLeaf(good.With("extendedKeyUsage", "anyExtendedKeyUsage")), wrong);
  EXPECT_THAT(RefusalOfLeaf(good.With("extendedKeyUsage", "clientAuth,anyExtendedKeyUsage")),
              wrong);
  EXPECT_THAT(RefusalOfLeaf(good.With("extendedKeyUsage", "clientAuth"), PeerPurpose::kTlsServer),
              wrong);
  // Both to connect and to sign: neither.
  const CertificateSpec both =
      good.With("extendedKeyUsage", "clientAuth," + std::string(kStatementSigningOid));
  EXPECT_THAT(RefusalOfLeaf(both), wrong);
  EXPECT_THAT(RefusalOfLeaf(both, PeerPurpose::kSigning), wrong);
}

TEST_F(CraftedPeerTest, ASigningKeyIsEd25519) {
  CertificateSpec spec = GoodLeaf(kUri).With("extendedKeyUsage", std::string(kStatementSigningOid));
  EXPECT_THAT(RefusalOfLeaf(spec, PeerPurpose::kSigning), Optional(PeerRefusal::kBadKeyType));
  spec.key = "ED25519";
  EXPECT_EQ(RefusalOfLeaf(spec, PeerPurpose::kSigning), std::nullopt);
}

TEST_F(CraftedPeerTest, KeysOfAllowedTypesOnly) {
  CertificateSpec spec = GoodLeaf(kUri);
  for (const char* key : {"P-256", "P-384", "ED25519", "RSA:2048"}) {
    spec.key = key;
    EXPECT_EQ(RefusalOfLeaf(spec), std::nullopt) << key;
  }
  for (const char* key : {"P-521", "P-224", "secp256k1", "RSA:1024", "RSA:2040", "RSA-e3"}) {
    spec.key = key;
    EXPECT_THAT(RefusalOfLeaf(spec), Optional(PeerRefusal::kBadKeyType)) << key;
  }
}

TEST_F(CraftedPeerTest, SignaturesOfAllowedAlgorithmsOnly) {
  CertificateSpec spec = GoodLeaf(kUri);
  for (const char* digest : {"SHA256", "SHA384", "SHA512"}) {
    spec.digest = digest;
    EXPECT_EQ(RefusalOfLeaf(spec), std::nullopt) << digest;
  }
  for (const char* digest : {"SHA1", "SHA224"}) {
    spec.digest = digest;
    EXPECT_THAT(RefusalOfLeaf(spec), Optional(PeerRefusal::kWeakSignature)) << digest;
  }
}

TEST_F(CraftedPeerTest, VersionSerialAndDatesAreSane) {
  CertificateSpec spec = GoodLeaf(kUri);
  spec.serial = 0;
  EXPECT_THAT(RefusalOfLeaf(spec), Optional(PeerRefusal::kMalformedCertificate));
  spec.serial = -1;
  EXPECT_THAT(RefusalOfLeaf(spec), Optional(PeerRefusal::kMalformedCertificate));
  spec = GoodLeaf(kUri);
  spec.version = 0;
  EXPECT_NE(RefusalOfLeaf(spec), std::nullopt);
}

TEST_F(CraftedPeerTest, UnknownCriticalExtensionsAreRefused) {
  EXPECT_THAT(RefusalOfLeaf(GoodLeaf(kUri).With("1.2.3.4.5", "critical,ASN1:NULL")),
              Optional(PeerRefusal::kUnknownCriticalExtension));
  EXPECT_EQ(RefusalOfLeaf(GoodLeaf(kUri).With("1.2.3.4.5", "ASN1:NULL")), std::nullopt);
}

TEST_F(CraftedPeerTest, NoExtensionIsRepeated) {
  CertificateSpec spec = GoodLeaf(kUri).With("1.2.3.4.5", "ASN1:NULL");
  spec.extensions.emplace_back("1.2.3.4.5", "ASN1:NULL");
  EXPECT_THAT(RefusalOfLeaf(spec), Optional(PeerRefusal::kMalformedCertificate));
}

TEST_F(CraftedPeerTest, AnIssuerMustBeAllowedToIssue) {
  const CertificateSpec good = GoodIntermediate("issuing");
  const auto not_ca = Optional(PeerRefusal::kIssuerNotCa);
  EXPECT_THAT(RefusalBelow(good.With("basicConstraints", "critical,CA:FALSE")), not_ca);
  EXPECT_THAT(RefusalBelow(good.With("basicConstraints", "")), not_ca);
  EXPECT_THAT(RefusalBelow(good.With("keyUsage", "critical,digitalSignature")), not_ca);
  EXPECT_THAT(RefusalBelow(good.With("keyUsage", "critical,cRLSign")), not_ca);
  EXPECT_THAT(RefusalBelow(good.With("keyUsage", "")), not_ca);
}

TEST_F(CraftedPeerTest, AnIssuerOfSigningKeysMayNotCertifyConnections) {
  const CertificateSpec spec =
      GoodIntermediate("issuing").With("extendedKeyUsage", std::string(kStatementSigningOid));
  EXPECT_NE(RefusalBelow(spec), std::nullopt);
  // And one for connections may not certify signing keys.
  const Crafted tls =
      Craft(GoodIntermediate("tls").With("extendedKeyUsage", "serverAuth,clientAuth"), &root_);
  CertificateSpec signer =
      GoodLeaf(kUri).With("extendedKeyUsage", std::string(kStatementSigningOid));
  signer.key = "ED25519";
  EXPECT_THAT(Refusal(Craft(signer, &tls).pem + tls.pem, bundle_, PeerPurpose::kSigning),
              Optional(PeerRefusal::kWrongKeyUsage));
}

TEST_F(CraftedPeerTest, AnIssuersKeyAndDatesCountAsWell) {
  CertificateSpec spec = GoodIntermediate("issuing");
  spec.key = "P-521";
  EXPECT_THAT(RefusalBelow(spec), Optional(PeerRefusal::kBadKeyType));
  spec = GoodIntermediate("issuing");
  spec.digest = "SHA1";
  EXPECT_THAT(RefusalBelow(spec), Optional(PeerRefusal::kWeakSignature));
  spec = GoodIntermediate("issuing");
  spec.not_after = kNow - absl::Seconds(1);
  EXPECT_THAT(RefusalBelow(spec), Optional(PeerRefusal::kExpired));
  spec.not_after = kNow + absl::Hours(1);
  const Crafted between = Craft(spec, &root_);
  EXPECT_EQ(Verify(Craft(GoodLeaf(kUri), &between).pem + between.pem, bundle_).value().not_after,
            kNow + absl::Hours(1));
}

TEST_F(CraftedPeerTest, NameConstraintsAreHonoured) {
  const std::string constraint = "critical,permitted;URI:";
  EXPECT_EQ(RefusalBelow(GoodIntermediate("i").With("nameConstraints", constraint + "sea.example")),
            std::nullopt);
  EXPECT_THAT(
      RefusalBelow(GoodIntermediate("i").With("nameConstraints", constraint + "eaf.example")),
      Optional(PeerRefusal::kNameConstraint));
}

TEST_F(CraftedPeerTest, APathIsAtMostFiveIssuersDeep) {
  std::vector<Crafted> issuers;
  const Crafted* above = &root_;
  issuers.reserve(6);
  std::string shown;
  for (int depth = 1; depth <= 6; ++depth) {
    issuers.push_back(Craft(GoodIntermediate("issuing " + std::to_string(depth)), above));
    above = &issuers.back();
    shown += above->pem;
    const std::optional<PeerRefusal> refusal =
        Refusal(Craft(GoodLeaf(kUri), above).pem + shown, bundle_);
    if (depth <= 5) {
      EXPECT_EQ(refusal, std::nullopt) << depth;
    } else {
      EXPECT_THAT(refusal, Optional(PeerRefusal::kChainTooLong)) << depth;
    }
  }
}

TEST_F(CraftedPeerTest, APathLengthIsHonoured) {
  const Crafted last = Craft(
      GoodIntermediate("last").With("basicConstraints", "critical,CA:TRUE,pathlen:0"), &root_);
  const Crafted beyond = Craft(GoodIntermediate("beyond"), &last);
  EXPECT_THAT(Refusal(Craft(GoodLeaf(kUri), &beyond).pem + beyond.pem + last.pem, bundle_),
              Optional(PeerRefusal::kIssuerNotCa));
}

TEST_F(CraftedPeerTest, ASelfSignedStrangerIsUntrusted) {
  const CertificateSpec stranger = GoodLeaf(kUri).With("authorityKeyIdentifier", "keyid:always");
  EXPECT_THAT(Refusal(Craft(stranger, nullptr).pem, bundle_),
              Optional(PeerRefusal::kUntrustedIssuer));
}

}  // namespace
}  // namespace corridor
