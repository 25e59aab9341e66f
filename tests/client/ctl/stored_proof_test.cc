// Years later an auditor holds one stored alert, the two signing certificates and the region's
// root. That is enough to know who said it and when it was accepted, and to see any other story
// fail.

#include "client/ctl/stored_proof.h"

#include "core/crypto/statement_proof.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/seeded_random.h"
#include "tests/support/test_certs.h"
#include "tests/support/test_statements.h"

namespace corridor {
namespace {

using testing::HasSubstr;

constexpr char kPublisher[] = "spiffe://sea.example/agency/th-desk";
const absl::Time kAccepted = absl::FromCivil(absl::CivilDay(2030, 6, 1), absl::UTCTimeZone());

CertificateChain ChainOf(const TestSigner& signer) {
  return CertificateChain::FromPem(signer.certificate_pem).value();
}

class StoredProofTest : public testing::Test {
 protected:
  // As a reader stores it.
  v1::StoredStatement Stored(const SigningKey& publisher, const SigningKey& broker,
                             const std::string& region = "sea.example") {
    SeededRandom random(7);
    const v1::SignedStatement whole =
        Sign(ExampleIssue(kPublisher, 1), RoutingToAll(), publisher, random);
    v1::StoredStatement stored;
    stored.mutable_statement()->set_body(whole.body());
    stored.mutable_statement()->set_body_salt(whole.body_salt());
    stored.mutable_statement()->set_routing_hash(ToString(RoutingHash(whole)));
    *stored.mutable_statement()->mutable_proof() = whole.proof();
    std::vector<v1::Acceptance> acceptances(1);
    acceptances[0].mutable_position()->set_region(region);
    acceptances[0].mutable_position()->set_epoch(5);
    acceptances[0].mutable_position()->set_offset(1);
    acceptances[0].set_lane(v1::LANE_ROUTINE);
    acceptances[0].set_accept_time_ms(absl::ToUnixMillis(kAccepted));
    SignAcceptances(broker, {ToString(StatementDigest(whole))}, acceptances);
    *stored.mutable_acceptance() = acceptances[0];
    return stored;
  }
  std::string Complaint(const v1::StoredStatement& stored,
                        const std::vector<CertificateChain>& signers) const {
    return std::string(ProveStored(stored, signers, trust_).status().message());
  }

  const TestPki pki_{"sea.example"};
  const TrustStore trust_ = TrustStore::Create({pki_.Bundle()}).value();
  const TestSigner desk_ = pki_.Signer("/agency/th-desk");
  const TestSigner broker_ = pki_.Signer("/broker/b1");
  const std::vector<CertificateChain> signers_ = {ChainOf(broker_), ChainOf(desk_)};
};

TEST_F(StoredProofTest, FromPublisherToReader) {
  const ProvedStatement proved =
      ProveStored(Stored(desk_.key, broker_.key), signers_, trust_).value();
  EXPECT_EQ(proved.publisher, kPublisher);
  EXPECT_EQ(proved.broker, "spiffe://sea.example/broker/b1");
  EXPECT_EQ(proved.accept_time, kAccepted);
}

TEST_F(StoredProofTest, AChangedWordIsSeen) {
  v1::StoredStatement stored = Stored(desk_.key, broker_.key);
  stored.mutable_statement()->mutable_body_salt()->at(0) ^= 1;
  EXPECT_THAT(Complaint(stored, signers_), HasSubstr("publisher did not sign this"));
  stored = Stored(desk_.key, broker_.key);
  stored.mutable_acceptance()->set_accept_time_ms(absl::ToUnixMillis(kAccepted) + 1);
  EXPECT_THAT(Complaint(stored, signers_), HasSubstr("broker did not accept this"));
}

TEST_F(StoredProofTest, AnotherAgencysKeyDoesNotSpeakForThisOne) {
  const TestSigner other = pki_.Signer("/agency/id-desk");
  EXPECT_THAT(Complaint(Stored(other.key, broker_.key), {ChainOf(broker_), ChainOf(other)}),
              HasSubstr("not of the publisher"));
  EXPECT_THAT(Complaint(Stored(desk_.key, other.key), {ChainOf(desk_), ChainOf(other)}),
              HasSubstr("not accepted by a broker"));
  EXPECT_THAT(Complaint(Stored(desk_.key, broker_.key, "eaf.example"), signers_),
              HasSubstr("not accepted by a broker of the publisher's region"));
  EXPECT_THAT(Complaint(Stored(desk_.key, broker_.key), {ChainOf(broker_)}),
              HasSubstr("no signing certificate is given for the publisher's key"));
}

TEST_F(StoredProofTest, CertificatesAreJudgedAtTheAcceptTime) {
  const TestSigner ended =
      pki_.Signer("/agency/th-desk", {kAccepted - absl::Hours(2), kAccepted - absl::Hours(1)});
  EXPECT_THAT(Complaint(Stored(ended.key, broker_.key), {ChainOf(broker_), ChainOf(ended)}),
              HasSubstr("CERTIFICATE_EXPIRED"));
  const TestSigner then =
      pki_.Signer("/agency/th-desk", {kAccepted - absl::Hours(1), kAccepted + absl::Hours(1)});
  EXPECT_EQ(Complaint(Stored(then.key, broker_.key), {ChainOf(broker_), ChainOf(then)}), "");
  const TestPki impostor("sea.example");
  const TestSigner forged = impostor.Signer("/agency/th-desk");
  EXPECT_THAT(Complaint(Stored(forged.key, broker_.key), {ChainOf(broker_), ChainOf(forged)}),
              HasSubstr("UNTRUSTED_ISSUER"));
}

}  // namespace
}  // namespace corridor
