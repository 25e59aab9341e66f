// An authority may certify names of some places only. Whoever is below it keeps to them, in every
// kind of name; and a constraint that is not understood is not passed over.

#include "core/crypto/name_constraints.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/crypto/peer_verification.h"
#include "tests/core/crypto/crafted_certs.h"

namespace corridor {
namespace {

using testing::Optional;

const absl::Time kNow = absl::FromCivil(absl::CivilDay(2030, 6, 1), absl::UTCTimeZone());
constexpr auto kAccepted = std::nullopt;
const auto kOutside = Optional(PeerRefusal::kNameConstraint);
const auto kMalformed = Optional(PeerRefusal::kMalformedCertificate);

CertificateSpec LeafNamed(const std::string& names) {
  return GoodLeaf("").With("subjectAltName", names);
}

std::optional<PeerRefusal> Judge(const std::string& chain_pem, const std::string& roots_pem) {
  const auto bundle = TrustBundle::Create("sea.example", roots_pem).value();
  return PeerRefusalOf(VerifyUnnamedChain(CertificateChain::FromPem(chain_pem).value(), bundle,
                                          PeerPurpose::kTlsServer, kNow)
                           .status());
}

// What becomes of a leaf under a root that is so constrained.
std::optional<PeerRefusal> Under(const std::string& constraints, const CertificateSpec& leaf) {
  const Crafted root =
      Craft(GoodRoot("root").With("nameConstraints", "critical," + constraints), nullptr);
  return Judge(Craft(leaf, &root).pem, root.pem);
}

std::optional<PeerRefusal> Under(const std::string& constraints, const std::string& names) {
  return Under(constraints, LeafNamed(names));
}

TEST(NameConstraintsTest, Hosts) {
  const std::string permitted = "permitted;DNS:sea.example";
  EXPECT_EQ(Under(permitted, "DNS:sea.example"), kAccepted);
  EXPECT_EQ(Under(permitted, "DNS:b1.a.SEA.example"), kAccepted);
  EXPECT_EQ(Under(permitted, "DNS:*.sea.example"), kAccepted);
  EXPECT_EQ(Under(permitted, "IP:192.0.2.1"), kAccepted) << "another kind of name";
  EXPECT_THAT(Under(permitted, "DNS:eaf.example"), kOutside);
  EXPECT_THAT(Under(permitted, "DNS:undersea.example"), kOutside);
  EXPECT_THAT(Under(permitted, "DNS:a.sea.example,DNS:eaf.example"), kOutside);
  EXPECT_THAT(Under("permitted;DNS:b.sea.example", "DNS:*.sea.example"), kOutside);

  const std::string excluded = "excluded;DNS:sea.example";
  EXPECT_EQ(Under(excluded, "DNS:eaf.example"), kAccepted);
  EXPECT_THAT(Under(excluded, "DNS:sea.example"), kOutside);
  EXPECT_THAT(Under(excluded, "DNS:a.sea.example"), kOutside);
  EXPECT_THAT(Under("excluded;DNS:b.sea.example", "DNS:*.sea.example"), kOutside);
  EXPECT_THAT(Under("permitted;DNS:sea.example,excluded;DNS:b.sea.example", "DNS:b.sea.example"),
              kOutside);
}

TEST(NameConstraintsTest, Addresses) {
  EXPECT_EQ(Under("permitted;IP:192.0.2.0/255.255.255.0", "IP:192.0.2.77"), kAccepted);
  EXPECT_THAT(Under("permitted;IP:192.0.2.0/255.255.255.0", "IP:192.0.3.1"), kOutside);
  EXPECT_THAT(Under("permitted;IP:192.0.2.0/255.255.255.0", "IP:2001:db8::1"), kOutside);
  EXPECT_THAT(Under("excluded;IP:192.0.2.0/255.255.255.0", "IP:192.0.2.1"), kOutside);
  const std::string six = "permitted;IP:2001:db8::/ffff:ffff::";
  EXPECT_EQ(Under(six, "IP:2001:db8:1::1"), kAccepted);
  EXPECT_THAT(Under(six, "IP:2001:db9::1"), kOutside);
}

TEST(NameConstraintsTest, Mailboxes) {
  EXPECT_EQ(Under("permitted;email:desk@sea.example", "email:desk@SEA.example"), kAccepted);
  EXPECT_THAT(Under("permitted;email:desk@sea.example", "email:Desk@sea.example"), kOutside);
  EXPECT_EQ(Under("permitted;email:sea.example", "email:desk@sea.example"), kAccepted);
  EXPECT_THAT(Under("permitted;email:sea.example", "email:desk@a.sea.example"), kOutside);
  EXPECT_EQ(Under("permitted;email:.sea.example", "email:desk@a.sea.example"), kAccepted);
  EXPECT_THAT(Under("permitted;email:.sea.example", "email:desk@sea.example"), kOutside);
  EXPECT_THAT(Under("excluded;email:sea.example", "email:desk@sea.example"), kOutside);
}

TEST(NameConstraintsTest, MailboxesInTheSubject) {
  const CertificateSpec leaf = LeafNamed("DNS:sea.example").Altered([](X509* x509) {
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "emailAddress", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("desk@eaf.example"), -1, -1,
                               0);
  });
  EXPECT_THAT(Under("permitted;email:sea.example", leaf), kOutside);
  EXPECT_EQ(Under("permitted;email:eaf.example", leaf), kAccepted);
}

TEST(NameConstraintsTest, UrisByTheirHost) {
  EXPECT_EQ(Under("permitted;URI:sea.example", "URI:spiffe://sea.example/agency/th"), kAccepted);
  EXPECT_EQ(Under("permitted;URI:sea.example", "URI:https://u@sea.example:8443/x"), kAccepted);
  EXPECT_THAT(Under("permitted;URI:sea.example", "URI:spiffe://eaf.example/agency/ke"), kOutside);
  EXPECT_THAT(Under("permitted;URI:sea.example", "URI:https://eaf.example/@sea.example"), kOutside);
  EXPECT_THAT(Under("permitted;URI:.sea.example", "URI:https://sea.example/"), kOutside);
  EXPECT_EQ(Under("permitted;URI:.sea.example", "URI:https://a.sea.example/"), kAccepted);
  EXPECT_THAT(Under("excluded;URI:sea.example", "URI:urn:x:y"), kOutside) << "no host";
  EXPECT_THAT(Under("excluded;URI:sea.example", "URI:https://192.0.2.1/"), kOutside);
}

TEST(NameConstraintsTest, SubjectsByTheirFirstParts) {
  // CN=Agency (30 11 31 0f 30 0d 06 03 55 04 03 0c 06 "Agency"), as a directory name.
  const std::string agency =
      "DER:30:19:a0:17:30:15:a4:13:30:11:31:0f:30:0d:06:03:55:04:03:0c:06:41:67:65:6e:63:79";
  const std::string not_agency =
      "DER:30:19:a1:17:30:15:a4:13:30:11:31:0f:30:0d:06:03:55:04:03:0c:06:41:67:65:6e:63:79";
  CertificateSpec leaf = LeafNamed("DNS:a.example");
  leaf.common_name = "AGENCY";
  EXPECT_EQ(Under(agency, leaf), kAccepted) << "names are compared without regard to case";
  EXPECT_THAT(Under(not_agency, leaf), kOutside);
  leaf.common_name = "Agency 2";
  EXPECT_THAT(Under(agency, leaf), kOutside);
  EXPECT_EQ(Under(not_agency, leaf), kAccepted);
}

TEST(NameConstraintsTest, KindsThatAreNotUnderstoodRefuseOnlyTheirOwn) {
  const std::string other = "excluded;otherName:1.2.3.4;UTF8:x";
  EXPECT_EQ(Under(other, "DNS:sea.example"), kAccepted);
  EXPECT_THAT(Under(other, "DNS:sea.example,otherName:1.2.3.4;UTF8:y"), kOutside);
  EXPECT_THAT(Under("permitted;RID:1.2.3", "RID:1.2.3"), kOutside);
}

TEST(NameConstraintsTest, MalformedConstraints) {
  const std::string name = "DNS:sea.example";
  EXPECT_THAT(Under("DER:30:00", name), kMalformed);
  EXPECT_THAT(Under("DER:30:04:a0:00:a1:00", name), kMalformed);
  EXPECT_THAT(Under("DER:30:02:a0:00", name), kMalformed);
  EXPECT_THAT(Under("permitted;DNS:.sea.example", name), kMalformed);
  EXPECT_THAT(Under("permitted;DNS:*.sea.example", name), kMalformed);
  EXPECT_THAT(Under("permitted;IP:192.0.2.0/255.0.255.0", name), kMalformed);
  // An address of five bytes; a minimum of one.
  EXPECT_THAT(Under("DER:30:0b:a0:09:30:07:87:05:01:02:03:04:05", name), kMalformed);
  EXPECT_THAT(Under("DER:30:0a:a0:08:30:06:82:01:61:80:01:01", name), kMalformed);
}

TEST(NameConstraintsTest, EveryIssuerBindsEverybodyBelowIt) {
  const Crafted root = Craft(GoodRoot("root"), nullptr);
  const Crafted first =
      Craft(GoodIntermediate("first").With("nameConstraints", "critical,permitted;DNS:sea.example"),
            &root);
  const auto below = [&](const CertificateSpec& issuing, const std::string& names) {
    const Crafted second = Craft(issuing, &first);
    return Judge(Craft(LeafNamed(names), &second).pem + second.pem + first.pem, root.pem);
  };
  const CertificateSpec plain = GoodIntermediate("second");
  EXPECT_EQ(below(plain, "DNS:a.sea.example"), kAccepted);
  EXPECT_THAT(below(plain, "DNS:a.eaf.example"), kOutside);
  EXPECT_THAT(below(plain.With("subjectAltName", "DNS:eaf.example"), "DNS:a.sea.example"),
              kOutside);
  const std::string wider = "critical,permitted;DNS:example";
  EXPECT_THAT(below(plain.With("nameConstraints", wider), "DNS:a.eaf.example"), kOutside);
  // A CA that certifies its own next key is not bound by itself (RFC 5280 section 6.1.4 (b)); the
  // leaf is, whatever it calls itself.
  CertificateSpec next = GoodIntermediate("first").With("subjectAltName", "DNS:eaf.example");
  EXPECT_EQ(below(next, "DNS:a.sea.example"), kAccepted);
  CertificateSpec leaf = LeafNamed("DNS:eaf.example");
  leaf.common_name = "first";
  EXPECT_THAT(Judge(Craft(leaf, &first).pem + first.pem, root.pem), kOutside);
}

TEST(NameConstraintsTest, AMazeOfNamesEndsAtABound) {
  std::string names = "DNS:n.example";
  std::string constraints = "permitted;DNS:n.example";
  for (int i = 0; i < 300; ++i) {
    names += ",DNS:n" + std::to_string(i) + ".example";
    constraints += ",permitted;DNS:n" + std::to_string(i) + ".example";
  }
  EXPECT_EQ(Under("permitted;DNS:example", names), kAccepted);
  EXPECT_THAT(Under(constraints + ",excluded;DNS:x.example", names), kAccepted);
  std::string many;
  for (int i = 0; i < 300; ++i) many += ",excluded;DNS:e" + std::to_string(i) + ".example";
  EXPECT_THAT(Under(constraints + many, names), kOutside);
}

}  // namespace
}  // namespace corridor
