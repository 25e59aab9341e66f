// A list of revoked certificates is believed only whole, current, and from the authority that
// issued the certificate: for everything else the door stays shut.

#include "core/crypto/revocation_lists.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/crypto/peer_verification.h"
#include "tests/core/crypto/crafted_certs.h"
#include "tests/support/test_certs.h"

namespace corridor {
namespace {

using testing::HasSubstr;
using testing::Optional;

const absl::Time kNow = absl::FromCivil(absl::CivilDay(2030, 6, 1), absl::UTCTimeZone());
constexpr auto kAccepted = std::nullopt;
constexpr char kUri[] = "spiffe://sea.example/agency/th";

class RevocationListsTest : public testing::Test {
 protected:
  absl::StatusOr<VerifiedIdentity> Verify(const std::string& crls, TrustLimits limits = {},
                                          absl::Time time = kNow) const {
    const auto bundle = TrustBundle::Create("sea.example", root_.pem, crls, limits).value();
    return VerifyPeerChain(CertificateChain::FromPem(leaf_.pem).value(), bundle,
                           PeerPurpose::kTlsClient, time);
  }
  std::optional<PeerRefusal> Judge(const std::string& crls) const {
    return PeerRefusalOf(Verify(crls).status());
  }
  std::string WhyNotLoaded(std::function<void(X509_CRL*)> alter) const {
    CrlSpec spec = GoodCrl();
    spec.alter = std::move(alter);
    return WhyNotLoaded(spec);
  }
  std::string WhyNotLoaded(const CrlSpec& spec) const {
    return std::string(
        TrustBundle::Create("sea.example", root_.pem, CraftCrl(root_, spec)).status().message());
  }

  const Crafted root_ = Craft(GoodRoot("root"), nullptr);
  const Crafted leaf_ = Craft(GoodLeaf(kUri), &root_);
};

TEST_F(RevocationListsTest, ASerialOnTheListOfItsIssuer) {
  EXPECT_EQ(Judge(CraftCrl(root_, GoodCrl({1, 4712}))), kAccepted);
  EXPECT_THAT(Judge(CraftCrl(root_, GoodCrl({1, 4711}))), Optional(PeerRefusal::kRevoked));
}

TEST_F(RevocationListsTest, AnotherAuthoritysListSaysNothing) {
  const Crafted other = Craft(GoodIntermediate("other"), &root_);
  const std::string of_other = CraftCrl(other, GoodCrl({4711}));
  EXPECT_EQ(Judge(of_other + CraftCrl(root_, GoodCrl())), kAccepted);
  EXPECT_THAT(Judge(of_other), Optional(PeerRefusal::kRevocationUnknown));
}

TEST_F(RevocationListsTest, AForgedListOfAnIssuingAuthorityIsNoList) {
  const Crafted issuing = Craft(GoodIntermediate("issuing"), &root_);
  const Crafted impostor = Craft(GoodIntermediate("issuing"), nullptr);
  const std::string of_root = CraftCrl(root_, GoodCrl());
  const std::string shown = Craft(GoodLeaf(kUri), &issuing).pem + issuing.pem;
  const auto judge = [&](const std::string& crls) {
    const auto bundle = TrustBundle::Create("sea.example", root_.pem, crls).value();
    return PeerRefusalOf(VerifyPeerChain(CertificateChain::FromPem(shown).value(), bundle,
                                         PeerPurpose::kTlsClient, kNow)
                             .status());
  };
  EXPECT_EQ(judge(of_root + CraftCrl(issuing, GoodCrl())), kAccepted);
  EXPECT_THAT(judge(of_root + CraftCrl(impostor, GoodCrl())),
              Optional(PeerRefusal::kRevocationUnknown));
  // The issuing authority itself is revoked.
  EXPECT_THAT(judge(CraftCrl(root_, GoodCrl({4711})) + CraftCrl(issuing, GoodCrl())),
              Optional(PeerRefusal::kRevoked));
}

TEST_F(RevocationListsTest, AnAuthorityThatMayNotSignListsSignsNone) {
  const Crafted issuing =
      Craft(GoodIntermediate("issuing").With("keyUsage", "critical,keyCertSign"), &root_);
  const std::string crls = CraftCrl(root_, GoodCrl()) + CraftCrl(issuing, GoodCrl());
  const auto bundle = TrustBundle::Create("sea.example", root_.pem, crls).value();
  const auto chain = CertificateChain::FromPem(Craft(GoodLeaf(kUri), &issuing).pem + issuing.pem);
  EXPECT_THAT(
      PeerRefusalOf(VerifyPeerChain(*chain, bundle, PeerPurpose::kTlsClient, kNow).status()),
      Optional(PeerRefusal::kRevocationUnknown));
}

TEST_F(RevocationListsTest, TheLatestListDecidesHowFreshItIsAndAnyWhoIsOnIt) {
  CrlSpec old = GoodCrl();
  old.next_update = kNow - absl::Hours(24);
  CrlSpec fresh = GoodCrl();
  fresh.this_update = kNow - absl::Hours(1);
  EXPECT_EQ(Judge(CraftCrl(root_, old) + CraftCrl(root_, fresh)), kAccepted);
  EXPECT_THAT(Judge(CraftCrl(root_, old)), Optional(PeerRefusal::kRevocationStale));
  old.serials = {4711};
  EXPECT_THAT(Judge(CraftCrl(root_, old) + CraftCrl(root_, fresh)),
              Optional(PeerRefusal::kRevoked));
  fresh.this_update = kNow + absl::Hours(1);
  EXPECT_THAT(Judge(CraftCrl(root_, fresh)), Optional(PeerRefusal::kRevocationStale));
}

TEST_F(RevocationListsTest, GraceIsGivenAndSaid) {
  CrlSpec spec = GoodCrl();
  spec.next_update = kNow;
  const std::string crl = CraftCrl(root_, spec);
  const TrustLimits hour{.crl_grace = absl::Hours(1)};
  EXPECT_FALSE(Verify(crl, hour, kNow - absl::Seconds(1))->revocation_in_grace);
  EXPECT_TRUE(Verify(crl, hour, kNow)->revocation_in_grace);
  EXPECT_TRUE(Verify(crl, hour, kNow + absl::Minutes(59))->revocation_in_grace);
  EXPECT_THAT(PeerRefusalOf(Verify(crl, hour, kNow + absl::Hours(1)).status()),
              Optional(PeerRefusal::kRevocationStale));
  EXPECT_EQ(TrustBundle::Create("sea.example", root_.pem, crl, hour)->crls_expire(),
            kNow + absl::Hours(1));
  spec.serials = {4711};
  EXPECT_THAT(PeerRefusalOf(Verify(CraftCrl(root_, spec), hour).status()),
              Optional(PeerRefusal::kRevoked));
}

TEST_F(RevocationListsTest, ListsAreAsNewAsOthersForEveryIssuer) {
  const auto bundle = [this](const std::string& crls) {
    return TrustBundle::Create("sea.example", root_.pem, crls).value();
  };
  const Crafted issuing = Craft(GoodIntermediate("issuing"), &root_);
  CrlSpec next = GoodCrl();
  next.this_update += absl::Hours(1);
  const std::string held = CraftCrl(root_, GoodCrl()) + CraftCrl(issuing, GoodCrl());
  EXPECT_TRUE(bundle(held).CrlsAreAsNewAs(bundle(held)));
  const std::string one = CraftCrl(root_, next);
  EXPECT_FALSE(bundle(one).CrlsAreAsNewAs(bundle(held))) << "one issuer's is missing";
  EXPECT_TRUE(bundle(one + CraftCrl(issuing, GoodCrl())).CrlsAreAsNewAs(bundle(held)));
  EXPECT_FALSE(bundle(held).CrlsAreAsNewAs(bundle(one)));
}

TEST_F(RevocationListsTest, TheListOfASecondAuthorityOfOneNameDoesNotTakeTheFirstsPlace) {
  const auto with_key_id = [](char key_id) {
    CrlSpec spec = GoodCrl();
    spec.alter = [key_id](X509_CRL* crl) {
      AUTHORITY_KEYID* const authority = AUTHORITY_KEYID_new();
      authority->keyid = ASN1_OCTET_STRING_new();
      ASN1_OCTET_STRING_set(authority->keyid, reinterpret_cast<const unsigned char*>(&key_id), 1);
      X509_CRL_add1_ext_i2d(crl, NID_authority_key_identifier, authority, 0, X509V3_ADD_DEFAULT);
      AUTHORITY_KEYID_free(authority);
    };
    return spec;
  };
  const Crafted second = Craft(GoodRoot("root"), nullptr);
  const auto bundle = [&](const std::string& crls) {
    return TrustBundle::Create("sea.example", root_.pem + second.pem, crls).value();
  };
  const std::string held = CraftCrl(root_, with_key_id('1'));
  const std::string of_second = CraftCrl(second, with_key_id('2'));
  EXPECT_FALSE(bundle(of_second).CrlsAreAsNewAs(bundle(held)));
  EXPECT_TRUE(bundle(held + of_second).CrlsAreAsNewAs(bundle(held)));
}

TEST_F(RevocationListsTest, ALongListIsRead) {
  std::vector<long> serials;
  for (long i = 10'000; i < 20'000; ++i) serials.push_back(i);
  EXPECT_EQ(Judge(CraftCrl(root_, GoodCrl(serials))), kAccepted);
  serials.push_back(4711);
  EXPECT_THAT(Judge(CraftCrl(root_, GoodCrl(serials))), Optional(PeerRefusal::kRevoked));
}

TEST_F(RevocationListsTest, OnlyAWholeAndPlainListIsLoaded) {
  EXPECT_EQ(WhyNotLoaded(GoodCrl()), "");
  EXPECT_THAT(WhyNotLoaded([](X509_CRL* crl) { X509_CRL_delete_ext(crl, 0); }),
              HasSubstr("no number"));
  const auto number = [](long value, int critical) {
    return [value, critical](X509_CRL* crl) {
      ASN1_INTEGER* const integer = ASN1_INTEGER_new();
      ASN1_INTEGER_set(integer, value);
      X509_CRL_add1_ext_i2d(crl, NID_crl_number, integer, critical, X509V3_ADD_REPLACE);
      ASN1_INTEGER_free(integer);
    };
  };
  EXPECT_THAT(WhyNotLoaded(number(7, 1)), HasSubstr("is critical"));
  EXPECT_THAT(WhyNotLoaded(number(-7, 0)), HasSubstr("negative"));
  const auto extension = [](int nid, const char* value) {
    return [nid, value](X509_CRL* crl) {
      X509_EXTENSION* const made = X509V3_EXT_nconf_nid(nullptr, nullptr, nid, value);
      X509_CRL_add_ext(crl, made, -1);
      X509_EXTENSION_free(made);
    };
  };
  EXPECT_THAT(WhyNotLoaded(extension(NID_delta_crl, "critical,DER:02:01:01")),
              HasSubstr("critical extension"));
  EXPECT_THAT(WhyNotLoaded(extension(NID_issuing_distribution_point, "critical,onlyuser:TRUE")),
              HasSubstr("critical extension"));
  EXPECT_THAT(WhyNotLoaded([](X509_CRL* crl) { X509_CRL_set_version(crl, 0); }),
              HasSubstr("CRL 1: it is"));
  EXPECT_THAT(WhyNotLoaded(GoodCrl({5, 5})), HasSubstr("twice"));
  CrlSpec weak = GoodCrl();
  weak.digest = "SHA1";
  EXPECT_THAT(WhyNotLoaded(weak), HasSubstr("algorithm"));
}

}  // namespace
}  // namespace corridor
