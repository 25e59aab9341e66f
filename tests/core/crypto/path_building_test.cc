// A peer shows more certificates than one way up needs: in any order, cross-signed, run out, in
// circles. A good way is found where there is one, in bounded time, and none is invented.

#include "core/crypto/certificate_path.h"

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
constexpr char kUri[] = "spiffe://sea.example/agency/th";

std::optional<PeerRefusal> Judge(const std::string& chain_pem, const std::string& roots_pem) {
  const auto bundle = TrustBundle::Create("sea.example", roots_pem).value();
  return PeerRefusalOf(VerifyPeerChain(CertificateChain::FromPem(chain_pem).value(), bundle,
                                       PeerPurpose::kTlsClient, kNow)
                           .status());
}

// The same CA, certified once more: by `issuer`.
Crafted CrossSign(const std::string& name, const Crafted& key_of, const Crafted& issuer) {
  CertificateSpec spec = GoodIntermediate(name);
  spec.certified_key = key_of.key.get();
  return Craft(spec, &issuer);
}

class PathBuildingTest : public testing::Test {
 protected:
  const Crafted old_root_ = Craft(GoodRoot("old root"), nullptr);
  const Crafted new_root_ = Craft(GoodRoot("new root"), nullptr);
};

TEST_F(PathBuildingTest, OrderDoesNotMatterAndStrangersDoNotDisturb) {
  const Crafted first = Craft(GoodIntermediate("first"), &new_root_);
  const Crafted second = Craft(GoodIntermediate("second"), &first);
  const Crafted stranger = Craft(GoodIntermediate("stranger"), &old_root_);
  const std::string leaf = Craft(GoodLeaf(kUri), &second).pem;
  EXPECT_EQ(Judge(leaf + second.pem + first.pem, new_root_.pem), kAccepted);
  EXPECT_EQ(Judge(leaf + stranger.pem + first.pem + new_root_.pem + second.pem, new_root_.pem),
            kAccepted);
  EXPECT_THAT(Judge(leaf + second.pem, new_root_.pem), Optional(PeerRefusal::kUntrustedIssuer));
  EXPECT_THAT(Judge(leaf + second.pem + first.pem, old_root_.pem),
              Optional(PeerRefusal::kUntrustedIssuer));
}

TEST_F(PathBuildingTest, EitherOfTwoRootsReachesACrossSignedAuthority) {
  const Crafted by_old = Craft(GoodIntermediate("issuing"), &old_root_);
  const Crafted by_new = CrossSign("issuing", by_old, new_root_);
  const std::string shown = Craft(GoodLeaf(kUri), &by_old).pem + by_new.pem + by_old.pem;
  EXPECT_EQ(Judge(shown, old_root_.pem), kAccepted);
  EXPECT_EQ(Judge(shown, new_root_.pem), kAccepted);
  EXPECT_EQ(Judge(shown, new_root_.pem + old_root_.pem), kAccepted);
}

TEST_F(PathBuildingTest, AWayThatRanOutIsPassedOver) {
  CertificateSpec spec = GoodIntermediate("issuing");
  spec.not_after = kNow - absl::Hours(1);
  const Crafted expired = Craft(spec, &new_root_);
  const Crafted current = CrossSign("issuing", expired, new_root_);
  const std::string leaf = Craft(GoodLeaf(kUri), &expired).pem;
  EXPECT_EQ(Judge(leaf + expired.pem + current.pem, new_root_.pem), kAccepted);
  EXPECT_EQ(Judge(leaf + current.pem + expired.pem, new_root_.pem), kAccepted);
  EXPECT_THAT(Judge(leaf + expired.pem, new_root_.pem), Optional(PeerRefusal::kExpired));
}

TEST_F(PathBuildingTest, ARootThatRanOutIsNoRoot) {
  CertificateSpec spec = GoodRoot("old root");
  spec.not_after = kNow - absl::Hours(1);
  const Crafted root = Craft(spec, nullptr);
  EXPECT_THAT(Judge(Craft(GoodLeaf(kUri), &root).pem, root.pem), Optional(PeerRefusal::kExpired));
}

TEST_F(PathBuildingTest, AnOldRootCertifiedByTheNewOneIsAWayUp) {
  const Crafted bridge = CrossSign("old root", old_root_, new_root_);
  const std::string leaf = Craft(GoodLeaf(kUri), &old_root_).pem;
  EXPECT_EQ(Judge(leaf + old_root_.pem + bridge.pem, new_root_.pem), kAccepted);
  EXPECT_THAT(Judge(leaf + old_root_.pem, new_root_.pem), Optional(PeerRefusal::kUntrustedIssuer));
}

TEST_F(PathBuildingTest, CirclesEnd) {
  const Crafted a = Craft(GoodIntermediate("a"), &old_root_);
  const Crafted b = CrossSign("b", Craft(GoodIntermediate("b"), &a), a);
  const Crafted a_by_b = CrossSign("a", a, b);
  const std::string circle = a_by_b.pem + b.pem;
  EXPECT_THAT(Judge(Craft(GoodLeaf(kUri), &a).pem + circle, new_root_.pem),
              Optional(PeerRefusal::kUntrustedIssuer));
  EXPECT_EQ(Judge(Craft(GoodLeaf(kUri), &b).pem + circle + a.pem, old_root_.pem), kAccepted);
}

TEST_F(PathBuildingTest, AMazeOfOneNameEndsAtABound) {
  // Nine authorities of one name and one key identifier, each with a key of its own.
  const std::string same = "DER:04:01:07";
  const CertificateSpec issuing = GoodIntermediate("maze")
                                      .With("subjectKeyIdentifier", same)
                                      .With("authorityKeyIdentifier", "DER:30:03:80:01:07");
  std::vector<Crafted> maze;
  std::string shown;
  for (int i = 0; i < 9; ++i) {
    maze.push_back(Craft(issuing, i == 0 ? &old_root_ : &maze.back()));
    shown += maze.back().pem;
  }
  const CertificateSpec leaf = GoodLeaf(kUri).With("authorityKeyIdentifier", "DER:30:03:80:01:07");
  EXPECT_THAT(Judge(Craft(leaf, &maze.back()).pem + shown, new_root_.pem),
              Optional(PeerRefusal::kChainTooLong));
}

TEST_F(PathBuildingTest, OnlyIssuersThatAreNotSelfIssuedCountForAPathLength) {
  const Crafted root =
      Craft(GoodRoot("root").With("basicConstraints", "critical,CA:TRUE,pathlen:0"), nullptr);
  const Crafted next_key = Craft(GoodIntermediate("root"), &root);
  const Crafted other = Craft(GoodIntermediate("other"), &root);
  EXPECT_EQ(Judge(Craft(GoodLeaf(kUri), &root).pem, root.pem), kAccepted);
  EXPECT_EQ(Judge(Craft(GoodLeaf(kUri), &next_key).pem + next_key.pem, root.pem), kAccepted);
  EXPECT_THAT(Judge(Craft(GoodLeaf(kUri), &other).pem + other.pem, root.pem),
              Optional(PeerRefusal::kIssuerNotCa));
  // A longer one below a shorter one changes nothing.
  const Crafted one =
      Craft(GoodRoot("one").With("basicConstraints", "critical,CA:TRUE,pathlen:1"), nullptr);
  const Crafted five =
      Craft(GoodIntermediate("five").With("basicConstraints", "critical,CA:TRUE,pathlen:5"), &one);
  const Crafted beyond = Craft(GoodIntermediate("beyond"), &five);
  EXPECT_EQ(Judge(Craft(GoodLeaf(kUri), &five).pem + five.pem, one.pem), kAccepted);
  EXPECT_THAT(Judge(Craft(GoodLeaf(kUri), &beyond).pem + beyond.pem + five.pem, one.pem),
              Optional(PeerRefusal::kIssuerNotCa));
}

TEST_F(PathBuildingTest, AnUnrelatedRootsFaultsAreItsOwn) {
  const Crafted odd = Craft(GoodRoot("odd").With("1.2.3.4.5", "critical,ASN1:NULL"), nullptr);
  EXPECT_EQ(Judge(Craft(GoodLeaf(kUri), &new_root_).pem, odd.pem + new_root_.pem), kAccepted);
}

}  // namespace
}  // namespace corridor
