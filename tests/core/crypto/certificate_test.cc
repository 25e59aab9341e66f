// What is read from a certificate is what is written in it, and a stranger's bytes cannot make the
// reader work without bound.

#include "core/crypto/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/crypto/crafted_certs.h"
#include "tests/support/test_certs.h"

namespace corridor {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(CertificateTest, SaysWhatIsWrittenInIt) {
  const TestPki pki("sea.example");
  const IssuedCertificate broker = pki.Broker("b1");
  const Certificate certificate = Certificate::FromPem(broker.certificate_pem).value();
  EXPECT_EQ(certificate.subject(), "CN=broker/b1,O=Corridor");
  EXPECT_EQ(certificate.issuer(), "CN=sea.example root,O=Corridor");
  EXPECT_EQ(certificate.serial(), broker.serial);
  EXPECT_EQ(certificate.not_before(), TestValidity().not_before);
  EXPECT_EQ(certificate.not_after(), TestValidity().not_after);
  EXPECT_THAT(certificate.uris(), ElementsAre("spiffe://sea.example/broker/b1"));
  EXPECT_THAT(certificate.dns_names(), ElementsAre("localhost"));
  EXPECT_FALSE(certificate.is_ca());
  EXPECT_THAT(certificate.extended_key_usages(), ElementsAre(kServerAuthOid, kClientAuthOid));
  EXPECT_EQ(certificate.key_type(), KeyType::kP256);
  EXPECT_EQ(certificate.ed25519_public_key(), std::nullopt);
  EXPECT_EQ(certificate.ToPem(), broker.certificate_pem);
  EXPECT_EQ(Certificate::FromDer(certificate.der()).value().serial(), broker.serial);
}

TEST(CertificateTest, ASigningCertificateCarriesTheKey) {
  const TestSigner signer = TestPki("sea.example").Signer("/agency/th");
  const Certificate certificate = Certificate::FromPem(signer.certificate_pem).value();
  EXPECT_EQ(certificate.key_type(), KeyType::kEd25519);
  EXPECT_EQ(certificate.ed25519_public_key(), signer.key.public_key());
  EXPECT_THAT(certificate.extended_key_usages(), ElementsAre(kStatementSigningOid));
}

TEST(CertificateTest, ARootIsACa) {
  const CertificateAuthority authority = TestPki("sea.example").authority();
  EXPECT_TRUE(authority.certificate().is_ca());
  EXPECT_THAT(authority.certificate().uris(), ElementsAre("spiffe://sea.example"));
}

TEST(CertificateTest, ToldKeyTypes) {
  const auto type_of = [](const std::string& key) {
    CertificateSpec spec = GoodRoot("root");
    spec.key = key;
    return Certificate::FromPem(Craft(spec, nullptr).pem).value().key_type();
  };
  EXPECT_EQ(type_of("P-256"), KeyType::kP256);
  EXPECT_EQ(type_of("P-384"), KeyType::kP384);
  EXPECT_EQ(type_of("P-521"), KeyType::kUnsupported);
  EXPECT_EQ(type_of("secp256k1"), KeyType::kUnsupported);
  EXPECT_EQ(type_of("RSA:2048"), KeyType::kRsa);
  EXPECT_EQ(type_of("ED25519"), KeyType::kEd25519);
}

TEST(CertificateTest, ASerialThatIsNotPositiveIsEmpty) {
  CertificateSpec spec = GoodRoot("root");
  spec.serial = -5;
  EXPECT_EQ(Certificate::FromPem(Craft(spec, nullptr).pem).value().serial(), "");
  spec.serial = 0;
  EXPECT_EQ(Certificate::FromPem(Craft(spec, nullptr).pem).value().serial(), "");
  spec.serial = 0x0a;
  EXPECT_EQ(Certificate::FromPem(Craft(spec, nullptr).pem).value().serial(), "a");
}

TEST(CertificateTest, RefusesWhatIsNone) {
  const std::string der = Certificate::FromPem(TestPki("sea.example").root_pem()).value().der();
  EXPECT_FALSE(Certificate::FromPem("").ok());
  EXPECT_FALSE(Certificate::FromPem("-----BEGIN CERTIFICATE-----\n!\n").ok());
  EXPECT_FALSE(Certificate::FromPem(TestPki("sea.example").authority().private_key_pem()).ok());
  EXPECT_FALSE(Certificate::FromDer("").ok());
  EXPECT_FALSE(Certificate::FromDer(der + "x").ok());
  EXPECT_FALSE(Certificate::FromDer(der.substr(0, der.size() - 1)).ok());
  EXPECT_FALSE(Certificate::FromDer(std::string(Certificate::kDerBytesMax + 1, '\x30')).ok());
}

TEST(CertificateTest, ARepeatedExtensionIsMalformed) {
  CertificateSpec spec = GoodRoot("root");
  spec.extensions.emplace_back("subjectAltName", "URI:spiffe://a.example");
  spec.extensions.emplace_back("subjectAltName", "URI:spiffe://b.example");
  const absl::Status status = Certificate::FromPem(Craft(spec, nullptr).pem).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
}

TEST(CertificateChainTest, TheLeafComesFirstAndOnce) {
  const TestPki pki("sea.example");
  const IssuedCertificate leaf = pki.Agency("th");
  const CertificateChain chain =
      CertificateChain::FromPem(leaf.certificate_pem + leaf.certificate_pem + pki.root_pem())
          .value();
  EXPECT_EQ(chain.leaf.serial(), leaf.serial);
  ASSERT_THAT(chain.others, SizeIs(1));
  EXPECT_TRUE(chain.others[0].is_ca());
  EXPECT_THAT(CertificateChain::FromPem(leaf.certificate_pem).value().others, IsEmpty());
}

TEST(CertificateChainTest, IsBounded) {
  std::string pem;
  for (size_t i = 0; i < CertificateChain::kCertificatesMax; ++i) {
    pem += TestPki("sea.example").root_pem();
  }
  EXPECT_TRUE(CertificateChain::FromPem(pem).ok());
  pem += TestPki("sea.example").root_pem();
  EXPECT_THAT(std::string(CertificateChain::FromPem(pem).status().message()),
              HasSubstr("more than 10"));
  const std::string huge(CertificateChain::kPemBytesMax + 1, '\n');
  EXPECT_THAT(std::string(CertificateChain::FromPem(huge).status().message()), HasSubstr("64 KiB"));
}

}  // namespace
}  // namespace corridor
