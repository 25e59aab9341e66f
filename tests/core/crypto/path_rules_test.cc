// What a public authority may never have written, a stranger may: each rule of RFC 5280 that a
// verifier tends to pass over is broken once, alone, and once kept.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/crypto/peer_verification.h"
#include "tests/core/crypto/crafted_certs.h"
#include "tests/support/test_certs.h"

namespace corridor {
namespace {

using testing::Optional;

const absl::Time kNow = absl::FromCivil(absl::CivilDay(2030, 6, 1), absl::UTCTimeZone());
constexpr auto kAccepted = std::nullopt;

// As a public web certificate: a DNS name, no SPIFFE ID.
CertificateSpec WebLeaf(const std::string& names = "DNS:www.sea.example") {
  return GoodLeaf("").With("subjectAltName", names);
}

std::optional<PeerRefusal> Judge(const std::string& chain_pem, const std::string& roots_pem,
                                 const std::string& crls_pem = "", TrustLimits limits = {},
                                 absl::Time time = kNow) {
  const auto bundle = TrustBundle::Create("sea.example", roots_pem, crls_pem, limits);
  if (!bundle.ok()) return PeerRefusalOf(bundle.status()).value_or(PeerRefusal::kRevocationUnknown);
  const auto chain = CertificateChain::FromPem(chain_pem);
  if (!chain.ok()) return PeerRefusal::kMalformedCertificate;
  return PeerRefusalOf(VerifyUnnamedChain(*chain, *bundle, PeerPurpose::kTlsServer, time).status());
}

const auto kMalformed = Optional(PeerRefusal::kMalformedCertificate);

class PathRulesTest : public testing::Test {
 protected:
  std::optional<PeerRefusal> Leaf(const CertificateSpec& spec) const {
    return Judge(Craft(spec, &root_).pem, root_.pem);
  }
  static std::optional<PeerRefusal> UnderRoot(const CertificateSpec& root,
                                              const CertificateSpec& leaf = WebLeaf()) {
    const Crafted made = Craft(root, nullptr);
    return Judge(Craft(leaf, &made).pem, made.pem);
  }
  std::optional<PeerRefusal> Below(const CertificateSpec& issuing,
                                   const CertificateSpec& leaf = WebLeaf()) const {
    const Crafted made = Craft(issuing, &root_);
    return Judge(Craft(leaf, &made).pem + made.pem, root_.pem);
  }

  const Crafted root_ = Craft(GoodRoot("root"), nullptr);
};

std::function<void(X509*)> WithSerial(std::string_view hex) {
  return [hex](X509* x509) {
    BIGNUM* number = nullptr;
    BN_hex2bn(&number, std::string(hex).c_str());
    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509));
    BN_free(number);
  };
}

std::function<void(X509*)> WithEnd(int type, std::string_view text) {
  return [type, text](X509* x509) {
    ASN1_STRING* const time = X509_getm_notAfter(x509);
    ASN1_STRING_set(time, text.data(), static_cast<int>(text.size()));
    time->type = type;
  };
}

void DropSubject(X509* x509) {
  X509_NAME* const empty = X509_NAME_new();
  X509_set_subject_name(x509, empty);
  X509_NAME_free(empty);
}

void DropIssuer(X509* x509) {
  X509_NAME* const empty = X509_NAME_new();
  X509_set_issuer_name(x509, empty);
  X509_NAME_free(empty);
}

TEST_F(PathRulesTest, AWebServersCertificateIsAcceptedWithoutSpiffe) {
  EXPECT_EQ(Leaf(WebLeaf()), kAccepted);
  EXPECT_EQ(Below(GoodIntermediate("issuing")), kAccepted);
}

// --- The certificate itself -------------------------------------------------------------------

TEST_F(PathRulesTest, SerialNumbers) {
  EXPECT_EQ(Leaf(WebLeaf().Altered(WithSerial("7f" + std::string(38, 'f')))), kAccepted);
  EXPECT_THAT(Leaf(WebLeaf().Altered(WithSerial("80" + std::string(38, '0')))), kMalformed);
  EXPECT_THAT(Leaf(WebLeaf().Altered(WithSerial("0"))), kMalformed);
  EXPECT_THAT(Leaf(WebLeaf().Altered(WithSerial("-1"))), kMalformed);
  EXPECT_THAT(Below(GoodIntermediate("issuing").Altered(WithSerial("0"))), kMalformed);
}

TEST_F(PathRulesTest, DatesAreWrittenInOneWay) {
  const auto ends = [&](int type, std::string_view text) {
    return Leaf(WebLeaf().Altered(WithEnd(type, text)));
  };
  EXPECT_EQ(ends(V_ASN1_UTCTIME, "490101000000Z"), kAccepted);
  EXPECT_EQ(ends(V_ASN1_GENERALIZEDTIME, "20500101000000Z"), kAccepted);
  EXPECT_THAT(ends(V_ASN1_GENERALIZEDTIME, "20490101000000Z"), kMalformed);
  EXPECT_THAT(ends(V_ASN1_GENERALIZEDTIME, "20500101000000.5Z"), kMalformed);
  EXPECT_THAT(ends(V_ASN1_GENERALIZEDTIME, "20500101000000+0000"), kMalformed);
  EXPECT_THAT(ends(V_ASN1_UTCTIME, "4901010000Z"), kMalformed);
  EXPECT_THAT(ends(V_ASN1_UTCTIME, "491301000000Z"), kMalformed);
}

TEST_F(PathRulesTest, ALifetimeHasAnEnd) {
  EXPECT_THAT(Leaf(WebLeaf().Altered(WithEnd(V_ASN1_GENERALIZEDTIME, "99991231235959Z"))),
              Optional(PeerRefusal::kLifetimeTooLong));
  CertificateSpec spec = WebLeaf();
  spec.not_before = kNow - absl::Hours(1);
  spec.not_after = kNow + absl::Hours(89 * 24);
  const std::string pem = Craft(spec, &root_).pem;
  const TrustLimits limits{.leaf_lifetime_max = 90 * absl::Hours(24)};
  EXPECT_EQ(Judge(pem, root_.pem, "", limits), kAccepted);
  spec.not_after += absl::Hours(48);
  EXPECT_THAT(Judge(Craft(spec, &root_).pem, root_.pem, "", limits),
              Optional(PeerRefusal::kLifetimeTooLong));
}

TEST_F(PathRulesTest, OneAlgorithmInsideAndOutside) {
  std::string der = Certificate::FromPem(Craft(WebLeaf(), &root_).pem).value().der();
  const std::string sha256("\x2a\x86\x48\xce\x3d\x04\x03\x02", 8);
  const size_t inner = der.find(sha256);
  ASSERT_NE(inner, std::string::npos);
  der[inner + 7] = '\x03';
  const auto bundle = TrustBundle::Create("sea.example", root_.pem).value();
  EXPECT_THAT(PeerRefusalOf(VerifyUnnamedChain({Certificate::FromDer(der).value(), {}}, bundle,
                                               PeerPurpose::kTlsServer, kNow)
                                .status()),
              kMalformed);
}

TEST_F(PathRulesTest, DerAndNothingElse) {
  std::string der = Certificate::FromPem(Craft(WebLeaf(), &root_).pem).value().der();
  EXPECT_TRUE(Certificate::FromDer(der).ok());
  EXPECT_FALSE(Certificate::FromDer(der + '\0').ok());
  // The same length in more bytes than it takes.
  EXPECT_FALSE(Certificate::FromDer(std::string("\x30\x83\x00", 3) + der.substr(2)).ok());
}

TEST_F(PathRulesTest, ACurveIsNamedAndNotSpelledOut) {
  const Crafted plain = Craft(WebLeaf(), &root_);
  EVP_PKEY_set_utf8_string_param(plain.key.get(), "encoding", "explicit");
  CertificateSpec spec = WebLeaf();
  spec.certified_key = plain.key.get();
  EXPECT_THAT(Leaf(spec), Optional(PeerRefusal::kBadKeyType));
}

TEST_F(PathRulesTest, WeakKeysAndSignaturesOfIssuersToo) {
  CertificateSpec spec = GoodIntermediate("issuing");
  spec.key = "RSA:1024";
  EXPECT_THAT(Below(spec), Optional(PeerRefusal::kBadKeyType));
  spec = GoodIntermediate("issuing");
  spec.digest = "SHA1";
  EXPECT_THAT(Below(spec), Optional(PeerRefusal::kWeakSignature));
  spec = GoodRoot("weak");
  spec.digest = "SHA1";
  EXPECT_THAT(UnderRoot(spec), Optional(PeerRefusal::kWeakSignature));
}

// --- Names ------------------------------------------------------------------------------------

TEST_F(PathRulesTest, NamesAreWellFormed) {
  for (const char* good :
       {"DNS:localhost", "DNS:*.sea.example", "IP:192.0.2.1", "IP:2001:db8::1",
        "email:desk@sea.example", "URI:https://sea.example/", "DNS:xn--bcher-kva.example"}) {
    EXPECT_EQ(Leaf(WebLeaf(good)), kAccepted) << good;
  }
  for (const char* bad :
       {"DNS:under_score.example", "DNS:.sea.example", "DNS:sea..example", "DNS:sea.example.",
        "DNS:-a.example", "DNS:*", "DNS:*.example", "DNS:*.co.ke", "DNS:a*.sea.example",
        "DNS:a.*.sea.example", "DNS:192.0.2.1", "DNS:a b.example", "email:desk", "email:@a.example",
        "URI:no-scheme", "DNS:z\xc3\xbcrich.example"}) {
    EXPECT_THAT(Leaf(WebLeaf(bad)), kMalformed) << bad;
  }
  // An address of five bytes; a list without a name; garbage.
  EXPECT_THAT(Leaf(WebLeaf().With("subjectAltName", "DER:30:07:87:05:01:02:03:04:05")), kMalformed);
  EXPECT_THAT(Leaf(WebLeaf().With("subjectAltName", "DER:30:00")), kMalformed);
  EXPECT_THAT(Leaf(WebLeaf().With("subjectAltName", "DER:04:01:00")), kMalformed);
  EXPECT_THAT(Leaf(WebLeaf().With("subjectAltName", "")), kMalformed);
}

TEST_F(PathRulesTest, AnAlternativeNameIsCriticalWhereItIsTheOnlyName) {
  EXPECT_EQ(Leaf(WebLeaf("critical,DNS:www.sea.example").Altered(DropSubject)), kAccepted);
  EXPECT_THAT(Leaf(WebLeaf().Altered(DropSubject)), kMalformed);
  EXPECT_THAT(Leaf(WebLeaf("critical,DNS:www.sea.example")), kMalformed);
}

TEST_F(PathRulesTest, ACommonNameDoesNotPassForAHost) {
  const auto named = [&](const std::string& common_name, const std::string& names) {
    CertificateSpec spec = WebLeaf(names);
    spec.common_name = common_name;
    return Leaf(spec);
  };
  EXPECT_EQ(named("www.sea.example", "DNS:a.example,DNS:www.sea.example"), kAccepted);
  EXPECT_EQ(named("192.0.2.1", "IP:192.0.2.1"), kAccepted);
  EXPECT_EQ(named("2001:db8::1", "IP:2001:db8::1"), kAccepted);
  EXPECT_EQ(named("Desk of a ministry", "DNS:a.example"), kAccepted);
  EXPECT_THAT(named("other.example", "DNS:a.example"), kMalformed);
  EXPECT_THAT(named("A.example", "DNS:a.example"), kMalformed);
  EXPECT_THAT(named("192.000.002.001", "IP:192.0.2.1"), kMalformed);
  EXPECT_THAT(named("0xC0000201", "IP:192.0.2.1"), kMalformed);
  EXPECT_THAT(named("2001:DB8::1", "IP:2001:db8::1"), kMalformed);
}

TEST_F(PathRulesTest, AuthoritiesHaveNames) {
  EXPECT_THAT(Leaf(WebLeaf().Altered(DropIssuer)), kMalformed);
  EXPECT_THAT(UnderRoot(GoodRoot("").Altered([](X509* x509) {
                DropSubject(x509);
                DropIssuer(x509);
              })),
              kMalformed);
}

// --- Extensions -------------------------------------------------------------------------------

TEST_F(PathRulesTest, KeyIdentifiers) {
  EXPECT_THAT(Leaf(WebLeaf().With("authorityKeyIdentifier", "")), kMalformed);
  EXPECT_THAT(Below(GoodIntermediate("issuing").With("authorityKeyIdentifier", "")), kMalformed);
  EXPECT_THAT(Leaf(WebLeaf().With("authorityKeyIdentifier", "critical,keyid")), kMalformed);
  EXPECT_THAT(Leaf(WebLeaf().With("authorityKeyIdentifier", "DER:30:00")), kMalformed);
  EXPECT_THAT(Leaf(WebLeaf().With("authorityKeyIdentifier", "DER:30:03:80:01:07")),
              Optional(PeerRefusal::kUntrustedIssuer));
  EXPECT_EQ(Leaf(WebLeaf().With("authorityKeyIdentifier", "keyid,issuer:always")), kAccepted);
  EXPECT_THAT(UnderRoot(GoodRoot("r").With("subjectKeyIdentifier", ""),
                        WebLeaf().With("authorityKeyIdentifier", "DER:30:03:80:01:07")),
              kMalformed);
  EXPECT_THAT(UnderRoot(GoodRoot("r").With("subjectKeyIdentifier", "critical,hash")), kMalformed);

  const CertificateSpec root = GoodRoot("r");
  EXPECT_EQ(UnderRoot(root.With("authorityKeyIdentifier", "keyid:always")), kAccepted);
  EXPECT_THAT(UnderRoot(root.With("authorityKeyIdentifier", "keyid:always,issuer:always")),
              kMalformed);
  EXPECT_THAT(UnderRoot(root.With("authorityKeyIdentifier", "DER:30:03:80:01:07")), kMalformed);
}

TEST_F(PathRulesTest, CriticalOrNotAsTheProfileSays) {
  const CertificateSpec issuing = GoodIntermediate("issuing");
  EXPECT_THAT(Below(issuing.With("basicConstraints", "CA:TRUE")),
              Optional(PeerRefusal::kIssuerNotCa));
  EXPECT_THAT(UnderRoot(GoodRoot("r").With("basicConstraints", "CA:TRUE")),
              Optional(PeerRefusal::kIssuerNotCa));
  EXPECT_THAT(Leaf(WebLeaf().With("extendedKeyUsage", "critical,serverAuth")), kMalformed);
  EXPECT_THAT(Leaf(WebLeaf().With("extendedKeyUsage", "DER:30:00")),
              Optional(PeerRefusal::kWrongKeyUsage));
  const std::string ocsp = "OCSP;URI:http://ocsp.sea.example/";
  EXPECT_EQ(Leaf(WebLeaf().With("authorityInfoAccess", ocsp)), kAccepted);
  EXPECT_THAT(Leaf(WebLeaf().With("authorityInfoAccess", "critical," + ocsp)), kMalformed);
  EXPECT_THAT(Leaf(WebLeaf().With("authorityInfoAccess", "DER:04:02:68:69")), kMalformed);
  EXPECT_THAT(Below(issuing.With("policyConstraints", "requireExplicitPolicy:3")), kMalformed);
  EXPECT_THAT(Below(issuing.With("nameConstraints", "permitted;DNS:sea.example")), kMalformed);
  EXPECT_THAT(UnderRoot(GoodRoot("r").With("extendedKeyUsage", "serverAuth")),
              Optional(PeerRefusal::kWrongKeyUsage));
  EXPECT_THAT(UnderRoot(GoodRoot("r").With("1.2.3.4.5", "critical,ASN1:NULL")),
              Optional(PeerRefusal::kUnknownCriticalExtension));
  EXPECT_THAT(Below(issuing.With("1.2.3.4.5", "critical,ASN1:NULL")),
              Optional(PeerRefusal::kUnknownCriticalExtension));
}

TEST_F(PathRulesTest, AuthorityAndUsageAgree) {
  EXPECT_THAT(Leaf(WebLeaf().With("basicConstraints", "critical,CA:TRUE")),
              Optional(PeerRefusal::kCaAsLeaf));
  EXPECT_EQ(Leaf(WebLeaf().With("basicConstraints", "")), kAccepted);
  EXPECT_THAT(UnderRoot(GoodRoot("r").With("keyUsage", "critical,cRLSign")),
              Optional(PeerRefusal::kIssuerNotCa));
  EXPECT_THAT(UnderRoot(GoodRoot("r").With("basicConstraints", "")),
              Optional(PeerRefusal::kIssuerNotCa));
  EXPECT_THAT(Leaf(WebLeaf().With("nameConstraints", "critical,permitted;DNS:sea.example")),
              kMalformed);
}

// --- Policies ---------------------------------------------------------------------------------

TEST_F(PathRulesTest, APolicyThatAnIssuerAsksForMustBeThere) {
  // 1.3.6.1.4.1.32473.9.1 and .2.
  const std::string wanted = "DER:30:0e:30:0c:06:0a:2b:06:01:04:01:81:fd:59:09:01";
  const std::string other = "DER:30:0e:30:0c:06:0a:2b:06:01:04:01:81:fd:59:09:02";
  const CertificateSpec issuing =
      GoodIntermediate("issuing")
          .With("certificatePolicies", wanted)
          .With("policyConstraints", "critical,requireExplicitPolicy:0");
  EXPECT_EQ(Below(issuing, WebLeaf().With("certificatePolicies", wanted)), kAccepted);
  EXPECT_THAT(Below(issuing, WebLeaf().With("certificatePolicies", other)),
              Optional(PeerRefusal::kPolicy));
  EXPECT_THAT(Below(issuing), Optional(PeerRefusal::kPolicy));
}

}  // namespace
}  // namespace corridor
